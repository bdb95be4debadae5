//! What agents, supervisors, bots and the system may do in a chat.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::event::{Content, EventType};
use super::participant::ParticipantId;
use crate::api::Api;

/// A file handed to a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// File name; sent to the customer exactly as given, so hostile names can be tried.
    pub name: String,
    /// The bytes.
    pub bytes: Bytes,
    /// Media type; that of the name's extension when absent.
    pub content_type: Option<String>,
    /// Becomes `file-description`.
    pub description: Option<String>,
    /// Further facts put into `userData` of the event.
    pub user_data: BTreeMap<String, String>,
}

impl Upload {
    /// A file without description.
    pub fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let (name, bytes) = (name.into(), bytes.into());
        Self { name, bytes, content_type: None, description: None, user_data: BTreeMap::new() }
    }

    /// The media type given, or else the one that the name suggests.
    pub(crate) fn media_type(&self) -> String {
        let guessed = || mime_guess::from_path(&self.name).first_or_octet_stream().to_string();
        self.content_type.clone().unwrap_or_else(guessed)
    }
}

/// Something a participant other than the customer does in a chat.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Says something.
    Say {
        /// The text.
        text: String,
        /// The sender's own word for the kind of text.
        message_type: Option<String>,
        /// Structured attributes, such as rich content (gms-v2.md, 4.4).
        event_attributes: Option<Value>,
    },
    /// Starts typing, perhaps with a preview.
    TypingStarted {
        /// The preview.
        text: Option<String>,
    },
    /// Stops typing.
    TypingStopped,
    /// Sends the customer's browser to a URL.
    PushUrl {
        /// The URL.
        url: String,
    },
    /// Sends a `CustomNotice`.
    CustomNotice {
        /// Its text.
        text: Option<String>,
        /// Its attributes.
        event_attributes: Option<Value>,
    },
    /// Sends a `Notice`.
    Notice {
        /// Its name.
        name: String,
        /// Its facts.
        user_data: BTreeMap<String, String>,
    },
    /// Takes a new name.
    UpdateNickname {
        /// The new name.
        nickname: String,
    },
    /// Gives a file to the customer; the customer's limits do not apply.
    Upload(Upload),
    /// Deletes a file.
    DeleteFile {
        /// Its id.
        file_id: String,
    },
    /// Sends an event of an application's own type.
    Custom {
        /// The type.
        kind: String,
        /// Its text.
        text: Option<String>,
        /// Its attributes.
        event_attributes: Option<Value>,
    },
    /// Leaves; the chat goes on.
    Leave,
    /// Leaves and ends the chat.
    End,
}

impl Act {
    /// Says plain text.
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say { text: text.into(), message_type: None, event_attributes: None }
    }

    /// The event that it is, if it is nothing else.
    #[allow(clippy::result_large_err, reason = "the act itself comes back, and is used at once")]
    pub(super) fn event(self) -> Result<(EventType, Content), Self> {
        let plain = Content::default();
        Ok(match self {
            Self::Say { text, message_type, event_attributes } => {
                (EventType::Message, Content { text: Some(text), message_type, event_attributes, ..plain })
            }
            Self::TypingStarted { text } => (EventType::TypingStarted, Content { text, ..plain }),
            Self::TypingStopped => (EventType::TypingStopped, plain),
            Self::PushUrl { url } => (EventType::PushUrl, Content::text(url)),
            Self::CustomNotice { text, event_attributes } => {
                (EventType::CustomNotice, Content { text, event_attributes, ..plain })
            }
            Self::Notice { name, user_data } => {
                (EventType::Notice, Content { text: Some(name), user_data, ..plain })
            }
            Self::Custom { kind, text, event_attributes } => {
                let message_type = Some(kind);
                (EventType::Custom, Content { text, message_type, event_attributes, ..plain })
            }
            more => return Err(more),
        })
    }

    /// What this API lacks so that its customers could see this act, if it lacks anything.
    pub(crate) fn lacking(&self, api: Api) -> Option<&'static str> {
        api.protocol().lacks(self)
    }
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// Who acted.
    pub participant: ParticipantId,
    /// Index of the event in the transcript.
    pub index: u64,
    /// Id of the file, for an upload.
    pub file_id: Option<String>,
}
