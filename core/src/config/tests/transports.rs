//! The choice of a transport that this build does not have.

use super::{assert_problem, refusal, with};
use crate::{ErrorKind, config::Config};
use serde_json::{Value, json};

#[test]
fn asynchronous_chats_need_cometd() {
    assert_eq!(
        refusal(&with(json!({"async": {"enabled": true}}))),
        "Invalid configuration. WebChatService supports Async chat only in CometD mode."
    );
}

#[test]
fn cometd_is_checked_and_not_in_this_build() {
    let comet_d =
        json!({"cometD": {"enabled": true, "cometURL": "http://h/cometd"}, "async": {"enabled": true}});
    let error = Config::from_json(&comet_d).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "dataURL is not needed then");
    assert!(error.message().starts_with("webchat.cometD.enabled is true: this build has no transport"));
    assert_problem(
        json!({"cometD": {"enabled": true, "apiURL": "x"}}),
        "webchat.cometD.cometURL: expected an absolute http or https URL, got nothing; \
         webchat.cometD.apiURL: expected an absolute http or https URL, got a string that is none",
    );
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

#[test]
fn known_transports_are_not_in_this_build() {
    let full = v3(json!({
        "stream": "live", "clientType": "web", "pollTimeout": 100, "pollIntervalMultiplier": 1.5, "pollExceptionLimit": 3,
        "maxMessagePageSize": 16, "sleepEnabled": true, "interactionData": {}, "async": {"enabled": true, "getSessionData": 1},
        "headers": {"X-API-Key": "k", "Content-Type": "application/x-www-form-urlencoded"},
    }));
    let others = ["purecloud-v2-sockets", "pureconnect-v4-rest", "pureconnect-v4-chatbots"]
        .map(|name| json!({"transport": {"type": name, "orgGuid": "x"}}));
    for json in [full, v3(json!({}))].into_iter().chain(others) {
        let error = Config::from_json(&json).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        let name = json["transport"]["type"].as_str().unwrap();
        assert!(
            error
                .message()
                .starts_with(&format!("webchat.transport.type is {name}: this build has no transport"))
        );
    }
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
            "webchat.transport.pollIntervalMultiplier: expected a number above 1, at most 100, got 0.5"
                .into(),
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
