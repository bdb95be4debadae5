//! Words of Bayeux, the protocol below an API that pushes; faults speak of it too.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What carries Bayeux messages; the names are those of `connectionType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Carrier {
    /// HTTP requests that the server holds.
    #[serde(rename = "long-polling")]
    LongPolling,
    /// A WebSocket.
    #[serde(rename = "websocket")]
    WebSocket,
}

impl Carrier {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::LongPolling => "long-polling",
            Self::WebSocket => "websocket",
        }
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `advice.reconnect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reconnect {
    /// Connect again, with the same client id.
    Retry,
    /// Shake hands anew.
    Handshake,
    /// Neither.
    None,
}

impl Reconnect {
    /// A time as advice has it. One that no whole number can hold is what no clock can hold, either.
    pub(crate) fn milliseconds(time: Duration) -> Value {
        u64::try_from(time.as_millis()).map_or_else(|_| json!(1e300), Value::from)
    }
}

impl FromStr for Reconnect {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let wrong = |_| format!("{name:?} is not retry, handshake or none");
        serde_json::from_value(name.into()).map_err(wrong)
    }
}
