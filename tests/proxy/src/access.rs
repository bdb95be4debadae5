//! What nginx writes down of each request.

use serde::Deserialize;
use std::time::Duration;

/// The format of a line, for nginx: JSON.
pub(crate) const FORMAT: &str = r#"'{"at":$msec,"took":$request_time,"method":"$request_method","path":"$uri","version":"$server_protocol",'
    '"status":$status,"upgrade":"$http_upgrade","encoding":"$sent_http_content_encoding"}'"#;

/// A request that is over.
#[derive(Clone, Debug, Deserialize)]
pub struct Access {
    at: f64,
    took: f64,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The version of HTTP, for example `HTTP/1.1`.
    pub version: String,
    /// The status answered; 499 where the client hung up.
    pub status: u16,
    /// The encoding of the answer.
    pub encoding: String,
    upgrade: String,
}

impl Access {
    /// Reads a line.
    pub(crate) fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    /// When it ended, since 1970.
    pub fn ended(&self) -> Duration {
        Duration::from_secs_f64(self.at)
    }

    /// When it began, since 1970.
    pub fn began(&self) -> Duration {
        Duration::from_secs_f64(self.at - self.took)
    }

    /// Whether it asked for a WebSocket.
    pub fn is_upgrade(&self) -> bool {
        self.upgrade == "websocket"
    }
}
