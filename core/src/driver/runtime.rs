//! The threads and connections that chats share.

use super::{Dispatcher, Health, dispatcher::adopt, fork, leader, signals};
use crate::{Error, ErrorKind, carrier::http::HttpPool, scarce, transport::BoxFuture};
use once_cell::sync::OnceCell;
use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    thread,
};
use tokio::runtime::Handle;
use tokio_util::context::TokioContext;

/// How a runtime is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuntimeOptions {
    /// Threads that move all chats on, besides the callback thread. With 0, the default, the callback thread does it while it has
    /// nothing to call back, and a standby while a callback takes long: the least time from an answer to its callback. More than one
    /// is for programs with so many chats that one thread cannot carry them.
    pub worker_threads: usize,
}

/// A few threads, a callback thread and a connection pool, shared by all chats made with it. It stops when the last clone and the last
/// chat are gone, without waiting for anything. Its threads take no signals, but those that a thread brings upon itself.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
    /// The tokio runtime that the application's own futures run in.
    host: Option<Handle>,
}

struct Inner {
    threads: Threads,
    http: HttpPool,
    dispatcher: OnceCell<Dispatcher>,
    health: Arc<Health>,
}

enum Threads {
    /// The callback thread and its standby.
    Callbacks(Handle),
    /// Workers of our own.
    Workers(Option<tokio::runtime::Runtime>),
}

static SHARED: Mutex<Weak<Inner>> = Mutex::new(Weak::new());

impl Runtime {
    /// A runtime with threads of its own.
    pub fn new(options: RuntimeOptions) -> Result<Self, Error> {
        fork::claim()?;
        if options.worker_threads == 0 {
            let (handle, dispatcher, health) = leader::start()?;
            return Ok(Self::with(Threads::Callbacks(handle), OnceCell::with_value(dispatcher), health));
        }
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(options.worker_threads).thread_name("webchat").enable_all();
        let health = Health::new();
        let driven = health.clone();
        builder.on_thread_start(move || {
            adopt();
            driven.adopt();
        });
        stop_without_descriptors(&mut builder, &health);
        scarce::leave_room_for_descriptors()?;
        scarce::leave_room_in_memory(options.worker_threads.saturating_add(1))?;
        leave_room_for(options.worker_threads)?;
        let threads = signals::shielded(|| builder.build()).map_err(scarce::not_started)?;
        Ok(Self::with(Threads::Workers(Some(threads)), OnceCell::new(), health))
    }

    /// The default runtime for a program that runs on tokio itself: the application's own futures (stores, keepers, preprocessors, preview
    /// inputs) run in the context of the tokio runtime that the caller runs in. Connections stay with threads of the library's: a write
    /// may raise a signal, which is nothing to do to a thread of somebody else's.
    pub fn current() -> Result<Self, Error> {
        let host = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, "there is no tokio runtime here").with_source(error)
        })?;
        let mut runtime = Self::shared()?;
        runtime.host = Some(host);
        Ok(runtime)
    }

    /// The default runtime: it starts with the first chat that uses it and stops with the last.
    pub fn shared() -> Result<Self, Error> {
        fork::claim()?;
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inner) = shared.upgrade().filter(|inner| inner.health.is_whole()) {
            return Ok(Self { inner, host: None });
        }
        let runtime = Self::new(RuntimeOptions::default())?;
        *shared = Arc::downgrade(&runtime.inner);
        Ok(runtime)
    }

    fn with(threads: Threads, dispatcher: OnceCell<Dispatcher>, health: Arc<Health>) -> Self {
        let inner = Inner { threads, http: HttpPool::default(), dispatcher, health };
        Self { inner: Arc::new(inner), host: None }
    }

    /// The thread on which callbacks run; started when first asked for.
    pub fn dispatcher(&self) -> Result<&Dispatcher, Error> {
        fork::check()?;
        self.inner.dispatcher.get_or_try_init(|| Dispatcher::start("webchat-events"))
    }

    /// Runs a task on the runtime's threads.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle().spawn(task);
    }

    /// The tokio handle, to wait for futures of this library outside of async code.
    pub fn handle(&self) -> &Handle {
        match &self.inner.threads {
            Threads::Workers(Some(threads)) => threads.handle(),
            Threads::Workers(None) => unreachable!("taken only when the runtime is dropped"),
            Threads::Callbacks(handle) => handle,
        }
    }

    pub(crate) fn health(&self) -> &Arc<Health> {
        &self.inner.health
    }

    pub(crate) fn http(&self) -> &HttpPool {
        &self.inner.http
    }

    /// Whether the application's own futures run in a tokio runtime of the application's.
    pub(super) fn has_host(&self) -> bool {
        self.host.is_some()
    }

    /// A future of the application's, made and polled where it may count on the application's tokio runtime.
    pub(super) fn of_host<T: 'static>(&self, make: impl FnOnce() -> BoxFuture<T>) -> BoxFuture<T> {
        let Some(host) = &self.host else { return make() };
        let _entered = host.enter();
        Box::pin(TokioContext::new(make(), host.clone()))
    }
}

/// Has the threads stop where the descriptors that they wait by are gone.
pub(super) fn stop_without_descriptors(builder: &mut tokio::runtime::Builder, health: &Arc<Health>) {
    let (before, after) = (health.clone(), health.clone());
    builder.on_thread_park(move || before.go_on()).on_thread_unpark(move || after.go_on());
}

/// Fails when the system does not give this many threads: tokio would panic.
fn leave_room_for(threads: usize) -> Result<(), Error> {
    let (release, released) = mpsc::channel::<()>();
    let gate = Arc::new(Mutex::new(released));
    let started: Result<Vec<_>, _> = (0..threads)
        .map(|_| {
            let gate = gate.clone();
            let wait = move || drop(gate.lock().map(|gate| gate.recv()));
            signals::shielded(|| thread::Builder::new().spawn(wait))
        })
        .collect();
    drop(release);
    for thread in started.map_err(scarce::not_started)? {
        let _ = thread.join();
    }
    Ok(())
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if fork::is_forked() {
            // What it stands for is the parent's: it is never let go here.
            std::mem::forget(self.inner.clone());
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !self.health.is_whole() {
            // Their descriptors are numbers that may be others' by now.
            std::mem::forget(std::mem::take(&mut self.http));
            if let Threads::Workers(threads) = &mut self.threads {
                std::mem::forget(threads.take());
            }
            return;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn only_the_applications_own_futures_count_on_its_tokio_runtime() {
        let host = Handle::current().id();
        let runtime = Runtime::current().unwrap();
        let made = || {
            assert_eq!(Handle::current().id(), host, "it is made there");
            Box::pin(async { Handle::current().id() }) as BoxFuture<_>
        };
        let own = runtime.of_host(made);
        let (sender, receiver) = oneshot::channel();
        runtime.spawn(async move {
            let around = (Handle::current().id(), thread::current().id());
            sender.send((own.await, around)).unwrap();
        });
        let (polled, (library, thread)) = receiver.await.unwrap();
        assert_eq!(polled, host);
        assert_ne!(library, host);
        assert_ne!(thread, thread::current().id(), "a thread of the library's polls it");
    }
}
