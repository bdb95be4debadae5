//! A session store written in Python.

use crate::callbacks::Target;
use pyo3::{
    prelude::*,
    types::{PyDict, PyMapping},
};
use std::future::Future;
use webchat_core::{
    Error, ErrorKind,
    store::{Change, SessionStore, Stored},
    transport::BoxFuture,
};

/// Two callables of the application: one returns everything stored, one carries out changes.
pub(crate) struct PythonStore {
    pub(crate) load: Target,
    pub(crate) apply: Target,
}

/// What the application answered to `method`, or that it failed.
pub(crate) fn or_failed<T>(
    answer: impl Future<Output = Result<T, tokio::sync::oneshot::error::RecvError>> + Send + 'static,
    method: &'static str,
) -> BoxFuture<Result<T, Error>>
where
    T: Send + 'static,
{
    let failed = move |_| Error::new(ErrorKind::Io, format!("{method}() of the application failed"));
    Box::pin(async move { answer.await.map_err(failed) })
}

impl SessionStore for PythonStore {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        or_failed(self.load.ask(|py| Ok(py.None()), |_, stored| read(stored)), "load")
    }

    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        let changes = move |py: Python<'_>| {
            let dict = PyDict::new(py);
            for (key, value) in changes {
                dict.set_item(key, value.map(|text| text.0))?;
            }
            Ok(dict.into_any().unbind())
        };
        or_failed(self.apply.ask(changes, |_, _| Ok(())), "apply")
    }
}

/// What `load` returned: a mapping from text to text, or nothing.
fn read(stored: &Bound<'_, PyAny>) -> PyResult<Stored> {
    if stored.is_none() {
        return Ok(Stored::new());
    }
    stored.cast::<PyMapping>()?.items()?.iter().map(|item| item.extract()).collect()
}
