//! The calls that the library asks Python for, on their way to the thread that makes them, which the package's Python code starts.
//!
//! They are made in the order in which they were asked for. While a handler waits for a command, those go before that the command may
//! need: questions of the library's, and outcomes.

use crate::{
    error,
    exit::Sleeper,
    native::{Native, enter, is_forked},
    waiting::{Outcome, Urgent, Waiting},
};
use pyo3::{IntoPyObjectExt, prelude::*, types::PyTuple};
use std::{
    collections::VecDeque,
    iter, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;
use webchat_core::driver::Readiness;

/// A callable and its arguments.
pub(crate) type Call = (Py<PyAny>, Py<PyTuple>);

/// Makes a call ready, if it is still wanted. An error comes with the callable that it keeps from being called.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>) -> Option<Result<Call, (PyErr, Py<PyAny>)>> + Send>;

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The application is told something.
    Telling,
    /// What a command has come to: whoever waits for it may be in a handler.
    Outcome,
    /// The library waits for what the call returns.
    Question,
}

/// A call as Python takes it: what to call, with what, and whether the library waits for the answer.
type Taken = (Py<PyAny>, Py<PyTuple>, bool);

#[derive(Default)]
struct Queue {
    jobs: Mutex<Jobs>,
    news: Notify,
    is_over: AtomicBool,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<(Kind, Job)>,
    /// Readable while there is something to look at, where somebody waits by it.
    bell: Option<Arc<Readiness>>,
    /// The bell has been rung, or is about to be.
    is_rung: bool,
    /// Nobody makes them any more.
    are_abandoned: bool,
}

impl Queue {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    fn has_urgent(&self) -> bool {
        self.jobs().waiting.iter().any(|(kind, _)| *kind != Kind::Telling)
    }

    /// Rings the bell. Not with the jobs locked: whoever is woken by it wants them.
    fn ring(mut jobs: MutexGuard<'_, Jobs>) {
        let Some(bell) = jobs.bell.clone() else { return };
        let is_rung = mem::replace(&mut jobs.is_rung, true);
        drop(jobs);
        if !is_rung {
            bell.raise();
        }
    }

    /// The first job; with `urgent` the first that a command may need. When there is none the bell is still.
    fn pop(&self, urgent: bool) -> Option<(Kind, Job)> {
        loop {
            let mut jobs = self.jobs();
            if urgent {
                let position = jobs.waiting.iter().position(|(kind, _)| *kind != Kind::Telling)?;
                return jobs.waiting.remove(position);
            }
            let first = jobs.waiting.pop_front();
            if first.is_some() || !jobs.is_rung || self.is_over() {
                return first;
            }
            let bell = jobs.bell.clone()?;
            drop(jobs);
            // Who is about to ring it has not come to that: then this is asked again.
            if !bell.lower() {
                return None;
            }
            let mut jobs = self.jobs();
            jobs.is_rung = false;
            if self.is_over() {
                Self::ring(jobs);
            }
        }
    }

    /// Lets go of all jobs, those to come as well: whoever waits for an answer gets none.
    fn abandon(&self) {
        let gone = {
            let mut jobs = self.jobs();
            jobs.are_abandoned = true;
            jobs.bell = None;
            mem::take(&mut jobs.waiting)
        };
        drop(gone);
    }

    /// The next job that is still wanted, ready to be made.
    fn take(&self, py: Python<'_>, urgent: bool, report: &Py<PyAny>) -> PyResult<Option<Taken>> {
        while let Some((kind, job)) = self.pop(urgent) {
            if let Some((callable, arguments)) = prepare(py, job, report)? {
                return Ok(Some((callable, arguments, kind == Kind::Question)));
            }
        }
        Ok(None)
    }
}

/// Where the library asks for calls. When the last is gone, no more can come.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Open>);

struct Open(Arc<Queue>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
        Queue::ring(self.0.jobs());
        self.0.news.notify_one();
    }
}

impl Requested {
    /// Is over when a call may be there that a command may need.
    pub(crate) fn urgent(&self, py: Python<'_>) -> PyResult<Urgent> {
        let queue = self.queue.enter(py)?.clone();
        Ok(Box::pin(async move {
            while !queue.has_urgent() {
                queue.news.notified().await;
            }
        }))
    }
}

impl Sender {
    pub(crate) fn post(&self, kind: Kind, job: Job) {
        let queue = &self.0.0;
        let was_empty = {
            let mut jobs = queue.jobs();
            if jobs.are_abandoned {
                drop(jobs);
                return drop(job);
            }
            jobs.waiting.push_back((kind, job));
            let was_empty = jobs.waiting.len() == 1;
            Queue::ring(jobs);
            was_empty
        };
        // Where one waited before, whoever takes it looks again.
        if was_empty || kind != Kind::Telling {
            queue.news.notify_one();
        }
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
        let queue = Arc::<Queue>::default();
        let sender = Sender(Arc::new(Open(queue.clone())));
        Ok((Self(Native::new(sender)), Requested { queue: Native::new(queue), report }))
    }

    /// Has `function` called after everything that was asked for before.
    #[pyo3(signature = (function, *arguments))]
    fn post(&self, py: Python<'_>, function: Py<PyAny>, arguments: Py<PyTuple>) -> PyResult<()> {
        self.0.enter(py)?.post(Kind::Telling, Box::new(move |_| Some(Ok((function, arguments)))));
        Ok(())
    }
}

/// The calls that were asked for, in order, for the thread that makes them.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Requested {
    queue: Native<Arc<Queue>>,
    report: Py<PyAny>,
}

impl Drop for Requested {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.peek().filter(|_| !is_forked()) {
            queue.abandon();
        }
    }
}

#[pymethods]
impl Requested {
    /// The next call, if there is one; with `urgent` the next that a command may need.
    #[pyo3(signature = (urgent = false))]
    fn take(&self, py: Python<'_>, urgent: bool) -> PyResult<Option<Taken>> {
        self.queue.enter(py)?.take(py, urgent, &self.report)
    }

    /// The next calls, `most` of them at most.
    fn take_several(&self, py: Python<'_>, most: usize) -> PyResult<Vec<Taken>> {
        let queue = self.queue.enter(py)?;
        iter::from_fn(|| queue.take(py, false, &self.report).transpose()).take(most).collect()
    }

    /// What is readable while there are calls to take, and when none can come any more.
    fn fileno(&self, py: Python<'_>) -> PyResult<i32> {
        let queue = self.queue.enter(py)?;
        let mut jobs = queue.jobs();
        if let Some(bell) = &jobs.bell {
            return Ok(bell.descriptor());
        }
        let bell = Arc::new(Readiness::new().map_err(|error| error::to_python(py, &error, None))?);
        let descriptor = bell.descriptor();
        jobs.bell = Some(bell);
        if !jobs.waiting.is_empty() || queue.is_over() {
            Queue::ring(jobs);
        }
        Ok(descriptor)
    }

    /// Whether no more calls can come than are there.
    #[getter]
    fn is_over(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.queue.enter(py)?.is_over())
    }

    /// Waits until calls may have come; false when none can come any more.
    fn next(&self, py: Python<'_>) -> PyResult<Waiting> {
        let queue = self.queue.enter(py)?.clone();
        let next = async move {
            // A permit of before is kept, so that nothing is missed between a look and the wait.
            if queue.jobs().waiting.is_empty() && !queue.is_over() {
                queue.news.notified().await;
            }
            let may_come = !(queue.is_over() && queue.jobs().waiting.is_empty());
            let outcome: Outcome = Box::new(move |py| may_come.into_py_any(py));
            outcome
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
