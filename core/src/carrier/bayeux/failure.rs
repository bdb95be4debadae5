//! What it means that the server refused a message, or did not answer.

use super::message::Message;
use crate::{
    ErrorKind, Retry,
    carrier::http::{in_words, local_failure},
    foreign,
    transport::{Applied, Failure},
};
use serde_json::json;
use std::time::Duration;

pub(crate) use crate::carrier::http::lost_connection as lost;

/// The error code of a session that the server does not know.
pub(super) const UNKNOWN_CLIENT: u16 = 402;

/// The code of `error`, which reads `code:arguments:text`.
pub(super) fn code(message: &Message) -> Option<u16> {
    message.error.as_deref()?.split(':').next()?.trim().parse().ok()
}

/// The server answered that it refused `message`.
pub(super) fn refused(what: &str, message: &Message) -> Failure {
    let error = message.error.as_deref().unwrap_or_default();
    let code = code(message).unwrap_or_default();
    // The arguments between code and text can hold the client's id.
    let text = error.rsplit(':').next().unwrap_or_default();
    let shown = foreign::words(text);
    Failure {
        retry: if (400..500).contains(&code) { Retry::Never } else { Retry::WithBackoff },
        status: code,
        response: json!({
            "status": code,
            "statusText": text,
            "responseText": error,
            "responseJSON": { "successful": false, "error": error },
        }),
        ..local_failure(ErrorKind::Rejected, format!("the server refused the {what}: {code} {shown}"))
    }
}

/// Whether an HTTP status says it, and not the server in the terms of Bayeux.
pub(crate) fn is_of_http(failure: &Failure) -> bool {
    let says_bayeux = failure.response.pointer("/responseJSON/successful").is_some_and(|said| *said == false);
    failure.status != 0 && !says_bayeux
}

/// The server bears a message of this size on no carrier.
pub(super) fn too_large(failure: &Failure) -> Failure {
    let status = failure.status;
    let cause = format!(
        "the message is too large for the server, which refused it on the WebSocket and by HTTP (status {status})"
    );
    Failure { kind: ErrorKind::Rejected, retry: Retry::Never, applied: Applied::No, cause, ..failure.clone() }
}

/// Nothing came within `limit`; `what` says of what.
pub(super) fn silence(applied: Applied, what: &str, limit: Duration) -> Failure {
    let cause = format!("{what} within {}", in_words(limit));
    Failure { retry: Retry::WithBackoff, applied, ..local_failure(ErrorKind::Timeout, cause) }
}

/// The server answered with something that is not Bayeux.
pub(super) fn not_bayeux(cause: &str) -> Failure {
    Failure {
        retry: Retry::WithBackoff,
        applied: Applied::Unknown,
        ..local_failure(ErrorKind::Protocol, cause.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::bayeux::message;

    #[test]
    fn the_cause_has_the_code_and_the_text_but_no_arguments() {
        let payload = br#"[{"channel":"/a","successful":false,"error":"402:the-client-id:Unknown client"}]"#;
        let message = message::read(&bytes::Bytes::copy_from_slice(payload)).unwrap().remove(0);
        let failure = refused("connect", &message);
        assert_eq!(failure.cause, "the server refused the connect: 402 Unknown client");
        assert_eq!((failure.status, failure.retry, failure.applied), (402, Retry::Never, Applied::No));
        assert!(!format!("{failure:?}").contains("the-client-id"));
    }
}
