//! Fetching files (gms-v2.md, 7.2).

use super::{decode, refusal};
use crate::{
    carrier::http::{self, Answer, HttpChat, HttpRequest, Reading, Rest},
    json,
    model::Download,
    transport::{Failure, Operation, Reply, Verdict},
};
use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use std::time::Duration;

/// How long nothing may come during a download.
const DOWNLOAD_PAUSE: Duration = Duration::from_secs(30);
/// No refusal is longer than this.
const LONGEST_REFUSAL: usize = 64 << 10;
/// The fields of the response object (gms-v2.md, 3).
const RESPONSE_FIELDS: [&str; 14] = [
    "statusCode",
    "chatId",
    "alias",
    "userId",
    "secureKey",
    "chatEnded",
    "nextPosition",
    "messages",
    "userData",
    "errors",
    "error",
    "idleTimerExpire",
    "monitored",
    "id",
];

/// Fetches a file with `request`, whose answer may take as long as it needs; but nothing may come for 30 s, or `pause` if that is longer.
///
/// Refusals come as JSON where the bytes were expected, and a file can be JSON too. An answer is a refusal if nothing says that
/// it is a file (a `Content-Disposition`, a type that is neither JSON nor text) and it is a short JSON object with `statusCode`
/// and either `errors`, `chatEnded` or nothing but fields of the response object.
pub(crate) async fn download(
    http: &HttpChat,
    request: &HttpRequest,
    operation: &Operation,
    download: &Download,
    pause: Duration,
) -> Result<Reply, Failure> {
    let pause = pause.max(DOWNLOAD_PAUSE);
    let mut reading = http.open(request, pause).await?;
    if !reading.status().is_success() {
        return Err(refusal(operation, &reading.whole(pause.into()).await?));
    }
    let mut first = Bytes::new();
    if can_be_refusal(reading.headers()) {
        let (start, is_all) = beginning(&mut reading, Rest::endless(pause)).await?;
        let text = http::utf8(reading.headers(), start.clone());
        if is_all && is_refusal(&text) {
            return refused(&reading, text);
        }
        first = start;
    }
    let downloaded = http::save(reading, first, download, pause, http.download_limit()).await?;
    Ok(Reply { downloaded: Some(downloaded), ..Reply::default() })
}

/// The beginning of an answer, up to the length of a refusal, and whether that is all of it.
async fn beginning(reading: &mut Reading, rest: Rest) -> Result<(Bytes, bool), Failure> {
    let mut start = BytesMut::new();
    while start.len() <= LONGEST_REFUSAL {
        match reading.chunk(rest).await? {
            Some(chunk) => start.extend_from_slice(&chunk),
            None => return Ok((start.freeze(), true)),
        }
    }
    Ok((start.freeze(), false))
}

fn can_be_refusal(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    let is_text = kind.is_none_or(|kind| {
        let kind = String::from_utf8_lossy(&kind);
        kind.starts_with("text/") || kind.contains("json")
    });
    is_text && !headers.contains_key(CONTENT_DISPOSITION)
}

fn is_refusal(body: &[u8]) -> bool {
    let Some(object) = json::value(body).and_then(json::object) else { return false };
    let is_response = ["errors", "chatEnded"].iter().any(|key| object.contains_key(*key))
        || object.keys().all(|key| RESPONSE_FIELDS.contains(&key.as_str()));
    object.contains_key("statusCode") && is_response
}

/// The reply that a refusal with HTTP status 200 is; one that speaks of success is none.
fn refused(reading: &Reading, body: Bytes) -> Result<Reply, Failure> {
    let answer = Answer { status: reading.status(), headers: reading.headers().clone(), body };
    match decode(answer.body.clone()) {
        Ok(reply) if reply.verdict != Verdict::Done => Ok(reply),
        _ => Err(http::bad_answer(&answer, "the answer to a download holds no file")),
    }
}
