//! A program that does not take its events (behaviour reference, section 2): no more messages are fetched for it until it has taken some,
//! so that nothing is lost and what waits stays within its bounds.
//!
//! Polls wait. What is pushed is not kept: it counts as a gap, which is fetched afterwards. The looks at the transcript that messages in
//! doubt need publish nothing, and such a look is taken now and then for the server's sake, which drops a customer whom it does not hear.
//! When the chat ends meanwhile, what is left of it is told: the server gives it no longer than that.

use super::{Service, Time, polling::LONGEST_PAUSE};
use crate::transport::Reply;
use std::time::Duration;

/// How many pushed messages, or answers that hold some, may wait inside the service.
const WITHIN: usize = 1_024;

/// Whether the program leaves its events waiting.
#[derive(Debug, Default)]
pub(super) struct Congestion {
    on: bool,
    /// The log knows.
    told: bool,
    /// What is left of the session is told whatever waits.
    lifted: bool,
    /// When the server was asked something last.
    asked: Duration,
}

impl Congestion {
    /// Another session begins, or none.
    pub(super) fn end_session(&mut self) {
        self.lifted = false;
    }

    pub(super) fn note_request(&mut self, now: Duration) {
        self.asked = now;
    }

    /// When the server has to hear of the customer next.
    pub(super) fn sign_of_life_at(&self) -> Duration {
        self.asked.saturating_add(LONGEST_PAUSE)
    }
}

impl Service {
    /// The program leaves events waiting, or has taken enough of them.
    pub fn set_congested(&mut self, time: Time, congested: bool) {
        self.time = time;
        self.congestion.on = congested;
        if congested && !std::mem::replace(&mut self.congestion.told, true) {
            self.log(
                "the application does not take its events: no more messages are fetched until it has taken some",
            );
        }
        self.poll_due();
        self.pump();
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
        let waiting: usize = self.batches.iter().map(|batch| batch.entries.len()).sum();
        let is_full = self.is_congested() || waiting >= WITHIN || self.held.len() >= WITHIN;
        let leaves = is_full && reply.ended != Some(true);
        if leaves {
            self.sight(&reply.messages, true);
            self.catch_up();
        } else if is_full {
            self.lift_congestion();
        }
        leaves
    }
}
