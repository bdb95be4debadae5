//! `webchat_payload`: what an event or an outcome carries, and the one set of getters for both. It is no handle of its own: the token is
//! that of the event or outcome.

use crate::{
    agent::{AgentTexts, webchat_agent, webchat_stats},
    boundary::{Failure, Growing, Out, OutGrowing, guard, guard_value},
    content::webchat_content,
    event::{EventHandle, webchat_event},
    file::{FileTexts, webchat_download, webchat_file_limits},
    handle::{Object, get},
    message::{MessageTexts, webchat_message},
    outcome::{OutcomeHandle, webchat_outcome},
    session::{SessionTexts, webchat_session},
    status::{WEBCHAT_ERR_NOT_FOUND, webchat_status},
    text::{Text, webchat_str},
};
use std::sync::{Arc, OnceLock};
use webchat_core::{command::Resolution, event::Payload};

/// What an event or an outcome carries. Opaque: read it with the webchat_payload_... functions. It is not freed, and is valid as long as
/// the event or outcome it is of. Since 0.1.
pub struct webchat_payload {
    _opaque: (),
}

/// What carries a payload.
pub(crate) trait Carrier: Send + Sync {
    fn payload(&self) -> Payload<'_>;
    fn texts(&self) -> &Texts;

    fn json(&self) -> Text {
        Text::json(&self.payload().json())
    }
}

/// The texts that were asked for.
#[derive(Default)]
pub(crate) struct Texts {
    json: OnceLock<Text>,
    messages: MessageTexts,
    agents: AgentTexts,
    session: SessionTexts,
    files: FileTexts,
}

fn absent() -> Failure {
    Failure::bare(WEBCHAT_ERR_NOT_FOUND)
}

fn carrier(handle: *const webchat_payload) -> Result<Arc<dyn Carrier>, Failure> {
    if let Ok(event) = EventHandle::table().get(handle.cast()) {
        return Ok(event.view.clone());
    }
    Ok(get::<OutcomeHandle>(handle.cast())?.outcome.clone())
}

/// Reads a value of a payload into `out`, which is `otherwise` where there is none.
///
/// # Safety
/// `out` is null or has room for it.
unsafe fn read<T>(
    payload: *const webchat_payload,
    (out, otherwise): (*mut T, T),
    read: impl FnOnce(&dyn Carrier) -> Result<T, Failure>,
) -> Result<(), Failure> {
    // SAFETY: as here.
    let out = unsafe { Out::new(out, "out", otherwise) }?;
    out.set(read(&*carrier(payload)?)?);
    Ok(())
}

/// Reads a structure of a payload into `out`, which has `size` bytes.
///
/// # Safety
/// `out` is null or points to `size` writable bytes.
unsafe fn fill<T: Growing + Default>(
    payload: *const webchat_payload,
    (out, size): (*mut T, usize),
    read: impl FnOnce(&dyn Carrier) -> Result<T, Failure>,
) -> Result<(), Failure> {
    // SAFETY: as here.
    let out = unsafe { OutGrowing::new(out, size) }?;
    out.set(&read(&*carrier(payload)?)?);
    Ok(())
}

/// What an event carries. The same for the same event; functions that read it say whether that is one. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_event_payload(event: *const webchat_event) -> *const webchat_payload {
    guard_value(std::ptr::null(), || event.cast())
}

/// What an outcome carries. The same for the same outcome; functions that read it say whether that is one. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_outcome_payload(outcome: *const webchat_outcome) -> *const webchat_payload {
    guard_value(std::ptr::null(), || outcome.cast())
}

/// All of it as JSON. Of an event, its data; "{}" when it has none. Of an outcome, the value that a JavaScript caller would find in `done`
/// or `fail`: the resolution, the server's response or the reason; "null" for a command that resolves with nothing. Made when first asked
/// for. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_json(
    payload: *const webchat_payload,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            read(payload, (out, webchat_str::EMPTY), |of| {
                Ok(of.texts().json.get_or_init(|| of.json()).view())
            })
        }
    })
}

/// How many messages there are: those of messageReceived and of a transcript (getTranscript), or the one notice behind agentTyping...,
/// ...Connected and ...Disconnected; else 0. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_message_count(
    payload: *const webchat_payload,
    out: *mut usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read(payload, (out, 0), |of| Ok(of.payload().messages().count())) }
    })
}

/// Reads a message, counted from 0. `size` is sizeof *out. Fails with WEBCHAT_ERR_NOT_FOUND behind the last one, so a loop needs no count.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_message(
    payload: *const webchat_payload,
    position: usize,
    out: *mut webchat_message,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            fill(payload, (out, size), |of| of.texts().messages.view(of.payload().messages(), position))
        }
    })
}

