//! What Python waits for.

use crate::{
    calls::Requested,
    error,
    exit::{Sleeper, outside},
    logging,
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

/// How long a logger's new level may go unnoticed while nothing else happens.
const LEVEL_INTERVAL: Duration = Duration::from_millis(250);

/// What came of it, to be made a Python value.
pub(crate) type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

type Work = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Is over when a call may be there that what is waited for may need.
pub(crate) type Urgent = Pin<Box<dyn Future<Output = ()> + Send>>;

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
    Waiting(Work, Option<Urgent>),
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
            state: Mutex::new(State::Waiting(Box::pin(work), None)),
            cancel: Box::new(cancel),
            bell: OnceLock::new(),
        }))
    }
}

impl Sleeper {
    /// How long what else there is to see to may wait.
    fn interval(self) -> Duration {
        match self {
            Self::Application => SIGNAL_INTERVAL,
            Self::Caller => LEVEL_INTERVAL,
        }
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// What a look has shown.
enum Look {
    Ready(Outcome),
    Called,
    Nothing,
}

fn look(work: &mut Work, urgent: &mut Option<Urgent>, waker: &Waker) -> Look {
    let mut context = Context::from_waker(waker);
    if let Poll::Ready(outcome) = work.as_mut().poll(&mut context) {
        return Look::Ready(outcome);
    }
    if urgent.as_mut().is_some_and(|urgent| urgent.as_mut().poll(&mut context).is_ready()) {
        *urgent = None;
        return Look::Called;
    }
    Look::Nothing
}

/// Blocks for `limit` at most.
fn look_for(work: &mut Work, urgent: &mut Option<Urgent>, limit: Duration) -> Look {
    let end = Instant::now() + limit;
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        let seen = look(work, urgent, &waker);
        let left = end.saturating_duration_since(Instant::now());
        if !matches!(seen, Look::Nothing) || left.is_zero() {
            return seen;
        }
        thread::park_timeout(left);
    }
}

fn over(py: Python<'_>) -> PyErr {
    error::plain(py, ErrorKind::Internal, "this was waited for already")
}

#[pymethods]
impl Waiting {
    /// Waits, and returns the result.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.wait_ready(py, None)?;
        self.result(py)
    }

    /// Waits for the result without holding the interpreter, and lets signal handlers run meanwhile; what they raise ends it. False when
    /// a call may be there, of those `beside`, that the result may need.
    #[pyo3(signature = (beside = None))]
    fn wait_ready(&self, py: Python<'_>, beside: Option<&Requested>) -> PyResult<bool> {
        let (inner, mut inside) = self.0.enter(py)?.split();
        // A call is not to sleep through the end while the library still needs the thread that makes it.
        let sleeper = if beside.is_some() { Sleeper::Caller } else { inner.sleeper };
        let interval = inner.sleeper.interval();
        let (mut work, mut urgent) = match inner.take() {
            State::Waiting(work, urgent) => (work, urgent),
            State::Ready(outcome) => {
                *inner.state() = State::Ready(outcome);
                return Ok(true);
            }
            State::Over => return Err(over(py)),
        };
        if let Some(beside) = beside.filter(|_| urgent.is_none()) {
            urgent = Some(beside.urgent(py)?);
        }
        loop {
            let waited = outside(py, inside, sleeper, || look_for(&mut work, &mut urgent, interval));
            inside = waited.1;
            match waited.0 {
                Look::Ready(outcome) => {
                    *inner.state() = State::Ready(outcome);
                    return Ok(true);
                }
                Look::Called => {
                    *inner.state() = State::Waiting(work, None);
                    return Ok(false);
                }
                Look::Nothing => {}
            }
            let interrupt = py.check_signals().and_then(|()| logging::refresh(py));
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

    /// Whether there is a result. Otherwise the descriptor becomes readable also when one of the calls `beside` may be needed for it.
    #[pyo3(signature = (beside = None))]
    fn is_ready(&self, py: Python<'_>, beside: Option<&Requested>) -> PyResult<bool> {
        let (inner, inside) = self.0.enter(py)?.split();
        let sleeper = if beside.is_some() { Sleeper::Caller } else { inner.sleeper };
        let _inside = sleeper.stay_awake(py, inside);
        let bell = inner.bell().map_err(|error| error::to_python(py, &error, None))?;
        let (mut work, mut urgent) = match inner.take() {
            State::Waiting(work, urgent) => (work, urgent),
            ready => {
                let is_ready = matches!(ready, State::Ready(_));
                *inner.state() = ready;
                return if is_ready { Ok(true) } else { Err(over(py)) };
            }
        };
        if let Some(beside) = beside.filter(|_| urgent.is_none()) {
            urgent = Some(beside.urgent(py)?);
        }
        bell.readiness().set(false);
        let (is_ready, state) = match look(&mut work, &mut urgent, &Waker::from(bell.clone())) {
            Look::Ready(outcome) => (true, State::Ready(outcome)),
            Look::Called => {
                bell.readiness().set(true);
                (false, State::Waiting(work, None))
            }
            Look::Nothing => (false, State::Waiting(work, urgent)),
        };
        *inner.state() = state;
        Ok(is_ready)
    }

    /// The result, or what went wrong instead.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let inner = self.0.enter(py)?;
        match inner.take() {
            State::Ready(outcome) => outcome(py),
            State::Waiting(..) | State::Over => Err(over(py)),
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
