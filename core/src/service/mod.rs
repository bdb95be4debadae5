//! The service as a state machine without input or output of its own: every rule of the specification, once, for any transport and
//! any language. It is given commands, replies, stored state and the time, and hands out [`Effect`]s; it reads no clock, opens no
//! socket, spawns nothing and locks nothing.
//!
//! It has two storeys. Below, in `state`, is what is known: data that know no rules. Above is what follows from it, a file for each concern.

mod close;
mod commands;
mod configure;
mod congestion;
mod connection;
mod data;
mod doubt;
mod effect;
mod end;
mod errors;
mod files;
mod filters;
mod history;
mod images;
mod keeper;
mod keeping;
mod last_words;
mod note;
mod outage;
mod polling;
mod preprocess;
mod push;
mod receiving;
mod requests;
mod restore;
mod roster;
mod sending;
mod session;
mod start;
mod start_lock;
mod state;
mod stored;
#[cfg(test)]
pub(crate) mod tests;
mod timers;
mod typing;
mod untrusted;

use crate::{
    ErrorKind,
    command::{Command, Preprocessor, PreviewInput, RequestId, texts},
    config::ServiceConfig,
    transport::{Arrival, Capabilities, Delivery, NoSessions, Places, SessionForm},
};
use log::Level;
use state::{
    Batch, Chance, Commands, Congestion, Exchanges, Filters, Held, Kept, Loading, Marks, Parked, Queue,
    Record, Roster, Session,
};
use std::{borrow::Cow, collections::VecDeque, time::Duration};

pub use configure::Setup;
pub use effect::{Effect, PrivateMessages};
pub use note::Note;
pub use state::{BatchId, ExchangeId, StoreId};

/// The time, as an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Time that only goes forward, from an arbitrary start.
    pub now: Duration,
    /// The wall clock, in milliseconds since 1970 UTC.
    pub unix_ms: u64,
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
    delivery: Delivery,
    chance: Chance,
    form: &'static dyn SessionForm,
    session: Session,
    /// Commands given before the service is ready, in order.
    queued: Queue,
    /// Commands that wait for the end of a restoration.
    parked: Vec<Parked>,
    loading: VecDeque<Loading>,
    marks: Marks,
    /// What the store has of the outbox of a session that is not taken up yet.
    found_outbox: Option<Kept>,
    last_store: StoreId,
    /// What is to be stored of the outbox is not, which was told.
    is_store_failing: bool,
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
            delivery: Delivery { arrival: Arrival::Polled, places: Places::Counted },
            chance: Chance::default(),
            form: &NoSessions,
            session: Session::Idle,
            queued: Queue::default(),
            parked: Vec::new(),
            loading: VecDeque::new(),
            marks: Marks::default(),
            found_outbox: None,
            last_store: StoreId::default(),
            is_store_failing: false,
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
                self.reject(id, ErrorKind::InvalidArgument, texts::CONFIGURED);
            }
            (Phase::Ready, command) => self.run(id, command),
            (_, command) => self.wait_for_configure(id, command),
        }
    }

    /// Gives up a command. It is completed as cancelled, unless it has its outcome already.
    pub fn cancel(&mut self, time: Time, id: RequestId) {
        self.time = time;
        self.give_up(id, ErrorKind::Cancelled, "the command was cancelled");
        self.go_on();
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

    /// What the transport can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Tells the log of something that goes wrong.
    fn warn(&mut self, text: impl Into<Cow<'static, str>>) {
        self.note(Note::new(Level::Warn, text));
    }

    /// Tells the log.
    fn note(&mut self, note: Note) {
        self.effects.push_back(Effect::Log(note));
    }

    /// Goes on with what the last input has made possible.
    pub(super) fn go_on(&mut self) {
        self.move_outbox();
        self.keep_outbox();
        self.say_farewell();
        self.end_if_due();
        self.release_unused();
    }
}
