//! The library's errors as the exceptions of `webchat.errors`.

use crate::to_python;
use pyo3::{exceptions::PyRuntimeError, intern, prelude::*, types::PyDict};
use webchat_core::{Error, ErrorKind, Retry, command::RequestId};

/// The exception for `error`, of the class that `webchat.errors` has for its kind. Without the interpreter's help (a broken
/// installation) it is what went wrong instead.
pub(crate) fn to_python(py: Python<'_>, error: &Error, request: Option<RequestId>) -> PyErr {
    build(py, error, request).map_or_else(|failure| failure, PyErr::from_value)
}

fn build<'py>(py: Python<'py>, error: &Error, request: Option<RequestId>) -> PyResult<Bound<'py, PyAny>> {
    let errors = py.import(intern!(py, "webchat.errors"))?;
    let class = errors.call_method1(intern!(py, "class_for"), (error.kind().name(),))?;
    let fields = PyDict::new(py);
    if let Some(response) = error.response() {
        fields.set_item(intern!(py, "response"), to_python::of(py, response)?)?;
    }
    match error.retry() {
        Retry::Never => {}
        Retry::After(pause) => fields.set_item(intern!(py, "retry_after"), pause.as_secs_f64())?,
        Retry::WithBackoff => fields.set_item(intern!(py, "retryable"), true)?,
    }
    if let Some(detail) = error.detail() {
        fields.set_item(intern!(py, "detail"), detail)?;
    }
    if let Some(file) = error.file() {
        fields.set_item(intern!(py, "filename"), file.path.as_os_str())?;
        fields.set_item(intern!(py, "errno"), file.os_error)?;
    }
    if let Some(delivery) = error.delivery() {
        fields.set_item(intern!(py, "delivery"), delivery.name())?;
    }
    if let Some(RequestId(id)) = request {
        fields.set_item(intern!(py, "request_id"), id)?;
    }
    class.call((error.message(),), Some(&fields))
}

/// An error of `kind` that belongs to no command.
pub(crate) fn plain(py: Python<'_>, kind: ErrorKind, message: impl Into<String>) -> PyErr {
    to_python(py, &Error::new(kind, message), None)
}

/// An argument that cannot be used.
pub(crate) fn invalid_argument(message: impl Into<String>) -> PyErr {
    let message = message.into();
    Python::try_attach(|py| plain(py, ErrorKind::InvalidArgument, message.clone()))
        .unwrap_or_else(|| PyRuntimeError::new_err(message))
}
