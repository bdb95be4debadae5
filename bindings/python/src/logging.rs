//! The library's log on its way to Python's `logging`.
//!
//! Threads of the library never wait for the interpreter here: a line that is wanted goes into a queue, from which a thread of Python's own
//! takes it (`_logging.py`). Which are wanted, Python's loggers say. Their levels are looked at whenever the program calls, and by the threads that make its
//! calls: then what nobody wants costs the library a comparison.

use crate::{
    calls::{Calls, Kind, Sender},
    native::{self, is_forked},
};
use log::{Level, LevelFilter, Log, Metadata, Record};
use pyo3::{
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyModule},
};
use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use webchat_core::foreign;

/// The parts of the log: what the library calls them, and their loggers.
const PARTS: [(&str, &str); 4] = [
    ("webchat", "webchat"),
    ("webchat::chat", "webchat.chat"),
    ("webchat::connection", "webchat.connection"),
    ("webchat::store", "webchat.store"),
];

/// How many lines wait for the thread that writes them; more are counted and left out.
const MOST_WAITING: usize = 4096;

/// Which lines are wanted of each part, as a `LevelFilter`. Until a program has imported `logging`, those that it shows by itself.
static WANTED: [AtomicUsize; PARTS.len()] =
    [const { AtomicUsize::new(LevelFilter::Warn as usize) }; PARTS.len()];

static WAITING: AtomicUsize = AtomicUsize::new(0);
static LOST: AtomicU64 = AtomicU64::new(0);

/// Where lines go, and what writes them.
static SINK: OnceLock<(Sender, Py<PyAny>)> = OnceLock::new();

/// Python's loggers: the manager, the root, and that of each part.
static LOGGERS: PyOnceLock<Loggers> = PyOnceLock::new();

struct Loggers {
    manager: Py<PyAny>,
    root: Py<PyAny>,
    parts: Vec<Py<PyAny>>,
}

struct Bridge;

/// Which part a target is; nothing where it is not the library's.
fn part(target: &str) -> Option<usize> {
    PARTS.iter().position(|(name, _)| *name == target).or_else(|| target.starts_with("webchat").then_some(0))
}

