//! The end of the service.

use super::{Effect, Note, Phase, Service, Time, state::Session};
use crate::ErrorKind;
use log::Level;

impl Service {
    /// Closes the service: every command gets its outcome, and no event comes any more. A session goes on at the server, and what is
    /// stored of it stays. Answers are to be handed back until [`Service::is_done`].
    pub fn close(&mut self, time: Time) {
        self.time = time;
        if self.phase == Phase::Closed {
            return;
        }
        if self.is_pushed() {
            self.ping();
        }
        self.phase = Phase::Closed;
        let closed = (ErrorKind::Closed, "the service was closed");
        self.leave_outbox("the service was closed while the message was on its way", closed);
        for id in self.commands.ids() {
            self.reject(id, closed.0, closed.1);
        }
        self.release_lock();
        self.note(match self.session.live() {
            Some(_) => Note::new(Level::Info, "closed; the session goes on at the server"),
            None => Note::new(Level::Debug, "closed"),
        });
        let given_up = self.exchanges.give_up();
        self.effects.extend(given_up.into_iter().map(Effect::Abort));
        self.enter(Session::Idle);
        self.queued.clear();
        self.parked.clear();
        self.loading.clear();
        self.linked &= !self.exchanges.is_empty();
        self.wind_up_until = time.now.saturating_add(self.config.ajax_timeout.saturating_mul(2));
    }

    /// Whether the service is closed, and nothing is left to be answered: a start that was under way may have made a chat, which is ended.
    /// It takes twice `ajaxTimeout` at most.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.phase == Phase::Closed && self.exchanges.is_empty()
    }

    /// Gives up what is left when the time for it is over.
    pub(super) fn wind_up(&mut self) {
        if self.phase == Phase::Closed && self.wind_up_until <= self.time.now {
            let left = self.exchanges.clear();
            self.effects.extend(left.into_iter().map(Effect::Abort));
        }
    }
}
