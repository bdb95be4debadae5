//! How long to wait before the next attempt: exponential back-off with jitter, reset by a link that holds.

use std::time::Duration;

/// The pause after the second failure in a row, at most; it doubles from there.
const BASE: Duration = Duration::from_secs(1);
/// The longest pause.
const MAX: Duration = Duration::from_secs(30);
/// A link that works and whose connection is cut counts as so many failures at most.
const CUTS: u32 = 2;

/// Counts failures and says how long to wait.
#[derive(Debug)]
pub(super) struct Pace {
    random: fastrand::Rng,
    failures: u32,
    up_since: Option<Duration>,
    /// Messages have come since then.
    traffic: bool,
}

impl Pace {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), failures: 0, up_since: None, traffic: false }
    }

    /// Forgets what was.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
        self.up_since = None;
    }

    /// The link works.
    pub(super) fn up(&mut self, now: Duration) {
        self.up_since = Some(now);
        self.traffic = false;
    }

    /// The link carries messages.
    pub(super) fn traffic(&mut self) {
        self.traffic = true;
    }

    /// For how long the link has worked.
    pub(super) fn held(&self, now: Duration) -> Option<Duration> {
        self.up_since.map(|since| now.saturating_sub(since))
    }

    /// A working link was cut: what is on the way is to blame, not the server, and the pauses stay short.
    pub(super) fn cut(&mut self) {
        self.failures = self.failures.min(CUTS);
    }

    /// The pause after a failure: short after the first, so that a hiccup heals at once; a random part of it, so that the clients of a
    /// server that restarts do not come back all at once. A link counts as good again, and the pauses start anew, only once it has
    /// held for longer than the pause before it, or has carried messages for a while: whatever a server does, attempts stay rare.
    pub(super) fn pause(&mut self, now: Duration) -> Duration {
        let good = if self.traffic { BASE } else { BASE.max(self.longest()) };
        if self.held(now).is_some_and(|held| held >= good) {
            self.failures = 0;
        } else if self.traffic {
            self.cut();
        }
        self.traffic = false;
        self.up_since = None;
        let longest = self.longest();
        let shortest = if self.failures == 0 { Duration::ZERO } else { longest / 2 };
        self.failures = self.failures.saturating_add(1);
        shortest + longest.saturating_sub(shortest).mul_f64(self.random.f64())
    }

    /// The longest pause after as many failures.
    fn longest(&self) -> Duration {
        match self.failures {
            0 => BASE / 2,
            failures => BASE.saturating_mul(1 << (failures - 1).min(5)).min(MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn pauses_double_up_to_half_a_minute_and_differ_between_clients() {
        let pauses = |seed| -> Vec<Duration> {
            let mut pace = Pace::new(seed);
            (0..8).map(|_| pace.pause(seconds(0))).collect()
        };
        let (one, other) = (pauses(1), pauses(2));
        assert_ne!(one, other);
        let longest = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0].map(Duration::from_secs_f64);
        for (pause, longest) in one.iter().chain(&other).zip(longest.iter().cycle()) {
            let shortest = if *longest < BASE { Duration::ZERO } else { *longest / 2 };
            assert!((shortest..=*longest).contains(pause), "{pause:?} {longest:?}");
        }
    }

    #[test]
    fn cuts_keep_the_pauses_short() {
        let mut pace = Pace::new(1);
        for _ in 0..10 {
            pace.up(seconds(0));
            pace.cut();
            assert!(pace.pause(seconds(0)) <= seconds(2));
        }
        assert!(pace.pause(seconds(0)) >= seconds(2));
    }

    #[test]
    fn only_a_link_that_held_starts_the_pauses_anew() {
        let mut pace = Pace::new(1);
        for _ in 0..4 {
            pace.pause(seconds(0));
        }
        pace.up(seconds(10));
        assert!(pace.pause(seconds(17)) >= seconds(4));
        pace.up(seconds(100));
        assert!(pace.pause(seconds(117)) < seconds(1));
    }

    #[test]
    fn a_link_that_carries_messages_keeps_the_pauses_short() {
        let mut pace = Pace::new(1);
        for round in 0..10 {
            pace.up(seconds(round * 10));
            pace.traffic();
            assert!(pace.pause(seconds(round * 10 + 1)) <= BASE / 2);
        }
        for round in 20..30 {
            pace.up(seconds(round * 10));
            pace.traffic();
            assert!(pace.pause(seconds(round * 10)) <= seconds(2), "not for as long as a second");
        }
        assert!(pace.pause(seconds(300)) >= seconds(2));
    }
}
