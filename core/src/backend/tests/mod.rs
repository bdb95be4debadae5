//! What valid configurations say, and what the tests of refusals share.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod problems;
mod transports;

use super::gms_rest;
use crate::{
    ErrorKind,
    config::{
        ClientCertificate, Config, Connection, ImagePolicy, NoProxy, Polling, ProxyConfig, StoreConfig,
        TlsVersion,
    },
};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};

const URL: &str = "https://gms.example/genesys/2/chat/support";

/// A valid configuration with `options` on top.
fn with(options: Value) -> Value {
    let mut webchat = json!({ "dataURL": URL });
    let Value::Object(options) = options else { panic!("options are an object") };
    webchat.as_object_mut().unwrap().extend(options);
    webchat
}

fn read(options: Value) -> Config {
    Config::from_json(&with(options)).unwrap()
}

fn rest(config: &Config) -> &gms_rest::Options {
    assert_eq!(config.back_end(), "gms-rest");
    config.options().unwrap()
}

/// The message of an `InvalidConfiguration`.
fn refusal(json: &Value) -> String {
    let error = Config::from_json(json).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{error}");
    error.message().to_owned()
}

#[track_caller]
fn assert_problem(options: Value, problem: &str) {
    assert_eq!(refusal(&with(options)), format!("Invalid configuration: {problem}"));
}

#[test]
fn defaults_are_those_of_the_references() {
    let config = read(json!({}));
    let service = &config.service;
    assert!(service.user_data.is_empty());
    assert_eq!(service.ajax_timeout, Duration::from_secs(3));
    assert_eq!(service.poll_exception_limit, 5);
    assert_eq!(service.restore_timeout, Some(Duration::from_mins(1)));
    assert_eq!((service.max_message_length, service.max_transcript_bytes), (None, 64 * 1024 * 1024));
    let polling = Polling {
        dynamic: true,
        rate: Duration::from_secs(3),
        min: Duration::from_millis(500),
        max: Duration::from_secs(3),
        multiplier: 1.2,
        failure_multiplier: 1.0,
        held: false,
        sleep: Duration::from_secs(30),
        sleep_enabled: false,
    };
    assert_eq!(service.polling, polling);
    let rest = rest(&config);
    assert_eq!(rest.data_url.as_str(), format!("{URL}/"));
    assert!(rest.trailing_slash);
    assert_eq!((&rest.api_key, &rest.authorization, &rest.endpoint), (&None, &None, &None));
    assert_eq!((rest.file_upload_timeout, rest.ajax_timeout), (None, service.ajax_timeout));
    assert_eq!(config.connection, Connection::default());
    assert_eq!(config.connection.max_response_bytes, 16 * 1024 * 1024);
    assert_eq!(config.connection.connect_timeout, Duration::from_secs(10));
    assert_eq!(config.connection.proxy, ProxyConfig::Environment);
    assert_eq!(config.store, StoreConfig::Memory);
    assert_eq!(config.unknown_keys, [""; 0]);
}

