//! What the wire, the control API and the library work on together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
    clock: Clock,
    /// So many milliseconds is the clock of the chats ahead of tokio's. Changes with the state alone.
    ahead: AtomicU64,
    /// Rings when that clock was moved, or the chat server went offline: whoever waits for news is to look again.
    pub(crate) moved: Notify,
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
            ahead: AtomicU64::new(0),
            moved: Notify::new(),
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

    fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead.load(Ordering::Relaxed))
    }

    /// The moment that it is by the clock of the chats. All moments of the state are by that clock.
    pub(crate) fn now(&self) -> Instant {
        Instant::now() + self.ahead()
    }

    /// The same in milliseconds since 1970 UTC.
    pub(crate) fn utc_ms(&self) -> u64 {
        self.clock.utc_ms(self.now())
    }

    /// Waits until it is this moment by the clock of the chats, unless that is moved meanwhile.
    pub(crate) async fn sleep_until(&self, moment: Instant) {
        let moment = moment.checked_sub(self.ahead()).unwrap_or_else(Instant::now);
        tokio::time::sleep_until(moment).await;
    }

    /// Moves the clock of the chats forward. Everything happens that is due by then, in order. Customers who are there count as having gone on
    /// asking meanwhile: their own clocks stand where they were.
    pub(crate) fn move_clock(&self, by: Duration) {
        self.change(|state, _| {
            state.go_on(by);
            let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
            self.ahead.fetch_add(ms, Ordering::Relaxed);
            state.advance(self.now());
        });
        self.moved.notify_waiters();
        self.timers_changed.notify_one();
    }

    /// Looks at the state as it is now.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let mut state = self.lock();
        state.advance(self.now());
        look(&state)
    }

    /// Changes the state. What is due by now has happened before.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State, Instant) -> T) -> T {
        let mut state = self.lock();
        let now = self.now();
        state.advance(now);
        let before = state.idle_until();
        let outcome = change(&mut state, now);
        state.follow_up(now);
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
                    Some(due) => self.sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.timers_changed.notified() => {}
                () = elapsed => self.change(|_, _| ()),
            }
        }
    }
}
