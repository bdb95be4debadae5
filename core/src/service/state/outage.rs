//! How far an outage of the chat server is.

use std::time::Duration;

/// How far an outage is.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    /// Since when.
    pub(crate) since: Duration,
    /// Poll exceptions in a row.
    pub(crate) exceptions: u32,
    /// Whether listeners know that the service is trying to reconnect.
    pub(crate) pending: bool,
    /// Whether listeners know that the chat server is offline.
    pub(crate) offline: bool,
}

impl Outage {
    /// The session was restored while the chat server is offline; listeners are told so in another way.
    pub(crate) fn begin_offline(&mut self, now: Duration) {
        self.since = now;
        self.pending = true;
        self.offline = true;
    }
}
