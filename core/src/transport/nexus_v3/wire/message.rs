//! An entry of the transcript (section 5). Every part of it can be missing or odd: what is usable is taken, the rest passes through.

use super::{place, time};
use crate::{
    Private,
    model::{
        Content, JsonObject, Message, MessageType, OriginalFrom, OriginalMessage, Participant,
        ParticipantRole, Received,
    },
    transport::json::{object, rich_text, take, take_usable},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Members that the entry has in another shape as applications see it.
const RESHAPED: [&str; 5] = ["content", "isTyping", "fileDetails", "timestamp", "restoring"];

/// The entry in both its shapes; nothing, if it has neither a place nor a type.
pub(super) fn received(entry: Value) -> Option<Received> {
    let mut entry = object(entry)?;
    let text = match entry.get("index") {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let time = entry.get("utcTime").and_then(time::millis);
    let index = place::index(text.as_deref(), time, || Value::from(entry.clone()).to_string());
    let kind = take::<MessageType>(&mut entry, "type");
    if text.is_none() && kind.is_none() {
        return None;
    }
    entry.remove("index");
    entry.remove("utcTime");
    let original = OriginalMessage {
        index,
        kind: kind.unwrap_or_else(|| MessageType::Other("".into())),
        text: take_usable(&mut entry, "text"),
        message_type: take_usable(&mut entry, "messageType"),
        utc_time: time.or_else(|| place::time(text.as_deref()?)).unwrap_or_default(),
        from: sender(entry.remove("from").and_then(object).unwrap_or_default()),
        user_data: take_usable(&mut entry, "userData"),
        event_attributes: entry.remove("eventAttributes"),
        other: entry,
    };
    Some(Received { message: message(&original), original: Arc::new(original) })
}

/// The sender as the server describes it, with `name` and `id` added and `Customer` turned into `Client` (section 11).
fn sender(mut from: JsonObject) -> OriginalFrom {
    let nickname: Private = take(&mut from, "nickname").unwrap_or_default();
    let first_name = from.get("firstName").and_then(Value::as_str).unwrap_or_default();
    let name = if nickname.is_empty() { Private::new(first_name) } else { nickname.clone() };
    let role = match take(&mut from, "type").unwrap_or_default() {
        ParticipantRole::Other(kind) if kind.eq_ignore_ascii_case("Customer") => ParticipantRole::Client,
        role => role,
    };
    let participant_id = take(&mut from, "participantId").unwrap_or_default();
    from.insert("name".into(), json!(name));
    from.insert("id".into(), json!(participant_id));
    OriginalFrom { nickname, participant_id, role, other: from }
}

/// The entry as applications see it (section 11).
fn message(original: &OriginalMessage) -> Message {
    let kind = match &original.kind {
        MessageType::Other(kind) if kind.eq_ignore_ascii_case("Text") => MessageType::Message,
        kind => kind.clone(),
    };
    let url = original.other.get("url").and_then(Value::as_str).map(Private::new);
    let rich = original.event_attributes.as_ref().and_then(rich_text);
    let text = match kind {
        MessageType::PushUrl => url.or_else(|| original.text.clone()),
        _ => rich.or_else(|| original.text.clone()),
    };
    let role = match &original.from.role {
        ParticipantRole::Other(kind) if kind.eq_ignore_ascii_case("System") => ParticipantRole::External,
        role => role.clone(),
    };
    let name = original.from.other.get("name").and_then(Value::as_str).unwrap_or_default();
    Message {
        index: original.index.clone(),
        kind,
        text,
        timestamp: original.utc_time,
        from: Participant { id: original.from.participant_id.clone(), role, name: name.into() },
        user_data: original.user_data.clone().map(Arc::new),
        content: contents(original.other.get("content")),
        extra: extra(original),
        restoring: false,
    }
}

/// What the entry has besides: Nexus' applications get to see it.
fn extra(original: &OriginalMessage) -> Option<Arc<JsonObject>> {
    let mut extra: JsonObject = original.other.clone();
    extra.retain(|key, _| !RESHAPED.contains(&key.as_str()));
    if let Some(kind) = &original.message_type {
        extra.insert("messageType".into(), kind.as_ref().into());
    }
    if let Some(attributes) = &original.event_attributes {
        extra.insert("eventAttributes".into(), attributes.clone());
    }
    (!extra.is_empty()).then(|| Arc::new(extra))
}

/// What is attached (section 5.3).
fn contents(content: Option<&Value>) -> Arc<[Content]> {
    let items = content.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| object(item.clone())).map(attachment).collect()
}

fn attachment(mut item: JsonObject) -> Content {
    // What the library says of it is nobody else's to say.
    for ours in ["data", "unavailable"] {
        item.remove(ours);
    }
    let kind: Box<str> = take(&mut item, "type").unwrap_or_default();
    let mime: Option<Box<str>> = take_usable(&mut item, "mime");
    let url: Option<Box<str>> = take_usable(&mut item, "url");
    // Without all three there is no telling that it is an image, or where.
    let is_image = kind.eq_ignore_ascii_case("image") && mime.is_some();
    let wanted = is_image && url.as_ref().is_some_and(|url| !url.is_empty());
    Content { kind, mime, url, data: None, unavailable: None, wanted, other: item }
}
