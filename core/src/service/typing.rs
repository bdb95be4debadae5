//! The customer's typing, and the countdown after which it counts as stopped (behaviour reference, section 10).

use super::{Service, commands::NO_SESSION, exchange::Purpose};
use crate::{
    ErrorKind, Private,
    command::{RequestId, Resolution},
    event::Event,
    transport::Operation,
};
use std::time::Duration;

/// How long after the last sign of typing the customer counts as not typing.
const COUNTDOWN: Duration = Duration::from_secs(2);

impl Service {
    pub(super) fn send_typing(&mut self, id: RequestId, preview: Option<Private>) {
        let until = self.time.now + COUNTDOWN;
        let Some(live) = self.session.active() else {
            return self.reject(id, ErrorKind::NoSession, NO_SESSION);
        };
        if live.typing_until.replace(until).is_some() {
            return self.resolve(id, Resolution::Nothing);
        }
        self.publish(Event::ClientTypingStarted);
        self.request(Purpose::Typing(Some(id)), Operation::Typing { started: true, preview });
    }

    /// Ends the countdown without a request: a message tells the agent enough.
    pub(super) fn typing_sent(&mut self) {
        if self.session.live_mut().is_some_and(|live| live.typing_until.take().is_some()) {
            self.publish(Event::ClientTypingStopped);
        }
    }

    pub(super) fn typing_due(&mut self) {
        let now = self.time.now;
        let Some(live) = self.session.live_mut() else { return };
        if live.typing_until.is_some_and(|until| until <= now) {
            live.typing_until = None;
            self.publish(Event::ClientTypingStopped);
            self.request(Purpose::Typing(None), Operation::Typing { started: false, preview: None });
        }
    }
}