#[test]
fn every_option_is_taken() {
    let config = read(json!({
        "enableUrlTrailingSlash": false, "apikey": "n3eNkg", "endpoint": "Sales", "userData": {"a": {"b": [1]}},
        "ajaxTimeout": 4000, "fileUploadTimeout": 90_000, "xhrFields": {"withCredentials": false},
        "pollExceptionLimit": 0, "restoreTimeout": 120_000.0, "maxMessageLength": 140, "maxTranscriptBytes": 1000, "dynamicPolling": false,
        "pollRate": 1000, "pollRateMin": 250, "pollRateMax": 30_000, "pollRateMult": 2, "pollRateSleep": 1e4,
        "sleepEnabled": true,
        "cometD": {"enabled": false, "cometURL": "http://host:port/genesys/cometd", "channel": "/service/x",
            "apiURL": "http://host:port/genesys/2/chat-ntf", "websocketEnabled": true, "logLevel": "info"},
        "async": {"enabled": false, "getSessionData": {}, "setSessionData": {}, "maxMessagePageSize": 20,
            "newMessageRestoreState": "minimized"},
        "connection": {"proxy": "http://user:pass@proxy.example:3128", "rootCertificates": ["/etc/a.pem", "b.pem"],
            "noProxy": "gms.test, 10.0.0.0/8", "clientCertificate": "/etc/me.pem", "minimumTls": "1.3", "titleCaseHeaders": true,
            "headers": {"X-Tenant": "7"}, "connectTimeout": 2500, "maxConnections": 64, "maxResponseBytes": 1000, "maxDownloadBytes": 2000, "images": "any", "http2PriorKnowledge": true},
        "sessionStore": {"type": "file", "path": "chat.json"},
    }));
    let service = &config.service;
    assert_eq!(Value::from(service.user_data.clone()), json!({"a": {"b": [1]}}));
    assert_eq!(service.ajax_timeout, Duration::from_secs(4));
    assert_eq!(service.poll_exception_limit, 0);
    assert_eq!(service.restore_timeout, Some(Duration::from_mins(2)));
    assert_eq!((service.max_message_length, service.max_transcript_bytes), (Some(140), 1_000));
    let polling = Polling {
        dynamic: false,
        rate: Duration::from_secs(1),
        min: Duration::from_millis(250),
        max: Duration::from_secs(30),
        multiplier: 2.0,
        failure_multiplier: 1.0,
        held: false,
        sleep: Duration::from_secs(10),
        sleep_enabled: true,
    };
    assert_eq!(service.polling, polling);
    let rest = rest(&config);
    assert!(!rest.trailing_slash);
    assert_eq!(rest.api_key, Some("n3eNkg".into()));
    assert_eq!(rest.endpoint.as_deref(), Some("Sales"));
    assert_eq!(rest.file_upload_timeout, Some(Duration::from_secs(90)));
    assert_eq!(rest.ajax_timeout, Duration::from_secs(4));
    let connection = Connection {
        recording: None,
        proxy: ProxyConfig::Url("http://user:pass@proxy.example:3128/".into()),
        no_proxy: Some(NoProxy::from_text("gms.test,10.0.0.0/8")),
        root_certificates: vec!["/etc/a.pem".into(), "b.pem".into()],
        client_certificate: Some(ClientCertificate::File("/etc/me.pem".into())),
        minimum_tls: TlsVersion::Tls13,
        headers: vec![("X-Tenant".into(), "7".into())],
        connect_timeout: Duration::from_millis(2_500),
        max_connections: 64,
        max_response_bytes: 1000,
        max_download_bytes: 2000,
        images: ImagePolicy::Any,
        http2_prior_knowledge: true,
        title_case_headers: true,
    };
    assert_eq!(config.connection, connection);
    assert_eq!(config.store, StoreConfig::File(PathBuf::from("chat.json")));
    assert_eq!(config.unknown_keys, [""; 0]);
}

#[test]
fn other_ways_to_write_the_same() {
    let neutral = read(json!({
        "userData": null, "ajaxTimeout": null, "restoreTimeout": 0, "fileUploadTimeout": 0, "apikey": "", "endpoint": "",
        "transport": null, "cometD": null, "async": null, "connection": null, "sessionStore": {"type": "memory"},
    }));
    assert_eq!(
        format!("{neutral:?}"),
        format!("{:?}", read(json!({}))),
        "null, zero and empty leave the defaults"
    );
    for (written, key) in [(json!(1170), "1170"), (json!(1e3), "1000"), (json!(-1.5), "-1.5")] {
        assert_eq!(rest(&read(json!({ "apikey": written }))).api_key, Some(key.into()));
    }
    let max = |options| read(options).service.polling.max.as_millis();
    assert_eq!(max(json!({"pollIntervalIdle_ms": 7000})), 7000);
    assert_eq!(max(json!({"pollIntervalIdle_ms": 7000, "pollRateMax": 5000})), 5000);
    assert_eq!(max(json!({"pollRateMin": 4000})), 4000, "the default gives way");
    for proxy in ["environment", "none"] {
        let proxy_read = read(json!({"connection": {"proxy": proxy}})).connection.proxy;
        assert_eq!(proxy_read == ProxyConfig::None, proxy == "none");
    }
    for proxy in ["http://proxy.test:3128/", "socks5://user:pass@proxy.test", "socks5h://[::1]:9050"] {
        let proxy_read = read(json!({"connection": {"proxy": proxy}})).connection.proxy;
        assert_eq!(proxy_read, ProxyConfig::Url(proxy.into()));
    }
    let connection = |options| read(json!({"connection": options})).connection;
    assert_eq!(connection(json!({"noProxy": ["*"]})).no_proxy, Some(NoProxy::from_text("*")));
    assert_eq!(connection(json!({"noProxy": []})).no_proxy, Some(NoProxy::default()));
    assert_eq!(connection(json!({"minimumTls": "1.2"})).minimum_tls, TlsVersion::Tls12);
    let pem = "-----BEGIN CERTIFICATE-----\n";
    let read = connection(json!({"clientCertificate": pem})).client_certificate;
    assert_eq!(read, Some(ClientCertificate::Pem(pem.into())));
    assert!(!format!("{read:?}").contains("BEGIN"));
}

