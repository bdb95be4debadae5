//! A chat over GMS v2 `CometD` as a state machine without input and output (gms-v2.md, 8).
//!
//! It is given the time (since any origin), what is to be performed and what the link tells; after each of these calls take its outputs
//! with [`Engine::poll_output`] until there is none, and call [`Engine::handle_timeout`] at [`Engine::poll_timeout`]. `course` leads each
//! operation through its steps, `link` knows whether the link is up, `wait` how long an outcome may take, `exchanges` which of the
//! messages that are pushed is whose outcome.
//!
//! Time limits: `ajaxTimeout` for a message to get through, and as much for its outcome, or more where the server has been slower lately;
//! four times that for a look at the transcript, which a server answers after all that was sent before. There is one look at a time. A start
//! and a restoration wait for the link through five attempts to bring it up; an HTTP status on the way is told at once.

mod course;
mod exchange;
mod exchanges;
mod link;
mod wait;

#[cfg(test)]
mod tests;

use crate::{
    backend::gms::decode,
    carrier::bayeux::{LinkEvent, PublishId},
    model::SessionData,
    transport::{Body, Failure, Incoming, News, Operation, Reply, Request},
};
use bytes::Bytes;
use course::Step;
use exchanges::{AskId, Exchanges};
use link::LinkState;
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use wait::Wait;

/// No outcome is longer that tells of its own event at most. Many can wait together for the requests that they are for: what is longer is not
/// kept.
const LONGEST_OUTCOME: usize = 256 << 10;

/// How a chat is held.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// Where a chat is to start, where that is told.
    pub(super) endpoint: Option<String>,
    /// Chats outlive their connections.
    pub(super) asynchronous: bool,
    /// How many entries a page of history has.
    pub(super) page_size: u64,
    /// How long a message may take to get through, and as much its outcome.
    pub(super) ajax_timeout: Duration,
}

/// Identifies something to perform; whoever asks for it chooses the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TaskId(pub(super) u64);

/// What is to be done, and what there is to know.
#[derive(Debug)]
pub(super) enum Output {
    /// Bring the link up, and keep it up.
    Start,
    /// Let the link go.
    Stop,
    /// What has to follow a publish does not come: the server is to be asked for a sign of life.
    Doubt,
    /// Publish this on the chat's channel, and say with [`Engine::published_as`] how the link calls it.
    Publish(AskId, Box<RawValue>, Duration),
    /// What came of something performed.
    Done(TaskId, Result<Reply, Failure>),
    /// The failure of a start that is given up; [`Output::Late`] follows.
    GivenUp(TaskId, Failure),
    /// What came of a start that was given up: nothing, in an empty reply.
    Late(TaskId, Reply),
    /// What comes without having been asked for.
    Tell(Incoming),
}

/// Something to perform, and how far it is.
#[derive(Debug)]
struct Task {
    operation: Operation,
    session: Arc<SessionData>,
    step: Step,
}

/// The state machine.
#[derive(Debug)]
pub(super) struct Engine {
    settings: Settings,
    now: Duration,
    link: LinkState,
    exchanges: Exchanges,
    tasks: BTreeMap<TaskId, Task>,
    /// Starts and restorations that wait for a start before them, in order.
    queue: VecDeque<TaskId>,
    /// The start under way: the answers to two could not be told apart.
    starting: Option<TaskId>,
    waits: BTreeMap<AskId, Wait>,
    /// How the link calls what it publishes, until it has said what came of that.
    published: BTreeMap<PublishId, AskId>,
    outputs: VecDeque<Output>,
}

impl Engine {
    /// A chat that has not started.
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: Duration::ZERO,
            link: LinkState::Idle,
            exchanges: Exchanges::default(),
            tasks: BTreeMap::new(),
            queue: VecDeque::new(),
            starting: None,
            waits: BTreeMap::new(),
            published: BTreeMap::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Performs a request, and tells what came of it.
    pub(super) fn perform(&mut self, now: Duration, id: TaskId, request: Request) {
        self.now = now;
        let Request { session, operation } = request;
        self.tasks.insert(id, Task { operation, session, step: Step::Queued });
        self.begin(id);
    }

