//! Refusals: what is wrong is named by its key path, and nothing secret is repeated.

use super::{URL, assert_problem, read, refusal, with};
use crate::{
    ErrorKind,
    backend::{BACK_ENDS, EVERY_CHAT},
    config::{Config, Kind, OptionDef},
};
use serde_json::{Value, json};

#[test]
fn the_header_of_main_is_checked_when_it_is_used() {
    for (header, problem) in [
        (json!("Basic"), "main.header: expected an object, got a string"),
        (
            json!({"Authorization": 7}),
            "main.header.Authorization: expected a string of visible ASCII characters, as an HTTP header holds, got a number",
        ),
        (
            json!({"authorization": "s3cret\r\n"}),
            "main.header.authorization: expected a string of visible ASCII characters, as an HTTP header holds, got a string with others",
        ),
    ] {
        let mut json =
            json!({"main": {"header": header}, "webchat": with(json!({"enableCustomHeader": true}))});
        assert_eq!(refusal(&json), format!("Invalid configuration: {problem}"));
        json["webchat"]["enableCustomHeader"] = false.into();
        assert!(Config::from_json(&json).is_ok());
    }
}

#[test]
fn an_empty_or_missing_configuration_is_refused() {
    for text in
        ["", " \n", "null", "{}", r#"{"webchat": {}}"#, r#"{"webchat": null}"#, r#"{"main": {"a": 1}}"#]
    {
        let error = Config::from_json_text(text).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::InvalidConfiguration, "Invalid configuration"),
            "{text}"
        );
    }
    assert_eq!(refusal(&json!([])), "Invalid configuration: webchat: expected an object, got an array");
    assert_eq!(
        Config::from_json_text("{dataURL: 1}").unwrap_err().message(),
        "Invalid configuration: not JSON: key must be a string at line 1 column 2"
    );
}

#[test]
fn wrong_values_are_named_by_key_path() {
    let millis = "expected a number of milliseconds from";
    let url = "webchat.dataURL: expected an absolute http or https URL, got";
    let text = "expected a string of visible ASCII characters, as an HTTP header holds";
    for (options, problem) in [
        (json!({"pollRate": "3000"}), format!("webchat.pollRate: {millis} 1000 to 30000, got a string")),
        (json!({"pollRate": 999}), format!("webchat.pollRate: {millis} 1000 to 30000, got 999")),
        (json!({"pollRate": 30_001}), format!("webchat.pollRate: {millis} 1000 to 30000, got 30001")),
        (
            json!({"pollRate": 3000.5}),
            format!("webchat.pollRate: {millis} 1000 to 30000, got 3000.5, which is not whole"),
        ),
        (json!({"pollRateMin": 249}), format!("webchat.pollRateMin: {millis} 250 to 30000, got 249")),
        (
            json!({"pollRateMin": 900, "pollRateMax": 899}),
            format!("webchat.pollRateMax: {millis} 900 to 30000, got 899"),
        ),
        (
            json!({"pollIntervalIdle_ms": 40_000}),
            format!("webchat.pollIntervalIdle_ms: {millis} 500 to 30000, got 40000"),
        ),
        (
            json!({"pollRateSleep": true}),
            format!("webchat.pollRateSleep: {millis} 1000 to 30000, got a boolean"),
        ),
        (
            json!({"pollRateMult": 1}),
            "webchat.pollRateMult: expected a number above 1, at most 100, got 1".into(),
        ),
        (
            json!({"pollRateMult": 1e300}),
            "webchat.pollRateMult: expected a number above 1, at most 100, got 1e+300".into(),
        ),
        (json!({"ajaxTimeout": 0}), format!("webchat.ajaxTimeout: {millis} 1 to 2147483647, got 0")),
        (json!({"ajaxTimeout": -5}), format!("webchat.ajaxTimeout: {millis} 1 to 2147483647, got -5")),
        (
            json!({"fileUploadTimeout": []}),
            format!("webchat.fileUploadTimeout: {millis} 0 to 2147483647, got an array"),
        ),
        (json!({"restoreTimeout": 1e300}), format!("webchat.restoreTimeout: {millis} 0 on, got 1e+300")),
        (
            json!({"pollExceptionLimit": 4_294_967_296_u64}),
            "webchat.pollExceptionLimit: expected a whole number from 0 to 4294967295, got 4294967296".into(),
        ),
        (
            json!({"maxMessageLength": 0}),
            "webchat.maxMessageLength: expected a number of characters from 1 on, got 0".into(),
        ),
        (
            json!({"maxTranscriptBytes": 0}),
            "webchat.maxTranscriptBytes: expected a number of bytes from 1 on, got 0".into(),
        ),
        (json!({"userData": "{}"}), "webchat.userData: expected an object, got a string".into()),
        (json!({"dynamicPolling": 1}), "webchat.dynamicPolling: expected true or false, got 1".into()),
        (
            json!({"sleepEnabled": "true"}),
            "webchat.sleepEnabled: expected true or false, got a string".into(),
        ),
        (
            json!({"enableCustomHeader": {}}),
            "webchat.enableCustomHeader: expected true or false, got an object".into(),
        ),
        (
            json!({"enableUrlTrailingSlash": ""}),
            "webchat.enableUrlTrailingSlash: expected true or false, got an empty string".into(),
        ),
        (json!({"endpoint": 1.5}), "webchat.endpoint: expected a string, got 1.5".into()),
        (json!({"apikey": false}), format!("webchat.apikey: {text}, or a number, got a boolean")),
        (
            json!({"apikey": "s3cret\u{e9}"}),
            format!("webchat.apikey: {text}, or a number, got a string with others"),
        ),
        (json!({"dataURL": null}), format!("{url} nothing")),
        (json!({"dataURL": ""}), format!("{url} an empty string")),
        (json!({"dataURL": 7}), format!("{url} 7")),
        (json!({"dataURL": "/s3cret"}), format!("{url} a string that is none")),
        (json!({"dataURL": "ftp://s3cret/"}), format!("{url} another scheme")),
        (json!({"dataURL": "http://h/?s3cret"}), format!("{url} one with a query")),
        (json!({"dataURL": "http://h/#s3cret"}), format!("{url} one with a fragment")),
        (json!({"dataURL": "http://a:s3cret@h/"}), format!("{url} one with a user name or password")),
        (json!({"dataURL": null, "dataUrl": URL}), format!("{url} nothing (webchat.dataUrl is another key)")),
        (
            json!({"dataURL": null, "serverURL": 1}),
            "webchat.serverURL: expected an absolute http or https URL, got 1".into(),
        ),
        (json!({"cometD": true}), "webchat.cometD: expected an object, got a boolean".into()),
        (json!({"cometD": {"cometURL": 1}}), "webchat.cometD.cometURL: expected a string, got 1".into()),
        (
            json!({"async": {"enabled": "no"}}),
            "webchat.async.enabled: expected true or false, got a string".into(),
        ),
        (json!({"transport": "x"}), "webchat.transport: expected an object, got a string".into()),
        (json!({"transport": {"type": 3}}), "webchat.transport.type: expected a string, got 3".into()),
    ] {
        assert_problem(options, &problem);
    }
}

