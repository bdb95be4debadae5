//! Bringing the link up, and up again.

use super::{
    Carrier, Engine, Event, Output, Purpose, Timing,
    session::Session,
    state::{Asked, Outage, State},
};
use crate::{
    ErrorKind, Retry,
    carrier::bayeux::{
        failure,
        message::{self, HANDSHAKE, Message, Outgoing},
    },
    transport::{Applied, Failure},
};
use serde_json::json;
use std::time::Duration;

/// The longest pause that a server can ask for after a failure.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a server may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);

/// Whose fault a loss is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blame {
    Carrier,
    Server,
}

impl Engine {
    pub(super) fn begin(&mut self) {
        match &mut self.state {
            State::Idle => {}
            State::Ending { again, .. } => return *again = true,
            _ => return,
        }
        self.pace.reset();
        self.gap = false;
        self.was_up = false;
        self.last_chance = false;
        self.failed_attempts = 0;
        self.attempt();
    }

    pub(super) fn end(&mut self) {
        match (&self.state, &self.session) {
            (State::Idle, _) => {}
            (State::Ending { deadline, .. }, _) => {
                self.state = State::Ending { deadline: *deadline, again: false };
            }
            (State::Joining { .. } | State::Resting { .. } | State::Connected { .. }, Some(session)) => {
                let goodbye = Outgoing { channel: message::DISCONNECT, ..session.message() };
                let id = self.next_id();
                self.send(Purpose::Other, message::payload(&[Outgoing { id: id.to_string(), ..goodbye }]));
                let deadline = self.now + FAREWELL.min(self.settings.timing.network_delay);
                self.state = State::Ending { deadline, again: false };
                self.give_up_publishes();
            }
            _ => self.finish(None),
        }
    }

    /// Stops, unless the link is wanted again.
    pub(super) fn finish(&mut self, failure: Option<Failure>) {
        let again = matches!(self.state, State::Ending { again: true, .. });
        self.hang_up();
        self.session = None;
        self.abandoned = None;
        self.state = State::Idle;
        self.outage = Outage::Down;
        if !again {
            self.give_up_publishes();
        }
        self.emit(Event::Stopped(failure));
        if again {
            self.begin();
        }
    }

    /// Tries to bring the link up.
    fn attempt(&mut self) {
        self.carrier = self.carriers.choose();
        if self.session.as_ref().is_some_and(|session| !session.agreed_on(self.carrier)) {
            self.abandon_session();
        }
        match self.carrier {
            Carrier::WebSocket => {
                self.outputs.push_back(Output::Open);
                self.state = State::Opening { deadline: self.now + self.settings.timing.open };
            }
            Carrier::LongPolling => self.proceed(),
        }
    }

    pub(super) fn opened(&mut self) {
        if let State::Opening { .. } = self.state {
            self.proceed();
        }
    }

    /// Goes on once there is something to send on.
    fn proceed(&mut self) {
        if self.session.is_some() { self.join(true) } else { self.shake_hands() }
    }

    fn shake_hands(&mut self) {
        self.end_abandoned();
        let id = self.next_id();
        let connect = u64::try_from(self.settings.timing.connect.as_millis()).unwrap_or(u64::MAX);
        let handshake = Outgoing {
            id: id.to_string(),
            channel: HANDSHAKE,
            version: Some("1.0"),
            minimum_version: Some("1.0"),
            supported_connection_types: Some(self.carriers.offered()),
            advice: Some(json!({ "timeout": connect, "interval": 0 })),
            ext: Some(json!({ "ack": true })),
            ..Outgoing::default()
        };
        self.send(Purpose::Handshake(id), message::payload(&[handshake]));
        self.state = State::Shaking { id, deadline: self.now + self.settings.timing.network_delay };
    }

    /// Takes the reply to a handshake.
    pub(super) fn handshaken(&mut self, reply: &Message) -> Option<Asked> {
        let State::Shaking { id, .. } = self.state else { return None };
        if !reply.answers(id) {
            return None;
        }
        let Some(session) = Session::begun(reply) else { return Some(Asked::after("handshake", reply)) };
        if self.carrier == Carrier::WebSocket && !session.agreed_on(Carrier::WebSocket) {
            self.outputs.push_back(Output::Close);
            self.carriers.not_offered();
            self.carrier = Carrier::LongPolling;
        }
        self.session = Some(session);
        self.advised(reply.advice.as_ref());
        self.join(false);
        None
    }

