//! A session: one connect after another, and what comes with them.

use super::{
    Carrier, Engine, Event, Purpose,
    acks::Acks,
    state::{Asked, State},
};
use crate::{
    Private,
    carrier::bayeux::{
        failure,
        message::{self, Advice, Message, Outgoing, Reconnect},
    },
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// A connect that is answered sooner was not held back.
const HELD: Duration = Duration::from_millis(500);
/// So many connects in a row may be answered at once, with messages and without, before there are pauses between them.
const QUICK: (u32, u32) = (20, 3);
/// The first of these pauses; where nothing comes with the answers, they double.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// So late the answer to a held connect may be at least, however short the time of other answers is.
const SHORTEST_DELAY: Duration = Duration::from_secs(3);

/// What a handshake has begun.
#[derive(Debug)]
pub(super) struct Session {
    client_id: Private,
    connection_types: Vec<String>,
    pub(super) acks: Acks,
    /// The pause between two connects.
    interval: Duration,
    /// The same while another client has a connect held; nothing, while none has.
    crowd: Option<Duration>,
    /// When the latest connect went out, and whether a message has come since.
    connect: (Duration, bool),
    /// Connects in a row that were answered at once: with messages, and without.
    quick: (u32, u32),
    /// How long the server holds a connect back.
    timeout: Option<Duration>,
    /// The channels that the server has taken, or refused, a subscription to.
    settled: BTreeSet<Arc<str>>,
    /// Subscriptions under way, by message id.
    subscribing: BTreeMap<u64, Arc<str>>,
}

impl Session {
    /// The session that `reply` speaks of; nothing, if it is a refusal.
    pub(super) fn begun(reply: &Message) -> Option<Self> {
        let client_id = reply.client_id.clone().filter(|id| !id.is_empty())?;
        (reply.successful == Some(true)).then(|| Self {
            client_id,
            connection_types: reply.supported_connection_types.clone().unwrap_or_default(),
            acks: Acks::agreed(reply),
            interval: Duration::ZERO,
            crowd: None,
            connect: (Duration::ZERO, false),
            quick: (0, 0),
            timeout: None,
            settled: BTreeSet::new(),
            subscribing: BTreeMap::new(),
        })
    }

    /// Whether the server offers `carrier`. One that names none offers all.
    pub(super) fn agreed_on(&self, carrier: Carrier) -> bool {
        self.connection_types.is_empty() || self.connection_types.iter().any(|name| name == carrier.name())
    }

    pub(super) fn advised(&mut self, advice: &Advice) {
        if advice.is_for_a_crowd() {
            self.crowd = advice.interval();
        } else {
            self.interval = advice.interval().unwrap_or(self.interval);
            self.timeout = advice.timeout().or(self.timeout);
        }
    }

    /// The pause that the server asks for between two connects.
    pub(super) fn interval(&self) -> Duration {
        self.interval.max(self.crowd.unwrap_or_default())
    }

    /// The pause after a connect that has been answered at `now`: what the server asks for; more, where it holds no connect back and asks for
    /// nothing.
    fn pause(&mut self, now: Duration) -> Duration {
        let (since, with_messages) = self.connect;
        if now.saturating_sub(since) >= HELD {
            self.quick = (0, 0);
        } else if with_messages {
            self.quick.0 = self.quick.0.saturating_add(1);
        } else {
            self.quick.1 = self.quick.1.saturating_add(1);
        }
        let full = if self.quick.0 > QUICK.0 { PAUSE } else { Duration::ZERO };
        let empty = match self.quick.1.saturating_sub(QUICK.1) {
            0 => Duration::ZERO,
            excess => PAUSE.saturating_mul(1 << excess.min(6)).min(LONGEST_PAUSE),
        };
        let interval = self.interval();
        if interval < PAUSE { interval.max(if with_messages { full } else { empty }) } else { interval }
    }

    /// The connection is lost.
    pub(super) fn lost(&mut self) {
        self.acks.lost();
        self.subscribing.clear();
    }

    /// A message of this session.
    pub(super) fn message(&self) -> Outgoing<'static> {
        Outgoing { client_id: Some(self.client_id.clone()), ..Outgoing::default() }
    }
}

impl Message {
    /// Whether it is the reply to the message with this id. A reply without any is taken for it.
    pub(super) fn answers(&self, id: u64) -> bool {
        self.id.as_ref().is_none_or(|own| own.parse() == Ok(id))
    }
}

impl Engine {
    /// Sends the first connect on a connection, which the server answers at once, after the subscriptions that are still to be made.
    pub(super) fn join(&mut self, resuming: bool) {
        let mut ids = self.last_id;
        let Some(session) = &mut self.session else { return };
        let subscriptions = subscriptions(&self.channels, session, &mut ids);
        ids += 1;
        let connect =
            Outgoing { advice: Some(json!({ "timeout": 0 })), ..connect_message(session, self.carrier, ids) };
        let deadline = self.now + self.settings.timing.network_delay;
        self.last_id = ids;
        self.state = State::Joining { id: ids, deadline, resuming };
        if self.carrier == Carrier::LongPolling && !subscriptions.is_empty() {
            let subscriptions = message::payload(&subscriptions);
            let connect = message::payload(&[connect]);
            self.send(Purpose::Other, subscriptions);
            self.send(Purpose::Connect(ids), connect);
        } else {
            let all: Vec<_> = subscriptions.into_iter().chain([connect]).collect();
            let payload = message::payload(&all);
            self.send(Purpose::Connect(ids), payload);
        }
    }

