//! Playing a recording of the wire back: the recorded side of the server, for a client that does the same again (`docs/recording.md`).
//!
//! `recording` reads the lines, `operation` says what a request asks for, `play` knows where the playback stands; `serve` and `socket` are
//! the server, `answer` and `substitute` make what it says.

mod answer;
mod operation;
mod play;
mod recording;
mod serve;
mod socket;
mod substitute;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use self::operation::{POLL, UPGRADE, has_field, has_header};
pub use self::play::Pace;
use self::play::Play;
pub use self::recording::RecordedChat;
use self::serve::Stage;
use self::substitute::Substitutes;
use crate::access::Access;
use crate::api::{Address, Api};
use crate::error::Error;
use crate::server::Server;

/// A recorded chat that is played back, once. It stops when [`Replay::shutdown`] is called, or when this is dropped.
pub struct Replay {
    stage: Arc<Stage>,
    server: Server,
    api: Api,
    #[allow(dead_code, reason = "kept for what its drop does")]
    stop: DropGuard,
}

impl Replay {
    /// Plays `chat` back at `address`, of which port 0 takes a free one, on the current tokio runtime. It listens when this returns.
    #[allow(clippy::unused_async, reason = "must run inside a tokio runtime; async makes sure that it does")]
    pub async fn start(chat: RecordedChat, address: SocketAddr, pace: Pace) -> Result<Self, Error> {
        let (server, bound) = Server::bind(address)?;
        let api = chat.api;
        let play = Play::new(chat, pace, Substitutes::new(server.address.to_string()));
        let stage = Arc::new(Stage::new(play, server.clone()));
        let stop = CancellationToken::new();
        bound.serve(serve::router(Arc::clone(&stage)), stop.clone());
        Ok(Self { stage, server, api, stop: stop.drop_guard() })
    }

    /// The API that the chat speaks.
    pub fn api(&self) -> Api {
        self.api
    }

    /// What clients are configured with, the chat URL first.
    pub fn addresses(&self) -> Vec<Address> {
        self.api.protocol().addresses(&Access::default(), &format!("http://{}", self.server.address))
    }

    /// The same as [`Simulator::urls`](crate::Simulator::urls) gives it, for programs; `replay` says of what the chat is: `api`,
    /// `websocket` (whether its client used one), `isCut`.
    pub fn urls(&self) -> Value {
        let base = format!("http://{}", self.server.address);
        let of_api = |api: &Api| {
            let served = *api == self.api;
            let addresses = api.protocol().addresses(&Access::default(), &base).into_iter();
            addresses.map(move |Address { key, url, .. }| (key.to_owned(), served.then_some(url).into()))
        };
        let mut urls: Map<String, Value> = Api::ALL.iter().flat_map(of_api).collect();
        let first = self.addresses().into_iter().next().map(|address| address.url);
        let play = self.stage.play();
        let chat = play.chat();
        let replay =
            json!({"api": self.api.name(), "websocket": chat.carries_websocket, "isCut": chat.is_cut});
        urls.extend([
            ("url".to_owned(), first.into()),
            ("port".to_owned(), self.server.address.port().into()),
            ("controlUrl".to_owned(), Value::Null),
            ("replay".to_owned(), replay),
        ]);
        urls.into()
    }

    /// Waits for the next thing that a person should know: what was asked and not recorded, what the recording waits for. May be
    /// abandoned and called again.
    pub async fn note(&self) -> String {
        let mut changes = self.stage.changes();
        loop {
            {
                let mut play = self.stage.play();
                if !play.notes.is_empty() {
                    return play.notes.remove(0);
                }
            }
            // The sender lives as long as this does.
            changes.changed().await.unwrap_or_default();
        }
    }

    /// Stops listening and closes all connections.
    pub async fn shutdown(&self) {
        self.server.stop().await;
    }
}
