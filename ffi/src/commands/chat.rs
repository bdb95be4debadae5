//! Commands that begin, end and configure a chat.

use super::Call;
use crate::{
    boundary::{Failure, growing, guard, read_growing},
    completion::webchat_completion,
    service::webchat_service,
    status::webchat_status,
    text::{object, optional, required},
};
use serde_json::Value;
use std::ffi::c_char;
use webchat_core::{
    Config, Private,
    command::{Command, Commander, StartChat},
};

/// The customer's entries in the form that starts a chat. The structure and its texts are read during the call; what is left NULL is
/// empty. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct webchat_chat_form {
    /// sizeof(webchat_chat_form).
    pub size: usize,
    /// The name that the agent sees.
    pub nickname: *const c_char,
    /// First name.
    pub firstname: *const c_char,
    /// Last name.
    pub lastname: *const c_char,
    /// E-mail address.
    pub email: *const c_char,
    /// Subject.
    pub subject: *const c_char,
    /// Attached data as a JSON object; they win over the configured ones.
    pub user_data_json: *const c_char,
    /// Further fields of the form as a JSON object. Nexus sends them along, GMS knows none.
    pub other_json: *const c_char,
}

growing!(webchat_chat_form {
    size,
    nickname,
    firstname,
    lastname,
    email,
    subject,
    user_data_json,
    other_json
});

/// # Safety
/// The pointers are as the header says.
unsafe fn start_chat(form: *const webchat_chat_form) -> Result<StartChat, Failure> {
    // SAFETY: as here.
    let Some(form) = unsafe { read_growing(form, "form") }? else { return Ok(StartChat::default()) };
    let text = |pointer, name| {
        // SAFETY: as here.
        unsafe { optional(pointer, name) }.map(|text| text.map(Private::new).unwrap_or_default())
    };
    // SAFETY: as here.
    let user_data = unsafe { object(form.user_data_json, "form.user_data_json") }?;
    Ok(StartChat {
        nickname: text(form.nickname, "form.nickname")?,
        firstname: text(form.firstname, "form.firstname")?,
        lastname: text(form.lastname, "form.lastname")?,
        email: text(form.email, "form.email")?,
        subject: text(form.subject, "form.subject")?,
        // SAFETY: as here.
        other: unsafe { object(form.other_json, "form.other_json") }?,
        user_data: if form.user_data_json.is_null() { Value::Null } else { Value::Object(user_data) },
        form: None,
    })
}

/// configure: configures a service that was made without a configuration, once. `config_json` is JSON text as for webchat_service_new.
/// Resolves with nothing when the service is ready. Rejected: WEBCHAT_ERR_INVALID_CONFIGURATION, and the reason names the key. A
/// command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_configure(
    service: *mut webchat_service,
    config_json: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, text) =
            unsafe { (Call::take(service, completion, out_request)?, required(config_json, "config_json")?) };
        call.give(
            "configure",
            Config::from_json_text(text).map(|config| Command::Configure(Box::new(config))),
        );
        Ok(())
    })
}

/// startChat: starts a chat session with what the customer entered; `form` may be NULL. Resolves with the server's answer, after the
/// event `started`. Rejected: WEBCHAT_ERR_SESSION_ACTIVE, WEBCHAT_ERR_BUSY, what the server answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_start_chat(
    service: *mut webchat_service,
    form: *const webchat_chat_form,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, options) = unsafe { (Call::take(service, completion, out_request)?, start_chat(form)?) };
        call.give("startChat", Ok(Command::StartChat(options)));
        Ok(())
    })
}

/// endChat: ends the chat session, once the messages on their way have their outcome. Resolves with the server's answer, after the event
/// `ended`. Rejected: WEBCHAT_ERR_NO_SESSION, what the server answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_end_chat(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?.give("endChat", Ok(Command::EndChat));
        Ok(())
    })
}

/// restore: takes up an asynchronous chat again. `session_data` names it: Nexus's token, or as JSON text an object with `token`, or of GMS
/// with `secureKey`, `sessionID`, `alias` and `userId`; NULL: the one that webchat_session_keeper or the store keeps. Resolves with the
/// server's answer once its newest messages have been published, after the event `restored` (`started`, when the server has made a new
/// session instead); webchat_fetch_history has the older ones. What is kept is restored by itself when a service is configured: this is for
/// a session that comes to be known later. Rejected: WEBCHAT_ERR_ACCESS_DENIED unless the chat is asynchronous, WEBCHAT_ERR_SESSION_ACTIVE,
/// WEBCHAT_ERR_BUSY, WEBCHAT_ERR_NO_SESSION when nothing is kept, WEBCHAT_ERR_NOT_FOUND when the server has it no more, what the server
/// answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_restore(
    service: *mut webchat_service,
    session_data: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, session_data) = unsafe {
            (Call::take(service, completion, out_request)?, optional(session_data, "session_data")?)
        };
        call.give(
            "restore",
            Ok(Command::Restore {
                session_data: session_data.map(Private::from),
                commander: Commander::Program,
            }),
        );
        Ok(())
    })
}

/// verifySession: whether a session exists, judged from what is known here. Resolves with what webchat_payload_session_active reads. A
/// command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_verify_session(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?
            .give("verifySession", Ok(Command::VerifySession));
        Ok(())
    })
}

/// Takes another nickname (updateNickname). Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, what the server answers.
/// A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_update_nickname(
    service: *mut webchat_service,
    nickname: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, nickname) =
            unsafe { (Call::take(service, completion, out_request)?, required(nickname, "nickname")?) };
        call.give("updateNickname", Ok(Command::UpdateNickname { nickname: nickname.into() }));
        Ok(())
    })
}
