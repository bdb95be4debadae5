//! Looking through the newest events of a chat, for those who wait for a certain one.

use crate::{
    callbacks::Target,
    native::Native,
    stream::{to_be_had, to_be_had_now},
    waiting::{Waiting, seconds},
};
use pyo3::{prelude::*, types::PyTuple};
use std::sync::Arc;
use webchat_core::{
    Chat, Runtime,
    driver::{self, Recent},
};

/// A look through the events. It keeps the chat alive.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Look(Native<Arc<Inner>>);

struct Inner {
    look: driver::Look,
    runtime: Runtime,
    _chat: Chat,
}

impl Look {
    /// `on_change` is called when there is something to be had again, after [`Look::take`] has found nothing.
    pub(crate) fn new(
        recent: &Recent,
        mark: Option<u64>,
        on_change: Option<Target>,
        chat: &Chat,
        runtime: &Runtime,
    ) -> Self {
        let look = match on_change {
            Some(target) => {
                recent.look_and_tell(mark, move || target.post(|py| Ok(PyTuple::empty(py).unbind())))
            }
            None => recent.look(mark),
        };
        Self(Native::new(Arc::new(Inner { look, runtime: runtime.clone(), _chat: chat.clone() })))
    }
}

#[pymethods]
impl Look {
    /// The next event, to be waited for; `None` when none comes within `timeout` seconds. `ClosedError` once the chat is closed and all
    /// events were looked at.
    #[pyo3(signature = (timeout))]
    fn next(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Waiting> {
        let inner = (*self.0.enter(py)?).clone();
        let limit = seconds(timeout)?;
        let runtime = inner.runtime.clone();
        Ok(to_be_had(&runtime, limit, async move { inner.look.next().await }))
    }

    /// The next event if it is here; `None` when it is not. `ClosedError` once the chat is closed and all events were looked at.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let inner = self.0.enter(py)?;
        to_be_had_now(py, inner.look.poll_next())
    }

    /// Where the event after the one that came last stands.
    #[getter]
    fn mark(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.enter(py)?.look.mark())
    }

    /// Whether the session had ended when the look began.
    #[getter]
    fn is_over(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.0.enter(py)?.look.was_over())
    }
}
