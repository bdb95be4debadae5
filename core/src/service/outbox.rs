//! Messages from the moment they are accepted until their fate is known, in order, one on its way at a time.
//!
//! The promise: a message told as sent is in the transcript once; one rejected, or told as not sent, is not in it; one whose outcome is
//! unknown is in it once or not at all; they are in it in the order of their commands. It needs a server that carries out no request
//! later than `ajaxTimeout` after the client has given it up.
//!
//! A message whose answer was lost is *in doubt*. It is settled by the transcript: an entry of our own participant with its text, not
//! before the position that was known when it was sent, means that it arrived; a look at the transcript without one, after the time
//! in which it may still arrive, means that it did not, and only then is it sent again.
//!
//! One entry never speaks for two messages: those that are known to have arrived claim their entries first, a message given up while
//! in doubt keeps its place until it is settled, and one that could not be settled in time, a *ghost*, holds back equal texts until a
//! look at the transcript has told.

use super::seen::Seen;
use crate::{Private, command::RequestId, transport};
use std::{collections::VecDeque, time::Duration};

/// How many arrived messages are remembered until they are seen in the transcript.
const REMEMBERED: usize = 256;

/// The messages under way.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: VecDeque<Entry>,
    arrived: VecDeque<Arrived>,
    ghosts: Vec<Ghost>,
    /// Transcript entries that a look besides the polls has taken into account.
    claimed: Seen,
}

/// A message under way.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) owner: Owner,
    pub(super) text: transport::Text,
    pub(super) state: State,
    /// Until when it may be sent; set with the first trouble.
    pub(super) limit: Option<Duration>,
}

impl Entry {
    /// When the service gives up: to send at the limit, to look for a message sent until then once it can no longer arrive. A lost answer
    /// takes `grace` at most, and the message as long again.
    pub(super) fn over_at(&self, grace: Duration) -> Option<Duration> {
        match self.state {
            State::Waiting { .. } => self.limit,
            State::Sent { .. } => None,
            State::Doubt { .. } => self.limit.map(|limit| limit + grace * 2),
        }
    }
}

/// Who wants to know what becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The command that sent it.
    Command(RequestId),
    /// Nobody, but it is to arrive.
    Nobody,
    /// The command that sent it was given up while the message was on its way: it is looked for, and not repeated.
    GivenUp,
}

/// How far a message is.
#[derive(Debug, Clone, Copy)]
pub(super) enum State {
    /// Not sent, or known not to have arrived; to be sent not before this time.
    Waiting { not_before: Duration },
    /// On its way. `position` is where the transcript stood when it left.
    Sent { position: u64, seen: bool },
    /// It left, and no answer came; since when, and when to look at the transcript next.
    Doubt { position: u64, since: Duration, look_at: Duration },
}

/// A message that arrived and has not been seen in the transcript.
#[derive(Debug)]
struct Arrived {
    text: Private,
    position: u64,
}

/// A message that left the outbox unsettled: it arrived unseen, or never will.
#[derive(Debug)]
struct Ghost {
    text: Private,
    position: u64,
    /// From when on it no longer arrives.
    gone_from: Duration,
}

/// What a transcript entry says of the message that it belongs to.
pub(super) enum Sighting {
    /// Nothing that anybody waits for.
    Nothing,
    /// The message in doubt, now taken out, has arrived.
    Settled(Entry),
}

impl Outbox {
    /// Whether no message is left that is to arrive.
    pub(super) fn is_awaited_by_nobody(&self) -> bool {
        self.entries.iter().all(|entry| entry.owner == Owner::GivenUp)
    }

    pub(super) fn push(&mut self, owner: Owner, text: transport::Text) {
        let state = State::Waiting { not_before: Duration::ZERO };
        self.entries.push_back(Entry { owner, text, state, limit: None });
    }

    pub(super) fn front(&self) -> Option<&Entry> {
        self.entries.front()
    }

    pub(super) fn front_mut(&mut self) -> Option<&mut Entry> {
        self.entries.front_mut()
    }

    pub(super) fn pop(&mut self) -> Option<Entry> {
        self.entries.pop_front()
    }

    pub(super) fn drain(&mut self) -> impl Iterator<Item = Entry> + use<> {
        std::mem::take(&mut self.entries).into_iter()
    }

    /// The entry of a command, and whether the message has never left.
    pub(super) fn find(&self, command: RequestId) -> Option<(usize, bool)> {
        let at = self.entries.iter().position(|entry| entry.owner == Owner::Command(command))?;
        let waiting = matches!(self.entries.get(at)?.state, State::Waiting { .. });
        Some((at, waiting))
    }

    pub(super) fn remove(&mut self, at: usize) {
        self.entries.remove(at);
    }

    /// Marks an entry as given up by its command.
    pub(super) fn disown(&mut self, at: usize) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.owner = Owner::GivenUp;
        }
    }

    /// Remembers that a message arrived, until it is seen.
    pub(super) fn arrived(&mut self, text: Private, position: u64) {
        if self.arrived.len() == REMEMBERED {
            self.arrived.pop_front();
        }
        self.arrived.push_back(Arrived { text, position });
    }

    /// Remembers the first message as a ghost; to be taken out next. It may arrive until `grace` after its answer was lost.
    pub(super) fn lose(&mut self, grace: Duration) {
        if let Some(Entry { text, state: State::Doubt { position, since, .. }, .. }) = self.entries.front() {
            self.ghosts.push(Ghost {
                text: text.text.clone(),
                position: *position,
                gone_from: *since + grace,
            });
        }
    }

    /// Whether the first message would be taken for a ghost, or a ghost for it.
    pub(super) fn is_haunted(&self) -> bool {
        let Some(first) = self.entries.front() else { return false };
        self.ghosts.iter().any(|ghost| is_same(&ghost.text, &first.text.text))
    }

    /// Forgets the ghosts that a look at the transcript, gone out at `started`, has told of.
    pub(super) fn lay_ghosts(&mut self, started: Duration) {
        self.ghosts.retain(|ghost| started < ghost.gone_from);
    }

    /// Takes note of an own message in the transcript. `peeking` is true for a look besides the polls, which will see it again.
    pub(super) fn sighted(&mut self, index: u64, text: &str, peeking: bool) -> Sighting {
        if self.claimed.contains(index) {
            return Sighting::Nothing;
        }
        let same = |own: &str, position: u64| position <= index && is_same(own, text);
        let found = if let Some(at) = self.arrived.iter().position(|own| same(&own.text, own.position)) {
            self.arrived.remove(at);
            Sighting::Nothing
        } else if let Some(at) = self.ghosts.iter().position(|ghost| same(&ghost.text, ghost.position)) {
            self.ghosts.remove(at);
            Sighting::Nothing
        } else {
            match self.entries.front_mut() {
                Some(Entry { text, state: State::Sent { position, seen }, .. })
                    if !*seen && same(&text.text, *position) =>
                {
                    *seen = true;
                    Sighting::Nothing
                }
                Some(Entry { text, state: State::Doubt { position, .. }, .. })
                    if same(&text.text, *position) =>
                {
                    self.entries.pop_front().map_or(Sighting::Nothing, Sighting::Settled)
                }
                _ => return Sighting::Nothing,
            }
        };
        if peeking {
            self.claimed.insert(index);
        }
        found
    }
}

/// Whether two texts are the same to a server, which may trim them.
fn is_same(one: &str, other: &str) -> bool {
    one.trim() == other.trim()
}
