//! The pace of automatic polling, and of the looks at the transcript of a back end that pushes.

use super::Chance;
use crate::config::Polling;
use std::time::Duration;

/// The longest pause between polls, whatever a server asks for: it drops a client that it does not hear for 45 s
/// (gms-v2.md, 6).
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How far an interval is spread to either side: a part of it. Chats that began together, or whose server came back to all of them at once,
/// are apart after some intervals.
const SPREAD: u32 = 4;
/// The same where that would make a pause longer than [`LONGEST_PAUSE`].
const LITTLE_SPREAD: u32 = 16;
/// The longest interval that the state of the server asks for: with its spread, no more than [`LONGEST_PAUSE`].
const SLOWEST: Duration = Duration::from_secs(24);

/// What puts the next poll off for longer than its interval.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slack {
    /// What the server asks for: not before this.
    pub(crate) at_least: Duration,
    /// How long the latest answer took: a server that is slow is not asked more often than it answers.
    pub(crate) answered_in: Duration,
    /// How long the connection has been lost: the longer, the less it is worth to ask, and the wider chats come back.
    pub(crate) lost_for: Duration,
}

impl Slack {
    /// The interval that the state of the server asks for.
    fn interval(self) -> Duration {
        self.answered_in.max(self.lost_for / 4).min(SLOWEST)
    }
}

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

    /// Puts the next poll off by the interval, which grows; a little more or less, by chance.
    pub(crate) fn advance(&mut self, now: Duration, polling: &Polling, slack: Slack, chance: &mut Chance) {
        if self.due.is_none() {
            return;
        }
        let steady = if polling.dynamic { self.interval } else { polling.rate };
        let failures = i32::try_from(self.failures).unwrap_or(i32::MAX);
        let slower = steady.as_secs_f64() * polling.failure_multiplier.powi(failures);
        let interval = Duration::from_secs_f64(slower.min(LONGEST_PAUSE.as_secs_f64())).max(steady);
        let interval = interval.max(slack.interval());
        self.interval = self.interval.mul_f64(polling.multiplier).min(polling.max);
        let reach = LONGEST_PAUSE.saturating_sub(interval).max(interval / LITTLE_SPREAD);
        let pause = chance.around(interval, reach.min(interval / SPREAD));
        let asked = chance.after(slack.at_least, slack.at_least / SPREAD);
        self.due = Some(now.saturating_add(pause.max(asked.min(LONGEST_PAUSE.max(slack.at_least)))));
    }

    /// Brings the next poll forward to the shortest interval, as own activity does.
    pub(crate) fn quicken(&mut self, now: Duration, polling: &Polling) {
        if let Some(due) = self.due.as_mut().filter(|_| polling.dynamic) {
            self.interval = polling.min;
            *due = (*due).min(now + polling.min);
        }
    }
}
