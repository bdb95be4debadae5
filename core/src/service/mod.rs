//! The service as a state machine without input or output of its own: every rule of the specification, once, for any transport and
//! any language. It is given commands, replies, stored state and the time, and hands out [`Effect`]s; it reads no clock, opens no
//! socket, spawns nothing and locks nothing.
//!
//! It has two storeys. Below, in `state`, is what is known: data that know no rules. Above is what follows from it, a file for each concern.

mod batch;
mod commands;
mod congestion;
mod end;
mod exchange;
mod files;
mod filters;
mod history;
mod images;
mod last_words;
mod outage;
mod polling;
mod preprocess;
mod push;
mod queue;
mod restore;
mod roster;
mod sending;
mod start;
mod state;
mod stored;
#[cfg(test)]
mod tests;
mod typing;
mod untrusted;

use crate::{
    Error, ErrorKind,
    command::{Command, Preprocessor, PreviewInput, RequestId, Resolution},
    config::{Config, ServiceConfig},
    event::Event,
    model::JsonObject,
    store::{Change, HostCall, Mark, Stored},
    transport::{Capabilities, Failure, Reply, Request},
};
use state::{
    Batch, Commands, Congestion, Exchanges, Filters, Held, Loading, Marks, Parked, Queue, Record, Roster,
    Session,
};
use std::{collections::VecDeque, time::Duration};

pub use state::{BatchId, ExchangeId};

/// The time, as an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Time that only goes forward, from an arbitrary start.
    pub now: Duration,
    /// The wall clock, in milliseconds since 1970 UTC.
    pub unix_ms: u64,
}

/// What the service wants done. Effects are to be carried out in order; those that have an answer hand it back as named.
#[derive(Debug)]
pub enum Effect {
    /// Make the transport and the store of this configuration; answer with [`Service::configured`].
    Configure(Box<Config>),
    /// Read the store, and with `kept` what the host keeps besides; answer with [`Service::loaded`].
    Load {
        /// Whether the host's [`SessionKeeper`](crate::store::SessionKeeper) is to be asked.
        kept: bool,
    },
    /// Change the store.
    Store {
        /// What the store has to hold for it; without, it is changed in any case.
        mark: Option<Mark>,
        /// The changes.
        changes: Vec<Change>,
    },
    /// Tell the host's [`SessionKeeper`](crate::store::SessionKeeper).
    TellKeeper(HostCall),
    /// Perform a request, asking `preview` first for the text being typed; answer with [`Service::replied`].
    Request {
        /// Names the request in the answer.
        id: ExchangeId,
        /// The request.
        request: Box<Request>,
        /// Where the preview text comes from.
        preview: Option<PreviewInput>,
    },
    /// Abandon a request; no answer is wanted any more.
    Abort(ExchangeId),
    /// There is no session, and none on its way: let go of what the transport keeps up for one.
    Release,
    /// Run every message of a batch through the preprocessors; answer with [`Service::preprocessed`].
    Preprocess(BatchId, PrivateMessages, Vec<Preprocessor>),
    /// Tell the listeners.
    Publish(Event),
    /// Give a command its outcome.
    Complete(RequestId, Result<Resolution, Error>),
    /// Tell the log: something went on that no event reports. No private text.
    Log(String),
}

/// Messages as JSON. `Debug` shows how many.
pub struct PrivateMessages(pub Vec<JsonObject>);

impl std::fmt::Debug for PrivateMessages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<private, {} messages>", self.0.len())
    }
}

/// How far the start-up of the service is.
#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// Waiting for a configuration.
    Unconfigured,
    /// Configured by this command, waiting for the transport and the store.
    Configuring(RequestId),
    /// Accepting commands.
    Ready,
    /// Closed: nothing is accepted, and nothing more is handed out but the end of a chat that a start under way then has made all the
    /// same.
    Closed,
}

/// For how many effects room is kept when there are none.
const MOST_KEPT_ROOM: usize = 256;

