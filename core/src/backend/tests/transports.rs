//! The choice of a transport, and the options of Nexus v3.

use super::{assert_problem, refusal, with};
use crate::{
    ErrorKind,
    backend::{BACK_ENDS, gms_cometd, gms_rest, nexus_rest},
    config::{Config, Polling},
};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn asynchronous_chats_need_cometd() {
    assert_eq!(
        refusal(&with(json!({"async": {"enabled": true}}))),
        "Invalid configuration. WebChatService supports Async chat only in CometD mode."
    );
}

#[test]
fn cometd_has_defaults() {
    let config = cometd(&json!({"cometD": {"enabled": true, "cometURL": "http://h/cometd"}}));
    let (service, cometd) = (&config.service, config.options::<gms_cometd::Options>().unwrap());
    assert_eq!((service.asynchronous, service.restore_timeout), (None, Some(Duration::from_mins(1))));
    assert_eq!((cometd.comet_url.as_str(), &cometd.api_url), ("http://h/cometd", &None));
    assert_eq!((cometd.channel.as_str(), cometd.websocket), ("/service/chatV2/customer-support", true));
    assert_eq!((cometd.page_size, cometd.asynchronous, &cometd.endpoint), (20, false, &None));
    assert!(cometd.api_key.is_none() && cometd.authorization.is_none());
    assert_eq!((cometd.ajax_timeout, cometd.file_upload_timeout), (Duration::from_secs(3), None));
}

#[test]
fn cometd_takes_its_options_and_ignores_those_of_rest() {
    let config = cometd(&json!({"main": {"header": {"Authorization": "Bearer t"}}, "webchat": {
        "cometD": {"enabled": true, "cometURL": "https://h/genesys/cometd/", "channel": "/service/chatV2/x",
            "apiURL": "https://h/genesys/2/chat-ntf", "websocketEnabled": false, "logLevel": "debug"},
        "async": {"enabled": true, "maxMessagePageSize": 5, "getSessionData": {}},
        "dataURL": "", "apikey": 5, "endpoint": "e", "enableCustomHeader": true, "ajaxTimeout": 9, "fileUploadTimeout": 7,
    }}));
    assert!(config.unknown_keys.is_empty(), "{:?}", config.unknown_keys);
    assert_eq!((config.service.asynchronous, config.service.restore_timeout), (Some(true), None));
    let cometd = config.options::<gms_cometd::Options>().unwrap();
    assert_eq!(
        (cometd.comet_url.as_str(), cometd.channel.as_str()),
        ("https://h/genesys/cometd/", "/service/chatV2/x")
    );
    assert_eq!(cometd.api_url.as_ref().unwrap().as_str(), "https://h/genesys/2/chat-ntf");
    assert_eq!((cometd.websocket, cometd.page_size, cometd.asynchronous), (false, 5, true));
    assert_eq!((cometd.api_key.as_deref(), cometd.authorization.as_deref()), (Some("5"), Some("Bearer t")));
    let (ajax, upload) = (Duration::from_millis(9), Some(Duration::from_millis(7)));
    assert_eq!((cometd.ajax_timeout, cometd.file_upload_timeout), (ajax, upload));
    assert_eq!(cometd.endpoint.as_deref(), Some("e"));
}

#[test]
fn cometd_names_what_is_wrong() {
    for channel in ["service", "/", "/service/*", "/meta/connect"] {
        assert_problem(
            json!({"cometD": {"enabled": true, "cometURL": "http://h", "channel": channel}}),
            "webchat.cometD.channel: expected a channel like /service/chatV2/customer-support, got another string",
        );
    }
    assert_problem(
        json!({"cometD": {"enabled": true, "apiURL": "x"}}),
        "webchat.cometD.cometURL: expected an absolute http or https URL, got nothing; \
         webchat.cometD.apiURL: expected an absolute http or https URL, got a string that is none",
    );
}

fn cometd(json: &Value) -> Config {
    Config::from_json(json).unwrap()
}

/// A complete choice of the v3 transport with `options` on top.
fn v3(options: Value) -> Value {
    let mut transport = json!({
        "type": "pureengage-v3-rest", "dataURL": "https://h/nexus/v3/chat/sessions", "endpoint": "e",
        "headers": {"x-api-key": "k"},
    });
    let Value::Object(options) = options else { panic!("options are an object") };
    transport.as_object_mut().unwrap().extend(options);
    json!({ "emojis": true, "userData": {}, "transport": transport })
}

fn nexus(config: &Config) -> &nexus_rest::Options {
    config.options().unwrap()
}