impl Log for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        part(metadata.target()).is_some_and(|part| is_wanted(part, metadata.level()))
    }

    fn log(&self, record: &Record<'_>) {
        let Some(part) = part(record.target()).filter(|part| is_wanted(*part, record.level())) else {
            return;
        };
        if !is_forked() {
            post(part, record.level(), foreign::sentence(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

fn is_wanted(part: usize, level: Level) -> bool {
    WANTED.get(part).is_some_and(|wanted| level as usize <= wanted.load(Relaxed))
}

fn post(part: usize, level: Level, text: String) {
    let Some((sender, _)) = SINK.get() else { return };
    if WAITING.fetch_add(1, Relaxed) >= MOST_WAITING {
        WAITING.fetch_sub(1, Relaxed);
        LOST.fetch_add(1, Relaxed);
        return;
    }
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    sender.post(
        Kind::Telling,
        Box::new(move |py| {
            WAITING.fetch_sub(1, Relaxed);
            let (_, write) = SINK.get()?;
            let name = PARTS.get(part)?.1;
            let lost = LOST.swap(0, Relaxed);
            let arguments = (name, number(level), time, text, lost).into_pyobject(py);
            Some(
                arguments
                    .map(|arguments| (write.clone_ref(py), arguments.unbind()))
                    .map_err(|error| (error, write.clone_ref(py))),
            )
        }),
    );
}

/// Python's number of a level.
fn number(level: Level) -> u8 {
    match level {
        Level::Error => 40,
        Level::Warn => 30,
        Level::Info => 20,
        Level::Debug => 10,
        Level::Trace => 5,
    }
}

/// What a logger of this level wants.
fn filter(level: i64) -> LevelFilter {
    match level {
        ..=5 => LevelFilter::Trace,
        6..=10 => LevelFilter::Debug,
        11..=20 => LevelFilter::Info,
        21..=30 => LevelFilter::Warn,
        31..=40 => LevelFilter::Error,
        _ => LevelFilter::Off,
    }
}

/// Has lines written by `write(logger, level, time, text, lost)`, called by the thread behind `calls`.
#[pyfunction]
pub(crate) fn write_log(py: Python<'_>, calls: &Calls, write: Py<PyAny>) -> PyResult<()> {
    let sender = calls.sender(py)?;
    if SINK.set((sender, write)).is_ok() && log::set_logger(&Bridge).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
    refresh(py)
}

/// Has `function` called when every line told until now has been written. False when none waits.
#[pyfunction]
pub(crate) fn when_written(py: Python<'_>, function: Py<PyAny>) -> PyResult<bool> {
    let _inside = native::enter(py)?;
    let Some((sender, _)) = SINK.get().filter(|_| WAITING.load(Relaxed) > 0) else { return Ok(false) };
    sender.post(
        Kind::Telling,
        Box::new(move |py| {
            let none = pyo3::types::PyTuple::empty(py).unbind();
            Some(Ok((function, none)))
        }),
    );
    Ok(true)
}

/// Looks at the levels of Python's loggers. Fails with what a signal handler raises meanwhile.
pub(crate) fn refresh(py: Python<'_>) -> PyResult<()> {
    if SINK.get().is_none() {
        return Ok(());
    }
    let found = match LOGGERS.get(py) {
        Some(loggers) => Some(loggers),
        None => find(py)?,
    };
    let Some(Ok(wanted)) = found.map(|loggers| loggers.wanted(py)) else { return Ok(()) };
    for (known, wanted) in WANTED.iter().zip(&wanted) {
        known.store(*wanted as usize, Relaxed);
    }
    let most = wanted.into_iter().max().unwrap_or(LevelFilter::Off);
    if log::max_level() != most {
        log::set_max_level(most);
    }
    Ok(())
}

/// The loggers, once the program has imported `logging`: until then it has set no level. An import under way in another thread counts as none.
fn find(py: Python<'_>) -> PyResult<Option<&'static Loggers>> {
    let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?.cast_into::<PyDict>()?;
    let Some(Ok(logging)) = modules.get_item(intern!(py, "logging"))?.map(Bound::cast_into::<PyModule>)
    else {
        return Ok(None);
    };
    if !logging.hasattr(intern!(py, "getLogger"))? || !logging.hasattr(intern!(py, "root"))? {
        return Ok(None);
    }
    let loggers = || -> PyResult<Loggers> {
        let of = |name: &str| logging.call_method1(intern!(py, "getLogger"), (name,)).map(Bound::unbind);
        let parts = PARTS.iter().map(|(_, name)| of(name)).collect::<PyResult<_>>()?;
        let root = logging.getattr(intern!(py, "root"))?;
        let manager = root.getattr(intern!(py, "manager"))?.unbind();
        Ok(Loggers { manager, root: root.unbind(), parts })
    };
    match LOGGERS.get_or_try_init(py, loggers) {
        Ok(loggers) => Ok(Some(loggers)),
        // An import that is not complete; what is left is a signal handler's, which ran in Python's code.
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyAttributeError>(py) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Loggers {
    /// What each part wants. A logger without a level of its own has its parent's.
    fn wanted(&self, py: Python<'_>) -> PyResult<Vec<LevelFilter>> {
        let level = |logger: &Py<PyAny>| logger.getattr(py, intern!(py, "level"))?.extract::<i64>(py);
        // Not the property `disable`: its code would run signal handlers, and what they raise is not for here.
        let disabled: i64 = self.manager.getattr(py, intern!(py, "_disable"))?.extract(py)?;
        let inherited = |own: i64, parent: i64| if own == 0 { parent } else { own };
        let mut parent = level(&self.root)?;
        let mut wanted = Vec::with_capacity(PARTS.len());
        for (position, part) in self.parts.iter().enumerate() {
            let level = inherited(level(part)?, parent);
            if position == 0 {
                parent = level;
            }
            wanted.push(filter(level.max(disabled.saturating_add(1))));
        }
        Ok(wanted)
    }
}
