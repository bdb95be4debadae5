//! The threads of a runtime that has no workers: the callback thread, which moves the chats on while it has nothing to call back, and a
//! standby, which does so in its place when a callback takes long.
//!
//! An answer then reaches its callback without changing threads, which is what it costs most of its time to do; and a callback that
//! blocks still blocks nothing but other callbacks.

use super::{
    Health,
    dispatcher::{Dispatcher, Jobs, adopt, spawn},
    runtime::stop_without_descriptors,
};
use crate::{Error, scarce};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::Notify,
};

/// How long callbacks may keep the chats from moving on before the standby steps in.
const PATIENCE: Duration = Duration::from_millis(2);

/// Starts the two threads. They end when the last clone of the dispatcher is gone and everything posted has run; nobody waits for it.
pub(super) fn start() -> Result<(Handle, Dispatcher, Arc<Health>), Error> {
    scarce::leave_room_for_descriptors()?;
    scarce::leave_room_in_memory(2)?;
    let health = Health::new();
    let mut builder = Builder::new_current_thread();
    builder.thread_name("webchat-io").on_thread_start(adopt).enable_all();
    stop_without_descriptors(&mut builder, &health);
    let tokio = builder.build().map_err(scarce::not_started)?;
    let handle = tokio.handle().clone();
    let (dispatcher, jobs) = Dispatcher::new(Some(health.clone()));
    let shared = Arc::new(Shared {
        tokio,
        jobs,
        health: health.clone(),
        turns: Mutex::default(),
        changed: Condvar::new(),
        back: Notify::new(),
    });
    let watched = Arc::downgrade(&shared);
    health.on_break(move || {
        if let Some(shared) = watched.upgrade() {
            shared.dismiss_standby();
            shared.jobs.wake_all();
            // Not the last to let go of it: that is nothing to do here.
            std::mem::forget(shared);
        }
    });
    let leader = shared.clone();
    spawn("webchat-events", move || lead(leader))?;
    spawn("webchat-standby", move || stand_by(shared))?;
    Ok((handle, dispatcher, health))
}

struct Shared {
    /// Driven by whichever of the two threads blocks on it; by the one that came first when both do.
    tokio: Runtime,
    jobs: Jobs,
    health: Arc<Health>,
    turns: Mutex<Turns>,
    changed: Condvar,
    /// Tells the standby that the callbacks are through.
    back: Notify,
}

/// Whose turn it is to move the chats on.
#[derive(Default)]
struct Turns {
    /// How often callbacks have begun to run.
    count: u64,
    /// Callbacks are running.
    calling: bool,
    standby: Standby,
}

/// What the standby does.
#[derive(Default, PartialEq, Eq)]
enum Standby {
    /// It waits to be woken.
    #[default]
    Asleep,
    /// It looks at the turns regularly: while callbacks come in quick succession they need not wake it.
    Watching,
    /// It has taken over.
    Driving,
    /// It is to end.
    Dismissed,
}

impl Shared {
    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_calling(&self) {
        let mut turns = self.turns();
        turns.count = turns.count.wrapping_add(1);
        turns.calling = true;
        if turns.standby == Standby::Asleep {
            turns.standby = Standby::Watching;
            self.changed.notify_one();
        }
    }

    fn end_calling(&self) {
        let mut turns = self.turns();
        turns.calling = false;
        if turns.standby == Standby::Driving {
            turns.standby = Standby::Watching;
            self.back.notify_one();
        }
    }

    fn dismiss_standby(&self) {
        self.turns().standby = Standby::Dismissed;
        self.changed.notify_one();
    }

    /// Waits until callbacks take long; false when the standby is to end.
    fn wait_for_turn(&self) -> bool {
        let mut turns = self.turns();
        while turns.standby != Standby::Dismissed {
            let before = turns.count;
            turns = match turns.standby {
                Standby::Watching => {
                    let watching = |turns: &mut Turns| turns.standby == Standby::Watching;
                    let waited = self.changed.wait_timeout_while(turns, PATIENCE, watching);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                _ => self.changed.wait(turns).unwrap_or_else(PoisonError::into_inner),
            };
            if turns.standby == Standby::Watching && turns.count == before {
                turns.standby = if turns.calling { Standby::Driving } else { Standby::Asleep };
            }
            if turns.standby == Standby::Driving {
                return true;
            }
        }
        false
    }
}

/// The callback thread.
fn lead(shared: Arc<Shared>) {
    let jobs = shared.jobs.clone().of_this_thread();
    let whole = guarded(|| {
        while shared.health.is_whole()
            && let Some(job) = shared.health.driving(|| shared.tokio.block_on(jobs.next()))
        {
            shared.begin_calling();
            jobs.run(job);
            shared.end_calling();
        }
    });
    finish(shared, whole);
}

/// The standby.
fn stand_by(shared: Arc<Shared>) {
    let whole = guarded(|| {
        while shared.wait_for_turn() {
            shared.health.driving(|| shared.tokio.block_on(shared.back.notified()));
        }
    });
    finish(shared, whole);
}

/// Runs what drives the tasks; false when that breaks down, as when somebody closes the descriptors that it waits by.
fn guarded(drive: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(drive)).is_ok()
}

