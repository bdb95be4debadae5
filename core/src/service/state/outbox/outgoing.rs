//! A message under way: whose it is, and how far.

use super::super::stored::StoreId;
use crate::{
    command::RequestId,
    model::OutboxState,
    transport::{self, Body},
};
use std::time::Duration;

/// A message under way.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) owner: Owner,
    pub(crate) text: transport::Text,
    pub(crate) state: State,
    /// Until when it may be sent; set with the first trouble.
    pub(crate) limit: Option<Duration>,
    /// How often it was put off or sent again.
    pub(crate) repetitions: u32,
    /// It has left at least once, without an answer: nobody may be told for certain that it did not arrive.
    pub(crate) has_left: bool,
    /// Its answer was lost, as the log knows.
    pub(crate) doubted: bool,
    /// What the server said, if it accepted the message since it last left.
    pub(crate) words: Option<Body>,
    /// By when it is to have an outcome, whoever waits for it.
    pub(crate) deadline: Option<Duration>,
    /// Where the transcript stood when it left first, as it is stored.
    pub(crate) left_from: Option<u64>,
    /// It was given to a process before this one.
    pub(crate) restored: bool,
    /// The write that is to store it first, and whether it has, once that is known.
    pub(crate) write: Option<StoreId>,
    pub(crate) is_kept: Option<bool>,
    /// What listeners were told of it last.
    pub(crate) told: Option<OutboxState>,
}

impl Outgoing {
    pub(super) fn new(owner: Owner, text: transport::Text, state: State) -> Self {
        Self {
            owner,
            text,
            state,
            limit: None,
            repetitions: 0,
            has_left: false,
            doubted: false,
            words: None,
            deadline: None,
            left_from: None,
            restored: false,
            write: None,
            is_kept: None,
            told: None,
        }
    }

    /// How far it is, for listeners.
    pub(crate) fn progress(&self) -> OutboxState {
        match self.state {
            _ if self.owner == Owner::GivenUp => OutboxState::Unknown,
            State::Waiting { .. } | State::Leaving { .. } => OutboxState::Queued,
            State::Sent { .. } | State::Doubt { .. } => OutboxState::Sending,
        }
    }

    /// It was given to a process before this one, and its time is over.
    pub(crate) fn is_overdue(&self, now: Duration) -> bool {
        self.restored && self.deadline.is_some_and(|at| at <= now)
    }

    /// It is not on its way.
    pub(crate) fn is_here(&self) -> bool {
        matches!(self.state, State::Waiting { .. } | State::Leaving { .. })
    }

    /// When the service gives up: to send at the limit, to look for a message sent until then once it can no longer arrive. A lost answer
    /// takes `grace` at most, and the message as long again.
    pub(crate) fn over_at(&self, grace: Duration) -> Option<Duration> {
        match self.state {
            State::Waiting { .. } => self.limit,
            State::Leaving { .. } | State::Sent { .. } => None,
            State::Doubt { .. } => self.limit.map(|limit| limit.saturating_add(grace * 2)),
        }
    }

    /// It is in doubt, and the server has said that it accepted it.
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.state, State::Doubt { .. }) && self.words.is_some()
    }

    /// It has left, whatever came of that.
    pub(super) fn may_be_there(&self) -> bool {
        self.has_left || !self.is_here()
    }

    /// Where the transcript stood when it left; nothing while it has not, or has been seen.
    pub(super) fn unseen_from(&self) -> Option<u64> {
        match self.state {
            State::Sent { position, seen: false } | State::Doubt { position, .. } => Some(position),
            State::Sent { .. } | State::Leaving { .. } | State::Waiting { .. } => None,
        }
    }
}

/// Who wants to know what becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The command that sent it.
    Command(RequestId),
    /// Nobody, but it is to arrive.
    Nobody,
    /// The command that sent it was given up while the message was on its way: it is looked for, and not repeated.
    GivenUp,
}

/// How far a message is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum State {
    /// Not sent, or known not to have arrived; to be sent not before this time.
    Waiting { not_before: Duration },
    /// To be sent as soon as this write has stored that it leaves, where the transcript stands at `position`.
    Leaving { position: u64, write: StoreId },
    /// On its way. `position` is where the transcript stood when it left.
    Sent { position: u64, seen: bool },
    /// It left, and no answer came that proves anything; since when, when to look at the transcript next, and how often that was done.
    Doubt { position: u64, since: Duration, look_at: Duration, looks: u32 },
}