    /// Sends a connect, which the server holds back until it has something to tell.
    pub(super) fn connect(&mut self) {
        let (id, now) = (self.next_id(), self.now);
        let Some(session) = &mut self.session else { return };
        session.connect = (now, false);
        let payload = message::payload(&[connect_message(session, self.carrier, id)]);
        let deadline = self.now + self.connect_limit();
        self.send(Purpose::Connect(id), payload);
        self.state = State::Connected { id, deadline };
    }

    /// How long the answer to a connect may take.
    pub(super) fn connect_limit(&self) -> Duration {
        let timing = &self.settings.timing;
        let held_back = self.session.as_ref().and_then(|session| session.timeout);
        let late = (timing.answer * 2).max(SHORTEST_DELAY).min(timing.network_delay);
        held_back.unwrap_or(timing.connect) + late
    }

    /// Takes a message from the server, and says what it asks for.
    pub(super) fn take(&mut self, mut message: Message) -> Option<Asked> {
        if matches!(self.state, State::Idle | State::Pausing { .. } | State::Opening { .. }) {
            return None;
        }
        match message.channel.as_str() {
            message::HANDSHAKE => self.handshaken(&message),
            message::CONNECT => self.connected(&message),
            message::SUBSCRIBE => self.subscribed(&message),
            message::DISCONNECT if matches!(self.state, State::Ending { .. }) => {
                self.finish(None);
                None
            }
            message::DISCONNECT => {
                Some(Asked::Handshake(failure::refused("session, which it has ended", &message)))
            }
            channel if channel.starts_with("/meta/") => None,
            _ => {
                if let Some(data) = message.take_data() {
                    self.deliver(std::mem::take(&mut message.channel), data);
                }
                self.published(&message)
            }
        }
    }

    fn deliver(&mut self, channel: String, data: bytes::Bytes) {
        let Some(session) = &mut self.session else { return };
        session.connect.1 = true;
        self.pace.traffic();
        if session.acks.is_new(&channel, &data) {
            self.emit(Event::Message { channel, data });
        }
    }

    /// Takes the reply to a connect.
    fn connected(&mut self, reply: &Message) -> Option<Asked> {
        let resuming = match self.state {
            State::Joining { id, resuming, .. } if reply.answers(id) => Some(resuming),
            State::Connected { id, .. } if reply.answers(id) => None,
            _ => return None,
        };
        if let Some(session) = &mut self.session {
            // A connect that is held back again has nobody in its way.
            session.crowd = None;
        }
        self.advised(reply.advice.as_ref());
        if reply.successful != Some(true) {
            let asked = self.once_more(Asked::after("connect", reply));
            if let (Some(true), Asked::Handshake(_)) = (resuming, &asked) {
                // The server has forgotten the session in the meantime. There was a pause before this attempt.
                self.renew();
                return None;
            }
            return Some(asked);
        }
        let now = self.now;
        let session = self.session.as_mut()?;
        session.acks.connected(reply);
        let until = now + if resuming.is_some() { session.interval() } else { session.pause(now) };
        if resuming.is_some() {
            self.joined();
        } else {
            self.last_chance = false;
            self.emit(Event::Alive);
        }
        self.state = State::Resting { until };
        let told = || failure::refused("session, which it has ended", reply);
        match reply.advice.as_ref().and_then(Advice::reconnect) {
            Some(Reconnect::None) => Some(self.once_more(Asked::Stop(told()))),
            Some(Reconnect::Handshake) => Some(Asked::Handshake(told())),
            Some(Reconnect::Retry) | None => {
                if until <= self.now {
                    self.connect();
                }
                None
            }
        }
    }

    /// Takes the reply to a subscription. A server that refuses one may deliver all the same.
    fn subscribed(&mut self, reply: &Message) -> Option<Asked> {
        self.advised(reply.advice.as_ref());
        let session = self.session.as_mut()?;
        let channel = session.subscribing.remove(&reply.id.as_ref()?.parse().ok()?)?;
        if reply.successful == Some(true) {
            session.settled.insert(channel);
            return None;
        }
        log::info!(target: "webchat::connection", "{}", failure::refused("subscription", reply).told());
        if failure::code(reply) == Some(failure::UNKNOWN_CLIENT) {
            return Some(Asked::Handshake(failure::refused("subscription", reply)));
        }
        session.settled.insert(channel);
        None
    }
}

fn connect_message(session: &Session, carrier: Carrier, id: u64) -> Outgoing<'static> {
    Outgoing {
        id: id.to_string(),
        channel: message::CONNECT,
        connection_type: Some(carrier.name()),
        ext: session.acks.batch().map(|batch| json!({ "ack": batch })),
        ..session.message()
    }
}

/// The subscriptions that are still to be made in `session`; they count as under way from now on.
pub(super) fn subscriptions<'a>(
    channels: &'a BTreeSet<Arc<str>>,
    session: &mut Session,
    last_id: &mut u64,
) -> Vec<Outgoing<'a>> {
    let mut messages = Vec::new();
    for channel in channels {
        if session.settled.contains(channel)
            || session.subscribing.values().any(|under_way| under_way == channel)
        {
            continue;
        }
        *last_id += 1;
        session.subscribing.insert(*last_id, channel.clone());
        messages.push(Outgoing {
            id: last_id.to_string(),
            channel: message::SUBSCRIBE,
            subscription: Some(channel),
            ..session.message()
        });
    }
    messages
}
