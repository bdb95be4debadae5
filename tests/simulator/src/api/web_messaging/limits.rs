//! The limits that the service keeps.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// A minute, as the limits count it.
pub(super) const MINUTE: Duration = Duration::from_mins(1);
/// A second, likewise.
pub(super) const SECOND: Duration = Duration::from_secs(1);
/// The longest text of an agent, in characters.
pub(super) const AGENT_TEXT: usize = 4000;
/// The longest name of a file, in characters.
pub(super) const FILE_NAME: usize = 1023;

/// How much is taken from clients. Numbers of 0 and times of zero are no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Messages of a session in a second.
    pub messages_per_second: u32,
    /// Requests of a connection in a minute, of whatever kind.
    pub requests_per_minute: u32,
    /// Configures of a session in a minute.
    pub configures_per_minute: u32,
    /// Connections in a minute.
    pub connections_per_minute: u32,
    /// Connections of a session at once; one more closes the oldest.
    pub connections: u32,
    /// Pages of history that a session gets in a minute.
    pub histories_per_minute: u32,
    /// Echoes of a connection in a minute.
    pub echoes_per_minute: u32,
    /// The time between two notices that the customer is typing, unless a message comes between.
    pub typing: Duration,
    /// Refused requests count as well.
    pub refused_count: bool,
    /// Bytes of UTF-8 in a text of the customer.
    pub text_bytes: usize,
    /// Bytes of UTF-8 in all keys and values of custom attributes.
    pub custom_data_bytes: usize,
    /// Size of a file, in units of 1,000 bytes.
    pub file_size_kb: u64,
    /// How long an address of a download is good.
    pub download: Duration,
    /// How long an uploaded file that no message carries is kept.
    pub upload: Duration,
    /// How long a token for the history is good.
    pub jwt: Duration,
}

impl Default for Limits {
    /// Those of the service.
    fn default() -> Self {
        Self {
            messages_per_second: 5,
            requests_per_minute: 60,
            configures_per_minute: 60,
            connections_per_minute: 1000,
            connections: 3,
            histories_per_minute: 10,
            echoes_per_minute: 2,
            typing: Duration::from_secs(5),
            refused_count: false,
            text_bytes: 4096,
            custom_data_bytes: 2048,
            file_size_kb: 10_240,
            download: Duration::from_mins(10),
            upload: Duration::from_hours(15 * 24),
            jwt: MINUTE,
        }
    }
}

impl Limits {
    /// None of the limits of pace; those of size and age stay.
    pub fn off() -> Self {
        Self {
            messages_per_second: 0,
            requests_per_minute: 0,
            configures_per_minute: 0,
            connections_per_minute: 0,
            connections: 0,
            histories_per_minute: 0,
            echoes_per_minute: 0,
            typing: Duration::ZERO,
            ..Self::default()
        }
    }
}

/// When something has happened of late.
#[derive(Debug, Default)]
pub(super) struct Window(VecDeque<Instant>);

impl Window {
    /// Takes one more, or says in how many seconds the next will be taken. A limit of 0 is none.
    pub(super) fn take(
        &mut self,
        most: u32,
        within: Duration,
        refused_count: bool,
        now: Instant,
    ) -> Result<(), u64> {
        if most == 0 {
            return Ok(());
        }
        while self.0.front().is_some_and(|first| now.saturating_duration_since(*first) >= within) {
            self.0.pop_front();
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let full = self.0.len() >= most;
        if !full || refused_count {
            self.0.push_back(now);
        }
        if !full {
            return Ok(());
        }
        let frees = self.0.len().checked_sub(most).and_then(|at| self.0.get(at)).copied().unwrap_or(now);
        let wait = (frees + within).saturating_duration_since(now);
        Err(u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_window_moves_on() {
        let mut window = Window::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(window.take(2, MINUTE, false, at(0)), Ok(()));
        assert_eq!(window.take(2, MINUTE, false, at(10)), Ok(()));
        assert_eq!(window.take(2, MINUTE, false, at(20)), Err(40));
        assert_eq!(window.take(2, MINUTE, false, at(60)), Ok(()));
        assert_eq!(window.take(2, MINUTE, true, at(61)), Err(59));
        assert_eq!(window.take(2, MINUTE, false, at(70)), Err(50), "the refused one counted");
        assert_eq!(window.take(0, MINUTE, false, at(71)), Ok(()));
    }
}
