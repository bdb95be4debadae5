//! A runtime as Python holds it.

use crate::{
    error,
    native::{Native, enter},
};
use pyo3::prelude::*;
use webchat_core::RuntimeOptions;

/// More threads than this are a slip.
const MAX_WORKER_THREADS: usize = 1024;

/// The threads and connections that chats share. Chats made without one share a default. ``worker_threads`` is for programs with so
/// many chats that one thread cannot carry them; 0 is as the default.
///
/// >>> runtime = webchat.Runtime(worker_threads=2)
/// >>> chats = [webchat.Chat(config, runtime=runtime) for _ in range(10)]
#[pyclass(frozen, module = "webchat")]
pub(crate) struct Runtime(Native<webchat_core::Runtime>);

impl Runtime {
    pub(crate) fn core(&self, py: Python<'_>) -> PyResult<webchat_core::Runtime> {
        Ok(self.0.enter(py)?.clone())
    }
}

#[pymethods]
impl Runtime {
    #[new]
    #[pyo3(signature = (*, worker_threads = 0))]
    fn new(py: Python<'_>, worker_threads: usize) -> PyResult<Self> {
        let _inside = enter(py)?;
        if worker_threads > MAX_WORKER_THREADS {
            return Err(error::invalid_argument(format!(
                "worker_threads has to be at most {MAX_WORKER_THREADS}"
            )));
        }
        let runtime = webchat_core::Runtime::new(RuntimeOptions { worker_threads });
        runtime.map(|core| Self(Native::new(core))).map_err(|failure| error::to_python(py, &failure, None))
    }
}
