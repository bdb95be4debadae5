//! What a publish asks for: its `data` as the form that REST would have sent (gms-v2.md, 8.3).

use serde_json::{Map, Value};

use super::CHANNELS;
use super::message::{Message, plain};
use crate::api::gms::Desk;
use crate::form::Form;
use crate::operation::Operation;

/// A chat operation asked for on a channel.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The service of the channel; absent if that is no channel of chats.
    pub(super) service: Option<String>,
    /// The operation as named, if one is.
    pub(super) name: Option<String>,
    pub(super) operation: Option<Operation>,
    pub(super) form: Form,
    /// The user in `auth`, in the encoding of basic authentication.
    pub(super) user: Option<String>,
}

/// The service of a channel `/service/chatV2/{service}`.
pub(super) fn service_of(channel: &str) -> Option<&str> {
    let service = channel.strip_prefix(CHANNELS)?;
    (!service.is_empty() && !service.contains(['/', '*'])).then_some(service)
}

impl Call {
    pub(super) fn read(message: &Message) -> Self {
        let nothing = Map::new();
        let data = message.data().unwrap_or(&nothing);
        let name = data.get("operation").and_then(Value::as_str).filter(|name| !name.is_empty());
        let fields = data.iter().flat_map(|(name, value)| fields(name, value)).collect();
        Self {
            service: service_of(message.channel()).map(str::to_owned),
            name: name.map(str::to_owned),
            operation: name.and_then(operation),
            form: Form { fields, files: Vec::new() },
            user: data.get("auth").and_then(user),
        }
    }

    /// The chat it is about: the one it names or else the one its key opens. Most clients send the key alone.
    pub(super) fn chat(&self, desk: &Desk) -> Option<String> {
        if self.operation == Some(Operation::RequestChat) {
            return None;
        }
        let named = self.form.get("chatId").map(str::to_owned);
        named.or_else(|| desk.chat_of(self.form.get("secureKey")?).map(str::to_owned))
    }

    /// The form as the chat server is to see it. A position says from where on messages are wanted only when
    /// they are asked for; else it says what was seen. Nothing asked for is everything.
    pub(super) fn to_form(&self) -> Form {
        const POSITION: &str = "transcriptPosition";
        let mut fields = self.form.fields.clone();
        let position = self.form.get(POSITION).unwrap_or("0");
        let position = match (self.name.as_deref(), position) {
            (Some("requestNotifications"), "0") => Some("1"),
            (Some("requestNotifications" | "refresh" | "readReceipt"), position) => Some(position),
            _ => None,
        };
        let position = position.map(str::to_owned);
        fields.retain(|(name, _)| name != POSITION);
        fields.extend(position.map(|position| (POSITION.to_owned(), position)));
        Form { fields, files: Vec::new() }
    }
}

/// The operation by its name here, which differs from that of REST for some.
fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "requestChat" => Operation::RequestChat,
        "sendMessage" => Operation::Send,
        "requestNotifications" => Operation::Refresh,
        "refresh" => Operation::History,
        "startTyping" => Operation::StartTyping,
        "stopTyping" => Operation::StopTyping,
        "disconnect" => Operation::Disconnect,
        "pushUrl" => Operation::PushUrl,
        "updateNickname" => Operation::UpdateNickname,
        "customNotice" => Operation::CustomNotice,
        "updateData" => Operation::UpdateData,
        "readReceipt" => Operation::ReadReceipt,
        _ => return None,
    })
}

/// A member of `data` as form fields: objects of strings as `name[key]`, `eventAttributes` as JSON text.
fn fields(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(members) if name != "eventAttributes" => {
            members.iter().map(|(key, value)| (format!("{name}[{key}]"), plain(value))).collect()
        }
        value => vec![(name.to_owned(), plain(value))],
    }
}

/// `auth`: `encoded`, or `username` and `password`.
fn user(auth: &Value) -> Option<String> {
    use base64::Engine;
    let text = |name: &str| auth.get(name)?.as_str();
    let encode = |user: &str, password: &str| {
        base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
    };
    text("encoded").map(str::to_owned).or_else(|| Some(encode(text("username")?, text("password")?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(data: &Value) -> Call {
        let message = json!({ "channel": "/service/chatV2/support", "data": data }).to_string();
        Call::read(&Message::read_all(message.as_bytes()).unwrap()[0])
    }

    #[test]
    fn data_becomes_a_form() {
        let call = call(&json!({
            "operation": "sendMessage", "secureKey": "k+/=", "message": "hi", "chatId": "", "alias": null,
            "userData": {"a": "1", "b": 2}, "eventAttributes": {"x": {"y": 1}}, "transcriptPosition": 3,
        }));
        assert_eq!((call.service.as_deref(), call.operation), (Some("support"), Some(Operation::Send)));
        let form = call.to_form();
        assert_eq!(
            (form.get("secureKey"), form.get("chatId"), form.get("alias")),
            (Some("k+/="), None, None)
        );
        assert_eq!(form.get("eventAttributes"), Some(r#"{"x":{"y":1}}"#));
        let own = |text: &str| text.to_owned();
        assert_eq!(form.user_data().collect::<Vec<_>>(), [(own("a"), own("1")), (own("b"), own("2"))]);
        assert_eq!((form.get("transcriptPosition"), call.form.get("transcriptPosition")), (None, Some("3")));
    }

    #[test]
    fn positions() {
        let position = |data: Value| call(&data).to_form().get("transcriptPosition").map(str::to_owned);
        for (given, wanted) in [(json!(null), "1"), (json!(0), "1"), (json!("7"), "7"), (json!(7), "7")] {
            let data = json!({"operation": "requestNotifications", "transcriptPosition": given});
            assert_eq!(position(data).as_deref(), Some(wanted));
        }
        assert_eq!(
            position(json!({"operation": "refresh", "transcriptPosition": -1})).as_deref(),
            Some("-1")
        );
        assert_eq!(position(json!({"operation": "startTyping", "transcriptPosition": 4})), None);
    }

    #[test]
    fn both_forms_of_auth() {
        for auth in [json!({"encoded": "bWlhOnM="}), json!({"username": "mia", "password": "s"})] {
            let call = call(&json!({"operation": "requestChat", "auth": auth}));
            assert_eq!(call.user.as_deref(), Some("bWlhOnM="));
        }
        assert_eq!(call(&json!({"auth": {"username": "mia"}})).user, None);
    }

    #[test]
    fn channels() {
        assert_eq!(service_of("/service/chatV2/my shop"), Some("my shop"));
        for other in ["/service/chatV2/", "/service/chatV2/a/b", "/service/chatV2/*", "/service/chat/a", "/a"]
        {
            assert_eq!(service_of(other), None, "{other}");
        }
    }
}
