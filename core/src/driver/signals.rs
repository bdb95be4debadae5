//! Signals are the host's: no thread of the library takes one. That also keeps the host alive where a write would raise one, SIGPIPE at a
//! connection that the other side has closed and SIGXFSZ at a file that grows too large: the write fails instead.

/// Runs `start` while this thread takes no signals: threads inherit that from the one that starts them, and so never take any, not even
/// before their first instruction.
#[cfg(unix)]
pub(super) fn shielded<T>(start: impl FnOnce() -> T) -> T {
    let _until_started = unix::Shield::raise();
    start()
}

#[cfg(not(unix))]
pub(super) fn shielded<T>(start: impl FnOnce() -> T) -> T {
    start()
}

/// Has the running thread, one of the library's, take no signals from now on.
pub(super) fn refuse() {
    #[cfg(unix)]
    std::mem::forget(unix::Shield::raise());
}

#[cfg(unix)]
mod unix {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    /// What a thread brings upon itself: a crash handler has to see it where it happens. And the profiler's signal, which is meant for
    /// whoever runs when its time is up; elsewhere it would tell lies.
    const OWN: [Signal; 8] = [
        Signal::SIGABRT,
        Signal::SIGBUS,
        Signal::SIGFPE,
        Signal::SIGILL,
        Signal::SIGPROF,
        Signal::SIGSEGV,
        Signal::SIGSYS,
        Signal::SIGTRAP,
    ];

    /// All other signals are blocked in this thread until it is dropped, which brings back what was before.
    pub(super) struct Shield(SigSet);

    impl Shield {
        pub(super) fn raise() -> Option<Self> {
            let mut blocked = SigSet::all();
            for signal in OWN {
                blocked.remove(signal);
            }
            blocked.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok().map(Self)
        }
    }

    impl Drop for Shield {
        fn drop(&mut self) {
            let _ = self.0.thread_set_mask();
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Runtime, RuntimeOptions};
    use nix::sys::signal::{SigSet, Signal};
    use std::{sync::mpsc, thread};

    fn blocked() -> SigSet {
        SigSet::thread_get_mask().unwrap()
    }

    fn takes_none(mask: SigSet) -> bool {
        let taken = Signal::iterator().filter(|signal| !mask.contains(*signal));
        taken.collect::<Vec<_>>().iter().all(|signal| {
            matches!(signal, Signal::SIGKILL | Signal::SIGSTOP | Signal::SIGABRT | Signal::SIGPROF)
                || matches!(signal, Signal::SIGBUS | Signal::SIGFPE | Signal::SIGILL | Signal::SIGSEGV)
                || matches!(signal, Signal::SIGSYS | Signal::SIGTRAP)
        })
    }

    #[test]
    fn a_thread_started_behind_the_shield_takes_none_and_the_starter_goes_on_as_before() {
        let before = blocked();
        let mask = shielded(|| thread::spawn(blocked)).join().unwrap();
        assert!(takes_none(mask));
        assert!(!takes_none(before), "the test's own thread takes signals");
        assert_eq!(blocked(), before);
    }

    #[test]
    fn crashes_are_seen_where_they_happen() {
        let mask = shielded(|| thread::spawn(blocked)).join().unwrap();
        assert!(!mask.contains(Signal::SIGSEGV) && !mask.contains(Signal::SIGABRT));
    }

    #[test]
    fn no_thread_of_a_runtime_takes_a_signal() {
        for worker_threads in [0, 2] {
            let runtime = Runtime::new(RuntimeOptions { worker_threads }).unwrap();
            let (sender, masks) = mpsc::channel();
            let [callbacks, tasks, blocking, hosts] = [(); 4].map(|()| sender.clone());
            runtime.dispatcher().unwrap().post(move || callbacks.send(blocked()).unwrap());
            runtime.spawn(async move {
                tasks.send(blocked()).unwrap();
                tokio::task::spawn_blocking(move || blocking.send(blocked()).unwrap()).await.unwrap();
            });
            // Also where a thread of the host's asks for one of the pool.
            runtime.handle().spawn_blocking(move || hosts.send(blocked()).unwrap());
            for _ in 0..4 {
                assert!(takes_none(masks.recv().unwrap()), "with {worker_threads} workers");
            }
        }
    }
}
