//! One chat, as the Python package drives it.

use crate::{
    callbacks::{Callbacks, tuple},
    command, error,
    event::Event,
    fork, json,
    keeper::PythonKeeper,
    runtime::{DEFAULT_THREAD, Runtime},
    store::PythonStore,
    stream::Events,
    wait::{seconds, wait},
};
use pyo3::{
    PyTraverseError,
    gc::PyVisit,
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};
use webchat_core::{
    Completion, Config, Error, ErrorKind,
    command::{RequestId, Resolution},
    driver::ListenerId,
    event::EventKind,
    transport::Capabilities,
};

/// One chat. Callables given to it are called on its runtime's calling thread.
#[pyclass(frozen, weakref, module = "webchat._webchat")]
pub(crate) struct Chat {
    core: webchat_core::Chat,
    runtime: webchat_core::Runtime,
    callbacks: Arc<Callbacks>,
    listeners: Mutex<Listeners>,
    queue: OnceLock<Events>,
}

/// The listeners, by the numbers that Python knows them by.
#[derive(Default)]
struct Listeners {
    last: u64,
    by_number: BTreeMap<u64, Listener>,
}

/// A listener, or one that is to come.
struct Listener {
    id: ListenerId,
    kind: Option<EventKind>,
    callable: Option<u64>,
}

impl Chat {
    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Chat {
    /// `config` is JSON text or a mapping; `store` has a session store's methods (load, apply), `keeper` a session keeper's (store, load,
    /// forget), each called with an argument and a reply.
    #[new]
    #[pyo3(signature = (config, store, keeper, runtime))]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, PyAny>>,
        store: Option<(Py<PyAny>, Py<PyAny>)>,
        keeper: Option<(Py<PyAny>, Py<PyAny>, Py<PyAny>)>,
        runtime: Option<&Runtime>,
    ) -> PyResult<Self> {
        fork::check(py)?;
        let to_error = |error: Error| error::to_python(py, &error, None);
        let config = config.map(|config| read_config(py, config)).transpose()?;
        let thread = runtime.map_or(&DEFAULT_THREAD, |it| &it.thread);
        let callbacks = Callbacks::new(thread.calls(py)?);
        let runtime =
            runtime.map_or_else(webchat_core::Runtime::shared, |it| Ok(it.core.clone())).map_err(to_error)?;
        let mut builder = webchat_core::Chat::builder().runtime(runtime.clone());
        if let Some(config) = config {
            builder = builder.config(config);
        }
        if let Some((load, apply)) = store {
            let store = PythonStore { load: callbacks.register(load), apply: callbacks.register(apply) };
            builder = builder.store(Arc::new(store));
        }
        if let Some((store, load, forget)) = keeper {
            let [store, load, forget] = [store, load, forget].map(|callable| callbacks.register(callable));
            builder = builder.session_keeper(Arc::new(PythonKeeper { store, load, forget }));
        }
        let core = py.detach(|| builder.build()).map_err(to_error)?;
        Ok(Self { core, runtime, callbacks, listeners: Mutex::default(), queue: OnceLock::new() })
    }

