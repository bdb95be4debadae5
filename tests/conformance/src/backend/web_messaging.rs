//! Genesys Cloud Web Messaging.

use super::{Action, BackEnd, REFUSED, Reference, Refusal, text};
use serde_json::{Value, json};
use webchat_simulator::Simulator;

/// The back end.
pub const WEB_MESSAGING: BackEnd = BackEnd {
    name: "web-messaging",
    abilities: &[
        "wire",
        "push",
        "deployment",
        "webSocket",
        "fileUpload",
        "fileDownload",
        "fileLimits",
        "updateUserData",
        "verifySession",
        "async",
        "history",
        "startForm",
        "botEvents",
        "restoreTimeout",
    ],
    never_resolves: &[
        "poll",
        "startPoll",
        "stopPoll",
        "resetPollExceptions",
        "sendCustomNotice",
        "deleteFile",
        "pushUrl",
        "updateNickname",
        "readReceipt",
    ],
    library: None,
    left_out: LEFT_OUT,
    reference: &WEB,
    refusal: &BY_CODE,
    config,
    server: &[],
    actions: ACTIONS,
    link: |simulator| json!(simulator.web_messaging()),
    path: None,
};

/// What befalls connections and sessions.
const ACTIONS: &[Action] = &[
    ("cut", "POST", "/web-messaging/cut"),
    ("closeConnections", "POST", "/web-messaging/close"),
    ("expireSessions", "POST", "/web-messaging/expire"),
    ("clearSessions", "POST", "/web-messaging/clear"),
    ("forgetSessions", "POST", "/web-messaging/forget"),
];

const WEB: Reference = Reference {
    name: "web-messaging",
    codes: &[],
    asynchronous: || json!({"transport": {"async": {"enabled": true}}}),
    word,
    error: |response| json!({"errors": [{"code": text(), "text": text(), "response": response}]}),
    restored: |asynchronous| json!({"$exactly": {"async": asynchronous}}),
    started: |session| json!({"$exactly": {"data": session}}),
    index: |original| match original.pointer("/events/0/eventType").and_then(Value::as_str) {
        // What is never in the history has no place.
        Some("Typing") => Value::Null,
        _ => original["id"].clone(),
    },
    shown_index: |original| match original {
        Value::String(text) => text.replacen('-', "", 1).into(),
        _ => original.clone(),
    },
    // Ids say nothing of their order.
    place: |_| None,
    // Nobody has an id: agents are known by their names.
    id,
};

/// Nobody has an id: agents are known by their names. What the customer is not told of is as the simulator has it.
fn id(entry: &Value) -> Value {
    let kind = entry.pointer("/from/type").and_then(Value::as_str);
    let name = entry.pointer("/channel/from/nickname").or_else(|| entry.pointer("/from/nickname"));
    match name {
        _ if entry["direction"] == "Inbound" || kind == Some("Client") => "Client".into(),
        Some(name) if kind != Some("Bot") => name.clone(),
        _ => "Bot".into(),
    }
}

/// With a code of the wire's own, over the socket as over HTTP.
const BY_CODE: Refusal = Refusal {
    fault: || json!({"kind": "errorCode", "code": REFUSED}),
    rejection: || json!({"kind": "unauthorized", "value": {"errorCode": REFUSED}}),
};

fn config(simulator: &Simulator, _: Option<u64>) -> Value {
    let base = format!("http://{}", simulator.address());
    json!({"transport": {
        "type": "genesyscloud-webmessaging",
        "deploymentId": "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10",
        "socketURL": base.replacen("http", "ws", 1),
        "apiURL": base,
        "configURL": base,
    }})
}

fn word(name: &str) -> Option<Value> {
    Some(match name {
        "ok" => json!({}),
        "anySession" => json!({"$exactly": {"token": text(), "deploymentId": text()}}),
        "noSession" => json!({"$exactly": {}}),
        "sessionId" | "sessionKey" => "token".into(),
        "storedKeys" => "genesyscloud-webmessaging.keys".into(),
        "storedSession" => "genesyscloud-webmessaging.session".into(),
        "textField" => "message.text".into(),
        _ => return None,
    })
}

/// Scenarios that do not hold for it, and what its wire has instead.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "messages out of order are published in order",
        "nothing but times tells the order of what is pushed, and it is told as it comes",
    ),
    ("only messages are hidden, whatever text other entries have", "no entry but a message has a text"),
    (
        "a chat that the server makes after the program has closed is ended, and no lock stays",
        "a session is configured, not made: a conversation begins with the customer's joining",
    ),
    ("half of a stored session is none", "the token is all there is of a session"),
];
