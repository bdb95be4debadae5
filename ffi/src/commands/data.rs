//! Commands that return or change what is known of the chat.

use super::Call;
use crate::{
    boundary::guard, completion::webchat_completion, service::webchat_service, status::webchat_status,
    text::object,
};
use std::ffi::c_char;
use webchat_core::command::Command;

/// updateUserData: changes attached data of the chat, or of chats to come. `user_data_json` is a JSON object (NULL: an empty one).
/// Resolves with the server's answer, or without a session with the data that a chat will start with. Rejected:
/// WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_update_user_data(
    service: *mut webchat_service,
    user_data_json: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, data) = unsafe {
            (Call::take(service, completion, out_request)?, object(user_data_json, "user_data_json")?)
        };
        call.give("updateUserData", Ok(Command::UpdateUserData(data)));
        Ok(())
    })
}

/// getTranscript: the messages of the chat. Read them by webchat_payload_message. Beyond maxTranscriptBytes of the configuration (64 MiB)
/// the oldest are missing; the outcome's JSON then has "truncated": true. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_get_transcript(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?
            .give("getTranscript", Ok(Command::GetTranscript));
        Ok(())
    })
}

/// getAgents: the agents of the chat. Read them by webchat_payload_agent. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_get_agents(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?.give("getAgents", Ok(Command::GetAgents));
        Ok(())
    })
}

/// getStats: figures of the chat. Read them by webchat_payload_stats and webchat_payload_agent. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_get_stats(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?.give("getStats", Ok(Command::GetStats));
        Ok(())
    })
}

/// getOutbox: the messages that were given and have no outcome yet, in order. Read them as JSON: `{"messages": [{"localID", "state",
/// "restored", "requestID", "message"}]}`. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_get_outbox(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?.give("getOutbox", Ok(Command::GetOutbox));
        Ok(())
    })
}

/// getSessionData: the session's data. Read them by webchat_payload_session. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_get_session_data(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?
            .give("getSessionData", Ok(Command::GetSessionData));
        Ok(())
    })
}

/// fetchHistory: fetches a page of older messages of an asynchronous chat. They come with messageReceived, newest first
/// (webchat_payload_old_messages). Resolves with the server's answer after that. Rejected: WEBCHAT_ERR_NOT_FOUND when there are no older
/// ones, WEBCHAT_ERR_UNSUPPORTED unless the chat is asynchronous, WEBCHAT_ERR_NO_SESSION, what the server answers. A command: see above.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_fetch_history(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?
            .give("fetchHistory", Ok(Command::FetchHistory));
        Ok(())
    })
}
