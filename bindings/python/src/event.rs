//! An event on its way to Python, whose own code has a class for each.

use crate::to_python;
use pyo3::{
    PyTraverseError,
    gc::PyVisit,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyList},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use webchat_core::event::{Envelope, Event, Messages};

/// What an event of Python's is read from. The data become Python values when first asked for: an event that nobody looks at costs
/// little.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Published {
    envelope: Arc<Envelope>,
    data: Mutex<Option<Py<PyAny>>>,
}

/// The event as Python's programs see it.
pub(crate) fn to_python(py: Python<'_>, envelope: Arc<Envelope>) -> PyResult<Py<PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let kind = envelope.event.kind() as u32;
    let published = Py::new(py, Published { envelope, data: Mutex::new(None) })?;
    let make = MAKE.get_or_try_init(py, || {
        PyResult::Ok(py.import(intern!(py, "webchat._published"))?.getattr(intern!(py, "event"))?.unbind())
    })?;
    make.call1(py, (kind, published))
}

fn messages<'py>(py: Python<'py>, messages: Messages<'_>) -> PyResult<Bound<'py, PyList>> {
    let each = (0..messages.count()).filter_map(|place| messages.get(place));
    let made: Vec<_> = each.map(|(message, _)| to_python::of(py, message)).collect::<PyResult<_>>()?;
    PyList::new(py, made)
}

impl Published {
    fn known(&self) -> MutexGuard<'_, Option<Py<PyAny>>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Published {
    #[getter]
    fn time(&self) -> u64 {
        self.envelope.time
    }

    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(data) = &*self.known() {
            return Ok(data.bind(py).clone());
        }
        let data = to_python::of(py, &self.envelope.event.payload())?;
        // Another thread may have been faster; all see the same object.
        Ok(self.known().get_or_insert_with(|| data.unbind()).bind(py).clone())
    }

    /// The messages in the data, made without the rest of them.
    #[getter]
    fn messages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let known = self.known().as_ref().map(|data| data.clone_ref(py));
        match (&self.envelope.event, known) {
            (Event::MessageReceived(_), Some(data)) => {
                Ok(data.bind(py).cast::<PyDict>()?.as_any().get_item(intern!(py, "messages"))?.cast_into()?)
            }
            (event, _) => messages(py, event.payload().messages()),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.data.try_lock().map_or(Ok(()), |data| visit.call(&*data))
    }

    fn __clear__(&self) {
        let gone = self.known().take();
        drop(gone);
    }
}
