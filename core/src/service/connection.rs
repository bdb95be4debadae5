//! The connection, lost and back (webchatservice.md, 9.3).

use super::{Note, Service, state::Purpose};
use crate::{
    event::{Event, ResponseData},
    transport::Failure,
};
use log::Level;

impl Service {
    /// Publishes that the connection is lost, once. Without a session it is an error like any other.
    pub(super) fn connection_lost(&mut self, failure: &Failure, purpose: &Purpose) {
        let now = self.time.now;
        match self.session.live_mut() {
            Some(live) if live.disconnected.is_some() => {}
            // The transcript has shown the message since it left: the server answers.
            Some(live) if matches!(purpose, Purpose::Send) && live.outbox.has_seen_first() => {}
            Some(live) => {
                live.disconnected = Some(now);
                self.note(Note::new(Level::Warn, "the connection is lost"));
                self.publish(Event::Disconnected);
            }
            None => self.publish(Event::Error(ResponseData::Failure(failure.response.clone()))),
        }
    }

    /// Publishes that the connection is back, if it was lost.
    pub(super) fn reconnected(&mut self) {
        let Some(live) = self.session.live_mut() else { return };
        let Some(since) = live.disconnected else { return };
        if let Some(farewell) = &mut live.farewell {
            return farewell.note_answer();
        }
        live.disconnected = None;
        self.note(Note::after("reconnected", self.time.now.saturating_sub(since)));
        self.publish(Event::Reconnected);
    }
}