#[test]
fn the_defaults_of_v3() {
    let config = Config::from_json(&v3(json!({}))).unwrap();
    let service = &config.service;
    assert_eq!((service.asynchronous, service.restore_timeout), (Some(false), None));
    assert_eq!(service.ajax_timeout, Duration::from_secs(3));
    let polling = &service.polling;
    assert!(!polling.dynamic);
    assert_eq!((polling.rate, polling.failure_multiplier), (Duration::from_secs(3), 1.2));
    let nexus = nexus(&config);
    assert_eq!(nexus.data_url.as_str(), "https://h/nexus/v3/chat/sessions");
    assert_eq!((nexus.endpoint.as_str(), &nexus.stream, &nexus.client_type), ("e", &None, &None));
    assert_eq!((nexus.page_size, nexus.asynchronous), (20, false));
    assert_eq!(nexus.headers, [("x-api-key".to_owned(), "k".into())]);
    assert!(nexus.user_data.is_empty());
    assert_eq!(nexus.ajax_timeout, service.ajax_timeout);
    assert_eq!(config.unknown_keys, [""; 0]);
}

#[test]
fn every_option_of_v3_is_taken() {
    let mut json = v3(json!({
        "dataURL": "https://h/nexus/v3/chat/sessions//", "stream": "live", "clientType": "web", "pollTimeout": 100,
        "pollIntervalMultiplier": 1, "pollExceptionLimit": 3, "maxMessagePageSize": 16, "sleepEnabled": true,
        "interactionData": {}, "headers": {"X-API-Key": "k", "X-Tenant": "7", "Content-Type": "application/x-www-form-urlencoded"},
        "async": {"enabled": true, "getSessionData": 1, "setSessionData": "f", "deleteSessionData": {}, "newMessageRestoreState": "x"},
    }));
    json["ajaxTimeout"] = 9000.into();
    json["restoreTimeout"] = 5.into();
    json["userData"] = json!({"a": "b"});
    let config = Config::from_json(&json).unwrap();
    let service = &config.service;
    assert_eq!((service.asynchronous, service.restore_timeout), (Some(true), None));
    let polling = Polling {
        dynamic: false,
        rate: Duration::from_millis(100),
        failure_multiplier: 1.0,
        sleep_enabled: true,
        ..service.polling.clone()
    };
    assert_eq!(service.polling, polling);
    let nexus = nexus(&config);
    assert_eq!(nexus.data_url.as_str(), "https://h/nexus/v3/chat/sessions", "without a slash");
    assert_eq!((nexus.stream.as_deref(), nexus.client_type.as_deref()), (Some("live"), Some("web")));
    assert_eq!((nexus.page_size, nexus.asynchronous), (16, true));
    let headers = [("X-API-Key".to_owned(), "k".into()), ("X-Tenant".to_owned(), "7".into())];
    assert_eq!(nexus.headers, headers, "the content type is the library's own");
    assert_eq!(Value::from(nexus.user_data.clone()), json!({"a": "b"}));
    assert_eq!(nexus.ajax_timeout, Duration::from_secs(9));
    assert_eq!(config.unknown_keys, [""; 0]);
}

#[test]
fn unknown_keys_of_v3_are_named() {
    let mut json = v3(json!({"datUrl": "x", "async": {"enabld": true}}));
    json["apikey"] = "s3cret".into();
    let mut unknown = Config::from_json(&json).unwrap().unknown_keys;
    unknown.sort();
    let expected = ["webchat.apikey", "webchat.transport.async.enabld", "webchat.transport.datUrl"];
    assert_eq!(unknown, expected, "an option of v2 has no effect either");
}

