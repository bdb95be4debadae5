//! Start-up and restoration of a stored session (behaviour reference, sections 2 and 8).

use super::{
    Phase, Service,
    batch::Kind,
    exchange::{Purpose, failure_error},
    record::Record,
    session::{Live, Session},
    stored::{self, Loading},
};
use crate::{
    Error, ErrorKind, Private,
    command::{RequestId, Resolution},
    event::{Event, Restored},
    model::SessionData,
    store::{self, Stored, key},
    transport::{Failure, Operation, Reply, Verdict},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

const NOTHING_STORED: &str = "No chat session found to restore.";

impl Service {
    /// Makes the service ready and begins to restore what is stored. `ready` comes before the outcome of the restoration.
    /// A store that could not be read is told of then: the chat goes on without what it holds.
    pub(super) fn start_up(&mut self, id: RequestId, stored: &Stored, problem: Option<Error>) {
        self.phase = Phase::Ready;
        self.recall_filters(stored);
        let found = self.stored_session(stored);
        let too_old = found.is_some() && self.is_over_age(stored);
        if let Some(data) = found.filter(|_| !too_old) {
            self.begin_restore(data, Some(stored), None);
        }
        self.publish(Event::Ready);
        self.resolve(id, Resolution::Nothing);
        if let Some(error) = problem {
            self.store_failed(&error);
        }
        if too_old {
            self.forget_found(stored);
            self.restore_timed_out();
        }
        for (id, command) in std::mem::take(&mut self.queued) {
            self.run(id, command);
        }
    }

    /// A stored session is over: what came with it goes.
    pub(super) fn restore_timed_out(&mut self) {
        self.filters.forget_recalled();
        self.publish(Event::RestoreTimeout);
    }

    /// Whether the stored session was polled too long ago. Without a time there is no limit.
    pub(super) fn is_over_age(&self, stored: &Stored) -> bool {
        let Some(limit) = self.config.restore_timeout else { return false };
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        stored::age(stored, key::PING, self.time.unix_ms).is_some_and(|age| age >= limit)
    }

    /// The command `restore`, which only the service itself may use where chats are not asynchronous.
    pub(super) fn restore(&mut self, id: RequestId, given: Option<&Private>) {
        let (kind, text) = match self.session {
            Session::Restoring(..) => (ErrorKind::Busy, "Already restoring. Ignoring request."),
            Session::Live(_) => {
                (ErrorKind::SessionActive, "Chat session is already active, ignoring restore command.")
            }
            Session::Idle | Session::Starting(_) if !self.is_asynchronous() => (
                ErrorKind::AccessDenied,
                "Access Denied to private command. Only WebChatService is allowed to invoke this command in Non-Async mode.",
            ),
            Session::Starting(_) => (ErrorKind::Busy, "A chat is being started. Ignoring request."),
            Session::Idle => {
                let Some(given) = given else { return self.load(Loading::Restore(id)) };
                let data = store::given(self.capabilities.session, &Value::String(given.to_string()));
                return self.restore_found(id, data, None);
            }
        };
        self.reject(id, kind, text);
    }

    /// Restores what is stored, for the command.
    pub(super) fn restore_stored(&mut self, id: RequestId, stored: &Stored) {
        match self.session {
            _ if !self.commands.is_open(id) => {}
            Session::Idle => {
                let found = self.stored_session(stored);
                self.restore_found(id, found, Some(stored));
            }
            _ => self.restore(id, None),
        }
    }

    fn restore_found(&mut self, id: RequestId, found: Option<SessionData>, stored: Option<&Stored>) {
        match found {
            Some(data) => self.begin_restore(data, stored, Some(id)),
            None => self.reject(id, ErrorKind::NoSession, NOTHING_STORED),
        }
    }

    fn begin_restore(&mut self, data: SessionData, stored: Option<&Stored>, command: Option<RequestId>) {
        self.own_session(&data, stored);
        self.enter(Session::Restoring(Arc::new(data), command));
        self.request(Purpose::Restore, Operation::Restore);
    }

    /// Gives up a restoration: what the server answers is nobody's.
    pub(super) fn give_up_restore(&mut self, id: RequestId) {
        if matches!(self.session, Session::Restoring(_, Some(restoring)) if restoring == id) {
            self.enter(Session::Idle);
            self.unpark();
        }
    }

    /// Takes the server's answer to a restoration.
    pub(super) fn restored(&mut self, outcome: Result<Reply, Failure>) {
        let Session::Restoring(data, command) = &self.session else { return };
        let (data, command) = (data.clone(), *command);
        match outcome {
            Ok(reply) if reply.ended == Some(false) && reply.verdict != Verdict::Refused => {
                self.take_up(SessionData::clone(&data), command, reply);
            }
            Ok(reply) => {
                self.report_refusal(&reply);
                self.forget_at_host(&data, &reply.body.json());
                self.enter(Session::Idle);
                self.forget();
                self.restore_timed_out();
                if let Some(id) = command {
                    let error =
                        Error::new(ErrorKind::NotFound, NOTHING_STORED).with_response(reply.body.json());
                    self.complete(id, Err(error));
                }
            }
            Err(failure) => {
                self.enter(Session::Idle);
                if failure.ended {
                    self.forget_at_host(&data, &failure.response);
                    self.forget();
                }
                self.publish(Event::RestoreFailed);
                if let Some(id) = command {
                    self.complete(id, Err(failure_error(failure)));
                }
            }
        }
        self.unpark();
    }

    /// Goes on with a session that the server still has. When the server has made a new one instead, that has started.
    fn take_up(&mut self, mut data: SessionData, command: Option<RequestId>, reply: Reply) {
        let offline = reply.verdict == Verdict::Temporary;
        if let Some(session) = reply.session.clone().filter(|_| !offline) {
            data.apply(session);
        }
        let held = std::mem::take(&mut self.held);
        self.enter(Session::Live(Box::new(Live::new(Arc::new(data)))));
        self.held = held;
        if let Some(live) = self.session.live_mut() {
            live.resync = true;
        }
        self.keep_for_host();
        if reply.replaced {
            self.transcript = Record::default();
            self.publish(Event::Started(self.session_data()));
        } else {
            self.publish(Event::Restored(Restored { asynchronous: self.config.asynchronous }));
        }
        if !offline {
            self.store_session();
        }
        self.receive(Kind::Restored { offline, command }, reply);
        self.take_held(None);
    }

    /// Goes on to receive messages of a restored session, after those that it had have been published.
    pub(super) fn restoration_done(&mut self, offline: bool) {
        if offline {
            if let Some(live) = self.session.live_mut() {
                live.outage.begin_offline();
            }
            self.publish(Event::RestoredOffline);
        }
        if self.capabilities.polling {
            self.start_polling();
        } else if offline {
            self.poll_again(Duration::ZERO);
        }
    }
}
