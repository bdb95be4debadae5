//! Commands that govern polling.

use super::Call;
use crate::{
    boundary::guard, completion::webchat_completion, service::webchat_service, status::webchat_status,
};
use webchat_core::command::{Command, Commander};

/// poll: private to the service: always rejected, with WEBCHAT_ERR_ACCESS_DENIED. By name with the commander "WebChatService" it polls
/// once: see webchat_command. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_poll(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?
            .give("poll", Ok(Command::Poll { commander: Commander::Program }));
        Ok(())
    })
}

/// startPoll: starts automatic polling, which a chat does by itself. Resolves with nothing. Rejected: WEBCHAT_ERR_NO_SESSION,
/// WEBCHAT_ERR_UNSUPPORTED where messages are pushed (CometD). A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_start_poll(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?.give("startPoll", Ok(Command::StartPoll));
        Ok(())
    })
}

/// stopPoll: stops automatic polling. Resolves with nothing. Rejected: as webchat_start_poll. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_stop_poll(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?.give("stopPoll", Ok(Command::StopPoll));
        Ok(())
    })
}

/// resetPollExceptions: sets the count of poll exceptions to 0. Resolves with nothing, always. Rejected: WEBCHAT_ERR_UNSUPPORTED where
/// there are none (Nexus). A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_reset_poll_exceptions(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?
            .give("resetPollExceptions", Ok(Command::ResetPollExceptions));
        Ok(())
    })
}
