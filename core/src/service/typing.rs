//! The customer's typing, and the countdown after which it counts as stopped (webchatservice.md, 10).

use super::{
    Service,
    state::{Purpose, Typing},
};
use crate::{
    Private,
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
        let Some(live) = self.session.active() else { return };
        if let Some(typing) = &mut live.typing {
            typing.until = until;
            return self.resolve(id, Resolution::Nothing);
        }
        live.typing = Some(Typing { until, text: preview.clone() });
        self.publish(Event::ClientTypingStarted);
        self.request(Purpose::Typing(Some(id)), Operation::Typing { started: true, preview });
    }

    /// Ends the countdown without a request: a message tells the agent enough.
    pub(super) fn typing_sent(&mut self) {
        if self.session.live_mut().is_some_and(|live| live.typing.take().is_some()) {
            self.publish(Event::ClientTypingStopped);
        }
    }

    /// Ends the countdown when it is over. The notice carries the text with which the typing began, else what is typed by then.
    pub(super) fn typing_due(&mut self) {
        let now = self.time.now;
        let Some(live) = self.session.live_mut() else { return };
        if let Some(typing) = live.typing.take_if(|typing| typing.until <= now) {
            self.publish(Event::ClientTypingStopped);
            let stopped = Operation::Typing { started: false, preview: typing.text };
            self.request(Purpose::Typing(None), stopped);
        }
    }
}
