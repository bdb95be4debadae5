//! Outages of the chat server behind the back end: the transport works, the answers say "temporary" (webchatservice.md, 9.2), or
//! come from something else than the back end (webchatservice.md, 9.4). A link that is kept up is lost instead.

use super::{Note, Service, state::Outage};
use crate::{
    command::{RequestId, Resolution},
    event::Event,
    transport::Failure,
};

impl Service {
    /// Counts a poll exception.
    pub(super) fn poll_exception(&mut self) {
        let (limit, now) = (self.config.poll_exception_limit, self.time.now);
        let Some(live) = self.session.live_mut() else { return };
        let outage = &mut live.outage;
        outage.exceptions = outage.exceptions.saturating_add(1);
        let pending = !std::mem::replace(&mut outage.pending, true);
        let offline = outage.exceptions > limit && !std::mem::replace(&mut outage.offline, true);
        if pending {
            outage.since = now;
            self.publish(Event::ConnectionPending);
        }
        if offline {
            self.publish(Event::ChatServerWentOffline);
        }
    }

    /// Counts a poll exception where a failed poll is one.
    pub(super) fn poll_exception_by(&mut self, failure: &Failure) {
        if failure.foreign && !self.is_pushed() && self.capabilities.server_outage {
            self.poll_exception();
        }
    }

    /// The chat server answers; tells listeners what they have to know of it.
    pub(super) fn outage_over(&mut self) {
        let Some(live) = self.session.live_mut() else { return };
        let outage = std::mem::take(&mut live.outage);
        if outage.pending || outage.offline {
            self.note(Note::after("the chat server is back", self.time.now.saturating_sub(outage.since)));
        }
        if outage.offline {
            self.publish(Event::ChatServerBackOnline);
        }
        if outage.pending {
            self.publish(Event::ConnectionRestored);
        }
    }

    pub(super) fn reset_poll_exceptions(&mut self, id: RequestId) {
        if let Some(live) = self.session.live_mut() {
            live.outage = Outage::default();
        }
        self.resolve(id, Resolution::Nothing);
    }
}
