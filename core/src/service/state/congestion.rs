//! Whether the program leaves its events waiting, and what waits with them.

use super::pace::LONGEST_PAUSE;
use crate::event::{Event, EventKind};
use std::time::Duration;

/// How many changes of state are told as they come.
const CHANGES: u32 = 16;

/// The states that come and go: what tells that one has come, and what that it has gone.
const STATES: [(EventKind, EventKind); 3] = [
    (EventKind::Disconnected, EventKind::Reconnected),
    (EventKind::ConnectionPending, EventKind::ConnectionRestored),
    (EventKind::ChatServerWentOffline, EventKind::ChatServerBackOnline),
];

/// Whether the program leaves its events waiting.
#[derive(Debug, Default)]
pub(crate) struct Congestion {
    pub(crate) on: bool,
    /// The log knows.
    pub(crate) told: bool,
    /// What is left of the session is told whatever waits.
    pub(crate) lifted: bool,
    /// When the server was asked something last.
    asked: Duration,
    /// How many changes of state have been told meanwhile.
    pub(crate) changes: u32,
    /// Those that are still to be told.
    pub(crate) held: Vec<Event>,
}

impl Congestion {
    /// Another session begins, or none.
    pub(crate) fn end_session(&mut self) {
        self.lifted = false;
    }

    pub(crate) fn note_request(&mut self, now: Duration) {
        self.asked = now;
    }

    /// Whether a change of state waits; what it takes back waits no more.
    pub(crate) fn holds(&mut self, event: &Event) -> bool {
        let Some(opposite) = opposite(event.kind()).filter(|_| self.on) else { return false };
        if self.changes < CHANGES {
            self.changes += 1;
            return false;
        }
        match self.held.iter().rposition(|held| held.kind() == opposite) {
            Some(taken_back) => drop(self.held.remove(taken_back)),
            None => self.held.push(event.clone()),
        }
        true
    }

    /// When the server has to hear of the customer next.
    pub(crate) fn sign_of_life_at(&self) -> Duration {
        self.asked.saturating_add(LONGEST_PAUSE)
    }
}

/// What tells that the state which this tells of is over, or has come.
fn opposite(kind: EventKind) -> Option<EventKind> {
    STATES.iter().find_map(|&(comes, goes)| match kind {
        kind if kind == comes => Some(goes),
        kind if kind == goes => Some(comes),
        _ => None,
    })
}
