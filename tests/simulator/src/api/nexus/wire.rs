//! Events in the form of Nexus v3 (nexus-v3.md, 5 and 6).

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::chat::{Chat, Event, EventType, ParticipantId, ParticipantKind};

/// The settings that change how events look.
#[derive(Debug, Clone, Default)]
pub(crate) struct Style {
    pub(crate) iso_time: bool,
    /// Put before image URLs.
    pub(crate) image_base: String,
}

/// The UUID of a participant, the same at every asking.
pub(super) fn participant_id(session: &str, participant: ParticipantId) -> String {
    let digest = Sha256::digest(format!("{session}/{participant}"));
    let bytes = digest.first_chunk().copied().unwrap_or_default();
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// Address of an image, relative to the API's base (nexus-v3.md, 4.7).
pub(super) fn image_url(session: &str, image: &str) -> String {
    format!("/sessions/{session}/images/{image}")
}

const fn participant_type(kind: ParticipantKind) -> &'static str {
    match kind {
        ParticipantKind::Client => "Customer",
        ParticipantKind::Agent => "Agent",
        ParticipantKind::Supervisor => "Supervisor",
        ParticipantKind::Bot => "Bot",
        ParticipantKind::External => "External",
    }
}

impl Style {
    /// An event as its customer sees it.
    pub(crate) fn message(&self, chat: &Chat, event: &Event) -> Value {
        let mut message = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            message.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("index", Some(event.stamp.to_string().into()));
        put("utcTime", Some(self.time(event.utc_time)));
        let from = json!({
            "nickname": event.from.nickname,
            "participantId": participant_id(&chat.id, event.from.participant_id),
            "type": participant_type(event.from.kind),
        });
        put("from", Some(from));
        put("eventAttributes", event.event_attributes.clone());
        let text = event.text.clone().map(Value::from);
        match event.kind {
            EventType::FileUploaded => {
                put("type", Some("Text".into()));
                put("text", Some("".into()));
                put("content", self.content(chat, event));
            }
            EventType::PushUrl => {
                put("type", Some("PushUrl".into()));
                put("url", text);
            }
            EventType::Custom => {
                put("type", event.message_type.clone().map(Value::from));
                put("text", text);
            }
            kind => {
                let name = if kind == EventType::Message { "Text".to_owned() } else { kind.to_string() };
                put("type", Some(name.into()));
                put("text", text);
                put("messageType", event.message_type.clone().map(Value::from));
            }
        }
        Value::Object(message)
    }

    /// The image of an upload (nexus-v3.md, 5.3).
    fn content(&self, chat: &Chat, event: &Event) -> Option<Value> {
        let file = chat.files.get(event.user_data.get("file-id")?)?;
        let url = format!("{}{}", self.image_base, image_url(&chat.id, &file.id));
        Some(json!([{ "type": "image", "mime": file.content_type, "url": url }]))
    }

    fn time(&self, utc_ms: u64) -> Value {
        if !self.iso_time {
            return utc_ms.into();
        }
        let moment = UNIX_EPOCH + Duration::from_millis(utc_ms);
        humantime::format_rfc3339_millis(moment).to_string().into()
    }
}
