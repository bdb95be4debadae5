//! One entry of a transcript, as the server sent it and as applications see it (webchatservice.md, 6.2).

use super::{Content, Index, JsonObject, OriginalMessage, Participant, known::known_names};
use crate::private::{Private, debug_only};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::sync::Arc;

known_names! {
    /// What a transcript entry is (`type`).
    MessageType, else Message;
    /// A text message.
    Message,
    /// Somebody joined.
    ParticipantJoined,
    /// Somebody left.
    ParticipantLeft,
    /// Somebody started typing.
    TypingStarted,
    /// Somebody stopped typing.
    TypingStopped,
    /// A web address was sent; it is the text.
    PushUrl,
    /// Somebody has a new name.
    NicknameUpdated,
    /// A file was uploaded; its data are in `userData`.
    FileUploaded,
    /// A file was deleted.
    FileDeleted,
    /// A notice between a custom client and a custom agent desktop.
    CustomNotice,
    /// A notice of the system.
    Notice,
    /// The chat will be closed soon for want of activity.
    IdleAlert,
    /// The chat is closed for want of activity.
    IdleClose,
}

/// A transcript entry as applications see it: an element of `messages`.
#[derive(Clone, Default, PartialEq)]
pub struct Message {
    /// Place in the transcript.
    pub index: Index,
    /// What it is.
    pub kind: MessageType,
    /// The text; for rich content, the content's own text.
    pub text: Option<Private>,
    /// When, in milliseconds since 1970 UTC.
    pub timestamp: u64,
    /// Who.
    pub from: Participant,
    /// Attached data.
    pub user_data: Option<Arc<JsonObject>>,
    /// What is attached to it, images among it.
    pub content: Arc<[Content]>,
    /// What else the server said of it under names of its own, and what preprocessors added: `html`, `bubble` and whatever else they set.
    pub extra: Option<Arc<JsonObject>>,
    /// True for the replay after a restore.
    pub restoring: bool,
}

debug_only!(Message { index, kind, timestamp, from, text, restoring });

impl Message {
    /// The members that are the library's to set, or the preprocessors': what a server says under these names is in the original alone.
    pub(crate) const RESERVED: [&str; 11] = [
        "index",
        "type",
        "text",
        "timestamp",
        "from",
        "userData",
        "isTyping",
        "fileDetails",
        "html",
        "bubble",
        "restoring",
    ];

    /// Whether the sender is typing; only typing notices say so.
    pub fn is_typing(&self) -> Option<bool> {
        match self.kind {
            MessageType::TypingStarted => Some(true),
            MessageType::TypingStopped => Some(false),
            _ => None,
        }
    }

    /// The file's data (`file-id`, `file-name`, `file-size`, ...); only an upload has them.
    pub fn file_details(&self) -> Option<&JsonObject> {
        self.user_data.as_deref().filter(|_| self.kind == MessageType::FileUploaded)
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.index.is_missing() {
            map.serialize_entry("index", &self.index)?;
        }
        map.serialize_entry("type", &self.kind)?;
        if let Some(text) = &self.text {
            map.serialize_entry("text", text)?;
        }
        map.serialize_entry("timestamp", &self.timestamp)?;
        map.serialize_entry("from", &self.from)?;
        if let Some(user_data) = &self.user_data {
            map.serialize_entry("userData", user_data)?;
        }
        if let Some(is_typing) = self.is_typing() {
            map.serialize_entry("isTyping", &is_typing)?;
        }
        if let Some(details) = self.file_details() {
            map.serialize_entry("fileDetails", details)?;
        }
        if !self.content.is_empty() {
            map.serialize_entry("content", &self.content)?;
        }
        if self.restoring {
            map.serialize_entry("restoring", &true)?;
        }
        for (key, value) in self.extra.iter().flat_map(|extra| extra.iter()) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// One transcript entry in both its shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// As applications see it.
    pub message: Message,
    /// As the server sent it.
    pub original: Arc<OriginalMessage>,
    /// Which of the messages that were sent from here it is.
    pub whose: Whose,
}

/// Which of the messages that were sent from here an entry is, where a server repeats what it was sent by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// The server does not tell.
    #[default]
    Untold,
    /// The one that was sent by this number.
    Sent(u64),
    /// None of them: the server would tell if it were.
    Other,
}
