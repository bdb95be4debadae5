//! The Bayeux protocol as a state machine without input and output.
//!
//! It is given the time (since any origin), requests and what the network brings; after each of these calls take its outputs with
//! [`Engine::poll_output`] until there is none, and call [`Engine::handle_timeout`] at [`Engine::poll_timeout`]. `link` brings the link
//! up and up again, `session` keeps it up with one connect after another, `publish` knows what became of each publish; `carriers`
//! chooses what messages travel on, `backoff` how long to wait, `acks` what has arrived, `alive` notices that nothing comes any more,
//! `departure` that something has not left yet.
//!
//! The link is up from the first answered connect of a session on. When its connection is lost it is made anew, the session with it
//! where the server still knows it, by a new handshake where not. There is one handshake under way at most, and after a failure a
//! pause before the next.

mod acks;
mod alive;
mod backoff;
mod carriers;
mod departure;
mod link;
mod publish;
mod session;
mod state;

#[cfg(test)]
pub(super) mod tests;

pub(crate) use carriers::Carrier;
pub(crate) use publish::PublishId;

use self::{
    alive::Signs,
    backoff::Pace,
    carriers::Carriers,
    publish::Publishes,
    session::Session,
    state::{Outage, State},
};
use super::message::{Advice, Message};
use crate::transport::Failure;
use bytes::Bytes;
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

/// How a client behaves.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Whether the WebSocket is tried; else long-polling is all there is.
    pub(crate) websocket: bool,
    /// The channels to subscribe to in every session.
    pub(crate) channels: Vec<Arc<str>>,
    /// Time limits.
    pub(crate) timing: Timing,
    /// Where the random part of pauses comes from.
    pub(crate) seed: u64,
}

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// How long a WebSocket may take to open, making its connection included.
    pub(crate) open: Duration,
    /// How long an answer may take on its way, besides the time that the server holds it back.
    pub(crate) network_delay: Duration,
    /// How long a server without advice on it holds a connect back, at most.
    pub(crate) connect: Duration,
    /// How long a lost connection is nobody's business, if the first attempt to get it back succeeds.
    pub(crate) quiet: Duration,
    /// How long the answer may take to what a server answers at once.
    pub(crate) answer: Duration,
}

impl Timing {
    /// Where making a connection may take as long as `connecting`.
    pub(crate) fn over(connecting: Duration) -> Self {
        let usual = Self::default();
        Self { open: usual.open.saturating_add(connecting), ..usual }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(5),
            network_delay: Duration::from_secs(10),
            connect: Duration::from_mins(1),
            quiet: Duration::from_secs(1),
            answer: Duration::from_secs(3),
        }
    }
}

/// Identifies an HTTP exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ExchangeId(u64);

/// What the network brings.
#[derive(Debug)]
pub(crate) enum Input {
    /// The WebSocket is open.
    Opened,
    /// The WebSocket could not be opened, or is lost.
    Closed(Failure),
    /// The server has closed the WebSocket because a message was too large for it.
    TooLarge(Failure),
    /// Messages came on the WebSocket.
    Received(Vec<Message>),
    /// A connection is being made for an HTTP exchange, or is so no more.
    Connecting(ExchangeId, bool),
    /// An HTTP exchange is over: the messages of the answer, or why there is none.
    Answered(ExchangeId, Result<Vec<Message>, Failure>),
}

/// What is to be done, and what there is to know.
#[derive(Debug)]
pub(crate) enum Output {
    /// Open the WebSocket.
    Open,
    /// Close the WebSocket, or give up opening it.
    Close,
    /// Send this on the WebSocket.
    Write(Bytes),
    /// Ask for a sign of life on the WebSocket.
    Ping,
    /// Nothing has come for so long: connections that are kept are not to be trusted.
    Silent(Duration),
    /// Post this.
    Post(ExchangeId, Bytes),
    /// Give this exchange up.
    Abandon(ExchangeId),
    /// Tell the client's owner.
    Event(Event),
}

/// What the client's owner is told.
#[derive(Debug)]
pub(crate) enum Event {
    /// The link is up; or up again, without having been told down if that went quickly.
    Up {
        /// Messages may have been lost since the link was last up.
        gap: bool,
    },
    /// The link is up: the server has answered another connect.
    Alive,
    /// The link is down. Attempts to bring it up go on.
    Down(Failure),
    /// An attempt to bring the link up failed, the given number in a row.
    Failed(u32, Failure),
    /// The client has stopped: because it was told to, or because the server forbids to go on.
    Stopped(Option<Failure>),
    /// A message on `channel`.
    Message {
        /// Where it was published.
        channel: String,
        /// Its data, JSON.
        data: Bytes,
    },
    /// A publish has left; or has not after all, as a connection is being made for it.
    Left(PublishId, bool),
    /// What became of a publish: the server took it, or why not. [`Failure::applied`] tells whether it can have arrived all the same.
    Published(PublishId, Result<(), Failure>),
}

/// What an HTTP exchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// The handshake with this id.
    Handshake(u64),
    /// The connect with this id.
    Connect(u64),
    /// The end of a session that was given up; whether it succeeds is nobody's business.
    Farewell,
    /// Anything else, one at a time: two could overtake each other.
    Other,
}

/// An HTTP exchange under way.
#[derive(Debug)]
struct Exchange {
    purpose: Purpose,
    /// When it is given up; those that the state of the link waits for have their time there.
    deadline: Option<Duration>,
    /// A connection is being made for it: it has not left.
    connecting: bool,
}

