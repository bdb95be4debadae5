//! The calls that the library asks Python for, and the thread that makes them: a daemon thread of Python's, which starts with the first
//! chat of a runtime and ends with the last.

use pyo3::{exceptions::PyBaseException, intern, prelude::*, types::PyTuple};
use std::{
    cell::Cell,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        mpsc::{self, Receiver, Sender, TryRecvError},
    },
};

thread_local! {
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
}

/// A callable and its arguments.
pub(crate) type Call = (Py<PyAny>, Py<PyTuple>);

/// Makes a call ready, if it is still wanted.
type Job = Box<dyn FnOnce(Python<'_>) -> Option<Call> + Send>;

/// Where the library asks for calls.
pub(crate) struct Calls(Sender<Job>);

impl Calls {
    pub(crate) fn post(&self, job: Job) {
        // Without the thread nobody is there to be told.
        let _ = self.0.send(job);
    }
}

/// Whether the running thread makes calls: there, nothing may block.
pub(crate) fn is_calling() -> bool {
    IS_CALLING.with(Cell::get)
}

/// The thread of a runtime, while there is one.
#[derive(Default)]
pub(crate) struct CallingThread(Mutex<Weak<Calls>>);

impl CallingThread {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    fn lock(&self) -> MutexGuard<'_, Weak<Calls>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to the thread, which is started when there is none.
    pub(crate) fn calls(&self, py: Python<'_>) -> PyResult<Arc<Calls>> {
        if let Some(calls) = self.lock().upgrade() {
            return Ok(calls);
        }
        let (sender, receiver) = mpsc::channel();
        let calls = Arc::new(Calls(sender));
        // Without the lock, since other threads run meanwhile.
        let callbacks = py.import(intern!(py, "webchat._callbacks"))?;
        callbacks.call_method1(intern!(py, "start"), (Requested(Mutex::new(receiver)),))?;
        let mut known = self.lock();
        Ok(known.upgrade().unwrap_or_else(|| {
            *known = Arc::downgrade(&calls);
            calls
        }))
    }
}

/// The calls that were asked for, in order, for the thread that makes them.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Requested(Mutex<Receiver<Job>>);

impl Requested {
    fn receiver(&self) -> MutexGuard<'_, Receiver<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn job(&self, py: Python<'_>) -> Option<Job> {
        let here = self.receiver().try_recv();
        match here {
            Ok(job) => Some(job),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => py.detach(|| self.receiver().recv().ok()),
        }
    }
}

#[pymethods]
impl Requested {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> Option<Call> {
        IS_CALLING.set(true);
        loop {
            if let Some(call) = self.job(py)?(py) {
                return Some(call);
            }
        }
    }
}

/// Tells `sys.unraisablehook` of an exception that `callable` raised.
#[pyfunction]
pub(crate) fn report(error: Bound<'_, PyBaseException>, callable: &Bound<'_, PyAny>) {
    let py = callable.py();
    PyErr::from_value(error.into_any()).write_unraisable(py, Some(callable));
}
