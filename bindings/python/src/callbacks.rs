//! The application's callables: where they are kept, and how they come to be called.
//!
//! The callables belong to the chat's Python object, which shows them to the garbage collector. What the library holds is a
//! [`Target`], a number that leads to the callable while that object lives: a cycle through the library keeps nothing alive.
//!
//! They are called by a thread of Python's own, or by an event loop (`calls`), so that no Rust code stands below them when the interpreter
//! goes down and stops the thread wherever it is.

use crate::{
    calls::{Call, Kind, Sender},
    native::Native,
};
use pyo3::{PyTraverseError, gc::PyVisit, prelude::*, types::PyTuple};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::oneshot;

/// The callables of one chat. They are locked by whoever holds the interpreter, and not longer: so the garbage collector, which holds it
/// as well, always sees them.
pub(crate) struct Callbacks {
    calls: Sender,
    targets: Mutex<Targets>,
}

#[derive(Default)]
struct Targets {
    last: u64,
    by_id: BTreeMap<u64, Py<PyAny>>,
}

impl Callbacks {
    pub(crate) fn new(calls: Sender) -> Arc<Self> {
        Arc::new(Self { calls, targets: Mutex::default() })
    }

    /// Whoever has the guard calls nothing of Python's: that could let others have the interpreter.
    fn lock(&self, _: Python<'_>) -> MutexGuard<'_, Targets> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `callable` until the last clone of the target is gone.
    pub(crate) fn register(self: &Arc<Self>, py: Python<'_>, callable: Py<PyAny>) -> Target {
        let mut targets = self.lock(py);
        targets.last += 1;
        let id = targets.last;
        targets.by_id.insert(id, callable);
        let (callbacks, calls) = (Arc::downgrade(self), self.calls.clone());
        Target(Arc::new(Registration { callbacks, calls, id, is_gone: AtomicBool::new(false) }))
    }

    /// Lets go of a callable: it is not called any more. Nothing when there is none.
    pub(crate) fn remove(&self, py: Python<'_>, id: u64) -> Option<Py<PyAny>> {
        self.lock(py).by_id.remove(&id)
    }

    fn get(&self, py: Python<'_>, id: u64) -> Option<Py<PyAny>> {
        self.lock(py).by_id.get(&id).map(|callable| callable.clone_ref(py))
    }

    pub(crate) fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Nobody has it meanwhile.
        let Ok(targets) = self.targets.try_lock() else { return Ok(()) };
        targets.by_id.values().try_for_each(|callable| visit.call(callable))
    }

    pub(crate) fn clear(&self, py: Python<'_>) {
        // Dropped without the lock: that may run Python code.
        let gone = std::mem::take(&mut self.lock(py).by_id);
        drop(gone);
    }
}

/// A callable of the application, as the library holds it.
#[derive(Clone)]
pub(crate) struct Target(Arc<Registration>);

struct Registration {
    callbacks: Weak<Callbacks>,
    calls: Sender,
    id: u64,
    /// The callable has been let go.
    is_gone: AtomicBool,
}

impl Drop for Registration {
    /// On any thread, with the interpreter or without: so it only leaves word for the thread that makes the calls.
    fn drop(&mut self) {
        if *self.is_gone.get_mut() {
            return;
        }
        let (callbacks, id) = (self.callbacks.clone(), self.id);
        self.calls.post(
            Kind::Telling,
            Box::new(move |py| {
                drop(callbacks.upgrade()?.remove(py, id));
                None
            }),
        );
    }
}

impl Target {
    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    /// Has the callable called with these arguments after everything posted before. What Python does with exceptions
    /// is its business. Nothing happens when the callable has been let go by then.
    pub(crate) fn post(&self, arguments: impl FnOnce(Python<'_>) -> PyResult<Py<PyTuple>> + Send + 'static) {
        self.post_as(Kind::Telling, arguments);
    }

    fn post_as(
        &self,
        kind: Kind,
        arguments: impl FnOnce(Python<'_>) -> PyResult<Py<PyTuple>> + Send + 'static,
    ) {
        let target = self.clone();
        let job = move |py: Python<'_>| {
            let callable = target.0.callbacks.upgrade()?.get(py, target.0.id)?;
            Some(prepare(py, callable, arguments))
        };
        self.0.calls.post(kind, Box::new(job));
    }

    /// The same for the one call that there is: the callable is let go with it.
    pub(crate) fn post_last(
        self,
        kind: Kind,
        arguments: impl FnOnce(Python<'_>) -> PyResult<Py<PyTuple>> + Send + 'static,
    ) {
        let calls = self.0.calls.clone();
        let job = move |py: Python<'_>| {
            self.0.is_gone.store(true, Ordering::Relaxed);
            let callable = self.0.callbacks.upgrade()?.remove(py, self.0.id)?;
            Some(prepare(py, callable, arguments))
        };
        calls.post(kind, Box::new(job));
    }

    /// Calls the callable with `argument` and a [`Reply`], and hands on what `read` makes of the argument and the reply. The receiver
    /// fails when there is no usable reply.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        argument: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
        read: fn(&Bound<'_, PyAny>, &Bound<'_, PyAny>) -> PyResult<T>,
    ) -> oneshot::Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        self.post_as(Kind::Question, move |py| {
            let argument = argument(py)?;
            let given = argument.clone_ref(py);
            let take = move |answer: &Bound<'_, PyAny>| {
                let answer = read(given.bind(answer.py()), answer)?;
                drop(sender.send(answer));
                Ok(())
            };
            tuple(py, (argument, Reply::new(Box::new(take))))
        });
        receiver
    }
}

fn prepare(
    py: Python<'_>,
    callable: Py<PyAny>,
    arguments: impl FnOnce(Python<'_>) -> PyResult<Py<PyTuple>>,
) -> Result<Call, (PyErr, Py<PyAny>)> {
    match arguments(py) {
        Ok(arguments) => Ok((callable, arguments)),
        Err(error) => Err((error, callable)),
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
pub(crate) struct Reply(Native<Mutex<Option<Take>>>);

impl Reply {
    fn new(take: Take) -> Self {
        Self(Native::new(Mutex::new(Some(take))))
    }
}

#[pymethods]
impl Reply {
    fn __call__(&self, answer: &Bound<'_, PyAny>) -> PyResult<()> {
        let open = self.0.enter(answer.py())?;
        let take = open.lock().unwrap_or_else(PoisonError::into_inner).take();
        take.map_or(Ok(()), |take| take(answer))
    }

    /// There is no answer.
    fn fail(&self, py: Python<'_>) {
        if let Some(open) = self.0.enter_to_let_go(py) {
            let take = open.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(take);
        }
    }
}