    /// Gives a command and waits for its outcome. An exception from a signal handler cancels the command.
    #[pyo3(signature = (name, options, timeout))]
    fn call<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        options: Option<&Bound<'py, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let command = command::read(py, name, options, &self.callbacks)?;
        let chat = seconds(timeout)?.map_or_else(|| self.core.clone(), |limit| self.core.within(limit));
        let id = OnceLock::new();
        let outcome = wait(py, &self.runtime, None, async {
            let pending = chat.command(command);
            let _ = id.set(pending.id());
            pending.await
        });
        match outcome {
            // Without a limit the waiting ends with an outcome.
            Ok(outcome) => settled(py, outcome.unwrap_or(Ok(Resolution::Nothing)), id.get().copied()),
            Err(interrupt) => {
                if let Some(id) = id.get() {
                    self.core.cancel(*id);
                }
                Err(interrupt)
            }
        }
    }

    /// Gives a command; `done` is called with its value and `None`, or with `None` and its error. Returns the command's id.
    #[pyo3(signature = (name, options, timeout, done))]
    fn submit(
        &self,
        py: Python<'_>,
        name: &str,
        options: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
        done: Py<PyAny>,
    ) -> PyResult<u64> {
        fork::check(py)?;
        let command = command::read(py, name, options, &self.callbacks)?;
        let deadline = seconds(timeout)?;
        let done = self.callbacks.register(done);
        let completion = Completion::new(move |outcome| {
            done.post(move |py| match settled(py, outcome, None) {
                Ok(value) => tuple(py, (value, py.None())),
                Err(error) => tuple(py, (py.None(), error)),
            });
        });
        Ok(self.core.submit(command, deadline, completion).0)
    }

    /// Cancels a command.
    fn cancel(&self, id: u64) {
        self.core.cancel(RequestId(id));
    }

    /// A number for a listener of all events, or of those called `event`: it has to be known before the first call.
    fn next_listener(&self, py: Python<'_>, event: Option<&str>) -> PyResult<u64> {
        fork::check(py)?;
        let kind = event.map(read_kind).transpose()?;
        let id = self.core.next_listener();
        let mut listeners = self.listeners();
        listeners.last += 1;
        let number = listeners.last;
        listeners.by_number.insert(number, Listener { id, kind, callable: None });
        Ok(number)
    }

    /// Has `listener` called with the events that `number` stands for, unless that has been taken off meanwhile.
    fn listen(&self, number: u64, listener: Py<PyAny>) {
        let target = self.callbacks.register(listener);
        let (id, kind) = {
            let mut listeners = self.listeners();
            let Some(listener) = listeners.by_number.get_mut(&number) else { return };
            listener.callable = Some(target.id());
            (listener.id, listener.kind)
        };
        self.core.listen_as(id, move |envelope| {
            if kind.is_none_or(|kind| envelope.event.kind() == kind) {
                let envelope = envelope.clone();
                target.post(move |py| tuple(py, (Event::new(envelope),)));
            }
        });
        if !self.listeners().by_number.contains_key(&number) {
            self.core.unlisten(id);
        }
    }

    /// Removes a listener: it is not called any more. False when there is none.
    fn unlisten(&self, number: u64) -> bool {
        let Some(listener) = self.listeners().by_number.remove(&number) else { return false };
        let found = listener.callable.is_some_and(|callable| self.callbacks.remove(callable));
        self.core.unlisten(listener.id) && found
    }

    /// The events. `on_change` is called when there is something to be had again, after `take` has found nothing.
    #[pyo3(signature = (on_change = None))]
    fn events(&self, on_change: Option<Py<PyAny>>) -> Events {
        let on_change = on_change.map(|callable| self.callbacks.register(callable));
        Events::new(&self.core, &self.runtime, on_change)
    }

    /// The next event of the chat's own queue, which begins with the first call.
    #[pyo3(signature = (timeout))]
    fn next_event(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Option<Event>> {
        self.queue.get_or_init(|| self.events(None)).next(py, timeout)
    }

    /// What the transport can do, and what not.
    #[getter]
    fn capabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let Some(capabilities) = self.core.capabilities() else {
            return Err(error::plain(py, ErrorKind::InvalidConfiguration, "the chat is not configured yet"));
        };
        let dict = PyDict::new(py);
        Capabilities::NAMES.iter().try_for_each(|name| dict.set_item(name, capabilities.get(name)))?;
        Ok(dict)
    }

    /// Closes the chat, and returns at once.
    fn close(&self) {
        self.core.close();
    }

    /// Waits until the chat is closed and its session data are stored. False when that takes longer than `timeout` seconds.
    #[pyo3(signature = (timeout))]
    fn wait_closed(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        Ok(wait(py, &self.runtime, seconds(timeout)?, self.core.closed())?.is_some())
    }

    /// Has `done` called without arguments when the chat is closed and its session data are stored.
    fn when_closed(&self, done: Py<PyAny>) {
        let (closed, done) = (self.core.closed(), self.callbacks.register(done));
        self.runtime.spawn(async move {
            closed.await;
            done.post(|py| Ok(PyTuple::empty(py).unbind()));
        });
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.callbacks.traverse(visit)
    }

    fn __clear__(&self) {
        self.callbacks.clear();
    }
}

fn read_config(py: Python<'_>, config: &Bound<'_, PyAny>) -> PyResult<Config> {
    let read = match config.cast::<PyString>() {
        Ok(text) => Config::from_json_text(&text.to_cow()?),
        Err(_) => Config::from_json(&json::from_python(config)?),
    };
    read.map_err(|error| error::to_python(py, &error, None))
}

/// An event's kind by its name, with or without `WebChatService.` before it.
fn read_kind(name: &str) -> PyResult<EventKind> {
    let short = name.strip_prefix("WebChatService.").unwrap_or(name);
    let found = EventKind::ALL.iter().find(|kind| kind.name() == short);
    found.copied().ok_or_else(|| error::invalid_argument(format!("there is no event called '{name}'")))
}

fn settled(
    py: Python<'_>,
    outcome: Result<Resolution, Error>,
    id: Option<RequestId>,
) -> PyResult<Bound<'_, PyAny>> {
    match outcome {
        Ok(resolution) => command::resolved(py, resolution),
        Err(error) => Err(error::to_python(py, &error, id)),
    }
}
