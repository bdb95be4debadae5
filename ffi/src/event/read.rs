//! The exported getters of events.

use super::{EventHandle, EventView, kind, webchat_event};
use crate::{
    boundary::{Failure, Out, guard, guard_value},
    handle::{get, make, remove},
    status::webchat_status,
    text::webchat_str,
};
use std::{ffi::c_char, sync::Arc};

fn view(handle: *const webchat_event) -> Result<Arc<EventView>, Failure> {
    Ok(get::<EventHandle>(handle)?.view.clone())
}

/// What happened: one of WEBCHAT_EVENT_..., or a newer one; WEBCHAT_EVENT_NONE when `event` is no event. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_event_kind(event: *const webchat_event) -> u32 {
    guard_value(kind::WEBCHAT_EVENT_NONE, || {
        view(event).map_or(kind::WEBCHAT_EVENT_NONE, |view| view.envelope.event.kind() as u32)
    })
}

/// The specification's name of what happened, "messageReceived"; "" when `event` is no event. Static text; never NULL. Any thread.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_event_name(event: *const webchat_event) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        view(event).map_or(c"".as_ptr(), |view| kind::name(view.envelope.event.kind()))
    })
}

/// When it was published, in milliseconds since 1970 UTC. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_time(event: *const webchat_event, out: *mut u64) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(view(event)?.envelope.time);
        Ok(())
    })
}

/// The whole event as JSON, {time, publisher, event, data}, as on the widget bus. Made when first asked for. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_json(
    event: *const webchat_event,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", webchat_str::EMPTY) }?;
        out.set(view(event)?.json().view());
        Ok(())
    })
}

/// Makes a handle of your own to an event, which outlives the callback: free it with webchat_event_free. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_clone(
    event: *const webchat_event,
    out_event: *mut *mut webchat_event,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out_event, "out_event", std::ptr::null_mut()) }?;
        out.set(make(Arc::new(EventHandle { view: view(event)?, lent: false }))?);
        Ok(())
    })
}

/// Frees an event of your own, with all texts read from it. An event lent to a callback is refused (WEBCHAT_ERR_INVALID_ARGUMENT), one
/// freed before as well (WEBCHAT_ERR_INVALID_HANDLE). Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_event_free(event: *mut webchat_event) -> webchat_status {
    guard(|| {
        if get::<EventHandle>(event)?.lent {
            return Err(Failure::argument("event", "is lent: it ends with the callback"));
        }
        remove::<EventHandle>(event).map(drop)
    })
}
