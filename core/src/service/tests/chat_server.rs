//! A model of a chat server behind a link that loses, delays and garbles: what the outbox is measured by.

use super::{
    answers::*,
    script::{Pending, Script},
};
use crate::{
    ErrorKind,
    command::RequestId,
    model::Received,
    service::{ExchangeId, state::Owner},
    transport::{Failure, Operation, Reply},
};
use std::{collections::BTreeMap, time::Duration};

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    pub(super) answer: Answer,
    /// Whether a message takes effect although its answer does not say so.
    pub(super) effect: Effect,
    /// How long the request is on its way, in milliseconds, and then the answer.
    pub(super) way: (u64, u64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// As it should be.
    Good,
    /// Good, the messages of a poll repeated and in disorder.
    Scrambled,
    /// None, until the client gives up.
    None,
    /// The connection breaks.
    Reset,
    /// `statusCode` 1.
    Temporary,
    /// HTTP 503.
    Unavailable,
    /// HTTP 503 with a time to come back.
    ComeBack,
    /// HTTP 429: not carried out.
    TooMany,
    /// HTTP 400: not carried out.
    Bad,
    /// No connection: not carried out.
    Unreachable,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    Never,
    /// When it arrives.
    Now,
    /// After the client has given up: this many thousandths of the client's limit.
    Late(u32),
}

pub(super) const GOOD: Fate = Fate { answer: Answer::Good, effect: Effect::Now, way: (5, 5) };

/// Something that is going to happen at the server or on the link.
#[derive(Debug)]
enum Coming {
    Arrival(Pending, Fate, Option<RequestId>),
    Effect(Option<RequestId>, String),
    Answer(ExchangeId, Result<Reply, Failure>),
}

/// The server with its link, and the script whose requests it answers.
pub(super) struct World {
    pub(super) script: Script,
    /// Who wrote what; of our messages, which command sent them.
    pub(super) transcript: Vec<(Who, String, Option<RequestId>)>,
    /// The fates of the requests to come; good once they are used up.
    pub(super) fates: std::vec::IntoIter<Fate>,
    /// Until when there is no connection.
    pub(super) down_until: Duration,
    /// Until when the chat server is out of reach of the front.
    pub(super) offline_until: Duration,
    pub(super) ended: bool,
    /// What the server makes of a text of ours.
    pub(super) change: fn(&str) -> String,
    coming: BTreeMap<(Duration, u64), Coming>,
    counted: u64,
}

impl World {
    /// A chat that has just started, the client's limit for a request being `patience`.
    pub(super) fn new(fates: Vec<Fate>, patience: Duration) -> Self {
        Self {
            script: Script::started_with(|script| script.config.ajax_timeout = patience),
            transcript: vec![(Who::Client, String::new(), None)],
            fates: fates.into_iter(),
            down_until: Duration::ZERO,
            offline_until: Duration::ZERO,
            ended: false,
            change: str::to_owned,
            coming: BTreeMap::new(),
            counted: 0,
        }
    }

