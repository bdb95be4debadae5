//! The names of the options that each command has.

use crate::model::JsonObject;
use serde_json::Value;

/// Who gives the command. It may stand beside the options of any command; where those are data of any name, it is one of them.
pub(super) const COMMANDER: &str = "commander";

/// The options that a command does not have, whose effect nobody would see.
pub(super) fn unknown<'a>(command: &str, options: &'a Value) -> impl Iterator<Item = &'a str> + use<'a> {
    let known = of(command);
    let names = options.as_object().into_iter().flat_map(JsonObject::keys).map(String::as_str);
    names.filter(move |name| known.is_some_and(|known| *name != COMMANDER && !known.contains(name)))
}

/// The options of a command; nothing where any name may stand, or where they are checked elsewhere.
fn of(command: &str) -> Option<&'static [&'static str]> {
    Some(match command {
        "configure" | "startChat" | "updateUserData" => return None,
        "sendMessage" => &["message", "type", "parentMessageID"],
        "sendCustomNotice" => &["message"],
        "sendTyping" => &["message", "Message"],
        "sendFilteredMessage" => &["message", "regex"],
        "addPrefilter" => &["filters"],
        "restore" => &["sessionData"],
        "sendFile" => &["files", "userData", "description"],
        "downloadFile" => &["fileId", "field", "fileName", "path", "directory"],
        "deleteFile" => &["fileId"],
        "pushUrl" => &["url"],
        "updateNickname" => &["nickname"],
        "readReceipt" => &["index"],
        _ => &[],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_command_does_not_have_is_named() {
        let of = |command, options: Value| -> Vec<String> {
            unknown(command, &options).map(str::to_owned).collect()
        };
        assert_eq!(of("sendMessage", json!({"message": "hi", "tpye": "z"})), ["tpye"]);
        assert_eq!(of("poll", json!({"commander": "WebChatService", "at": 1})), ["at"]);
        assert_eq!(of("getStats", json!(null)), [""; 0]);
        for data in ["startChat", "updateUserData"] {
            assert_eq!(of(data, json!({"anything": 1})), [""; 0], "{data}");
        }
    }
}
