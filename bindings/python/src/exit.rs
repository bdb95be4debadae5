//! The end of the interpreter. It stops threads wherever they are as soon as they run Python code or want to, by unwinding, which no Rust
//! frame survives: so by then none may stand below Python code, nor come back to it.
//!
//! The end has two stages. While the process takes leave, chats are closed; a thread that waits is not told, since it could do nothing with
//! it any more: it stays asleep. When leave is taken no thread gets in any more, and the end waits until all are out.

use pyo3::prelude::*;
use std::{
    cell::Cell,
    sync::atomic::{AtomicU8, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

static STAGE: AtomicU8 = AtomicU8::new(RUNNING);
const RUNNING: u8 = 0;
const LEAVING: u8 = 1;
const LEFT: u8 = 2;

/// The methods that run.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// How long the end waits for methods of other threads. Longer than they take, unless they run code of the application.
const PATIENCE: Duration = Duration::from_secs(1);

thread_local! {
    /// This thread ends the process.
    static ENDS: Cell<bool> = const { Cell::new(false) };
}

/// A new interpreter begins.
pub(crate) fn begin() {
    STAGE.store(RUNNING, Ordering::SeqCst);
}

/// To be called when the process begins to take leave, by the thread that ends it.
#[pyfunction]
pub(crate) fn take_leave() {
    ENDS.set(true);
    STAGE.store(LEAVING, Ordering::SeqCst);
}

/// To be called when leave is taken: the interpreter may end.
#[pyfunction]
pub(crate) fn leave(py: Python<'_>) {
    STAGE.store(LEFT, Ordering::SeqCst);
    let end = Instant::now() + PATIENCE;
    py.detach(|| {
        while INSIDE.load(Ordering::SeqCst) > 0 && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

fn is_over(stage: u8) -> bool {
    STAGE.load(Ordering::SeqCst) >= stage && !ENDS.get()
}

fn sleep_for_ever() -> ! {
    loop {
        thread::park();
    }
}

/// A method that runs, as long as it is there.
pub(crate) struct Inside(());

/// Begins a method. It does not come back when leave is taken.
pub(crate) fn enter(py: Python<'_>) -> Inside {
    let inside = count();
    if is_over(LEFT) {
        drop(inside);
        py.detach(|| sleep_for_ever());
    }
    inside
}

fn count() -> Inside {
    INSIDE.fetch_add(1, Ordering::SeqCst);
    Inside(())
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Which end a thread that waits sleeps through.
#[derive(Clone, Copy)]
pub(crate) enum Sleeper {
    /// It waits for something of the application's.
    Application,
    /// It makes the library's calls, which are needed while chats are closed.
    Caller,
}

impl Sleeper {
    fn is_over(self) -> bool {
        is_over(match self {
            Self::Application => LEAVING,
            Self::Caller => LEFT,
        })
    }

    /// For a method that looks whether there is something: it does not come back when the end is to be slept through.
    pub(crate) fn stay_awake(self, py: Python<'_>, inside: Inside) -> Inside {
        if self.is_over() {
            drop(inside);
            py.detach(|| sleep_for_ever());
            return count();
        }
        inside
    }
}

/// Runs `work`, which may take long, without the interpreter. `inside` is that of the method that runs.
pub(crate) fn outside<T: Send>(
    py: Python<'_>,
    inside: Inside,
    sleeper: Sleeper,
    work: impl FnOnce() -> T + Send,
) -> (T, Inside) {
    drop(inside);
    py.detach(|| {
        let value = work();
        // Counted before the look at the stage, as the end looks at the count after it has changed the stage.
        let inside = count();
        if sleeper.is_over() {
            drop(inside);
            sleep_for_ever();
        }
        (value, inside)
    })
}
