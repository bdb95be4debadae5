//! Entries of a transcript as messages of the wire.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::modes::TypingForm;
use super::rich;
use super::settings::WebMessagingSettings;
use super::signer::hex;
use crate::chat::{Chat, Event, EventType, ParticipantKind, StoredFile};

/// How long an agent's typing lasts, in milliseconds.
const TYPING_MS: u64 = 5000;

/// A message of the customer as it was sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// The connection by which it came.
    pub(super) connection: Option<u64>,
    pub(super) tracing_id: Option<Value>,
    pub(super) metadata: Map<String, Value>,
    pub(super) is_structured: bool,
    pub(super) text: Option<String>,
    pub(super) content: Vec<Value>,
    /// It is an event: this one.
    pub(super) event: Option<Value>,
}

/// So much of a hash of these words, in hexadecimal digits.
fn digest(words: &str) -> String {
    let mut digits = hex(&Sha256::digest(words.as_bytes()));
    digits.truncate(32);
    digits
}

/// The id of an entry of a chat: 32 hexadecimal digits.
pub(super) fn message_id(chat: &str, index: u64) -> String {
    digest(&format!("{chat}/{index}"))
}

/// A UUID that follows from these words.
pub(super) fn uuid(words: &str) -> String {
    let hash = Sha256::digest(words.as_bytes());
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash) {
        *byte = hashed;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// A time as messages have it.
pub(super) fn time(utc_ms: u64) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(utc_ms)).to_string()
}

/// The milliseconds of a time as messages have it, cut off.
pub(super) fn whole_seconds(time: &str) -> String {
    time.split_once('.').map_or_else(|| time.to_owned(), |(seconds, _)| format!("{seconds}.000Z"))
}

/// A message of the customer.
pub(super) fn inbound(sent: &Sent, text: Option<&str>, id: &str, utc_ms: u64) -> Value {
    let channel = json!({
        "time": time(utc_ms),
        "messageId": uuid(id),
        "type": "Private",
        "from": {},
        "to": {},
    });
    let kind = match sent {
        Sent { event: Some(_), .. } => "Event",
        Sent { is_structured: true, .. } => "Structured",
        _ => "Text",
    };
    let mut body = json!({ "id": id, "type": kind, "direction": "Inbound", "channel": channel });
    if let Some(members) = body.as_object_mut() {
        members.extend(text.map(|text| ("text".to_owned(), text.into())));
        if !sent.content.is_empty() {
            members.insert("content".to_owned(), sent.content.clone().into());
        }
        members.extend(sent.event.clone().map(|event| ("events".to_owned(), json!([event]))));
    }
    body
}

/// A message of anybody else, if the customer is told of what has happened.
pub(super) fn outbound(settings: &WebMessagingSettings, chat: &Chat, event: &Event) -> Option<Value> {
    let (kind, mut members) = outbound_parts(settings, chat, event)?;
    let id = message_id(&chat.id, event.index.unwrap_or_default());
    let named = settings.deployment.humanize && event.from.kind != ParticipantKind::Bot;
    let from = if named { json!({ "nickname": event.from.nickname }) } else { json!({}) };
    members.insert("id".to_owned(), id.as_str().into());
    members.insert("type".to_owned(), kind.into());
    members.insert("direction".to_owned(), "Outbound".into());
    let channel = json!({ "time": time(event.utc_time), "type": "Private", "from": from, "to": {} });
    members.insert("channel".to_owned(), channel);
    let speaker = match event.from.kind {
        ParticipantKind::Bot => Some("Bot"),
        ParticipantKind::Agent | ParticipantKind::Supervisor => Some("Human"),
        ParticipantKind::External | ParticipantKind::Client => None,
    };
    members.extend(speaker.map(|speaker| ("originatingEntity".to_owned(), speaker.into())));
    members.insert("metadata".to_owned(), json!({ "correlationId": uuid(&format!("correlation {id}")) }));
    Some(members.into())
}

