#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::{
    Config,
    command::{Commander, StartChat},
    transport::{Arrival, Delivery, Failure, NoSessions, Places, Reply, Request, SessionForm},
};
use futures_util::{future::BoxFuture as Work, stream::BoxStream};
use serde_json::json;
use tokio::sync::{Notify, oneshot};

/// A transport that panics: at every request, and in what it pushes once it is told to.
struct Broken {
    now: Arc<Notify>,
}

impl Transport for Broken {
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn delivery(&self) -> Delivery {
        Delivery { arrival: Arrival::Polled, places: Places::Counted }
    }

    fn session_form(&self) -> &'static dyn SessionForm {
        &NoSessions
    }

    fn perform(&self, _: Request) -> Work<'static, Result<Reply, Failure>> {
        Box::pin(async { panic!("as the test wants") })
    }

    fn incoming(&self) -> Option<BoxStream<'static, Incoming>> {
        let now = self.now.clone();
        Some(Box::pin(stream::once(async move {
            now.notified().await;
            panic!("as the test wants")
        })))
    }
}

/// A driver, and the ends that a chat has of it.
struct World {
    inbox: Inbox,
    events: Events,
    now: Arc<Notify>,
    driver: Driver,
}

/// As a chat holds it.
#[derive(Clone)]
struct Inbox(mpsc::UnboundedSender<Message>, Arc<Ties>);

fn world() -> World {
    let (inbox, receiver) = mpsc::unbounded_channel();
    let now = Arc::new(Notify::new());
    let (ties, _) = Ties::new(Health::new());
    let events = Events::of(&ties.hub);
    let made = Made { transport: Arc::new(Broken { now: now.clone() }), store: Arc::new(MemoryStore::new()) };
    let runtime = Runtime::shared().unwrap();
    let driver = Driver::new(receiver, ties.clone(), runtime, Host::default(), Some(made), Arc::default());
    let inbox = Inbox(inbox, ties);
    let world = World { inbox, events, now, driver };
    let config = Config::from_json(&json!({"dataURL": "http://127.0.0.1/chat"})).unwrap();
    drop(world.give(0, Command::Configure(Box::new(config))));
    world
}

impl World {
    fn give(&self, id: u64, command: Command) -> oneshot::Receiver<Result<Resolution, Error>> {
        give(&self.inbox, id, command)
    }
}

fn give(
    Inbox(inbox, ties): &Inbox,
    id: u64,
    command: Command,
) -> oneshot::Receiver<Result<Resolution, Error>> {
    let (sender, receiver) = oneshot::channel();
    let completion = Completion::new(move |outcome| drop(sender.send(outcome)));
    let id = RequestId(id);
    ties.add(id, completion);
    if inbox.send(Message::Command { id, command, deadline: None }).is_err() {
        drop(ties.take(id));
    }
    receiver
}

/// The names of the events that still come, to their end.
async fn rest(events: &Events) -> Vec<&'static str> {
    let mut names = Vec::new();
    while let Some(event) = events.next().await {
        names.push(event.event.name());
    }
    names
}

#[tokio::test]
async fn a_panic_of_a_requests_work_is_that_requests_failure() {
    let World { inbox, events, driver, .. } = world();
    let running = tokio::spawn(driver.run());
    let start = give(&inbox, 1, Command::StartChat(StartChat::default()));
    assert_eq!(start.await.unwrap().unwrap_err().kind(), ErrorKind::Internal);
    let stats = give(&inbox, 2, Command::GetStats);
    assert!(stats.await.unwrap().is_ok(), "the chat goes on");
    drop(inbox);
    assert_eq!(rest(&events).await, ["ready"]);
    running.await.unwrap();
}

#[tokio::test]
async fn a_driver_that_panics_tells_everybody() {
    let World { inbox, events, now, driver } = world();
    let running = tokio::spawn(driver.run());
    assert_eq!(events.next().await.unwrap().event.name(), "ready");
    let waiting = give(&inbox, 1, Command::Restore { session_data: None, commander: Commander::Program });
    assert!(waiting.await.unwrap().is_err(), "it works");
    now.notify_one();
    assert_eq!(rest(&events).await, ["error"]);
    running.await.unwrap();
    let late = give(&inbox, 2, Command::GetStats).await.unwrap().unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn a_driver_that_is_dropped_gives_every_command_its_outcome_and_ends_the_events() {
    let world = world();
    let outcomes = [world.give(1, Command::GetStats), world.give(2, Command::EndChat)];
    let World { events, driver, inbox, .. } = world;
    drop(driver);
    for outcome in outcomes {
        let error = outcome.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Internal, "a fault in the library has ended the chat")
        );
    }
    assert_eq!(rest(&events).await, ["error"]);
    assert_eq!(give(&inbox, 3, Command::GetStats).await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
}

/// In the very call that tells of an event, on the thread that publishes it; the first command of all, which decides on who is late.
#[test]
fn a_listener_may_give_the_first_command() {
    let config = json!({"dataURL": "http://127.0.0.1:9/chat", "connection": {"proxy": "none"}});
    let chat = crate::Chat::new(Config::from_json(&config).unwrap()).unwrap();
    let (sender, told) = std::sync::mpsc::channel();
    let own = chat.clone();
    chat.listen(move |_| {
        let sender = sender.clone();
        let completion = Completion::new(move |outcome| sender.send(outcome.is_ok()).unwrap_or_default());
        own.submit(Command::GetStats, None, completion);
    });
    assert_eq!(told.recv_timeout(Duration::from_mins(1)), Ok(true), "the listener waits for itself");
    chat.close();
}
