//! What the wire, the control API and the library work on together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::api::Api;
use crate::changes::Changes;
use crate::chat::Clock;
use crate::faults::Faults;
use crate::log::Log;
use crate::state::State;
use crate::turn::Turns;

#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) access: Access,
    /// The chat APIs that are served.
    apis: Vec<Api>,
    /// The names by which the control API is reached, besides addresses.
    pub(crate) hosts: Vec<String>,
    pub(crate) clock: Clock,
    /// Another at every start, whatever the seed: what has been heard of another run is not true of this.
    pub(crate) run: String,
    pub(crate) turns: Turns,
    pub(crate) changes: Changes,
    timers_changed: Notify,
}

impl Shared {
    pub(crate) fn new(
        state: State,
        faults: Faults,
        access: Access,
        apis: Vec<Api>,
        hosts: Vec<String>,
        clock: Clock,
        log_limit: usize,
    ) -> Self {
        let changes = faults.changes();
        Self {
            state: Mutex::new(state),
            faults,
            log: Log::new(log_limit, changes.clone()),
            access,
            apis,
            hosts,
            clock,
            run: format!("{:016x}", rand::random::<u64>()),
            turns: Turns::default(),
            changes,
            timers_changed: Notify::new(),
        }
    }

    pub(crate) fn serves(&self, api: Api) -> bool {
        self.apis.contains(&api)
    }

    /// The chat API that was named first of those that are served.
    pub(crate) fn first_api(&self) -> Option<Api> {
        self.apis.first().copied()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state as it is now.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let mut state = self.lock();
        state.advance(Instant::now());
        look(&state)
    }

    /// Changes the state. What is due by now has happened before.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State, Instant) -> T) -> T {
        self.change_timers(|state, now| {
            let outcome = change(state, now);
            state.reschedule();
            outcome
        })
    }

    /// As [`Shared::change`], for changes that bring no timer forward or say so themselves.
    pub(crate) fn change_timers<T>(&self, change: impl FnOnce(&mut State, Instant) -> T) -> T {
        let now = Instant::now();
        let mut state = self.lock();
        state.advance(now);
        let before = state.idle_until();
        let outcome = change(&mut state, now);
        state.push(now);
        let after = state.idle_until();
        drop(state);
        if after != before {
            self.timers_changed.notify_one();
        }
        self.changes.tell();
        outcome
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Lets timers run out when their time has come, until `stop`.
    pub(crate) async fn keep_time(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let due = self.lock().idle_until();
            let elapsed = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.timers_changed.notified() => {}
                () = elapsed => self.change_timers(|_, _| ()),
            }
        }
    }
}
