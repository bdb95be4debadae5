//! What counts as waiting for the application while Python holds it.

use pyo3::prelude::*;
use std::any::Any;

/// Something that the library waits for: let go when the application has what came with it.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Held {
    _waiting: Box<dyn Any + Send + Sync>,
}

impl Held {
    pub(crate) fn new(waiting: impl Any + Send + Sync) -> Self {
        Self { _waiting: Box::new(waiting) }
    }
}
