//! A service whose transport is an engine, the network, and the server at its other end.

use super::{
    server::{Server, Ways},
    *,
};
use crate::{
    ErrorKind, Retry,
    carrier::http::{local_failure, lost_connection},
    command::{Command, RequestId},
    model::{FileSource, Upload},
    service::{
        ExchangeId,
        tests::script::{Script, message, start_chat},
    },
    transport::{Applied, Arrival, Capabilities, Delivery, Places},
};

/// The service's time when the engine's begins.
const ORIGIN: Duration = Duration::from_secs(100);
pub(super) const LIMIT: Duration = Duration::from_secs(3);
pub(super) const SETTLE: Duration = Duration::from_secs(5);

/// How long the opening of a line may take.
const OPENING: Duration = Duration::from_secs(5);

type Line = u64;

/// Something on its way.
enum Step {
    Open(Line),
    Opened(Line),
    /// A line that is not open by now is given up.
    GivenUp(Line),
    ToServer(Line, Bytes),
    /// What has reached a server whose client does not hear of it.
    Applied(Bytes),
    ToClient(Line, String),
    Ping(Line),
    Pong(Line),
    Lost(Line),
    Asked(JobId, Box<Job>),
    Answered(JobId, Result<Answer, Failure>),
}

pub(super) struct World {
    pub(super) now: Duration,
    pub(super) script: Script,
    pub(super) server: Server,
    /// Files that were sent.
    pub(super) files: Vec<RequestId>,
    /// What was sent, by command.
    pub(super) sent: BTreeMap<RequestId, String>,
    pub(super) reachable: bool,
    engine: Engine,
    /// What has gone out.
    written: Vec<Bytes>,
    tasks: BTreeMap<TaskId, ExchangeId>,
    last: u64,
    agenda: BTreeMap<(Duration, u64), Step>,
    /// The line that the client has, and whether it still carries something.
    line: Option<(Line, bool)>,
    /// The line that is being opened.
    opening: Option<Line>,
    busy_until: Duration,
    count: u64,
    random: fastrand::Rng,
}

fn abilities() -> Capabilities {
    Capabilities {
        file_upload: true,
        update_user_data: true,
        verify_session: true,
        start_form: true,
        bot_events: true,
        infers_participants: true,
        ..Capabilities::default()
    }
}

pub(super) fn settings(ways: &Ways, seed: u64) -> Settings {
    let limits = if ways.limits {
        Limits {
            messages_per_second: 5,
            requests_per_minute: 60,
            histories_per_minute: 10,
            typing_interval: Duration::from_secs(5),
        }
    } else {
        Limits {
            messages_per_second: 0,
            requests_per_minute: 0,
            histories_per_minute: 0,
            typing_interval: Duration::ZERO,
        }
    };
    Settings {
        deployment_id: "d".into(),
        domain: "r.test".into(),
        journey_context: None,
        auto_start: AutoStart::Deployment,
        clears: true,
        asynchronous: false,
        page_size: 25,
        limits,
        ajax_timeout: LIMIT,
        settle_timeout: SETTLE,
        reconnect_timeout: Some(Duration::from_secs(300)),
        ping_interval: Duration::from_secs(15),
        seed,
    }
}

