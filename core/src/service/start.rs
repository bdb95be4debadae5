//! `startChat` (webchatservice.md, 4 (startChat)).

use super::{
    Service,
    errors::{failure_error, judge},
    state::{Live, Loading, Parked, Purpose, Record, Session},
};
use crate::{
    Error, ErrorKind, Retry,
    command::{RequestId, Resolution, StartChat, texts},
    model::{JsonObject, SessionData},
    store::Stored,
    transport::{Failure, Operation, Reply, Start, Verdict},
};
use serde_json::{Value, json};
use std::sync::Arc;

impl Service {
    pub(super) fn start_chat(&mut self, id: RequestId, options: StartChat) {
        match self.session {
            Session::Idle => {
                self.enter(Session::Starting(id));
                self.load(Loading::StartChat(id, Box::new(options)));
            }
            _ if self.session.is_restoring() => self.parked.push(Parked::StartChat(id, Box::new(options))),
            Session::Restoring(..) | Session::Starting(_) | Session::Live(_) => {
                self.reject(id, ErrorKind::SessionActive, texts::ALREADY_ACTIVE);
            }
        }
    }

    /// Starts, unless another service that shares the store is just doing so.
    pub(super) fn start_with_lock(&mut self, id: RequestId, options: StartChat, stored: &Stored) {
        if !matches!(self.session, Session::Starting(starting) if starting == id) {
            return;
        }
        if self.is_locked(stored) {
            self.enter(Session::Idle);
            let error = Error::new(ErrorKind::Busy, texts::START_LOCKED)
                .with_retry(Retry::WithBackoff)
                .with_response(json!({"statusCode": 1}));
            return self.complete(id, Err(error));
        }
        let (options, user_data) = options.resolve(self.capabilities.start_form);
        let Some(user_data) = user_data.iter().map(user_data_option).collect::<Option<Vec<_>>>() else {
            self.enter(Session::Idle);
            return self.reject(id, ErrorKind::InvalidArgument, texts::MALFORMED_DATA);
        };
        self.config.user_data.extend(user_data.into_iter().flatten());
        self.take_lock();
        let start = Start {
            nickname: options.nickname,
            first_name: options.firstname,
            last_name: options.lastname,
            email: options.email,
            subject: options.subject,
            other: options.other,
            user_data: self.config.user_data.clone(),
        };
        self.request(Purpose::Start(id), Operation::Start(start));
    }

    /// Takes the server's answer to a start.
    pub(super) fn started(&mut self, id: RequestId, outcome: Result<Reply, Failure>) {
        let refused = match outcome {
            Ok(reply) if reply.verdict == Verdict::Done => {
                if let Some(data) = reply.session.clone().filter(is_usable) {
                    return self.go_live(id, data, reply);
                }
                Err(Error::new(ErrorKind::Protocol, "the server's answer to startChat names no session")
                    .with_response(reply.body.refusal()))
            }
            Ok(reply) => {
                self.report_refusal(&reply);
                judge(reply)
            }
            Err(failure) => Err(failure_error(failure)),
        };
        self.enter(Session::Idle);
        self.release_lock();
        self.complete(id, refused);
    }

    /// Gives up a start: a session that the server makes of it all the same is ended.
    pub(super) fn give_up_start(&mut self, id: RequestId) {
        if matches!(self.session, Session::Starting(starting) if starting == id) {
            self.enter(Session::Idle);
            self.release_lock();
        }
    }

    /// Ends the session that an answer nobody waits for has made.
    pub(super) fn discard(&mut self, reply: Reply) {
        if let Some(data) = reply.session.filter(is_usable).filter(|_| reply.verdict == Verdict::Done) {
            self.request_of(Arc::new(data), Purpose::Discard, Operation::End);
        }
    }

    fn go_live(&mut self, id: RequestId, data: SessionData, reply: Reply) {
        let mut live = Live::new(Arc::new(data));
        reply.messages.iter().for_each(|received| live.own.note(received));
        self.transcript = Record::default();
        let session_data = SessionData::clone(&live.data);
        self.enter(Session::Live(Box::new(live)));
        self.store_start();
        self.keep_for_host();
        let started = self.start_event(session_data);
        self.publish(started);
        self.tell_own_presence();
        self.tell_unsettled();
        self.resolve(id, Resolution::Response(reply.body));
        self.start_polling();
    }
}

/// Whether requests of the session can be made.
fn is_usable(data: &SessionData) -> bool {
    !data.id().is_empty() && !data.key().is_empty()
}

/// The attached data that the option holds: an object, or text with one. Nothing when it is malformed.
fn user_data_option(option: &Value) -> Option<JsonObject> {
    match option {
        Value::Null => Some(JsonObject::new()),
        Value::Object(data) => Some(data.clone()),
        Value::String(text) if text.trim().is_empty() => Some(JsonObject::new()),
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}
