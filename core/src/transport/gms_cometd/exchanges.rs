//! Which of the messages that are pushed is the outcome of which request (protocol reference, section 8.4).
//!
//! Nothing in an outcome names its request. What is certain: outcomes come in the order of the requests; a transcript that was asked for
//! from a known entry on has that entry, which news never have; the event that a request brings about is the customer's own, of the
//! request's kind, with its text, and newer than everything known when the request went out. A refusal belongs to the oldest request
//! without an outcome, and so does an outcome that tells of nothing.
//!
//! A request that nobody waits for any more can still be answered, and one that was lost never is. So a part of the transcript goes to who
//! waits for one; if it may be the answer to an older request, it is marked as [`Reply::stale`]. What was asked before a gap in the link and is
//! not waited for counts as lost.

use crate::{
    Private,
    model::{MessageType, ParticipantRole, Received},
    transport::{Reply, Verdict},
};
use std::time::Duration;
use tokio::{sync::mpsc, time::Instant};

/// How long an outcome is waited for when nobody waits for it any more: so long it is not taken for another's.
const LINGER: Duration = Duration::from_secs(10);

/// What the outcome of a request looks like.
#[derive(Clone, Debug)]
pub(super) enum Expects {
    /// The ids of a new session.
    Session,
    /// A part of the transcript, which has an entry not newer than `known`.
    Transcript {
        /// The newest entry known.
        known: u64,
        /// The first entry that is missing.
        missing: u64,
    },
    /// The same from this entry on, to be told as news.
    CatchUp(u64),
    /// An own event of this kind and, if that is told, with this text.
    Event(MessageType, Option<Private>),
    /// The end of the session.
    End,
    /// No event.
    Nothing,
}

/// What is told of an outcome.
#[derive(Debug)]
pub(super) enum Told {
    /// This is it. An event that brings it is not in it: that comes as news.
    Outcome(Reply),
    /// The server accepted the request; the event that it brings about is still to come.
    Accepted(Reply),
    /// While a part of the transcript was waited for, news came that have all that is missing: they may be it.
    Instead,
    /// The link was lost, and messages with it: what the server has answered will not come.
    Lost,
}

/// Tells of a request's outcome.
#[derive(Debug)]
pub(super) struct Outcomes {
    id: u64,
    told: mpsc::UnboundedReceiver<Told>,
}

impl Outcomes {
    pub(super) async fn recv(&mut self) -> Option<Told> {
        self.told.recv().await
    }

    pub(super) fn try_recv(&mut self) -> Option<Told> {
        self.told.try_recv().ok()
    }
}

/// The requests whose outcome has not come.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    open: Vec<Exchange>,
    last_id: u64,
    /// The newest entry of the transcript.
    newest: u64,
    /// The server does not show the customer's own events unless asked.
    pub(super) mute: bool,
}

#[derive(Debug)]
struct Exchange {
    id: u64,
    expects: Expects,
    /// The newest entry when the request went out.
    after: u64,
    accepted: bool,
    /// It went out before a gap in the link.
    before_gap: bool,
    sender: mpsc::UnboundedSender<Told>,
    until: Instant,
}

impl Exchanges {
    /// A request goes out.
    pub(super) fn open(&mut self, expects: Expects, limit: Duration) -> Outcomes {
        let (sender, told) = mpsc::unbounded_channel();
        let until = Instant::now() + limit.saturating_mul(2) + LINGER;
        self.last_id += 1;
        let (id, after) = (self.last_id, self.newest);
        self.open.push(Exchange { id, expects, after, accepted: false, before_gap: false, sender, until });
        Outcomes { id, told }
    }

    /// A request has not gone out after all.
    pub(super) fn withdraw(&mut self, outcomes: &Outcomes) {
        self.open.retain(|exchange| exchange.id != outcomes.id);
    }

    /// The link was lost, and messages with it.
    pub(super) fn note_gap(&mut self) {
        for exchange in &mut self.open {
            exchange.before_gap = true;
            let _ = exchange.sender.send(Told::Lost);
        }
    }

