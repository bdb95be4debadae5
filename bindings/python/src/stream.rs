//! Events one after the other, for those who wait for them.

use crate::{
    error,
    event::Event,
    wait::{seconds, wait},
};
use pyo3::prelude::*;
use std::{sync::Arc, time::Duration};
use tokio::sync::{
    Mutex,
    mpsc::{self, UnboundedReceiver},
};
use webchat_core::{Chat, ErrorKind, Runtime, driver::ListenerId, event::Envelope};

/// The events of a chat from now on, in order, until the chat is closed. It keeps the chat alive.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Events {
    chat: Chat,
    runtime: Runtime,
    listener: ListenerId,
    receiver: Mutex<UnboundedReceiver<Arc<Envelope>>>,
}

/// What came of waiting for an event.
enum Next {
    Event(Event),
    TimedOut,
    Ended,
}

impl Events {
    pub(crate) fn new(chat: &Chat, runtime: &Runtime) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let listener = chat.listen(move |envelope| drop(sender.send(envelope.clone())));
        Self { chat: chat.clone(), runtime: runtime.clone(), listener, receiver: Mutex::new(receiver) }
    }

    fn wait(&self, py: Python<'_>, limit: Option<Duration>) -> PyResult<Next> {
        let next = async { self.receiver.lock().await.recv().await };
        Ok(match wait(py, &self.runtime, limit, next)? {
            Some(Some(envelope)) => Next::Event(Event::new(envelope)),
            Some(None) => Next::Ended,
            None => Next::TimedOut,
        })
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.chat.unlisten(self.listener);
    }
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
            Next::Ended => Err(error::plain(py, ErrorKind::Closed, "the service is closed")),
        }
    }
}
