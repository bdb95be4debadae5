//! The thread on which bindings run the application's callbacks.

use crate::{Error, ErrorKind};
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
};

thread_local! {
    static IS_DISPATCHER: Cell<bool> = const { Cell::new(false) };
}

type Job = Box<dyn FnOnce() + Send>;

/// Runs jobs one after the other, in the order they were posted, on one thread of its own. The thread ends when the last clone is
/// gone and everything posted has run; nobody waits for it.
#[derive(Clone, Debug)]
pub struct Dispatcher(mpsc::Sender<Job>);

impl Dispatcher {
    /// Starts the thread.
    pub fn start() -> Result<Self, Error> {
        let (sender, jobs) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("webchat-events".into())
            .spawn(move || {
                IS_DISPATCHER.set(true);
                for job in jobs {
                    if catch_unwind(AssertUnwindSafe(job)).is_err() {
                        log::error!(target: "webchat", "a callback job panicked");
                    }
                }
            })
            .map_err(|error| {
                Error::new(ErrorKind::Internal, "the callback thread cannot be started").with_source(error)
            })?;
        Ok(Self(sender))
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