#[test]
fn the_store_is_checked() {
    let store = |part: Value| json!({ "sessionStore": part });
    for (options, problem) in [
        (store(json!("file")), "webchat.sessionStore: expected an object, got a string"),
        (store(json!({})), "webchat.sessionStore.type: expected \"memory\" or \"file\", got nothing"),
        (
            store(json!({"type": "redis", "path": "x"})),
            "webchat.sessionStore.type: expected \"memory\" or \"file\", got another string",
        ),
        (
            store(json!({"type": "file"})),
            "webchat.sessionStore.path: expected a string that is not empty, got nothing",
        ),
    ] {
        assert_problem(options, problem);
    }
}

#[test]
fn the_connection_is_checked() {
    let header = "expected a string of visible ASCII characters, as an HTTP header holds";
    let proxy = "webchat.connection.proxy: expected \"environment\", \"none\" or an absolute http, https, socks5 or socks5h URL, got";
    let host = "expected a host, an address, a range of addresses, or \"*\" alone, got";
    let connection = |part: Value| json!({ "connection": part });
    let headers = |part: Value| connection(json!({ "headers": part }));
    for (options, problem) in [
        (connection(json!([])), "webchat.connection: expected an object, got an array".into()),
        (connection(json!({"proxy": 1})), format!("{proxy} 1")),
        (connection(json!({"proxy": "s3cret"})), format!("{proxy} another string")),
        (connection(json!({"proxy": "socks4://s3cret"})), format!("{proxy} another scheme")),
        (connection(json!({"proxy": "socks5h://s3cret:s3cret@"})), format!("{proxy} another string")),
        (
            connection(json!({"noProxy": 1})),
            "webchat.connection.noProxy: expected an array of strings, or a string, got 1".into(),
        ),
        (connection(json!({"noProxy": ["a.test", 1]})), format!("webchat.connection.noProxy[1]: {host} 1")),
        (
            connection(json!({"noProxy": ["a.test:80"]})),
            format!("webchat.connection.noProxy[0]: {host} one with a port"),
        ),
        (
            connection(json!({"noProxy": "a.test,*"})),
            format!("webchat.connection.noProxy: {host} \"*\" beside others"),
        ),
        (
            connection(json!({"noProxy": ["10.0.0.0/33"]})),
            format!(
                "webchat.connection.noProxy[0]: {host} a range whose number of bits does not fit its address"
            ),
        ),
        (
            connection(json!({"clientCertificate": ["s3cret"]})),
            "webchat.connection.clientCertificate: expected a string, got an array".into(),
        ),
        (
            connection(json!({"minimumTls": 1.3})),
            "webchat.connection.minimumTls: expected \"1.2\" or \"1.3\", got 1.3".into(),
        ),
        (
            connection(json!({"minimumTls": "1.1"})),
            "webchat.connection.minimumTls: expected \"1.2\" or \"1.3\", got another string".into(),
        ),
        (
            connection(json!({"rootCertificates": "a.pem"})),
            "webchat.connection.rootCertificates: expected an array of paths, got a string".into(),
        ),
        (
            connection(json!({"rootCertificates": ["a.pem", ""]})),
            "webchat.connection.rootCertificates[1]: expected a path, got an empty string".into(),
        ),
        (
            connection(json!({"images": "some"})),
            "webchat.connection.images: expected \"own-origin\", \"any\" or \"never\", got another string"
                .into(),
        ),
        (
            connection(json!({"connectTimeout": 0})),
            "webchat.connection.connectTimeout: expected a number of milliseconds from 1 to 2147483647, got 0".into(),
        ),
        (
            connection(json!({"maxDownloadBytes": 0})),
            "webchat.connection.maxDownloadBytes: expected a number of bytes from 1 on, got 0".into(),
        ),
        (
            connection(json!({"maxResponseBytes": 0})),
            "webchat.connection.maxResponseBytes: expected a number of bytes from 1 on, got 0".into(),
        ),
        (
            connection(json!({"http2PriorKnowledge": 1})),
            "webchat.connection.http2PriorKnowledge: expected true or false, got 1".into(),
        ),
        (
            headers(json!({"X-A: s3cret": "1"})),
            "webchat.connection.headers: expected names of headers, got a key that is none".into(),
        ),
        (
            headers(json!({"Host": "h"})),
            "webchat.connection.headers.Host: expected no header that the library sets itself, got one"
                .into(),
        ),
        (
            headers(json!({"X-A": "1", "x-a": "1"})),
            "webchat.connection.headers.x-a: expected every header once, whatever its case, got it again"
                .into(),
        ),
        (
            headers(json!({"X-A": "s3cret\n"})),
            format!("webchat.connection.headers.X-A: {header}, got a string with others"),
        ),
        (headers(json!({"X-A": 1})), format!("webchat.connection.headers.X-A: {header}, got a number")),
    ] {
        assert_problem(options, &problem);
    }
}