    /// Takes the session up again with a new handshake, on the connection that is there.
    pub(super) fn renew(&mut self) {
        self.forget_session();
        self.shake_hands();
    }

    /// The link is up.
    pub(super) fn joined(&mut self) {
        self.carriers.worked(self.carrier);
        self.pace.up(self.now);
        self.failed_attempts = 0;
        self.was_up = true;
        self.outage = Outage::Up;
        let gap = std::mem::take(&mut self.gap);
        self.emit(Event::Up { gap });
    }

    /// Does what the server asks for.
    pub(super) fn obey(&mut self, asked: Asked) {
        match asked {
            Asked::Stop(failure) => self.finish(Some(failure)),
            Asked::Retry(failure) => self.lose(&failure, Blame::Server),
            Asked::Handshake(failure) => {
                self.forget_session();
                self.lose(&failure, Blame::Server);
            }
        }
    }

    /// A server that has removed the session of a link that was up forbids to go on, and takes a new handshake all the same: it is asked
    /// once more (gms-v2.md, 8.4). The transcript tells whether the chat goes on.
    pub(super) fn once_more(&mut self, asked: Asked) -> Asked {
        match asked {
            Asked::Stop(failure) if self.was_up && !self.last_chance => {
                self.last_chance = true;
                Asked::Handshake(failure)
            }
            asked => asked,
        }
    }

    fn forget_session(&mut self) {
        self.session = None;
        self.gap |= self.was_up;
    }

    /// Gives the session up though the server has not said that it is over.
    fn abandon_session(&mut self) {
        self.abandoned = self.session.take().or(self.abandoned.take());
        self.forget_session();
    }

    /// Tells the server of it before there is another session: as long as it holds a connect of the old one, it answers those of a browser's
    /// next at once, with advice for a crowd. That counts polls alone. Nothing waits for the answer.
    fn end_abandoned(&mut self) {
        let Some(session) = self.abandoned.take() else { return };
        if self.carrier == Carrier::LongPolling {
            let id = self.next_id().to_string();
            let goodbye = Outgoing { id, channel: message::DISCONNECT, ..session.message() };
            self.send(Purpose::Farewell, message::payload(&[goodbye]));
        }
    }

    /// The WebSocket could not be opened, or is lost.
    pub(super) fn closed(&mut self, failure: &Failure) {
        match self.state {
            State::Idle | State::Pausing { .. } => {}
            _ if self.carrier != Carrier::WebSocket => {}
            State::Ending { .. } => self.finish(None),
            _ => self.lose(failure, Blame::Carrier),
        }
    }

    /// The server closed the WebSocket because a message was too large for it: that one goes by long-polling, at once.
    pub(super) fn too_large(&mut self, failure: &Failure) {
        let detours = self.carrier == Carrier::WebSocket && self.state.is_up() && self.set_aside();
        if detours {
            self.carriers.detour();
        }
        self.closed(failure);
        if detours {
            self.attempt();
        }
    }

    /// An HTTP exchange is over, its messages have been read.
    pub(super) fn exchange_over(&mut self, purpose: Purpose) {
        let missing = match (purpose, &self.state) {
            (Purpose::Handshake(asked), State::Shaking { id, .. }) => asked == *id,
            (Purpose::Connect(asked), State::Joining { id, .. } | State::Connected { id, .. }) => {
                asked == *id
            }
            _ => false,
        };
        if missing {
            self.lose(&failure::not_bayeux("the answer has no reply to the message"), Blame::Carrier);
        }
    }

