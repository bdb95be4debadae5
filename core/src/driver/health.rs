//! Whether the file descriptors that a runtime waits by are still its own. A program that closes descriptors it has not opened, as those
//! that become daemons do, leaves the runtime's threads waiting for what never comes; and the numbers are other files' soon.

use super::ties::Ties;
use crate::{Error, ErrorKind};
use std::{
    cell::RefCell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Mutex, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

thread_local! {
    /// Of the runtime that the thread is driving.
    static DRIVEN: RefCell<Option<Arc<Health>>> = const { RefCell::new(None) };
}

type OnBreak = Box<dyn Fn() + Send + Sync>;

/// The state of one runtime's descriptors.
pub struct Health {
    canary: Option<Canary>,
    broken: AtomicBool,
    on_break: OnceLock<OnBreak>,
    chats: Mutex<Vec<Weak<Ties>>>,
}

impl Health {
    /// To be made right before what it stands for.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            canary: Canary::new(),
            broken: AtomicBool::new(false),
            on_break: OnceLock::new(),
            chats: Mutex::default(),
        })
    }

    /// Has `function` called once when the descriptors are found to be gone. It may be called anywhere, and does nothing but wake.
    pub(super) fn on_break(&self, function: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_break.set(Box::new(function));
    }

    /// Looks whether the descriptors are still there.
    pub(crate) fn is_whole(&self) -> bool {
        if self.broken.load(Ordering::SeqCst) {
            return false;
        }
        let whole = self.canary.as_ref().is_none_or(Canary::lives);
        if !whole {
            self.break_down();
        }
        whole
    }

    /// Fails when the descriptors are gone.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_whole() { Ok(()) } else { Err(broken()) }
    }

    /// Does what wakes the runtime's threads; false when they cannot be woken any more.
    pub(crate) fn wake(&self, wake: impl FnOnce()) -> bool {
        if !self.is_whole() {
            return false;
        }
        let woken = catch_unwind(AssertUnwindSafe(wake)).is_ok();
        if !woken {
            self.break_down();
        }
        woken
    }

    pub(super) fn break_down(&self) {
        if !self.broken.swap(true, Ordering::SeqCst) {
            log::error!(target: "webchat", "{}", broken().message());
            if let Some(function) = self.on_break.get() {
                function();
            }
        }
    }

    /// Counts a chat among those that end with the descriptors.
    pub(crate) fn join(&self, chat: &Arc<Ties>) {
        let mut chats = self.chats.lock().unwrap_or_else(PoisonError::into_inner);
        if chats.len() == chats.capacity() {
            chats.retain(|chat| chat.strong_count() > 0);
        }
        chats.push(Arc::downgrade(chat));
    }

    /// Ends all chats. Nothing may be locked.
    pub(super) fn end_chats(&self) {
        let chats = std::mem::take(&mut *self.chats.lock().unwrap_or_else(PoisonError::into_inner));
        chats.iter().filter_map(Weak::upgrade).for_each(|chat| chat.cut());
    }

    /// Runs what drives the runtime on this thread.
    pub(super) fn driving<T>(self: &Arc<Self>, drive: impl FnOnce() -> T) -> T {
        DRIVEN.replace(Some(self.clone()));
        let driven = catch_unwind(AssertUnwindSafe(drive));
        DRIVEN.take();
        driven.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Counts the thread as one that never does anything but drive the runtime.
    pub(super) fn adopt(self: &Arc<Self>) {
        DRIVEN.replace(Some(self.clone()));
    }

    /// For a thread that is about to wait, or has waited: without descriptors it never goes on, because whatever it would let go closes
    /// descriptors by their numbers.
    pub(super) fn go_on(&self) {
        if !self.is_whole() {
            self.end_chats();
            loop {
                thread::park();
            }
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("broken", &self.broken).finish_non_exhaustive()
    }
}

/// What a thread that panics does first. Where what it drives has lost its descriptors, unwinding would close others' by their numbers.
pub(super) fn before_unwinding() {
    let driven = DRIVEN.try_with(|driven| driven.try_borrow().ok()?.clone());
    if let Ok(Some(health)) = driven {
        health.go_on();
    }
}

/// What every command of a chat without descriptors is rejected with.
pub(crate) fn broken() -> Error {
    let text = "the service is closed: the program has closed file descriptors of the library's";
    Error::new(ErrorKind::Closed, text)
}

#[cfg(unix)]
use unix::Canary;

#[cfg(unix)]
mod unix {
    use std::{
        fs::{File, Metadata},
        io::pipe,
        os::{fd::OwnedFd, unix::fs::MetadataExt},
    };

    /// A descriptor that stands for the others. Its file is of a kind in which each is told from all others.
    pub(super) struct Canary {
        file: Option<File>,
        identity: (u64, u64),
    }

    fn identity(metadata: &Metadata) -> (u64, u64) {
        (metadata.dev(), metadata.ino())
    }

    impl Canary {
        pub(super) fn new() -> Option<Self> {
            let file = File::from(OwnedFd::from(pipe().ok()?.0));
            let identity = identity(&file.metadata().ok()?);
            Some(Self { file: Some(file), identity })
        }

        pub(super) fn lives(&self) -> bool {
            let metadata = self.file.as_ref().and_then(|file| file.metadata().ok());
            metadata.is_some_and(|metadata| identity(&metadata) == self.identity)
        }
    }

    impl Drop for Canary {
        fn drop(&mut self) {
            if !self.lives() {
                std::mem::forget(self.file.take());
            }
        }
    }
}

#[cfg(not(unix))]
struct Canary;

#[cfg(not(unix))]
impl Canary {
    fn new() -> Option<Self> {
        None
    }

    fn lives(&self) -> bool {
        true
    }
}
