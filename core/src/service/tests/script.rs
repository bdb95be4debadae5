//! The hand that plays everything around a service.

mod perform;

pub(crate) use super::abilities::{GMS, NEXUS};

use super::{
    abilities::{delivery, form},
    answers::{Who, batch, done, ended, gone, http, joins, session},
    names::{name, operation},
};
use crate::{
    Error, ErrorKind,
    command::{Command, RequestId, Resolution, SendMessage, StartChat},
    config::{Config, ServiceConfig},
    event::Event,
    model::JsonObject,
    service::{BatchId, ExchangeId, Service, Setup, StoreId, Time},
    store::{Change, HostCall, Stored},
    transport::{Capabilities, Delivery, Failure, Reply, Request},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// A request that waits for its answer.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) id: ExchangeId,
    pub(crate) request: Request,
    pub(crate) with_preview: bool,
}

impl Pending {
    pub(crate) fn kind(&self) -> &'static str {
        operation(&self.request.operation)
    }
}

/// A service and its whole world.
#[allow(clippy::struct_excessive_bools, reason = "switches of a test, each on its own")]
pub(crate) struct Script {
    pub(crate) service: Service,
    pub(crate) now: Duration,
    pub(crate) config: ServiceConfig,
    pub(crate) capabilities: Capabilities,
    /// How messages come, where that is not as with the back end that has the abilities.
    pub(crate) delivery: Option<Delivery>,
    /// Where chance comes from, where there is to be any.
    pub(crate) seed: Option<u64>,
    pub(crate) stored: Stored,
    pub(crate) pending: Vec<Pending>,
    pub(crate) aborted: Vec<ExchangeId>,
    /// What the log was told of requests.
    pub(crate) troubles: Vec<String>,
    /// Other warnings.
    pub(crate) logged: Vec<String>,
    /// What else the log was told, with levels.
    pub(crate) noted: Vec<String>,
    /// Leaves reads of the store unanswered until [`Script::answer_loads`].
    pub(crate) hold_loads: bool,
    /// Leaves messages with the preprocessors until [`Script::preprocess`].
    pub(crate) hold_preprocessing: bool,
    /// What the host's keeper was told, and whether it was asked when the store was read last.
    pub(crate) told: Vec<HostCall>,
    pub(crate) asked_keeper: bool,
    /// The store takes no outbox; it leaves one unanswered, and unwritten, until it is asked again.
    pub(crate) store_fails: bool,
    pub(crate) hold_stores: bool,
    pub(crate) stores: VecDeque<(StoreId, Vec<Change>)>,
    loads: VecDeque<Stored>,
    preprocessing: VecDeque<(BatchId, Vec<JsonObject>)>,
    names: BTreeMap<RequestId, &'static str>,
    outcomes: BTreeMap<RequestId, Result<Resolution, Error>>,
    published: Vec<Event>,
    timeline: Vec<String>,
}

impl Script {
    /// A service without a configuration.
    pub(crate) fn new() -> Self {
        Self {
            service: Service::new(),
            now: Duration::from_secs(100),
            config: ServiceConfig::default(),
            capabilities: GMS,
            delivery: None,
            seed: None,
            stored: Stored::new(),
            pending: Vec::new(),
            aborted: Vec::new(),
            troubles: Vec::new(),
            logged: Vec::new(),
            noted: Vec::new(),
            hold_loads: false,
            hold_preprocessing: false,
            told: Vec::new(),
            asked_keeper: false,
            store_fails: false,
            hold_stores: false,
            stores: VecDeque::new(),
            loads: VecDeque::new(),
            preprocessing: VecDeque::new(),
            names: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            published: Vec::new(),
            timeline: Vec::new(),
        }
    }

    /// A service that accepts commands.
    pub(crate) fn ready() -> Self {
        let mut script = Self::new();
        script.configure();
        script.take();
        script
    }

    /// A service in a chat, its first poll answered with the join of our participant at index 1.
    pub(crate) fn started() -> Self {
        Self::started_with(|_| {})
    }

    pub(crate) fn started_with(change: impl FnOnce(&mut Self)) -> Self {
        let mut script = Self::new();
        change(&mut script);
        script.configure();
        script.command(Command::StartChat(StartChat::default()));
        script.answer("start", session("chat-1"));
        script.answer("poll", batch(vec![joins(1, Who::Client)]));
        script.take();
        script
    }

