//! A session keeper written in Python.

use crate::{callbacks::Target, from_python, store::or_failed, to_python};
use pyo3::prelude::*;
use serde_json::Value;
use webchat_core::{Error, store::SessionKeeper, transport::BoxFuture};

/// Three callables of the application: one keeps an asynchronous chat's session, one returns it, one forgets it.
pub(crate) struct PythonKeeper {
    pub(crate) store: Target,
    pub(crate) load: Target,
    pub(crate) forget: Target,
}

fn tell(target: &Target, what: Value, method: &'static str) -> BoxFuture<Result<(), Error>> {
    let what = move |py: Python<'_>| Ok(to_python::of(py, &what)?.unbind());
    or_failed(target.ask(what, |_, _| Ok(())), method)
}

impl SessionKeeper for PythonKeeper {
    fn store_session(&self, session: Value) -> BoxFuture<Result<(), Error>> {
        tell(&self.store, session, "store_session")
    }

    fn load_session(&self) -> BoxFuture<Result<Option<Value>, Error>> {
        or_failed(self.load.ask(|py| Ok(py.None()), |_, kept| read(kept)), "load_session")
    }

    fn forget_session(&self, lost: Value) -> BoxFuture<Result<(), Error>> {
        tell(&self.forget, lost, "forget_session")
    }
}

/// What `load_session` returned: a mapping or text, or nothing.
fn read(kept: &Bound<'_, PyAny>) -> PyResult<Option<Value>> {
    (!kept.is_none()).then(|| from_python::value(kept)).transpose()
}