    /// The newest entry of the transcript known.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// Another session begins.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes what was pushed, tells who waits for it, and returns what is news.
    pub(super) fn route(&mut self, reply: Reply) -> Option<Reply> {
        let now = Instant::now();
        self.open.retain(|exchange| exchange.until > now && !(exchange.before_gap && exchange.is_given_up()));
        if reply.verdict != Verdict::Done {
            return self.refused(reply);
        }
        let newest = reply.messages.iter().map(index).max().unwrap_or_default();
        self.newest = self.newest.max(newest);
        let fits = |exchange: &Exchange| exchange.is_answered_by(&reply);
        if let Some(first) = self.open.iter().position(fits) {
            let waiting = self.open.iter().position(|exchange| fits(exchange) && !exchange.is_given_up());
            let Some(waiting) = waiting.filter(|waiting| *waiting != first) else {
                return self.answered(first, reply);
            };
            self.open.remove(first);
            return self.answered(waiting - 1, Reply { stale: true, ..reply });
        }
        if reply.messages.is_empty() {
            return self.accepted(reply);
        }
        if self.see_events(&reply.messages) {
            self.mute = false;
        }
        let oldest = reply.messages.iter().map(index).min().unwrap_or(u64::MAX);
        for exchange in &self.open {
            if let Expects::Transcript { missing, .. } = exchange.expects
                && oldest <= missing
            {
                let _ = exchange.sender.send(Told::Instead);
            }
        }
        Some(reply)
    }

    /// The request at `position` has its outcome. What is older and shows nothing has been passed over.
    fn answered(&mut self, position: usize, reply: Reply) -> Option<Reply> {
        let exchange = self.open.remove(position);
        let mut older = position;
        self.open.retain(|other| {
            let is_older = older > 0;
            older = older.saturating_sub(1);
            !(is_older && matches!(other.expects, Expects::Nothing))
        });
        self.see_events(&reply.messages);
        if let Expects::CatchUp(_) = exchange.expects {
            let _ = exchange.sender.send(Told::Outcome(Reply::default()));
            return Some(reply);
        }
        exchange.tell(reply)
    }

    /// The oldest request is refused. A refusal that nobody waits for is news if it ends the chat.
    fn refused(&mut self, reply: Reply) -> Option<Reply> {
        match self.open.iter().position(|exchange| !exchange.accepted) {
            Some(position) => {
                self.open.remove(position).tell(reply).filter(|reply| reply.ended == Some(true))
            }
            None => Some(reply),
        }
    }

    /// Tells the requests whose own events are among `messages`; false, if there are none.
    fn see_events(&mut self, messages: &[Received]) -> bool {
        let mut seen = false;
        for received in messages {
            let is_mine = |exchange: &Exchange| exchange.brought_about(received);
            if let Some(position) = self.open.iter().position(is_mine) {
                let exchange = self.open.remove(position);
                let _ = exchange.sender.send(Told::Outcome(Reply::default()));
                seen = true;
            }
        }
        seen
    }

    /// The oldest request that has not been accepted is. If nobody waits for it, what was said is news: it can hold a new key.
    fn accepted(&mut self, reply: Reply) -> Option<Reply> {
        let Some(position) = self.open.iter().position(|exchange| !exchange.accepted) else {
            return Some(reply);
        };
        let event_to_come = |exchange: &&mut Exchange| matches!(exchange.expects, Expects::Event(..));
        let Some(exchange) = self.open.get_mut(position).filter(event_to_come) else {
            return self.open.remove(position).tell(reply);
        };
        exchange.accepted = true;
        match exchange.sender.send(Told::Accepted(reply)) {
            Err(mpsc::error::SendError(Told::Accepted(reply))) => Some(reply),
            _ => None,
        }
    }
}

impl Exchange {
    /// Whether `reply` is what it waits for, and not just news with its event.
    fn is_answered_by(&self, reply: &Reply) -> bool {
        match &self.expects {
            Expects::Session => reply
                .session
                .as_ref()
                .is_some_and(|session| !session.key().is_empty() && !session.id().is_empty()),
            Expects::Transcript { known, .. } | Expects::CatchUp(known) => {
                reply.messages.iter().any(|received| index(received) <= *known)
            }
            Expects::End => reply.ended == Some(true),
            Expects::Event(..) | Expects::Nothing => false,
        }
    }

    /// Whether the entry is its own event.
    fn brought_about(&self, received: &Received) -> bool {
        let Expects::Event(kind, text) = &self.expects else { return false };
        let original = &received.original;
        original.from.role == ParticipantRole::Client
            && original.kind == *kind
            && index(received) > self.after
            && text
                .as_ref()
                .is_none_or(|text| text.trim() == original.text.as_deref().unwrap_or_default().trim())
    }

    /// Whether nobody waits for it any more.
    fn is_given_up(&self) -> bool {
        self.sender.is_closed()
    }

    /// Tells the outcome; returns it, if nobody waits any more.
    fn tell(self, reply: Reply) -> Option<Reply> {
        match self.sender.send(Told::Outcome(reply)) {
            Err(mpsc::error::SendError(Told::Outcome(reply))) => Some(reply),
            _ => None,
        }
    }
}

fn index(received: &Received) -> u64 {
    received.message.index.order
}