    /// A service in a chat without polls, for a look at the outbox alone.
    pub(crate) fn quiet() -> Self {
        let mut script = Self::started();
        script.command(Command::StopPoll);
        script.take();
        script
    }

    pub(crate) fn configure(&mut self) -> RequestId {
        let config = Config::from_json(&json!({"dataURL": "http://127.0.0.1/chat"})).unwrap();
        self.command(Command::Configure(Box::new(config)))
    }

    pub(crate) fn time(&self) -> Time {
        let ms = u64::try_from(self.now.as_millis()).unwrap();
        Time { now: self.now, unix_ms: 1_700_000_000_000 + ms }
    }

    pub(crate) fn command(&mut self, command: Command) -> RequestId {
        self.command_within(command, None)
    }

    /// Gives a command that has to have its outcome after `limit` at the latest.
    pub(crate) fn command_within(&mut self, command: Command, limit: Option<Duration>) -> RequestId {
        let id = RequestId(self.names.len() as u64);
        self.names.insert(id, name(&command));
        let deadline = limit.map(|limit| self.now + limit);
        self.service.command(self.time(), id, command, deadline);
        self.drain();
        id
    }

    pub(crate) fn send(&mut self, text: &str) -> RequestId {
        self.command(message(text))
    }

    pub(crate) fn cancel(&mut self, id: RequestId) {
        self.service.cancel(self.time(), id);
        self.drain();
    }

    pub(crate) fn close(&mut self) {
        self.service.close(self.time());
        self.drain();
    }

    /// Answers the oldest request of a kind.
    pub(crate) fn answer(&mut self, kind: &str, reply: Reply) {
        let pending = self.take_request(kind);
        self.reply(pending.id, Ok(reply));
    }

    /// Answers the request to end the chat; the server has nothing more to tell.
    pub(crate) fn answer_end(&mut self) {
        self.answer("end", ended());
        self.no_last_words();
    }

    /// Answers the request for the last words of a chat: the server does not know it any more.
    pub(crate) fn no_last_words(&mut self) {
        let newest = self.pending.iter().rposition(|pending| pending.kind() == "poll");
        let pending = self.pending.remove(newest.expect("the last words are asked for"));
        self.reply(pending.id, Err(gone(http(404))));
    }

    /// Fails the oldest request of a kind.
    pub(crate) fn fail(&mut self, kind: &str, failure: Failure) {
        let pending = self.take_request(kind);
        self.reply(pending.id, Err(failure));
    }

    pub(crate) fn reply(&mut self, id: ExchangeId, outcome: Result<Reply, Failure>) {
        self.service.replied(self.time(), id, outcome);
        self.drain();
    }

    /// Waits for the next poll and answers it.
    pub(crate) fn answer_poll_due(&mut self, reply: Reply) {
        while !self.kinds().contains(&"poll") {
            self.step();
        }
        self.answer("poll", reply);
    }

    /// Takes the oldest request of a kind out of those that wait for an answer.
    pub(crate) fn take_request(&mut self, kind: &str) -> Pending {
        let at = self.pending.iter().position(|pending| pending.kind() == kind);
        let at = at.unwrap_or_else(|| panic!("no {kind} under way, but {:?}", self.kinds()));
        self.pending.remove(at)
    }

    /// The oldest request of a kind, left where it is.
    pub(crate) fn request(&self, kind: &str) -> &Pending {
        let found = self.pending.iter().find(|pending| pending.kind() == kind);
        found.unwrap_or_else(|| panic!("no {kind} under way, but {:?}", self.kinds()))
    }

