//! Genesys Cloud Web Messaging.

use super::{Action, BackEnd, Reference, text};
use serde_json::{Value, json};
use webchat_simulator::Simulator;

/// The back end.
///
/// Of the scenarios that say what a wire is like (`wire`) none is written for this one yet.
pub const WEB_MESSAGING: BackEnd = BackEnd {
    name: "web-messaging",
    abilities: &[
        "push",
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
    config,
    server: &[],
    actions: ACTIONS,
    link: |simulator| json!(simulator.web_messaging()),
    path: None,
};

/// What befalls connections.
const ACTIONS: &[Action] = &[("cut", "POST", "/web-messaging/cut")];

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

const JOINS: &str = "it awaits an agent's joining, of which this server tells nothing";
const LEAVES: &str = "it awaits the customer's leaving, of which this server tells nothing";
const PAGES: &str = "its pages are as long as another reference has them";
const FILES: &str = "files are answered in the words of another reference";
const ENDED: &str = "a chat that has ended can still be read here: it is restored, and ends";
const TOKEN: &str = "the token is all there is of a session";
const WORDS: &str = "an end is told in the words of another reference";

/// Scenarios that do not hold here as they are written.
const LEFT_OUT: &[(&str, &str)] = &[
    ("async: stored, the process killed, and restored in a new one", JOINS),
    ("async: agents leave, and come again", JOINS),
    ("a long chat that is not asynchronous is restored whole", JOINS),
    ("prefiltered messages are not shown, and count as seen", JOINS),
    ("downloadFile: a server-given name cannot leave the directory", JOINS),
    ("agents and supervisors are counted together", JOINS),
    ("getStats", JOINS),
    ("endChat while an agent types tells that the typing is over", JOINS),
    ("registerPreProcessor: messages are changed before they are shown", JOINS),
    ("no expression hangs the service", JOINS),
    ("the agent ends the chat", JOINS),
    ("there is nothing to poll", JOINS),
    ("host: a chat from its start to its end", JOINS),
    ("the stored chat has ended meanwhile", JOINS),
    ("registerPreProcessor: one that fails leaves the message as it is", JOINS),
    ("a whole chat", JOINS),
    ("participants of other types are messages only", JOINS),
    ("registerPreProcessor: it sees a message before its events, and can silence a join", JOINS),
    ("a second chat in the same service starts afresh", JOINS),
    ("getTranscript before, in and after a chat", LEAVES),
    ("history: prefilters and preprocessors work on old messages, too", PAGES),
    ("sendFile: refused for its type, its size, and the number of files", FILES),
    ("host: a file there and back", FILES),
    ("async: the agent ended the chat while the customer was away", ENDED),
    ("async: a chat that ends as it should is not told to be forgotten", ENDED),
    ("half of a stored session is none", TOKEN),
    ("async: the session is lost in the middle of a chat", WORDS),
    ("async: kept by the application, and restored from what it kept", JOINS),
    ("a chat without an address for files", FILES),
];
