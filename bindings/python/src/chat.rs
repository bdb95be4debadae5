//! One chat, as the Python package drives it.

use crate::{
    callbacks::{Callbacks, tuple},
    calls::{Calls, Kind},
    command, error, event,
    exit::Sleeper,
    from_python,
    held::Held,
    keeper::PythonKeeper,
    logging,
    native::{Native, enter},
    recent::Look,
    runtime::Runtime,
    store::PythonStore,
    stream::Events,
    waiting::{Outcome, Waiting, seconds, within},
};
use pyo3::{
    IntoPyObjectExt, PyTraverseError,
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
    driver::{ListenerId, Recent},
    event::{EventKind, plain_name},
    transport::Capabilities,
};

/// One chat. Callables given to it are called by the thread behind its `Calls`.
#[pyclass(frozen, weakref, module = "webchat._webchat")]
pub(crate) struct Chat(Native<Inner>);

struct Inner {
    core: webchat_core::Chat,
    runtime: webchat_core::Runtime,
    callbacks: Arc<Callbacks>,
    listeners: Mutex<Listeners>,
    queue: OnceLock<Py<Events>>,
    recent: Recent,
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

impl Inner {
    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Chat {
    /// `config` is JSON text or a mapping; `store` has a session store's methods (load, apply), `keeper` a session keeper's (store, load,
    /// forget), each called with an argument and a reply.
    #[new]
    #[pyo3(signature = (config, store, keeper, runtime, calls))]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, PyAny>>,
        store: Option<(Py<PyAny>, Py<PyAny>)>,
        keeper: Option<(Py<PyAny>, Py<PyAny>, Py<PyAny>)>,
        runtime: Option<&Runtime>,
        calls: &Calls,
    ) -> PyResult<Self> {
        let _inside = enter(py)?;
        let to_error = |error: Error| error::to_python(py, &error, None);
        logging::refresh(py)?;
        let config = config.map(|config| read_config(py, config)).transpose()?;
        let callbacks = Callbacks::new(calls.sender(py)?);
        let runtime = match runtime {
            Some(runtime) => runtime.core(py)?,
            None => webchat_core::Runtime::shared().map_err(to_error)?,
        };
        let mut builder = webchat_core::Chat::builder().runtime(runtime.clone());
        if let Some(config) = config {
            builder = builder.config(config);
        }
        if let Some((load, apply)) = store {
            let store =
                PythonStore { load: callbacks.register(py, load), apply: callbacks.register(py, apply) };
            builder = builder.store(Arc::new(store));
        }
        if let Some((store, load, forget)) = keeper {
            let [store, load, forget] =
                [store, load, forget].map(|callable| callbacks.register(py, callable));
            builder = builder.session_keeper(Arc::new(PythonKeeper { store, load, forget }));
        }
        let core = py.detach(|| builder.build()).map_err(to_error)?;
        let listeners = Mutex::default();
        let (queue, recent) = (OnceLock::new(), core.recent());
        Ok(Self(Native::new(Inner { core, runtime, callbacks, listeners, queue, recent })))
    }

