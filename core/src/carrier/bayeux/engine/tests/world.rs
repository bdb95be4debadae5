//! A client, a server and the network between them, in simulated time; and the client's owner: one who publishes numbers and keeps count,
//! or another's.

use super::{
    server::{Line, Sent, Server},
    *,
};
use crate::transport::Applied;
use serde_json::Value;

/// Something on its way.
#[derive(Debug)]
enum Step {
    /// A WebSocket reaches the server.
    Open(Line),
    ToServer(Line, Bytes),
    Ping(Line),
    ToClient(Line, Vec<Value>),
    Opened(Line),
    Lost(Line),
}

/// The client's side of a line.
#[derive(Debug)]
struct End {
    exchange: Option<ExchangeId>,
    /// When the last payload arrives: none overtakes another.
    busy_until: Duration,
    /// Something carries nothing any more and tells nobody.
    dead: bool,
    handshake: bool,
}

/// Who owns a client.
pub(crate) trait Owner {
    /// Takes what the client tells.
    fn tell(&mut self, now: Duration, server: &Server, event: Event);

    /// Does what it wants done with the client; false, if that is nothing.
    fn act(&mut self, _now: Duration, _client: &mut Engine) -> bool {
        false
    }

    /// What the server makes of what the client has published.
    fn serve(&mut self, _now: Duration, _server: &mut Server) -> Sent {
        Sent::new()
    }

    /// When it, or what the server makes of publishes, wants to be called next.
    fn timeout(&self) -> Option<Duration> {
        None
    }

    fn handle_timeout(&mut self, _now: Duration) {}
}

/// What one has seen who publishes numbers.
#[derive(Debug, Default)]
pub(crate) struct Publisher {
    pub(super) up: bool,
    pub(super) ups: u64,
    pub(super) downs: u64,
    /// The newest message that came.
    newest: u64,
    /// Messages that are known: they came, or the history that is asked for after a gap has them.
    pub(super) known: BTreeSet<u64>,
    /// Up to where the history has been asked for.
    asked: u64,
    /// Each publish and its outcome.
    pub(super) published: BTreeMap<PublishId, Published>,
    numbers: u64,
}

/// A publish: its number, when it was given, and its outcome.
type Published = (u64, Duration, Option<Result<(), Applied>>);

pub(crate) struct World<O = Publisher> {
    pub(super) engine: Engine,
    pub(crate) now: Duration,
    pub(crate) server: Server,
    pub(crate) owner: O,
    /// The network carries something.
    pub(crate) reachable: bool,
    /// The network bears a WebSocket.
    pub(crate) websockets: bool,
    /// The server takes what comes and answers nothing; a line on which it should have spoken carries nothing any more.
    pub(crate) mute: bool,
    /// When each handshake was sent.
    pub(super) handshakes: Vec<Duration>,
    agenda: BTreeMap<(Duration, u64), Step>,
    lines: BTreeMap<Line, End>,
    socket: Option<Line>,
    count: u64,
    random: fastrand::Rng,
}

/// The time limit of a publish.
pub(super) const LIMIT: Duration = Duration::from_secs(3);

impl World {
    /// A client that has been started, and whoever keeps count.
    pub(super) fn new(websocket: bool, acks: bool, seed: u64) -> Self {
        let mut world = Self::of(Publisher::default(), settings(websocket, seed), acks);
        world.engine.start(world.now);
        world.carry();
        world
    }

    /// What has to follow a publish does not come.
    pub(super) fn doubt(&mut self) {
        self.engine.doubt(self.now);
        self.carry();
    }

    pub(super) fn say(&mut self) {
        let sent = self.server.say();
        self.dispatch(sent);
    }

    pub(super) fn publish(&mut self) {
        self.owner.numbers += 1;
        self.publish_again(self.owner.numbers);
    }

    pub(super) fn publish_again(&mut self, number: u64) {
        let data = RawValue::from_string(number.to_string()).unwrap();
        let id = self.engine.publish(self.now, "/service/a".into(), data, LIMIT);
        assert!(
            self.owner.published.insert(id, (number, self.now, None)).is_none(),
            "two publishes with one id"
        );
        self.carry();
    }
}

