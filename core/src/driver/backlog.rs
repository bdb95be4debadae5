//! Events that wait to be taken.

use super::waiting::Delivery;
use crate::event::Envelope;
use std::{collections::VecDeque, sync::Arc, task::Poll};

/// Events in order, and behind them their end.
#[derive(Default)]
pub struct Backlog {
    events: VecDeque<Delivery>,
    ended: bool,
}

impl Backlog {
    /// One more.
    pub fn push(&mut self, delivery: Delivery) {
        self.events.push_back(delivery);
    }

    /// No event comes any more.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether there is something to be had: an event, or the end.
    pub fn is_ready(&self) -> bool {
        self.ended || !self.events.is_empty()
    }

    /// The next event, or the end; pending while there is neither.
    pub fn take(&mut self) -> Poll<Option<Arc<Envelope>>> {
        match self.events.pop_front() {
            Some(delivery) => Poll::Ready(Some(delivery.take())),
            None if self.ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
