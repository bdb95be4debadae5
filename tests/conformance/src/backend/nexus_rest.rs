//! Nexus v3 over REST.

use super::{BY_STATUS, BackEnd, Reference, text};
use serde_json::{Value, json};

/// The back end.
pub const NEXUS_REST: BackEnd = BackEnd {
    name: "nexus-rest",
    abilities: &[
        "wire",
        "polling",
        "joins",
        "ownName",
        "ownTyping",
        "startError",
        "userDataAtOnce",
        "http",
        "concurrent",
        "lostByPolls",
        "images",
        "fileUpload",
        "updateUserData",
        "verifySession",
        "async",
        "history",
        "startForm",
        "namedCodes",
        "tokens",
        "longPolls",
        "deliveryCursor",
        "backOff",
        "customTypes",
    ],
    never_resolves: &[
        "sendCustomNotice",
        "resetPollExceptions",
        "downloadFile",
        "deleteFile",
        "getFileLimits",
        "pushUrl",
        "updateNickname",
        "readReceipt",
    ],
    library: None,
    left_out: &[],
    reference: &NEXUS_V3,
    refusal: &BY_STATUS,
    config: |simulator, poll_interval| {
        json!({"transport": {
            "type": "pureengage-v3-rest",
            "dataURL": simulator.nexus_url(),
            "endpoint": "Sales",
            "headers": {"x-api-key": "n3eNkg"},
            "pollTimeout": poll_interval.unwrap_or(100),
        }})
    },
    server: &[],
    actions: &[],
    link: |_| Value::Null,
    path: None,
};

const NEXUS_V3: Reference = Reference {
    name: "nexus",
    codes: &[
        "pureengage-v3-rest-INVALID_CONTACT_CENTER",
        "pureengage-v3-rest-INVALID_ENDPOINT",
        "pureengage-v3-rest-INVALID_NICKNAME",
        "pureengage-v3-rest-AUTHENTICATION_REQUIRED",
        "pureengage-v3-rest-INVALID_FILE_TYPE",
        "pureengage-v3-rest-LIMIT_FILE_SIZE",
        "pureengage-v3-rest-LIMIT_FILE_COUNT",
        "pureengage-v3-rest-INVALID_SESSION",
    ],
    asynchronous: || json!({"transport": {"async": {"enabled": true}}}),
    word,
    error: |response| json!({"errors": [{"code": text(), "text": text(), "response": response}]}),
    restored: |asynchronous| json!({"$exactly": {"async": asynchronous}}),
    started: |session| json!({"$exactly": {"data": session}}),
    index: |original| original["index"].clone(),
    shown_index: |original| match original {
        Value::String(text) => text.replacen('-', "", 1).into(),
        _ => original.to_string().into(),
    },
    place,
    id: |entry| entry["from"]["participantId"].clone(),
};

fn word(name: &str) -> Option<Value> {
    Some(match name {
        "ok" => json!({"status": {"code": "SUCCESS"}}),
        "anySession" => json!({"sessionId": text(), "token": text()}),
        "noSession" => json!({"$exactly": {}}),
        "sessionId" => "sessionId".into(),
        "sessionKey" => "token".into(),
        "storedKeys" => "pureengage-v3-rest.keys".into(),
        "storedSession" => "pureengage-v3-rest.session".into(),
        "textField" => "data[text]".into(),
        _ => return None,
    })
}

/// Places are a time and a number, joined by a line.
fn place(original: &Value) -> Option<(u64, u64)> {
    let text = super::written(original)?;
    let (time, number) = text.split_once('-').unwrap_or((&text, "0"));
    super::known((time.parse().ok()?, number.parse().ok()?))
}
