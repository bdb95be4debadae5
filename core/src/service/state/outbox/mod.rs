//! Messages from the moment they are accepted until their fate is known, in order, one on its way at a time.
//!
//! The promise: a message told as sent is in the transcript once; one rejected as not sent is not in it; one whose outcome is
//! unknown is in it once or not at all; they are in it in the order of their commands. It needs a server that carries out no request
//! later than `ajaxTimeout` after the client has given it up.
//!
//! A message whose answer was lost is *in doubt*. It is settled by the transcript (gms-v2.md, 4.5). An own message that stands
//! not before the place that was known when it left, and has its text, is it. A server may change a text, though: what is left over
//! when equal and nearly equal texts have found their messages is claimed *by order*, by those known to have arrived first, and by the
//! one in doubt if exactly one is left. Only a look that began when it could no longer arrive, and that leaves no own message over,
//! proves that it did not arrive: then it is sent again. Where more are left over than can be explained, nothing is sent again and the
//! outcome is unknown.
//!
//! That a server *accepted* a message, and shows it later, proves nothing alone: such an answer can be another request's. The message is in
//! doubt all the same, and the answer counts as the claim of one that arrived: one own message that is left over is it, whatever its text.
//!
//! One entry of the transcript never speaks for two messages. A message given up while in doubt keeps its place until it is settled;
//! after one that could not be settled in time, a *ghost*, nothing is sent until a look has told what became of it.

mod kept;
mod outgoing;

pub(crate) use kept::{Kept, Moment, Unsettled, VERSION};
pub(crate) use outgoing::{Outgoing, Owner, State};

use super::seen::Places;
use crate::{
    Private,
    command::RequestId,
    model::{self as told, Likeness, Place},
    transport,
};
use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

/// How many arrived messages are remembered until they are seen in the transcript.
const REMEMBERED: usize = 256;

/// The messages under way.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    entries: VecDeque<Outgoing>,
    /// Arrived, and not seen in the transcript yet.
    arrived: VecDeque<Left>,
    ghost: Option<Ghost>,
    /// The places of own messages that nothing explains yet.
    unexplained: BTreeSet<Place>,
    /// Places that have been taken into account, and may be seen again.
    claimed: Places,
    /// How many messages there have been.
    count: u64,
    /// The newest own messages that the transcript has shown, and from where on they are all of them. Only where the outbox is kept.
    own: VecDeque<(Place, Private)>,
    own_from: u64,
    /// It differs from what is stored, or is on its way there.
    pub(crate) is_changed: bool,
    /// Something of it is stored.
    pub(crate) is_stored: bool,
}

/// A message that left, and where the transcript stood then.
#[derive(Debug)]
struct Left {
    number: u64,
    text: Private,
    position: u64,
}

/// A message that left the outbox unsettled: it arrived unseen, or never will.
#[derive(Debug)]
struct Ghost {
    left: Left,
    /// From when on it no longer arrives.
    gone_from: Duration,
}

/// What a transcript entry says of the message that it belongs to.
pub(crate) enum Sighting {
    /// Nothing that anybody waits for.
    Nothing,
    /// The message in doubt, now taken out, has arrived.
    Settled(Box<Outgoing>),
}

/// What the transcript says of the message in doubt, once it can no longer arrive.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is not there.
    Absent,
    /// It is there, changed.
    Arrived,
    /// Own messages are there that may be it or not.
    Unclear,
}

/// Whose an own message in the transcript is.
enum Whose {
    /// That of an arrived message.
    Arrived(usize),
    Ghost,
    /// That of the first message.
    First,
    /// The text tells nothing; it may be somebody's.
    Somebodys,
    /// Nobody's here.
    Nobodys,
}

impl Outbox {
    /// Whether no message is left that is to arrive.
    pub(crate) fn is_awaited_by_nobody(&self) -> bool {
        self.entries.iter().all(|entry| entry.owner == Owner::GivenUp)
    }

