//! `webchat_message`: transcript entries with typed fields, the same for events and outcomes.

use crate::{
    boundary::{Failure, growing},
    content::{ContentTexts, webchat_content},
    status::WEBCHAT_ERR_NOT_FOUND,
    text::{Text, webchat_str},
};
use serde_json::Value;
use std::sync::OnceLock;
use webchat_core::{event::Messages, model::Message};

/// One entry of a transcript. The texts are valid as long as the event or outcome it was read from. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_message {
    /// Place in the transcript: later entries have greater ones, and no two of a chat have the same. GMS counts from 1. 0 where what the
    /// server wrote is no place: see index_text.
    pub index: u64,
    /// When, in milliseconds since 1970 UTC.
    pub timestamp: u64,
    /// What it is: "Message", "ParticipantJoined", "FileUploaded", ... or a name of the server's own.
    pub r#type: webchat_str,
    /// The text; empty where the entry has none.
    pub text: webchat_str,
    /// Who: the participant's id within the chat; empty where the server names nobody.
    pub from_id: webchat_str,
    /// What the participant is: "Client", "Agent", "Supervisor", "Bot", "External", or a name of the server's own.
    pub from_type: webchat_str,
    /// The name shown to people.
    pub from_name: webchat_str,
    /// For a file: the id that webchat_download_file takes; else empty.
    pub file_id: webchat_str,
    /// For a file: its name, as the sender says; else empty.
    pub file_name: webchat_str,
    /// For a file: its size in bytes, as the server says; 0 when it does not.
    pub file_size: u64,
    /// 1: the sender is typing; 0: has stopped; -1: the entry does not tell.
    pub is_typing: i32,
    /// 1 in the replay after a restore, else 0.
    pub restoring: i32,
    /// The place as the server writes it, where that is text (Nexus) or no place at all; else empty.
    pub index_text: webchat_str,
    /// How much is attached; read it by webchat_payload_content.
    pub content_count: usize,
}

growing!(webchat_message {
    index,
    timestamp,
    r#type,
    text,
    from_id,
    from_type,
    from_name,
    file_id,
    file_name,
    file_size,
    is_typing,
    restoring,
    index_text,
    content_count
});

/// The texts of messages that were asked for, kept for the views.
#[derive(Default)]
pub(crate) struct MessageTexts(OnceLock<Box<[OnceLock<Box<Texts>>]>>);

struct Texts {
    kind: Text,
    text: Text,
    from_id: Text,
    from_type: Text,
    from_name: Text,
    file_id: Text,
    file_name: Text,
    index: Text,
    content: ContentTexts,
    json: OnceLock<Text>,
    original: OnceLock<Text>,
}

fn none() -> Failure {
    Failure::bare(WEBCHAT_ERR_NOT_FOUND)
}

fn detail<'a>(message: &'a Message, key: &str) -> Option<&'a Value> {
    message.file_details().and_then(|details| details.get(key))
}

/// A value that servers write as text or as a number.
fn loose_text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

impl Texts {
    fn of(message: &Message) -> Box<Self> {
        Box::new(Self {
            kind: Text::new(message.kind.as_str()),
            text: Text::new(message.text.as_deref().unwrap_or_default()),
            from_id: Text::new(&message.from.id.to_string()),
            from_type: Text::new(message.from.role.as_str()),
            from_name: Text::new(&message.from.name),
            file_id: Text::new(&loose_text(detail(message, "file-id"))),
            file_name: Text::new(&loose_text(detail(message, "file-name"))),
            index: Text::new(message.index.text().unwrap_or_default()),
            content: ContentTexts::of(&message.content),
            json: OnceLock::new(),
            original: OnceLock::new(),
        })
    }
}

impl MessageTexts {
    fn texts(&self, messages: Messages<'_>, index: usize, message: &Message) -> Result<&Texts, Failure> {
        let all = self.0.get_or_init(|| (0..messages.count()).map(|_| OnceLock::new()).collect());
        let texts = all.get(index).ok_or_else(none)?;
        Ok(texts.get_or_init(|| Texts::of(message)))
    }

    pub(crate) fn view(&self, messages: Messages<'_>, index: usize) -> Result<webchat_message, Failure> {
        let (message, _) = messages.get(index).ok_or_else(none)?;
        let texts = self.texts(messages, index, message)?;
        Ok(webchat_message {
            index: message.index.order().unwrap_or_default(),
            timestamp: message.timestamp,
            r#type: texts.kind.view(),
            text: texts.text.view(),
            from_id: texts.from_id.view(),
            from_type: texts.from_type.view(),
            from_name: texts.from_name.view(),
            file_id: texts.file_id.view(),
            file_name: texts.file_name.view(),
            file_size: loose_text(detail(message, "file-size")).parse().unwrap_or(0),
            is_typing: message.is_typing().map_or(-1, i32::from),
            restoring: message.restoring.into(),
            index_text: texts.index.view(),
            content_count: message.content.len(),
        })
    }

    pub(crate) fn content(
        &self,
        messages: Messages<'_>,
        index: usize,
        position: usize,
    ) -> Result<webchat_content, Failure> {
        let (message, _) = messages.get(index).ok_or_else(none)?;
        self.texts(messages, index, message)?.content.view(&message.content, position)
    }

    pub(crate) fn json(&self, messages: Messages<'_>, index: usize) -> Result<webchat_str, Failure> {
        let (message, _) = messages.get(index).ok_or_else(none)?;
        let texts = self.texts(messages, index, message)?;
        Ok(texts.json.get_or_init(|| Text::json(message)).view())
    }

    pub(crate) fn original(&self, messages: Messages<'_>, index: usize) -> Result<webchat_str, Failure> {
        let (message, original) = messages.get(index).ok_or_else(none)?;
        let original = original.ok_or_else(none)?;
        let texts = self.texts(messages, index, message)?;
        Ok(texts.original.get_or_init(|| Text::json(original)).view())
    }
}
