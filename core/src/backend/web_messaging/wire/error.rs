//! What refusals mean: the kind for the caller, whether to try again, and whether the session is over
//! (web-messaging.md, 6.1 and 6.2).

use super::super::options::TYPE;
use crate::{
    ErrorKind, Retry,
    carrier::http::local_failure,
    foreign,
    transport::{Applied, Failure, News},
};
use serde_json::{Value, json};
use std::time::Duration;

/// A refusal, as the server puts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The inner code, else that of the envelope; 0 where there is none.
    pub(crate) code: u16,
    /// What the server says of it. It can repeat what was sent.
    pub(crate) text: String,
    /// How long to wait, where the server says it.
    pub(crate) retry_after: Option<Duration>,
    /// The file that it is about.
    pub(crate) attachment_id: Option<Box<str>>,
}

impl Refusal {
    /// Whether there was too much of anything.
    pub(crate) fn is_too_much(&self) -> bool {
        TOO_MUCH.contains(&self.code)
    }
}

/// What is told of a code that says too much of anything.
const TOO_MUCH: [u16; 2] = [429, 4029];

/// Whether a code says that the session is over, or not known.
pub(crate) fn is_over(code: u16) -> bool {
    matches!(code, 4006 | 4007 | 4017)
}

/// The response that a command is rejected with.
fn response(refusal: &Refusal) -> Value {
    let mut response = json!({"errorCode": refusal.code, "errorMessage": refusal.text});
    if let Some(object) = response.as_object_mut() {
        object.extend(refusal.attachment_id.as_ref().map(|id| ("attachmentId".to_owned(), (&**id).into())));
        let seconds = refusal.retry_after.map(|time| ("retryAfter".to_owned(), time.as_secs().into()));
        object.extend(seconds);
    }
    response
}

/// The failure of a request that was refused so. Where the server failed, nobody knows whether it did what was asked.
pub(crate) fn failure(refusal: &Refusal) -> Failure {
    let code = refusal.code;
    let (kind, retry) = match code {
        _ if TOO_MUCH.contains(&code) => {
            (ErrorKind::RateLimited, Retry::After(refusal.retry_after.unwrap_or(Duration::from_secs(3))))
        }
        401 | 403 => (ErrorKind::Unauthorized, Retry::Never),
        404 | 4009 => (ErrorKind::NotFound, Retry::Never),
        408 => (ErrorKind::Timeout, Retry::WithBackoff),
        0 | 5000 | 500..600 => (ErrorKind::Unavailable, Retry::WithBackoff),
        _ => (ErrorKind::Rejected, Retry::Never),
    };
    let in_doubt = matches!(kind, ErrorKind::Unavailable | ErrorKind::Timeout);
    let cause = match meaning(code) {
        Some(meaning) => format!("the server refused the request: {meaning} ({code})"),
        None if code == 0 => "the server could not make out the request".to_owned(),
        None => format!("the server refused the request: {} ({code})", foreign::words(&refusal.text)),
    };
    Failure {
        retry,
        applied: if in_doubt { Applied::Unknown } else { Applied::No },
        status: code,
        ended: is_over(code),
        response: response(refusal),
        ..local_failure(kind, cause)
    }
}

/// The same as an error that listeners are told, whoever waits for it: `{errors: [{code, text, response}]}`.
pub(crate) fn events_error(failure: &Failure) -> Value {
    let text = failure.response.get("errorMessage").and_then(Value::as_str);
    let text = text.filter(|text| !text.is_empty()).unwrap_or(&failure.cause);
    let reason = failure.response.get("errorReason").and_then(Value::as_str);
    let code = match reason.filter(|_| failure.status == 0) {
        Some(reason) => format!("{TYPE}-{reason}"),
        None => format!("{TYPE}-{}", failure.status),
    };
    json!({"errors": [{"code": code, "text": text, "response": failure.response}]})
}