/// A message as JSON. WEBCHAT_ERR_NOT_FOUND behind the last one. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_message_json(
    payload: *const webchat_payload,
    position: usize,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            read(payload, (out, webchat_str::EMPTY), |of| {
                of.texts().messages.json(of.payload().messages(), position)
            })
        }
    })
}

/// A message as the server sent it, as JSON, an element of `originalMessages`. WEBCHAT_ERR_NOT_FOUND behind the last one, and for a notice.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_message_original(
    payload: *const webchat_payload,
    position: usize,
    out: *mut webchat_str,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            read(payload, (out, webchat_str::EMPTY), |of| {
                of.texts().messages.original(of.payload().messages(), position)
            })
        }
    })
}

/// Reads what is attached to a message; message and attachment are counted from 0. `size` is sizeof *out. WEBCHAT_ERR_NOT_FOUND behind the
/// last one. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_content(
    payload: *const webchat_payload,
    message: usize,
    position: usize,
    out: *mut webchat_content,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            fill(payload, (out, size), |of| {
                of.texts().messages.content(of.payload().messages(), message, position)
            })
        }
    })
}

/// How many agents and supervisors are in the chat after ...Connected or ...Disconnected. Else WEBCHAT_ERR_NOT_FOUND. Any thread.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_agents_connected(
    payload: *const webchat_payload,
    out: *mut usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read(payload, (out, 0), |of| of.payload().agents_connected().ok_or_else(absent)) }
    })
}

/// How many agents are listed, those who left included (...Connected, ...Disconnected, getAgents, getStats); else 0. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_agent_count(
    payload: *const webchat_payload,
    out: *mut usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { read(payload, (out, 0), |of| Ok(of.payload().agents().map_or(0, |agents| agents.0.len()))) }
    })
}

/// Reads an agent that is listed, counted from 0. `size` is sizeof *out. WEBCHAT_ERR_NOT_FOUND behind the last one. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_agent(
    payload: *const webchat_payload,
    position: usize,
    out: *mut webchat_agent,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { fill(payload, (out, size), |of| of.texts().agents.view(of.payload().agents(), position)) }
    })
}

/// Reads the session's data (started, messageReceived, getSessionData). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_session(
    payload: *const webchat_payload,
    out: *mut webchat_session,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            fill(payload, (out, size), |of| {
                Ok(of.texts().session.view(of.payload().session().ok_or_else(absent)?))
            })
        }
    })
}

/// Whether messageReceived is the replay after a restore: 1, else 0. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_restoring(
    payload: *const webchat_payload,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            read(payload, (out, 0), |of| {
                Ok(matches!(of.payload(), Payload::Received(received) if received.restoring).into())
            })
        }
    })
}

/// Whether messageReceived has older messages fetched by fetchHistory: 1, else 0. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_old_messages(
    payload: *const webchat_payload,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            read(payload, (out, 0), |of| {
                Ok(matches!(of.payload(), Payload::Received(received) if received.old_messages).into())
            })
        }
    })
}

/// Whether the chat that `restored` tells of is asynchronous: 1 or 0. WEBCHAT_ERR_NOT_FOUND where the back end does not know the difference
/// (GMS, but for asynchronous chats), and for anything else. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_asynchronous(
    payload: *const webchat_payload,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            read(payload, (out, 0), |of| match of.payload() {
                Payload::Restored(restored) => restored.asynchronous.map(i32::from).ok_or_else(absent),
                _ => Err(absent()),
            })
        }
    })
}

/// Reads the figures of a chat (getStats). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_stats(
    payload: *const webchat_payload,
    out: *mut webchat_stats,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            fill(payload, (out, size), |of| match of.payload().resolution() {
                Some(Resolution::Stats(stats)) => Ok(webchat_stats::of(stats)),
                _ => Err(absent()),
            })
        }
    })
}

/// Whether a session exists (verifySession): 1 or 0. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_session_active(
    payload: *const webchat_payload,
    out: *mut i32,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            read(payload, (out, 0), |of| match of.payload().resolution() {
                Some(Resolution::SessionActive(active)) => Ok((*active).into()),
                _ => Err(absent()),
            })
        }
    })
}

/// Reads what may be uploaded (getFileLimits). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_file_limits(
    payload: *const webchat_payload,
    out: *mut webchat_file_limits,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            fill(payload, (out, size), |of| match of.payload().resolution() {
                Some(Resolution::FileLimits(limits)) => Ok(of.texts().files.limits(limits)),
                _ => Err(absent()),
            })
        }
    })
}

/// Reads the file that arrived (downloadFile). `size` is sizeof *out. Else WEBCHAT_ERR_NOT_FOUND. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_payload_download(
    payload: *const webchat_payload,
    out: *mut webchat_download,
    size: usize,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe {
            fill(payload, (out, size), |of| match of.payload().resolution() {
                Some(Resolution::Downloaded(file)) => Ok(of.texts().files.download(file)),
                _ => Err(absent()),
            })
        }
    })
}