impl World {
    /// A chat that is to begin.
    pub(super) fn new(ways: Ways, seed: u64) -> Self {
        let mut script = Script::new();
        script.capabilities = abilities();
        script.delivery = Some(Delivery { arrival: Arrival::Pushed, places: Places::Opaque });
        script.config.ajax_timeout = LIMIT;
        script.config.asynchronous = Some(false);
        script.config.settle_timeout = Some(SETTLE * 2 - LIMIT);
        script.now = ORIGIN;
        script.configure();
        Self {
            now: Duration::ZERO,
            script,
            engine: Engine::new(settings(&ways, seed)),
            server: Server::new(ways),
            files: Vec::new(),
            sent: BTreeMap::new(),
            reachable: true,
            written: Vec::new(),
            tasks: BTreeMap::new(),
            last: 0,
            agenda: BTreeMap::new(),
            line: None,
            opening: None,
            busy_until: Duration::ZERO,
            count: 0,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// A chat that has begun.
    pub(super) fn chat(ways: Ways, seed: u64) -> Self {
        let mut world = Self::new(ways, seed);
        let id = world.command(start_chat());
        world.pass(Duration::from_secs(2));
        assert!(matches!(world.script.outcome(id), Some(Ok(_))), "the chat has begun");
        assert_eq!(world.server.joined, 1);
        world
    }

    /// The same customer in another process: all that is left of the first is what was stored.
    pub(super) fn reborn(&mut self, seed: u64) {
        self.kill(false);
        self.agenda.retain(|_, step| matches!(step, Step::Applied(_)));
        self.line = None;
        let stored = self.script.stored.clone();
        let config = self.script.config.clone();
        let mut script = Script::new();
        (script.capabilities, script.delivery, script.config) = (abilities(), self.script.delivery, config);
        (script.stored, script.now) = (stored, ORIGIN + self.now);
        self.engine = Engine::new(settings(&self.server.ways, seed));
        self.tasks.clear();
        self.sent.clear();
        self.files.clear();
        self.script = script;
        self.script.configure();
        self.carry();
    }

    pub(super) fn command(&mut self, command: Command) -> RequestId {
        self.script.now = ORIGIN + self.now;
        let id = self.script.command(command);
        self.carry();
        id
    }

    /// Sends a text that was not sent before.
    pub(super) fn send(&mut self) -> RequestId {
        let text = format!("mine {}", self.sent.len() + 1);
        self.send_text(&text)
    }

    pub(super) fn send_text(&mut self, text: &str) -> RequestId {
        let id = self.command(message(text));
        self.sent.insert(id, text.to_owned());
        id
    }

    /// The frames that have gone out.
    pub(super) fn writes(&self) -> Vec<String> {
        self.written.iter().map(|frame| String::from_utf8(frame.to_vec()).unwrap()).collect()
    }

    pub(super) fn send_file(&mut self) {
        let name = format!("file {}.txt", self.files.len() + 1);
        let source = FileSource::Bytes(Bytes::from_static(b"bytes"));
        let upload = Upload { name, source, user_data: JsonObject::new(), progress: None };
        let id = self.command(Command::SendFile(upload));
        self.files.push(id);
    }

    pub(super) fn agent_says(&mut self, text: &str) {
        let frame = self.server.say(self.now, text);
        self.push(frame);
    }

    /// The server sends something of its own accord.
    pub(super) fn push(&mut self, frame: String) {
        if let Some((line, true)) = self.line.filter(|_| self.server.is_configured) {
            self.schedule(line, Step::ToClient(line, frame));
        }
    }

    /// The link is cut, and both ends notice; or nobody is told. What was on its way arrives or not.
    pub(super) fn kill(&mut self, silently: bool) {
        let Some((line, carries)) = &mut self.line else { return };
        if !std::mem::take(carries) {
            return;
        }
        let (line, now) = (*line, self.now);
        let late: Vec<_> = self.agenda.extract_if(.., |_, step| matches!(step, Step::ToServer(..))).collect();
        for (_, step) in late {
            if let (Step::ToServer(_, frame), true) = (step, self.random.bool()) {
                let at = now + Duration::from_millis(self.random.u64(0..2000));
                self.count += 1;
                self.agenda.insert((at, self.count), Step::Applied(frame));
            }
        }
        self.agenda.retain(|_, step| {
            matches!(step, Step::Applied(_) | Step::Asked(..) | Step::Answered(..) | Step::GivenUp(_))
        });
        if !silently {
            self.schedule(line, Step::Lost(line));
        }
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        for _ in 0..500_000 {
            let agenda = self.agenda.first_key_value().map(|((at, _), _)| *at);
            let service = self.script.service.next_timeout().map(|due| due.saturating_sub(ORIGIN));
            let due = [agenda, service, self.engine.poll_timeout()].into_iter().flatten().min();
            let Some(due) = due.filter(|due| *due <= end) else {
                self.now = end;
                self.script.now = ORIGIN + end;
                return;
            };
            self.now = self.now.max(due);
            self.script.now = ORIGIN + self.now;
            if agenda == Some(due) {
                let (_, step) = self.agenda.pop_first().unwrap();
                self.step(step);
            }
            if self.engine.poll_timeout().is_some_and(|due| due <= self.now) {
                self.engine.handle_timeout(self.now);
            }
            while self.script.service.next_timeout().is_some_and(|due| due <= ORIGIN + self.now) {
                self.script.step();
            }
            self.carry();
        }
        panic!("the engine never rests: {:?}", self.engine.poll_timeout());
    }

    /// Does what the service and the engine want done.
    fn carry(&mut self) {
        loop {
            if self.script.take_all().iter().any(|line| line == "release") {
                self.engine.release(self.now);
            }
            let pending = std::mem::take(&mut self.script.pending);
            let mut some = !pending.is_empty();
            for pending in pending {
                self.last += 1;
                self.tasks.insert(TaskId(self.last), pending.id);
                let fresh = format!("token {}", self.last).into();
                self.engine.perform(self.now, TaskId(self.last), pending.request, fresh);
            }
            while let Some(output) = self.engine.poll_output() {
                some = true;
                self.carry_out(output);
            }
            if !some {
                return;
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Open => {
                self.count += 1;
                let line = self.count;
                self.line = Some((line, true));
                self.opening = Some(line);
                self.agenda.insert((self.now + OPENING, self.count), Step::GivenUp(line));
                let step = if self.reachable { Step::Open(line) } else { Step::Lost(line) };
                self.schedule(line, step);
            }
            Output::Close => (self.line, self.opening) = (None, None),
            Output::Write(frame) => {
                let (line, _) = self.line.expect("frames go out over an open line");
                self.written.push(frame.clone());
                self.schedule(line, Step::ToServer(line, frame));
            }
            Output::Ping => {
                let (line, _) = self.line.unwrap();
                self.schedule(line, Step::Ping(line));
            }
            Output::Begin(id, job) => self.later(Step::Asked(id, job)),
            Output::Drop(job) => self
                .agenda
                .retain(|_, step| !matches!(step, Step::Asked(of, _) | Step::Answered(of, _) if *of == job)),
            Output::Done(id, outcome) => {
                let exchange = self.tasks.remove(&id).expect("an outcome of something performed");
                self.script.reply(exchange, *outcome);
            }
            Output::Tell(incoming) => self.script.incoming(*incoming),
        }
    }

    fn later(&mut self, step: Step) {
        self.count += 1;
        let at = self.now + Duration::from_millis(self.random.u64(1..80));
        self.agenda.insert((at, self.count), step);
    }

    /// Nothing on a line overtakes what went before.
    fn schedule(&mut self, _: Line, step: Step) {
        self.busy_until = self.busy_until.max(self.now + Duration::from_millis(self.random.u64(1..80)));
        self.count += 1;
        self.agenda.insert((self.busy_until, self.count), step);
    }

    fn step(&mut self, step: Step) {
        let carries = |line: &Line| self.line == Some((*line, true)) && self.reachable;
        match step {
            Step::Open(line) if carries(&line) => {
                self.server.connected();
                self.schedule(line, Step::Opened(line));
            }
            Step::Opened(line) if carries(&line) => {
                self.opening = None;
                self.engine.handle(self.now, Input::Opened);
            }
            Step::GivenUp(line) if self.opening == Some(line) => self.schedule(line, Step::Lost(line)),
            Step::ToServer(line, frame) if carries(&line) => {
                for answer in self.server.take(self.now, &frame) {
                    self.schedule(line, Step::ToClient(line, answer));
                }
            }
            // Its own connection is gone; others of the session are told without its tracing id.
            Step::Applied(frame) => {
                let before = self.server.items.len();
                self.server.take(self.now, &frame);
                if self.server.items.len() > before && !self.server.ways.silent {
                    let echo = self.server.frame(before, &serde_json::Value::Null);
                    self.push(echo);
                }
            }
            Step::ToClient(line, frame) if carries(&line) => {
                self.engine.handle(self.now, Input::Text(frame.into()));
            }
            Step::Ping(line) if carries(&line) => self.schedule(line, Step::Pong(line)),
            Step::Pong(line) if carries(&line) => self.engine.handle(self.now, Input::Sign),
            Step::Lost(line) if self.line.is_some_and(|(of, _)| of == line) => {
                (self.line, self.opening) = (None, None);
                self.engine.handle(self.now, Input::Closed(lost_connection(Applied::Unknown, "cut")));
            }
            Step::Asked(id, job) => {
                let answer = self.answer(&job);
                self.later(Step::Answered(id, answer));
            }
            Step::Answered(id, answer) => self.engine.handle(self.now, Input::Worked(id, answer)),
            // A line that loses something carries nothing more.
            Step::ToServer(line, _) | Step::ToClient(line, _) | Step::Ping(line) | Step::Pong(line)
                if self.line == Some((line, true)) =>
            {
                self.line = Some((line, false));
            }
            // Nothing gets through.
            Step::Open(line) if self.line == Some((line, true)) => self.schedule(line, Step::Lost(line)),
            _ => {}
        }
    }

    fn answer(&mut self, job: &Job) -> Result<Answer, Failure> {
        if !self.reachable {
            return Err(lost_connection(Applied::No, "nobody is there"));
        }
        match job {
            Job::Configuration => Ok(Answer::Body(Server::deployment().to_string().into())),
            Job::Page { number, size, .. } => match self.server.page(self.now, *number, *size) {
                Some(page) => Ok(Answer::Body(page.to_string().into())),
                None => Err(Failure {
                    retry: Retry::After(Duration::from_secs(6)),
                    status: 429,
                    ..local_failure(ErrorKind::RateLimited, "too many pages".into())
                }),
            },
            // The server tells of it whenever it likes, over the connection that there is then.
            Job::Put { address, .. } => {
                let told = self.server.uploaded(&address.id);
                self.push(told);
                Ok(Answer::Done)
            }
            Job::Measure(_) | Job::Get { .. } => panic!("nothing is measured or fetched here"),
        }
    }
}
