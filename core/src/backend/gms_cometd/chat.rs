//! What moves a chat's engine: the link, and who asks for something.

use super::engine::{Engine, Output, TaskId};
use crate::{
    carrier::bayeux::{Link, LinkEvent, lost},
    transport::{Applied, BoxFuture, Failure, Incoming, Late, Reply, Request},
};
use futures_util::{Stream, stream};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

/// What is asked of a chat.
#[derive(Debug)]
enum Order {
    Perform(TaskId, Box<Request>, Answer),
    /// Nobody waits any more.
    Abandon(TaskId),
    Release,
}

type Answer = oneshot::Sender<Result<Reply, Failure>>;
type Outcome = oneshot::Receiver<Result<Reply, Failure>>;

/// A chat's handle. What it asks for is done while the chat is polled.
#[derive(Debug)]
pub(super) struct Handle {
    orders: mpsc::UnboundedSender<Order>,
    last: AtomicU64,
}

/// Has a task abandoned when nobody waits for it any more.
struct Guard(mpsc::WeakUnboundedSender<Order>, Option<TaskId>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let (Some(id), Some(orders)) = (self.1, self.0.upgrade()) {
            let _ = orders.send(Order::Abandon(id));
        }
    }
}

impl Handle {
    /// Performs a request, in the order of these calls.
    pub(super) fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        let id = TaskId(self.last.fetch_add(1, Ordering::Relaxed));
        let (answer, outcome) = oneshot::channel();
        let sent = self.orders.send(Order::Perform(id, Box::new(request), answer));
        let guard = Guard(self.orders.downgrade(), Some(id));
        Box::pin(async move {
            sent.map_err(|_| gone(Applied::No))?;
            outcome_of(outcome, guard).await
        })
    }

    /// The session is over, and none is on its way.
    pub(super) fn release(&self) {
        let _ = self.orders.send(Order::Release);
    }
}

async fn outcome_of(outcome: Outcome, mut guard: Guard) -> Result<Reply, Failure> {
    let outcome = outcome.await.unwrap_or_else(|_| Err(gone(Applied::Unknown)));
    guard.1 = None;
    outcome
}

fn gone(applied: Applied) -> Failure {
    lost(applied, "the chat is gone")
}

/// A chat on its link.
pub(super) struct Chat {
    engine: Engine,
    link: Link,
    channel: Arc<str>,
    own: mpsc::WeakUnboundedSender<Order>,
    orders: mpsc::UnboundedReceiver<Order>,
    answers: BTreeMap<TaskId, Answer>,
    incoming: VecDeque<Incoming>,
}

impl Chat {
    /// A chat that has not started.
    pub(super) fn new(engine: Engine, link: Link, channel: Arc<str>) -> (Handle, Self) {
        let (sender, orders) = mpsc::unbounded_channel();
        let (own, answers, incoming) = (sender.downgrade(), BTreeMap::new(), VecDeque::new());
        let chat = Self { engine, link, channel, own, orders, answers, incoming };
        (Handle { orders: sender, last: AtomicU64::default() }, chat)
    }

    /// What comes without having been asked for. All else moves on with it.
    pub(super) fn into_stream(self) -> impl Stream<Item = Incoming> + Send {
        // In a box: it goes through the stream with everything that comes.
        stream::unfold(Box::new(self), async |mut chat| chat.next().await.map(|incoming| (incoming, chat)))
    }

    async fn next(&mut self) -> Option<Incoming> {
        loop {
            self.carry_out();
            if let Some(incoming) = self.incoming.pop_front() {
                return Some(incoming);
            }
            let deadline = self.engine.poll_timeout();
            tokio::select! {
                order = self.orders.recv() => self.obey(order?),
                event = self.link.next(deadline) => self.hear(event),
            }
        }
    }

    fn obey(&mut self, order: Order) {
        let now = self.link.now();
        match order {
            Order::Perform(id, request, answer) => {
                self.answers.insert(id, answer);
                self.engine.perform(now, id, *request);
            }
            Order::Abandon(id) => {
                self.answers.remove(&id);
                self.engine.abandon(now, id);
            }
            Order::Release => self.engine.release(now),
        }
    }

    fn hear(&mut self, event: Option<LinkEvent>) {
        let now = self.link.now();
        match event {
            Some(LinkEvent::Message { channel, .. }) if *channel != *self.channel => {}
            Some(event) => self.engine.handle(now, event),
            None => self.engine.handle_timeout(now),
        }
    }

    /// Does what the engine wants done.
    fn carry_out(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Start => self.link.start(),
                Output::Stop => self.link.stop(),
                Output::Doubt => self.link.doubt(),
                Output::Publish(ask, data, limit) => {
                    let publish = self.link.publish(self.channel.clone(), data, limit);
                    self.engine.published_as(ask, publish);
                }
                Output::Done(id, outcome) => self.answer(id, outcome),
                Output::GivenUp(id, failure) => self.give_up(id, failure),
                Output::Late(id, reply) => self.answer(id, Ok(reply)),
                Output::Tell(incoming) => self.incoming.push_back(incoming),
            }
        }
    }

    /// Tells who asked, unless they have lost interest.
    fn answer(&mut self, id: TaskId, outcome: Result<Reply, Failure>) {
        if let Some(answer) = self.answers.remove(&id) {
            let _ = answer.send(outcome);
        }
    }

    /// The same of a start that is given up, whose answer may still come.
    fn give_up(&mut self, id: TaskId, failure: Failure) {
        let (answer, outcome) = oneshot::channel();
        let late = Late::new(outcome_of(outcome, Guard(self.own.clone(), Some(id))));
        if let Some(first) = self.answers.insert(id, answer) {
            let _ = first.send(Err(Failure { late: Some(late), ..failure }));
        }
    }
}
