//! What an HTTP answer means (gms-v2.md, 5; webchatservice.md, 9.3 and 9.4).

use super::{Trouble, decode, decode_limits, decode_trouble};
use crate::{
    ErrorKind,
    carrier::http::{self, Answer},
    transport::{Failure, News, Operation, Reply, Verdict, refusal_text},
};
use serde_json::Value;

/// The API's code for a service that is not available (webchatservice.md, 9.4).
const INVALID_SERVICE: i64 = 306;
/// The API's code for a text that is too long.
const TOO_LONG: i64 = 204;

/// What an answer to `operation` means.
pub(crate) fn interpret(operation: &Operation, answer: &Answer) -> Result<Reply, Failure> {
    if !answer.status.is_success() {
        // Servers without read receipts must not disturb a chat (gms-v2.md, 2.5).
        return match (operation, answer.status.as_u16()) {
            (Operation::ReadReceipt { .. }, 404 | 405) => Ok(Reply::default()),
            _ => Err(refusal(operation, answer)),
        };
    }
    let decoded = match operation {
        Operation::FileLimits => decode_limits(answer.body.clone()),
        _ => decode(answer.body.clone()),
    };
    let reply = decoded.map_err(|error| http::bad_answer(answer, &error.to_string()))?;
    let lacks_session =
        reply.session.as_ref().is_none_or(|session| session.key().is_empty() || session.id().is_empty());
    if matches!(operation, Operation::Start(_)) && reply.verdict == Verdict::Done && lacks_session {
        return Err(http::bad_answer(
            answer,
            "the chat was started, but the answer has no chatId or no secureKey",
        ));
    }
    Ok(reply)
}

/// The failure of an answer with another status than success.
pub(crate) fn refusal(operation: &Operation, answer: &Answer) -> Failure {
    with_trouble(operation, http::bad_status(answer), decode_trouble(&answer.body))
}

/// The same of one that came on the way to the server, before the request itself had left.
pub(crate) fn refusal_on_the_way(operation: &Operation, failure: Failure) -> Failure {
    let body = failure.response.get("responseText").and_then(Value::as_str).unwrap_or_default();
    let trouble = decode_trouble(body.as_bytes());
    with_trouble(operation, failure, trouble)
}

fn with_trouble(operation: &Operation, mut failure: Failure, Trouble { ended, errors }: Trouble) -> Failure {
    let is_invalid_service = match errors.as_slice() {
        [] => matches!(failure.status, 404 | 500 | 502),
        errors => errors.iter().any(|error| error.code == INVALID_SERVICE),
    };
    if let Some(response) = failure.response.as_object_mut().filter(|_| is_invalid_service) {
        response.insert("errorReason".into(), "InvalidService".into());
    }
    let preview_only = errors.iter().all(|error| error.code == TOO_LONG);
    let polling = matches!(operation, Operation::Poll { .. });
    // A poll knows three failures: the session is gone (gms-v2.md, 5.4), only the preview text was refused, or no statement on the chat at all.
    let gone = polling && (failure.status == 404 || failure.status == 400 && !preview_only);
    failure.ended = ended.unwrap_or(gone);
    failure.foreign &= ended.is_none() && errors.is_empty();
    if !errors.is_empty() {
        failure.cause = refusal_text(&errors);
    }
    let worth_telling = if errors.is_empty() { is_invalid_service } else { !polling || !preview_only };
    if worth_telling {
        failure.news = News::Error(Box::new(failure.response.clone()));
    }
    failure
}

/// A start that is refused in the server's own terms, where those do not come with an HTTP status: it is what an HTTP failure is over REST,
/// the command's, and told (webchatservice.md, 9.4).
pub(crate) fn refused_start(reply: Reply) -> Result<Reply, Failure> {
    if reply.verdict != Verdict::Refused || reply.errors.is_empty() || reply.ended == Some(true) {
        return Ok(reply);
    }
    let cause = refusal_text(&reply.errors);
    let response = reply.body.refusal();
    let news = News::Error(Box::new(response.clone()));
    Err(Failure { status: 200, news, response, ..http::local_failure(ErrorKind::Rejected, cause) })
}

/// Says what listeners are told of a failure that is not an answer of the server's (webchatservice.md, 9.3 and 9.4).
pub(crate) fn with_news(operation: &Operation, failure: Failure) -> Failure {
    let news = match failure.news {
        News::Nothing if failure.kind == ErrorKind::Io => News::Nothing,
        News::Nothing if failure.is_disconnect() => News::Disconnected,
        News::Nothing if matches!(operation, Operation::Upload(_)) => {
            News::Error(Box::new(failure.response.clone()))
        }
        news => news,
    };
    Failure { news, ..failure }.of(operation)
}
