//! The exported getters of outcomes.

use super::{Outcome, OutcomeHandle, webchat_outcome};
use crate::{
    boundary::{Failure, Out, guard, guard_value},
    handle::{get, make, remove},
    status::{WEBCHAT_ERR_INTERNAL, webchat_status},
    text::webchat_str,
};
use std::sync::Arc;

fn outcome(handle: *const webchat_outcome) -> Result<Arc<Outcome>, Failure> {
    Ok(get::<OutcomeHandle>(handle)?.outcome.clone())
}

/// Reads a text of an outcome into `out`.
///
/// # Safety
/// `out` is null or has room for a view.
unsafe fn read_text(
    handle: *const webchat_outcome,
    out: *mut webchat_str,
    read: impl FnOnce(&Outcome) -> Result<webchat_str, Failure>,
) -> Result<(), Failure> {
    // SAFETY: as here.
    let out = unsafe { Out::new(out, "out", webchat_str::EMPTY) }?;
    out.set(read(&*outcome(handle)?)?);
    Ok(())
}

/// The status of a command: WEBCHAT_OK when it resolved, else why it was rejected; WEBCHAT_ERR_INVALID_HANDLE when `outcome` is no
/// outcome. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_outcome_status(outcome: *const webchat_outcome) -> webchat_status {
    guard_value(WEBCHAT_ERR_INTERNAL, || {
        get::<OutcomeHandle>(outcome).map_or_else(|failure| failure.status, |handle| handle.outcome.status())
    })
}

/// The request id of the command; 0 when there was none. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_outcome_request(
    outcome: *const webchat_outcome,
    out: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(self::outcome(outcome)?.request);
        Ok(())
    })
}

/// The name of the command, "sendMessage". Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_outcome_command(
    outcome: *const webchat_outcome,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read_text(outcome, out, |outcome| Ok(outcome.command.view())) }
    })
}

/// Why the command was rejected: the specification's words where it has some, and what exactly is wrong behind them ("Command does not
/// exist: 'dance'"); webchat_payload_json has the words alone. Empty when it resolved. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_outcome_reason(
    outcome: *const webchat_outcome,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read_text(outcome, out, |outcome| Ok(outcome.reason().view())) }
    })
}

/// Whether trying the same again can help: one of WEBCHAT_RETRY_..., and the milliseconds to wait for WEBCHAT_RETRY_AFTER (`out_after_ms`
/// may be NULL). Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_outcome_retry(
    outcome: *const webchat_outcome,
    out_retry: *mut u32,
    out_after_ms: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out_retry = unsafe { Out::new(out_retry, "out_retry", 0) };
        // SAFETY: as above.
        let out_after_ms = unsafe { Out::new(out_after_ms, "out_after_ms", 0) }.ok();
        let out_retry = out_retry?;
        let (retry, after_ms) = self::outcome(outcome)?.retry();
        out_retry.set(retry);
        if let Some(out) = out_after_ms {
            out.set(after_ms);
        }
        Ok(())
    })
}

/// What became of a message (sendMessage): one of WEBCHAT_DELIVERY_... . Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_outcome_delivery(
    outcome: *const webchat_outcome,
    out: *mut u32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(self::outcome(outcome)?.delivery());
        Ok(())
    })
}

/// The system's number for what is wrong with a file on this machine (errno: ENOENT, EACCES, ENOSPC, ...), for a command rejected with
/// WEBCHAT_ERR_IO; 0 where the system gave none. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_outcome_os_error(
    outcome: *const webchat_outcome,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(self::outcome(outcome)?.os_error());
        Ok(())
    })
}

/// Makes a handle of your own to an outcome, which outlives the callback: free it with webchat_outcome_free. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_outcome_clone(
    outcome: *const webchat_outcome,
    out_outcome: *mut *mut webchat_outcome,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_outcome, "out_outcome", std::ptr::null_mut()) }?;
        let outcome = self::outcome(outcome)?;
        out.set(make(Arc::new(OutcomeHandle { outcome, lent: false }))?);
        Ok(())
    })
}

/// Frees an outcome of your own, with all texts read from it. An outcome lent to a callback is refused (WEBCHAT_ERR_INVALID_ARGUMENT),
/// one freed before as well (WEBCHAT_ERR_INVALID_HANDLE). Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_outcome_free(outcome: *mut webchat_outcome) -> webchat_status {
    guard(|| {
        if get::<OutcomeHandle>(outcome)?.lent {
            return Err(Failure::argument("outcome", "is lent: it ends with the callback"));
        }
        remove::<OutcomeHandle>(outcome).map(drop)
    })
}
