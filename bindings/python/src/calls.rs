//! The calls that the library asks Python for, on their way to the thread that makes them, which the package's Python code starts.

use crate::{
    exit::Sleeper,
    native::{Native, enter},
    waiting::{Outcome, Waiting},
};
use pyo3::{prelude::*, types::PyTuple};
use std::{cell::Cell, sync::Arc};
use tokio::sync::{
    Mutex,
    mpsc::{self, UnboundedReceiver, UnboundedSender, error::TryRecvError},
};

thread_local! {
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
}

/// Whether the running thread makes calls: there, nothing may block.
pub(crate) fn is_calling() -> bool {
    IS_CALLING.with(Cell::get)
}

/// Marks the running thread as one that makes calls.
#[pyfunction]
pub(crate) fn make_calls() {
    IS_CALLING.set(true);
}

/// A callable and its arguments.
pub(crate) type Call = (Py<PyAny>, Py<PyTuple>);

/// Makes a call ready, if it is still wanted. An error comes with the callable that it keeps from being called.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>) -> Option<Result<Call, (PyErr, Py<PyAny>)>> + Send>;

/// Where the library asks for calls.
#[derive(Clone)]
pub(crate) struct Sender(UnboundedSender<Job>);

impl Sender {
    pub(crate) fn post(&self, job: Job) {
        // Without the thread nobody is there to be told.
        let _ = self.0.send(job);
    }
}

/// A way to a thread that makes calls. The thread ends when this is gone and all that could be called by it.
#[pyclass(frozen, weakref, module = "webchat._webchat")]
pub(crate) struct Calls(Native<Sender>);

impl Calls {
    pub(crate) fn sender(&self, py: Python<'_>) -> PyResult<Sender> {
        Ok(self.0.enter(py)?.clone())
    }
}

#[pymethods]
impl Calls {
    /// A way, and its other end. `report` is called with an exception and the callable that it kept from being called.
    #[staticmethod]
    fn channel(py: Python<'_>, report: Py<PyAny>) -> PyResult<(Self, Requested)> {
        let _inside = enter(py)?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let requested = Requested { receiver: Native::new(Arc::new(Mutex::new(receiver))), report };
        Ok((Self(Native::new(Sender(sender))), requested))
    }
}

/// The calls that were asked for, in order, for the thread that makes them.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Requested {
    receiver: Native<Arc<Mutex<UnboundedReceiver<Job>>>>,
    report: Py<PyAny>,
}

#[pymethods]
impl Requested {
    /// The next call, if there is one.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Call>> {
        let receiver = self.receiver.enter(py)?;
        while let Ok(job) = receiver.try_lock().map_or(Err(TryRecvError::Empty), |mut it| it.try_recv()) {
            let call = prepare(py, job, &self.report)?;
            if call.is_some() {
                return Ok(call);
            }
        }
        Ok(None)
    }

    /// Waits for something to happen: a call, which is returned if it is still wanted, and if any can come whatsoever.
    fn next(&self, py: Python<'_>) -> PyResult<Waiting> {
        let receiver = self.receiver.enter(py)?.clone();
        let report = self.report.clone_ref(py);
        let next = async move {
            let job = receiver.lock().await.recv().await;
            let next: Outcome = Box::new(move |py| {
                let may_come = job.is_some();
                let call = job.map(|job| prepare(py, job, &report)).transpose()?.flatten();
                Ok((call, may_come).into_pyobject(py)?.into_any().unbind())
            });
            next
        };
        Ok(Waiting::new(Sleeper::Caller, next, || ()))
    }
}

fn prepare(py: Python<'_>, job: Job, report: &Py<PyAny>) -> PyResult<Option<Call>> {
    match job(py) {
        None => Ok(None),
        Some(Ok(call)) => Ok(Some(call)),
        Some(Err((error, callable))) => {
            let arguments = (error.into_value(py), callable).into_pyobject(py)?;
            Ok(Some((report.clone_ref(py), arguments.unbind())))
        }
    }
}
