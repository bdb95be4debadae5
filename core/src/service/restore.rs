//! The restoration of a stored session (webchatservice.md, 2 and 8).

use super::{
    Service,
    errors::failure_error,
    state::{Kind, Live, Loading, Manner, Over, Parked, Purpose, Record, Session},
    stored,
};
use crate::{
    Error, ErrorKind, Private,
    command::{Commander, RequestId, texts},
    event::{Event, ResponseData, Restored},
    model::SessionData,
    store::{Stored, key},
    transport::{Failure, Operation, Reply, Verdict},
};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

impl Service {
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
    pub(super) fn restore(&mut self, id: RequestId, given: Option<&Private>, commander: Commander) {
        let allowed = self.is_asynchronous() || commander == Commander::WebChatService;
        let (kind, text) = match self.session {
            _ if self.session.is_restoring() => (ErrorKind::Busy, texts::RESTORING),
            Session::Live(_) => (ErrorKind::SessionActive, texts::RESTORE_ACTIVE),
            Session::Idle | Session::Starting(_) | Session::Restoring(..) if !allowed => {
                (ErrorKind::AccessDenied, texts::RESTORE_PRIVATE)
            }
            Session::Starting(_) | Session::Restoring(..) => (ErrorKind::Busy, texts::STARTING),
            Session::Idle => {
                let Some(given) = given else { return self.load(Loading::Restore(id)) };
                let data = self.given_session(&Value::String(given.to_string()));
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
            // What is stored was asked for by one who may.
            _ => self.restore(id, None, Commander::WebChatService),
        }
    }

    fn restore_found(&mut self, id: RequestId, found: Option<SessionData>, stored: Option<&Stored>) {
        match found {
            Some(data) => self.begin_restore(data, stored, Some(id)),
            None => self.reject(id, ErrorKind::NoSession, texts::NOTHING_STORED),
        }
    }

    pub(super) fn begin_restore(
        &mut self,
        data: SessionData,
        stored: Option<&Stored>,
        command: Option<RequestId>,
    ) {
        self.own_session(&data, stored);
        self.find_outbox(stored);
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
                let (error, response) = (self.refusal_news(&reply), reply.body.json());
                self.ended_away(data, command, error, response, reply);
            }
            Err(failure) if failure.ended => {
                self.ended_away(data, command, None, failure.response, Reply::default());
            }
            Err(failure) => {
                self.enter(Session::Idle);
                if failure.useless {
                    self.forget_at_host(&data, &failure.response);
                    self.forget();
                    self.tell_unsettled();
                }
                self.publish(Event::RestoreFailed(ResponseData::Failure(failure.response.clone())));
                if let Some(id) = command {
                    self.complete(id, Err(failure_error(failure)));
                }
                self.unpark();
            }
        }
    }

    /// The chat ended while nobody looked: what the answer still brings is told, then that it is over.
    fn ended_away(
        &mut self,
        data: Arc<SessionData>,
        command: Option<RequestId>,
        error: Option<ResponseData>,
        response: Value,
        reply: Reply,
    ) {
        let gone = Error::new(ErrorKind::NotFound, texts::NOTHING_STORED).with_response(response.clone());
        self.go_on_with(data);
        self.take_up_outbox(false);
        self.tell_restored_outbox();
        let manner = Manner::Away(command.map(|id| (id, gone)));
        self.part_with(manner, Over { error, lost: Some(response), kept: false, shown: true }, false);
        self.receive(Kind::Away, Reply { ended: None, ..reply });
    }

    /// Makes a stored session the present one. News that were pushed meanwhile are its.
    fn go_on_with(&mut self, data: Arc<SessionData>) {
        let lacks_some = self.is_waiting_room_full();
        let held = std::mem::take(&mut self.held);
        self.enter(Session::Live(Box::new(Live::new(data))));
        self.held = held;
        self.transcript = Record::default();
        if lacks_some {
            self.catch_up();
        }
    }

    /// Goes on with a session that the server still has. When the server has made a new one instead, that has started.
    fn take_up(&mut self, mut data: SessionData, command: Option<RequestId>, reply: Reply) {
        let offline = reply.verdict == Verdict::Temporary;
        if let Some(session) = reply.session.clone().filter(|_| !offline) {
            data.apply(session);
        }
        self.go_on_with(Arc::new(data));
        if let Some(live) = self.session.live_mut() {
            live.resync = true;
        }
        self.keep_for_host();
        let is_known = !reply.replaced;
        if is_known {
            self.publish(Event::Restored(Restored { asynchronous: self.config.asynchronous }));
        } else {
            let started = self.start_event(self.session_data());
            self.publish(started);
        }
        self.tell_own_presence();
        self.take_up_outbox(!is_known);
        self.tell_restored_outbox();
        if !offline {
            self.store_session();
        }
        if !is_known {
            self.store_own(vec![self.form.place(1, None)]);
        }
        self.receive(Kind::Restored { offline, command, replay: is_known }, reply);
        self.take_held(None);
        self.unpark();
    }

    /// Goes on to receive messages of a restored session, after those that it had have been published.
    pub(super) fn restoration_done(&mut self, offline: bool) {
        if offline {
            let now = self.time.now;
            if let Some(live) = self.session.live_mut() {
                live.outage.begin_offline(now);
            }
            self.publish(Event::RestoredOffline);
        }
        if !self.is_pushed() {
            self.start_polling();
        } else if offline {
            self.poll_again(Duration::ZERO);
        }
    }

    /// Carries out what waited for the end of a restoration.
    pub(super) fn unpark(&mut self) {
        for parked in std::mem::take(&mut self.parked) {
            match parked {
                Parked::StartChat(id, options) => self.start_chat(id, *options),
                Parked::Verify(id) => self.verify_session(id),
            }
        }
    }
}
