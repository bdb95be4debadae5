//! The exported getters of events.

use super::{EventHandle, EventView, kind, webchat_event};
use crate::{
    agent::webchat_agent,
    boundary::{Failure, Out, OutGrowing, guard, guard_value},
    content::webchat_content,
    handle::{get, make, remove},
    message::webchat_message,
    session::webchat_session,
    status::{WEBCHAT_ERR_NOT_FOUND, webchat_status},
    text::webchat_str,
};
use std::{ffi::c_char, sync::Arc};

fn view(handle: *const webchat_event) -> Result<Arc<EventView>, Failure> {
    Ok(get::<EventHandle>(handle)?.view.clone())
}

/// Reads a text of an event into `out`.
///
/// # Safety
/// `out` is null or has room for a view.
unsafe fn read_text(
    handle: *const webchat_event,
    out: *mut webchat_str,
    read: impl FnOnce(&EventView) -> Result<webchat_str, Failure>,
) -> Result<(), Failure> {
    // SAFETY: as here.
    let out = unsafe { Out::new(out, "out", webchat_str::EMPTY) }?;
    out.set(read(&*view(handle)?)?);
    Ok(())
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
        unsafe { read_text(event, out, |view| Ok(view.json().view())) }
    })
}

/// The event's data as JSON; "{}" when it has none. Made when first asked for. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_data(
    event: *const webchat_event,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read_text(event, out, |view| Ok(view.data().view())) }
    })
}

/// How many messages the event has: those of messageReceived, or the one notice behind agentTyping..., ...Connected and
/// ...Disconnected. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_message_count(
    event: *const webchat_event,
    out: *mut usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(view(event)?.messages().count());
        Ok(())
    })
}

/// Reads a message of the event, counted from 0. `size` is sizeof *out. Fails with WEBCHAT_ERR_NOT_FOUND behind the last one, so a loop
/// needs no count. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_message(
    event: *const webchat_event,
    position: usize,
    out: *mut webchat_message,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { OutGrowing::new(out, size) }?;
        let view = view(event)?;
        let message = view.messages.view(view.messages(), position)?;
        out.set(&message);
        Ok(())
    })
}

/// A message of the event as JSON. WEBCHAT_ERR_NOT_FOUND behind the last one. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_message_json(
    event: *const webchat_event,
    position: usize,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read_text(event, out, |view| view.messages.json(view.messages(), position)) }
    })
}

/// A message of messageReceived as the server sent it, as JSON. WEBCHAT_ERR_NOT_FOUND behind the last one, and for other events.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_message_original(
    event: *const webchat_event,
    position: usize,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read_text(event, out, |view| view.messages.original(view.messages(), position)) }
    })
}

/// Reads what is attached to a message of the event; message and attachment are counted from 0. `size` is sizeof *out.
/// WEBCHAT_ERR_NOT_FOUND behind the last one. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_content(
    event: *const webchat_event,
    message: usize,
    position: usize,
    out: *mut webchat_content,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { OutGrowing::new(out, size) }?;
        let view = view(event)?;
        let content = view.messages.content(view.messages(), message, position)?;
        out.set(&content);
        Ok(())
    })
}

/// How many agents and supervisors are in the chat after ...Connected or ...Disconnected. WEBCHAT_ERR_NOT_FOUND for other events.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_agents_connected(
    event: *const webchat_event,
    out: *mut usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        let view = view(event)?;
        let change = view.change().ok_or_else(|| Failure::bare(WEBCHAT_ERR_NOT_FOUND))?;
        out.set(change.num_agents_connected);
        Ok(())
    })
}

/// How many agents the event lists, those who left included (...Connected, ...Disconnected); 0 for others. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_agent_count(
    event: *const webchat_event,
    out: *mut usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(view(event)?.agents().map_or(0, |agents| agents.0.len()));
        Ok(())
    })
}

/// Reads an agent that the event lists, counted from 0. `size` is sizeof *out. WEBCHAT_ERR_NOT_FOUND behind the last one. Any thread.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_agent(
    event: *const webchat_event,
    position: usize,
    out: *mut webchat_agent,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { OutGrowing::new(out, size) }?;
        let view = view(event)?;
        let agent = view.agents.view(view.agents(), position)?;
        out.set(&agent);
        Ok(())
    })
}

/// Reads the session's data (started, messageReceived). `size` is sizeof *out. WEBCHAT_ERR_NOT_FOUND for other events. Any thread.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_session(
    event: *const webchat_event,
    out: *mut webchat_session,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { OutGrowing::new(out, size) }?;
        let view = view(event)?;
        let data = view.session_data().ok_or_else(|| Failure::bare(WEBCHAT_ERR_NOT_FOUND))?;
        out.set(&view.session.view(data));
        Ok(())
    })
}

/// Whether messageReceived is the replay after a restore: 1, else 0. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_restoring(
    event: *const webchat_event,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(view(event)?.restoring().into());
        Ok(())
    })
}

/// Whether messageReceived has older messages fetched by fetchHistory: 1, else 0. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_old_messages(
    event: *const webchat_event,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        out.set(view(event)?.old_messages().into());
        Ok(())
    })
}

/// Whether the chat that `restored` tells of is asynchronous: 1 or 0. WEBCHAT_ERR_NOT_FOUND where the back end does not know the
/// difference (GMS, but for asynchronous chats), and for other events. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_event_asynchronous(
    event: *const webchat_event,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let out = unsafe { Out::new(out, "out", 0) }?;
        let asynchronous = view(event)?.asynchronous();
        out.set(asynchronous.ok_or_else(|| Failure::bare(WEBCHAT_ERR_NOT_FOUND))?.into());
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
