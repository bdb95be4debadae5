//! What goes over the socket: one JSON object in each text frame (web-messaging.md, 4.1 and 4.2).

use crate::model::JsonObject;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Custom attributes of a conversation: what other back ends call attached data.
pub(crate) type Attributes = BTreeMap<String, String>;

/// What a customer says or does in the conversation.
#[derive(Clone, Debug)]
pub(crate) enum Message<'a> {
    /// A text, and the id of the message that it answers.
    Text(&'a str, Option<&'a str>),
    /// A file that has been uploaded.
    File(&'a str),
    /// The customer is there.
    Join,
    /// The conversation is to be cleared, which ends it.
    Clear,
    /// The customer types.
    Typing,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) enum Request<'a> {
    /// The connection is to be that of the token's session.
    Configure { deployment_id: &'a str, journey_context: Option<&'a JsonObject> },
    /// A message, the name by which it is known again, and what rides on it.
    Message { message: Message<'a>, name: Option<&'a str>, attributes: &'a Attributes },
    /// An address for an upload is wanted.
    Announce { id: &'a str, name: &'a str, media_type: &'a str, size: u64 },
    /// A fresh address of a file is wanted.
    FileAddress { id: &'a str },
    /// The key to the history is wanted.
    HistoryKey,
}

impl Request<'_> {
    /// As it goes out, in the session of `token`; its answer repeats `tracing_id`.
    pub(crate) fn frame(&self, token: &str, tracing_id: &str) -> Bytes {
        let mut frame = match self {
            Self::Configure { deployment_id, journey_context } => {
                let mut frame = json!({
                    "action": "configureSession", "deploymentId": deployment_id, "startNew": false,
                });
                if let Some(context) = journey_context {
                    put(&mut frame, "journeyContext", Value::Object((*context).clone()));
                }
                frame
            }
            Self::Message { message, name, attributes } => {
                json!({"action": "onMessage", "message": said(message, *name, attributes)})
            }
            Self::Announce { id, name, media_type, size } => json!({
                "action": "onAttachment", "attachmentId": id, "fileName": name, "fileType": media_type,
                "fileSize": size, "errorsAsJson": true,
            }),
            Self::FileAddress { id } => json!({"action": "getAttachment", "attachmentId": id}),
            Self::HistoryKey => json!({"action": "getJwt"}),
        };
        put(&mut frame, "token", token.into());
        put(&mut frame, "tracingId", tracing_id.into());
        frame.to_string().into()
    }
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(object) = object {
        object.insert(name.to_owned(), value);
    }
}

fn said(message: &Message<'_>, name: Option<&str>, attributes: &Attributes) -> Value {
    let event = |event: Value| json!({"type": "Event", "events": [event]});
    let presence = |kind: &str| event(json!({"eventType": "Presence", "presence": {"type": kind}}));
    let mut metadata = Map::new();
    let mut said = match message {
        Message::Text(text, answers) => {
            metadata.extend(answers.map(|id| ("parentMessageId".to_owned(), id.into())));
            json!({"type": "Text", "text": text})
        }
        // Without a type and a text, as the vendor's own client has it.
        Message::File(id) => json!({"content": [{"contentType": "Attachment", "attachment": {"id": id}}]}),
        Message::Join => presence("Join"),
        Message::Clear => presence("Clear"),
        Message::Typing => event(json!({"eventType": "Typing", "typing": {"type": "On"}})),
    };
    metadata.extend(name.map(|name| ("id".to_owned(), name.into())));
    if !metadata.is_empty() {
        put(&mut said, "metadata", metadata.into());
    }
    if !attributes.is_empty() {
        put(&mut said, "channel", json!({"metadata": {"customAttributes": attributes}}));
    }
    said
}

/// Attached data as custom attributes, which are texts: null leaves one out, what is no text is its JSON.
pub(crate) fn attributes(data: &JsonObject) -> Attributes {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    data.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

/// How many bytes attributes have, as the server counts them.
pub(crate) fn bytes_of(attributes: &Attributes) -> u64 {
    attributes.iter().map(|(name, value)| (name.len() + value.len()) as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(request: &Request<'_>) -> Value {
        let frame: Value = serde_json::from_slice(&request.frame("t", "1")).unwrap();
        assert_eq!((&frame["token"], &frame["tracingId"]), (&json!("t"), &json!("1")));
        frame
    }

    #[test]
    fn a_session_is_configured_with_its_deployment() {
        let context = json!({"customer": {"id": "c"}}).as_object().cloned();
        let with = Request::Configure { deployment_id: "d", journey_context: context.as_ref() };
        let without = Request::Configure { deployment_id: "d", journey_context: None };
        let frame = written(&with);
        assert_eq!((&frame["action"], &frame["deploymentId"]), (&json!("configureSession"), &json!("d")));
        assert_eq!(
            (&frame["startNew"], &frame["journeyContext"]["customer"]["id"]),
            (&json!(false), &json!("c"))
        );
        assert!(written(&without).get("journeyContext").is_none());
    }

    #[test]
    fn messages_have_a_name_and_what_rides_on_them() {
        let data = [("a".to_owned(), "b".to_owned())].into();
        let text = Request::Message {
            message: Message::Text("hi", Some("m1")),
            name: Some("n1"),
            attributes: &data,
        };
        assert_eq!(
            written(&text)["message"],
            json!({"type": "Text", "text": "hi", "metadata": {"parentMessageId": "m1", "id": "n1"},
                "channel": {"metadata": {"customAttributes": {"a": "b"}}}})
        );
        let none = Attributes::new();
        let plain = |message| {
            written(&Request::Message { message, name: None, attributes: &none })["message"].clone()
        };
        assert_eq!(
            plain(Message::Join),
            json!({"type": "Event", "events": [{"eventType": "Presence", "presence": {"type": "Join"}}]})
        );
        assert_eq!(plain(Message::Clear)["events"][0]["presence"]["type"], "Clear");
        assert_eq!(plain(Message::Typing)["events"][0]["typing"], json!({"type": "On"}));
        assert_eq!(
            plain(Message::File("f")),
            json!({"content": [{"contentType": "Attachment", "attachment": {"id": "f"}}]})
        );
    }

    #[test]
    fn files_are_announced_with_their_size() {
        let frame = written(&Request::Announce { id: "f", name: "a.txt", media_type: "text/plain", size: 3 });
        assert_eq!(frame["fileSize"], 3);
        assert_eq!((&frame["errorsAsJson"], &frame["fileMd5"]), (&json!(true), &Value::Null));
        assert_eq!(written(&Request::FileAddress { id: "f" })["action"], "getAttachment");
        assert_eq!(written(&Request::HistoryKey)["action"], "getJwt");
    }

    #[test]
    fn attached_data_are_texts_and_are_counted_in_bytes() {
        let data = json!({"a": "ü", "b": 1.5, "c": null, "d": [1], "e": true, "f": ""});
        let made = attributes(data.as_object().unwrap());
        let expected = [("a", "ü"), ("b", "1.5"), ("d", "[1]"), ("e", "true"), ("f", "")];
        assert_eq!(made, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(bytes_of(&made), 5 + 2 + 3 + 3 + 4);
    }
}
