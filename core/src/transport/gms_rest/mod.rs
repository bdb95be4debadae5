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
    BoxFuture, Capabilities, Failure, News, Operation, Reply, Request, Transport, Verdict,
    http::{self, Answer, HttpChat, HttpPool, HttpRequest, RequestBody},
};
use crate::{
    Error, ErrorKind, Private,
    config::{Connection, GmsRestConfig},
    model::{GmsSession, SessionData, SessionForm},
};
use bytes::Bytes;
use reqwest::{Method, Url};
use std::{sync::Arc, time::Duration};

/// The API's code for a service that is not available (behaviour reference, section 9.4).
const INVALID_SERVICE: i64 = 306;
/// The API's code for a text that is too long.
const TOO_LONG: i64 = 204;

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
            file_limits: true,
            file_deletion: true,
            custom_notice: true,
            update_user_data: true,
            history: false,
            verify_session: true,
            server_outage: true,
            push_url: true,
            update_nickname: true,
            read_receipt: true,
            start_form: false,
            session: SessionForm::Gms,
        }
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        let inner = self.0.clone();
        Box::pin(async move {
            let outcome = match &request.operation {
                Operation::Upload(upload) => inner.upload(&request, upload).await,
                Operation::Download(download) => inner.download(&request, download).await,
                _ => inner.ask(&request).await,
            };
            outcome.map_err(|failure| with_news(&request.operation, failure))
        })
    }
}

impl Inner {
    async fn ask(&self, request: &Request) -> Result<Reply, Failure> {
        let answer = self.http.exchange(&self.request(request)?, self.time_limit()).await?;
        interpret(&request.operation, &answer)
    }

    /// The request with its form.
    fn request(&self, request: &Request) -> Result<HttpRequest, Failure> {
        let session = gms(&request.session)?;
        let form = wire::urlencoded(&request.operation, session, self.config.endpoint.as_deref());
        let url = self.url(session, &request.operation)?;
        Ok(HttpRequest::new(Method::POST, url, RequestBody::Form(Bytes::from(form))))
    }

    /// The address of `operation`. An id that would name another place is refused.
    fn url(&self, session: &GmsSession, operation: &Operation) -> Result<Url, Failure> {
        let path = wire::path(operation);
        let in_session = !matches!(operation, Operation::Start(_));
        let mut url = http::below(
            &self.config.data_url,
            in_session.then_some(session.session_id.as_str()).into_iter().chain(path),
        )?;
        if !in_session && self.config.trailing_slash {
            let path = format!("{}/", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
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
            _ => Err(refusal(operation, answer)),
        };
    }
    let decoded = match operation {
        Operation::FileLimits => wire::decode_limits(answer.body.clone()),
        _ => wire::decode(answer.body.clone()),
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
fn refusal(operation: &Operation, answer: &Answer) -> Failure {
    let wire::Trouble { ended, errors } = wire::decode_trouble(&answer.body);
    let mut failure = http::bad_status(answer);
    let is_invalid_service = match errors.as_slice() {
        [] => matches!(failure.status, 404 | 500 | 502),
        errors => errors.iter().any(|error| error.code == INVALID_SERVICE),
    };
    if let Some(response) = failure.response.as_object_mut().filter(|_| is_invalid_service) {
        response.insert("errorReason".into(), "InvalidService".into());
    }
    let preview_only = errors.iter().all(|error| error.code == TOO_LONG);
    let polling = matches!(operation, Operation::Poll { .. });
    // A poll knows three failures: the session is gone (section 5.4), only the preview text was refused, or no statement on the chat at all.
    let gone = polling && (failure.status == 404 || failure.status == 400 && !preview_only);
    failure.ended = ended.unwrap_or(gone);
    let worth_telling = if errors.is_empty() { is_invalid_service } else { !polling || !preview_only };
    if worth_telling {
        failure.news = News::Error(failure.response.clone());
    }
    failure
}

/// Says what listeners are told of a failure that is not an answer of the server's (behaviour reference, sections 9.3 and 9.4).
fn with_news(operation: &Operation, failure: Failure) -> Failure {
    let news = match failure.news {
        News::Nothing if failure.kind == ErrorKind::Io => News::Nothing,
        News::Nothing if failure.is_disconnect() => News::Disconnected,
        News::Nothing if matches!(operation, Operation::Upload(_)) => News::Error(failure.response.clone()),
        news => news,
    };
    Failure { news, ..failure }
}

/// The session's data, which are this back end's own.
fn gms(session: &SessionData) -> Result<&GmsSession, Failure> {
    match session {
        SessionData::Gms(session) => Ok(session),
        SessionData::Nexus(_) => Err(http::foreign_session()),
    }
}
