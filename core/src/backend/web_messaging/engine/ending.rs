//! The end: the conversation is cleared where that is wanted and allowed, which ends it for the agent as well (web-messaging.md, 5.7).

use super::{Engine, Step, TOO_SOON, Task, TaskId, asked::What, pace};
use crate::{
    backend::web_messaging::wire::{Attributes, Message, Refusal, Request},
    transport::{Body, Reply},
};

impl Engine {
    /// Ends the session: the conversation is cleared where that is wanted and allowed.
    pub(super) fn end(&mut self, id: TaskId) {
        let may = self.session.as_ref().is_some_and(|session| session.deployment.may_clear);
        if !self.settings.clears || !may {
            return self.finish_end(id, false);
        }
        if let Some(task) = self.tasks.get_mut(&id) {
            task.step = Step::Ending { until: self.now + self.settings.ajax_timeout * 2, asked: false };
        }
    }

    /// Asks for the end, where that is to be done.
    pub(super) fn ask_for_the_end(&mut self) {
        for id in self.tasks_in(|step| matches!(step, Step::Ending { asked: false, .. })) {
            if self.pace.ready_at(pace::What::Other) > self.now {
                return;
            }
            if let Some(Task { step: Step::Ending { asked, .. }, .. }) = self.tasks.get_mut(&id) {
                *asked = true;
            }
            let none = Attributes::new();
            let clear = Request::Message { message: Message::Clear, name: None, attributes: &none };
            self.ask(Some(id), What::Clear, pace::What::Other, &clear);
        }
    }

    /// The request for the end came too soon: it is asked for again, unless that would take too long.
    pub(super) fn end_refused(&mut self, id: TaskId, refusal: &Refusal) {
        let again = self.now + refusal.retry_after.unwrap_or(TOO_SOON);
        match self.tasks.get_mut(&id) {
            Some(Task { step: Step::Ending { until, asked }, .. })
                if refusal.is_too_much() && again < *until =>
            {
                *asked = false;
                self.pace.put_off(pace::What::Other, again);
            }
            _ => self.finish_end(id, false),
        }
    }

    /// The link is lost with the request for the end on its way: it is asked for again over the next.
    pub(super) fn end_again(&mut self, id: TaskId) {
        if let Some(Task { step: Step::Ending { asked, .. }, .. }) = self.tasks.get_mut(&id) {
            *asked = false;
        }
    }

    /// The conversation is over, as whoever ends it wants to know; false, if nobody does.
    pub(super) fn ending_is_heard(&mut self, is_over: bool) -> bool {
        let ending = self.tasks_in(|step| matches!(step, Step::Ending { .. }));
        for id in ending.iter().filter(|_| is_over) {
            self.finish_end(*id, true);
        }
        is_over && !ending.is_empty()
    }

    /// Nobody will hear of the end any more.
    pub(super) fn end_unheard(&mut self) {
        for id in self.tasks_in(|step| matches!(step, Step::Ending { .. })) {
            self.finish_end(id, false);
        }
    }

    pub(super) fn ending_due(&mut self) {
        let now = self.now;
        for id in self.tasks_in(|step| matches!(step, Step::Ending { until, .. } if *until <= now)) {
            self.finish_end(id, false);
        }
    }

    pub(super) fn finish_end(&mut self, id: TaskId, agent_told: bool) {
        if let Some(session) = &mut self.session {
            session.over = true;
        }
        self.hang_up();
        self.done(id, Ok(ended(agent_told)));
    }
}

/// What an end resolves with.
pub(super) fn ended(agent_told: bool) -> Reply {
    let body = format!(r#"{{"conversationEnded":{agent_told}}}"#);
    Reply { ended: Some(true), body: Body(body.into()), ..Reply::default() }
}