/// The state machine.
#[derive(Debug)]
pub(crate) struct Engine {
    settings: Settings,
    now: Duration,
    last_id: u64,
    state: State,
    session: Option<Session>,
    /// A session that was given up without a word from the server, which may still hold a connect of it.
    abandoned: Option<Session>,
    carriers: Carriers,
    /// The carrier in use.
    carrier: Carrier,
    pace: Pace,
    outage: Outage,
    signs: Signs,
    /// Messages may have been lost since the link was last up.
    gap: bool,
    /// The link has been up since the client was started.
    was_up: bool,
    /// The server has forbidden to go on, and was asked once more all the same.
    last_chance: bool,
    failed_attempts: u32,
    channels: BTreeSet<Arc<str>>,
    publishes: Publishes,
    exchanges: BTreeMap<ExchangeId, Exchange>,
    outputs: VecDeque<Output>,
}

impl Engine {
    /// A client that has not started.
    pub(crate) fn new(settings: Settings) -> Self {
        let carriers = Carriers::new(settings.websocket);
        Self {
            now: Duration::ZERO,
            last_id: 0,
            state: State::Idle,
            session: None,
            abandoned: None,
            carrier: carriers.choose(),
            carriers,
            pace: Pace::new(settings.seed),
            outage: Outage::Down,
            signs: Signs::default(),
            gap: false,
            was_up: false,
            last_chance: false,
            failed_attempts: 0,
            channels: settings.channels.iter().cloned().collect(),
            publishes: Publishes::default(),
            exchanges: BTreeMap::new(),
            outputs: VecDeque::new(),
            settings,
        }
    }

    /// Brings the link up; without effect while that is under way or done.
    pub(crate) fn start(&mut self, now: Duration) {
        self.now = now;
        self.begin();
    }

    /// Ends the session and stops. Publishes under way fail.
    pub(crate) fn stop(&mut self, now: Duration) {
        self.now = now;
        self.end();
    }

    /// Publishes `data` as soon as the link is up, for which it waits as long as `limit`, and tells what came of it within as much from when
    /// it has left. Publishes arrive in order.
    pub(crate) fn publish(
        &mut self,
        now: Duration,
        channel: Arc<str>,
        data: Box<RawValue>,
        limit: Duration,
    ) -> PublishId {
        self.now = now;
        self.enqueue(channel, data, limit)
    }

    /// Takes what the network brought.
    pub(crate) fn handle(&mut self, now: Duration, input: Input) {
        self.now = now;
        if !matches!(input, Input::Closed(_) | Input::Connecting(..) | Input::Answered(_, Err(_))) {
            self.signs.heard(now);
        }
        match input {
            Input::Opened => self.opened(),
            Input::Closed(failure) => self.closed(&failure),
            Input::TooLarge(failure) => self.too_large(&failure),
            Input::Received(messages) => self.receive(messages),
            Input::Connecting(exchange, connecting) => self.connecting(exchange, connecting),
            Input::Answered(exchange, answer) => self.answered(exchange, answer),
        }
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Duration) {
        self.now = now;
        self.expire_publishes();
        self.silence_due();
        self.outage_due();
        self.link_due();
    }

    /// The next thing to do or to know.
    #[must_use]
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When the time itself is the next input.
    #[must_use]
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let deadlines = [
            self.state_deadline(),
            self.outage.deadline(),
            self.publishes.deadline(self.state.is_up()),
            self.silence_deadline(),
        ];
        deadlines.into_iter().flatten().chain(self.exchanges_deadline()).min()
    }

    /// A number that was not given before.
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn emit(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    /// Sends `payload` on the carrier in use.
    fn send(&mut self, purpose: Purpose, payload: Bytes) {
        if self.carrier == Carrier::WebSocket {
            return self.outputs.push_back(Output::Write(payload));
        }
        let exchange = ExchangeId(self.next_id());
        let delay = self.settings.timing.network_delay;
        let deadline = (purpose == Purpose::Other).then(|| self.now + delay);
        self.exchanges.insert(exchange, Exchange { purpose, deadline, connecting: false });
        self.outputs.push_back(Output::Post(exchange, payload));
    }

    /// Gives up every exchange and the WebSocket.
    fn hang_up(&mut self) {
        for exchange in std::mem::take(&mut self.exchanges).into_keys() {
            self.outputs.push_back(Output::Abandon(exchange));
        }
        if self.carrier == Carrier::WebSocket {
            self.outputs.push_back(Output::Close);
        }
    }

    /// An HTTP exchange is over.
    fn answered(&mut self, exchange: ExchangeId, answer: Result<Vec<Message>, Failure>) {
        let Some(Exchange { purpose, .. }) = self.exchanges.remove(&exchange) else { return };
        if purpose == Purpose::Farewell {
            return;
        }
        match answer {
            Ok(messages) => {
                self.receive(messages);
                self.exchange_over(purpose);
            }
            Err(failure) => {
                self.settle_exchange(exchange, &failure);
                self.exchange_failed(purpose, &failure);
            }
        }
    }

    /// Takes messages. What they ask for is done when all have been read: a session that is over takes none of them with it.
    fn receive(&mut self, messages: Vec<Message>) {
        let mut asked = None;
        // The reply to a connect says what has arrived whole: the messages beside it belong to that.
        let (connects, others): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|message| message.channel == super::message::CONNECT);
        for message in others.into_iter().chain(connects) {
            let asks = self.take(message);
            asked = asked.or(asks);
        }
        match asked {
            Some(asked) => self.obey(asked),
            None => self.flush(),
        }
    }

    /// The advice in force, updated by a reply's.
    fn advised(&mut self, advice: Option<&Advice>) {
        if let (Some(session), Some(advice)) = (&mut self.session, advice) {
            session.advised(advice);
        }
    }
}
