//! What a deployment says of itself in `config.json`. It can be minutes old, and the server's answers win over it; what is missing has the
//! value that hinders nothing (web-messaging.md, 3).

use crate::model::JsonObject;
use serde_json::Value;

/// What a deployment allows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Deployment {
    /// It is in use, and has chats.
    pub(crate) has_chats: bool,
    /// Customers are to join before they say something.
    pub(crate) joins: bool,
    /// Customers may end the conversation.
    pub(crate) may_clear: bool,
    /// The agent may be told that the customer types.
    pub(crate) shows_typing: bool,
}

impl Default for Deployment {
    fn default() -> Self {
        Self { has_chats: true, joins: false, may_clear: true, shows_typing: true }
    }
}

impl Deployment {
    /// Reads `config.json`; nothing, if it is no object.
    pub(crate) fn read(config: &Value) -> Option<Self> {
        let config: &JsonObject = config.as_object()?;
        let status = config.get("status").and_then(Value::as_str).unwrap_or("Active");
        let chats = config.get("messenger").and_then(|it| it.pointer("/apps/conversations"));
        let flag = |path: &str| chats.and_then(|chats| chats.pointer(path)).and_then(Value::as_bool);
        let usual = Self::default();
        Some(Self {
            has_chats: !status.eq_ignore_ascii_case("inactive") && flag("/enabled") != Some(false),
            joins: flag("/autoStart/enabled").unwrap_or(usual.joins),
            may_clear: flag("/conversationClear/enabled").unwrap_or(usual.may_clear),
            shows_typing: flag("/showUserTypingIndicator").unwrap_or(usual.shows_typing),
        })
    }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "values are made where they are handed in")]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(status: &str, conversations: Value) -> Deployment {
        let config = json!({"status": status, "messenger": {"apps": {"conversations": conversations}}});
        Deployment::read(&config).unwrap()
    }

    #[test]
    fn switches_are_read_and_what_is_missing_hinders_nothing() {
        assert_eq!(Deployment::read(&json!({})), Some(Deployment::default()));
        assert_eq!(of("Active", json!({"autoStart": 1, "conversationClear": null})), Deployment::default());
        assert!(!of("Inactive", json!({})).has_chats && !of("Active", json!({"enabled": false})).has_chats);
        let other = of(
            "Active",
            json!({"autoStart": {"enabled": true}, "conversationClear": {"enabled": false}, "showUserTypingIndicator": false}),
        );
        assert_eq!(other, Deployment { has_chats: true, joins: true, may_clear: false, shows_typing: false });
        for none in [json!(null), json!([]), json!("<html>")] {
            assert_eq!(Deployment::read(&none), None);
        }
    }
}
