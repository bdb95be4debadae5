//! When what goes by HTTP leaves. A connection that is being made for a request has a limit of its own, which is not the engine's; the time
//! of the request, and of all that is in it, counts from when it has left.

use super::{Engine, ExchangeId, Purpose, state::State};
use std::time::Duration;

impl Engine {
    /// A connection is being made for `exchange`, or is so no more.
    pub(super) fn connecting(&mut self, exchange: ExchangeId, connecting: bool) {
        let (now, delay) = (self.now, self.settings.timing.network_delay);
        let Some(known) = self.exchanges.get_mut(&exchange).filter(|known| known.connecting != connecting)
        else {
            return;
        };
        known.connecting = connecting;
        known.deadline = known.deadline.map(|_| now + delay);
        let purpose = known.purpose;
        if !connecting {
            self.put_off(purpose);
        }
        self.publishes_leave(exchange, !connecting);
    }

    /// What the link waits for has only just left.
    fn put_off(&mut self, purpose: Purpose) {
        let answered = self.now + self.settings.timing.network_delay;
        let connected = self.now + self.connect_limit();
        match &mut self.state {
            State::Shaking { id, deadline } if purpose == Purpose::Handshake(*id) => *deadline = answered,
            State::Joining { id, deadline, .. } if purpose == Purpose::Connect(*id) => *deadline = answered,
            State::Connected { id, deadline } if purpose == Purpose::Connect(*id) => *deadline = connected,
            _ => {}
        }
    }

    /// When the state of the link is due: not while what it waits for has not left.
    pub(super) fn state_deadline(&self) -> Option<Duration> {
        let awaited = match &self.state {
            State::Shaking { id, .. } => Purpose::Handshake(*id),
            State::Joining { id, .. } | State::Connected { id, .. } => Purpose::Connect(*id),
            _ => return self.state.deadline(),
        };
        let is_awaited = |exchange: &super::Exchange| exchange.purpose == awaited && exchange.connecting;
        if self.exchanges.values().any(is_awaited) { None } else { self.state.deadline() }
    }

    /// When the first of the exchanges that nothing else waits for is given up.
    pub(super) fn exchanges_deadline(&self) -> Option<Duration> {
        let left = self.exchanges.values().filter(|exchange| !exchange.connecting);
        left.filter_map(|exchange| exchange.deadline).min()
    }
}
