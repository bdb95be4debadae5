//! The application's callables: where they are kept, and how they come to be called.
//!
//! The callables belong to the chat's Python object, which shows them to the garbage collector. What the library holds is a
//! [`Target`], a number that leads to the callable while that object lives: a cycle through the library keeps nothing alive.
//!
//! They are called by a thread of Python's own (`calls`), so that no Rust code stands below them when the interpreter goes down and
//! stops the thread wherever it is.

use crate::calls::{Call, Calls};
use pyo3::{PyTraverseError, gc::PyVisit, prelude::*, types::PyTuple};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};
use tokio::sync::oneshot;

/// The callables of one chat.
pub(crate) struct Callbacks {
    calls: Arc<Calls>,
    targets: Mutex<Targets>,
}

#[derive(Default)]
struct Targets {
    last: u64,
    by_id: BTreeMap<u64, Py<PyAny>>,
}

impl Callbacks {
    pub(crate) fn new(calls: Arc<Calls>) -> Arc<Self> {
        Arc::new(Self { calls, targets: Mutex::default() })
    }

    /// Never locked while anything else is waited for.
    fn lock(&self) -> MutexGuard<'_, Targets> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `callable` until the last clone of the target is gone.
    pub(crate) fn register(self: &Arc<Self>, callable: Py<PyAny>) -> Target {
        let mut targets = self.lock();
        targets.last += 1;
        let id = targets.last;
        targets.by_id.insert(id, callable);
        Target(Arc::new(Registration { callbacks: Arc::downgrade(self), calls: self.calls.clone(), id }))
    }

    /// Lets go of a callable: it is not called any more. False when there is none.
    pub(crate) fn remove(&self, id: u64) -> bool {
        // The callable is dropped without the lock: that may run Python code.
        let gone = self.lock().by_id.remove(&id);
        gone.is_some()
    }

    fn get(&self, py: Python<'_>, id: u64) -> Option<Py<PyAny>> {
        self.lock().by_id.get(&id).map(|callable| callable.clone_ref(py))
    }

    pub(crate) fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Whoever has the lock is not in need of collection.
        let Ok(targets) = self.targets.try_lock() else { return Ok(()) };
        targets.by_id.values().try_for_each(|callable| visit.call(callable))
    }

    pub(crate) fn clear(&self) {
        let gone = std::mem::take(&mut self.lock().by_id);
        drop(gone);
    }
}

/// A callable of the application, as the library holds it.
#[derive(Clone)]
pub(crate) struct Target(Arc<Registration>);

struct Registration {
    callbacks: Weak<Callbacks>,
    calls: Arc<Calls>,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(callbacks) = self.callbacks.upgrade() {
            callbacks.remove(self.id);
        }
    }
}

impl Target {
    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    /// Has the callable called with these arguments after everything posted before. An exception goes to `sys.unraisablehook`. Nothing
    /// happens when the callable has been let go by then.
    pub(crate) fn post(&self, arguments: impl FnOnce(Python<'_>) -> PyResult<Py<PyTuple>> + Send + 'static) {
        let target = self.clone();
        self.0.calls.post(Box::new(move |py| target.prepare(py, arguments)));
    }

    fn prepare(
        self,
        py: Python<'_>,
        arguments: impl FnOnce(Python<'_>) -> PyResult<Py<PyTuple>>,
    ) -> Option<Call> {
        let callable = self.0.callbacks.upgrade()?.get(py, self.0.id)?;
        match arguments(py) {
            Ok(arguments) => Some((callable, arguments)),
            Err(error) => {
                error.write_unraisable(py, Some(callable.bind(py)));
                None
            }
        }
    }

    /// Calls the callable with `argument` and a [`Reply`], and hands on what `read` makes of the argument and the reply. The receiver
    /// fails when there is no usable reply.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        argument: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
        read: fn(&Bound<'_, PyAny>, &Bound<'_, PyAny>) -> PyResult<T>,
    ) -> oneshot::Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        self.post(move |py| {
            let argument = argument(py)?;
            let given = argument.clone_ref(py);
            let take = move |answer: &Bound<'_, PyAny>| {
                let answer = read(given.bind(answer.py()), answer)?;
                drop(sender.send(answer));
                Ok(())
            };
            tuple(py, (argument, Reply(Mutex::new(Some(Box::new(take))))))
        });
        receiver
    }
}

/// Arguments for [`Target::post`].
pub(crate) fn tuple<'py>(
    py: Python<'py>,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
) -> PyResult<Py<PyTuple>> {
    arguments.into_pyobject(py).map(Bound::unbind)
}

type Take = Box<dyn FnOnce(&Bound<'_, PyAny>) -> PyResult<()> + Send>;

/// Where the answer to a question of the library goes, once.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Reply(Mutex<Option<Take>>);

impl Reply {
    fn take(&self) -> Option<Take> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[pymethods]
impl Reply {
    fn __call__(&self, answer: &Bound<'_, PyAny>) -> PyResult<()> {
        self.take().map_or(Ok(()), |take| take(answer))
    }

    /// There is no answer.
    fn fail(&self) {
        drop(self.take());
    }
}
