//! Requests under way: what each is for, and where its answer goes.

use super::{
    Effect, Note, Service, Time,
    errors::{failure_error, judge, rejection, response},
    files::{downloaded, limits, uploaded},
    last_words::over_by_failure,
    state::{Exchange, ExchangeId, Purpose, Session},
};
use crate::{
    command::RequestId,
    model::SessionData,
    transport::{Failure, Operation, Reply, Request, Verdict, refusal_text},
};
use log::Level;
use std::sync::Arc;

impl Service {
    /// Takes a request's outcome. Answers [`Effect::Request`].
    pub fn replied(&mut self, time: Time, id: ExchangeId, outcome: Result<Reply, Failure>) {
        self.time = time;
        self.route(id, outcome);
        self.go_on();
    }

    /// Sends a request of the present session.
    pub(super) fn request(&mut self, purpose: Purpose, operation: Operation) {
        let session = match &self.session {
            Session::Live(live) => live.data.clone(),
            Session::Restoring(data, _) => data.clone(),
            Session::Idle | Session::Starting(_) => Arc::new(self.form.none()),
        };
        self.request_of(session, purpose, operation);
    }

    /// Sends a request of the given session.
    pub(super) fn request_of(&mut self, session: Arc<SessionData>, purpose: Purpose, operation: Operation) {
        self.linked |= self.is_pushed();
        self.congestion.note_request(self.time.now);
        let wants_preview = match &operation {
            Operation::Typing { preview: None, .. } => true,
            Operation::Poll { preview: None, .. } => !self.is_pushed() && matches!(purpose, Purpose::Poll(_)),
            _ => false,
        };
        let id = self.exchanges.open(purpose, self.time.now);
        self.effects.push_back(Effect::Request {
            id,
            request: Box::new(Request { session, operation }),
            preview: self.preview.clone().filter(|_| wants_preview),
        });
    }

    /// Tells the log of an answer that is none, or a refusal. A chat that is over is often gone when its last words are asked for.
    fn note_trouble(&mut self, purpose: &Purpose, outcome: &Result<Reply, Failure>) {
        let words = match outcome {
            Err(failure) => format!("a request failed (HTTP status {}): {}", failure.status, failure.told()),
            Ok(reply) if reply.verdict == Verdict::Refused => refusal_text(&reply.errors),
            Ok(_) => return,
        };
        let is_expected = matches!(purpose, Purpose::LastWords);
        self.note(Note::new(if is_expected { Level::Debug } else { Level::Warn }, words));
    }

    /// Hands an answer to what its request was for.
    pub(super) fn route(&mut self, id: ExchangeId, outcome: Result<Reply, Failure>) {
        let Some(exchange) = self.exchanges.take(id) else { return };
        if outcome.as_ref().is_err_and(|failure| failure.late.is_some()) {
            self.exchanges.await_late(id, &exchange);
        }
        self.note_trouble(&exchange.purpose, &outcome);
        if let Purpose::Images(batch) = exchange.purpose {
            return self.images_answered(batch, outcome);
        }
        if !self.exchanges.is_current(&exchange)
            || matches!(exchange.purpose, Purpose::Discard | Purpose::Late)
        {
            return self.route_stray(exchange.purpose, outcome);
        }
        if self.came_too_late(&exchange.purpose, &outcome) {
            let told = match &outcome {
                Ok(reply) => reply.ended == Some(true),
                Err(failure) => failure.ended,
            };
            self.reject_poll(&exchange.purpose, rejection(&outcome));
            return self.session_over_if(told);
        }
        match &outcome {
            Ok(reply) if reply.verdict.is_good() => self.keep_session_data(reply),
            Ok(_) => {}
            Err(failure) => self.report(failure, &exchange.purpose),
        }
        // A poll says by itself what its answer means for the connection.
        let reconnects = outcome.is_ok() && !matches!(exchange.purpose, Purpose::Poll(_));
        if let Some(over) = over_by_failure(&exchange.purpose, &outcome) {
            self.session_over(over);
        }
        if let Ok(reply) = &outcome {
            self.take_untrusted_answer(&exchange.purpose, reply);
            self.tell_refusal(&exchange.purpose, reply);
        }
        self.hand_over(id, exchange, outcome);
        if reconnects {
            self.reconnected();
        }
    }

    /// Whether a fetch failed while the chat was leaving: the server took `endChat` first and has nothing more to tell.
    fn came_too_late(&self, purpose: &Purpose, outcome: &Result<Reply, Failure>) -> bool {
        matches!(purpose, Purpose::Poll(_) | Purpose::Settle(_))
            && self.is_leaving()
            && outcome.as_ref().map_or(true, |reply| reply.verdict != Verdict::Done)
    }

    /// Gives an answer to what waits for it.
    fn hand_over(&mut self, id: ExchangeId, exchange: Exchange, outcome: Result<Reply, Failure>) {
        match exchange.purpose {
            Purpose::Start(id) => self.started(id, outcome),
            Purpose::Restore => self.restored(outcome),
            Purpose::Poll(command) => {
                let rejection = command.and_then(|_| rejection(&outcome));
                self.polled(id, exchange.started, command, outcome);
                self.reject_poll(&exchange.purpose, rejection);
                self.poll_answered();
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
                let outcome = outcome.map(|reply| self.in_words(reply));
                self.complete(id, outcome.map_err(failure_error).and_then(judge));
            }
            (Purpose::Limits(id), outcome) => self.complete(id, limits(outcome)),
            (Purpose::Upload(id, name), outcome) => self.complete(id, uploaded(&name, outcome)),
            (Purpose::Download(id), outcome) => self.complete(id, downloaded(outcome)),
            _ => {}
        }
    }

    /// Completes a command with its answer.
    fn answer(&mut self, id: RequestId, outcome: Result<Reply, Failure>) {
        match outcome {
            Ok(reply) => {
                // It is told at once, though the answer may be another request's: what is not repeated need not be sure, and the program
                // waits for an answer as it does over the other carriers.
                if reply.verdict == Verdict::Accepted {
                    self.await_own_event();
                }
                let over = self.hear_of_the_end(&reply);
                self.complete(id, judge(self.in_words(reply)));
                self.end_if_over(over);
            }
            Err(failure) => self.complete(id, Err(failure_error(failure))),
        }
    }

    /// A success that the server has no words for has those of the back end.
    fn in_words(&self, reply: Reply) -> Reply {
        if reply.verdict != Verdict::Accepted || !reply.body.0.is_empty() {
            return reply;
        }
        Reply { body: self.form.success(false), ..reply }
    }
}
