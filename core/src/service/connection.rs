//! The connection, lost and back (webchatservice.md, 9.3).

use super::{Service, state::Purpose};
use crate::{
    event::{Event, ResponseData},
    transport::Failure,
};

impl Service {
    /// Publishes that the connection is lost, once. Without a session it is an error like any other.
    pub(super) fn connection_lost(&mut self, failure: &Failure, purpose: &Purpose) {
        match self.session.live_mut() {
            Some(live) if live.disconnected => {}
            // The transcript has shown the message since it left: the server answers.
            Some(live) if matches!(purpose, Purpose::Send) && live.outbox.has_seen_first() => {}
            Some(live) => {
                live.disconnected = true;
                self.publish(Event::Disconnected);
            }
            None => self.publish(Event::Error(ResponseData::Failure(failure.response.clone()))),
        }
    }

    /// Publishes that the connection is back, if it was lost.
    pub(super) fn reconnected(&mut self) {
        let Some(live) = self.session.live_mut().filter(|live| live.disconnected) else { return };
        if let Some(farewell) = &mut live.farewell {
            return farewell.note_answer();
        }
        live.disconnected = false;
        self.publish(Event::Reconnected);
    }
}
