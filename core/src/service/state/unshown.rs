//! What the server has accepted without showing it yet, but for messages, which wait in the outbox.

use std::{collections::VecDeque, time::Duration};

/// How long an event may take after its request was accepted, before the transcript is asked for it.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// When each was accepted, in order.
#[derive(Debug, Default)]
pub(crate) struct Unshown {
    accepted: VecDeque<Duration>,
    /// The transcript has been asked for them.
    asked: bool,
}

impl Unshown {
    /// Something was accepted.
    pub(crate) fn add(&mut self, now: Duration) {
        self.accepted.push_back(now);
    }

    /// An own event came: that of the oldest.
    pub(crate) fn note(&mut self) {
        self.accepted.pop_front();
    }

    /// A look at the transcript that began then has shown all that there was.
    pub(crate) fn looked(&mut self, started: Duration) {
        self.accepted.retain(|accepted| *accepted > started);
        self.asked = false;
    }

    /// A look at the transcript may have been an older one's: there has to be another, in a while.
    pub(crate) fn looked_in_vain(&mut self, now: Duration) {
        self.accepted.iter_mut().for_each(|accepted| *accepted = now);
        self.asked = false;
    }

    /// Whether the transcript is to be asked, which it then is.
    pub(crate) fn is_due(&mut self, now: Duration) -> bool {
        let is_due = self.deadline().is_some_and(|deadline| deadline <= now);
        self.asked |= is_due;
        is_due
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    /// When the transcript is to be asked.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.accepted.front().filter(|_| !self.asked).map(|accepted| accepted.saturating_add(PATIENCE))
    }
}