/// One customer's chat.
#[derive(Debug)]
pub struct Service {
    time: Time,
    phase: Phase,
    /// How long a closed service waits for what is left.
    wind_up_until: Duration,
    config: ServiceConfig,
    capabilities: Capabilities,
    session: Session,
    /// Commands given before the service is ready, in order.
    queued: Queue,
    /// Commands that wait for the end of a restoration.
    parked: Vec<Parked>,
    loading: VecDeque<Loading>,
    marks: Marks,
    commands: Commands,
    exchanges: Exchanges,
    /// Batches on their way to the listeners, in order; the preprocessors have the first.
    batches: VecDeque<Batch>,
    last_batch: BatchId,
    /// News that were pushed and wait for messages before them.
    held: Vec<Held>,
    congestion: Congestion,
    /// The transport may keep up a link.
    linked: bool,
    transcript: Record,
    roster: Roster,
    filters: Filters,
    preprocessors: Vec<Preprocessor>,
    preview: Option<PreviewInput>,
    effects: VecDeque<Effect>,
}

impl Default for Service {
    fn default() -> Self {
        Self::new()
    }
}

impl Service {
    /// A service that waits for its configuration.
    pub fn new() -> Self {
        Self {
            time: Time::default(),
            phase: Phase::Unconfigured,
            wind_up_until: Duration::ZERO,
            config: ServiceConfig::default(),
            capabilities: Capabilities::default(),
            session: Session::Idle,
            queued: Queue::default(),
            parked: Vec::new(),
            loading: VecDeque::new(),
            marks: Marks::default(),
            commands: Commands::default(),
            exchanges: Exchanges::default(),
            batches: VecDeque::new(),
            last_batch: BatchId::default(),
            held: Vec::new(),
            congestion: Congestion::default(),
            linked: false,
            transcript: Record::default(),
            roster: Roster::default(),
            filters: Filters::default(),
            preprocessors: Vec::new(),
            preview: None,
            effects: VecDeque::new(),
        }
    }

    /// Takes a command. `deadline` is the time by which it has to have its outcome.
    pub fn command(&mut self, time: Time, id: RequestId, command: Command, deadline: Option<Duration>) {
        self.time = time;
        self.commands.add(id, deadline);
        match (&self.phase, command) {
            (Phase::Closed, _) => self.reject(id, ErrorKind::Closed, "the service is closed"),
            (Phase::Unconfigured, Command::Configure(config)) => {
                self.phase = Phase::Configuring(id);
                self.effects.push_back(Effect::Configure(config));
            }
            (_, Command::Configure(_)) => {
                self.reject(id, ErrorKind::InvalidArgument, "configure: the service is configured already");
            }
            (Phase::Ready, command) => self.run(id, command),
            (_, command) => self.wait_for_configure(id, command),
        }
    }

    /// Takes the transport's abilities, or the reason why there is no transport. Answers [`Effect::Configure`].
    pub fn configured(&mut self, time: Time, outcome: Result<(ServiceConfig, Capabilities), Error>) {
        self.time = time;
        let Phase::Configuring(id) = self.phase else { return };
        match outcome {
            Ok((config, capabilities)) => {
                self.config = config;
                self.capabilities = capabilities;
                self.load(Loading::StartUp(id));
            }
            Err(error) => {
                self.wait_for_another_configure();
                self.complete(id, Err(error));
            }
        }
    }

    /// Takes what the store holds. Answers [`Effect::Load`].
    pub fn loaded(&mut self, time: Time, outcome: Result<Stored, Error>) {
        self.time = time;
        let Some(loading) = self.loading.pop_front() else { return };
        let (stored, problem) = match outcome {
            Ok(stored) => (stored, None),
            Err(error) => (Stored::new(), Some(error)),
        };
        if let Some(error) = &problem {
            self.log(format!("the session store cannot be read: {error}"));
        }
        match (loading, problem) {
            (Loading::StartUp(id), problem) => self.start_up(id, &stored, problem),
            (Loading::StartChat(id, options), _) => self.start_with_lock(id, *options, &stored),
            (Loading::Verify(id) | Loading::Restore(id), Some(error)) => self.complete(id, Err(error)),
            (Loading::Verify(id), None) => self.verify_with(id, &stored),
            (Loading::Restore(id), None) => self.restore_stored(id, &stored),
        }
    }