impl<O: Owner> World<O> {
    /// A client that has not been started.
    pub(crate) fn of(owner: O, settings: Settings, acks: bool) -> Self {
        let random = fastrand::Rng::with_seed(settings.seed);
        Self {
            engine: Engine::new(settings),
            now: Duration::ZERO,
            server: Server::new(acks),
            owner,
            reachable: true,
            websockets: true,
            mute: false,
            handshakes: Vec::new(),
            agenda: BTreeMap::new(),
            lines: BTreeMap::new(),
            socket: None,
            count: 0,
            random,
        }
    }

    /// Has the owner do something, and what follows from that.
    pub(crate) fn with<T>(&mut self, act: impl FnOnce(&mut O, Duration) -> T) -> T {
        let done = act(&mut self.owner, self.now);
        self.carry();
        self.serve();
        done
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        for _ in 0..100_000 {
            let agenda = self.agenda.first_key_value().map(|((at, _), _)| *at);
            let others = [self.engine.poll_timeout(), self.server.next_release(), self.owner.timeout()];
            let due = others.into_iter().chain([agenda]).flatten().min();
            let Some(due) = due.filter(|due| *due <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(due);
            if agenda == Some(due) {
                let (_, step) = self.agenda.pop_first().unwrap();
                self.step(step);
            }
            let sent = self.server.release_due(self.now);
            self.dispatch(sent);
            if self.engine.poll_timeout().is_some_and(|timeout| timeout <= self.now) {
                self.engine.handle_timeout(self.now);
            }
            if self.owner.timeout().is_some_and(|timeout| timeout <= self.now) {
                self.owner.handle_timeout(self.now);
            }
            self.carry();
            self.serve();
        }
        panic!("the client never rests");
    }

    /// Cuts every line, and both ends notice; or nobody is told.
    pub(crate) fn kill(&mut self, silently: bool) {
        let lines: Vec<Line> = self.lines.keys().copied().collect();
        for line in lines {
            self.lines.get_mut(&line).unwrap().dead = true;
            if !silently {
                self.schedule(line, Step::Lost(line));
            }
        }
        let cut = |step: &Step| matches!(step, Step::Lost(_));
        self.agenda.retain(|_, step| cut(step));
    }

    /// Lets the server answer what was published.
    fn serve(&mut self) {
        let sent = self.owner.serve(self.now, &mut self.server);
        self.dispatch(sent);
    }

    /// Does what the client and its owner want done.
    fn carry(&mut self) {
        self.carry_out();
        while self.owner.act(self.now, &mut self.engine) {
            self.carry_out();
        }
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Open => {
                    assert!(self.socket.is_none(), "two WebSockets");
                    let line = self.line(None);
                    self.socket = Some(line);
                    let open =
                        if self.reachable && self.websockets { Step::Open(line) } else { Step::Lost(line) };
                    self.schedule(line, open);
                }
                Output::Close => {
                    self.socket.take().map(|line| self.lines.remove(&line));
                }
                Output::Write(payload) => {
                    let line = self.socket.unwrap();
                    self.carry_payload(line, payload);
                }
                Output::Ping => {
                    let line = self.socket.unwrap();
                    let step = if self.reachable { Step::Ping(line) } else { Step::Lost(line) };
                    self.schedule(line, step);
                }
                Output::Silent(_) => {}
                Output::Post(exchange, payload) => {
                    let line = self.line(Some(exchange));
                    self.carry_payload(line, payload);
                }
                Output::Abandon(exchange) => self.lines.retain(|_, end| end.exchange != Some(exchange)),
                Output::Event(event) => self.owner.tell(self.now, &self.server, event),
            }
        }
    }

    fn carry_payload(&mut self, line: Line, payload: Bytes) {
        if payload.windows(15).any(|window| window == message::HANDSHAKE.as_bytes()) {
            assert!(self.lines.values().all(|end| !end.handshake), "two handshakes under way");
            self.lines.get_mut(&line).unwrap().handshake = true;
            self.handshakes.push(self.now);
        }
        let step = if self.reachable { Step::ToServer(line, payload) } else { Step::Lost(line) };
        self.schedule(line, step);
    }

    fn line(&mut self, exchange: Option<ExchangeId>) -> Line {
        self.count += 1;
        let end = End { exchange, busy_until: self.now, dead: false, handshake: false };
        self.lines.insert(Line(self.count), end);
        Line(self.count)
    }

    fn schedule(&mut self, line: Line, step: Step) {
        let Some(end) = self.lines.get_mut(&line) else { return };
        let arrival = self.now + Duration::from_millis(self.random.u64(1..80));
        end.busy_until = end.busy_until.max(arrival);
        let at = end.busy_until;
        self.count += 1;
        self.agenda.insert((at, self.count), step);
    }

    fn dispatch(&mut self, sent: Sent) {
        for (line, messages) in sent {
            match self.lines.get_mut(&line) {
                Some(end) if self.mute => end.dead = true,
                _ => self.schedule(line, Step::ToClient(line, messages)),
            }
        }
    }

    fn step(&mut self, step: Step) {
        let (Step::Open(line)
        | Step::ToServer(line, _)
        | Step::Ping(line)
        | Step::ToClient(line, _)
        | Step::Opened(line)
        | Step::Lost(line)) = &step;
        let line = *line;
        let Some(end) = self.lines.get_mut(&line) else { return };
        if end.dead && !matches!(step, Step::Lost(_)) {
            return;
        }
        let exchange = end.exchange;
        match step {
            Step::Open(_) => self.schedule(line, Step::Opened(line)),
            Step::ToServer(_, payload) => {
                let sent = self.server.take(self.now, line, exchange.is_none(), &payload);
                self.dispatch(sent);
            }
            Step::Ping(_) => self.dispatch(vec![(line, Vec::new())]),
            Step::Opened(_) => self.engine.handle(self.now, Input::Opened),
            Step::ToClient(_, messages) => {
                end.handshake = false;
                let messages = message::read(&Value::from(messages).to_string().into()).unwrap();
                self.engine.handle(
                    self.now,
                    match exchange {
                        Some(exchange) => Input::Answered(exchange, Ok(messages)),
                        None => Input::Received(messages),
                    },
                );
                if exchange.is_some() {
                    self.lines.remove(&line);
                }
            }
            Step::Lost(_) => {
                self.lines.remove(&line);
                let lost = failure::lost(Applied::Unknown, "cut");
                if exchange.is_none() {
                    self.socket = None;
                }
                self.engine.handle(
                    self.now,
                    match exchange {
                        Some(exchange) => Input::Answered(exchange, Err(lost)),
                        None => Input::Closed(lost),
                    },
                );
            }
        }
    }
}

