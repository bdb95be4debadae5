//! Work that blocks: files, names of hosts. A handful of threads do it for the whole process, started when there is work and gone soon
//! after it; more work waits for its turn. Tokio's own would be hundreds, and panic where the system gives none.

use crate::{Error, ErrorKind, driver};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// How long a thread waits for more work.
const IDLE: Duration = Duration::from_secs(5);

/// For files.
pub(crate) static FILES: Pool = Pool::new("webchat-files", 4);

/// For names of hosts, which can take long.
pub(crate) static NAMES: Pool = Pool::new("webchat-names", 4);

type Job = Box<dyn FnOnce() + Send>;

/// A few threads.
pub(crate) struct Pool {
    name: &'static str,
    most: usize,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// What no thread has taken yet.
    jobs: VecDeque<Job>,
    threads: usize,
    /// Threads that wait for work.
    idle: usize,
}

impl Pool {
    const fn new(name: &'static str, most: usize) -> Self {
        let state = State { jobs: VecDeque::new(), threads: 0, idle: 0 };
        Self { name, most, state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` on one of the threads. What has begun is finished, also when nobody waits for it any more.
    pub(crate) async fn run<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        self.add(Box::new(move || drop(sender.send(work()))))?;
        receiver
            .await
            .map_err(|_| Error::new(ErrorKind::Internal, "work on a thread of the library panicked"))
    }

    /// Has `job` done on one of the threads, after those that were given before.
    pub(crate) fn add(&'static self, job: Job) -> Result<(), Error> {
        driver::check_fork()?;
        let mut state = self.state();
        state.jobs.push_back(job);
        if state.idle >= state.jobs.len() {
            self.changed.notify_one();
        } else if state.threads < self.most {
            state.threads += 1;
            if let Err(error) = driver::spawn(self.name, || self.work()) {
                state.threads -= 1;
                // A thread that is at work takes it later.
                if state.threads == 0 {
                    state.jobs.pop_back();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// What each thread does.
    fn work(&self) {
        let mut state = self.state();
        loop {
            while let Some(job) = state.jobs.pop_front() {
                drop(state);
                if catch_unwind(AssertUnwindSafe(job)).is_err() {
                    log::error!(target: "webchat", "work on a thread of the library panicked");
                }
                state = self.state();
            }
            state.idle += 1;
            let waited = self.changed.wait_timeout_while(state, IDLE, |state| state.jobs.is_empty());
            let timed_out;
            (state, timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
            if timed_out.timed_out() && state.jobs.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        collections::HashSet,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
        thread,
    };

    #[tokio::test]
    async fn more_work_than_threads_waits_and_all_is_done() {
        static POOL: Pool = Pool::new("webchat-test", 3);
        let running = Arc::new(AtomicUsize::new(0));
        let work = (0..50).map(|number| {
            let running = running.clone();
            POOL.run(move || {
                assert!(running.fetch_add(1, Ordering::SeqCst) < 3);
                thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
                (number, thread::current().id())
            })
        });
        let done: Vec<_> = futures_util::future::try_join_all(work).await.unwrap();
        assert!(done.iter().map(|(number, _)| *number).eq(0..50));
        let threads: HashSet<_> = done.iter().map(|(_, thread)| *thread).collect();
        assert!(threads.len() <= 3, "{threads:?}");
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_stops_no_thread() {
        static POOL: Pool = Pool::new("webchat-test", 1);
        let failed = POOL.run(|| panic!("as the test wants")).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Internal);
        assert_eq!(POOL.run(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn what_has_begun_is_finished_without_its_future() {
        static POOL: Pool = Pool::new("webchat-test", 1);
        let (sender, done) = mpsc::channel();
        let (enter, entered) = mpsc::channel();
        let work = tokio::spawn(POOL.run(move || {
            enter.send(()).unwrap();
            sender.send(()).unwrap();
        }));
        tokio::task::yield_now().await;
        entered.recv().unwrap();
        work.abort();
        done.recv().unwrap();
    }
}
