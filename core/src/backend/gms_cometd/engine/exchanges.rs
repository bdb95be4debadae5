//! Which of the messages that are pushed is the outcome of which request (gms-v2.md, 8.4).
//!
//! Nothing in an outcome names its request. What is certain: outcomes come in the order of the requests; a transcript that was asked for
//! from a known entry on has that entry, which news never have, so what has no entry at all is no answer to it; the event that a request
//! brings about is the customer's own, of the request's kind, and newer than everything known when the request went out. It belongs to
//! the oldest such request. A refusal belongs to the oldest request without an outcome, and so does an outcome that tells of nothing.
//!
//! That is order alone, which lost requests upset: who cannot do with a false acceptance, as who sends a message, goes by its event.
//!
//! An event can be its request's outcome, or come before or after that. A request whose event has come first is *settled*, and stays
//! open for the outcome. Which of the two a server does shows when an outcome comes that can be no other request's.
//!
//! A request that nobody waits for any more can still be answered, and one that was lost never is. So a part of the transcript goes to who
//! waits for one; if it may be the answer to an older request, or lacks what had come before it was asked for, it is marked as
//! [`Reply::stale`]. What was asked before a gap in the link and is not waited for counts as lost.

use super::{
    exchange::{Exchange, is_kept, newest, place},
    worth_keeping,
};
use crate::{
    Private,
    model::{MessageType, Received, SessionData},
    transport::{Body, Reply, Verdict},
};
use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

/// How many chats before the present one are remembered.
const FORMER: usize = 8;
/// How long an outcome is waited for when nobody waits for it any more: so long it is not taken for another's.
const LINGER: Duration = Duration::from_secs(10);

/// How long the outcome of a request may come after its event.
const SETTLED: Duration = Duration::from_secs(3);

/// How many looks are remembered that nobody waits for any more: a link that loses nothing brings their answers however late.
const MOST_LOOKS: usize = 16;

/// How many entries that a transcript keeps are remembered.
const MOST_KEPT: usize = 4_096;

/// Identifies a request that has gone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AskId(u64);

/// What the outcome of a request looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expects {
    /// The ids of a new session.
    Session,
    /// A part of the transcript, which has an entry not newer than `known`.
    Transcript {
        /// The newest entry known.
        known: u64,
        /// That entry has been seen, so an answer has it: what tells of nothing is none.
        sure: bool,
        /// The first entry that is missing.
        missing: u64,
    },
    /// An own event of this kind.
    Event(MessageType),
    /// The end of the session.
    End,
    /// No event.
    Nothing,
}

/// What is told of an outcome.
#[derive(Debug)]
pub(super) enum Told {
    /// This is it. An event that brings it is not in it, but in its body: it comes as news.
    Outcome(Reply),
    /// The server accepted the request; the event that it brings about is still to come.
    Accepted(Reply),
    /// While a part of the transcript was waited for, news came that have all that is missing: they may be it.
    Instead,
    /// The link was lost, and messages with it: what the server has answered will not come.
    Lost,
}

/// The requests whose outcome has not come.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    open: Vec<Exchange>,
    last_id: u64,
    /// What those who wait are to be told.
    told: VecDeque<(AskId, Told)>,
    /// The chat, once its id is known.
    chat: Private,
    /// Chats before it, of which the server may still tell.
    former: VecDeque<Private>,
    /// The newest entry of the transcript.
    newest: u64,
    /// Entries that a transcript keeps for certain: the newest below what was asked for last, and all since.
    kept: BTreeSet<u64>,
    /// The server tells nothing of what became of a request.
    pub(super) silent: bool,
    /// The server's outcomes come besides the events.
    apart: bool,
    /// How long an outcome has taken lately.
    pace: Duration,
}

impl Exchanges {
    /// A request goes out.
    pub(super) fn open(&mut self, now: Duration, expects: Expects, limit: Duration) -> AskId {
        self.last_id += 1;
        let id = AskId(self.last_id);
        self.forget_looks();
        self.open.push(Exchange {
            id,
            expects,
            after: self.newest,
            anchor: self.anchor(),
            since: now,
            awaited: true,
            accepted: false,
            settled: false,
            before_gap: false,
            until: now + limit.saturating_mul(2) + LINGER,
        });
        id
    }

    /// Forgets the oldest looks that are waited for by nobody, where there are many.
    fn forget_looks(&mut self) {
        let is_late = |exchange: &Exchange| exchange.is_look() && !exchange.awaited;
        let late = self.open.iter().filter(|exchange| is_late(exchange)).count();
        if late > MOST_LOOKS
            && let Some(oldest) = self.open.iter().position(is_late)
        {
            self.open.remove(oldest);
        }
    }

