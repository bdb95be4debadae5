//! Advice: what a server tells clients to do next (Bayeux 1.0 section 3.5).

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::settings::CometdSettings;
use crate::bayeux::Reconnect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Advice {
    pub(super) reconnect: Reconnect,
    pub(super) interval: Duration,
    pub(super) timeout: Option<Duration>,
    pub(super) multiple_clients: bool,
}

impl Advice {
    /// Only how to go on, and when.
    pub(super) const fn to(reconnect: Reconnect, interval: Duration) -> Self {
        Self { reconnect, interval, timeout: None, multiple_clients: false }
    }

    /// What a client is told in normal running.
    pub(super) const fn usual(settings: &CometdSettings) -> Self {
        let timeout = Some(settings.timeout);
        Self { timeout, ..Self::to(Reconnect::Retry, settings.interval) }
    }

    pub(super) fn to_json(self) -> Value {
        let mut advice = Map::new();
        advice.insert("reconnect".to_owned(), json!(self.reconnect));
        advice.insert("interval".to_owned(), Reconnect::milliseconds(self.interval));
        if let Some(timeout) = self.timeout {
            advice.insert("timeout".to_owned(), Reconnect::milliseconds(timeout));
        }
        if self.multiple_clients {
            advice.insert("multiple-clients".to_owned(), true.into());
        }
        Value::Object(advice)
    }
}
