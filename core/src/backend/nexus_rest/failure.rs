//! What failures mean: whether the session is over, and what listeners are told (nexus-v3.md, 7;
//! webchatservice.md, 9.3 and 9.4).

use super::wire::{Status, Unusable, status_of};
use crate::{
    ErrorKind,
    carrier::http::{self, Answer},
    transport::{Failure, News, Operation},
};
use serde_json::{Value, json};
use std::borrow::Cow;

/// What the codes of errors begin with.
const PREFIX: &str = "pureengage-v3-rest-";

/// The failure of an answer with a status of success that is none. Where the answer is JSON, it is the response
/// (webchatservice.md, 3).
pub(super) fn unusable(answer: &Answer, unusable: Unusable) -> Failure {
    let mut failure = http::bad_answer(answer, &unusable.to_string());
    if let Some(body) = failure.response.get_mut("responseJSON").map(Value::take) {
        failure.response = body;
    }
    if unusable == Unusable::Refused {
        failure.kind = ErrorKind::Rejected;
    }
    failure
}

/// `failure` with its code in the cause, and with the statement whether the session is over. The images of a session, and a session that
/// is still to be made, can be unknown without that.
pub(super) fn judged(mut failure: Failure, in_session: bool) -> Failure {
    let status = status(&failure.response);
    failure.ended = in_session && (failure.status == 404 || status.is_session_gone());
    failure.foreign &= status.is_mute();
    let code = &status.code;
    if let Some(meaning) = meaning(code) {
        failure.cause = format!("the server refused the request: {meaning} ({code})");
    } else if !status.is_mute() && is_plain(code) {
        failure.cause = format!("{}: {code}", failure.cause);
    }
    failure
}

/// Says what listeners are told. Only polls lose the connection, and find it again; whatever else fails is an error.
pub(super) fn with_news(operation: &Operation, failure: Failure) -> Failure {
    let mut failure = failure.of(operation);
    failure.news = match operation {
        Operation::Poll { .. } if failure.is_disconnect() => News::Disconnected,
        _ if failure.kind == ErrorKind::Io => News::Nothing,
        _ => News::Error(Box::new(error(&failure))),
    };
    failure
}

/// `{errors: [{code, text, response}]}`. Where the server gives no code it is the HTTP status, and without an answer `timeout` or `error`;
/// the number 1 shows none at all. Where it gives no message, the text is the cause.
fn error(failure: &Failure) -> Value {
    let status = status(&failure.response);
    let code = match failure.status {
        _ if !status.is_mute() => Cow::Borrowed(status.code.as_str()),
        0 => Cow::Borrowed(failure.response.get("statusText").and_then(Value::as_str).unwrap_or("error")),
        http => Cow::Owned(http.to_string()),
    };
    let code = if status.is_generic { String::new() } else { format!("{PREFIX}{code}") };
    let text = status.message.as_deref().unwrap_or(&failure.cause);
    json!({"errors": [{"code": code, "text": text, "response": failure.response}]})
}

/// The status in a response, which is an answer's envelope itself or has it as `responseJSON`.
fn status(response: &Value) -> Status {
    status_of(response.get("responseJSON").unwrap_or(response))
}

/// What a code means (nexus-v3.md, 7.2), in our words: a text of the server can repeat what was sent.
fn meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "INVALID_CONTACT_CENTER" => "the x-api-key is wrong",
        "INVALID_ENDPOINT" => "the endpoint is wrong",
        "INVALID_NICKNAME" => "a name is missing",
        "AUTHENTICATION_REQUIRED" => "the session may not be authorised",
        "INVALID_FILE_TYPE" => "the file is not an image",
        "LIMIT_FILE_SIZE" => "the image is too large",
        "LIMIT_FILE_COUNT" => "too many images",
        "INVALID_SESSION" => "the session is not known, or over",
        _ => return None,
    })
}

/// Whether a code can be shown in a log: it reads like the others, or is a number, and has too few digits for a key.
fn is_plain(code: &str) -> bool {
    let of_codes =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    code.len() <= 40 && digits <= 5 && code.bytes().all(of_codes)
}
