//! Requests under way: what each is for, and where its answer goes.

use super::{
    Effect, Service,
    files::{downloaded, limits, upload_news, uploaded},
    state::{ExchangeId, Over, Purpose, Session},
};
use crate::{
    Error, ErrorKind,
    command::{RequestId, Resolution},
    event::{Event, ResponseData},
    model::SessionData,
    transport::{Failure, News, Operation, Reply, Request, Verdict, refusal_text},
};
use serde_json::{Value, json};
use std::sync::Arc;

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
        let wants_preview = match &operation {
            Operation::Typing { preview: None, .. } => true,
            Operation::Poll { preview: None, .. } => {
                self.capabilities.polling && matches!(purpose, Purpose::Poll(_))
            }
            _ => false,
        };
        let id = self.exchanges.open(purpose, self.time.now);
        self.effects.push_back(Effect::Request {
            id,
            request: Box::new(Request { session, operation }),
            preview: self.preview.clone().filter(|_| wants_preview),
        });
    }

    /// Hands an answer to what its request was for.
    pub(super) fn route(&mut self, id: ExchangeId, outcome: Result<Reply, Failure>) {
        let Some(exchange) = self.exchanges.take(id) else { return };
        if outcome.as_ref().is_err_and(|failure| failure.late.is_some()) {
            self.exchanges.await_late(id, &exchange);
        }
        if let Purpose::Images(batch) = exchange.purpose {
            return self.images_answered(batch, outcome);
        }
        if !self.exchanges.is_current(&exchange)
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