    /// What there is to tell those who wait, one after the other.
    pub(super) fn next_told(&mut self) -> Option<(AskId, Told)> {
        self.told.pop_front()
    }

    /// Has the request waited for until then at least.
    pub(super) fn keep(&mut self, id: AskId, until: Duration) {
        if let Some(exchange) = self.find(id) {
            exchange.until = exchange.until.max(until + LINGER);
        }
    }

    /// Nobody waits for the request any more; it may be answered all the same.
    pub(super) fn give_up(&mut self, id: AskId) {
        if let Some(exchange) = self.find(id) {
            exchange.awaited = false;
        }
    }

    /// A request has not gone out after all.
    pub(super) fn withdraw(&mut self, id: AskId) {
        self.open.retain(|exchange| exchange.id != id);
    }

    fn find(&mut self, id: AskId) -> Option<&mut Exchange> {
        self.open.iter_mut().find(|exchange| exchange.id == id)
    }

    /// Whether the transcript was asked for by somebody who does not wait any more, and the answer has not come; until when it may.
    pub(super) fn answer_to_come(&self, now: Duration) -> Option<Duration> {
        let looks = |exchange: &&Exchange| exchange.is_look() && !exchange.awaited;
        let open = self.open.iter().filter(looks).filter(|exchange| !exchange.before_gap);
        open.map(|exchange| exchange.until).max().filter(|until| *until > now)
    }

    /// The link was lost, and messages with it.
    pub(super) fn note_gap(&mut self) {
        for exchange in &mut self.open {
            exchange.before_gap = true;
            if exchange.awaited {
                self.told.push_back((exchange.id, Told::Lost));
            }
        }
    }

    /// The newest entry of the transcript known.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// The newest entry that a transcript has for certain; typing may not be among what is kept.
    pub(super) fn anchor(&self) -> u64 {
        self.kept.last().copied().unwrap_or_default()
    }

    /// The newest such entry before this place.
    pub(super) fn anchor_before(&mut self, place: u64) -> Option<u64> {
        let anchor = self.kept.range(..place).next_back().copied()?;
        self.kept = self.kept.split_off(&anchor);
        Some(anchor)
    }

    /// How long an outcome has taken lately.
    pub(super) fn pace(&self) -> Duration {
        self.pace
    }

    /// Another session begins, with this id where it is known. What is under way for the one before keeps a number of its own, and tells
    /// nothing of this one.
    pub(super) fn begin(&mut self, chat: &Private) {
        let mut former = std::mem::take(&mut self.former);
        former.push_back(std::mem::take(&mut self.chat));
        former.retain(|known| !known.is_empty() && known != chat);
        former.drain(..former.len().saturating_sub(FORMER));
        *self = Self { last_id: self.last_id, chat: chat.clone(), former, ..Self::default() };
    }

    /// Whether what was pushed belongs to another chat. Where it names none, it is taken for this one's.
    fn is_foreign(&self, reply: &Reply) -> bool {
        let Some(id) = reply.session.as_ref().map(SessionData::id).filter(|id| !id.is_empty()) else {
            return false;
        };
        self.former.contains(id) || !self.chat.is_empty() && self.chat != *id
    }

    /// Takes what was pushed, tells who waits for it, and returns what is news.
    pub(super) fn route(&mut self, now: Duration, reply: Reply) -> Option<Reply> {
        self.open.retain(|exchange| {
            (exchange.until > now || exchange.is_look()) && (exchange.awaited || !exchange.before_gap)
        });
        if self.is_foreign(&reply) {
            return Some(reply);
        }
        if reply.verdict != Verdict::Done {
            return self.refused(reply);
        }
        self.newest = newest(&reply.messages).max(self.newest);
        self.keep_places(&reply.messages);
        let fits = |exchange: &Exchange| exchange.is_answered_by(&reply);
        if let Some(first) = self.open.iter().position(fits) {
            let waiting = self.open.iter().position(|exchange| fits(exchange) && exchange.awaited);
            let Some(waiting) = waiting.filter(|waiting| *waiting != first) else {
                return self.answered(now, first, reply);
            };
            self.open.remove(first);
            return self.answered(now, waiting - 1, Reply { stale: true, ..reply });
        }
        if reply.messages.is_empty() {
            return self.accepted(now, reply);
        }
        if self.see_events(now, &reply.messages, &worth_keeping(&reply.body)) {
            self.silent = false;
        }
        let oldest = reply.messages.iter().filter_map(place).min().unwrap_or(u64::MAX);
        for exchange in &self.open {
            if let Expects::Transcript { missing, .. } = exchange.expects
                && oldest <= missing
                && exchange.awaited
            {
                self.told.push_back((exchange.id, Told::Instead));
            }
        }
        Some(reply)
    }

