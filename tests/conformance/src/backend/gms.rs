//! What the GMS v2 reference promises, whatever carries it.

use super::{BY_STATUS, BackEnd, Reference, text};
use serde_json::{Value, json};

/// GMS v2 over REST or `CometD`: one wire, two carriers.
pub(super) const GMS_V2: Reference = Reference {
    name: "gms",
    codes: &[],
    asynchronous: || json!({"async": {"enabled": true}}),
    word,
    error: |response| response,
    restored: |asynchronous| {
        if asynchronous { json!({"$exactly": {"async": true}}) } else { json!({"$exactly": {}}) }
    },
    started: |session| session,
    index: |original| original["index"].clone(),
    shown_index: |original| place(original).map_or_else(|| original.clone(), |(place, _)| place.into()),
    place,
    id: |entry| entry["from"]["participantId"].clone(),
};

/// These abilities, and those of every back end of GMS v2.
macro_rules! abilities {
    ($($own:literal),*) => {
        &[
            $($own,)*
            "wire",
            "joins",
            "ownName",
            "ownTyping",
            "startError",
            "userDataAtOnce",
            "files",
            "fileUpload",
            "fileDownload",
            "fileLimits",
            "fileDeletion",
            "customNotice",
            "notices",
            "updateUserData",
            "verifySession",
            "serverOutage",
            "pushUrl",
            "updateNickname",
            "readReceipt",
            "restoreTimeout",
            "botEvents",
            "statusCodes",
            "numericCodes",
            "eventAttributes",
            "alias",
            "idleControl",
        ]
    };
}
pub(super) use abilities;

/// What both have in common.
pub(super) const fn back_end(name: &'static str) -> BackEnd {
    BackEnd {
        name,
        abilities: &[],
        never_resolves: &[],
        library: None,
        left_out: &[],
        reference: &GMS_V2,
        refusal: &BY_STATUS,
        config: |_, _| Value::Null,
        server: &[],
        actions: &[],
        link: |_| Value::Null,
        path: None,
    }
}

fn word(name: &str) -> Option<Value> {
    Some(match name {
        "ok" => json!({"statusCode": 0}),
        "anySession" => {
            json!({"$exactly": {"secureKey": text(), "sessionID": text(), "alias": text(), "userId": text()}})
        }
        "noSession" => json!({"$exactly": {"secureKey": "", "sessionID": "", "alias": "", "userId": ""}}),
        "sessionId" => "sessionID".into(),
        "sessionKey" => "secureKey".into(),
        "storedKeys" => "keys".into(),
        "storedSession" => "session".into(),
        "textField" => "message".into(),
        _ => return None,
    })
}

/// Places are whole numbers, which some servers write with a fraction.
fn place(original: &Value) -> Option<(u64, u64)> {
    let text = super::written(original)?;
    let place = text.strip_suffix(".0").unwrap_or(&text).parse().ok()?;
    super::known((place, 0))
}
