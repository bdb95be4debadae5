//! A request whose outcome has not come, and what can be told of it from what was pushed.

use super::exchanges::{AskId, Expects};
use crate::{
    model::{MessageType, ParticipantRole, Received},
    transport::Reply,
};
use std::time::Duration;

#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each says something else, and any of them can be true")]
pub(super) struct Exchange {
    pub(super) id: AskId,
    pub(super) expects: Expects,
    /// The newest entry, and the newest that a transcript keeps, when the request went out.
    pub(super) after: u64,
    pub(super) anchor: u64,
    pub(super) since: Duration,
    /// Somebody waits for it.
    pub(super) awaited: bool,
    /// Its outcome has come, and its event has not.
    pub(super) accepted: bool,
    /// Its event has come, and its outcome has not.
    pub(super) settled: bool,
    /// It went out before a gap in the link.
    pub(super) before_gap: bool,
    pub(super) until: Duration,
}

impl Exchange {
    /// Whether `reply` is what it waits for, and not just news with its event.
    pub(super) fn is_answered_by(&self, reply: &Reply) -> bool {
        match &self.expects {
            Expects::Session => reply
                .session
                .as_ref()
                .is_some_and(|session| !session.key().is_empty() && !session.id().is_empty()),
            Expects::Transcript { known, .. } => {
                reply.messages.iter().any(|received| place(received).is_some_and(|place| place <= *known))
            }
            Expects::End => reply.ended == Some(true),
            Expects::Event(_) | Expects::Nothing => false,
        }
    }

    /// Whether this outcome, which tells of nothing, can be its own. That of an end says at least that the chat goes on no more; after one
    /// that brings about an event, the transcript has that.
    pub(super) fn can_be_accepted_by(&self, reply: &Reply) -> bool {
        let fits = match &self.expects {
            Expects::Transcript { sure: true, .. } => false,
            Expects::End => reply.ended != Some(false),
            Expects::Event(kind) if is_kept(kind) => {
                reply.next_position.is_none_or(|next| next > self.after.saturating_add(1))
            }
            _ => true,
        };
        fits && !self.accepted && !self.settled
    }

    pub(super) fn is_look(&self) -> bool {
        matches!(self.expects, Expects::Transcript { .. })
    }

    /// Whether a transcript shows for certain what it brings about.
    pub(super) fn is_shown(&self) -> bool {
        matches!(&self.expects, Expects::Event(kind) if is_kept(kind))
    }

    /// Whether its event can come no more, once one that came after it has its answer.
    pub(super) fn never_arrived(&self) -> bool {
        matches!(self.expects, Expects::Event(_)) && !self.awaited && !self.accepted && !self.settled
    }

    /// Whether the entry can be its own event.
    pub(super) fn can_have_brought_about(&self, received: &Received) -> bool {
        let Expects::Event(kind) = &self.expects else { return false };
        let message = &received.message;
        !self.settled
            && message.from.role == ParticipantRole::Client
            && message.kind == *kind
            && place(received).is_none_or(|place| place > self.after)
    }
}

pub(super) fn place(received: &Received) -> Option<u64> {
    received.message.index.order()
}

pub(super) fn newest<'a>(messages: impl IntoIterator<Item = &'a Received>) -> u64 {
    messages.into_iter().filter_map(place).max().unwrap_or_default()
}

/// Whether a transcript keeps the entry for certain: nothing says so of typing.
pub(super) fn is_kept(kind: &MessageType) -> bool {
    !matches!(kind, MessageType::TypingStarted | MessageType::TypingStopped)
}