    /// Takes a request's outcome. Answers [`Effect::Request`].
    pub fn replied(&mut self, time: Time, id: ExchangeId, outcome: Result<Reply, Failure>) {
        self.time = time;
        self.route(id, outcome);
        self.pump();
    }

    /// Takes preprocessed messages. Answers [`Effect::Preprocess`]. A batch that went with its session is nobody's.
    pub fn preprocessed(&mut self, time: Time, id: BatchId, messages: Vec<JsonObject>) {
        self.time = time;
        if let Some(mut batch) = self.batches.pop_front_if(|batch| batch.id == id) {
            preprocess::merge(&mut batch.entries, messages);
            self.publish_batch(batch);
            self.next_batch();
        }
        self.pump();
    }

    /// Gives up a command. It is completed as cancelled, unless it has its outcome already.
    pub fn cancel(&mut self, time: Time, id: RequestId) {
        self.time = time;
        self.give_up(id, ErrorKind::Cancelled, "the command was cancelled");
        self.pump();
    }

    /// Lets time pass: does what is due.
    pub fn handle_timeout(&mut self, time: Time) {
        self.time = time;
        for id in self.commands.take_overdue(time.now) {
            let text = self.overdue(id);
            self.give_up(id, ErrorKind::Timeout, &text);
        }
        self.queue_due();
        self.typing_due();
        self.poll_due();
        self.pump();
        self.wind_up();
    }

    /// Closes the service: every command gets its outcome, and no event comes any more. A session goes on at the server, and what is
    /// stored of it stays. Answers are to be handed back until [`Service::is_done`].
    pub fn close(&mut self, time: Time) {
        self.time = time;
        if self.phase == Phase::Closed {
            return;
        }
        if !self.capabilities.polling {
            self.ping();
        }
        self.phase = Phase::Closed;
        let closed = (ErrorKind::Closed, "the service was closed");
        self.abandon_outbox("the service was closed while the message was on its way", closed);
        for id in self.commands.ids() {
            self.reject(id, closed.0, closed.1);
        }
        self.release_lock();
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
    fn wind_up(&mut self) {
        if self.phase == Phase::Closed && self.wind_up_until <= self.time.now {
            let left = self.exchanges.clear();
            self.effects.extend(left.into_iter().map(Effect::Abort));
        }
    }

    /// The next thing to do, until there is none. To be drained after each call of the methods above.
    #[must_use]
    pub fn poll_effect(&mut self) -> Option<Effect> {
        let effect = self.effects.pop_front();
        // A long answer has an event for each of its messages: the room for them is not needed for the next.
        if effect.is_none() && self.effects.capacity() > MOST_KEPT_ROOM {
            self.effects = VecDeque::new();
        }
        effect
    }

    /// When [`Service::handle_timeout`] has to be called next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Duration> {
        let winding_up = self.phase == Phase::Closed && !self.exchanges.is_empty();
        let end = winding_up.then_some(self.wind_up_until);
        [self.commands.next_deadline(), self.queue_timeout(), self.session_timeout(), end]
            .into_iter()
            .flatten()
            .min()
    }

    /// What the transport can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Goes over to another session, or to none. Whatever waits belongs to the one before and goes with it, and answers to its requests
    /// come to a stranger.
    fn enter(&mut self, session: Session) {
        self.session = session;
        self.exchanges.end_session();
        self.forget_batches();
        self.held.clear();
        self.congestion.end_session();
    }

    fn log(&mut self, text: impl Into<String>) {
        self.effects.push_back(Effect::Log(text.into()));
    }
}
