//! What agents, supervisors, bots and the system may do in a chat.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::participant::ParticipantId;

/// A file handed to a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// File name; sent to the customer exactly as given, so hostile names can be tried.
    pub name: String,
    /// The bytes.
    pub bytes: Bytes,
    /// Becomes `file-description`.
    pub description: Option<String>,
    /// Further facts put into `userData` of the event.
    pub user_data: BTreeMap<String, String>,
}

impl Upload {
    /// A file without description.
    pub fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), description: None, user_data: BTreeMap::new() }
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
        /// Structured attributes, such as rich content (gms-v2 section 4.4).
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
