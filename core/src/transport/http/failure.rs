//! What it means that a request got no usable answer: the kind for the caller, whether the request can have taken effect, and
//! whether and when to try again.
//!
//! `applied` is `No` only when it is certain: the connection never took the whole request, or the server answered that it refused.

use super::{Answer, body::Delivery, retry_after::retry_after};
use crate::{
    ErrorKind, Retry,
    transport::{Applied, Failure, News, json},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::{error::Error as StdError, fmt::Write, io};

/// Why there is no answer.
pub(super) enum Fault {
    /// The time is over.
    TimedOut,
    /// The connection failed.
    Http(reqwest::Error),
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::TimedOut } else { Self::Http(error.without_url()) }
    }
}

/// No answer at all came to the request whose body is `delivery`'s.
pub(super) fn unanswered(fault: Fault, delivery: &Delivery) -> Failure {
    if let Some(error) = delivery.take_error() {
        return io_failure("the file to send cannot be read", &error);
    }
    let applied = if delivery.is_complete() { Applied::Unknown } else { Applied::No };
    match fault {
        Fault::TimedOut if applied == Applied::No => {
            timed_out(applied, "the request could not be sent in time")
        }
        Fault::TimedOut => timed_out(applied, "no answer came in time"),
        Fault::Http(error) => {
            let mut failure = lost(&error);
            failure.applied = if says_unseen(&error) { Applied::No } else { applied };
            if chain(&error).any(<dyn StdError>::is::<rustls::Error>) {
                failure.retry = Retry::Never;
            }
            failure
        }
    }
}

/// The answer broke off, or its compression is broken, after its head had come.
pub(super) fn broken(fault: Fault, status: StatusCode) -> Failure {
    let malformed = |cause: &(dyn StdError + 'static)| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        matches!(kind, Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
    };
    match fault {
        Fault::TimedOut => timed_out(Applied::Unknown, "the answer was not complete in time"),
        Fault::Http(error) if chain(&error).any(malformed) => {
            bad_answer(&Answer { status, ..Answer::default() }, "the compression of the answer is broken")
        }
        Fault::Http(error) => lost(&error),
    }
}

/// The server answered with a status that means failure, or with a redirect that is not followed.
pub(crate) fn bad_status(answer: &Answer) -> Failure {
    let code = answer.status.as_u16();
    let kind = match code {
        401 | 403 | 407 => ErrorKind::Unauthorized,
        404 | 410 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        429 => ErrorKind::RateLimited,
        400..500 => ErrorKind::Rejected,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Protocol,
    };
    let asked = if matches!(code, 429 | 503) { retry_after(&answer.headers).map(Retry::After) } else { None };
    let retry = asked.unwrap_or(match code {
        408 | 429 | 500.. => Retry::WithBackoff,
        _ => Retry::Never,
    });
    Failure {
        kind,
        retry,
        // What is in the way can give up after the server has taken the request.
        applied: if code == 408 || code >= 500 { Applied::Unknown } else { Applied::No },
        status: code,
        ended: false,
        news: News::Nothing,
        response: response(answer),
        cause: format!("the server answered {}", phrase(answer.status)),
    }
}

/// A redirect that is not followed.
pub(super) fn redirected(status: StatusCode, cause: String) -> Failure {
    Failure { cause, ..bad_status(&Answer { status, ..Answer::default() }) }
}

/// The server answered with something that is not the protocol's.
pub(crate) fn bad_answer(answer: &Answer, cause: &str) -> Failure {
    Failure {
        kind: ErrorKind::Protocol,
        retry: Retry::Never,
        applied: Applied::Unknown,
        cause: format!("{cause} ({})", phrase(answer.status)),
        ..bad_status(answer)
    }
}

/// A file on this machine could not be read or written.
pub(crate) fn io_failure(what: &str, error: &io::Error) -> Failure {
    local_failure(ErrorKind::Io, format!("{what}: {error}"))
}

/// A request that was not sent.
pub(crate) fn local_failure(kind: ErrorKind, cause: String) -> Failure {
    Failure {
        kind,
        retry: Retry::Never,
        applied: Applied::No,
        status: 0,
        ended: false,
        news: News::Nothing,
        response: no_response(if kind == ErrorKind::Timeout { "timeout" } else { "error" }),
        cause,
    }
}

/// A request with the data of another back end's session.
pub(crate) fn foreign_session() -> Failure {
    local_failure(ErrorKind::InvalidArgument, "the session belongs to another back end".into())
}