    fn keep_places(&mut self, messages: &[Received]) {
        self.kept
            .extend(messages.iter().filter(|received| is_kept(&received.message.kind)).filter_map(place));
        while self.kept.len() > MOST_KEPT {
            self.kept.pop_first();
        }
    }

    /// The request at `position` has its outcome. What is older and shows nothing has been passed over.
    fn answered(&mut self, now: Duration, position: usize, mut reply: Reply) -> Option<Reply> {
        let exchange = self.open.remove(position);
        self.pace = now.saturating_sub(exchange.since);
        if let (Expects::Session, Some(session)) = (&exchange.expects, &reply.session) {
            self.chat = session.id().clone();
        }
        if exchange.is_look() {
            reply.stale |= newest(&reply.messages) < exchange.anchor;
        }
        let mut older = position;
        self.open.retain(|other| {
            let is_older = older > 0;
            older = older.saturating_sub(1);
            !(is_older && (other.settled || matches!(other.expects, Expects::Nothing)))
        });
        self.see_events(now, &reply.messages, &Body::default());
        if exchange.is_look() && !reply.stale && newest(&reply.messages) >= self.newest {
            // What the server was asked before, and shows nothing of, it never got. It is not to take the event of its repetition.
            self.open.retain(|other| other.id > exchange.id || !other.never_arrived());
        }
        self.tell(&exchange, reply)
    }

    /// The oldest request is refused. A refusal that nobody waits for is news if it ends the chat.
    fn refused(&mut self, reply: Reply) -> Option<Reply> {
        self.silent = false;
        match self.open.iter().position(|exchange| !exchange.accepted && !exchange.settled) {
            Some(position) => {
                let exchange = self.open.remove(position);
                self.tell(&exchange, reply).filter(|reply| reply.ended == Some(true))
            }
            None => Some(reply),
        }
    }

    /// Tells the requests whose own events are among `messages`, which came in `body`; false, if there are none.
    fn see_events(&mut self, now: Duration, messages: &[Received], body: &Body) -> bool {
        let mut seen = false;
        for event in messages {
            if let Some(position) = self.open.iter().position(|open| open.can_have_brought_about(event)) {
                self.settle(now, position, body);
                seen = true;
            }
        }
        seen
    }

    /// The event of the request at `position` has come.
    fn settle(&mut self, now: Duration, position: usize, body: &Body) {
        let Some(exchange) = self.open.get_mut(position) else { return };
        self.pace = now.saturating_sub(exchange.since);
        if exchange.awaited {
            let outcome = Reply { body: body.clone(), ..Reply::default() };
            self.told.push_back((exchange.id, Told::Outcome(outcome)));
        }
        if exchange.accepted {
            self.open.remove(position);
        } else {
            exchange.settled = true;
            exchange.until = now + SETTLED;
        }
    }

    /// An outcome that tells of nothing is that of the oldest request without one. If nobody waits for it, what was said is news: it can
    /// hold a new key. Where it may be that of an older settled request, it accepts nothing that a transcript will show.
    fn accepted(&mut self, now: Duration, reply: Reply) -> Option<Reply> {
        let settled = self.open.iter().position(|exchange| exchange.settled);
        let waiting = self.open.iter().position(|exchange| exchange.can_be_accepted_by(&reply));
        let shows = waiting.and_then(|waiting| self.open.get(waiting)).is_some_and(Exchange::is_shown);
        if let Some(settled) = settled
            && waiting.is_none_or(|waiting| settled < waiting && (self.apart || shows))
        {
            self.apart |= waiting.is_none();
            self.open.remove(settled);
            return Some(reply);
        }
        let Some(position) = waiting else { return Some(reply) };
        self.silent = false;
        let event_to_come = |exchange: &&mut Exchange| matches!(exchange.expects, Expects::Event(_));
        let Some(exchange) = self.open.get_mut(position).filter(event_to_come) else {
            let exchange = self.open.remove(position);
            self.pace = now.saturating_sub(exchange.since);
            return self.tell(&exchange, reply);
        };
        self.pace = now.saturating_sub(exchange.since);
        exchange.accepted = true;
        if !exchange.awaited {
            return Some(reply);
        }
        self.told.push_back((exchange.id, Told::Accepted(reply)));
        None
    }

    /// Tells who waits for the request the outcome; returns it, if nobody waits any more.
    fn tell(&mut self, exchange: &Exchange, reply: Reply) -> Option<Reply> {
        if !exchange.awaited {
            return Some(reply);
        }
        self.told.push_back((exchange.id, Told::Outcome(reply)));
        None
    }
}
