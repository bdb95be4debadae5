//! The end of a session by `endChat` (webchatservice.md, 4 (endChat)).

use super::{
    Service,
    errors::{UNSENT, failure_error, judge},
    state::{Ending, Manner, Over, Purpose},
};
use crate::{
    command::{RequestId, Resolution},
    event::{Event, ParticipantChange},
    transport::{Failure, Operation, Reply},
};

impl Service {
    /// Ends the session: messages already on their way first, then the request, then the events.
    pub(super) fn end_chat(&mut self, id: RequestId) {
        let now = self.time.now;
        let patience = self.config.ajax_timeout * 2;
        let Some(live) = self.session.active() else { return };
        live.typing = None;
        live.ending = Some(Ending { command: id, wait_until: now + patience, asked: false, heard: false });
        self.stop_polling();
        self.go_on();
    }

    /// Asks the server to end the session once no message is on its way or accepted without having been shown, or none
    /// can be waited for any longer.
    pub(super) fn end_if_due(&mut self) {
        let now = self.time.now;
        let Some(live) = self.session.live_mut().filter(|live| live.farewell.is_none()) else { return };
        let idle = live.outbox.is_awaited_by_nobody() && live.unshown.is_empty();
        let Some(ending) = live.ending.as_mut().filter(|ending| !ending.asked) else { return };
        if idle || ending.wait_until <= now {
            ending.asked = true;
            let command = ending.command;
            self.abandon_outbox("the chat was ended while the message was on its way", UNSENT);
            self.request(Purpose::End(command), Operation::End);
        }
    }

    /// Takes the server's answer. The session ends also when the request failed. What the server still gives is fetched, unless it was
    /// heard, comes with the answer over a link, or cannot be had.
    pub(super) fn end_answered(&mut self, id: RequestId, outcome: Result<Reply, Failure>) {
        let heard =
            self.session.live().and_then(|live| live.ending.as_ref()).is_some_and(|ending| ending.heard);
        let (outcome, error, missing) = match outcome {
            Ok(reply) => {
                let comes_along = self.is_pushed() && !reply.messages.is_empty();
                self.keep_words(&reply);
                (judge(reply), None, self.is_behind() || !heard && !comes_along)
            }
            Err(failure) => {
                let (error, answered) = (Over::by(&failure).error, failure.status != 0);
                (Err(failure_error(failure)), error, answered && !heard)
            }
        };
        self.part_with(Manner::Left(id, outcome), Over { error, ..Over::shown() }, missing);
    }

    /// Whether the server has been asked to end the session: then the answer to that ends it, whatever other requests learn.
    pub(super) fn is_leaving(&self) -> bool {
        self.session.live().and_then(|live| live.ending.as_ref()).is_some_and(|ending| ending.asked)
    }

    /// Publishes who leaves with `endChat`: one event for each kind that is there, then that nobody types any more.
    pub(super) fn tell_who_leaves(&mut self) {
        let (supervisors, agents) = self.roster.connected();
        let left = ParticipantChange::default;
        if supervisors > 0 {
            self.publish(Event::SupervisorDisconnected(left()));
        }
        if agents > 0 {
            self.publish(Event::AgentDisconnected(left()));
        }
        if self.roster.has_bots() {
            self.publish(Event::BotDisconnected(left()));
        }
        let own = self.session.live().map(|live| live.own.ids()).unwrap_or_default();
        if !self.roster.have_left(own) {
            self.publish(Event::ClientDisconnected(left()));
        }
        self.tell_typing_over();
    }

    /// Publishes that nobody types any more, where somebody did: with the chat that is over.
    pub(super) fn tell_typing_over(&mut self) {
        if self.roster.is_somebody_typing() {
            self.publish(Event::AgentTypingStopped(None));
        }
    }

    /// Resolves an `endChat` that the server's own end of the chat has come before.
    pub(super) fn resolve_ended(&mut self, id: RequestId) {
        let body = self.form.success(true);
        self.resolve(id, Resolution::Response(body));
    }
}
