//! Requests under way, and what each is for.

use super::batch::BatchId;
use crate::command::RequestId;
use std::{collections::BTreeMap, time::Duration};

/// Identifies a request to the back end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub(crate) u64);

/// What a request is for.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    Start(RequestId),
    Restore,
    /// A poll, for the command that asked for it.
    Poll(Option<RequestId>),
    /// A page of older messages.
    History,
    /// A look at the transcript besides the polls, of which nothing is published; for the command that asked for it.
    Settle(Option<RequestId>),
    /// What a session that is over still has to tell.
    LastWords,
    /// The outbox's first message.
    Send,
    /// A typing notice, for the command that asked for it.
    Typing(Option<RequestId>),
    End(RequestId),
    Limits(RequestId),
    Upload(RequestId, String),
    Download(RequestId),
    /// The images of a batch.
    Images(BatchId),
    /// The answer to a start that was given up, should it come.
    Late,
    /// The end of a session that nobody wants.
    Discard,
    /// Anything whose answer is the command's outcome.
    Plain(RequestId),
}

/// Counts a service's sessions: what outlives its session must not touch the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SessionNumber(u64);

#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) purpose: Purpose,
    pub(crate) started: Duration,
    session: SessionNumber,
}

impl Exchange {
    /// Whether it makes a session, or ends one.
    fn decides_session(&self) -> bool {
        use Purpose::{Discard, End, Late, Restore, Start};
        matches!(self.purpose, Start(_) | Restore | End(_) | Late | Discard)
    }
}

/// The requests under way.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    next: u64,
    session: SessionNumber,
    open: BTreeMap<ExchangeId, Exchange>,
}

impl Exchanges {
    /// Makes answers to requests of the session so far strangers.
    pub(crate) fn end_session(&mut self) {
        self.session.0 += 1;
    }

    /// The latest request that has left.
    pub(crate) fn latest(&self) -> ExchangeId {
        ExchangeId(self.next)
    }

    /// Takes note of a request of the present session that leaves.
    pub(crate) fn open(&mut self, purpose: Purpose, started: Duration) -> ExchangeId {
        self.next += 1;
        let id = ExchangeId(self.next);
        self.open.insert(id, Exchange { purpose, started, session: self.session });
        id
    }

    /// Takes out the request that was answered.
    pub(crate) fn take(&mut self, id: ExchangeId) -> Option<Exchange> {
        self.open.remove(&id)
    }

    /// Goes on waiting for the answer to a start that was given up.
    pub(crate) fn await_late(&mut self, id: ExchangeId, exchange: &Exchange) {
        let Exchange { started, session, .. } = *exchange;
        self.open.insert(id, Exchange { purpose: Purpose::Late, started, session });
    }

    /// Whether a request is one of the present session.
    pub(crate) fn is_current(&self, exchange: &Exchange) -> bool {
        self.session == exchange.session
    }

    /// Whether a request for messages of this session is under way, by a poll or besides the polls.
    pub(crate) fn is_fetching(&self) -> bool {
        let fetches = |exchange: &Exchange| {
            matches!(exchange.purpose, Purpose::Poll(_) | Purpose::Settle(_) | Purpose::History)
        };
        self.open.values().any(|exchange| self.is_current(exchange) && fetches(exchange))
    }

    /// Whether a poll of this session is under way.
    pub(crate) fn is_polling(&self) -> bool {
        let polls = |exchange: &Exchange| matches!(exchange.purpose, Purpose::Poll(_));
        self.open.values().any(|exchange| self.is_current(exchange) && polls(exchange))
    }

    /// Whether a request is under way that makes a session, or ends one.
    pub(crate) fn decides_session(&self) -> bool {
        self.open.values().any(Exchange::decides_session)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes out everything but what makes a session, or ends one: a chat that nobody takes part in any more may not stay.
    pub(crate) fn give_up(&mut self) -> Vec<ExchangeId> {
        self.open.extract_if(.., |_, exchange| !exchange.decides_session()).map(|(id, _)| id).collect()
    }

    pub(crate) fn clear(&mut self) -> Vec<ExchangeId> {
        std::mem::take(&mut self.open).into_keys().collect()
    }

    /// Takes out the file transfer of a command that is given up.
    pub(crate) fn abort_transfer_of(&mut self, id: RequestId) -> Option<ExchangeId> {
        let mine = |exchange: &Exchange| matches!(&exchange.purpose, Purpose::Upload(of, _) | Purpose::Download(of) if *of == id);
        let found = self.open.iter().find(|(_, exchange)| mine(exchange)).map(|(id, _)| *id)?;
        self.open.remove(&found);
        Some(found)
    }
}
