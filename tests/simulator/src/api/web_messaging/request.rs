//! What a client asks for: one JSON object a frame.

use serde_json::{Map, Value};

use crate::operation::Operation;

/// A request. Members may come in any order, and all but the action may be left out as far as the action can do without.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    pub(super) members: Map<String, Value>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Configure,
    ConfigureAuthenticated,
    Message,
    Attach,
    GetAttachment,
    DeleteAttachment,
    GetJwt,
    Echo,
    CloseSession,
    GetConfiguration,
}

impl Request {
    /// A frame as a request, if it is a JSON object.
    pub(super) fn read(text: &str) -> Option<Self> {
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => Some(Self { members }),
            _ => None,
        }
    }

    /// A member that is text; an empty one counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.members.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.text("token")
    }

    pub(super) fn tracing_id(&self) -> Option<Value> {
        self.members.get("tracingId").filter(|id| !id.is_null()).cloned()
    }

    pub(super) fn action(&self) -> Option<Action> {
        Some(match self.text("action")? {
            "configureSession" => Action::Configure,
            "configureAuthenticatedSession" => Action::ConfigureAuthenticated,
            "onMessage" => Action::Message,
            "onAttachment" => Action::Attach,
            "getAttachment" => Action::GetAttachment,
            "deleteAttachment" => Action::DeleteAttachment,
            "getJwt" => Action::GetJwt,
            "echo" => Action::Echo,
            "closeSession" => Action::CloseSession,
            "getConfiguration" => Action::GetConfiguration,
            _ => return None,
        })
    }

    /// The name by which faults and log know the request; `is_known` says that there is a session of its token.
    pub(super) fn operation(&self, is_known: bool) -> Option<Operation> {
        Some(match self.action()? {
            Action::Configure | Action::ConfigureAuthenticated if is_known => Operation::Resume,
            Action::Configure | Action::ConfigureAuthenticated => Operation::RequestChat,
            Action::Message => match self.presence() {
                Some("Join") => Operation::Join,
                Some("Clear") => Operation::Disconnect,
                Some("Typing") => Operation::StartTyping,
                _ => Operation::Send,
            },
            Action::Attach => Operation::Presign,
            Action::GetAttachment => Operation::FileAddress,
            Action::DeleteAttachment => Operation::FileDelete,
            Action::GetJwt => Operation::Token,
            Action::Echo => Operation::Echo,
            Action::CloseSession => Operation::DisconnectClient,
            Action::GetConfiguration => Operation::Configuration,
        })
    }

    /// What the first event of a message is: the type of a presence, or `Typing`.
    pub(super) fn presence(&self) -> Option<&str> {
        let event = self.members.get("message")?.pointer("/events/0")?;
        match event.get("eventType").and_then(Value::as_str) {
            Some("Presence") => event.pointer("/presence/type").and_then(Value::as_str),
            other => other,
        }
    }

    /// Custom attributes: inside of the message, or beside it.
    pub(super) fn attributes(&self) -> Option<&Map<String, Value>> {
        const PATH: &str = "/channel/metadata/customAttributes";
        const BESIDE: &str = "/metadata/customAttributes";
        let inside = self.members.get("message").and_then(|message| message.pointer(PATH));
        let beside = || self.members.get("channel").and_then(|channel| channel.pointer(BESIDE));
        inside.or_else(beside).and_then(Value::as_object)
    }

    /// All members for the log, those of objects by their path.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        flatten("", &self.members, &mut fields);
        fields
    }
}

fn flatten(path: &str, members: &Map<String, Value>, fields: &mut Vec<(String, String)>) {
    for (name, value) in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value {
            Value::Object(members) if !members.is_empty() => flatten(&path, members, fields),
            Value::String(text) => fields.push((path, text.clone())),
            other => fields.push((path, other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Request {
        Request::read(&value.to_string()).unwrap()
    }

    #[test]
    fn operations_by_what_is_in_the_message() {
        let event = |event: Value| {
            read(&json!({"action": "onMessage", "message": {"type": "Event", "events": [event]}}))
        };
        let presence = |kind: &str| event(json!({"eventType": "Presence", "presence": {"type": kind}}));
        assert_eq!(presence("Join").operation(true), Some(Operation::Join));
        assert_eq!(presence("Clear").operation(true), Some(Operation::Disconnect));
        let typing = event(json!({"eventType": "Typing", "typing": {"type": "On"}}));
        assert_eq!(typing.operation(true), Some(Operation::StartTyping));
        let configure = read(&json!({"action": "configureSession"}));
        assert_eq!(configure.operation(false), Some(Operation::RequestChat));
        assert_eq!(configure.operation(true), Some(Operation::Resume));
        assert_eq!(read(&json!({"action": "dance"})).operation(true), None);
        assert!(Request::read("[1]").is_none() && Request::read("{").is_none());
    }

    #[test]
    fn attributes_in_both_places() {
        let channel = json!({"metadata": {"customAttributes": {"a": "1"}}});
        for request in [
            json!({"action": "onMessage", "message": {"type": "Text", "channel": channel}}),
            json!({"action": "onMessage", "message": {"type": "Text"}, "channel": channel}),
        ] {
            assert_eq!(read(&request).attributes().unwrap().get("a"), Some(&json!("1")), "{request}");
        }
    }

    #[test]
    fn fields_by_path() {
        let request = read(&json!({"token": "t", "message": {"text": "a", "n": 1, "content": [1]}}));
        let fields = request.fields();
        let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        assert_eq!(
            (field("message.text"), field("message.content"), field("token")),
            (Some("a"), Some("[1]"), Some("t"))
        );
    }
}
