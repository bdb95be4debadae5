//! The one place with tasks and a clock: it carries out the service's effects and hands back what comes of them. `clock` tells the
//! time, `completion` is where an outcome goes, `runtime` owns the threads and connections that chats share, `dispatcher` is the thread on which bindings run callbacks,
//! `leader` lets it move the chats on as well, `signals`, `quiet` and `fork` are what these threads owe to the process, `host` is what the
//! application keeps session data in, `journal` is what the log is told of a chat, `hub` hands events to listeners, `events` keeps them for who asks in a `backlog`,
//! `recent` remembers them for who waits for a certain one, `waiting` counts what the
//! application has not taken, `readiness` is a file descriptor to wait for, `bell` a socket that rings, `perform` is the work behind each effect, `storage` the
//! accesses to where session data are kept, `ties` what a chat's handles and its driver have in common, `health` whether the descriptors
//! that all wait by are still there.

mod backlog;
mod bell;
mod clock;
mod completion;
mod dispatcher;
mod events;
mod fork;
mod health;
mod host;
mod hub;
mod journal;
mod leader;
mod perform;
mod quiet;
mod readiness;
mod recent;
mod runtime;
mod signals;
mod storage;
#[cfg(test)]
mod tests;
mod ties;
mod waiting;

pub use backlog::Backlog;
pub use bell::Bell;
pub use completion::Completion;
pub use dispatcher::Dispatcher;
pub use events::Events;
pub use fork::{forked, is_forked, watch_forks};
pub use health::Health;
pub use hub::ListenerId;
pub use quiet::{quiet_panics, quietly};
pub use readiness::Readiness;
pub use recent::{Look, Recent};
pub use runtime::{Runtime, RuntimeOptions};
pub use waiting::{Delivery, Place};

pub(crate) use dispatcher::spawn;
pub(crate) use fork::check as check_fork;
pub(crate) use health::broken;
pub(crate) use host::Host;
pub(crate) use hub::Hub;
pub(crate) use perform::{Made, make};
pub(crate) use ties::{Running, Ties};
pub(crate) use waiting::UnderWay;

use crate::{
    Error, ErrorKind, Retry,
    carrier::recording,
    command::{Command, RequestId, Resolution},
    event::Envelope,
    service::{Effect, ExchangeId, PrivateMessages, Service, Setup},
    store::{MemoryStore, SessionStore},
    transport::{BoxFuture, Capabilities, Incoming, Late, Transport},
};
use clock::Clock;
use futures_util::{
    FutureExt, StreamExt,
    future::AbortHandle,
    stream::{self, BoxStream, FuturesUnordered},
};
use journal::Journal;
use once_cell::sync::OnceCell;
use perform::Done;
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};
use storage::{Storage, Told};
use tokio::sync::mpsc;

/// What handles tell their driver.
pub(crate) enum Message {
    Command { id: RequestId, command: Command, deadline: Option<Duration> },
    Cancel(RequestId),
    Close,
}

/// Drives one service until it is closed.
pub(crate) struct Driver {
    service: Service,
    clock: Clock,
    inbox: mpsc::UnboundedReceiver<Message>,
    hub: Arc<Hub>,
    journal: Journal,
    ties: Arc<Ties>,
    runtime: Runtime,
    /// What its configuration asks for, where that is made already.
    made: Option<Made>,
    /// The host's own store.
    host_store: Option<Arc<dyn SessionStore>>,
    /// What the transport can do, for whoever holds the chat.
    capabilities: Arc<OnceCell<Capabilities>>,
    transport: Option<Arc<dyn Transport>>,
    /// What the transport pushes.
    incoming: BoxStream<'static, Incoming>,
    storage: Storage,
    work: FuturesUnordered<BoxFuture<Done>>,
    transfers: HashMap<ExchangeId, AbortHandle>,
    /// Everybody was told of the end.
    is_over: bool,
    /// The application does not take its events, as the service knows.
    congested: bool,
}

impl Driver {
    pub(crate) fn new(
        inbox: mpsc::UnboundedReceiver<Message>,
        ties: Arc<Ties>,
        runtime: Runtime,
        host: Host,
        made: Option<Made>,
        capabilities: Arc<OnceCell<Capabilities>>,
    ) -> Self {
        Self {
            service: Service::new(),
            clock: Clock::start(),
            inbox,
            hub: ties.hub.clone(),
            journal: Journal::new(ties.number),
            ties,
            runtime,
            made,
            host_store: host.store,
            capabilities,
            transport: None,
            incoming: stream::pending().boxed(),
            storage: Storage::new(Arc::new(MemoryStore::new()), host.keeper),
            work: FuturesUnordered::new(),
            transfers: HashMap::new(),
            is_over: false,
            congested: false,
        }
    }

    /// Runs until every handle is gone or the service is closed, or a fault in the library ends it.
    pub(crate) async fn run(mut self) {
        if AssertUnwindSafe(self.drive()).catch_unwind().await.is_err() {
            log::error!(target: "webchat", "a fault in the library has ended a chat");
        }
    }

