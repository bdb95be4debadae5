//! The thread on which bindings run the application's callbacks.

use super::{Health, fork, quiet, signals, signals::shielded};
use crate::{Error, scarce};
use std::{
    cell::Cell,
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};
use tokio::sync::Notify;

thread_local! {
    static IS_DISPATCHER: Cell<bool> = const { Cell::new(false) };
}

pub(super) type Job = Box<dyn FnOnce() + Send>;

/// Runs jobs one after the other, in the order they were posted, on one thread of its own. The thread ends when the last clone is
/// gone and everything posted has run; nobody waits for it.
#[derive(Clone)]
pub struct Dispatcher(Arc<Sender>);

impl Dispatcher {
    /// Starts the thread, by a name that a debugger shows: 15 characters at most.
    pub fn start(name: &str) -> Result<Self, Error> {
        let (dispatcher, jobs) = Self::new(None);
        spawn(name, move || jobs.of_this_thread().run_all())?;
        Ok(dispatcher)
    }

    /// A dispatcher whose thread is the one that runs its jobs: it waits for them by the descriptors of a runtime, or by none.
    pub(super) fn new(health: Option<Arc<Health>>) -> (Self, Jobs) {
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            added: Notify::new(),
            changed: Condvar::new(),
            health,
        });
        (Self(Arc::new(Sender(queue.clone()))), Jobs(queue))
    }

    /// Has `job` run after everything posted before.
    pub fn post(&self, job: impl FnOnce() + Send + 'static) {
        self.0.0.lock().jobs.push_back(Box::new(job));
        self.0.0.wake();
    }

    /// Whether the calling thread is a dispatcher's: there, nothing may block.
    pub fn is_current() -> bool {
        IS_DISPATCHER.try_with(Cell::get).unwrap_or(false)
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dispatcher")
    }
}

/// Tells the thread when no more can come.
struct Sender(Arc<Queue>);

impl Drop for Sender {
    fn drop(&mut self) {
        if !fork::is_forked() {
            self.0.lock().closed = true;
            self.0.wake();
        }
    }
}

struct Queue {
    waiting: Mutex<Waiting>,
    /// For a thread that waits by descriptors.
    added: Notify,
    /// For threads that block.
    changed: Condvar,
    health: Option<Arc<Health>>,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// A job is running.
    running: bool,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, and whether no more can come.
    fn take(&self) -> (Option<Job>, bool) {
        let mut waiting = self.lock();
        let job = waiting.jobs.pop_front();
        waiting.running = job.is_some();
        (job, waiting.closed)
    }

    fn wake(&self) {
        let by_descriptors = |health: &Arc<Health>| health.wake(|| self.added.notify_one());
        if !self.health.as_ref().is_some_and(by_descriptors) {
            self.changed.notify_all();
        }
    }
}

/// The jobs of one dispatcher, in order.
#[derive(Clone)]
pub(super) struct Jobs(Arc<Queue>);

impl Jobs {
    /// Makes the calling thread the dispatcher's.
    pub(super) fn of_this_thread(self) -> Self {
        IS_DISPATCHER.set(true);
        self
    }

    /// Waits for a job; nothing when no more can come this way. It is to be [`Jobs::run`].
    pub(super) async fn next(&self) -> Option<Job> {
        loop {
            if self.0.health.as_ref().is_some_and(|health| !health.is_whole()) {
                return None;
            }
            let (job, closed) = self.0.take();
            if job.is_some() || closed {
                return job;
            }
            self.0.added.notified().await;
        }
    }

    /// Runs everything until no more can come, in turns with others that do the same.
    pub(super) fn run_all(&self) {
        let rest = |waiting: &mut Waiting| waiting.running || (waiting.jobs.is_empty() && !waiting.closed);
        loop {
            let waiting = self.0.changed.wait_while(self.0.lock(), rest);
            let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
            let Some(job) = waiting.jobs.pop_front() else { return };
            waiting.running = true;
            drop(waiting);
            self.run(job);
        }
    }

    /// Runs `first` and what else is there.
    pub(super) fn run(&self, first: Job) {
        let mut next = Some(first);
        while let Some(job) = next {
            run(job);
            next = self.0.take().0;
        }
        self.0.changed.notify_all();
    }

    /// Wakes who blocks, for reasons of their own.
    pub(super) fn wake_all(&self) {
        drop(self.0.lock());
        self.0.changed.notify_all();
    }
}

fn run(job: Job) {
    if catch_unwind(AssertUnwindSafe(job)).is_err() {
        log::error!(target: "webchat", "a callback job panicked");
    }
}

/// Starts a thread that nobody waits for, and that takes no signals.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    fork::claim()?;
    scarce::leave_room_in_memory(1)?;
    let run = || {
        quiet::own_thread();
        run();
    };
    shielded(|| thread::Builder::new().name(name.into()).spawn(run)).map(drop).map_err(scarce::not_started)
}

/// Makes the running thread, one that tokio has started, as those of [`spawn`].
pub(super) fn adopt() {
    signals::refuse();
    quiet::own_thread();
}
