//! A small Web Messaging server on a WebSocket server by others: `ws`, in Node.js. Its customers order it about by what they say.

use crate::node;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;

/// A server. It ends with this.
pub struct SocketServer {
    _process: node::Process,
    listening: Listening,
}

#[derive(Debug, Deserialize)]
struct Listening {
    base: String,
}

impl fmt::Debug for SocketServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketServer").field("base", &self.listening.base).finish_non_exhaustive()
    }
}

impl SocketServer {
    /// Starts a server; nothing, when the tests are to do without Node.js.
    pub async fn start() -> Option<Self> {
        let (process, line) = node::start(&["socket.mjs"]).await?;
        let listening = serde_json::from_str(&line).expect("it says where it listens");
        Some(Self { _process: process, listening })
    }

    /// The options of a chat here. The server has no limits.
    pub fn options(&self) -> Value {
        let base = &self.listening.base;
        json!({
            "transport": {
                "type": "genesyscloud-webmessaging", "deploymentId": "any",
                "socketURL": base.replacen("http", "ws", 1), "apiURL": base, "configURL": base,
                "limits": {"messagesPerSecond": 0, "requestsPerMinute": 0, "historiesPerMinute": 0},
            },
            "ajaxTimeout": 10_000,
            "connection": {"proxy": "none"},
        })
    }
}
