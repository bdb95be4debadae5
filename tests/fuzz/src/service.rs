//! A service and everything that can happen to it, in simulated time: commands by name, answers of a server, pushes, losses, time.
//!
//! The bytes are a script, a line a step; the first byte of a line says what happens, the others come with it. Whatever happens, every
//! command gets one outcome, and nothing of a session is told that is not open.

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};
use webchat_core::{
    Config, ErrorKind, Retry,
    backend::{gms::GmsForm, gms_rest},
    command::{Command, RequestId},
    config::ServiceConfig,
    model::JsonObject,
    service::{BatchId, Effect, ExchangeId, PrivateMessages, Service, Setup, Time},
    store::Stored,
    transport::{Applied, Arrival, Capabilities, Delivery, Failure, Incoming, News, Places, Reply},
};

/// More that is due at one moment than this is a storm.
const STORM: u32 = 1_000;

const CONFIG: &str = r#"{"dataURL": "http://127.0.0.1/chat"}"#;

struct World {
    service: Service,
    now: Duration,
    capabilities: Capabilities,
    stored: Stored,
    loads: VecDeque<Stored>,
    preprocessing: VecDeque<(BatchId, Vec<JsonObject>)>,
    pending: Vec<ExchangeId>,
    answered: Vec<ExchangeId>,
    given: BTreeSet<RequestId>,
    over: BTreeSet<RequestId>,
    in_session: bool,
    effects: u32,
}

/// Plays the script.
pub(crate) fn play(data: &[u8]) {
    let mut world = World::new(data.first().is_some_and(|first| first % 2 == 0));
    if let Ok(config) = Config::from_json_text(CONFIG) {
        world.command(Command::Configure(Box::new(config)), None);
    }
    for line in data.split(|byte| *byte == b'\n').take(80) {
        if let Some((what, with)) = line.split_first() {
            world.step(*what, with);
        }
    }
    world.service.close(world.time());
    world.drain();
    world.pass(Duration::from_mins(5));
    assert_eq!(world.given, world.over, "commands without an outcome");
}

impl World {
    fn new(pushed: bool) -> Self {
        let capabilities = Capabilities {
            polling: !pushed,
            file_upload: true,
            file_download: true,
            file_limits: true,
            file_deletion: true,
            custom_notice: true,
            update_user_data: true,
            history: pushed,
            verify_session: true,
            server_outage: true,
            push_url: true,
            update_nickname: true,
            read_receipt: true,
            start_form: false,
            bot_events: true,
            infers_participants: false,
        };
        Self {
            service: Service::new(),
            now: Duration::from_secs(100),
            capabilities,
            stored: Stored::new(),
            loads: VecDeque::new(),
            preprocessing: VecDeque::new(),
            pending: Vec::new(),
            answered: Vec::new(),
            given: BTreeSet::new(),
            over: BTreeSet::new(),
            in_session: false,
            effects: 0,
        }
    }

    fn time(&self) -> Time {
        let ms = u64::try_from(self.now.as_millis()).unwrap_or_default();
        Time { now: self.now, unix_ms: 1_700_000_000_000 + ms }
    }

    fn command(&mut self, command: Command, limit: Option<Duration>) {
        let id = RequestId(self.given.len() as u64);
        self.given.insert(id);
        let deadline = limit.map(|limit| self.now + limit);
        self.service.command(self.time(), id, command, deadline);
        self.drain();
    }

    fn step(&mut self, what: u8, with: &[u8]) {
        match what {
            b'c' => self.give(with),
            b'a' => self.answer(0, with),
            b'b' => self.answer(self.pending.len().saturating_sub(1), with),
            // An answer that came before comes again.
            b'e' => {
                if let (Some(id), Some(reply)) = (self.answered.last(), reply(with)) {
                    self.service.replied(self.time(), *id, Ok(reply));
                }
            }
            b'p' if !self.capabilities.polling => {
                let news = reply(with).map_or(Incoming::Alive, |reply| Incoming::Batch(Box::new(reply)));
                self.service.incoming(self.time(), news);
            }
            b'd' if !self.capabilities.polling => self.service.incoming(self.time(), Incoming::Down(lost(0))),
            b'u' if !self.capabilities.polling => {
                self.service.incoming(self.time(), Incoming::Up { gap: !with.is_empty() });
            }
            b'x' => {
                let id = with.first().copied().unwrap_or_default();
                self.service.cancel(self.time(), RequestId(u64::from(id) % 40));
            }
            b'g' => self.service.set_congested(self.time(), !with.is_empty()),
            b'l' => self.load(),
            b'r' => self.preprocess(),
            b't' => self.pass(Duration::from_millis(with.len() as u64 * 500)),
            _ => {}
        }
        self.drain();
    }