impl Owner for Publisher {
    fn tell(&mut self, now: Duration, server: &Server, event: Event) {
        let owner = self;
        match event {
            Event::Up { gap } => {
                if gap || owner.ups == 0 {
                    owner.known.extend(owner.asked + 1..=server.said);
                    owner.asked = server.said;
                }
                owner.up = true;
                owner.ups += 1;
            }
            Event::Down(_) => {
                assert!(owner.up, "down twice");
                owner.up = false;
                owner.downs += 1;
            }
            Event::Alive => assert!(owner.up, "alive while down"),
            Event::Failed(..) | Event::Left(..) => {}
            Event::Stopped(_) => owner.up = false,
            Event::Message { data, .. } => {
                let number = serde_json::from_slice(&data).unwrap();
                assert!(number > owner.newest, "{number} after {}", owner.newest);
                owner.newest = number;
                owner.known.insert(number);
            }
            Event::Published(id, outcome) => {
                // A publish that cannot be queued has its outcome before its id is known.
                let Some((number, given, known)) = owner.published.get_mut(&id) else { return };
                let outcome = outcome.map_err(|failure| failure.applied);
                assert!(known.replace(outcome).is_none(), "two outcomes of one publish");
                assert!(
                    now <= *given + LIMIT * 3 + Timing::default().network_delay,
                    "given at {given:?}, settled at {now:?}"
                );
                let arrived = server.has_heard(*number);
                match outcome {
                    Ok(()) => assert!(arrived, "taken, and never arrived"),
                    Err(Applied::No) => assert!(!arrived, "not arrived, they say"),
                    Err(Applied::Unknown) => {}
                }
            }
        }
    }
}