    /// A command's outcome, to be waited for; the command is given when the waiting begins. An exception that ends the waiting cancels it.
    #[pyo3(signature = (name, options, timeout))]
    fn call(
        &self,
        py: Python<'_>,
        name: &str,
        options: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Waiting> {
        let chat = self.0.enter(py)?;
        logging::refresh(py)?;
        let command = command::read(py, name, options, &chat.callbacks)?;
        let limit = seconds(timeout)?;
        let core = limit.map_or_else(|| chat.core.clone(), |limit| chat.core.within(limit));
        let (other, given) = (chat.core.clone(), Arc::new(OnceLock::new()));
        let known = given.clone();
        let outcome = async move {
            let pending = core.command(command);
            let id = pending.id();
            let _ = given.set(id);
            let outcome = pending.await;
            let settled: Outcome = Box::new(move |py| settled(py, outcome, Some(id)).map(Bound::unbind));
            settled
        };
        let cancel = move || known.get().into_iter().for_each(|id| other.cancel(*id));
        Ok(Waiting::new(Sleeper::Application, outcome, cancel))
    }

    /// Gives a command; `done` is called with its value and `None`, or with `None` and its error, and with something to hold until the
    /// outcome has arrived. Returns the command's id, and where the first event stands that it can bring.
    #[pyo3(signature = (name, options, timeout, done))]
    fn submit(
        &self,
        py: Python<'_>,
        name: &str,
        options: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
        done: Py<PyAny>,
    ) -> PyResult<(u64, u64)> {
        let chat = self.0.enter(py)?;
        logging::refresh(py)?;
        let command = command::read(py, name, options, &chat.callbacks)?;
        let deadline = seconds(timeout)?;
        let mark = chat.recent.mark();
        let place = chat.core.place().map_err(|error| error::to_python(py, &error, None))?;
        let id = place.id();
        let done = chat.callbacks.register(py, done);
        let completion = Completion::posted(move |outcome, place| {
            done.post_last(Kind::Outcome, move |py| match settled(py, outcome, None) {
                Ok(value) => tuple(py, (value, py.None(), Held::new(place))),
                Err(error) => tuple(py, (py.None(), error, Held::new(place))),
            });
        });
        chat.core.submit_at(place, command, deadline, completion);
        Ok((id.0, mark))
    }

    /// Cancels a command.
    fn cancel(&self, py: Python<'_>, id: u64) {
        if let Some(chat) = self.0.enter_to_let_go(py) {
            chat.core.cancel(RequestId(id));
        }
    }

    /// A number for a listener of all events, or of those called `event`: it has to be known before the first call.
    fn next_listener(&self, py: Python<'_>, event: Option<&str>) -> PyResult<u64> {
        let chat = self.0.enter(py)?;
        logging::refresh(py)?;
        let kind = event.map(read_kind).transpose()?;
        let id = chat.core.next_listener();
        let mut listeners = chat.listeners();
        listeners.last += 1;
        let number = listeners.last;
        listeners.by_number.insert(number, Listener { id, kind, callable: None });
        Ok(number)
    }

    /// Has `listener` called with the events that `number` stands for, unless that has been taken off meanwhile; with something to hold
    /// as long as the event has not arrived, if `holds`.
    #[pyo3(signature = (number, listener, holds = false))]
    fn listen(&self, py: Python<'_>, number: u64, listener: Py<PyAny>, holds: bool) -> PyResult<()> {
        let chat = self.0.enter(py)?;
        let target = chat.callbacks.register(py, listener);
        let (id, kind) = {
            let mut listeners = chat.listeners();
            let Some(listener) = listeners.by_number.get_mut(&number) else { return Ok(()) };
            listener.callable = Some(target.id());
            (listener.id, listener.kind)
        };
        chat.core.listen_as(id, move |delivery| {
            if kind.is_none_or(|kind| delivery.event.kind() == kind) {
                let delivery = delivery.clone();
                target.post(move |py| {
                    let event = event::to_python(py, Arc::clone(&delivery))?;
                    if holds { tuple(py, (event, Held::new(delivery))) } else { tuple(py, (event,)) }
                });
            }
        });
        if !chat.listeners().by_number.contains_key(&number) {
            chat.core.unlisten(id);
        }
        Ok(())
    }

    /// Removes a listener: it is not called any more, and returned. Nothing when there is none.
    fn unlisten(&self, py: Python<'_>, number: u64) -> Option<Py<PyAny>> {
        let chat = self.0.enter_to_let_go(py)?;
        let listener = chat.listeners().by_number.remove(&number)?;
        chat.core.unlisten(listener.id);
        chat.callbacks.remove(py, listener.callable?)
    }

    /// The events. `on_change` is called when there is something to be had again, after `take` has found nothing.
    #[pyo3(signature = (on_change = None))]
    fn events(&self, py: Python<'_>, on_change: Option<Py<PyAny>>) -> PyResult<Events> {
        let chat = self.0.enter(py)?;
        let on_change = on_change.map(|callable| chat.callbacks.register(py, callable));
        Ok(Events::new(&chat.core, &chat.runtime, on_change))
    }

    /// The chat's own events, which begin with the first call.
    fn queue(&self, py: Python<'_>) -> PyResult<Py<Events>> {
        let chat = self.0.enter(py)?;
        if let Some(events) = chat.queue.get() {
            return Ok(events.clone_ref(py));
        }
        let events = Py::new(py, Events::new(&chat.core, &chat.runtime, None))?;
        Ok(chat.queue.get_or_init(|| events).clone_ref(py))
    }

    /// By which the log names the chat.
    #[getter]
    fn number(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.enter(py)?.core.number())
    }