    /// Adds a message; its number, which is its local id.
    pub(crate) fn push(
        &mut self,
        owner: Owner,
        mut text: transport::Text,
        deadline: Option<Duration>,
    ) -> u64 {
        self.count += 1;
        self.is_changed = true;
        text.number = self.count;
        let state = State::Waiting { not_before: Duration::ZERO };
        self.entries.push_back(Outgoing { deadline, ..Outgoing::new(owner, text, state) });
        self.count
    }

    /// The messages, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Outgoing> {
        self.entries.iter()
    }

    /// The same, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Outgoing> {
        self.entries.iter_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn front(&self) -> Option<&Outgoing> {
        self.entries.front()
    }

    /// Whether the first message has been seen while its answer is awaited.
    pub(crate) fn has_seen_first(&self) -> bool {
        matches!(self.front(), Some(Outgoing { state: State::Sent { seen: true, .. }, .. }))
    }

    pub(crate) fn front_mut(&mut self) -> Option<&mut Outgoing> {
        self.entries.front_mut()
    }

    /// Takes out the first message. What nothing has explained until now is nobody's.
    pub(crate) fn pop(&mut self) -> Option<Outgoing> {
        let entry = self.entries.pop_front();
        self.is_changed = true;
        if self.ghost.is_none() {
            self.explain_all();
        }
        entry
    }

    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Outgoing> + use<> {
        std::mem::take(&mut self.entries).into_iter()
    }

    /// Takes out those that meet a condition.
    pub(crate) fn take_if(&mut self, condition: impl Fn(&Outgoing) -> bool) -> Vec<Outgoing> {
        let (taken, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.entries).into_iter().partition(condition);
        self.entries = left.into();
        taken
    }

    /// The entry of a command, and whether the message is not on its way.
    pub(crate) fn find(&self, command: RequestId) -> Option<(usize, &Outgoing)> {
        let at = self.entries.iter().position(|entry| entry.owner == Owner::Command(command))?;
        self.entries.get(at).map(|entry| (at, entry))
    }

    pub(crate) fn remove(&mut self, at: usize) -> Option<Outgoing> {
        self.is_changed = true;
        self.entries.remove(at)
    }

    /// Marks an entry as given up by its command.
    pub(crate) fn disown(&mut self, at: usize) {
        self.is_changed = true;
        if let Some(entry) = self.entries.get_mut(at) {
            entry.owner = Owner::GivenUp;
        }
    }

    /// Remembers that the first message arrived, until it is seen; it may have been seen already, changed.
    pub(crate) fn arrived(&mut self, number: u64, text: Private, position: u64) {
        if self.claim(position) {
            return;
        }
        if self.arrived.len() == REMEMBERED {
            self.arrived.pop_front();
        }
        self.arrived.push_back(Left { number, text, position });
    }

    /// Claims by order, for a message that the server accepted, an own message that has been seen and that nothing explains; false, if there
    /// is none.
    pub(crate) fn claim(&mut self, position: u64) -> bool {
        let Some(place) = self.unexplained.range(Place::from(position)..).next().cloned() else {
            return false;
        };
        self.unexplained.remove(&place);
        self.claimed.insert(place);
        true
    }

    /// Remembers the first message as a ghost; to be taken out next. It may arrive until `grace` after its answer was lost.
    pub(crate) fn lose(&mut self, grace: Duration) {
        if let Some(Outgoing { text, state: State::Doubt { position, since, .. }, .. }) = self.entries.front()
        {
            let left = Left { number: text.number, text: text.text.clone(), position: *position };
            self.ghost = Some(Ghost { left, gone_from: *since + grace });
        }
    }

    /// Whether it is not known what became of the message before the first.
    pub(crate) fn is_haunted(&self) -> bool {
        self.ghost.is_some()
    }

    /// Forgets a ghost that a look at the transcript, gone out at `started`, has told of.
    pub(crate) fn lay_ghost(&mut self, started: Duration) {
        if self.ghost.take_if(|ghost| ghost.gone_from <= started).is_some() {
            self.explain_all();
        }
    }

    /// Takes note of an own message in the transcript. `peeking` is true for a look besides the polls, which will see it again.
    pub(crate) fn sighted(
        &mut self,
        place: &Place,
        text: &str,
        whose: told::Whose,
        peeking: bool,
    ) -> Sighting {
        if self.claimed.contains(place) || self.unexplained.contains(place) {
            return Sighting::Nothing;
        }
        let mut found = Sighting::Nothing;
        match self.whose(place.order, text, whose) {
            Whose::Arrived(at) => drop(self.arrived.remove(at)),
            Whose::Ghost => self.ghost = None,
            Whose::First => match self.entries.front_mut() {
                Some(Outgoing { state: State::Sent { seen, .. }, .. }) => *seen = true,
                _ => found = self.pop().map_or(Sighting::Nothing, |entry| Sighting::Settled(Box::new(entry))),
            },
            Whose::Somebodys => {
                self.unexplained.insert(place.clone());
                return found;
            }
            Whose::Nobodys => return found,
        }
        if peeking {
            self.claimed.insert(place.clone());
        }
        found
    }

    /// Whose the own message at this place is: as the server tells, else by its text, else by order.
    fn whose(&self, place: u64, text: &str, told: told::Whose) -> Whose {
        match told {
            told::Whose::Sent(number) => self.sent_by(number),
            told::Whose::Other => Whose::Nobodys,
            told::Whose::Untold => self.likely(place, text),
        }
    }

    /// Whose the message is that was sent by this number.
    fn sent_by(&self, number: u64) -> Whose {
        if let Some(at) = self.arrived.iter().position(|left| left.number == number) {
            return Whose::Arrived(at);
        }
        match (&self.ghost, self.entries.front()) {
            (Some(ghost), _) if ghost.left.number == number => Whose::Ghost,
            (_, Some(first)) if first.text.number == number && first.may_be_there() => Whose::First,
            _ => Whose::Nobodys,
        }
    }

    /// The same by its text, else by order.
    fn likely(&self, place: u64, text: &str) -> Whose {
        let likeness = |sent: &Private, position: u64| {
            (position <= place)
                .then(|| Likeness::of(sent, text))
                .filter(|likeness| *likeness != Likeness::Other)
        };
        let first = self.entries.front().and_then(|entry| Some((entry, entry.unseen_from()?)));
        let arrived = self.arrived.iter().enumerate();
        let candidates =
            arrived
                .filter_map(|(at, left)| Some((likeness(&left.text, left.position)?, Whose::Arrived(at))))
                .chain(self.ghost.iter().filter_map(|ghost| {
                    Some((likeness(&ghost.left.text, ghost.left.position)?, Whose::Ghost))
                }))
                .chain(first.and_then(|(entry, position)| {
                    Some((likeness(&entry.text.text, position)?, Whose::First))
                }));
        if let Some((_, whose)) = candidates.min_by_key(|(likeness, _)| *likeness) {
            return whose;
        }
        if let Some(at) = self.arrived.iter().position(|left| left.position <= place) {
            return Whose::Arrived(at);
        }
        if self.ghost.is_none()
            && first.is_some_and(|(entry, position)| entry.is_accepted() && position <= place)
        {
            return Whose::First;
        }
        let possible =
            [self.ghost.as_ref().map(|ghost| ghost.left.position), first.map(|(_, position)| position)];
        if possible.into_iter().flatten().any(|position| position <= place) {
            Whose::Somebodys
        } else {
            Whose::Nobodys
        }
    }

    /// What a look at the transcript that came late enough says of the message in doubt.
    pub(crate) fn fate(&mut self) -> Fate {
        let Some(position) = self.entries.front().and_then(Outgoing::unseen_from) else {
            return Fate::Unclear;
        };
        let left_over = self.unexplained.range(Place::from(position)..).count();
        self.explain_all();
        match left_over {
            0 => Fate::Absent,
            1 => Fate::Arrived,
            _ => Fate::Unclear,
        }
    }

    fn explain_all(&mut self) {
        for place in std::mem::take(&mut self.unexplained) {
            self.claimed.insert(place);
        }
    }
}
