//! What Python waits for.

use crate::{
    calls::is_calling,
    error,
    exit::{Sleeper, outside},
    native::{Native, forked, is_forked},
};
use pyo3::prelude::*;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};
use webchat_core::{Error, ErrorKind, Runtime, driver::Readiness};

/// How long Ctrl-C may go unnoticed.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);

/// What came of it, to be made a Python value.
pub(crate) type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

type Work = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Something under way that is waited for, once: by a thread with `wait`; by a greenlet, which must not keep its thread, with `is_ready`
/// whenever the descriptor is readable, then `result`. It begins with the first of these calls.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Waiting(Native<Inner>);

struct Inner {
    sleeper: Sleeper,
    state: Mutex<State>,
    cancel: Box<dyn Fn() + Send + Sync>,
    bell: OnceLock<Arc<Bell>>,
}

enum State {
    Waiting(Work),
    Ready(Outcome),
    Over,
}

/// Makes a descriptor readable when there is something to look at.
struct Bell(Mutex<Readiness>);

impl Bell {
    fn readiness(&self) -> MutexGuard<'_, Readiness> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.readiness().set(true);
    }
}

impl Inner {
    /// Never locked while anything else is waited for.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> State {
        std::mem::replace(&mut *self.state(), State::Over)
    }

    /// On the thread that calls the application's callables most of what is waited for would never come.
    fn check_thread(&self, py: Python<'_>) -> PyResult<()> {
        if matches!(self.sleeper, Sleeper::Application) && is_calling() {
            return Err(error::plain(
                py,
                ErrorKind::WrongThread,
                "a blocking call was made inside a handler",
            ));
        }
        Ok(())
    }

    fn bell(&self) -> Result<&Arc<Bell>, Error> {
        if let Some(bell) = self.bell.get() {
            return Ok(bell);
        }
        let bell = Arc::new(Bell(Mutex::new(Readiness::new()?)));
        Ok(self.bell.get_or_init(|| bell))
    }
}

impl Waiting {
    pub(crate) fn new(
        sleeper: Sleeper,
        work: impl Future<Output = Outcome> + Send + 'static,
        cancel: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self(Native::new(Inner {
            sleeper,
            state: Mutex::new(State::Waiting(Box::pin(work))),
            cancel: Box::new(cancel),
            bell: OnceLock::new(),
        }))
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Blocks for `limit` at most.
fn poll_for(work: &mut Work, limit: Duration) -> Poll<Outcome> {
    let end = Instant::now() + limit;
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        let polled = work.as_mut().poll(&mut Context::from_waker(&waker));
        let left = end.saturating_duration_since(Instant::now());
        if polled.is_ready() || left.is_zero() {
            return polled;
        }
        thread::park_timeout(left);
    }
}

fn over(py: Python<'_>) -> PyErr {
    error::plain(py, ErrorKind::Internal, "this was waited for already")
}

#[pymethods]
impl Waiting {
    /// Waits without holding the interpreter, and lets signal handlers run meanwhile; what they raise ends it.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let (inner, mut inside) = self.0.enter(py)?.split();
        inner.check_thread(py)?;
        let mut work = match inner.take() {
            State::Waiting(work) => work,
            State::Ready(outcome) => return outcome(py),
            State::Over => return Err(over(py)),
        };
        loop {
            let waited = outside(py, inside, inner.sleeper, || poll_for(&mut work, SIGNAL_INTERVAL));
            inside = waited.1;
            if let Poll::Ready(outcome) = waited.0 {
                return outcome(py);
            }
            let interrupt = py.check_signals();
            if is_forked() {
                // A signal handler has done that.
                std::mem::forget(work);
                return Err(forked(py));
            }
            if interrupt.is_err() {
                (inner.cancel)();
            }
            interrupt?;
        }
    }

    /// What becomes readable when `is_ready` has to be asked again.
    fn fileno(&self, py: Python<'_>) -> PyResult<i32> {
        let inner = self.0.enter(py)?;
        let bell = inner.bell().map_err(|error| error::to_python(py, &error, None))?;
        Ok(bell.readiness().descriptor())
    }

    /// Whether there is a result.
    fn is_ready(&self, py: Python<'_>) -> PyResult<bool> {
        let (inner, inside) = self.0.enter(py)?.split();
        let _inside = inner.sleeper.stay_awake(py, inside);
        inner.check_thread(py)?;
        let bell = inner.bell().map_err(|error| error::to_python(py, &error, None))?;
        let mut work = match inner.take() {
            State::Waiting(work) => work,
            ready => {
                let is_ready = matches!(ready, State::Ready(_));
                *inner.state() = ready;
                return if is_ready { Ok(true) } else { Err(over(py)) };
            }
        };
        bell.readiness().set(false);
        let polled = work.as_mut().poll(&mut Context::from_waker(&Waker::from(bell.clone())));
        let (is_ready, state) = match polled {
            Poll::Ready(outcome) => (true, State::Ready(outcome)),
            Poll::Pending => (false, State::Waiting(work)),
        };
        *inner.state() = state;
        Ok(is_ready)
    }

    /// The result, or what went wrong instead.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let inner = self.0.enter(py)?;
        match inner.take() {
            State::Ready(outcome) => outcome(py),
            State::Waiting(_) | State::Over => Err(over(py)),
        }
    }

    /// Nobody waits any more.
    fn cancel(&self, py: Python<'_>) {
        if let Some(inner) = self.0.enter_to_let_go(py) {
            (inner.cancel)();
            drop(inner.take());
        }
    }
}

/// `work`, for as long as `limit` at most.
pub(crate) fn within<W: Future + Send>(
    runtime: &Runtime,
    limit: Option<Duration>,
    work: W,
) -> impl Future<Output = Option<W::Output>> + Send + use<W> {
    let handle = runtime.handle().clone();
    async move {
        let Some(limit) = limit else { return Some(work.await) };
        let limited = {
            let _timers = handle.enter();
            tokio::time::timeout(limit, work)
        };
        limited.await.ok()
    }
}

/// A time given in seconds; none is no limit.
pub(crate) fn seconds(seconds: Option<f64>) -> PyResult<Option<Duration>> {
    seconds
        .map(Duration::try_from_secs_f64)
        .transpose()
        .map_err(|_| error::invalid_argument("a timeout has to be a number of seconds from 0 up"))
}