#[test]
fn all_problems_are_named_at_once_and_nothing_secret() {
    let message = refusal(&with(json!({
        "apikey": ["s3cret"], "pollRate": "s3cret", "connection": {"headers": {"X-A": ["s3cret"]}}, "async": {"enabled": true},
    })));
    for path in ["webchat.pollRate: ", "; webchat.connection.headers.X-A: ", "; webchat.apikey: "] {
        assert!(message.contains(path), "{message}");
    }
    assert!(!message.contains("s3cret"), "{message}");
    let config = read(json!({
        "apikey": "s3cret", "connection": {"proxy": "http://a:s3cret@p/", "headers": {"X-A": "s3cret"}},
    }));
    assert!(!format!("{config:?}").contains("s3cret"));
}

/// A configuration that chooses the back end of this name.
fn choosing(back_end: &str) -> Value {
    match back_end {
        "nexus-rest" => json!({"transport": {
            "type": "pureengage-v3-rest", "dataURL": "https://h/sessions", "endpoint": "e", "headers": {"x-api-key": "k"},
        }}),
        "web-messaging" => json!({"transport": {
            "type": "genesyscloud-webmessaging", "deploymentId": "d", "domain": "r.test",
        }}),
        "gms-cometd" => json!({"cometD": {"enabled": true, "cometURL": "https://h/cometd"}}),
        _ => with(json!({})),
    }
}

/// Sets what stands at `path`.
fn set(config: &mut Value, path: &str, value: Value) {
    let mut at = config;
    for key in path.split('.') {
        at = &mut at[key];
    }
    *at = value;
}

/// A value that is none of this kind.
fn none_of(kind: Kind) -> Value {
    match kind {
        Kind::Object => json!(true),
        _ => json!({"a": true}),
    }
}

fn tables(back_end: &'static dyn crate::backend::AnyBackEnd) -> impl Iterator<Item = &'static OptionDef> {
    EVERY_CHAT.iter().chain(back_end.options()).copied().flatten()
}

#[test]
fn every_option_of_the_tables_is_read_by_its_entry() {
    for back_end in BACK_ENDS {
        for option in tables(*back_end).filter(|option| option.path != "transport.type") {
            let mut config = choosing(back_end.name());
            if option.path == "sessionStore.path" {
                config["sessionStore"] = json!({"type": "file"});
            }
            set(&mut config, option.path, none_of(option.kind));
            let name = back_end.name();
            let read = Config::from_json(&config);
            if option.kind == Kind::Ignored {
                let read = read.unwrap();
                assert_eq!((read.back_end(), read.unknown_keys.len()), (name, 0), "{}", option.path);
                continue;
            }
            // What chooses has to be of its kind to do so.
            if option.path == "cometD.enabled" && name == "gms-cometd" {
                continue;
            }
            let error = read.err().map(|error| error.message().to_owned()).unwrap_or_default();
            let start = format!("webchat.{}: expected ", option.path);
            assert!(
                error.contains(&start),
                "{name}: {} took {}: {error:?}",
                option.path,
                none_of(option.kind)
            );
        }
    }
}

#[test]
fn the_tables_have_each_option_once() {
    for back_end in BACK_ENDS {
        let mut paths: Vec<_> = tables(*back_end).map(|option| option.path).collect();
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), all, "{}", back_end.name());
    }
}
