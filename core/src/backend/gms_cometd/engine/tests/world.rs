//! A service whose transport is an engine on a simulated link, and the chat server at its other end.

use super::{
    server::{ChatServer, Way},
    *,
};
use crate::{
    ErrorKind,
    carrier::bayeux::{self, ModelServer, Sent, world},
    command::{Command, RequestId, Resolution},
    service::{
        ExchangeId,
        tests::{
            push::PUSH,
            script::{Script, message, start_chat},
        },
    },
    transport::Late,
};

/// The channel of the model of a Bayeux server.
const CHANNEL: &str = "/service/a";
/// The service's time when the link's begins.
const ORIGIN: Duration = Duration::from_secs(100);

/// How long a message may take to get through.
pub(super) const LIMIT: Duration = Duration::from_secs(3);

/// Who has a chat.
pub(super) struct Customer {
    pub(super) script: Script,
    pub(super) chat: ChatServer,
    /// What was sent, by command.
    pub(super) sent: BTreeMap<RequestId, String>,
    engine: Engine,
    tasks: BTreeMap<TaskId, ExchangeId>,
    last: u64,
}

pub(super) type World = world::World<Customer>;

pub(super) fn settings() -> Settings {
    Settings { endpoint: None, asynchronous: false, page_size: 20, ajax_timeout: LIMIT }
}

/// A chat that has begun.
pub(super) fn chat(websocket: bool, acks: bool, way: Way, seed: u64) -> World {
    let mut script = Script::new();
    script.capabilities = PUSH;
    script.config.ajax_timeout = LIMIT;
    let customer = Customer {
        script,
        chat: ChatServer::new(way),
        sent: BTreeMap::new(),
        engine: Engine::new(settings()),
        tasks: BTreeMap::new(),
        last: 0,
    };
    let timing = bayeux::Timing { answer: LIMIT, ..bayeux::Timing::default() };
    let link = bayeux::Settings { websocket, channels: vec![CHANNEL.into()], timing, seed };
    let mut world = World::of(customer, link, acks);
    world.with(|customer, now| {
        customer.on(now);
        customer.script.configure();
        customer.script.command(start_chat());
    });
    world.pass(Duration::from_secs(2));
    assert_eq!(world.owner.told().len(), 1, "the chat has begun");
    world
}

impl Customer {
    fn on(&mut self, now: Duration) {
        self.script.now = ORIGIN + now;
    }

    pub(super) fn command(&mut self, now: Duration, command: Command) -> RequestId {
        self.on(now);
        self.script.command(command)
    }

    /// Sends a text that was not sent before.
    pub(super) fn send(&mut self, now: Duration) -> RequestId {
        let text = format!("mine {}", self.sent.len() + 1);
        let id = self.command(now, message(&text));
        self.sent.insert(id, text);
        id
    }

    /// The places that listeners were told of.
    pub(super) fn told(&self) -> Vec<u64> {
        self.script.told_places()
    }

    /// Whether each message is in the transcript as its outcome says, all in their order.
    pub(super) fn check(&self) {
        let own: Vec<&str> =
            self.chat.transcript.iter().filter(|entry| entry.is_own()).map(|entry| &*entry.text).collect();
        for (id, text) in &self.sent {
            let count = own.iter().filter(|own| **own == *text).count();
            let allowed = match self.script.outcome(*id) {
                Some(Ok(Resolution::Response(_))) => 1..=1,
                Some(Err(error)) if error.kind() == ErrorKind::OutcomeUnknown => 0..=1,
                Some(Err(_)) => 0..=0,
                other => panic!("{text}: {other:?}"),
            };
            assert!(
                allowed.contains(&count),
                "{text} is there {count} times: {:?}",
                self.script.outcome(*id)
            );
        }
        let number = |text: &&str| text.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
        assert!(own.iter().map(number).is_sorted(), "out of order: {own:?}");
    }

    /// Performs what the service asks for.
    fn perform(&mut self, now: Duration) -> bool {
        if self.script.take_all().iter().any(|line| line == "release") {
            self.engine.release(now);
        }
        let pending = std::mem::take(&mut self.script.pending);
        let some = !pending.is_empty();
        for pending in pending {
            self.last += 1;
            self.tasks.insert(TaskId(self.last), pending.id);
            self.engine.perform(now, TaskId(self.last), pending.request);
        }
        some
    }

    fn carry_out(&mut self, now: Duration, link: &mut bayeux::Engine, output: Output) {
        match output {
            Output::Start => link.start(now),
            Output::Stop => link.stop(now),
            Output::Doubt => link.doubt(now),
            Output::Publish(ask, data, limit) => {
                let publish = link.publish(now, CHANNEL.into(), data, limit);
                self.engine.published_as(ask, publish);
            }
            Output::Done(id, outcome) => {
                let exchange = self.tasks.remove(&id).expect("an outcome of something performed");
                self.script.reply(exchange, outcome);
            }
            Output::GivenUp(id, failure) => {
                let late = Some(Late::new(std::future::pending()));
                self.script.reply(self.tasks[&id], Err(Failure { late, ..failure }));
            }
            Output::Late(id, reply) => {
                let exchange = self.tasks.remove(&id).expect("a start that was given up");
                self.script.reply(exchange, Ok(reply));
            }
            Output::Tell(incoming) => self.script.incoming(incoming),
        }
    }
}

impl world::Owner for Customer {
    fn tell(&mut self, now: Duration, _: &ModelServer, event: LinkEvent) {
        self.engine.handle(now, event);
    }

    fn act(&mut self, now: Duration, link: &mut bayeux::Engine) -> bool {
        self.on(now);
        let mut some = self.perform(now);
        while let Some(output) = self.engine.poll_output() {
            self.carry_out(now, link, output);
            some = true;
        }
        some
    }

    fn serve(&mut self, now: Duration, server: &mut ModelServer) -> Sent {
        self.chat.serve(now, server)
    }

    fn timeout(&self) -> Option<Duration> {
        let service = self.script.service.next_timeout().map(|due| due.saturating_sub(ORIGIN));
        [self.engine.poll_timeout(), service, self.chat.timeout()].into_iter().flatten().min()
    }

    fn handle_timeout(&mut self, now: Duration) {
        self.on(now);
        if self.engine.poll_timeout().is_some_and(|due| due <= now) {
            self.engine.handle_timeout(now);
        }
        while self.script.service.next_timeout().is_some_and(|due| due <= ORIGIN + now) {
            self.script.step();
        }
    }
}
