//! Requests under way: what each is for, and where its answer goes.

use super::{
    BatchId, Effect, Service,
    files::{downloaded, limits, upload_news, uploaded},
    last_words::Over,
    session::Session,
};
use crate::{
    Error, ErrorKind,
    command::{RequestId, Resolution},
    event::{Event, ResponseData},
    model::SessionData,
    transport::{Failure, News, Operation, Reply, Request, Verdict, refusal_text},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Identifies a request to the back end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(u64);

/// What a request is for.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
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
struct Exchange {
    purpose: Purpose,
    started: Duration,
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
pub(super) struct Exchanges {
    next: u64,
    session: SessionNumber,
    open: BTreeMap<ExchangeId, Exchange>,
}

impl Exchanges {
    /// Makes answers to requests of the session so far strangers.
    pub(super) fn end_session(&mut self) {
        self.session.0 += 1;
    }

    /// The latest request that has left.
    pub(super) fn latest(&self) -> ExchangeId {
        ExchangeId(self.next)
    }

    fn is_current(&self, session: SessionNumber) -> bool {
        self.session == session
    }

    /// Whether a request for messages of this session is under way, by a poll or besides the polls.
    pub(super) fn is_fetching(&self) -> bool {
        let fetches = |exchange: &Exchange| {
            matches!(exchange.purpose, Purpose::Poll(_) | Purpose::Settle(_) | Purpose::History)
        };
        self.open.values().any(|exchange| self.is_current(exchange.session) && fetches(exchange))
    }

    /// Whether a poll of this session is under way.
    pub(super) fn is_polling(&self) -> bool {
        let polls = |exchange: &Exchange| matches!(exchange.purpose, Purpose::Poll(_));
        self.open.values().any(|exchange| self.is_current(exchange.session) && polls(exchange))
    }

    /// Whether a request is under way that makes a session, or ends one.
    pub(super) fn decides_session(&self) -> bool {
        self.open.values().any(Exchange::decides_session)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes out everything but what makes a session, or ends one: a chat that nobody takes part in any more may not stay.
    pub(super) fn give_up(&mut self) -> Vec<ExchangeId> {
        self.open.extract_if(.., |_, exchange| !exchange.decides_session()).map(|(id, _)| id).collect()
    }

    pub(super) fn clear(&mut self) -> Vec<ExchangeId> {
        std::mem::take(&mut self.open).into_keys().collect()
    }

    /// Takes out the file transfer of a command that is given up.
    pub(super) fn abort_transfer_of(&mut self, id: RequestId) -> Option<ExchangeId> {
        let mine = |exchange: &Exchange| matches!(&exchange.purpose, Purpose::Upload(of, _) | Purpose::Download(of) if *of == id);
        let found = self.open.iter().find(|(_, exchange)| mine(exchange)).map(|(id, _)| *id)?;
        self.open.remove(&found);
        Some(found)
    }
}

impl Service {
    /// Sends a request of the present session.
    pub(super) fn request(&mut self, purpose: Purpose, operation: Operation) {
        let session = match &self.session {
            Session::Live(live) => live.data.clone(),
            Session::Restoring(data, _) => data.clone(),
            Session::Idle | Session::Starting(_) => Arc::new(SessionData::none(self.capabilities.session)),
        };
        self.request_of(session, purpose, operation);
    }

    /// Sends a request of the given session.
    pub(super) fn request_of(&mut self, session: Arc<SessionData>, purpose: Purpose, operation: Operation) {
        self.linked |= !self.capabilities.polling;
        self.congestion.note_request(self.time.now);
        self.exchanges.next += 1;
        let id = ExchangeId(self.exchanges.next);
        let wants_preview = match &operation {
            Operation::Typing { preview: None, .. } => true,
            Operation::Poll { preview: None, .. } => {
                self.capabilities.polling && matches!(purpose, Purpose::Poll(_))
            }
            _ => false,
        };
        let exchange = Exchange { purpose, started: self.time.now, session: self.exchanges.session };
        self.exchanges.open.insert(id, exchange);
        self.effects.push_back(Effect::Request {
            id,
            request: Box::new(Request { session, operation }),
            preview: self.preview.clone().filter(|_| wants_preview),
        });
    }

    /// Hands an answer to what its request was for.
    pub(super) fn route(&mut self, id: ExchangeId, outcome: Result<Reply, Failure>) {
        let Some(exchange) = self.exchanges.open.remove(&id) else { return };
        if outcome.as_ref().is_err_and(|failure| failure.late.is_some()) {
            let late = Exchange { purpose: Purpose::Late, ..exchange };
            self.exchanges.open.insert(id, late);
        }
        if let Purpose::Images(batch) = exchange.purpose {
            return self.images_answered(batch, outcome);
        }
        if !self.exchanges.is_current(exchange.session)
            || matches!(exchange.purpose, Purpose::Discard | Purpose::Late)
        {
            return self.route_stray(exchange.purpose, outcome);
        }
        let fetches = matches!(exchange.purpose, Purpose::Poll(_) | Purpose::Settle(_));
        if fetches
            && self.is_leaving()
            && outcome.as_ref().map_or(true, |reply| reply.verdict != Verdict::Done)
        {
            // The server took `endChat` first and does not know the session any more: it has nothing more to tell.
            let told = match &outcome {
                Ok(reply) => reply.ended == Some(true),
                Err(failure) => failure.ended,
            };
            self.reject_poll(&exchange.purpose, rejection(&outcome));
            return self.session_over_if(told);
        }
        self.note_connection(&exchange.purpose, &outcome);
        let reconnects = outcome.is_ok();
        if let Some(over) = over_by_failure(&exchange.purpose, &outcome) {
            self.session_over(over);
        }
        if let Ok(reply) = &outcome {
            self.take_untrusted_answer(&exchange.purpose, reply);
            self.tell_refusal(&exchange.purpose, reply);
        }
        match exchange.purpose.clone() {
            Purpose::Start(id) => self.started(id, outcome),
            Purpose::Restore => self.restored(outcome),
            Purpose::Poll(command) => {
                let rejection = command.and_then(|_| rejection(&outcome));
                self.polled(id, exchange.started, command, outcome);
                self.reject_poll(&exchange.purpose, rejection);
                return self.poll_answered();
            }
            Purpose::Settle(command) => {
                let outcome_of_command = command.map(|_| response(&outcome));
                self.settled(exchange.started, outcome);
                if let (Some(id), Some(outcome)) = (command, outcome_of_command) {
                    self.complete(id, outcome);
                }
            }
            Purpose::LastWords => self.last_words(outcome),
            Purpose::History => self.history_answered(outcome),
            Purpose::Send => self.sent(outcome),
            Purpose::End(id) => self.end_answered(id, outcome),
            Purpose::Typing(Some(id)) | Purpose::Plain(id) => self.answer(id, outcome),
            Purpose::Limits(id) => self.limits_answered(id, outcome),
            Purpose::Upload(id, name) => self.upload_answered(id, &name, outcome),
            Purpose::Download(id) => self.download_answered(id, outcome),
            Purpose::Typing(None) | Purpose::Images(_) | Purpose::Late | Purpose::Discard => {}
        }
        if reconnects {
            self.reconnected();
        }
    }

    /// Takes the answer to a request of a session that is over or was given up: its command gets its outcome, and a session that the
    /// server has made of it is ended. Nothing of it touches the present session.
    fn route_stray(&mut self, purpose: Purpose, outcome: Result<Reply, Failure>) {
        match (purpose, outcome) {
            (Purpose::Start(_) | Purpose::Late, Ok(reply)) => self.discard(reply),
            (Purpose::Restore, Ok(reply)) if reply.replaced => self.discard(reply),
            (
                Purpose::Typing(Some(id))
                | Purpose::Plain(id)
                | Purpose::Poll(Some(id))
                | Purpose::Settle(Some(id)),
                outcome,
            ) => {
                self.complete(id, outcome.map_err(failure_error).and_then(judge));
            }
            (Purpose::Limits(id), outcome) => self.complete(id, limits(outcome)),
            (Purpose::Upload(id, name), outcome) => self.complete(id, uploaded(&name, outcome)),
            (Purpose::Download(id), outcome) => self.complete(id, downloaded(outcome)),
            _ => {}
        }
    }

    /// Keeps session data and notices a lost connection, whatever the request was for.
    fn note_connection(&mut self, purpose: &Purpose, outcome: &Result<Reply, Failure>) {
        match outcome {
            Ok(reply) if reply.verdict == Verdict::Done => self.keep_session_data(reply),
            Ok(_) => {}
            Err(failure) => self.report(failure, purpose),
        }
    }

    pub(super) fn keep_session_data(&mut self, reply: &Reply) {
        let (Some(live), Some(session)) = (self.session.live_mut(), reply.session.clone()) else { return };
        let key = live.data.key().clone();
        if Arc::make_mut(&mut live.data).apply(session) {
            // Under a new key the server may count anew what it has delivered.
            live.resync |= key != *live.data.key();
            live.own.admit(&live.data);
            self.store_session();
            self.keep_for_host();
        }
    }

    /// Publishes what a failed request means (webchatservice.md, 9.3 and 9.4). An error that tells of the end is told with it.
    pub(super) fn report(&mut self, failure: &Failure, purpose: &Purpose) {
        let polling = matches!(purpose, Purpose::Poll(_) | Purpose::Settle(_));
        let told_later = failure.ended && !matches!(purpose, Purpose::Start(_));
        let told_later = told_later || matches!(purpose, Purpose::End(_));
        // A kept connection that died says nothing of the server; what was lost with it has its outcome all the same.
        if failure.kept || matches!(purpose, Purpose::LastWords) {
            return;
        }
        match &failure.news {
            News::Nothing => {}
            News::Disconnected => match self.session.live_mut() {
                Some(live) if live.disconnected => {}
                // The transcript has shown the message since it left: the server answers.
                Some(live) if matches!(purpose, Purpose::Send) && live.outbox.has_seen_first() => {}
                Some(live) => {
                    live.disconnected = true;
                    self.publish(Event::Disconnected);
                }
                None => self.publish(Event::Error(ResponseData::Failure(failure.response.clone()))),
            },
            // An upload's error names the file (see `files`).
            News::Error(_) if told_later || matches!(purpose, Purpose::Upload(..)) => {}
            News::Error(data) => {
                if !polling || self.is_news(failure.status) {
                    self.publish(Event::Error(ResponseData::Failure(Value::clone(data))));
                }
            }
        }
    }

    /// Whether polls did not fail with this status before: a failing poll is told of once.
    pub(super) fn is_news(&mut self, status: u16) -> bool {
        self.session.live_mut().is_none_or(|live| live.told_status.replace(status) != Some(status))
    }

    /// What listeners are told of a refusal in the server's own terms (webchatservice.md, 9.4): over a link any with errors,
    /// else one that ends the chat.
    pub(super) fn refusal_news(&self, reply: &Reply) -> Option<ResponseData> {
        let worth_telling = reply.ended == Some(true) || !self.capabilities.polling;
        (reply.verdict == Verdict::Refused && !reply.errors.is_empty() && worth_telling)
            .then(|| ResponseData::Body(reply.body.clone()))
    }

    /// Publishes it.
    pub(super) fn report_refusal(&mut self, reply: &Reply) {
        if let Some(news) = self.refusal_news(reply) {
            self.publish(Event::Error(news));
        }
    }

    /// Publishes that of a command whose refusal ends nothing, where listeners are told of those.
    fn tell_refusal(&mut self, purpose: &Purpose, reply: &Reply) {
        let tells = matches!(purpose, Purpose::Send | Purpose::Typing(_) | Purpose::Plain(_));
        if tells && self.over_by(reply).is_none() {
            self.report_refusal(reply);
        }
    }

    /// Publishes that the connection is back, if it was lost.
    pub(super) fn reconnected(&mut self) {
        let Some(live) = self.session.live_mut().filter(|live| live.disconnected) else { return };
        if let Some(farewell) = &mut live.farewell {
            return farewell.note_answer();
        }
        live.disconnected = false;
        self.publish(Event::Reconnected);
    }

    /// Completes a command with its answer.
    fn answer(&mut self, id: RequestId, outcome: Result<Reply, Failure>) {
        match outcome {
            Ok(reply) => {
                let over = self.hear_of_the_end(&reply);
                self.complete(id, judge(reply));
                self.end_if_over(over);
            }
            Err(failure) => self.complete(id, Err(failure_error(failure))),
        }
    }
}

/// What a failure says of the end of the session. That of a fetch shows that there is nothing more to be had.
fn over_by_failure(purpose: &Purpose, outcome: &Result<Reply, Failure>) -> Option<Over> {
    let failure = outcome.as_ref().err().filter(|failure| failure.ended)?;
    let fetches = matches!(purpose, Purpose::Poll(_) | Purpose::Settle(_));
    let mut over = Over { shown: fetches, ..Over::by(failure) };
    if let Purpose::Upload(_, name) = purpose {
        over.error = upload_news(name, outcome).map(ResponseData::Failure);
    }
    Some(over)
}

/// The outcome of a command whose answer is `reply`.
pub(super) fn judge(reply: Reply) -> Result<Resolution, Error> {
    match reply.verdict {
        Verdict::Done => Ok(Resolution::Response(reply.body)),
        Verdict::Temporary => {
            Err(Error::new(ErrorKind::Unavailable, "the chat server cannot be reached for the moment")
                .with_retry(crate::Retry::WithBackoff)
                .with_response(reply.body.refusal()))
        }
        Verdict::Refused => {
            Err(Error::new(ErrorKind::Rejected, refusal_text(&reply.errors))
                .with_response(reply.body.refusal()))
        }
    }
}

/// The same, of an answer that is still needed.
fn response(outcome: &Result<Reply, Failure>) -> Result<Resolution, Error> {
    match outcome {
        Ok(Reply { verdict, errors, body, .. }) => {
            judge(Reply { verdict: *verdict, errors: errors.clone(), body: body.clone(), ..Reply::default() })
        }
        Err(failure) => Err(failure_error(failure.clone())),
    }
}

/// What a command is rejected with, if it is.
fn rejection(outcome: &Result<Reply, Failure>) -> Option<Error> {
    response(outcome).err()
}

/// The rejection of a command whose request failed.
pub(super) fn failure_error(failure: Failure) -> Error {
    let response =
        if failure.response == Value::Null { json!({"status": failure.status}) } else { failure.response };
    let mut error = Error::new(failure.kind, failure.cause).with_retry(failure.retry).with_response(response);
    if let Some(file) = failure.file {
        error = error.with_file(*file);
    }
    error
}
