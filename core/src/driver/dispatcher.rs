//! The thread on which bindings run the application's callbacks.

use super::{fork, quiet, signals, signals::shielded};
use crate::{Error, scarce};
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};
use tokio::sync::mpsc;

thread_local! {
    static IS_DISPATCHER: Cell<bool> = const { Cell::new(false) };
}

pub(super) type Job = Box<dyn FnOnce() + Send>;

/// Runs jobs one after the other, in the order they were posted, on one thread of its own. The thread ends when the last clone is
/// gone and everything posted has run; nobody waits for it.
#[derive(Clone, Debug)]
pub struct Dispatcher(mpsc::UnboundedSender<Job>);

impl Dispatcher {
    /// Starts the thread.
    pub fn start() -> Result<Self, Error> {
        let (dispatcher, jobs) = Self::new();
        let run = move || {
            jobs.of_this_thread().run_all();
        };
        spawn("webchat-events", run)?;
        Ok(dispatcher)
    }

    /// A dispatcher whose thread is the one that runs its jobs.
    pub(super) fn new() -> (Self, Jobs) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), Jobs(receiver))
    }

    /// Has `job` run after everything posted before.
    pub fn post(&self, job: impl FnOnce() + Send + 'static) {
        // The receiver lives as long as any sender does.
        let _ = self.0.send(Box::new(job));
    }

    /// Whether the calling thread is a dispatcher's: there, nothing may block.
    pub fn is_current() -> bool {
        IS_DISPATCHER.try_with(Cell::get).unwrap_or(false)
    }
}

/// The jobs of one dispatcher, in order.
pub(super) struct Jobs(mpsc::UnboundedReceiver<Job>);

impl Jobs {
    /// Makes the calling thread the dispatcher's.
    pub(super) fn of_this_thread(self) -> Self {
        IS_DISPATCHER.set(true);
        self
    }

    /// Waits for a job; nothing when no more can come.
    pub(super) async fn next(&mut self) -> Option<Job> {
        self.0.recv().await
    }

    /// Runs everything until no more can come.
    pub(super) fn run_all(mut self) {
        while let Some(job) = self.0.blocking_recv() {
            run(job);
        }
    }

    /// Runs `first` and what else is there.
    pub(super) fn run(&mut self, first: Job) {
        let mut next = Some(first);
        while let Some(job) = next {
            run(job);
            next = self.0.try_recv().ok();
        }
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
