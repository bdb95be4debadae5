//! Outcomes by asking: `webchat_next_outcome`.

use crate::{
    boundary::{Failure, Out, guard},
    handle::{get, make},
    outcome::{OutcomeHandle, webchat_outcome},
    service::{Service, webchat_service},
    status::{WEBCHAT_END_OF_EVENTS, WEBCHAT_ERR_TIMEOUT, WEBCHAT_ERR_WRONG_THREAD, webchat_status},
    until::wait_for,
};
use std::{ptr::null_mut, sync::Arc};
use webchat_core::driver::Dispatcher;

/// Takes the next outcome of the commands that were given with `by_asking` in their webchat_completion, waiting up to `timeout_ms`
/// milliseconds for it (0: not at all; WEBCHAT_FOREVER). It is for programs that cannot be called back by another thread, or would rather
/// not: which command it is of, webchat_outcome_request says. Outcomes come in the order in which the commands ended, each to one caller.
/// The outcome is your own: free it with webchat_outcome_free. webchat_event_fd and webchat_wake_fd tell when to ask. Any thread; in a
/// callback only with timeout 0.
///
/// None is lost: they wait until they are taken or the service is destroyed. Take them: a command whose outcome waits counts among the
/// 10,000 that may be without one, and its outcome (answers, transcripts, files fetched into memory) among their 64 MiB; beyond that commands
/// are refused with WEBCHAT_ERR_BUSY.
///
/// WEBCHAT_ERR_TIMEOUT: there was none in time. WEBCHAT_END_OF_EVENTS: the service is closed (also by another thread, meanwhile), every
/// command has its outcome, and all have been taken. WEBCHAT_ERR_WRONG_THREAD: in a callback nothing may wait.
/// WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_next_outcome(
    service: *mut webchat_service,
    timeout_ms: u32,
    out_outcome: *mut *mut webchat_outcome,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_outcome, "out_outcome", null_mut()) }?;
        let service = get::<Service>(service)?;
        if timeout_ms > 0 && Dispatcher::is_current() {
            return Err(Failure::bare(WEBCHAT_ERR_WRONG_THREAD));
        }
        // It ends the chat where nothing can come of it any more.
        service.chat.is_whole();
        let next = service.outcomes.clone().next(service.chat.closed());
        drop(service);
        let taken = wait_for(next, timeout_ms).ok_or_else(|| Failure::bare(WEBCHAT_ERR_TIMEOUT))?;
        let outcome = taken.ok_or_else(|| Failure::bare(WEBCHAT_END_OF_EVENTS))?;
        out.set(make(Arc::new(OutcomeHandle::own(outcome)))?);
        Ok(())
    })
}