    /// The kinds of the requests under way.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.pending.iter().map(Pending::kind).collect()
    }

    /// Answers every poll as it becomes due, without messages, until this much time has passed.
    pub(crate) fn idle(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            while self.kinds().contains(&"poll") {
                self.answer("poll", done());
            }
            match self.service.next_timeout().filter(|due| *due <= end) {
                Some(_) => self.step(),
                None => break,
            }
        }
        self.now = end;
    }

    /// Lets this much time pass, doing what becomes due.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while self.service.next_timeout().is_some_and(|due| due <= end) {
            self.step();
        }
        self.now = end;
    }

    pub(crate) fn wait_ms(&mut self, ms: u64) {
        self.wait(Duration::from_millis(ms));
    }

    /// Goes to the next time when something is due, and does it.
    pub(crate) fn step(&mut self) {
        let due = self.service.next_timeout().expect("something is due");
        self.now = self.now.max(due);
        self.service.handle_timeout(self.time());
        self.drain();
        assert!(self.service.next_timeout().is_none_or(|next| next > self.now), "what was due is still due");
    }

    pub(crate) fn answer_loads(&mut self) {
        while let Some(stored) = self.loads.pop_front() {
            self.service.loaded(self.time(), Ok(stored));
            self.drain();
        }
    }

    /// Answers the oldest read of the store with an error.
    pub(crate) fn fail_load(&mut self, error: Error) {
        if self.loads.pop_front().is_some() {
            self.service.loaded(self.time(), Err(error));
            self.drain();
        }
    }

    pub(crate) fn is_preprocessing(&self) -> bool {
        !self.preprocessing.is_empty()
    }

    /// Runs the preprocessors on the batch that waits for them.
    pub(crate) fn preprocess(&mut self) {
        let (id, messages) = self.preprocessing.pop_front().expect("a batch waits for the preprocessors");
        self.service.preprocessed(self.time(), id, messages);
        self.drain();
    }

    /// What went on since this was last asked: events by name, requests as `> kind ...`, outcomes as `command: resolved` or
    /// `command: rejected`.
    pub(crate) fn take(&mut self) -> Vec<String> {
        let mut timeline = self.take_all();
        timeline.retain(|line| !line.starts_with("store ") && !line.starts_with("forget") && line != "keep");
        timeline
    }

    /// The same, with `store key` and `forget key`.
    pub(crate) fn take_all(&mut self) -> Vec<String> {
        std::mem::take(&mut self.timeline)
    }

    /// All events, in order.
    pub(crate) fn events(&self) -> &[Event] {
        &self.published
    }

    /// The payload of the latest event of this name.
    pub(crate) fn payload(&self, name: &str) -> Value {
        self.payloads(name).pop().unwrap_or_else(|| panic!("no event {name}"))
    }

    /// The payloads of all events of this name.
    pub(crate) fn payloads(&self, name: &str) -> Vec<Value> {
        self.published.iter().filter(|event| event.name() == name).map(Event::data).collect()
    }

    pub(crate) fn outcome(&self, id: RequestId) -> Option<&Result<Resolution, Error>> {
        self.outcomes.get(&id)
    }

    /// How many commands have no outcome.
    pub(crate) fn open(&self) -> usize {
        self.names.len() - self.outcomes.len()
    }

    pub(crate) fn is_open(&self, id: RequestId) -> bool {
        self.outcome(id).is_none()
    }

    /// What the command resolved with.
    pub(crate) fn resolved(&self, id: RequestId) -> Value {
        match self.outcome(id) {
            Some(Ok(resolution)) => resolution.to_json(),
            other => panic!("not resolved: {other:?}"),
        }
    }

    /// The rejection's kind and text.
    pub(crate) fn rejected(&self, id: RequestId) -> (ErrorKind, &str) {
        let error = self.error(id);
        (error.kind(), error.message())
    }

    pub(crate) fn error(&self, id: RequestId) -> &Error {
        match self.outcome(id) {
            Some(Err(error)) => error,
            other => panic!("not rejected: {other:?}"),
        }
    }

    /// Gives a command that is answered at once, and returns what it resolved with.
    pub(crate) fn ask(&mut self, command: Command) -> Value {
        let id = self.command(command);
        self.resolved(id)
    }

    /// Carries out the effects.
    pub(crate) fn drain(&mut self) {
        while let Some(effect) = self.service.poll_effect() {
            self.perform(effect);
        }
    }

    /// What the configuration leads to.
    pub(super) fn setup(&self) -> Setup {
        let (capabilities, form) = (self.capabilities, form(self.capabilities));
        let delivery = self.delivery.unwrap_or_else(|| delivery(capabilities));
        Setup { config: self.config.clone(), capabilities, delivery, form, seed: self.seed }
    }
}

pub(crate) fn message(text: &str) -> Command {
    Command::SendMessage(SendMessage { message: Some(text.into()), ..SendMessage::default() })
}

pub(crate) fn typing() -> Command {
    Command::SendTyping { message: None }
}

pub(crate) fn start_chat() -> Command {
    Command::StartChat(StartChat::default())
}
