//! The end of a session: by `endChat`, or by the server (behaviour reference, sections 4 and 5).

use super::{
    Service,
    commands::NO_SESSION,
    exchange::{Purpose, failure_error, judge},
    session::{Ending, Session},
};
use crate::{
    Error, ErrorKind,
    command::{RequestId, Resolution},
    event::{Event, ParticipantChange},
    transport::{Body, Failure, Operation, Reply},
};
use serde_json::Value;

/// Why a command that waited for its turn was not carried out.
const UNSENT: (ErrorKind, &str) = (ErrorKind::NoSession, NO_SESSION);

impl Service {
    /// Ends the session: messages already on their way first, then the request, then the events.
    pub(super) fn end_chat(&mut self, id: RequestId) {
        let now = self.time.now;
        let patience = self.config.ajax_timeout * 2;
        let Some(live) = self.session.active() else {
            return self.reject(id, ErrorKind::NoSession, NO_SESSION);
        };
        live.typing_until = None;
        live.ending = Some(Ending { command: id, wait_until: now + patience, asked: false });
        self.stop_polling();
        self.pump();
    }

    /// Asks the server to end the session once no message is on its way, or none can be waited for any longer.
    pub(super) fn end_if_due(&mut self) {
        let now = self.time.now;
        let Some(live) = self.session.live_mut() else { return };
        let idle = live.outbox.is_awaited_by_nobody();
        let Some(ending) = live.ending.as_mut().filter(|ending| !ending.asked) else { return };
        if idle || ending.wait_until <= now {
            ending.asked = true;
            let command = ending.command;
            self.abandon_outbox("the chat was ended while the message was on its way", UNSENT);
            self.request(Purpose::End(command), Operation::End);
        }
    }

    /// Takes the server's answer. The session ends here even when the request failed.
    pub(super) fn end_answered(&mut self, id: RequestId, outcome: Result<Reply, Failure>) {
        self.images_over();
        let outcome: Result<Resolution, Error> = match outcome {
            Ok(reply) => judge(reply),
            Err(failure) => Err(failure_error(failure)),
        };
        let (supervisors, agents) = self.roster.connected();
        let left = ParticipantChange::default;
        for _ in 0..supervisors {
            self.publish(Event::SupervisorDisconnected(left()));
        }
        for _ in 0..agents {
            self.publish(Event::AgentDisconnected(left()));
        }
        self.publish(Event::ClientDisconnected(left()));
        self.drop_session();
        self.publish(Event::Ended);
        self.complete(id, outcome);
    }

    /// Whether the server has been asked to end the session: then the answer to that ends it, whatever other requests learn.
    pub(super) fn is_leaving(&self) -> bool {
        self.session.live().and_then(|live| live.ending.as_ref()).is_some_and(|ending| ending.asked)
    }

    /// Ends a session that the server says has ended, or does not know any more.
    pub(super) fn end_by_server(&mut self) {
        if self.is_leaving() {
            return;
        }
        self.images_over();
        let Some(live) = self.session.live_mut() else { return };
        let polling = live.pace.stop() && self.capabilities.polling;
        let ending = live.ending.take();
        self.abandon_outbox("the chat ended while the message was on its way", UNSENT);
        self.drop_session();
        self.publish(Event::Ended);
        if polling {
            self.publish(Event::PollingStopped);
        }
        if let Some(ending) = ending {
            let body = Body::success(self.capabilities.session, true);
            self.resolve(ending.command, Resolution::Response(body));
        }
    }

    /// Ends a session that the server does not know any more.
    pub(super) fn session_lost(&mut self, response: &Value) {
        if let Some(live) = self.session.live().filter(|_| !self.is_leaving()) {
            let data = live.data.clone();
            self.forget_at_host(&data, response);
            self.end_by_server();
        }
    }

    /// Forgets the session; its transcript stays until the next one starts.
    fn drop_session(&mut self) {
        let history = self.session.live_mut().map(|live| std::mem::take(&mut live.history));
        self.enter(Session::Idle);
        for id in history.into_iter().flatten() {
            self.reject(id, UNSENT.0, UNSENT.1);
        }
        self.roster = super::Roster::default();
        self.forget();
    }
}
