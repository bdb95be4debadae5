//! What is known about sessions and connections.

use std::fmt;

use serde::Serialize;

use super::session::{Session, Standing};
use super::sessions::Sessions;

/// The part of a chat that Web Messaging alone has: the session that it belongs to.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebMessagingInfo {
    /// The session's token, which is the customer's whole key.
    pub token: String,
    /// The session's own id, which opens nothing.
    pub session_id: String,
    /// The conversation has ended, and the session can be read alone.
    pub read_only: bool,
    /// The time of the session is over.
    pub expired: bool,
    /// The customer has signed in.
    pub authenticated: bool,
    /// The numbers of its connections, the oldest first.
    pub connections: Vec<u64>,
    /// How many messages its history has.
    pub messages: usize,
    /// The conversations in its history, oldest first.
    pub chats: Vec<String>,
    /// The ids of the files that the customer has announced.
    pub uploads: Vec<String>,
}

impl WebMessagingInfo {
    pub(super) fn of(token: &str, session: &Session) -> Self {
        Self {
            token: token.to_owned(),
            session_id: session.id.clone(),
            read_only: session.standing == Standing::ReadOnly,
            expired: session.standing == Standing::Expired,
            authenticated: session.is_authenticated,
            connections: session.lines.clone(),
            messages: session.items.len(),
            chats: session.chats.clone(),
            uploads: session.uploads.keys().cloned().collect(),
        }
    }
}

impl fmt::Debug for WebMessagingInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebMessagingInfo")
            .field("session_id", &self.session_id)
            .field("read_only", &self.read_only)
            .field("expired", &self.expired)
            .field("connections", &self.connections)
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}

/// Web Messaging as it is at one moment. What is counted is counted since the simulator started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebMessagingTotals {
    /// Requests to open a WebSocket that arrived and met with no fault, refused ones included.
    pub upgrades: u64,
    /// Sessions that were made.
    pub sessions: u64,
    /// Connections open now.
    pub open_sockets: usize,
    /// The sessions that are known, in no order.
    pub known: Vec<WebMessagingInfo>,
}

impl Sessions {
    pub(super) fn totals(&self) -> WebMessagingTotals {
        let known = self.known.iter().map(|(token, session)| WebMessagingInfo::of(token, session)).collect();
        WebMessagingTotals { open_sockets: self.lines.len(), known, ..self.counted.clone() }
    }
}