    async fn drive(&mut self) {
        loop {
            self.perform_all();
            self.judge_load();
            let timeout = self.service.next_timeout();
            tokio::select! {
                message = self.inbox.recv() => match message {
                    Some(Message::Command { id, command, deadline }) => self.command(id, command, deadline),
                    Some(Message::Cancel(id)) => self.service.cancel(self.clock.time(), id),
                    Some(Message::Close) | None => break,
                },
                Some(incoming) = self.incoming.next() => {
                    self.service.incoming(self.clock.time(), incoming);
                    self.perform_all();
                    // Callbacks come before the next word to the server.
                    tokio::task::yield_now().await;
                }
                told = self.storage.told() => match told {
                    Told::Loaded(loaded) => self.service.loaded(self.clock.time(), loaded),
                    Told::Stored(id, outcome) => self.service.stored(self.clock.time(), id, outcome),
                },
                Some(done) = self.work.next(), if !self.work.is_empty() => self.hand_back(done),
                () = self.clock.until(timeout), if timeout.is_some() => {
                    self.service.handle_timeout(self.clock.time());
                }
                () = self.hub.load().low(), if self.congested => {}
            }
        }
        self.close().await;
    }

    fn command(&mut self, id: RequestId, command: Command, deadline: Option<Duration>) {
        self.journal.given(id, &command);
        let may_publish = !matches!(command, Command::Configure(_) | Command::EndChat);
        if may_publish && self.hub.load().is_overfull() {
            let error =
                Error::new(ErrorKind::Busy, "far too many events wait for the application to take them");
            return self.complete(id, Err(error.with_retry(Retry::WithBackoff)));
        }
        let time = self.clock.time();
        self.service.command(time, id, command, deadline.map(|after| time.now + after));
    }

    /// Tells the service when the application begins to leave events waiting, and when it has taken some.
    fn judge_load(&mut self) {
        let load = self.hub.load();
        let congested = if self.congested { !load.is_low() } else { load.is_full() };
        if std::mem::replace(&mut self.congested, congested) != congested {
            self.service.set_congested(self.clock.time(), congested);
            self.perform_all();
        }
    }

    /// Gives every command its outcome, writes what is still to be stored, then lets the listeners go, and ends a chat that a start under
    /// way makes all the same.
    async fn close(&mut self) {
        self.inbox.close();
        self.service.close(self.clock.time());
        self.perform_all();
        while self.inbox.recv().await.is_some() {}
        drop(self.ties.take_all());
        self.storage.finish().await;
        recording::written().await;
        self.hub.close();
        self.is_over = true;
        while !self.service.is_done() {
            self.perform_all();
            let timeout = self.service.next_timeout();
            tokio::select! {
                Some(_) = self.incoming.next() => {}
                Some(done) = self.work.next(), if !self.work.is_empty() => self.hand_back(done),
                () = self.clock.until(timeout) => self.service.handle_timeout(self.clock.time()),
            }
        }
    }

    /// Ends a chat that goes without having been closed: by a fault in the library, or with the threads that moved it on.
    fn break_down(&mut self) {
        let error = Error::new(ErrorKind::Internal, "a fault in the library has ended the chat");
        self.inbox.close();
        self.ties.end(self.ties.take_all(), &error);
    }

    fn complete(&self, id: RequestId, outcome: Result<Resolution, Error>) {
        self.journal.settled(id, &outcome);
        if let Some(completion) = self.ties.take(id) {
            completion.complete(outcome);
        }
    }

    fn perform_all(&mut self) {
        while let Some(effect) = self.service.poll_effect() {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Configure(config) => self.configure(config),
            Effect::Load { kept } => self.storage.load(kept),
            Effect::TellKeeper(call) => self.storage.tell_keeper(call),
            Effect::Store { mark, changes, answer } => self.storage.apply(mark, changes, answer),
            Effect::Request { id, request, preview } => self.request(id, *request, preview),
            Effect::Abort(id) => {
                if let Some(handle) = self.transfers.remove(&id) {
                    handle.abort();
                }
            }
            Effect::Release => self.transport.iter().for_each(|transport| transport.release()),
            Effect::Preprocess(id, PrivateMessages(messages), preprocessors) => {
                let work = || Box::pin(perform::preprocess(id, messages, preprocessors)) as BoxFuture<_>;
                self.work.push(self.runtime.of_host(work));
            }
            Effect::Publish(event) => {
                self.hub.publish(Envelope { time: self.clock.time().unix_ms, event });
            }
            Effect::Complete(id, outcome) => self.complete(id, outcome),
            Effect::Log(note) => self.journal.note(&note),
        }
    }

    fn hand_back(&mut self, done: Done) {
        let time = self.clock.time();
        match done {
            Done::Replied(id, outcome) => {
                self.transfers.remove(&id);
                self.journal.answered(id, &outcome);
                let late = outcome.as_ref().as_ref().err().and_then(|failure| failure.late.as_ref());
                if let Some(late) = late.and_then(Late::take) {
                    self.work.push(Box::pin(perform::replied(id, late)));
                }
                self.service.replied(time, id, *outcome);
            }
            Done::Configured(outcome) => {
                let outcome = outcome.map(|(made, config)| {
                    let (form, delivery) = (made.transport.session_form(), made.transport.delivery());
                    let capabilities = *self.capabilities.get_or_init(|| made.transport.capabilities());
                    self.incoming = made
                        .transport
                        .incoming()
                        .map_or_else(|| stream::pending().boxed(), |incoming| incoming.fuse().boxed());
                    self.transport = Some(made.transport);
                    self.storage.set_store(made.store);
                    Setup { config, capabilities, delivery, form, seed: Some(fastrand::u64(..)) }
                });
                self.service.configured(time, outcome);
            }
            Done::Preprocessed(id, messages) => self.service.preprocessed(time, id, messages),
            Done::Aborted => {}
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.is_over && catch_unwind(AssertUnwindSafe(|| self.break_down())).is_err() {
            log::error!(target: "webchat", "a listener panicked");
        }
    }
}
