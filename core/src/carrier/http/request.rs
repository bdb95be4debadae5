//! A request as a back end states it.

use super::{
    Multipart, Reuse, Standing,
    body::{Delivery, OutgoingBody, Source},
    local_failure,
};
use crate::{
    ErrorKind,
    carrier::recording::Exchange,
    model::{FileSource, ProgressListener},
    transport::{BoxFuture, Failure, Operation},
};
use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

/// One request. It can be sent several times: redirects repeat it.
pub(crate) struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Headers of this request alone; they win over the chat's.
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    pub(crate) audience: Audience,
    pub(crate) reuse: Reuse,
    /// How it waits for its turn.
    pub(crate) standing: Standing,
    /// Who is told whether it waits for its turn.
    pub(crate) waits: Option<watch::Sender<bool>>,
    /// Redirects are followed, within bounds.
    pub(crate) follows: bool,
    /// Where the request goes on when it is given up, if it is to.
    pub(crate) overdue: Option<Overdue>,
    /// Who is told when it waits for its turn or a connection is being made for it, and when it is so no more.
    pub(crate) connecting: Option<mpsc::UnboundedSender<bool>>,
}

/// A request that has left and was given up, and may be answered all the same.
#[derive(Clone, Default)]
pub(crate) struct Overdue(Arc<Mutex<Option<Left>>>);

/// With its exchange, where that is written down.
type Left = (Pending, Option<Exchange>);

pub(super) type Pending = BoxFuture<Result<reqwest::Response, reqwest::Error>>;

impl Overdue {
    /// Whether a request goes on.
    pub(crate) fn goes_on(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(super) fn put(&self, pending: Pending, exchange: Option<Exchange>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((pending, exchange));
    }

    pub(super) fn take(&self) -> Option<Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Who gets a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The chat's server: it carries the chat's headers and cookies.
    Chat,
    /// Something on the chat's server that is not the chat: it carries neither.
    Server,
    /// Another server, which is to be on the internet: it carries neither.
    Outside,
}

impl HttpRequest {
    /// A request to the chat's server, with the chat's headers, that may do harm when it arrives twice.
    pub(crate) fn new(method: Method, url: Url, body: RequestBody) -> Self {
        let (audience, reuse) = (Audience::Chat, Reuse::Careful);
        let standing = match body {
            RequestBody::Multipart(_) | RequestBody::File(_) => Standing::File,
            RequestBody::None | RequestBody::Form(_) | RequestBody::Json(_) => Standing::Command,
        };
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body,
            audience,
            reuse,
            standing,
            waits: None,
            follows: true,
            overdue: None,
            connecting: None,
        }
    }

    /// The same for `operation`: repeated on a new connection where that does no harm, and in its turn.
    pub(crate) fn of(operation: &Operation, method: Method, url: Url, body: RequestBody) -> Self {
        let (reuse, standing) = (Reuse::of(operation), Standing::of(operation));
        Self { reuse, standing, ..Self::new(method, url, body) }
    }

    /// Tells who wants to know that it waits for its turn, or does so no more.
    pub(super) fn tell_waiting(&self, waits: bool) {
        if let Some(told) = &self.waits {
            told.send_replace(waits);
        }
        if let Some(told) = &self.connecting {
            // Who does not listen any more has lost interest in the request.
            let _ = told.send(waits);
        }
    }
}

/// The address below `base` that `segments` name. A segment that would name another place is refused.
pub(crate) fn below<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Result<Url, Failure> {
    let mut url = base.clone();
    let no_path = || local_failure(ErrorKind::Internal, "the chat URL cannot have a path".into());
    let mut path = url.path_segments_mut().map_err(|()| no_path())?;
    path.pop_if_empty();
    for segment in segments {
        if matches!(segment, "" | "." | "..") {
            let what = "the request has no chat or file id, or one that cannot be part of an address";
            return Err(local_failure(ErrorKind::InvalidArgument, what.into()));
        }
        path.push(segment);
    }
    drop(path);
    Ok(url)
}

/// The header that carries `value`, kept out of logs.
pub(crate) fn private_header(value: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::try_from(value).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// What a request carries.
pub(crate) enum RequestBody {
    /// Nothing.
    None,
    /// Pairs, `application/x-www-form-urlencoded`.
    Form(Bytes),
    /// JSON.
    Json(Bytes),
    /// Fields and a file, `multipart/form-data`.
    Multipart(Multipart),
    /// A file and nothing else.
    File(WholeFile),
}

/// A file as the body of a request: as long as it says, read while it is sent.
pub(crate) struct WholeFile {
    pub(crate) source: FileSource,
    pub(crate) media_type: HeaderValue,
    pub(crate) progress: Option<ProgressListener>,
}

impl RequestBody {
    /// Puts the body and its type into `request`; `delivery` learns what becomes of it.
    pub(super) async fn put_into(
        &self,
        request: &mut reqwest::Request,
        delivery: &Arc<Delivery>,
    ) -> Result<(), Failure> {
        let whole =
            |bytes: &Bytes| OutgoingBody::new(vec![Source::Bytes(bytes.clone())], None, delivery.clone());
        let (content_type, body) = match self {
            Self::None => {
                delivery.complete_at_once();
                return Ok(());
            }
            Self::Form(form) => (HeaderValue::from_static("application/x-www-form-urlencoded"), whole(form)),
            Self::Json(json) => (HeaderValue::from_static("application/json;charset=UTF-8"), whole(json)),
            Self::Multipart(multipart) => (multipart.content_type(), multipart.open(delivery).await?),
            Self::File(file) => {
                let source = Source::of(&file.source).await?;
                let body = OutgoingBody::new(vec![source], file.progress.clone(), delivery.clone());
                (file.media_type.clone(), body)
            }
        };
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        Ok(())
    }
}

/// An id that no other request has.
pub(crate) fn unique_id() -> String {
    Uuid::new_v4().to_string()
}
