//! A transcript entry (section 4): read straight into the model, without an intermediate JSON tree.

use crate::{
    Private,
    model::{
        JsonObject, Message, MessageType, OriginalFrom, OriginalMessage, Participant, ParticipantId,
        ParticipantRole, Received,
    },
    transport::json::{Number, descend, object, rich_text, take},
};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// A transcript entry as the server writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WireMessage {
    index: Number,
    #[serde(rename = "type")]
    kind: Option<MessageType>,
    pub(super) text: Option<Private>,
    message_type: Option<Box<str>>,
    utc_time: Number,
    from: WireFrom,
    pub(super) user_data: Option<JsonObject>,
    event_attributes: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireFrom {
    nickname: Option<Private>,
    participant_id: Option<ParticipantId>,
    #[serde(rename = "type")]
    role: Option<ParticipantRole>,
}

impl WireMessage {
    /// Takes what is usable of an entry that is not quite the protocol's; nothing, if it is no object at all.
    pub(super) fn salvage(value: Value) -> Option<Self> {
        if let Ok(message) = Self::deserialize(&value) {
            return Some(message);
        }
        let Value::Object(mut entry) = value else { return None };
        let mut from = entry.remove("from").and_then(object).unwrap_or_default();
        Some(Self {
            index: take(&mut entry, "index").unwrap_or_default(),
            kind: take(&mut entry, "type"),
            text: take(&mut entry, "text"),
            message_type: take(&mut entry, "messageType"),
            utc_time: take(&mut entry, "utcTime").unwrap_or_default(),
            from: WireFrom {
                nickname: take(&mut from, "nickname"),
                participant_id: take(&mut from, "participantId"),
                role: take(&mut from, "type"),
            },
            user_data: take(&mut entry, "userData"),
            event_attributes: entry.remove("eventAttributes"),
        })
    }

    /// Whether it has data and no place in the transcript.
    pub(super) fn is_unplaced_data(&self) -> bool {
        self.index.unsigned().is_none() && self.user_data.is_some()
    }

    /// The entry in both its shapes; nothing, if it has no place in the transcript.
    pub(super) fn received(self) -> Option<Received> {
        let original = OriginalMessage {
            index: self.index.unsigned()?.into(),
            kind: self.kind.unwrap_or_else(|| MessageType::Other("".into())),
            text: self.text,
            message_type: self.message_type,
            utc_time: self.utc_time.unsigned().unwrap_or_default(),
            from: OriginalFrom {
                nickname: self.from.nickname.unwrap_or_default(),
                participant_id: self.from.participant_id.unwrap_or_default(),
                role: self.from.role.unwrap_or_default(),
                other: JsonObject::new(),
            },
            user_data: self.user_data,
            event_attributes: self.event_attributes,
            other: JsonObject::new(),
        };
        let attributes = original.event_attributes.as_ref();
        let message = Message {
            index: original.index.clone(),
            kind: original.kind.clone(),
            text: attributes.and_then(rich_text).or_else(|| original.text.clone()),
            timestamp: original.utc_time,
            from: Participant {
                id: original.from.participant_id.clone(),
                role: match attributes {
                    Some(attributes) if is_bot(attributes) => ParticipantRole::Bot,
                    _ => original.from.role.clone(),
                },
                name: original.from.nickname.clone(),
            },
            user_data: original.user_data.clone().map(Arc::new),
            content: Arc::default(),
            extra: None,
            restoring: false,
        };
        Some(Received { message, original: Arc::new(original) })
    }
}

/// Whether the sender's party style is `BOT`. The value can itself be JSON text, in quotes.
fn is_bot(attributes: &Value) -> bool {
    descend(attributes, &["GCTI_SYSTEM", "party-info", "style"]).is_some_and(|style| {
        style.as_str().is_some_and(|style| style.trim_matches('"').eq_ignore_ascii_case("BOT"))
    })
}
