//! `webchat_session_keeper`: the session of an asynchronous chat kept by the application.

use crate::{
    boundary::{Failure, growing, read_growing},
    context::{Context, webchat_destroy_fn},
    host::OnDispatcher,
    reply::{Reply, webchat_reply},
};
use serde_json::Value;
use std::{
    ffi::{CString, c_char, c_void},
    sync::Arc,
};
use webchat_core::{Error, ErrorKind, driver::Dispatcher, store::SessionKeeper, transport::BoxFuture};

/// Keeps `session_json` in place of what was kept before: {messageIndex, token} of Nexus, the data of webchat_get_session_data of GMS.
/// webchat_reply_fail says that it could not. The original's getSessionData. Callback thread. Since 0.1.
pub type webchat_store_session_fn = Option<
    unsafe extern "C" fn(context: *mut c_void, session_json: *const c_char, reply: *mut webchat_reply),
>;

/// Returns what was kept with webchat_reply_set, as it was given or just Nexus's token; nothing when there is none. webchat_reply_fail says
/// that it cannot be had. The original's setSessionData. Callback thread. Since 0.1.
pub type webchat_load_session_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, reply: *mut webchat_reply)>;

/// Forgets what was kept: the server does not know the session any more. `lost_json` is {sessionData, response}: where several services share
/// what is kept, forget it only if it is of that session. webchat_reply_fail says that it could not. The original's deleteSessionData.
/// Callback thread. Since 0.1.
pub type webchat_forget_session_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, lost_json: *const c_char, reply: *mut webchat_reply)>;

/// What keeps an asynchronous chat, so that it goes on in another process or on another machine; without effect for other chats. These are
/// the functions of transport.async and async, whose names there say what a page does with them. A service without one keeps the session in
/// its store alone. Whoever has what is kept can take part in the chat: keep it where nobody else reads.
///
/// The functions run on the callback thread, in order and one at a time: `load_session` when the service is configured and for
/// webchat_restore without session data, `store_session` whenever there is something new: at the start, after a restoration, of Nexus after
/// each batch of messages, `forget_session` when the session is lost, and not when a chat ends as it should. The first two are needed.
/// `context` belongs to the library from the call on; `destroy` runs exactly once, after the last use. A keeper that fails never fails a
/// chat: the log has the reason. One that does not answer within five seconds counts as failed, and is called again once it has answered.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct webchat_session_keeper {
    /// sizeof(webchat_session_keeper).
    pub size: usize,
    /// Keeps a session.
    pub store_session: webchat_store_session_fn,
    /// Returns the session that is kept.
    pub load_session: webchat_load_session_fn,
    /// Forgets the session that is kept. May be NULL.
    pub forget_session: webchat_forget_session_fn,
    /// Handed to all.
    pub context: *mut c_void,
    /// Lets `context` go. May be NULL.
    pub destroy: webchat_destroy_fn,
}

growing!(webchat_session_keeper { size, store_session, load_session, forget_session, context, destroy });

type Tell = unsafe extern "C" fn(*mut c_void, *const c_char, *mut webchat_reply);

/// A keeper that was handed over.
pub(crate) struct HostKeeper {
    store: Tell,
    load: unsafe extern "C" fn(*mut c_void, *mut webchat_reply),
    forget: Option<Tell>,
    context: Context,
}

impl HostKeeper {
    /// Takes over the caller's keeper, if there is one.
    ///
    /// # Safety
    /// `keeper` is null or points to a `webchat_session_keeper` led by its size.
    pub(crate) unsafe fn take(keeper: *const webchat_session_keeper) -> Result<Option<Self>, Failure> {
        // SAFETY: as here.
        let Some(given) = unsafe { read_growing(keeper, "keeper") }? else { return Ok(None) };
        let context = Context::new(given.context, given.destroy);
        let store =
            given.store_session.ok_or_else(|| Failure::argument("keeper.store_session", "is null"))?;
        let load = given.load_session.ok_or_else(|| Failure::argument("keeper.load_session", "is null"))?;
        Ok(Some(Self { store, load, forget: given.forget_session, context }))
    }

    /// The keeper as the core uses it.
    pub(crate) fn on(mut self, dispatcher: &Dispatcher) -> Arc<dyn SessionKeeper> {
        self.context.settle(dispatcher);
        OnDispatcher::new(self, dispatcher)
    }

    fn tell(&self, function: Tell, what: &Value) -> Result<(), Error> {
        let text = CString::new(what.to_string());
        let text =
            text.map_err(|_| Error::new(ErrorKind::Internal, "a session cannot be written as JSON"))?;
        // SAFETY: the application gave this function for this context, which has not been let go; `text` lives through the call.
        let answer = Reply::ask(|reply| unsafe { function(self.context.pointer(), text.as_ptr(), reply) });
        answer.into_result().map(drop)
    }

    fn load(&self) -> Result<Option<Value>, Error> {
        // SAFETY: as in `tell`.
        let answer = Reply::ask(|reply| unsafe { (self.load)(self.context.pointer(), reply) });
        Ok(answer.into_result()?.map(Value::from))
    }
}

impl SessionKeeper for OnDispatcher<HostKeeper> {
    fn store_session(&self, session: Value) -> BoxFuture<Result<(), Error>> {
        self.run(move |keeper| keeper.tell(keeper.store, &session))
    }

    fn load_session(&self) -> BoxFuture<Result<Option<Value>, Error>> {
        self.run(HostKeeper::load)
    }

    fn forget_session(&self, lost: Value) -> BoxFuture<Result<(), Error>> {
        self.run(move |keeper| keeper.forget.map_or(Ok(()), |forget| keeper.tell(forget, &lost)))
    }
}
