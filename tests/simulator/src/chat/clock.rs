//! Wall-clock stamps that follow tokio's clock, so paused time also stops `utcTime`.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Maps moments of tokio's clock to milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
    start_utc_ms: u64,
}

impl Clock {
    /// `start_utc_ms` is the wall-clock time now; the system's own when absent.
    pub(crate) fn new(start_utc_ms: Option<u64>) -> Self {
        Self { start: Instant::now(), start_utc_ms: start_utc_ms.unwrap_or_else(system_utc_ms) }
    }

    pub(crate) fn utc_ms(&self, moment: Instant) -> u64 {
        let elapsed = moment.saturating_duration_since(self.start).as_millis();
        self.start_utc_ms.saturating_add(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }
}

fn system_utc_ms() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}
