//! A program that does not take its events (webchatservice.md, 2): no more messages are fetched for it until it has taken some,
//! so that nothing is lost and what waits stays within its bounds.
//!
//! Polls wait. What is pushed is not kept: it counts as a gap, which is fetched afterwards. The looks at the transcript that messages in
//! doubt need publish nothing, and such a look is taken now and then for the server's sake, which drops a customer whom it does not hear.
//! When the chat ends meanwhile, what is left of it is told: the server gives it no longer than that.
//!
//! A link comes and goes meanwhile, and nobody can bound how often. After the first changes of state, one that is taken back before the
//! program has taken anything was never told: what is told alternates, and ends in the true state.

use super::{Effect, Note, Service, Time, doubt::By};
use crate::{event::Event, transport::Reply};

/// How many pushed messages, or answers that hold some, may wait inside the service.
const WITHIN: usize = 1_024;

/// How large they may be together before no more are kept.
const WITHIN_BYTES: usize = 4 << 20;

impl Service {
    /// Tells the listeners, after what they have to know before.
    pub(super) fn publish(&mut self, event: Event) {
        if self.congestion.holds(&event) {
            return;
        }
        self.publish_held();
        self.tell(event);
    }

    fn publish_held(&mut self) {
        for event in std::mem::take(&mut self.congestion.held) {
            self.tell(event);
        }
    }

    /// Tells the log and the listeners.
    fn tell(&mut self, event: Event) {
        self.effects.extend(Note::of(&event).map(Effect::Log));
        self.effects.push_back(Effect::Publish(event));
    }

    /// The program leaves events waiting, or has taken enough of them.
    pub fn set_congested(&mut self, time: Time, congested: bool) {
        self.time = time;
        self.congestion.on = congested;
        if !congested {
            self.congestion.changes = 0;
            self.publish_held();
        }
        if congested && !std::mem::replace(&mut self.congestion.told, true) {
            self.warn(
                "the application does not take its events: no more messages are fetched until it has taken some",
            );
        }
        self.poll_due();
        self.go_on();
    }

    /// Whether messages are not to be fetched, nor kept when they are pushed.
    pub(super) fn is_congested(&self) -> bool {
        self.congestion.on && !self.congestion.lifted
    }

    /// The chat has ended: all that is left of it is wanted.
    pub(super) fn lift_congestion(&mut self) {
        self.congestion.lifted = true;
    }

    /// Leaves pushed news to a later fetch, where they cannot be kept: only the messages on their way learn of them.
    pub(super) fn leave_for_later(&mut self, reply: &Reply) -> bool {
        let is_full = self.is_congested() || self.is_waiting_room_full();
        let leaves = is_full && reply.ended != Some(true);
        if leaves {
            self.sight(&reply.messages, By::NewsToCome);
            self.catch_up();
        } else if is_full {
            self.lift_congestion();
        }
        leaves
    }

    /// Whether as much waits as may, for a preprocessor or behind a gap.
    pub(super) fn is_waiting_room_full(&self) -> bool {
        let waiting = || self.batches.iter().flat_map(|batch| &batch.entries);
        let bytes: usize = waiting().map(|entry| entry.received.weight()).sum();
        let held: usize = self.held.iter().map(|held| held.bytes).sum();
        waiting().count() >= WITHIN || self.held.len() >= WITHIN || bytes + held >= WITHIN_BYTES
    }
}
