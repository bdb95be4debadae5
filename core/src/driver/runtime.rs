//! The threads and connections that chats share.

use super::{Dispatcher, leader};
use crate::{Error, ErrorKind, transport::http::HttpPool};
use once_cell::sync::OnceCell;
use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::runtime::Handle;

/// How a runtime is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuntimeOptions {
    /// Threads that move all chats on, besides the callback thread. With 0, the default, the callback thread does it while it has
    /// nothing to call back, and a standby while a callback takes long: the least time from an answer to its callback. More than one
    /// is for programs with so many chats that one thread cannot carry them.
    pub worker_threads: usize,
}

/// A few threads, a callback thread and a connection pool, shared by all chats made with it. It stops when the last clone and the last
/// chat are gone, without waiting for anything.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    threads: Threads,
    http: HttpPool,
    dispatcher: OnceCell<Dispatcher>,
}

enum Threads {
    /// The callback thread and its standby.
    Callbacks(Handle),
    /// Workers of our own.
    Workers(Option<tokio::runtime::Runtime>),
    /// Somebody else's.
    Hosts(Handle),
}

static SHARED: Mutex<Weak<Inner>> = Mutex::new(Weak::new());

impl Runtime {
    /// A runtime with threads of its own.
    pub fn new(options: RuntimeOptions) -> Result<Self, Error> {
        if options.worker_threads == 0 {
            let (handle, dispatcher) = leader::start()?;
            return Ok(Self::with(Threads::Callbacks(handle), OnceCell::with_value(dispatcher)));
        }
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.worker_threads)
            .thread_name("webchat")
            .enable_all()
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Internal, "the threads cannot be started").with_source(error)
            })?;
        Ok(Self::with(Threads::Workers(Some(threads)), OnceCell::new()))
    }

    /// A runtime on the tokio runtime that the caller runs in.
    pub fn current() -> Result<Self, Error> {
        let handle = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, "there is no tokio runtime here").with_source(error)
        })?;
        Ok(Self::with(Threads::Hosts(handle), OnceCell::new()))
    }

    /// The default runtime: it starts with the first chat that uses it and stops with the last.
    pub fn shared() -> Result<Self, Error> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inner) = shared.upgrade() {
            return Ok(Self(inner));
        }
        let runtime = Self::new(RuntimeOptions::default())?;
        *shared = Arc::downgrade(&runtime.0);
        Ok(runtime)
    }

    fn with(threads: Threads, dispatcher: OnceCell<Dispatcher>) -> Self {
        Self(Arc::new(Inner { threads, http: HttpPool::default(), dispatcher }))
    }

    /// The thread on which callbacks run; started when first asked for.
    pub fn dispatcher(&self) -> Result<&Dispatcher, Error> {
        self.0.dispatcher.get_or_try_init(Dispatcher::start)
    }

    /// Runs a task on the runtime's threads.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle().spawn(task);
    }

    /// The tokio handle, to wait for futures of this library outside of async code.
    pub fn handle(&self) -> &Handle {
        match &self.0.threads {
            Threads::Workers(Some(threads)) => threads.handle(),
            Threads::Workers(None) => unreachable!("taken only when the runtime is dropped"),
            Threads::Callbacks(handle) | Threads::Hosts(handle) => handle,
        }
    }

    pub(crate) fn http(&self) -> &HttpPool {
        &self.0.http
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Threads::Workers(threads) = &mut self.threads
            && let Some(threads) = threads.take()
        {
            // The last clone may go on one of these threads: waiting for them there would never end.
            threads.shutdown_background();
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}
