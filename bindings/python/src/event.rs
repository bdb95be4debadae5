//! An event as Python sees it.

use crate::content;
use pyo3::{
    PyTraverseError,
    gc::PyVisit,
    intern,
    prelude::*,
    types::{PyDict, PyList},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use webchat_core::event::{Envelope, Event as Published};

/// An event. Its data become Python values when first asked for: an event that nobody looks at costs little.
#[pyclass(frozen, module = "webchat")]
pub(crate) struct Event {
    envelope: Arc<Envelope>,
    data: Mutex<Option<Py<PyAny>>>,
}

impl Event {
    pub(crate) fn new(envelope: Arc<Envelope>) -> Self {
        Self { envelope, data: Mutex::new(None) }
    }

    fn known(&self) -> MutexGuard<'_, Option<Py<PyAny>>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Event {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const MATCH_ARGS: (&'static str, &'static str) = ("name", "data");

    #[getter]
    fn name(&self) -> &'static str {
        self.envelope.event.name()
    }

    #[getter]
    fn time(&self) -> u64 {
        self.envelope.time
    }

    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(data) = &*self.known() {
            return Ok(data.bind(py).clone());
        }
        let data = content::event_data(py, &self.envelope.event)?;
        // Another thread may have been faster; all see the same object.
        Ok(self.known().get_or_insert_with(|| data.unbind()).bind(py).clone())
    }

    #[getter]
    fn messages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let data = self.data(py)?;
        let Ok(data) = data.cast::<PyDict>() else { return Ok(PyList::empty(py)) };
        match &self.envelope.event {
            Published::MessageReceived(_) => {
                Ok(data.as_any().get_item(intern!(py, "messages"))?.cast_into()?)
            }
            Published::AgentTypingStarted(_) | Published::AgentTypingStopped(Some(_)) => {
                PyList::new(py, [data])
            }
            Published::Error(_) => Ok(PyList::empty(py)),
            _ => PyList::new(py, data.get_item(intern!(py, "message"))?),
        }
    }

    fn __repr__(&self) -> String {
        format!("<webchat.Event {} at {}>", self.name(), self.envelope.time)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.data.try_lock().map_or(Ok(()), |data| visit.call(&*data))
    }

    fn __clear__(&self) {
        let gone = self.known().take();
        drop(gone);
    }
}
