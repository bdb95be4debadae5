//! What it means that the server answered with a refusal, or in other words than the protocol's, or was not asked at all: the kind for
//! the caller, whether the request can have taken effect, and whether and when to try again.

use super::{Answer, retry_after::retry_after};
use crate::{
    ErrorKind, Retry, json,
    transport::{Applied, Failure, FileFault, News},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::{io, path::Path};

/// No refusal is longer; of a longer answer this much is told.
const LONGEST_SHOWN: usize = 64 << 10;

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
        useless: false,
        foreign: true,
        kept: false,
        late: None,
        news: News::Nothing,
        response: response(answer),
        file: None,
        cause: match code {
            407 => format!("the proxy wants other credentials ({})", phrase(answer.status)),
            _ => format!("the server answered {}", phrase(answer.status)),
        },
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

/// The file to send, at `path`, could not be read.
pub(super) fn unreadable_file(path: &Path, error: &io::Error) -> Failure {
    file_failure(format!("the file to send, {}, cannot be read: {error}", path.display()), path, error)
}

/// The file at `path` could not be read or written.
pub(super) fn file_failure(cause: String, path: &Path, error: &io::Error) -> Failure {
    let file = Some(Box::new(FileFault { path: path.into(), os_error: error.raw_os_error() }));
    Failure { file, ..local_failure(ErrorKind::Io, cause) }
}

/// A request that was not sent.
pub(crate) fn local_failure(kind: ErrorKind, cause: String) -> Failure {
    Failure {
        kind,
        retry: Retry::Never,
        applied: Applied::No,
        status: 0,
        ended: false,
        useless: false,
        foreign: false,
        kept: false,
        late: None,
        news: News::Nothing,
        response: no_response(if kind == ErrorKind::Timeout { "timeout" } else { "error" }),
        file: None,
        cause,
    }
}

/// The connection is lost, or was never there.
pub(crate) fn lost_connection(applied: Applied, cause: impl Into<String>) -> Failure {
    Failure { retry: Retry::WithBackoff, applied, ..local_failure(ErrorKind::Disconnected, cause.into()) }
}

/// A request with the data of another back end's session.
pub(crate) fn foreign_session() -> Failure {
    local_failure(ErrorKind::InvalidArgument, "the session belongs to another back end".into())
}

/// "400 Bad Request".
fn phrase(status: StatusCode) -> String {
    format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()).trim_end().to_owned()
}

/// The "(AJAX Response Object)" of an HTTP failure (webchatservice.md, 3). It is kept in several places: a long answer is shown
/// in part, as text.
fn response(answer: &Answer) -> Value {
    let shown = answer.body.get(..LONGEST_SHOWN).unwrap_or(&answer.body);
    let mut response = json!({
        "status": answer.status.as_u16(),
        "statusText": answer.status.canonical_reason().unwrap_or_default(),
        "responseText": String::from_utf8_lossy(shown),
    });
    if shown.len() == answer.body.len()
        && let Some(json) = json::value(shown)
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
            assert!(failure.foreign && failure.status == status);
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