/// The session is over by what the server says of it.
pub(crate) fn session_over(code: u16) -> Failure {
    let refusal = Refusal { code, text: meaning(code).unwrap_or_default().to_owned(), ..Refusal::default() };
    let failure = failure(&refusal);
    let news = News::Error(Box::new(events_error(&failure)));
    Failure { ended: true, news, ..failure }
}

/// The server has nothing of the session any more, for this reason.
pub(crate) fn session_gone(reason: &str, cause: &str) -> Failure {
    let response = json!({"errorReason": reason, "errorMessage": cause});
    let failure =
        Failure { ended: true, response, ..local_failure(crate::ErrorKind::NotFound, cause.to_owned()) };
    let news = News::Error(Box::new(events_error(&failure)));
    Failure { news, ..failure }
}

/// What a code means, in our words: a text of the server can repeat what was sent.
fn meaning(code: u16) -> Option<&'static str> {
    Some(match code {
        401 => "the customer is not authorised",
        403 => "the deployment does not allow it",
        408 => "it took the server too long",
        409 => "the conversation has ended and can only be read",
        429 | 4029 => "too many requests",
        4000 => "the deployment does not have it",
        4001 => "the type of the file is not allowed",
        4002 => "the file is too large",
        4003 => "the content of the file is not allowed",
        4004 => "the name of the file is not usable",
        4005 => "the name of the file is too long",
        4006 => "the session has expired: a new chat has to be started",
        4007 => "the session is not known: a new chat has to be started",
        4008 => "the uploaded file has expired",
        4009 => "the file is not known",
        4010 => "the file was not uploaded",
        4011 => "the message is too long: it has to be divided",
        4013 => "the attached data are too large, and were dropped",
        4017 => "the session is that of a customer who has signed in: a new chat has to be started",
        4020 => "a parameter is missing",
        4102 => "the file is empty",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: u16) -> Failure {
        failure(&Refusal { code, text: "Secret word".into(), ..Refusal::default() })
    }

    #[test]
    fn codes_have_kinds() {
        use {Applied::*, ErrorKind::*, Retry::*};
        for (code, kind, retry, applied, ended) in [
            (0, Unavailable, WithBackoff, Unknown, false),
            (400, Rejected, Never, No, false),
            (403, Unauthorized, Never, No, false),
            (408, Timeout, WithBackoff, Unknown, false),
            (409, Rejected, Never, No, false),
            (429, RateLimited, After(Duration::from_secs(3)), No, false),
            (500, Unavailable, WithBackoff, Unknown, false),
            (4006, Rejected, Never, No, true),
            (4007, Rejected, Never, No, true),
            (4011, Rejected, Never, No, false),
            (4017, Rejected, Never, No, true),
            (5000, Unavailable, WithBackoff, Unknown, false),
            (6789, Rejected, Never, No, false),
        ] {
            let failure = of(code);
            assert_eq!(
                (failure.kind, failure.retry, failure.applied, failure.ended),
                (kind, retry, applied, ended),
                "{code}"
            );
            assert_eq!(failure.status, code);
        }
    }

    #[test]
    fn the_server_says_how_long_to_wait() {
        let refusal = Refusal { code: 4029, retry_after: Some(Duration::from_secs(7)), ..Refusal::default() };
        let failure = failure(&refusal);
        assert_eq!(failure.retry, Retry::After(Duration::from_secs(7)));
        assert_eq!(failure.response["retryAfter"], 7);
    }

    #[test]
    fn what_the_server_says_is_the_callers_and_the_cause_is_ours() {
        let failure = of(4011);
        assert_eq!(
            failure.cause,
            "the server refused the request: the message is too long: it has to be divided (4011)"
        );
        assert_eq!(failure.response, json!({"errorCode": 4011, "errorMessage": "Secret word"}));
        assert_eq!(
            events_error(&failure)["errors"][0],
            json!({"code": "genesyscloud-webmessaging-4011", "text": "Secret word", "response": failure.response})
        );
    }
}
