//! Transcript events, in the field names of gms-v2.md, 4. Other wires translate them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::participant::{ParticipantId, ParticipantKind};
use super::stamp::Stamp;

/// The type of a transcript event (gms-v2.md, 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[allow(missing_docs, reason = "the names are the protocol's own; gms-v2.md, 4.1 explains each")]
pub enum EventType {
    ParticipantJoined,
    ParticipantLeft,
    Message,
    PushUrl,
    TypingStarted,
    TypingStopped,
    NicknameUpdated,
    FileUploaded,
    FileDeleted,
    CustomNotice,
    Notice,
    IdleAlert,
    IdleClose,
    /// Of an application's own type, which `message_type` names; Nexus v3 only (nexus-v3.md, 5.2).
    Custom,
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Who an event comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// Shown name.
    pub nickname: String,
    /// Number within the chat.
    pub participant_id: ParticipantId,
    /// What it is; serialised as the wire's `from.type`.
    #[serde(rename = "type", serialize_with = "wire_type")]
    pub kind: ParticipantKind,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn wire_type<S: Serializer>(kind: &ParticipantKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.wire_type())
}

/// One event of a chat's transcript. It serialises to the message object of gms-v2.md, 4;
/// [`wire_transcript`](crate::Simulator::wire_transcript) has the form of the chat's own API.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Who did it.
    pub from: Sender,
    /// Position in the transcript, from 1; absent on a notice that belongs to no transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Orders the events of a chat.
    #[serde(skip)]
    pub(crate) stamp: Stamp,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When, in milliseconds since 1970 UTC.
    pub utc_time: u64,
    /// Message text, URL, typing preview or name of the notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The sender's own word for the kind of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    /// Attached facts, strings only.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user_data: BTreeMap<String, String>,
    /// Structured attributes (gms-v2.md, 4.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_attributes: Option<Value>,
}

/// What an event says, before the session stamps it with sender, index and time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) text: Option<String>,
    pub(crate) message_type: Option<String>,
    pub(crate) user_data: BTreeMap<String, String>,
    pub(crate) event_attributes: Option<Value>,
}

impl Content {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    pub(crate) fn user_data(user_data: BTreeMap<String, String>) -> Self {
        Self { user_data, ..Self::default() }
    }
}

/// Adds the mark by which clients tell a bot from other external participants (gms-v2.md, 4.2).
/// With `quoted` the style is itself JSON text, as some servers send it.
pub(crate) fn with_bot_style(attributes: Option<Value>, quoted: bool) -> Value {
    let style = if quoted { "\"BOT\"" } else { "BOT" };
    let mut all = match attributes {
        Some(Value::Object(all)) => all,
        _ => serde_json::Map::new(),
    };
    let system = all.entry("GCTI_SYSTEM").or_insert_with(|| Value::Object(serde_json::Map::new()));
    if let Value::Object(system) = system {
        system.insert("party-info".to_owned(), serde_json::json!({ "style": style }));
    }
    Value::Object(all)
}
