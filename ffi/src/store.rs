//! `webchat_store`: session data kept by the application.

use crate::{
    boundary::{Failure, growing, read_growing},
    context::{Context, webchat_destroy_fn},
    host::OnDispatcher,
    reply::{Reply, webchat_reply},
};
use std::{
    ffi::{CString, c_char, c_void},
    sync::Arc,
};
use webchat_core::{
    Error, ErrorKind,
    driver::Dispatcher,
    foreign,
    store::{Change, Mark, SessionStore, Stored},
    transport::BoxFuture,
};

/// Returns the text last saved with webchat_reply_set, or nothing when there is none. Callback thread. Since 0.1.
pub type webchat_load_fn = Option<unsafe extern "C" fn(context: *mut c_void, reply: *mut webchat_reply)>;

/// Keeps `text` in place of what was kept before; NULL: forgets it. webchat_reply_fail says that it could not. Callback thread. Since 0.1.
pub type webchat_save_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, text: *const c_char, reply: *mut webchat_reply)>;

/// Where session data are kept, so that a chat can be restored in another process: one text, a JSON object, that `load` returns as `save`
/// got it. Whoever has it can take part in the chat: keep it where nobody else reads. Both functions are needed; they run on the
/// callback thread, one at a time. `context` belongs to the library from the call on; `destroy` runs exactly once, after the last
/// use. A store that fails never fails a chat: the log has the reason, and what was not saved cannot be restored. One that does not answer
/// within five seconds counts as failed, and is asked again once it has answered; nothing waits longer for it, webchat_service_close not more
/// than three. When what is kept cannot be had at the start, `error` is published after `ready`. Services may share what is kept: each
/// looks before it saves, and leaves the chat of another alone. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct webchat_store {
    /// sizeof(webchat_store).
    pub size: usize,
    /// Returns what is kept.
    pub load: webchat_load_fn,
    /// Keeps something else.
    pub save: webchat_save_fn,
    /// Handed to both.
    pub context: *mut c_void,
    /// Lets `context` go. May be NULL.
    pub destroy: webchat_destroy_fn,
}

growing!(webchat_store { size, load, save, context, destroy });

/// A store that was handed over.
pub(crate) struct HostStore {
    load: unsafe extern "C" fn(*mut c_void, *mut webchat_reply),
    save: unsafe extern "C" fn(*mut c_void, *const c_char, *mut webchat_reply),
    context: Context,
}

impl HostStore {
    /// Takes over the caller's store, if there is one.
    ///
    /// # Safety
    /// `store` is null or points to a `webchat_store` led by its size.
    pub(crate) unsafe fn take(store: *const webchat_store) -> Result<Option<Self>, Failure> {
        // SAFETY: as here.
        let Some(given) = unsafe { read_growing(store, "store") }? else { return Ok(None) };
        let context = Context::new(given.context, given.destroy);
        let load = given.load.ok_or_else(|| Failure::argument("store.load", "is null"))?;
        let save = given.save.ok_or_else(|| Failure::argument("store.save", "is null"))?;
        Ok(Some(Self { load, save, context }))
    }

    /// The store as the core uses it.
    pub(crate) fn on(mut self, dispatcher: &Dispatcher) -> Arc<dyn SessionStore> {
        self.context.settle(dispatcher);
        OnDispatcher::new(self, dispatcher)
    }

    fn load(&self) -> Result<Stored, Error> {
        // SAFETY: the application gave this function for this context, which has not been let go.
        let answer = Reply::ask(|reply| unsafe { (self.load)(self.context.pointer(), reply) });
        match answer.into_result()? {
            None => Ok(Stored::new()),
            Some(text) => serde_json::from_str(&text).or_else(|error| {
                log::warn!(target: "webchat", "the stored session data are not what was saved, and count as none: {}", foreign::json_error(&error));
                Ok(Stored::new())
            }),
        }
    }

    /// Makes the changes, with `mark` only if the application's copy has it: another service can have saved since.
    fn apply(&self, mark: Option<&Mark>, changes: Vec<Change>) -> Result<(), Error> {
        let mut stored = self.load()?;
        if !mark.is_none_or(|mark| mark.is_in(&stored)) {
            return Ok(());
        }
        for (key, value) in changes {
            match value {
                Some(value) => drop(stored.insert(key.to_owned(), value.0)),
                None => drop(stored.remove(key)),
            }
        }
        let text = serde_json::to_string(&stored).ok().and_then(|text| CString::new(text).ok());
        let text =
            text.ok_or_else(|| Error::new(ErrorKind::Internal, "session data cannot be written as JSON"))?;
        let pointer = if stored.is_empty() { std::ptr::null() } else { text.as_ptr() };
        // SAFETY: as in `load`; `text` lives through the call.
        let answer = Reply::ask(|reply| unsafe { (self.save)(self.context.pointer(), pointer, reply) });
        answer.into_result().map(drop)
    }
}

impl SessionStore for OnDispatcher<HostStore> {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        self.run(HostStore::load)
    }

    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.run(move |store| store.apply(None, changes))
    }

    fn apply_if(self: Arc<Self>, mark: Mark, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.run(move |store| store.apply(Some(&mark), changes))
    }
}