    /// A command: its name, a blank, its options.
    fn give(&mut self, with: &[u8]) {
        let text = String::from_utf8_lossy(with);
        let (name, options) = text.split_once(' ').unwrap_or((&text, ""));
        let options = serde_json::from_str(options).unwrap_or(Value::Null);
        if let Ok(command) = Command::from_json(name, &options) {
            self.command(command, (options.get("within").is_some()).then_some(Duration::from_secs(2)));
        }
    }

    /// Answers a request: with JSON, or fails it with the status that the text is.
    fn answer(&mut self, which: usize, with: &[u8]) {
        if which >= self.pending.len() {
            return;
        }
        let id = self.pending.remove(which);
        self.answered.push(id);
        let status = str::from_utf8(with).ok().and_then(|text| text.trim().parse().ok());
        let outcome = reply(with).ok_or_else(|| lost(status.unwrap_or(0)));
        self.service.replied(self.time(), id, outcome);
    }

    fn load(&mut self) {
        if let Some(stored) = self.loads.pop_front() {
            self.service.loaded(self.time(), Ok(stored));
        }
    }

    fn preprocess(&mut self) {
        if let Some((id, messages)) = self.preprocessing.pop_front() {
            self.service.preprocessed(self.time(), id, messages);
        }
    }

    /// Lets time pass, doing what becomes due.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.effects = 0;
        while let Some(due) = self.service.next_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.service.handle_timeout(self.time());
            self.drain();
            assert!(
                self.service.next_timeout().is_none_or(|next| next > self.now),
                "what was due is still due"
            );
        }
        self.now = end;
    }

    fn drain(&mut self) {
        while let Some(effect) = self.service.poll_effect() {
            self.effects += 1;
            assert!(self.effects < STORM * 10, "a storm");
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Configure(_) => {
                let (config, capabilities) = (ServiceConfig::default(), self.capabilities);
                let arrival = if capabilities.polling { Arrival::Polled } else { Arrival::Pushed };
                let delivery = Delivery { arrival, places: Places::Counted };
                let made = Ok(Setup { config, capabilities, delivery, form: &GmsForm, seed: Some(7) });
                self.service.configured(self.time(), made);
            }
            Effect::Load { .. } => {
                self.loads.push_back(self.stored.clone());
                self.load();
            }
            Effect::Store { changes, .. } => {
                let mut stored: BTreeMap<_, _> = std::mem::take(&mut self.stored);
                for (key, text) in changes {
                    match text {
                        Some(text) => drop(stored.insert(key.into(), text.0)),
                        None => drop(stored.remove(key)),
                    }
                }
                self.stored = stored;
            }
            Effect::Request { id, .. } => self.pending.push(id),
            Effect::Abort(id) => self.pending.retain(|pending| *pending != id),
            Effect::Preprocess(id, PrivateMessages(messages), _) => {
                self.preprocessing.push_back((id, messages));
            }
            Effect::Publish(event) => match event.name() {
                "started" | "restored" => {
                    assert!(!std::mem::replace(&mut self.in_session, true), "a session in a session");
                }
                "ended" => assert!(std::mem::replace(&mut self.in_session, false), "ended without a session"),
                _ => drop(event.data()),
            },
            Effect::Complete(id, outcome) => {
                assert!(self.given.contains(&id) && self.over.insert(id), "a second outcome: {outcome:?}");
            }
            Effect::TellKeeper(_) | Effect::Release | Effect::Log(_) => {}
        }
    }
}

fn reply(with: &[u8]) -> Option<Reply> {
    gms_rest::decode(with.to_vec().into()).ok()
}

fn lost(status: u16) -> Failure {
    Failure {
        kind: if status == 0 { ErrorKind::Timeout } else { ErrorKind::Unavailable },
        retry: Retry::WithBackoff,
        applied: Applied::Unknown,
        status,
        ended: status == 404,
        useless: false,
        foreign: status == 502,
        news: if status == 0 { News::Disconnected } else { News::Nothing },
        response: Value::Null,
        file: None,
        kept: false,
        late: None,
        cause: String::new(),
    }
}
