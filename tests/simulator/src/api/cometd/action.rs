//! What befalls clients on demand, beside the faults of single messages.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::advice::Advice;
use super::client::{Client, Farewell};
use super::line::Post;
use crate::bayeux::Reconnect;
use crate::state::State;

/// The Bayeux clients that something befalls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// Only those that are told the news of this chat.
    pub chat: Option<String>,
    /// Only the one with this client id.
    pub client: Option<String>,
}

impl Whom {
    /// All clients.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those that are told the news of a chat.
    pub fn chat(chat_id: impl Into<String>) -> Self {
        Self { chat: Some(chat_id.into()), client: None }
    }

    /// The one with this client id.
    pub fn client(client_id: impl Into<String>) -> Self {
        Self { chat: None, client: Some(client_id.into()) }
    }

    fn is_all(&self) -> bool {
        *self == Self::default()
    }

    fn means(&self, client: &Client) -> bool {
        self.chat.as_ref().is_none_or(|chat| client.feeds.contains_key(chat))
            && self.client.as_ref().is_none_or(|id| *id == client.id)
    }

    fn ids(&self, state: &State) -> Vec<String> {
        let meant = state.apis.cometd.known.values().filter(|client| self.means(client));
        meant.map(|client| client.id.clone()).collect()
    }

    fn sockets(&self, state: &State) -> Vec<u64> {
        if self.is_all() {
            return state.apis.cometd.sockets.keys().copied().collect();
        }
        let meant = state.apis.cometd.known.values().filter(|client| self.means(client));
        let mut sockets: Vec<u64> = meant.filter_map(|client| client.socket).collect();
        sockets.retain(|socket| state.apis.cometd.sockets.contains_key(socket));
        sockets
    }
}

/// Cuts sockets, each after so many messages more.
pub(super) fn cut_sockets(state: &State, whom: &Whom, after: u64, code: Option<u16>) -> usize {
    let sockets = whom.sockets(state);
    for line in sockets.iter().filter_map(|socket| state.apis.cometd.sockets.get(socket)) {
        line.cut_after(after, code);
    }
    sockets.len()
}

/// The server ends the Bayeux sessions, and says so.
pub(super) fn disconnect(state: &mut State, whom: &Whom, advice: Option<Reconnect>, now: Instant) -> usize {
    let ids = whom.ids(state);
    for id in &ids {
        let Some(client) = state.apis.cometd.find(id) else { continue };
        let said = json!({ "channel": "/meta/disconnect", "clientId": id, "successful": true });
        let (held, socket) = (client.held.is_some(), client.socket);
        if let (false, Some(line)) = (held, socket.and_then(|socket| state.apis.cometd.sockets.get(&socket)))
        {
            line.post(Post::Messages(vec![said.clone()]));
        }
        let advice = advice.map(|reconnect| Advice::to(reconnect, Duration::ZERO));
        let farewell = Farewell::Parted { messages: vec![said], advice };
        state.apis.cometd.remove(id, farewell, &mut state.chats, now);
    }
    ids.len()
}

/// The server forgets the clients, as when it restarts. With `cut` their connections are gone too.
pub(super) fn forget(state: &mut State, whom: &Whom, cut: bool, now: Instant) -> usize {
    if cut {
        cut_sockets(state, whom, 0, None);
    }
    let ids = whom.ids(state);
    for id in &ids {
        let farewell = if cut { Farewell::Cut } else { Farewell::Unknown };
        state.apis.cometd.remove(id, farewell, &mut state.chats, now);
    }
    ids.len()
}

/// The server removes the Bayeux sessions without a word: held connects fail, with the advice not to come again.
pub(super) fn remove(state: &mut State, whom: &Whom, now: Instant) -> usize {
    let ids = whom.ids(state);
    for id in &ids {
        state.apis.cometd.remove(id, Farewell::Removed, &mut state.chats, now);
    }
    ids.len()
}
