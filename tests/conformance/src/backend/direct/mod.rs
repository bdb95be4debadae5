//! A back end of this crate: in memory, pushed, without a wire and without history. Its chats are those of the simulator in this process.
//! `library` is what the library is given, `chat` performs requests and pushes.
//!
//! The server counts its entries; what the library is told of their places is opaque.

mod chat;
mod library;

pub use library::Direct;

use super::{BY_STATUS, BackEnd, Reference, text};
use serde_json::{Value, json};

/// What the table may expect of it.
pub const DIRECT: BackEnd = BackEnd {
    name: "direct",
    abilities: &[
        "push",
        "joins",
        "ownName",
        "ownLeave",
        "ownTyping",
        "startError",
        "verifySession",
        "restoreTimeout",
    ],
    never_resolves: &[
        "poll",
        "startPoll",
        "stopPoll",
        "fetchHistory",
        "sendCustomNotice",
        "updateUserData",
        "resetPollExceptions",
        "sendFile",
        "downloadFile",
        "deleteFile",
        "getFileLimits",
        "pushUrl",
        "updateNickname",
        "readReceipt",
    ],
    library: Some(&Direct),
    left_out: &[],
    reference: &REFERENCE,
    refusal: &BY_STATUS,
    config: |simulator, _| json!({"direct": {"server": library::at_hand(simulator)}}),
    server: &[],
    actions: &[],
    link: |_| Value::Null,
    path: None,
};

const REFERENCE: Reference = Reference {
    name: "direct",
    codes: &[],
    asynchronous: || json!({}),
    word,
    error: |response| response,
    restored: |_| json!({"$exactly": {}}),
    started: |session| session,
    index: |original| original["index"].clone(),
    shown_index: |original| format!("place {original}").into(),
    place: |original| super::known((original.as_u64()?, 0)),
    id: |entry| entry["from"]["participantId"].clone(),
};

fn word(name: &str) -> Option<Value> {
    Some(match name {
        "ok" => json!({"taken": true}),
        "anySession" => json!({"$exactly": {"chat": text(), "key": text()}}),
        "noSession" => json!({"$exactly": {}}),
        "sessionId" => "chat".into(),
        "sessionKey" => "key".into(),
        "storedKeys" => "direct.key".into(),
        "storedSession" => "direct.chat".into(),
        "textField" => "text".into(),
        _ => return None,
    })
}
