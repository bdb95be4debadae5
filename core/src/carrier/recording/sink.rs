//! Where entries wait for the thread that writes them, and which recordings this process has open.

use super::{
    entry::{Entry, What},
    file::File,
    redact::Redactor,
};
use crate::{blocking, foreign, ordinary};
use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// How many bytes may wait to be written. What comes beyond is not recorded, and a line says how much that was.
const QUEUE: usize = 16 << 20;

/// How long [`written`] waits.
const WRITING: Duration = Duration::from_secs(2);

static OPEN: Mutex<Vec<(PathBuf, Weak<Sink>)>> = Mutex::new(Vec::new());
/// One of them was closed.
static CLOSED: Condvar = Condvar::new();

/// A recording that is open, shared by all chats of this process that name it.
pub(super) struct Sink {
    path: PathBuf,
    began: Instant,
    redactor: Redactor,
    queue: Mutex<Queue>,
    /// Nothing, once it could not be written.
    file: Mutex<Option<File>>,
    /// How many entries were dealt with.
    done: watch::Sender<u64>,
}

#[derive(Default)]
struct Queue {
    entries: VecDeque<Entry>,
    weight: usize,
    /// How many entries were given.
    given: u64,
    /// How many found no room.
    lost: u64,
    chats: u64,
    /// Whether a thread is at it.
    is_written: bool,
    /// Nothing more can be written.
    is_broken: bool,
}

/// The recording at `path`, and the number of the next chat in it.
pub(super) fn at(path: &Path) -> io::Result<(Arc<Sink>, u64)> {
    let path = ordinary::locate(path)?;
    let mut open = lock(&OPEN);
    let sink = loop {
        match open.iter().find(|(there, _)| *there == path).map(|(_, sink)| sink.upgrade()) {
            Some(Some(sink)) => break sink,
            // It is being closed.
            Some(None) => open = CLOSED.wait(open).unwrap_or_else(PoisonError::into_inner),
            None => {
                let sink = Arc::new(Sink::open(path.clone())?);
                open.push((path, Arc::downgrade(&sink)));
                break sink;
            }
        }
    };
    drop(open);
    let mut queue = lock(&sink.queue);
    queue.chats += 1;
    let chat = queue.chats;
    drop(queue);
    Ok((sink, chat))
}

/// Waits until what was recorded so far stands in its files, two seconds at most. Needs a Tokio runtime with a clock.
pub async fn written() {
    let sinks: Vec<_> = lock(&OPEN).iter().filter_map(|(_, sink)| sink.upgrade()).collect();
    let all = async {
        for sink in sinks {
            let given = lock(&sink.queue).given;
            // The sender is the sink's own.
            let _ = sink.done.subscribe().wait_for(|done| *done >= given).await;
        }
    };
    let _ = timeout(WRITING, all).await;
}

impl Sink {
    fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            file: Mutex::new(Some(File::open(&path)?)),
            path,
            began: Instant::now(),
            redactor: Redactor::new(),
            queue: Mutex::default(),
            done: watch::Sender::new(0),
        })
    }

    /// Has `what` written, later and elsewhere.
    pub(super) fn put(self: &Arc<Self>, chat: u64, exchange: Option<u64>, what: What) {
        let entry = Entry { at: Instant::now(), chat, exchange, what };
        let mut queue = lock(&self.queue);
        if queue.is_broken {
            return;
        }
        queue.given += 1;
        if queue.weight.saturating_add(entry.weight()) > QUEUE {
            queue.lost += 1;
        } else {
            queue.weight += entry.weight();
            queue.entries.push_back(entry);
        }
        if !std::mem::replace(&mut queue.is_written, true) {
            let sink = self.clone();
            // Where no thread can be had now, the next entry tries again.
            queue.is_written = blocking::FILES.add(Box::new(move || sink.write())).is_ok();
        }
    }

    /// Writes all there is.
    fn write(&self) {
        loop {
            let mut queue = lock(&self.queue);
            let (entries, lost) = (std::mem::take(&mut queue.entries), std::mem::take(&mut queue.lost));
            let given = queue.given;
            queue.weight = 0;
            queue.is_written = !entries.is_empty() || lost > 0;
            if !queue.is_written {
                return;
            }
            drop(queue);
            self.write_entries(entries, lost);
            self.done.send_replace(given);
        }
    }

    fn write_entries(&self, entries: VecDeque<Entry>, lost: u64) {
        let mut file = lock(&self.file);
        let lines = entries.into_iter().map(|entry| entry.line(self.began, &self.redactor));
        let lost = (lost > 0).then(|| format!("{{\"lost\":{lost}}}"));
        let Some(open) = file.as_mut() else { return };
        let written = lines.chain(lost).try_for_each(|line| open.append(&line)).and_then(|()| open.flush());
        if let Err(error) = written {
            *file = None;
            lock(&self.queue).is_broken = true;
            let error = foreign::line(&format!("{}: {error}", self.path.display()));
            log::warn!(target: "webchat", "connection.recording: nothing more is recorded: {error}");
        }
    }
}

impl Drop for Sink {
    /// Closes the file before another section of it can be begun.
    fn drop(&mut self) {
        drop(lock(&self.file).take());
        lock(&OPEN).retain(|(_, sink)| sink.strong_count() > 0);
        CLOSED.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
