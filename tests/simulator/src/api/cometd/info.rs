//! What is known about the clients and about what they did.

use crate::bayeux::Carrier;
use serde::Serialize;

/// `CometD` as it is at one moment. What is counted is counted since the simulator started, faults and all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CometdInfo {
    /// Handshakes that arrived.
    pub handshakes: u64,
    /// The most handshakes that were under way at once.
    pub most_handshakes_at_once: u64,
    /// Connects that arrived.
    pub connects: u64,
    /// Subscribes and unsubscribes that arrived.
    pub subscribes: u64,
    /// Publishes that arrived.
    pub publishes: u64,
    /// `/meta/disconnect`s that arrived.
    pub disconnects: u64,
    /// Messages, pushed or told as outcomes, that were given to a carrier.
    pub delivered: u64,
    /// Long-polling requests that arrived, each with one message or more.
    pub requests: u64,
    /// Requests to open a WebSocket that arrived, refused ones included.
    pub upgrades: u64,
    /// Sockets (WebSocket connections) open now.
    pub open_sockets: usize,
    /// The most sockets that were open at once.
    pub most_open_sockets: usize,
    /// Connects being held now.
    pub held_connects: usize,
    /// Clients forgotten because they did not connect for too long.
    pub expired: u64,
    /// The clients known now.
    pub clients: Vec<CometdClient>,
}

/// A Bayeux client as it is at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CometdClient {
    /// Its client id.
    pub id: String,
    /// The cookie of its handshake.
    pub browser: String,
    /// What carried its latest message.
    pub carrier: Carrier,
    /// The chats whose news it is told.
    pub chats: Vec<String>,
    /// The channels it subscribed to; it makes no difference.
    pub subscriptions: Vec<String>,
    /// Whether it uses the acknowledge extension.
    pub acknowledges: bool,
    /// Whether a connect of its is being held.
    pub held: bool,
    /// Connects that it made.
    pub connects: u64,
    /// Publishes that it made.
    pub publishes: u64,
    /// Messages that were given to its carrier, repeated ones included.
    pub delivered: u64,
    /// Messages that wait for it, or for its acknowledgement.
    pub waiting: usize,
    /// Its handshake, in milliseconds since 1970 UTC.
    pub created_utc_ms: u64,
}

/// What `CometD` alone has of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CometdChat {
    /// The clients that are told its news.
    pub clients: Vec<String>,
    /// A long-lived chat, whose customer may be silent for days.
    #[serde(rename = "async")]
    pub asynchronous: bool,
    /// The transcript position at which the customer's program went to the background.
    pub background_position: Option<u64>,
}
