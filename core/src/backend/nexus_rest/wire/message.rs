//! An entry of the transcript (nexus-v3.md, 5). Every part of it can be missing or odd: what is usable is taken, the rest passes through. What
//! the server sent stays beside it as it is.

use super::place;
use crate::{
    Private,
    json::{self, Text, object, rich_text, take, take_usable},
    model::{
        Content, Index, JsonObject, Message, MessageType, OriginalMessage, Participant, ParticipantRole,
        Received, Whose,
    },
};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess},
};
use serde_json::Value;
use std::{borrow::Cow, fmt, sync::Arc};

/// An entry, its text apart: that can be long, and is not to be copied more often than needed.
#[derive(Default)]
struct WireEntry {
    text: Option<Private>,
    members: JsonObject,
}

impl WireEntry {
    /// Reads an entry, mended where it has to be; with its JSON text as it can be read. Nothing, if it is no object.
    fn read(json: &str) -> Option<(Self, Cow<'_, str>)> {
        if let Ok(entry) = serde_json::from_str(json) {
            return Some((entry, json.into()));
        }
        let (value, mended) = json::read(json.as_bytes())?;
        let mut members = object(value)?;
        let text = members.remove("text").and_then(|text| Text::of(&text).0);
        let json = mended.map_or(json.into(), |mended| String::from_utf8_lossy(&mended).into_owned().into());
        Some((Self { text, members }, json))
    }
}

impl<'de> Deserialize<'de> for WireEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = WireEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a transcript entry")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WireEntry, A::Error> {
                let mut entry = WireEntry::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "text" {
                        let Text(text) = map.next_value()?;
                        entry.text = text;
                    } else {
                        entry.members.insert(name, map.next_value()?);
                    }
                }
                Ok(entry)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// The entry that `json` is, in both its shapes; nothing, if it is no object, or has neither a place nor a type. Addresses in it are below
/// `base`.
pub(super) fn received(json: &str, base: &str) -> Option<Received> {
    let (WireEntry { text: sent, members: mut entry }, json) = WireEntry::read(json)?;
    let text = match entry.remove("index") {
        Some(Value::String(text)) => Some(text),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let time = entry.get("utcTime").and_then(json::millis);
    let place = place::place(text.as_deref(), time, || {
        let text = sent.as_ref().map(|text| ("text".to_owned(), Value::from(text.as_str())));
        Value::Object(entry.clone().into_iter().chain(text).collect()).to_string()
    });
    let kind = take::<MessageType>(&mut entry, "type");
    if text.is_none() && kind.is_none() {
        return None;
    }
    let original = OriginalMessage::new(&*json, sent.clone());
    let timestamp = time.or_else(|| place::time(text.as_deref()?)).unwrap_or_default();
    let kind = shown(kind.unwrap_or_else(|| MessageType::Other("".into())));
    let message = Message {
        index: Index::Place(place),
        text: shown_text(&kind, &entry).or(sent),
        kind,
        timestamp,
        from: sender(entry.remove("from").and_then(object).unwrap_or_default()),
        user_data: user_data(&mut entry),
        content: contents(&mut entry, base),
        extra: extra(entry),
        restoring: false,
    };
    Some(Received { message, original: Arc::new(original), whose: Whose::Untold })
}

/// The sender as applications see it (nexus-v3.md, 11).
fn sender(mut from: JsonObject) -> Participant {
    let nickname = take(&mut from, "nickname").filter(|name: &Private| !name.is_empty());
    let first_name = take(&mut from, "firstName");
    let role = match take(&mut from, "type").unwrap_or_else(|| ParticipantRole::Other("".into())) {
        ParticipantRole::Other(kind) if kind.eq_ignore_ascii_case("Customer") => ParticipantRole::Client,
        ParticipantRole::Other(kind) if kind.eq_ignore_ascii_case("System") => ParticipantRole::External,
        role => role,
    };
    Participant {
        id: take(&mut from, "participantId").unwrap_or_default(),
        role,
        name: nickname.or(first_name).unwrap_or_default(),
    }
}

/// The type as applications see it.
fn shown(kind: MessageType) -> MessageType {
    match kind {
        MessageType::Other(kind) if kind.eq_ignore_ascii_case("Text") => MessageType::Message,
        kind => kind,
    }
}

/// The text that stands for the entry's own: a pushed address, that of rich content.
fn shown_text(kind: &MessageType, entry: &JsonObject) -> Option<Private> {
    match kind {
        MessageType::PushUrl => entry.get("url").and_then(Value::as_str).map(Private::new),
        _ => entry.get("eventAttributes").and_then(rich_text),
    }
}

/// What is attached as data. What is no object stays in the entry.
fn user_data(entry: &mut JsonObject) -> Option<Arc<JsonObject>> {
    let Some(Value::Object(data)) = entry.get_mut("userData") else { return None };
    let data = std::mem::take(data);
    entry.remove("userData");
    Some(Arc::new(data))
}

/// What the entry has besides: Nexus' applications get to see it.
fn extra(mut entry: JsonObject) -> Option<Arc<JsonObject>> {
    entry.retain(|name, _| name == "userData" || !Message::RESERVED.contains(&name.as_str()));
    (!entry.is_empty()).then(|| Arc::new(entry))
}

/// What is attached (nexus-v3.md, 5.3). What is no list stays in the entry.
fn contents(entry: &mut JsonObject, base: &str) -> Arc<[Content]> {
    let Some(Value::Array(items)) = entry.get_mut("content") else { return Arc::default() };
    if items.is_empty() {
        return Arc::default();
    }
    let contents = std::mem::take(items).into_iter().map(|item| attachment(item, base)).collect();
    entry.remove("content");
    contents
}

fn attachment(item: Value, base: &str) -> Content {
    let mut item = match item {
        Value::Object(item) => item,
        plain => return Content { plain: Some(plain), ..Content::default() },
    };
    // What the library says of it is nobody else's to say.
    for ours in ["data", "unavailable"] {
        item.remove(ours);
    }
    let kind: Box<str> = take_usable(&mut item, "type").unwrap_or_default();
    let mime: Option<Box<str>> = take_usable(&mut item, "mime");
    let url: Option<Box<str>> = take_usable(&mut item, "url");
    // Without all three there is no telling that it is an image, or where.
    let is_image = kind.eq_ignore_ascii_case("image") && mime.is_some();
    let wanted = is_image && url.as_ref().is_some_and(|url| !url.is_empty());
    let url = url.map(|url| if url.starts_with('/') { format!("{base}{url}").into() } else { url });
    Content { kind, mime, url, wanted, other: item, ..Content::default() }
}
