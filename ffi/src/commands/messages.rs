//! Commands that say something in the chat.

use super::Call;
use crate::{
    boundary::{Failure, guard},
    completion::webchat_completion,
    service::webchat_service,
    status::webchat_status,
    text::{optional, required},
};
use serde_json::json;
use std::{
    ffi::{CStr, c_char},
    slice,
};
use webchat_core::command::{Command, SendMessage};

/// sendMessage: sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request id is the message's
/// local id. Resolves with the server's answer: the message was sent. Rejected: WEBCHAT_ERR_NO_SESSION, an empty text, what the server
/// answers, WEBCHAT_ERR_NOT_SENT (the connection is lost, and nothing has left), WEBCHAT_ERR_OUTCOME_UNKNOWN;
/// webchat_outcome_delivery says how sure it is that it did not arrive. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_send_message(
    service: *mut webchat_service,
    text: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, text) =
            unsafe { (Call::take(service, completion, out_request)?, required(text, "text")?) };
        let options = SendMessage { message: Some(text.into()), ..SendMessage::default() };
        call.give("sendMessage", Ok(Command::SendMessage(options)));
        Ok(())
    })
}

/// sendMessage with its other options: a label for the kind of text (`message_type`; NULL: "text"), and the id of the rich message that
/// this one answers (`parent_message_id`; NULL: none). Else as webchat_send_message. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_send_message_as(
    service: *mut webchat_service,
    text: *const c_char,
    message_type: *const c_char,
    parent_message_id: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, options) = unsafe {
            let call = Call::take(service, completion, out_request)?;
            let message = Some(required(text, "text")?.into());
            let message_type = optional(message_type, "message_type")?.map(str::to_owned);
            let parent_message_id = optional(parent_message_id, "parent_message_id")?.map(str::to_owned);
            (call, SendMessage { message, message_type, parent_message_id })
        };
        call.give("sendMessage", Ok(Command::SendMessage(options)));
        Ok(())
    })
}

/// sendCustomNotice: sends a notice to a custom agent desktop, with a text (NULL: none). Resolves with the server's answer. Rejected:
/// WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_send_custom_notice(
    service: *mut webchat_service,
    message: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, message) =
            unsafe { (Call::take(service, completion, out_request)?, optional(message, "message")?) };
        call.give(
            "sendCustomNotice",
            Ok(Command::SendCustomNotice { message: message.unwrap_or_default().into() }),
        );
        Ok(())
    })
}

/// sendTyping: tells the agent that the customer types, and what (NULL: the registered typing preview input is asked). Resolves with
/// nothing. Rejected: WEBCHAT_ERR_NO_SESSION. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_send_typing(
    service: *mut webchat_service,
    message: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, message) =
            unsafe { (Call::take(service, completion, out_request)?, optional(message, "message")?) };
        call.give("sendTyping", Ok(Command::SendTyping { message: message.map(Into::into) }));
        Ok(())
    })
}

/// sendFilteredMessage: sends a message and hides it, and all that match `regex`, from the transcript. `regex` is a JavaScript regular
/// expression, "/pattern/flags". Resolves at once with nothing, whatever becomes of the message. Rejected:
/// WEBCHAT_ERR_INVALID_ARGUMENT, and the reason says what is wrong with the expression. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_send_filtered_message(
    service: *mut webchat_service,
    message: *const c_char,
    regex: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, message, regex) = unsafe {
            (
                Call::take(service, completion, out_request)?,
                required(message, "message")?,
                required(regex, "regex")?,
            )
        };
        let options = json!({"message": message, "regex": regex});
        call.give("sendFilteredMessage", Command::from_json("sendFilteredMessage", &options));
        Ok(())
    })
}

/// addPrefilter: hides messages that match one of `count` JavaScript regular expressions, "/pattern/flags" each, from the transcript.
/// Resolves with all registered filters. Rejected: WEBCHAT_ERR_INVALID_ARGUMENT, with none of them registered. A command: see above.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_add_prefilter(
    service: *mut webchat_service,
    filters: *const *const c_char,
    count: usize,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, filters) =
            unsafe { (Call::take(service, completion, out_request)?, texts(filters, count, "filters")?) };
        call.give("addPrefilter", Command::from_json("addPrefilter", &json!({"filters": filters})));
        Ok(())
    })
}

/// Pushes a web address to the agent (pushUrl). Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION,
/// WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_push_url(
    service: *mut webchat_service,
    url: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, url) = unsafe { (Call::take(service, completion, out_request)?, required(url, "url")?) };
        call.give("pushUrl", Ok(Command::PushUrl { url: url.to_owned() }));
        Ok(())
    })
}

/// Reports what the customer has read (readReceipt): everything up to the message with this index in the transcript; 0: up to the newest
/// one received. Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_UNSUPPORTED, what the server answers.
/// A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_read_receipt(
    service: *mut webchat_service,
    index: u64,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let call = unsafe { Call::take(service, completion, out_request) }?;
        call.give("readReceipt", Ok(Command::ReadReceipt { index: (index > 0).then_some(index) }));
        Ok(())
    })
}

/// An array of texts.
///
/// # Safety
/// `pointer` is null or points to `count` NUL-terminated texts that stay as they are during `'a`.
unsafe fn texts<'a>(
    pointer: *const *const c_char,
    count: usize,
    name: &str,
) -> Result<Vec<&'a str>, Failure> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if pointer.is_null() || count > isize::MAX as usize / size_of::<*const CStr>() {
        return Err(Failure::argument(name, "is null, or has more elements than memory can hold"));
    }
    // SAFETY: not null, not too many, and the caller vouches for the rest.
    let pointers = unsafe { slice::from_raw_parts(pointer, count) };
    // SAFETY: as here.
    pointers.iter().map(|pointer| unsafe { required(*pointer, name) }).collect()
}
