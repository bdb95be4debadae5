//! The clock. Nothing else in the crate reads one.

use crate::service::Time;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Time since the driver started.
#[derive(Clone, Copy)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn time(self) -> Time {
        Time { now: self.0.elapsed(), unix_ms: unix_ms() }
    }

    /// Ends at `deadline`; never without one.
    pub(super) async fn until(self, deadline: Option<Duration>) {
        match deadline.and_then(|deadline| self.0.checked_add(deadline)) {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }
}

/// The time of day, for those who have no clock of their own.
pub(super) fn unix_ms() -> u64 {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(wall.as_millis()).unwrap_or(u64::MAX)
}
