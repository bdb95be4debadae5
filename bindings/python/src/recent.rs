//! The newest events of a chat, for those who wait for a certain one. They are looked through again and again, so nothing is lost by
//! looking, and they hold the chat back as little as events that have arrived.

use crate::{
    callbacks::Target,
    native::Native,
    stream::{to_be_had, to_be_had_now},
    waiting::{Waiting, seconds},
};
use pyo3::{prelude::*, types::PyTuple};
use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};
use tokio::sync::Notify;
use webchat_core::{
    Chat, Runtime,
    driver::ListenerId,
    event::{Envelope, Event, Session},
};

/// How many events are remembered.
const EVENTS: usize = 1_024;

/// How large they may be together.
const BYTES: usize = 1 << 20;

/// The newest events of a chat.
pub(crate) struct Recent {
    chat: Chat,
    runtime: Runtime,
    listener: ListenerId,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    kept: Mutex<Kept>,
    changed: Notify,
}

#[derive(Default)]
struct Kept {
    events: VecDeque<Remembered>,
    bytes: usize,
    /// The number of the first of `events`.
    first: u64,
    /// Whether the session had ended before the first of `events`.
    was_over: bool,
    ready: Option<Arc<Envelope>>,
    closed: bool,
    looks: Vec<(u64, Target)>,
    last_look: u64,
}

struct Remembered {
    envelope: Arc<Envelope>,
    bytes: usize,
    /// Whether the session has ended by then, and no other has begun.
    is_over: bool,
}

impl Kept {
    /// The number that the next event will have.
    fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    fn event(&self, number: u64) -> Option<&Remembered> {
        self.events.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    fn is_over_before(&self, number: u64) -> bool {
        let before = number.checked_sub(1).and_then(|before| self.event(before));
        before.map_or(self.was_over, |before| before.is_over)
    }

    fn push(&mut self, envelope: Arc<Envelope>, bytes: usize) {
        let is_over = match envelope.event.kind().session() {
            Some(Session::Begins) => false,
            Some(Session::Ends) => true,
            _ => self.is_over_before(self.end()),
        };
        if matches!(envelope.event, Event::Ready) {
            self.ready = Some(envelope.clone());
        }
        self.events.push_back(Remembered { envelope, bytes, is_over });
        self.bytes += bytes;
        while self.events.len() > EVENTS || (self.bytes > BYTES && self.events.len() > 1) {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= oldest.bytes;
            self.was_over = oldest.is_over;
            self.first += 1;
        }
    }
}

impl Log {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) {
        let targets: Vec<_> = {
            let mut kept = self.kept();
            change(&mut kept);
            kept.looks.iter().map(|(_, target)| target.clone()).collect()
        };
        for target in targets {
            target.post(|py| Ok(PyTuple::empty(py).unbind()));
        }
        self.changed.notify_waiters();
    }
}

/// Tells those who look of the end, when the chat lets its listeners go.
struct Feed(Arc<Log>);

impl Drop for Feed {
    fn drop(&mut self) {
        self.0.change(|kept| kept.closed = true);
    }
}

impl Recent {
    pub(crate) fn new(chat: &Chat, runtime: &Runtime) -> Arc<Self> {
        let log = Arc::new(Log::default());
        let feed = Feed(log.clone());
        let listener = chat.look_on(move |delivery| {
            feed.0.change(|kept| kept.push(Arc::clone(delivery), delivery.bytes()));
        });
        Arc::new(Self { chat: chat.clone(), runtime: runtime.clone(), listener, log })
    }

    /// Where the next event will stand.
    pub(crate) fn mark(&self) -> u64 {
        self.log.kept().end()
    }

    /// Begins to look through the events from `mark` on; through what comes from now on where there is none, and `ready`.
    pub(crate) fn look(self: &Arc<Self>, mark: Option<u64>, on_change: Option<Target>) -> Look {
        let mut kept = self.log.kept();
        kept.last_look += 1;
        let number = kept.last_look;
        let next = mark.unwrap_or(kept.end());
        let first = if mark.is_none() { kept.ready.clone() } else { None };
        let is_over = kept.is_over_before(next.max(kept.first));
        kept.looks.extend(on_change.map(|target| (number, target)));
        let place = Mutex::new(Place { first, next });
        Look(Native::new(Arc::new(Looking { recent: self.clone(), number, is_over, place })))
    }
}

impl Drop for Recent {
    fn drop(&mut self) {
        self.chat.unlisten(self.listener);
    }
}

/// A look through the events. It keeps the chat alive.
#[pyclass(frozen, module = "webchat._webchat")]
pub(crate) struct Look(Native<Arc<Looking>>);

pub(crate) struct Looking {
    recent: Arc<Recent>,
    number: u64,
    is_over: bool,
    place: Mutex<Place>,
}

/// How far a look has come.
struct Place {
    /// What is to be seen before anything else.
    first: Option<Arc<Envelope>>,
    next: u64,
}

impl Looking {
    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Poll<Option<Arc<Envelope>>> {
        let mut place = self.place();
        if let Some(first) = place.first.take() {
            return Poll::Ready(Some(first));
        }
        let kept = self.recent.log.kept();
        let number = place.next.max(kept.first);
        match kept.event(number) {
            Some(event) => {
                place.next = number + 1;
                Poll::Ready(Some(event.envelope.clone()))
            }
            None if kept.closed => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    async fn next(&self) -> Option<Arc<Envelope>> {
        loop {
            let mut changed = pin!(self.recent.log.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            match self.take() {
                Poll::Ready(next) => return next,
                Poll::Pending => changed.await,
            }
        }
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        let gone = {
            let mut kept = self.recent.log.kept();
            let place = kept.looks.iter().position(|(number, _)| *number == self.number);
            place.map(|place| kept.looks.swap_remove(place))
        };
        drop(gone);
    }
}

#[pymethods]
impl Look {
    /// The next event, to be waited for; `None` when none comes within `timeout` seconds. `ClosedError` once the chat is closed and all
    /// events were looked at.
    #[pyo3(signature = (timeout))]
    fn next(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Waiting> {
        let looking = (*self.0.enter(py)?).clone();
        let limit = seconds(timeout)?;
        let runtime = looking.recent.runtime.clone();
        Ok(to_be_had(&runtime, limit, async move { looking.next().await }))
    }

    /// The next event if it is here; `None` when it is not. `ClosedError` once the chat is closed and all events were looked at.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let looking = self.0.enter(py)?;
        to_be_had_now(py, looking.take())
    }

    /// Where the event after the one that came last stands.
    #[getter]
    fn mark(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.enter(py)?.place().next)
    }

    /// Whether the session had ended when the look began.
    #[getter]
    fn is_over(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.0.enter(py)?.is_over)
    }
}