    /// An HTTP exchange failed.
    pub(super) fn exchange_failed(&mut self, purpose: Purpose, failure: &Failure) {
        if matches!(self.state, State::Ending { .. }) {
            if purpose == Purpose::Other {
                self.finish(None);
            }
            return;
        }
        if (400..500).contains(&failure.status) {
            if purpose == Purpose::Other {
                return self.flush();
            }
            // Whoever answered does not know the session; or is in the way, and has not asked the server.
            if !matches!(failure.status, 408 | 429) {
                self.forget_session();
            }
        }
        self.lose(failure, Blame::Carrier);
    }

    /// What carries the messages is lost.
    pub(super) fn lose_carrier(&mut self, failure: &Failure) {
        self.lose(failure, Blame::Carrier);
    }

    /// The link, or the attempt to bring it up, is lost.
    fn lose(&mut self, failure: &Failure, blame: Blame) {
        self.hang_up();
        self.drop_flying(failure);
        if let Some(session) = &mut self.session {
            session.lost();
            self.gap |= self.was_up && !session.acks.enabled();
        }
        if self.state.is_up() {
            self.publishes.lose_link(self.now);
            self.carriers.lost(self.carrier, self.pace.held(self.now).unwrap_or_default());
            if blame == Blame::Carrier {
                self.pace.cut();
            }
            // Silence is told when a new connection has been silent for as long.
            let Timing { quiet, answer, .. } = self.settings.timing;
            let quiet = if failure.kind == ErrorKind::Timeout { quiet.max(answer) } else { quiet };
            let until = self.now + quiet;
            self.outage = Outage::Quiet { until, failure: failure.clone() };
        } else if blame == Blame::Carrier
            && self.carriers.failed(self.carrier)
            && !matches!(failure.retry, Retry::After(_))
        {
            return self.attempt();
        } else {
            self.attempt_failed(failure);
        }
        self.pause(failure);
    }

    fn attempt_failed(&mut self, failure: &Failure) {
        self.failed_attempts = self.failed_attempts.saturating_add(1);
        if let Outage::Quiet { .. } = self.outage {
            self.outage = Outage::Down;
            self.emit(Event::Down(failure.clone()));
        }
        self.emit(Event::Failed(self.failed_attempts, failure.clone()));
    }

    /// Waits for the next attempt: at least as long as the server asks for.
    fn pause(&mut self, failure: &Failure) {
        let asked = match failure.retry {
            Retry::After(wait) => wait.min(LONGEST_WAIT),
            Retry::Never | Retry::WithBackoff => Duration::ZERO,
        };
        let interval = self.session.as_ref().map(Session::interval);
        let pause = self.pace.pause(self.now).max(asked).max(interval.unwrap_or_default());
        self.state = State::Pausing { until: self.now + pause };
    }

    /// Tells that the link is down when it has been lost for too long.
    pub(super) fn outage_due(&mut self) {
        if self.outage.deadline().is_none_or(|until| until > self.now) {
            return;
        }
        if let Outage::Quiet { failure, .. } = std::mem::replace(&mut self.outage, Outage::Down) {
            self.emit(Event::Down(failure));
        }
    }

    /// Does what the state of the link has waited for.
    pub(super) fn link_due(&mut self) {
        let timing = self.settings.timing;
        let is_due = |deadline: Option<Duration>| deadline.is_some_and(|deadline| deadline <= self.now);
        if !is_due(self.state_deadline()) {
            if is_due(self.exchanges_deadline()) {
                self.lose_in_silence("a request was not answered", timing.network_delay);
            }
            return;
        }
        match self.state {
            State::Idle => {}
            State::Pausing { .. } => self.attempt(),
            State::Resting { .. } => self.connect(),
            State::Ending { .. } => self.finish(None),
            State::Opening { .. } => {
                let failure = failure::silence(Applied::Unknown, "the WebSocket did not open", timing.open);
                self.lose(&failure, Blame::Carrier);
            }
            State::Shaking { .. } => {
                self.lose_in_silence("the handshake was not answered", timing.network_delay);
            }
            State::Joining { .. } => {
                // A session that answers nothing is not worth another try.
                self.abandon_session();
                self.lose_in_silence("the first connect was not answered", timing.network_delay);
            }
            State::Connected { .. } => {
                self.lose_in_silence("the connect was not answered", self.connect_limit());
            }
        }
    }
}
