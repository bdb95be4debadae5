//! One Bayeux client, as the server knows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::advice::Advice;
use super::info::CometdClient;
use super::mailbox::Mailbox;
use crate::bayeux::Carrier;

/// What a client follows of a chat.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) channel: String,
    /// The position of the first event that it has not been told.
    pub(super) next: u64,
}

/// What the connect of a client that is no more is answered with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Farewell {
    /// It has left, or was sent away with these messages.
    Parted { messages: Vec<Value>, advice: Option<Advice> },
    /// The server has removed it without a word, and nobody is to connect again.
    Removed,
    /// Nobody knows it.
    Unknown,
    /// Nobody knows it, and its connection is gone too.
    Cut,
}

/// Wakes the connect being held.
#[derive(Debug, Default)]
pub(super) struct Bell {
    pub(super) ring: Notify,
    /// Set when the client is no more.
    pub(super) farewell: OnceLock<Farewell>,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: String,
    /// The cookie of its handshake.
    pub(super) browser: String,
    /// What carried its latest message.
    pub(super) carrier: Carrier,
    /// The socket of its latest message, if that came over one.
    pub(super) socket: Option<u64>,
    pub(super) mailbox: Mailbox,
    pub(super) bell: Arc<Bell>,
    /// The number of the connect being held.
    pub(super) held: Option<u64>,
    pub(super) connects: u64,
    pub(super) publishes: u64,
    pub(super) delivered: u64,
    /// The latest advice given.
    pub(super) told: Advice,
    /// When it is forgotten unless it connects; never while a connect is held.
    pub(super) expires: Option<Instant>,
    pub(super) subscriptions: BTreeSet<String>,
    /// By chat id.
    pub(super) feeds: BTreeMap<String, Feed>,
    pub(super) created_utc_ms: u64,
}

impl Client {
    pub(super) fn take(&mut self) -> (Vec<Value>, Option<i64>) {
        let taken = self.mailbox.take();
        self.delivered += taken.0.len() as u64;
        taken
    }

    pub(super) fn info(&self) -> CometdClient {
        CometdClient {
            id: self.id.clone(),
            browser: self.browser.clone(),
            carrier: self.carrier,
            chats: self.feeds.keys().cloned().collect(),
            subscriptions: self.subscriptions.iter().cloned().collect(),
            acknowledges: self.mailbox.is_acknowledged(),
            held: self.held.is_some(),
            connects: self.connects,
            publishes: self.publishes,
            delivered: self.delivered,
            waiting: self.mailbox.len(),
            created_utc_ms: self.created_utc_ms,
        }
    }
}
