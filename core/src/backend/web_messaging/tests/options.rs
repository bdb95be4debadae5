//! What configurations say.

use crate::{
    backend::web_messaging::{AutoStart, Limits, Options, options},
    config::{Findings, ServiceConfig, Webchat},
};
use serde_json::{Value, json};
use std::time::Duration;

fn object(transport: Value) -> Value {
    let mut all = json!({"type": "genesyscloud-webmessaging", "deploymentId": "d"});
    let Value::Object(transport) = transport else { panic!("options are an object") };
    all.as_object_mut().unwrap().extend(transport);
    json!({ "transport": all })
}

fn read_with(json: &Value) -> (Result<(), crate::Error>, Option<Options>, ServiceConfig) {
    let findings = Findings::default();
    let webchat = Webchat::new(json.as_object(), None, &findings);
    let mut service = ServiceConfig::read(&webchat);
    let options = options::read(&webchat, &mut service);
    (findings.check(), options, service)
}

fn read(transport: Value) -> Options {
    let (checked, options, _) = read_with(&object(transport));
    checked.unwrap();
    options.unwrap()
}

fn problem(transport: Value) -> String {
    read_with(&object(transport)).0.unwrap_err().message().to_owned()
}

#[test]
fn addresses_are_made_of_the_domain() {
    let options = read(json!({"domain": "mypurecloud.ie"}));
    assert_eq!(options.socket_url.as_str(), "https://webmessaging.mypurecloud.ie/");
    assert_eq!(options.api_url.as_str(), "https://api.mypurecloud.ie/");
    assert_eq!(options.config_url.as_str(), "https://api-cdn.mypurecloud.ie/");
    assert_eq!(options.origin, "https://webmessaging.mypurecloud.ie");
    assert_eq!(read(json!({"domain": "a-region.nobody.knows"})).domain, "a-region.nobody.knows");
}

#[test]
fn addresses_can_be_given_apart_from_it() {
    let socket = json!({"socketURL": "ws://127.0.0.1:8080/x", "apiURL": "http://127.0.0.1:1", "configURL": "http://127.0.0.1:2/cdn"});
    let options = read(socket);
    assert_eq!(options.socket_url.as_str(), "http://127.0.0.1:8080/x");
    assert_eq!(options.config_url.as_str(), "http://127.0.0.1:2/cdn");
    assert_eq!((options.origin.as_str(), options.domain.as_str()), ("https://127.0.0.1:8080", ""));
    let one = read(json!({"domain": "r.test", "socketURL": "wss://s.test"}));
    assert_eq!((one.socket_url.as_str(), one.api_url.as_str()), ("https://s.test/", "https://api.r.test/"));
}

#[test]
fn defaults() {
    let (_, options, service) = read_with(&object(json!({"domain": "r.test"})));
    let options = options.unwrap();
    assert_eq!(
        (options.auto_start, options.clears, options.asynchronous),
        (AutoStart::Deployment, true, false)
    );
    assert_eq!(options.reconnect_timeout, Some(Duration::from_mins(5)));
    assert_eq!(
        (options.ping_interval, options.settle_timeout),
        (Duration::from_secs(15), Duration::from_secs(5))
    );
    assert!(options.application.starts_with("libwebchat-") && options.page_size == 25);
    let limits = Limits {
        messages_per_second: 5,
        requests_per_minute: 60,
        histories_per_minute: 10,
        typing_interval: Duration::from_secs(5),
    };
    assert_eq!(options.limits, limits);
    assert_eq!((service.asynchronous, service.restore_timeout), (Some(false), Some(Duration::from_mins(1))));
}

#[test]
fn every_option_is_taken() {
    let json = json!({"domain": "r.test", "origin": "https://shop.test", "application": "shop-1", "headers": {"x-a": "1"},
        "autoStart": "never", "endChat": "leave", "journeyContext": {"customer": {}}, "reconnectTimeout": 0, "pingInterval": 1000,
        "settleTimeout": 1, "maxMessagePageSize": 100, "limits": {"messagesPerSecond": 0, "requestsPerMinute": 1,
        "historiesPerMinute": 2, "typingInterval": 0}, "async": {"enabled": true, "getSessionData": {}}, "pollTimeout": 1});
    let (checked, options, service) = read_with(&object(json));
    checked.unwrap();
    let options = options.unwrap();
    assert_eq!((options.origin.as_str(), options.application.as_str()), ("https://shop.test", "shop-1"));
    assert_eq!((options.auto_start, options.clears), (AutoStart::Never, false));
    assert_eq!(
        (options.reconnect_timeout, options.settle_timeout),
        (None, Duration::from_secs(3)),
        "no less than ajaxTimeout"
    );
    assert_eq!((options.limits.messages_per_second, options.limits.requests_per_minute), (0, 1));
    assert!(options.journey_context.is_some() && options.headers.len() == 1);
    assert_eq!((service.asynchronous, service.restore_timeout), (Some(true), None));
}

#[test]
fn what_is_wrong_is_named() {
    for (transport, expected) in [
        (json!({}), "webchat.transport.domain: expected a host name, without scheme and path, got nothing"),
        (
            json!({"domain": "https://r.test"}),
            "webchat.transport.domain: expected a host name, without scheme and path, got another string",
        ),
        (
            json!({"domain": "r.test/a"}),
            "webchat.transport.domain: expected a host name, without scheme and path, got another string",
        ),
        (
            json!({"domain": 7}),
            "webchat.transport.domain: expected a host name, without scheme and path, got 7",
        ),
        (
            json!({"domain": "r.test", "deploymentId": null}),
            "webchat.transport.deploymentId: expected a string that is not empty, got nothing",
        ),
        (
            json!({"domain": "r.test", "socketURL": "ftp://x"}),
            "webchat.transport.socketURL: expected an absolute wss or ws URL, got a string that is none",
        ),
        (
            json!({"domain": "r.test", "socketURL": "wss://u:p@x"}),
            "webchat.transport.socketURL: expected an absolute wss or ws URL, got a string that is none",
        ),
        (
            json!({"domain": "r.test", "apiURL": "x"}),
            "webchat.transport.apiURL: expected an absolute http or https URL, got a string that is none",
        ),
        (
            json!({"domain": "r.test", "endChat": "close"}),
            "webchat.transport.endChat: expected \"clear\" or \"leave\", got another string",
        ),
        (
            json!({"domain": "r.test", "pingInterval": 999}),
            "webchat.transport.pingInterval: expected a number of milliseconds from 1000 to 2147483647, got 999",
        ),
        (
            json!({"domain": "r.test", "maxMessagePageSize": 101}),
            "webchat.transport.maxMessagePageSize: expected a whole number from 1 to 100, got 101",
        ),
    ] {
        assert_eq!(problem(transport), format!("Invalid configuration: {expected}"));
    }
}