/// The type of a message, and what it alone has.
fn outbound_parts(
    settings: &WebMessagingSettings,
    chat: &Chat,
    event: &Event,
) -> Option<(&'static str, Map<String, Value>)> {
    let mut members = Map::new();
    let kind = match event.kind {
        EventType::Message => {
            members.insert("text".to_owned(), event.text.clone().into());
            match event.event_attributes.as_ref().and_then(rich::content) {
                Some(content) => {
                    members.insert("content".to_owned(), content.into());
                    "Structured"
                }
                None => "Text",
            }
        }
        EventType::FileUploaded => {
            let file = event.user_data.get("file-id").and_then(|id| chat.files.get(id))?;
            let text = event.user_data.get("file-description").cloned();
            members.extend(text.map(|text| ("text".to_owned(), text.into())));
            members.insert("content".to_owned(), json!([attachment(file, None)]));
            "Text"
        }
        EventType::TypingStarted => {
            members.insert("events".to_owned(), json!([typing(settings.typing, "On")]));
            "Event"
        }
        EventType::TypingStopped if settings.typing == TypingForm::Off => {
            members.insert("events".to_owned(), json!([typing(settings.typing, "Off")]));
            "Event"
        }
        EventType::Custom => {
            let what = event.message_type.as_deref().unwrap_or("Text");
            members.extend(event.text.clone().map(|text| ("text".to_owned(), text.into())));
            let (kind, name, value) = rich::custom(what, event.event_attributes.clone());
            members.insert(name.to_owned(), value);
            kind
        }
        _ => return None,
    };
    Some((kind, members))
}

fn typing(form: TypingForm, kind: &str) -> Value {
    let typing = match form {
        TypingForm::Duration | TypingForm::Off => json!({ "type": kind, "duration": TYPING_MS }),
        TypingForm::DurationMs => json!({ "type": kind, "durationMs": TYPING_MS }),
        TypingForm::Plain => json!({ "type": kind }),
    };
    json!({ "eventType": "Typing", "typing": typing })
}

/// The message that tells of the agent's end.
pub(super) fn disconnect(chat: &Chat, is_read_only: bool, utc_ms: u64) -> Value {
    let id = message_id(&chat.id, u64::MAX);
    let mut metadata = Map::new();
    metadata.insert("correlationId".to_owned(), uuid(&format!("correlation {id}")).into());
    if is_read_only {
        metadata.insert("readOnly".to_owned(), "true".into());
    }
    json!({
        "id": id,
        "type": "Event",
        "direction": "Outbound",
        "channel": { "time": time(utc_ms), "type": "Private", "from": {}, "to": {} },
        "events": [{ "eventType": "Presence", "presence": { "type": "Disconnect" } }],
        "metadata": metadata,
    })
}

/// A file among the content of a message; with its size, where its bytes are elsewhere. Its address is put in when it goes out.
pub(super) fn attachment(file: &StoredFile, remote: Option<u64>) -> Value {
    let media = match file.content_type.split('/').next() {
        Some("image") => "Image",
        Some("audio") => "Audio",
        Some("video") => "Video",
        _ => "File",
    };
    let mut attachment = json!({
        "id": file.id,
        "url": "",
        "filename": file.name,
        "fileSize": remote.unwrap_or(file.bytes.len() as u64),
        "mediaType": media,
        "mime": file.content_type,
    });
    if let (None, Some(members)) = (remote, attachment.as_object_mut()) {
        members.insert("sha256".to_owned(), hex(&Sha256::digest(&file.bytes)).into());
    }
    json!({ "contentType": "Attachment", "attachment": attachment })
}

/// Puts addresses into the attachments of a message.
pub(super) fn put_addresses(body: &mut Value, address: impl Fn(&str) -> String) {
    let content = body.get_mut("content").and_then(Value::as_array_mut);
    for attachment in content.into_iter().flatten().filter_map(|item| item.get_mut("attachment")) {
        let Some(id) = attachment.get("id").and_then(Value::as_str).map(str::to_owned) else { continue };
        if let Some(members) = attachment.as_object_mut() {
            members.insert("url".to_owned(), address(&id).into());
        }
    }
}
