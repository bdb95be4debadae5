//! The pace of automatic polling, and of the looks at the transcript of a back end that pushes.

use crate::config::Polling;
use std::time::Duration;

/// The longest pause between polls, whatever a server asks for: it drops a client that it does not hear for 45 s
/// (gms-v2.md, 6).
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The pace of automatic polling.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When the next poll is due; nothing while polling is off.
    pub(crate) due: Option<Duration>,
    /// The interval after the next poll, where it adapts.
    interval: Duration,
    /// Failed polls in a row that slow polling down.
    pub(crate) failures: u32,
}

impl Pace {
    /// Turns polling on, first poll at once; false when it was on.
    pub(crate) fn start(&mut self, now: Duration, polling: &Polling) -> bool {
        self.interval = polling.min;
        let was_off = self.due.is_none();
        self.due = Some(now);
        was_off
    }

    /// Has one poll made, at `at` or before.
    pub(crate) fn want(&mut self, at: Duration) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Turns polling off; false when it was off.
    pub(crate) fn stop(&mut self) -> bool {
        self.due.take().is_some()
    }

    pub(crate) fn is_on(&self) -> bool {
        self.due.is_some()
    }

    /// Puts the next poll off by the interval, which grows.
    pub(crate) fn advance(&mut self, now: Duration, polling: &Polling, at_least: Duration) {
        if self.due.is_none() {
            return;
        }
        let steady = if polling.dynamic { self.interval } else { polling.rate };
        let failures = i32::try_from(self.failures).unwrap_or(i32::MAX);
        let slower = steady.as_secs_f64() * polling.failure_multiplier.powi(failures);
        let interval = Duration::from_secs_f64(slower.min(LONGEST_PAUSE.as_secs_f64())).max(steady);
        self.interval = self.interval.mul_f64(polling.multiplier).min(polling.max);
        self.due = Some(now.saturating_add(interval.max(at_least)));
    }

    /// Brings the next poll forward to the shortest interval, as own activity does.
    pub(crate) fn quicken(&mut self, now: Duration, polling: &Polling) {
        if let Some(due) = self.due.as_mut().filter(|_| polling.dynamic) {
            self.interval = polling.min;
            *due = (*due).min(now + polling.min);
        }
    }
}
