//! Every command by its name with JSON options, as on the widget bus; the blocking twin; cancelling.

use super::Call;
use crate::{
    boundary::{Failure, Out, guard, guard_value},
    completion::webchat_completion,
    handle::{get, make},
    outcome::{Ended, Outcome, OutcomeHandle, webchat_outcome},
    service::{Service, webchat_service},
    status::{WEBCHAT_ERR_INTERNAL, WEBCHAT_ERR_WRONG_THREAD, WEBCHAT_OK, webchat_status},
    text::{optional, required},
};
use serde_json::Value;
use std::{
    ffi::c_char,
    ptr::null_mut,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};
use webchat_core::{
    Completion, Error,
    command::{Command, RequestId, Resolution},
    driver::Dispatcher,
    event::plain_name,
    foreign,
};

/// The name without the publisher's, and what it says with these options.
///
/// # Safety
/// The pointers are as the header says.
unsafe fn read(
    name: *const c_char,
    options_json: *const c_char,
) -> Result<(&'static str, Result<Command, Error>), Failure> {
    // SAFETY: as here.
    let (name, options) = unsafe { (required(name, "name")?, optional(options_json, "options_json")?) };
    let options = options.map_or(Ok(Value::Null), serde_json::from_str);
    let options = options.map_err(|error| {
        Failure::argument("options_json", &format!("is not JSON: {}", foreign::json_error(&error)))
    })?;
    let plain = plain_name(name);
    let known = Command::NAMES.into_iter().find(|known| *known == plain).unwrap_or_default();
    Ok((known, Command::from_json(name, &options)))
}

/// Gives any command by its name, with or without "WebChatService." before it; `options_json` is a JSON object (NULL: none) with the
/// options of the specification. Options that cannot be used, and a name that does not exist (WEBCHAT_ERR_UNSUPPORTED), are rejections;
/// options that a command does not have are named in the log. Callbacks cannot be written in JSON: registerPreProcessor and
/// registerTypingPreviewInput have functions of their own.
///
/// The option `commander` names who gives the command, as on the widget bus; without it, the program does. What is private to the service
/// is carried out for "WebChatService": `poll` with {"commander": "WebChatService"} makes one poll now, also while automatic polling is
/// stopped, so that a program can poll by a clock of its own. It resolves with the server's answer, after what that brings was published,
/// images apart. Rejected ("previous poll has not finished."): WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_BUSY while a poll is under way;
/// WEBCHAT_ERR_UNSUPPORTED where messages are pushed (CometD). `restore` with it restores the stored session also where chats are not
/// asynchronous.
///
/// A command: see above. WEBCHAT_ERR_INVALID_ARGUMENT: `options_json` is not JSON. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_command(
    service: *mut webchat_service,
    name: *const c_char,
    options_json: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, (name, command)) =
            unsafe { (Call::take(service, completion, out_request)?, read(name, options_json)?) };
        call.give(name, command);
        Ok(())
    })
}

/// webchat_command for scripts: waits for the outcome, up to `deadline_ms` milliseconds if that is not 0, and returns its status. If the
/// command was given, *out_outcome (the pointer may be NULL) is its outcome, your own: free it with webchat_outcome_free; else it is
/// NULL. Any thread but those of callbacks: WEBCHAT_ERR_WRONG_THREAD there. Statuses of the call and of the command. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_call(
    service: *mut webchat_service,
    name: *const c_char,
    options_json: *const c_char,
    deadline_ms: u32,
    out_outcome: *mut *mut webchat_outcome,
) -> webchat_status {
    guard_value(WEBCHAT_ERR_INTERNAL, || {
        let mut status = WEBCHAT_OK;
        let called = guard(|| {
            // SAFETY: the header's pointer rules.
            let out = unsafe { Out::new(out_outcome, "out_outcome", null_mut()) }.ok();
            let service = get::<Service>(service)?;
            // SAFETY: as above.
            let (name, command) = unsafe { read(name, options_json) }?;
            if Dispatcher::is_current() {
                return Err(Failure::bare(WEBCHAT_ERR_WRONG_THREAD));
            }
            let outcome = wait(&service, name, command, deadline_ms)?;
            status = outcome.status();
            outcome.note();
            if let Some(out) = out {
                out.set(make(Arc::new(OutcomeHandle::own(outcome)))?);
            }
            Ok(())
        });
        if called == WEBCHAT_OK { status } else { called }
    })
}

/// Gives up a command that has no outcome yet: it is rejected with WEBCHAT_ERR_CANCELLED, a message that has left with
/// WEBCHAT_ERR_OUTCOME_UNKNOWN; a transfer is broken off. Nothing happens when there is no such command or it has its outcome. Returns at
/// once. Any thread, also in a callback. WEBCHAT_ERR_INVALID_HANDLE. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_cancel(service: *mut webchat_service, request: u64) -> webchat_status {
    guard(|| {
        get::<Service>(service)?.chat.cancel(RequestId(request));
        Ok(())
    })
}

/// An outcome that a thread waits for.
#[derive(Default)]
struct Slot {
    result: Mutex<Option<Result<Resolution, Error>>>,
    filled: Condvar,
}

fn wait(
    service: &Service,
    name: &'static str,
    command: Result<Command, Error>,
    deadline_ms: u32,
) -> Result<Outcome, Failure> {
    let place = service.chat.place()?;
    let id = place.id();
    let result = match command {
        Err(error) => Err(error),
        Ok(command) => {
            let slot = Arc::new(Slot::default());
            let far_end = slot.clone();
            let completion = Completion::new(move |result| {
                *far_end.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                far_end.filled.notify_all();
            });
            let deadline = (deadline_ms > 0).then(|| Duration::from_millis(deadline_ms.into()));
            service.chat.submit_at(place, command, deadline, completion);
            let result = slot.result.lock().unwrap_or_else(PoisonError::into_inner);
            let filled = slot.filled.wait_while(result, |result| result.is_none());
            match filled.unwrap_or_else(PoisonError::into_inner).take() {
                Some(result) => result,
                None => Err(Error::new(webchat_core::ErrorKind::Internal, "an outcome was lost")),
            }
        }
    };
    Ok(Outcome::new(name, id.0, Ended::from(result)))
}