/// What the threads do when they drive nothing any more. Without descriptors the other one may wait for ever: whichever is left ends the
/// chats, and calls back.
fn finish(shared: Arc<Shared>, whole: bool) {
    shared.dismiss_standby();
    if !whole {
        shared.health.break_down();
    }
    if shared.health.is_whole() {
        return stop(shared);
    }
    let jobs = shared.jobs.clone().of_this_thread();
    shared.health.end_chats();
    // What it holds is left alone: the numbers of its descriptors may be somebody else's by now.
    std::mem::forget(shared);
    jobs.run_all();
}

/// Stops the runtime when both threads are through, without waiting for files being read or names being looked up.
fn stop(shared: Arc<Shared>) {
    if let Some(shared) = Arc::into_inner(shared) {
        shared.tokio.shutdown_background();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc, thread};

    /// A job that blocks until it is told to go on; `entered` tells that it has begun.
    fn block(dispatcher: &Dispatcher) -> (mpsc::Receiver<thread::ThreadId>, mpsc::Sender<()>) {
        let (enter, entered) = mpsc::channel();
        let (release, released) = mpsc::channel();
        dispatcher.post(move || {
            enter.send(thread::current().id()).unwrap();
            released.recv().unwrap();
        });
        (entered, release)
    }

    /// The thread on which tasks run at the moment.
    fn thread_of_tasks(handle: &Handle) -> thread::ThreadId {
        let (sender, receiver) = mpsc::channel();
        handle.spawn(async move {
            // Not at once: it takes somebody who drives the timers.
            tokio::time::sleep(Duration::from_millis(1)).await;
            sender.send(thread::current().id()).unwrap();
        });
        receiver.recv().unwrap()
    }

    #[test]
    fn a_callback_that_blocks_stops_no_task_and_the_callback_thread_takes_over_again() {
        let (handle, dispatcher, _) = start().unwrap();
        for _ in 0..3 {
            let (entered, release) = block(&dispatcher);
            let callbacks = entered.recv().unwrap();
            let standby = thread_of_tasks(&handle);
            assert_ne!(standby, callbacks);
            release.send(()).unwrap();
            // The standby gives way when it is told to, which is soon.
            while thread_of_tasks(&handle) != callbacks {}
        }
    }

    #[test]
    fn what_tasks_post_runs_on_the_thread_that_moves_them_on() {
        let (handle, dispatcher, _) = start().unwrap();
        let (sender, receiver) = mpsc::channel();
        for number in 0..100 {
            let (dispatcher, sender) = (dispatcher.clone(), sender.clone());
            handle.spawn(async move {
                dispatcher.post(move || sender.send((number, Dispatcher::is_current())).unwrap());
            });
        }
        let mut all: Vec<_> = (0..100).map(|_| receiver.recv().unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..100).map(|number| (number, true)).collect::<Vec<_>>());
    }

    #[test]
    fn everything_posted_runs_then_the_threads_end() {
        struct Flag(mpsc::Sender<()>);
        impl Drop for Flag {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let (handle, dispatcher, _) = start().unwrap();
        let (sender, dropped) = mpsc::channel();
        let flag = Flag(sender);
        // A task that never ends is dropped with the runtime, which takes both threads to be through.
        handle.spawn(async move {
            std::future::pending::<()>().await;
            drop(flag);
        });
        let (entered, release) = block(&dispatcher);
        let (sender, ran) = mpsc::channel();
        dispatcher.post(move || sender.send(()).unwrap());
        drop(dispatcher);
        entered.recv().unwrap();
        release.send(()).unwrap();
        ran.recv().unwrap();
        dropped.recv().unwrap();
    }

    #[test]
    fn a_job_that_panics_stops_nothing() {
        let (handle, dispatcher, _) = start().unwrap();
        dispatcher.post(|| panic!("as the test wants"));
        let (sender, ran) = mpsc::channel();
        dispatcher.post(move || sender.send(()).unwrap());
        ran.recv().unwrap();
        thread_of_tasks(&handle);
    }
}
