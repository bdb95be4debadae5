//! What moves a chat's engine: the socket, work beside it, and who asks for something.

use super::{
    beside::Beside,
    engine::{Answer, Engine, Input, Job, JobId, Output, TaskId},
};
use crate::{
    Private,
    carrier::{
        http::{lost_connection, unique_id},
        websocket::{Event, Line},
    },
    transport::{Applied, BoxFuture, Failure, Incoming, Reply, Request},
};
use futures_util::{
    Stream, StreamExt,
    future::{AbortHandle, Abortable},
    stream::{self, FuturesUnordered},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

/// What is asked of a chat.
enum Order {
    /// With a token that nobody has, for a start.
    Perform(TaskId, Box<Request>, Private, Waiter),
    /// Nobody waits any more.
    Abandon(TaskId),
    Release,
}

type Waiter = oneshot::Sender<Result<Reply, Failure>>;

/// What came of work; nothing, where it was given up.
type Worked = BoxFuture<Option<(JobId, Result<Answer, Failure>)>>;

/// A chat's handle. What it asks for is done while the chat is polled.
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
        let fresh = Private::from(unique_id());
        let sent = self.orders.send(Order::Perform(id, Box::new(request), fresh, answer));
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

async fn outcome_of(
    outcome: oneshot::Receiver<Result<Reply, Failure>>,
    mut guard: Guard,
) -> Result<Reply, Failure> {
    let outcome = outcome.await.unwrap_or_else(|_| Err(gone(Applied::Unknown)));
    guard.1 = None;
    outcome
}

fn gone(applied: Applied) -> Failure {
    lost_connection(applied, "the chat is gone")
}

/// A chat on its line.
pub(super) struct Chat {
    engine: Engine,
    line: Line,
    beside: Arc<Beside>,
    orders: mpsc::UnboundedReceiver<Order>,
    answers: BTreeMap<TaskId, Waiter>,
    work: FuturesUnordered<Worked>,
    jobs: BTreeMap<JobId, AbortHandle>,
    incoming: VecDeque<Incoming>,
}

impl Chat {
    /// A chat that has not started.
    pub(super) fn new(engine: Engine, line: Line, beside: Arc<Beside>) -> (Handle, Self) {
        let (sender, orders) = mpsc::unbounded_channel();
        let chat = Self {
            engine,
            line,
            beside,
            orders,
            answers: BTreeMap::new(),
            work: FuturesUnordered::new(),
            jobs: BTreeMap::new(),
            incoming: VecDeque::new(),
        };
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
                event = self.line.next(deadline) => self.hear(event),
                Some(worked) = self.work.next(), if !self.work.is_empty() => self.worked(worked),
            }
        }
    }

    fn obey(&mut self, order: Order) {
        let now = self.line.now();
        match order {
            Order::Perform(id, request, fresh, answer) => {
                self.answers.insert(id, answer);
                self.engine.perform(now, id, *request, fresh);
            }
            Order::Abandon(id) => {
                self.answers.remove(&id);
                self.engine.abandon(now, id);
            }
            Order::Release => self.engine.release(now),
        }
    }

    fn hear(&mut self, event: Event) {
        let now = self.line.now();
        match event {
            Event::Opened => self.engine.handle(now, Input::Opened),
            Event::Closed(failure) => self.engine.handle(now, Input::Closed(failure)),
            Event::Text(text) => self.engine.handle(now, Input::Text(text)),
            Event::Sign => self.engine.handle(now, Input::Sign),
            Event::Due => self.engine.handle_timeout(now),
        }
    }

    fn worked(&mut self, worked: Option<(JobId, Result<Answer, Failure>)>) {
        if let Some((job, outcome)) = worked {
            self.jobs.remove(&job);
            self.engine.handle(self.line.now(), Input::Worked(job, outcome));
        }
    }

    /// Does what the engine wants done.
    fn carry_out(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Open => self.line.open(),
                Output::Close => self.line.close(),
                Output::Write(frame) => self.line.write(frame),
                Output::Ping => self.line.ping(),
                Output::Begin(id, job) => self.begin(id, *job),
                Output::Drop(id) => {
                    if let Some(job) = self.jobs.remove(&id) {
                        job.abort();
                    }
                }
                Output::Done(id, outcome) => {
                    if let Some(answer) = self.answers.remove(&id) {
                        let _ = answer.send(*outcome);
                    }
                }
                Output::Tell(incoming) => self.incoming.push_back(*incoming),
            }
        }
    }

    fn begin(&mut self, id: JobId, job: Job) {
        let (handle, registration) = AbortHandle::new_pair();
        self.jobs.insert(id, handle);
        let beside = self.beside.clone();
        let work = async move { (id, beside.perform(job).await) };
        let work = Abortable::new(work, registration);
        self.work.push(Box::pin(async move { work.await.ok() }));
    }
}