#[test]
fn urls_end_with_one_slash() {
    for (options, url, slash) in [
        (json!({"dataURL": "http://h/c"}), "http://h/c/", true),
        (json!({"dataURL": "http://h/c///"}), "http://h/c/", true),
        (json!({"dataURL": "http://h:8080"}), "http://h:8080/", true),
        (json!({"dataURL": "http://h//"}), "http://h/", true),
        (json!({"dataURL": "http://h/c/", "enableUrlTrailingSlash": false}), "http://h/c/", false),
        (json!({"dataURL": null, "serverURL": "http://s/c"}), "http://s/c/", false),
        (json!({"dataURL": null, "serverURL": "http://s/c/"}), "http://s/c/", true),
        (
            json!({"dataURL": null, "serverURL": "http://s/c/", "enableUrlTrailingSlash": false}),
            "http://s/c/",
            false,
        ),
        (json!({"dataURL": "http://h/c", "serverURL": "http://s/c"}), "http://h/c/", true),
    ] {
        let config = read(options.clone());
        assert_eq!(
            (rest(&config).data_url.as_str(), rest(&config).trailing_slash),
            (url, slash),
            "{options}"
        );
    }
}

#[test]
fn the_outer_objects_are_accepted() {
    let webchat = with(json!({"enableCustomHeader": true}));
    let widgets = json!({
        "main": {"header": {"Authorization": "Basic abc", "X-Other": "no"}, "theme": "dark"},
        "webchat": webchat, "sidebar": {"showOnStartup": true}, "connection": {},
    });
    for json in [widgets.clone(), json!({"_genesys": {"widgets": widgets}}), json!({"widgets": widgets})] {
        let config = Config::from_json_text(&json.to_string()).unwrap();
        assert_eq!(rest(&config).authorization, Some("Basic abc".into()));
        assert_eq!(config.unknown_keys, ["connection"], "it belongs into webchat");
    }
    assert_eq!(
        rest(&Config::from_json(&webchat).unwrap()).authorization,
        None,
        "the specification's own example"
    );
    let without = json!({"main": widgets["main"], "webchat": with(json!({}))});
    assert_eq!(rest(&Config::from_json(&without).unwrap()).authorization, None);
}

#[test]
fn other_options_are_tolerated_or_unknown() {
    let config = read(json!({
        "emojis": true, "form": {"inputs": []}, "chatButton": {"enabled": true}, "timeFormat": 24, "markdown": false,
        "dataurl": "x", "line\nbreak": 1, "cometD": {"enabld": true}, "connection": {"proxi": "none"},
        "sessionStore": {"type": "memory", "path": "x"}, "transport": {"dataURL": "x"},
    }));
    let mut unknown = config.unknown_keys;
    unknown.sort();
    let expected = [
        "webchat.cometD.enabld",
        "webchat.connection.proxi",
        "webchat.dataurl",
        "webchat.line\\nbreak",
        "webchat.sessionStore.path",
        "webchat.transport.dataURL",
    ];
    assert_eq!(unknown, expected);
}
