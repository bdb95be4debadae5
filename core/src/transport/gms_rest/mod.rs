//! GMS v2 over REST: form-encoded POSTs and polling (protocol reference, sections 1 to 7). `wire` encodes and decodes, `files` sends
//! and fetches files; this file performs requests.
//!
//! Time limits: `ajaxTimeout` for every request but those with files; `fileUploadTimeout` for an upload, which has none by default;
//! a download may take as long as it needs but fails when nothing comes for 30 s, or `ajaxTimeout` if that is longer.

mod files;
pub mod wire;

#[cfg(test)]
mod tests;

use super::{
    BoxFuture, Capabilities, Failure, Operation, Reply, Request, Transport, Verdict,
    http::{self, Answer, HttpChat, HttpPool, HttpRequest, RequestBody},
};
use crate::{
    Error, ErrorKind, Private,
    config::{Connection, GmsRestConfig},
    model::SessionData,
};
use bytes::Bytes;
use reqwest::{Method, Url};
use std::{sync::Arc, time::Duration};

/// The API's code for a service that is not available (behaviour reference, section 9.4).
const INVALID_SERVICE: i64 = 306;

/// A chat over GMS v2 REST.
///
/// Its futures run on a tokio runtime, always the same one for one [`HttpPool`].
pub struct GmsRest(Arc<Inner>);

struct Inner {
    config: GmsRestConfig,
    http: HttpChat,
}

impl GmsRest {
    /// A chat with the server of `config`, over connections of `pool` as `connection` describes them.
    ///
    /// Errors are of kind `InvalidConfiguration` and name the key: a certificate file that cannot be read, a proxy that is no URL, a
    /// header that HTTP cannot carry.
    pub fn new(config: GmsRestConfig, connection: &Connection, pool: &HttpPool) -> Result<Self, Error> {
        let own = [
            ("apikey", config.api_key.as_ref(), "apikey"),
            ("authorization", config.authorization.as_ref(), "main.header.Authorization"),
        ];
        let own: Vec<(&'static str, &Private, &'static str)> =
            own.into_iter().filter_map(|(name, value, key)| Some((name, value?, key))).collect();
        let http = HttpChat::new(pool, connection, &own)?;
        Ok(Self(Arc::new(Inner { config, http })))
    }
}

impl Transport for GmsRest {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            polling: true,
            file_upload: true,
            file_download: true,
            custom_notice: true,
            update_user_data: true,
            history: false,
            verify_session: true,
            server_outage: true,
            push_url: true,
            update_nickname: true,
            read_receipt: true,
        }
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        let inner = self.0.clone();
        Box::pin(async move {
            match &request.operation {
                Operation::Upload(upload) => inner.upload(&request, upload).await,
                Operation::Download(download) => inner.download(&request, download).await,
                operation => {
                    let answer = inner.http.exchange(&inner.request(&request)?, inner.time_limit()).await?;
                    interpret(operation, &answer)
                }
            }
        })
    }
}

impl Inner {
    /// The request with its form.
    fn request(&self, request: &Request) -> Result<HttpRequest, Failure> {
        let form = wire::urlencoded(&request.operation, &request.session, self.config.endpoint.as_deref());
        let url = self.url(&request.session, &request.operation)?;
        Ok(HttpRequest { method: Method::POST, url, body: RequestBody::Form(Bytes::from(form)) })
    }

    /// The address of `operation`. An id that would name another place is refused.
    fn url(&self, session: &SessionData, operation: &Operation) -> Result<Url, Failure> {
        let mut url = self.config.data_url.clone();
        let no_path = || http::local_failure(ErrorKind::Internal, "the chat URL cannot have a path".into());
        let mut segments = url.path_segments_mut().map_err(|()| no_path())?;
        segments.pop_if_empty();
        if matches!(operation, Operation::Start(_)) {
            if self.config.trailing_slash {
                segments.push("");
            }
            drop(segments);
            return Ok(url);
        }
        for segment in std::iter::once(session.session_id.as_str()).chain(wire::path(operation)) {
            if matches!(segment, "" | "." | "..") {
                let what = "the request has no chat or file id, or one that cannot be part of an address";
                return Err(http::local_failure(ErrorKind::InvalidArgument, what.into()));
            }
            segments.push(segment);
        }
        drop(segments);
        Ok(url)
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(self.config.ajax_timeout).filter(|limit| !limit.is_zero())
    }
}

/// What an answer to `operation` means.
fn interpret(operation: &Operation, answer: &Answer) -> Result<Reply, Failure> {
    if !answer.status.is_success() {
        // Servers without read receipts must not disturb a chat (protocol reference, section 2.5).
        return match (operation, answer.status.as_u16()) {
            (Operation::ReadReceipt { .. }, 404 | 405) => Ok(Reply::default()),
            _ => Err(refusal(answer)),
        };
    }
    let decoded = match operation {
        Operation::FileLimits => wire::decode_limits(answer.body.clone()),
        _ => wire::decode(answer.body.clone()),
    };
    let reply = decoded.map_err(|error| http::bad_answer(answer, &error.to_string()))?;
    let lacks_session = reply.session.secure_key.is_none() || reply.session.session_id.is_none();
    if matches!(operation, Operation::Start(_)) && reply.verdict == Verdict::Done && lacks_session {
        return Err(http::bad_answer(
            answer,
            "the chat was started, but the answer has no chatId or no secureKey",
        ));
    }
    Ok(reply)
}

/// The failure of an answer with another status than success.
fn refusal(answer: &Answer) -> Failure {
    let wire::Trouble { ended, errors } = wire::decode_trouble(&answer.body);
    let mut failure = http::bad_status(answer);
    let is_invalid_service = match errors.as_slice() {
        [] => matches!(failure.status, 404 | 500 | 502),
        errors => errors.iter().any(|error| error.code == INVALID_SERVICE),
    };
    if let Some(response) = failure.response.as_object_mut().filter(|_| is_invalid_service) {
        response.insert("errorReason".into(), "InvalidService".into());
    }
    Failure { ended, errors, ..failure }
}
