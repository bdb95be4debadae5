//! Events one after the other, for those who wait for them.

use crate::{
    callbacks::Target,
    error, event,
    exit::Sleeper,
    native::Native,
    waiting::{Outcome, Waiting, seconds, within},
};
use pyo3::{prelude::*, types::PyTuple};
use std::{sync::Arc, task::Poll, time::Duration};
use webchat_core::{Chat, ErrorKind, Runtime, driver, event::Envelope};

/// The events of a chat, in order, until the chat is closed. It keeps the chat alive.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Events(Native<Arc<Inner>>);

struct Inner {
    stream: driver::Events,
    runtime: Runtime,
    _chat: Chat,
}

impl Events {
    /// `on_change` is called when there is something to be had again, after [`Events::take`] has found nothing.
    pub(crate) fn new(chat: &Chat, runtime: &Runtime, on_change: Option<Target>) -> Self {
        let stream = chat.events();
        if let Some(target) = on_change {
            stream.on_change(move || target.post(|py| Ok(PyTuple::empty(py).unbind())));
        }
        Self(Native::new(Arc::new(Inner { stream, runtime: runtime.clone(), _chat: chat.clone() })))
    }
}

/// The event that `next` brings, to be waited for; `None` when none comes within `limit`. `ClosedError` where there is no other.
pub(crate) fn to_be_had<F>(runtime: &Runtime, limit: Option<Duration>, next: F) -> Waiting
where
    F: Future<Output = Option<Arc<Envelope>>> + Send + 'static,
{
    let next = within(runtime, limit, next);
    let outcome = async move {
        let next = next.await;
        let outcome: Outcome = Box::new(move |py| match next {
            Some(Some(envelope)) => event::to_python(py, envelope),
            Some(None) => Err(ended(py)),
            None => Ok(py.None()),
        });
        outcome
    };
    Waiting::new(Sleeper::Application, outcome, || ())
}

/// The same for what is here or not.
pub(crate) fn to_be_had_now(
    py: Python<'_>,
    next: Poll<Option<Arc<Envelope>>>,
) -> PyResult<Option<Py<PyAny>>> {
    match next {
        Poll::Ready(Some(envelope)) => Ok(Some(event::to_python(py, envelope)?)),
        Poll::Ready(None) => Err(ended(py)),
        Poll::Pending => Ok(None),
    }
}

fn ended(py: Python<'_>) -> PyErr {
    error::plain(py, ErrorKind::Closed, "the service is closed")
}

#[pymethods]
impl Events {
    /// The next event, to be waited for; `None` when none comes within `timeout` seconds. `ClosedError` once the chat is closed and all
    /// events were taken.
    #[pyo3(signature = (timeout))]
    fn next(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Waiting> {
        let events = (*self.0.enter(py)?).clone();
        let limit = seconds(timeout)?;
        let runtime = events.runtime.clone();
        Ok(to_be_had(&runtime, limit, async move { events.stream.next().await }))
    }

    /// The next event if it is here; `None` when it is not. `ClosedError` once the chat is closed and all events were taken.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let events = self.0.enter(py)?;
        to_be_had_now(py, events.stream.poll_next())
    }
}
