//! What Python objects have of the library. In a forked process every method fails before it touches anything, and what is dropped is
//! forgotten, since the library's threads, which hold locks, have stayed in the parent.

use crate::{
    error,
    exit::{self, Inside},
};
use pyo3::prelude::*;
use std::{mem, ops::Deref};
use webchat_core::{ErrorKind, driver};

/// Has forks watched, before anything of the library is used.
pub(crate) fn watch_forks() {
    #[cfg(unix)]
    driver::watch_forks(|in_child| {
        // SAFETY: the function touches atomic variables alone, which a child may do between fork and exec; an extension module is never
        // unloaded.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) == 0 }
    });
}

/// Whether this process was forked from one that had begun to use the library.
#[pyfunction]
pub(crate) fn is_forked() -> bool {
    driver::is_forked()
}

/// What a forked process is told.
pub(crate) fn forked(py: Python<'_>) -> PyErr {
    error::to_python(py, &driver::forked(), None)
}

/// To be held while a method runs that uses the library. Fails in a forked process.
pub(crate) fn enter(py: Python<'_>) -> PyResult<Inside> {
    let inside = exit::enter(py);
    if is_forked() { Err(forked(py)) } else { Ok(inside) }
}

/// Fails in a forked process.
#[pyfunction]
pub(crate) fn check_process(py: Python<'_>) -> PyResult<()> {
    enter(py).map(drop)
}

/// Something of the library, which a forked process neither uses nor drops.
pub(crate) struct Native<T>(Option<T>);

impl<T> Native<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// For a method that uses it. Fails in a forked process.
    pub(crate) fn enter(&self, py: Python<'_>) -> PyResult<Entered<'_, T>> {
        let inside = enter(py)?;
        match &self.0 {
            Some(value) => Ok(Entered { value, inside }),
            None => Err(error::plain(py, ErrorKind::Internal, "the object is being dropped")),
        }
    }

    /// For a method that lets go of something: nothing in a forked process, where nothing is held.
    pub(crate) fn enter_to_let_go(&self, py: Python<'_>) -> Option<Entered<'_, T>> {
        if is_forked() { None } else { self.enter(py).ok() }
    }

    /// For the garbage collector, which may look but not use it.
    pub(crate) fn peek(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Drop for Native<T> {
    fn drop(&mut self) {
        if is_forked() {
            mem::forget(self.0.take());
        }
    }
}

/// Access to what a [`Native`] has.
pub(crate) struct Entered<'a, T> {
    value: &'a T,
    inside: Inside,
}

impl<'a, T> Entered<'a, T> {
    /// For a method that goes out and comes in again.
    pub(crate) fn split(self) -> (&'a T, Inside) {
        (self.value, self.inside)
    }
}

impl<T> Deref for Entered<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}
