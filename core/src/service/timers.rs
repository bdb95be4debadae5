//! What is due, and when.

use super::{Phase, Service, Time, state::State};
use crate::ErrorKind;
use std::time::Duration;

impl Service {
    /// Lets time pass: does what is due.
    pub fn handle_timeout(&mut self, time: Time) {
        self.time = time;
        for id in self.commands.take_overdue(time.now) {
            let text = self.overdue(id);
            self.give_up(id, ErrorKind::Timeout, &text);
        }
        self.queue_due();
        self.typing_due();
        self.unshown_due();
        self.poll_due();
        self.go_on();
        self.wind_up();
    }

    /// When [`Service::handle_timeout`] has to be called next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Duration> {
        let winding_up = self.phase == Phase::Closed && !self.exchanges.is_empty();
        let end = winding_up.then_some(self.wind_up_until);
        [self.commands.next_deadline(), self.queue_timeout(), self.session_timeout(), end]
            .into_iter()
            .flatten()
            .min()
    }

    /// When something of the session is due.
    pub(super) fn session_timeout(&self) -> Option<Duration> {
        let live = self.session.live()?;
        if let Some(farewell) = &live.farewell {
            return farewell.timeout();
        }
        let ending = live.ending.as_ref().filter(|ending| !ending.asked).map(|ending| ending.wait_until);
        let typing = live.typing.as_ref().map(|typing| typing.until);
        [self.poll_timeout(), typing, ending, self.outbox_timeout(), live.unshown.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    fn outbox_timeout(&self) -> Option<Duration> {
        let live = self.session.live()?;
        let entry = live.outbox.front()?;
        let held = self.config.outbox.queues && live.disconnected.is_some() && live.ending.is_none();
        let overdue = entry.deadline.filter(|_| entry.restored);
        let next = match entry.state {
            State::Leaving { .. } | State::Sent { .. } => return overdue,
            State::Waiting { .. } if held => return overdue,
            State::Waiting { not_before } => not_before,
            State::Doubt { look_at, .. } => look_at,
        };
        [Some(next), entry.over_at(self.grace()), overdue].into_iter().flatten().min()
    }
}
