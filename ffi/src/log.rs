//! The library's log, handed to the application.

use crate::{
    boundary::{Failure, guard},
    cancel,
    context::{Context, webchat_destroy_fn},
    fork,
    status::{WEBCHAT_ERR_BUSY, WEBCHAT_ERR_INVALID_ARGUMENT, webchat_status},
    text::Text,
};
use ::log::{LevelFilter, Log, Metadata, Record};
use std::{
    borrow::Cow,
    ffi::{c_char, c_void},
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use webchat_core::{Error, driver::Dispatcher, foreign};

/// Nothing.
pub const WEBCHAT_LOG_OFF: u32 = 0;
/// Faults in the library.
pub const WEBCHAT_LOG_ERROR: u32 = 1;
/// What the library had to cope with: the network, the server, misuse.
pub const WEBCHAT_LOG_WARN: u32 = 2;
/// What happens, in few words.
pub const WEBCHAT_LOG_INFO: u32 = 3;
/// Details.
pub const WEBCHAT_LOG_DEBUG: u32 = 4;
/// All details.
pub const WEBCHAT_LOG_TRACE: u32 = 5;

/// Told of a log entry: its level (WEBCHAT_LOG_...) and its text, valid during the call. Log thread. Since 0.1.
pub type webchat_log_fn = Option<unsafe extern "C" fn(context: *mut c_void, level: u32, text: *const c_char)>;

/// Where entries go.
struct Sink {
    function: unsafe extern "C" fn(*mut c_void, u32, *const c_char),
    context: Context,
    dispatcher: Dispatcher,
    waiting: AtomicUsize,
    lost: AtomicU64,
}

/// How many entries wait for the log thread; more are counted and left out.
const MOST_WAITING: usize = 4096;
/// How long an entry may be, in bytes; the rest is left out.
const LONGEST: usize = 4096;

static SINK: RwLock<Option<Arc<Sink>>> = RwLock::new(None);
static LOGGER: Bridge = Bridge;
/// Whether the process's logger is ours; settled at the first attempt.
static OURS: OnceLock<bool> = OnceLock::new();
/// The log thread: one for the process, from the first sink on.
static THREAD: Mutex<Option<Dispatcher>> = Mutex::new(None);

struct Bridge;

fn is_own(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("webchat")
}

impl Log for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_own(metadata) && metadata.level() <= ::log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            // In a forked process somebody of the parent's may have the lock for ever.
            if fork::check().is_err() {
                return;
            }
            let sink = SINK.read().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(sink) = sink {
                Sink::take(&sink, record.level() as u32, &foreign::sentence(record.args().to_string()));
            }
        }
    }

    fn flush(&self) {}
}

impl Sink {
    fn take(sink: &Arc<Self>, level: u32, text: &str) {
        if sink.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            sink.waiting.fetch_sub(1, Ordering::Relaxed);
            sink.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let (to, text) = (sink.clone(), Text::new(&shortened(text)));
        sink.dispatcher.post(move || {
            to.waiting.fetch_sub(1, Ordering::Relaxed);
            let lost = to.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                to.write(
                    WEBCHAT_LOG_WARN,
                    &Text::new(&format!("{lost} log entries were left out: the log is too slow")),
                );
            }
            to.write(level, &text);
        });
    }

    fn write(&self, level: u32, text: &Text) {
        // SAFETY: the application gave this function for this context, which has not been let go.
        unsafe { (self.function)(self.context.pointer(), level, text.view().data) }
    }
}

/// An entry within its length.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return text.into();
    }
    let shown = text.get(..text.floor_char_boundary(LONGEST - '…'.len_utf8())).unwrap_or_default();
    format!("{shown}…").into()
}

fn level(number: u32) -> Result<LevelFilter, Failure> {
    Ok(match number {
        WEBCHAT_LOG_OFF => LevelFilter::Off,
        WEBCHAT_LOG_ERROR => LevelFilter::Error,
        WEBCHAT_LOG_WARN => LevelFilter::Warn,
        WEBCHAT_LOG_INFO => LevelFilter::Info,
        WEBCHAT_LOG_DEBUG => LevelFilter::Debug,
        WEBCHAT_LOG_TRACE => LevelFilter::Trace,
        _ => return Err(Failure::new(WEBCHAT_ERR_INVALID_ARGUMENT, "parameter 'level' is no level")),
    })
}

fn thread() -> Result<Dispatcher, Error> {
    let mut thread = THREAD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(dispatcher) = &*thread {
        return Ok(dispatcher.clone());
    }
    let dispatcher = Dispatcher::start("webchat-log")?;
    dispatcher.post(cancel::refuse);
    Ok(thread.insert(dispatcher).clone())
}

/// Has `on_entry` called with the library's log entries of this level (WEBCHAT_LOG_...) and graver ones; it replaces the function set
/// before. NULL, or WEBCHAT_LOG_OFF: no entries any more. One log per process. Calls come in order, one at a time, on a thread of
/// their own, a little after what they tell of; entries are left out, and counted, when `on_entry` is much too slow. Entries hold no
/// message text, name or key, and are cut at 4,096 bytes.
///
/// `context` belongs to the library from the call on; `destroy` (may be NULL) runs exactly once, after the last call; when this
/// function fails, before it returns. Any thread. Inside `on_entry` the rules of callbacks hold.
///
/// WEBCHAT_ERR_BUSY: a Rust program that this library is linked into has a logger of its own. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_set_log(
    level: u32,
    on_entry: webchat_log_fn,
    context: *mut c_void,
    destroy: webchat_destroy_fn,
) -> webchat_status {
    guard(|| {
        let mut context = Context::new(context, destroy);
        fork::watch()?;
        let level = self::level(level)?;
        let ours = *OURS.get_or_init(|| ::log::set_logger(&LOGGER).is_ok());
        if !ours {
            return Err(Failure::new(WEBCHAT_ERR_BUSY, "the process has another logger"));
        }
        let sink = match on_entry {
            Some(function) if level != LevelFilter::Off => {
                let dispatcher = thread()?;
                context.settle(&dispatcher);
                let (waiting, lost) = (AtomicUsize::new(0), AtomicU64::new(0));
                Some(Arc::new(Sink { function, context, dispatcher, waiting, lost }))
            }
            _ => None,
        };
        let before = {
            let mut current = SINK.write().unwrap_or_else(PoisonError::into_inner);
            ::log::set_max_level(if sink.is_some() { level } else { LevelFilter::Off });
            std::mem::replace(&mut *current, sink)
        };
        drop(before);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_a_length() {
        for short in [String::new(), "x".repeat(LONGEST)] {
            assert_eq!(shortened(&short), short);
        }
        for long in ["x".repeat(LONGEST + 1), "€".repeat(1_000_000)] {
            let cut = shortened(&long);
            assert!((LONGEST - 6..=LONGEST).contains(&cut.len()) && cut.ends_with('…'), "{}", cut.len());
        }
    }
}
