//! Events one after the other, for those who wait for them.

use crate::{
    callbacks::Target,
    error,
    event::Event,
    wait::{seconds, wait},
};
use pyo3::{prelude::*, types::PyTuple};
use std::{task::Poll, time::Duration};
use webchat_core::{Chat, ErrorKind, Runtime, driver};

/// The events of a chat, in order, until the chat is closed. It keeps the chat alive.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Events {
    stream: driver::Events,
    runtime: Runtime,
    _chat: Chat,
}

/// What came of waiting for an event.
enum Next {
    Event(Event),
    TimedOut,
    Ended,
}

impl Events {
    /// `on_change` is called when there is something to be had again, after [`Events::take`] has found nothing.
    pub(crate) fn new(chat: &Chat, runtime: &Runtime, on_change: Option<Target>) -> Self {
        let stream = chat.events();
        if let Some(target) = on_change {
            stream.on_change(move || target.post(|py| Ok(PyTuple::empty(py).unbind())));
        }
        Self { stream, runtime: runtime.clone(), _chat: chat.clone() }
    }

    fn wait(&self, py: Python<'_>, limit: Option<Duration>) -> PyResult<Next> {
        Ok(match wait(py, &self.runtime, limit, self.stream.next())? {
            Some(Some(envelope)) => Next::Event(Event::new(envelope)),
            Some(None) => Next::Ended,
            None => Next::TimedOut,
        })
    }
}

fn ended(py: Python<'_>) -> PyErr {
    error::plain(py, ErrorKind::Closed, "the service is closed")
}

#[pymethods]
impl Events {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Event>> {
        match self.wait(py, None)? {
            Next::Event(event) => Ok(Some(event)),
            Next::Ended | Next::TimedOut => Ok(None),
        }
    }

    /// The next event; `None` when none came within `timeout` seconds. `ClosedError` once the chat is closed and all events were taken.
    #[pyo3(signature = (timeout = None))]
    pub(crate) fn next(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Option<Event>> {
        match self.wait(py, seconds(timeout)?)? {
            Next::Event(event) => Ok(Some(event)),
            Next::TimedOut => Ok(None),
            Next::Ended => Err(ended(py)),
        }
    }

    /// The next event if it is here; `None` when it is not. `ClosedError` once the chat is closed and all events were taken.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Event>> {
        match self.stream.poll_next() {
            Poll::Ready(Some(envelope)) => Ok(Some(Event::new(envelope))),
            Poll::Ready(None) => Err(ended(py)),
            Poll::Pending => Ok(None),
        }
    }
}