    /// Nobody wants to know any more what comes of it.
    pub(super) fn abandon(&mut self, now: Duration, id: TaskId) {
        self.now = now;
        let Some(task) = self.tasks.remove(&id) else { return };
        if let Step::Asked(ask, _) = task.step {
            self.waits.remove(&ask);
            self.exchanges.give_up(ask);
        }
        self.over(id);
        self.look_on();
    }

    /// The session is over, and none is on its way: the link can go.
    pub(super) fn release(&mut self, now: Duration) {
        self.now = now;
        self.link = LinkState::Idle;
        self.outputs.push_back(Output::Stop);
    }

    /// How the link calls what it was asked to publish.
    pub(super) fn published_as(&mut self, ask: AskId, publish: PublishId) {
        self.published.insert(publish, ask);
    }

    /// Takes what the link tells.
    pub(super) fn handle(&mut self, now: Duration, event: LinkEvent) {
        self.now = now;
        match event {
            LinkEvent::Published(publish, outcome) => {
                if let Some(ask) = self.published.remove(&publish) {
                    self.taken(ask, outcome);
                }
            }
            LinkEvent::Left(publish, has_left) => {
                if let Some(ask) = self.published.get(&publish).copied() {
                    self.left(ask, has_left);
                }
            }
            LinkEvent::Message { data, .. } => self.pushed(data),
            LinkEvent::Alive => self.tell(Incoming::Alive),
            LinkEvent::Down(failure) => {
                self.tell(Incoming::Down(Failure { news: News::Disconnected, ..failure }));
            }
            LinkEvent::Up { gap } => {
                if gap {
                    self.exchanges.note_gap();
                    self.hear();
                }
                self.tell(Incoming::Up { gap });
                self.link_is(LinkState::Up);
            }
            LinkEvent::Failed(attempts, failure) => {
                log::info!(target: "webchat::connection", "attempt {attempts} to connect failed: {}", failure.told());
                self.link_is(LinkState::Failing(attempts, failure));
            }
            LinkEvent::Stopped(Some(failure)) => {
                self.tell(Incoming::Refused(failure.clone()));
                self.link_is(LinkState::Refused(failure));
            }
            LinkEvent::Stopped(None) => {}
        }
        self.look_on();
    }

    /// Lets time pass: gives up what has been waited for long enough.
    pub(super) fn handle_timeout(&mut self, now: Duration) {
        self.now = now;
        self.expire();
        self.look_on();
    }

    /// The next thing to do, until there is none.
    #[must_use]
    pub(super) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Engine::handle_timeout`] has to be called next.
    #[must_use]
    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        let looks = self.waits_behind_a_look().then(|| self.exchanges.answer_to_come(self.now)).flatten();
        self.waits.values().filter_map(Wait::deadline).chain(looks).min()
    }

    /// Takes what came on the chat's channel.
    fn pushed(&mut self, data: Bytes) {
        let mut reply = match decode(data) {
            Ok(reply) => reply,
            Err(why) => {
                log::warn!(target: "webchat::connection", "what came on the chat's channel is left out: {why}");
                return;
            }
        };
        if reply.messages.is_empty() {
            reply.body = worth_keeping(&reply.body);
        }
        if let Some(news) = self.exchanges.route(self.now, reply) {
            self.tell(Incoming::Batch(Box::new(news)));
        }
        self.hear();
    }

    fn tell(&mut self, incoming: Incoming) {
        self.outputs.push_back(Output::Tell(incoming));
    }
}

/// What an outcome says, unless that is too long to wait for its request.
fn worth_keeping(body: &Body) -> Body {
    if body.0.len() > LONGEST_OUTCOME { Body::default() } else { body.clone() }
}
