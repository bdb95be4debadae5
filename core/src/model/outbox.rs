//! Messages on their way, as programs see them.

use crate::private::Private;
use serde::{Serialize, Serializer};

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxState {
    /// It waits, and has not left; where the outbox is kept, it is stored.
    Queued,
    /// It has left, and the server has not said what became of it.
    Sending,
    /// It arrived.
    Sent,
    /// It did not arrive, and is not sent any more.
    Rejected,
    /// It left, and nothing tells what became of it. `Sent` may still follow.
    Unknown,
}

impl OutboxState {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sending, Self::Sent, Self::Rejected, Self::Unknown];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
        }
    }
}

impl Serialize for OutboxState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Payload of `outbox`: how far a message is now. It has no text of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutboxChange {
    /// The message's local id: it counts the messages of the session from 1, also where several processes sent them.
    #[serde(rename = "localID")]
    pub local_id: u64,
    /// How far it is.
    pub state: OutboxState,
    /// Whether it was given to a process before this one.
    pub restored: bool,
    /// The request id of the command that gave it, where this process did.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<u64>,
    /// Why it was rejected, or is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutboxMessage {
    /// Its local id.
    #[serde(rename = "localID")]
    pub local_id: u64,
    /// How far it is: `queued`, `sending`, or `unknown` where its command was given up and it is still looked for.
    pub state: OutboxState,
    /// Whether it was given to a process before this one.
    pub restored: bool,
    /// The request id of the command that gave it, where this process did.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<u64>,
    /// Its text.
    pub message: Private,
}

/// The messages that were given and have no outcome yet, in order (`getOutbox`).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OutboxMessages {
    /// The messages.
    pub messages: Vec<OutboxMessage>,
}
