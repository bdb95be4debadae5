//! A recording of the wire for whoever looks into a chat that went wrong: every exchange over HTTP and every frame of a WebSocket, as a
//! line of JSON each, and none of what is private (`redact`). Option `connection.recording`; `docs/recording.md` describes the lines.
//!
//! There are two taps. `HttpChat` begins an `Exchange` for each attempt to send a request, whatever the version of HTTP and whoever
//! asks, long-polling too; the reading of its answer goes on with it. An exchange that becomes a WebSocket goes on as its `Frames`. Both
//! hand over what they see as it is (`entry`); a thread that may block makes the lines of it and writes them (`sink`, `file`).
//!
//! A file holds any number of sections, one for each time that a process opened it, and in a section the chats that named it, told apart
//! by a number. Two processes do not write to one file at the same time.

mod entry;
mod exchange;
mod file;
mod frames;
mod redact;
mod sink;

#[cfg(test)]
mod tests;

pub(crate) use exchange::Exchange;
pub(crate) use frames::{Ending, Frames};
pub use sink::written;

use crate::{config::Connection, foreign};
use entry::What;
use sink::Sink;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// What one chat carries, on its way into a recording. Dropped, it says that the chat is over.
pub(crate) struct Tape {
    sink: Arc<Sink>,
    /// The chat's number in its section.
    chat: u64,
    exchanges: AtomicU64,
}

impl Tape {
    /// The tape that `connection` asks for, if it can be had; the log says why not. It blocks.
    pub(crate) fn of(connection: &Connection) -> Option<Arc<Self>> {
        let path = connection.recording.as_ref()?;
        match sink::at(path) {
            Ok((sink, chat)) => Some(Arc::new(Self { sink, chat, exchanges: AtomicU64::new(1) })),
            Err(error) => {
                let error = foreign::line(&format!("{}: {error}", path.display()));
                log::warn!(target: "webchat", "connection.recording: nothing is recorded: {error}");
                None
            }
        }
    }

    /// The number of the exchange that begins now.
    fn number(&self) -> u64 {
        self.exchanges.fetch_add(1, Ordering::Relaxed)
    }

    fn put(&self, exchange: u64, what: What) {
        self.sink.put(self.chat, Some(exchange), what);
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        self.sink.put(self.chat, None, What::Over);
    }
}