    /// Lets this much time pass.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.script.now + time;
        loop {
            self.take_requests();
            let coming = self.coming.first_key_value().map(|((at, _), _)| *at);
            let due = self.script.service.next_timeout();
            let Some(next) = [coming, due].into_iter().flatten().min().filter(|next| *next <= end) else {
                break;
            };
            if coming == Some(next) {
                self.script.now = self.script.now.max(next);
                self.next();
            } else {
                self.script.step();
            }
        }
        self.script.now = end;
    }

    pub(super) fn say(&mut self, who: Who, text: &str, sender: Option<RequestId>) {
        if !self.ended {
            self.transcript.push((who, text.into(), sender));
        }
    }

    /// Heals the link.
    pub(super) fn heal(&mut self) {
        self.fates = Vec::new().into_iter();
        self.down_until = self.script.now;
        self.offline_until = self.script.now;
    }

    fn later(&mut self, after: Duration, what: Coming) {
        self.counted += 1;
        self.coming.insert((self.script.now + after, self.counted), what);
    }

    /// Puts new requests on their way.
    fn take_requests(&mut self) {
        for pending in std::mem::take(&mut self.script.pending) {
            let fate = self.fate();
            let live = self.script.service.session.live();
            let owner = live.and_then(|live| live.outbox.front()).map(|entry| entry.owner);
            let sender = match owner {
                Some(Owner::Command(id)) => Some(id),
                _ => None,
            };
            self.later(Duration::from_millis(fate.way.0), Coming::Arrival(pending, fate, sender));
        }
    }

    fn fate(&mut self) -> Fate {
        let fate = self.fates.next().unwrap_or(GOOD);
        let answer = match fate.answer {
            Answer::None | Answer::Unreachable => fate.answer,
            _ if self.script.now < self.down_until => Answer::Unreachable,
            _ if self.script.now < self.offline_until => Answer::Temporary,
            answer => answer,
        };
        Fate { answer, ..fate }
    }

    fn next(&mut self) {
        match self.coming.pop_first().expect("something is coming").1 {
            Coming::Effect(sender, text) => self.say(Who::Client, &text, sender),
            Coming::Answer(id, outcome) => self.script.reply(id, outcome),
            Coming::Arrival(pending, fate, sender) => self.arrive(&pending, fate, sender),
        }
    }

    fn arrive(&mut self, pending: &Pending, fate: Fate, sender: Option<RequestId>) {
        let way = Duration::from_millis(fate.way.1);
        let patience = self.script.config.ajax_timeout;
        let given_up = match fate.answer {
            Answer::None => patience.saturating_sub(Duration::from_millis(fate.way.0)),
            _ => way,
        };
        let good = matches!(fate.answer, Answer::Good | Answer::Scrambled);
        if let Operation::Send(text) = &pending.request.operation {
            let text = (self.change)(&text.text);
            let refused = matches!(fate.answer, Answer::TooMany | Answer::Bad | Answer::Unreachable);
            match fate.effect {
                _ if good => self.say(Who::Client, &text, sender),
                Effect::Now if !refused => self.say(Who::Client, &text, sender),
                Effect::Late(part) if !refused => {
                    self.later(given_up + patience * part / 1_000, Coming::Effect(sender, text));
                }
                _ => {}
            }
        }
        let outcome = match fate.answer {
            Answer::Good | Answer::Scrambled => Ok(self.answer(&pending.request.operation, fate)),
            Answer::None => Err(lost()),
            Answer::Reset => Err(Failure { kind: ErrorKind::Disconnected, ..lost() }),
            Answer::Temporary => Ok(temporary()),
            Answer::Unavailable => Err(http(503)),
            Answer::ComeBack => Err(come_back(503, Duration::from_secs(2))),
            Answer::TooMany => Err(http(429)),
            Answer::Bad => Err(bad_request(204)),
            Answer::Unreachable => Err(unreachable()),
        };
        self.later(given_up, Coming::Answer(pending.id, outcome));
    }

    fn answer(&self, operation: &Operation, fate: Fate) -> Reply {
        let Operation::Poll { from, .. } = operation else {
            return if self.ended { refused(8209, Some(true)) } else { done() };
        };
        let mut reply = if self.ended { ended() } else { done() };
        {
            let first = usize::try_from(from.next).unwrap().saturating_sub(1);
            reply.messages = (first..self.transcript.len()).map(|at| self.entry(at)).collect();
            reply.next_position = Some(self.transcript.len() as u64 + 1);
            if matches!(fate.answer, Answer::Scrambled) {
                let earlier = (first.saturating_sub(3)..self.transcript.len()).map(|at| self.entry(at));
                reply.messages.extend(earlier.collect::<Vec<_>>());
                reply.messages.reverse();
            }
        }
        reply
    }

    fn entry(&self, at: usize) -> Received {
        let (who, text, _) = &self.transcript[at];
        let index = at as u64 + 1;
        if at == 0 { joins(index, *who) } else { says(index, *who, text) }
    }
}
