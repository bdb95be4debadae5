//! Messages as preprocessors see and change them (webchatservice.md, 12): one JSON object with the server's field names and
//! the normalised ones side by side.

use super::state::Entry;
use crate::{
    Private,
    model::{Content, JsonObject, Message, MessageType, ParticipantRole},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The fields of a message; whatever else a preprocessor sets is kept as an extra field.
const FIELDS: [&str; 11] = [
    "index",
    "type",
    "text",
    "messageType",
    "utcTime",
    "timestamp",
    "from",
    "userData",
    "eventAttributes",
    "content",
    "restoring",
];

/// Fields that preprocessors alone set, whatever the server says under these names.
const OURS: [&str; 2] = ["html", "bubble"];

/// The visible messages of a batch as JSON objects.
pub(super) fn inputs(entries: &[Entry]) -> Vec<JsonObject> {
    let visible = entries.iter().filter(|entry| !entry.hidden);
    visible.map(|entry| input(&entry.received.message, json!(*entry.received.original))).collect()
}

fn input(message: &Message, original: Value) -> JsonObject {
    let Value::Object(mut object) = original else { return JsonObject::new() };
    for ours in OURS {
        object.remove(ours);
    }
    object.insert("type".into(), message.kind.as_str().into());
    object.insert("timestamp".into(), message.timestamp.into());
    if let Some(text) = &message.text {
        object.insert("text".into(), text.as_str().into());
    }
    if let Some(Value::Object(from)) = object.get_mut("from") {
        from.insert("name".into(), message.from.name.as_str().into());
        from.insert("id".into(), json!(message.from.id));
        from.insert("type".into(), message.from.role.as_str().into());
    }
    if !message.content.is_empty() {
        // Without the bytes: they would be copied for each preprocessor.
        let bare = message.content.iter().map(|content| Content { data: None, ..content.clone() });
        object.insert("content".into(), json!(bare.collect::<Vec<_>>()));
    }
    if message.restoring {
        object.insert("restoring".into(), true.into());
    }
    object
}

/// Puts what the preprocessors made of the messages in their place.
pub(super) fn merge(entries: &mut [Entry], outputs: Vec<JsonObject>) {
    let visible = entries.iter_mut().filter(|entry| !entry.hidden);
    for (entry, output) in visible.zip(outputs) {
        let before = input(&entry.received.message, json!(*entry.received.original));
        if before != output {
            change(&mut entry.received.message, &before, output);
        }
    }
}

/// Takes over the changed fields. A field of an unusable type keeps its old value, so a slip loses no message.
fn change(message: &mut Message, before: &JsonObject, mut after: JsonObject) {
    if let Some(kind) = after.get("type").and_then(Value::as_str) {
        message.kind = MessageType::from(kind);
    }
    message.text = match after.get("text") {
        Some(Value::String(text)) => Some(Private::new(text)),
        Some(Value::Null) | None => None,
        Some(_) => message.text.take(),
    };
    let time = ["timestamp", "utcTime"].into_iter().find(|key| after.get(*key) != before.get(*key));
    if let Some(time) = time.and_then(|key| after.get(key)).and_then(Value::as_u64) {
        message.timestamp = time;
    }
    if let Some(Value::Object(from)) = after.get("from") {
        let changed = |key: &str| {
            from.get(key).filter(|value| before.get("from").and_then(|from| from.get(key)) != Some(value))
        };
        if let Some(name) = changed("name").or_else(|| changed("nickname")).and_then(Value::as_str) {
            message.from.name = Private::new(name);
        }
        if let Some(role) = changed("type").and_then(Value::as_str) {
            message.from.role = ParticipantRole::from(role);
        }
    }
    if after.get("userData") != before.get("userData") {
        message.user_data = match after.remove("userData") {
            Some(Value::Object(data)) => Some(Arc::new(data)),
            _ => None,
        };
    }
    let extra = message.extra.take().unwrap_or_default();
    after.retain(|key, value| {
        extra.contains_key(key) || (!FIELDS.contains(&key.as_str()) && before.get(key) != Some(value))
    });
    message.extra = Some(Arc::new(after)).filter(|extra| !extra.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OriginalMessage, Received, Whose};

    fn entry(text: &str) -> Entry {
        let sent = json!({"index": 1, "type": "Message", "text": text, "utcTime": 1, "eventId": "e1", "html": true, "from": {"nickname": "Ann"}});
        let original = OriginalMessage::from(sent.as_object().unwrap());
        let extra = json!({"eventId": "e1"}).as_object().cloned().map(Arc::new);
        let message = Message { index: 1.into(), text: Some(text.into()), extra, ..Message::default() };
        Entry {
            received: Received { message, original: Arc::new(original), whose: Whose::Untold },
            hidden: false,
            joins: false,
        }
    }

    fn run(change: impl Fn(&mut JsonObject)) -> Message {
        let mut entries = vec![entry("hi")];
        let mut outputs = inputs(&entries);
        change(&mut outputs[0]);
        merge(&mut entries, outputs);
        entries.remove(0).received.message
    }

    #[test]
    fn both_names_of_a_field_are_there_and_both_can_be_changed() {
        let by_name = run(|message| message["from"]["name"] = "Bo".into());
        let by_nickname = run(|message| message["from"]["nickname"] = "Bo".into());
        assert!(by_name.from.name == "Bo" && by_nickname.from.name == "Bo");
        assert_eq!(run(|message| message["utcTime"] = 9.into()).timestamp, 9);
    }

    #[test]
    fn extra_fields_reach_the_message() {
        let message = run(|message| {
            message.insert("html".into(), true.into());
            message["text"] = "<b>hi</b>".into();
        });
        assert_eq!(json!(message)["html"], true);
        assert_eq!(json!(message)["text"], "<b>hi</b>");
    }

    #[test]
    fn what_else_the_server_said_stays_unless_it_is_changed() {
        let extra = |change: fn(&mut JsonObject)| run(change).extra.map(|extra| json!(*extra));
        assert_eq!(extra(|message| message["text"] = "a".into()), Some(json!({"eventId": "e1"})));
        let changed = extra(|message| {
            message["eventId"] = "e2".into();
            message.insert("html".into(), true.into());
        });
        assert_eq!(changed, Some(json!({"eventId": "e2", "html": true})), "html is the preprocessors' own");
        assert_eq!(extra(|message| drop(message.remove("eventId"))), None);
    }

    #[test]
    fn a_blank_type_and_a_removed_text_stand() {
        let message = run(|message| {
            message["type"] = "".into();
            message.remove("text");
        });
        assert_eq!((message.kind.as_str(), message.text), ("", None));
    }

    #[test]
    fn an_unusable_field_keeps_its_value() {
        let message = run(|message| {
            message["text"] = 5.into();
            message["from"] = 6.into();
        });
        assert_eq!(message.text.as_deref(), Some("hi"));
    }
}