fn timed_out(applied: Applied, cause: &str) -> Failure {
    Failure {
        retry: Retry::WithBackoff,
        applied,
        response: no_response("timeout"),
        ..local_failure(ErrorKind::Timeout, cause.into())
    }
}

fn lost(error: &reqwest::Error) -> Failure {
    Failure {
        retry: Retry::WithBackoff,
        applied: Applied::Unknown,
        ..local_failure(ErrorKind::Disconnected, describe(error))
    }
}

/// Whether the server certainly did not look at the request, so that it can be sent again.
pub(super) fn was_turned_away(fault: &Fault) -> bool {
    matches!(fault, Fault::Http(error) if says_unseen(error))
}

/// Whether HTTP/2 says that the server did not look at the request: it refused the stream, or is shutting down and told so.
fn says_unseen(error: &reqwest::Error) -> bool {
    chain(error).filter_map(|cause| cause.downcast_ref::<h2::Error>()).any(|error| {
        let reason = error.reason();
        error.is_remote()
            && (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)
                || error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
    })
}

/// The causes of an error, looking into `io::Error` as well, which hides what it wraps.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let next = |error: &&'a (dyn StdError + 'static)| -> Option<&'a (dyn StdError + 'static)> {
        let error: &'a (dyn StdError + 'static) = *error;
        match error.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    };
    std::iter::successors(Some(error), next)
}

/// The causes in words. Addresses are left out: they hold the chat's id, a proxy's can hold a password.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut last = String::new();
    for cause in chain(error) {
        let next = cause.to_string();
        if next != last {
            let _ = write!(text, "{}{next}", if text.is_empty() { "" } else { ": " });
        }
        last = next;
    }
    text
}

/// "400 Bad Request".
fn phrase(status: StatusCode) -> String {
    format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()).trim_end().to_owned()
}

/// The "(AJAX Response Object)" of an HTTP failure (behaviour reference, section 3).
fn response(answer: &Answer) -> Value {
    let mut response = json!({
        "status": answer.status.as_u16(),
        "statusText": answer.status.canonical_reason().unwrap_or_default(),
        "responseText": String::from_utf8_lossy(&answer.body),
    });
    if let Some(json) = json::value(&answer.body)
        && let Some(response) = response.as_object_mut()
    {
        response.insert("responseJSON".into(), json);
    }
    response
}

fn no_response(status_text: &str) -> Value {
    json!({ "status": 0, "statusText": status_text, "responseText": "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn of(status: u16, headers: &[(&'static str, &str)], body: &'static str) -> Failure {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        bad_status(&Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.collect(),
            body: Bytes::from_static(body.as_bytes()),
        })
    }

    #[test]
    fn statuses_have_kinds() {
        use {Applied::*, ErrorKind::*, Retry::*};
        for (status, kind, retry, applied) in [
            (400, Rejected, Never, No),
            (401, Unauthorized, Never, No),
            (403, Unauthorized, Never, No),
            (404, NotFound, Never, No),
            (408, Timeout, WithBackoff, Unknown),
            (415, Rejected, Never, No),
            (429, RateLimited, WithBackoff, No),
            (500, Unavailable, WithBackoff, Unknown),
            (503, Unavailable, WithBackoff, Unknown),
            (599, Unavailable, WithBackoff, Unknown),
            (302, Protocol, Never, No),
        ] {
            let failure = of(status, &[], "");
            assert_eq!((failure.kind, failure.retry, failure.applied), (kind, retry, applied), "{status}");
            assert_eq!(failure.status, status);
        }
    }

    #[test]
    fn the_server_can_ask_for_a_pause() {
        for status in [429, 503] {
            assert_eq!(
                of(status, &[("retry-after", "9")], "").retry,
                Retry::After(std::time::Duration::from_secs(9))
            );
        }
        assert_eq!(of(400, &[("retry-after", "9")], "").retry, Retry::Never);
    }

    #[test]
    fn the_response_is_the_callers_and_the_cause_is_for_logs() {
        let failure = of(400, &[], r#"{"secureKey":"k"}"#);
        insta::assert_snapshot!(
            failure.response,
            @r#"{"responseJSON":{"secureKey":"k"},"responseText":"{\"secureKey\":\"k\"}","status":400,"statusText":"Bad Request"}"#
        );
        insta::assert_snapshot!(failure.cause, @"the server answered 400 Bad Request");
        assert!(!format!("{failure:?}").contains("secureKey"));
        insta::assert_snapshot!(
            of(403, &[], "Forbidden").response,
            @r#"{"responseText":"Forbidden","status":403,"statusText":"Forbidden"}"#
        );
    }
}