    /// Where the next event will stand, for `look`.
    fn mark(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.enter(py)?.recent.mark())
    }

    /// A look through the events from `mark` on, or without it through `ready` and what comes from now on. `on_change` is called when
    /// there is something to be had again, after `take` has found nothing.
    #[pyo3(signature = (mark, on_change = None))]
    fn look(&self, py: Python<'_>, mark: Option<u64>, on_change: Option<Py<PyAny>>) -> PyResult<Look> {
        let chat = self.0.enter(py)?;
        let on_change = on_change.map(|callable| chat.callbacks.register(py, callable));
        Ok(Look::new(&chat.recent, mark, on_change, &chat.core, &chat.runtime))
    }

    /// What the transport can do, and what not.
    #[getter]
    fn capabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let chat = self.0.enter(py)?;
        let Some(capabilities) = chat.core.capabilities() else {
            return Err(error::plain(py, ErrorKind::InvalidConfiguration, "the chat is not configured yet"));
        };
        let dict = PyDict::new(py);
        Capabilities::NAMES.iter().try_for_each(|name| dict.set_item(name, capabilities.get(name)))?;
        Ok(dict)
    }

    /// Closes the chat, and returns at once.
    fn close(&self, py: Python<'_>) {
        if let Some(chat) = self.0.enter_to_let_go(py) {
            chat.core.close();
        }
    }

    /// To be waited for: the chat is closed and its session data are stored. False when that takes longer than `timeout` seconds.
    #[pyo3(signature = (timeout))]
    fn closed(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Waiting> {
        let chat = self.0.enter(py)?;
        let closed = within(&chat.runtime, seconds(timeout)?, chat.core.closed());
        let outcome = async move {
            let is_closed = closed.await.is_some();
            let outcome: Outcome = Box::new(move |py| is_closed.into_py_any(py));
            outcome
        };
        Ok(Waiting::new(Sleeper::Application, outcome, || ()))
    }

    /// Has `done` called without arguments when the chat is closed and its session data are stored.
    fn when_closed(&self, py: Python<'_>, done: Py<PyAny>) -> PyResult<()> {
        let chat = self.0.enter(py)?;
        let (closed, done) = (chat.core.closed(), chat.callbacks.register(py, done));
        chat.runtime.spawn(async move {
            closed.await;
            done.post(|py| Ok(PyTuple::empty(py).unbind()));
        });
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.peek().map_or(Ok(()), |chat| chat.callbacks.traverse(visit))
    }

    fn __clear__(&self, py: Python<'_>) {
        if let Some(chat) = self.0.peek() {
            chat.callbacks.clear(py);
        }
    }
}

pub(crate) fn read_config(py: Python<'_>, config: &Bound<'_, PyAny>) -> PyResult<Config> {
    let read = match config.cast::<PyString>() {
        Ok(text) => Config::from_json_text(&text.to_cow()?),
        Err(_) => Config::from_json(&from_python::value(config)?),
    };
    read.map_err(|error| error::to_python(py, &error, None))
}

/// An event's kind by its name, with or without `WebChatService.` before it.
fn read_kind(name: &str) -> PyResult<EventKind> {
    let short = plain_name(name);
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