#[test]
fn nothing_secret_of_v3_is_shown() {
    let mut json = v3(json!({"headers": {"x-api-key": "s3cret", "authorization": "s3cret"}}));
    json["userData"] = json!({"card": "s3cret"});
    let config = Config::from_json(&json).unwrap();
    assert_eq!(nexus(&config).headers.len(), 2);
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn the_first_that_claims_a_configuration_has_it() {
    let comet = json!({"enabled": true, "cometURL": "http://h/cometd"});
    for (json, back_end) in [
        (with(json!({})), "gms-rest"),
        (with(json!({"cometD": {"enabled": false}})), "gms-rest"),
        (with(json!({"cometD": null, "transport": {"type": null}})), "gms-rest"),
        (with(json!({"cometD": comet})), "gms-cometd"),
        (v3(json!({})), "nexus-rest"),
    ] {
        assert_eq!(Config::from_json(&json).unwrap().back_end(), back_end, "{json}");
    }
    let mut json = v3(json!({}));
    json["cometD"] = comet;
    let config = Config::from_json(&json).unwrap();
    assert_eq!(config.back_end(), "nexus-rest", "the transport's name has precedence");
    assert!(config.options::<gms_rest::Options>().is_none());
    assert_eq!(config.unknown_keys, ["webchat.cometD"]);
    assert!(format!("{config:?}").contains("NexusRestBackEnd"));
}

#[test]
fn a_list_of_others_has_what_it_claims_alone() {
    let nexus_alone = || BACK_ENDS.get(..1).unwrap();
    assert_eq!(Config::from_json_for(&v3(json!({})), nexus_alone()).unwrap().back_end(), "nexus-rest");
    let error = Config::from_json_for(&with(json!({})), nexus_alone()).unwrap_err();
    assert_eq!(error.message(), "Invalid transport configuration");
}

#[test]
fn known_transports_are_not_in_this_build() {
    for name in ["purecloud-v2-sockets", "pureconnect-v4-rest", "pureconnect-v4-chatbots"] {
        let error = Config::from_json(&json!({"transport": {"type": name, "orgGuid": "x"}})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        let start = format!("webchat.transport.type is {name}: this build has no transport");
        assert!(error.message().starts_with(&start), "{error}");
        for back_end in BACK_ENDS {
            assert!(error.message().contains(back_end.name()), "{error}");
        }
    }
}

#[test]
fn the_refusal_of_asynchronous_chats_comes_after_every_problem() {
    assert_problem(
        json!({"async": {"enabled": true}, "endpoint": 1}),
        "webchat.endpoint: expected a string, got 1",
    );
}

#[test]
fn unknown_transports_are_refused() {
    for name in ["", "pureengage-v4-rest", "PureEngage-v3-rest", "s3cret"] {
        assert_eq!(refusal(&with(json!({"transport": {"type": name}}))), "Invalid transport configuration");
    }
}

#[test]
fn the_options_of_v3_are_checked() {
    let key = "webchat.transport.headers.x-api-key: expected a string of visible ASCII characters, as an HTTP header holds, got";
    for (options, problem) in [
        (
            json!({"dataURL": "sessions"}),
            "webchat.transport.dataURL: expected an absolute http or https URL, got a string that is none"
                .into(),
        ),
        (
            json!({"endpoint": null}),
            "webchat.transport.endpoint: expected a string that is not empty, got nothing".into(),
        ),
        (
            json!({"endpoint": ""}),
            "webchat.transport.endpoint: expected a string that is not empty, got an empty string".into(),
        ),
        (json!({"headers": null}), format!("{key} nothing")),
        (json!({"headers": {"x-other": "1"}}), format!("{key} nothing")),
        (json!({"headers": {"x-api-key": 7}}), format!("{key} a number")),
        (
            json!({"headers": {"x-api-key": "k", "Content-Length": "1"}}),
            "webchat.transport.headers.Content-Length: expected no header that the library sets itself, got one".into(),
        ),
        (json!({"headers": "k"}), "webchat.transport.headers: expected an object, got a string".into()),
        (json!({"stream": 1}), "webchat.transport.stream: expected a string, got 1".into()),
        (json!({"clientType": []}), "webchat.transport.clientType: expected a string, got an array".into()),
        (
            json!({"pollTimeout": 99}),
            "webchat.transport.pollTimeout: expected a number of milliseconds from 100 to 2147483647, got 99"
                .into(),
        ),
        (
            json!({"pollIntervalMultiplier": 0.5}),
            "webchat.transport.pollIntervalMultiplier: expected a number from 1 to 100, got 0.5".into(),
        ),
        (
            json!({"pollExceptionLimit": -1}),
            "webchat.transport.pollExceptionLimit: expected a whole number from 0 to 4294967295, got -1"
                .into(),
        ),
        (
            json!({"maxMessagePageSize": 15}),
            "webchat.transport.maxMessagePageSize: expected a whole number from 16 on, got 15".into(),
        ),
        (json!({"sleepEnabled": 0}), "webchat.transport.sleepEnabled: expected true or false, got 0".into()),
        (
            json!({"interactionData": 1}),
            "webchat.transport.interactionData: expected an object, got 1".into(),
        ),
        (
            json!({"async": {"enabled": 1}}),
            "webchat.transport.async.enabled: expected true or false, got 1".into(),
        ),
    ] {
        assert_eq!(refusal(&v3(options)), format!("Invalid configuration: {problem}"));
    }
    let mut json = v3(json!({}));
    json["ajaxTimeout"] = "9000".into();
    assert!(refusal(&json).starts_with("Invalid configuration: webchat.ajaxTimeout: "), "common options too");
}
