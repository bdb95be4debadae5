//! `webchat_reply`: how a callback gives text back, so that no memory changes hands.

use crate::{
    boundary::guard,
    handle::{Lent, Object, Table, get},
    status::webchat_status,
    text::required,
};
use std::{
    ffi::c_char,
    sync::{Arc, Mutex, PoisonError},
};
use webchat_core::{Error, ErrorKind, foreign};

/// Takes what a callback returns. Opaque; lent: valid during the callback. Since 0.1.
pub struct webchat_reply {
    _opaque: (),
}

/// What a callback returned.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) text: Option<String>,
    pub(crate) failure: Option<String>,
}

/// What a reply's handle stands for.
#[derive(Default)]
pub(crate) struct Reply(Mutex<Answer>);

static REPLIES: Table<Reply> = Table::new();

impl Object for Reply {
    type Opaque = webchat_reply;
    const KIND: usize = 6;
    fn table() -> &'static Table<Self> {
        &REPLIES
    }
}

impl Reply {
    /// Runs a callback and returns what it said.
    pub(crate) fn ask(callback: impl FnOnce(*mut webchat_reply)) -> Answer {
        let reply = Arc::new(Self::default());
        let lent = Lent::new(reply.clone());
        callback(lent.token());
        drop(lent);
        let mut answer = reply.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *answer)
    }
}

impl Answer {
    /// The text, or the failure as an error.
    pub(crate) fn into_result(self) -> Result<Option<String>, Error> {
        match self.failure {
            Some(why) => Err(Error::new(ErrorKind::Io, foreign::line(&why))),
            None => Ok(self.text),
        }
    }
}

/// Returns `text` from the callback that `reply` was lent to; it is copied. A second call replaces the first. In a callback only, on its
/// thread or another. WEBCHAT_ERR_INVALID_HANDLE once the callback has returned. WEBCHAT_ERR_INVALID_ARGUMENT: not UTF-8, or NULL.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_reply_set(reply: *mut webchat_reply, text: *const c_char) -> webchat_status {
    guard(|| {
        let reply = get::<Reply>(reply)?;
        // SAFETY: the header's pointer rules.
        let text = unsafe { required(text, "text") }?.to_owned();
        reply.0.lock().unwrap_or_else(PoisonError::into_inner).text = Some(text);
        Ok(())
    })
}

/// Says that the callback failed, and why; `why` is copied and goes into the log. In a callback of webchat_store or
/// webchat_session_keeper only; others have nothing to fail at. Statuses as for webchat_reply_set. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_reply_fail(reply: *mut webchat_reply, why: *const c_char) -> webchat_status {
    guard(|| {
        let reply = get::<Reply>(reply)?;
        // SAFETY: the header's pointer rules.
        let why = unsafe { required(why, "why") }?.to_owned();
        reply.0.lock().unwrap_or_else(PoisonError::into_inner).failure = Some(why);
        Ok(())
    })
}
