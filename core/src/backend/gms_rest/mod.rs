//! GMS v2 over REST: form-encoded POSTs and polling (gms-v2.md, 1 to 7). `form` says what a request carries, `files`
//! sends and fetches files; this file performs requests.
//!
//! Time limits, from when the request has left: `ajaxTimeout` for every request but those with files; `fileUploadTimeout` for an upload,
//! which has none by default, from when it last moved; a download may take as long as it needs but fails when nothing comes for 30 s, or
//! `ajaxTimeout` if that is longer. Other answers that have begun may stand still for as long as they may take to begin.

mod files;
mod form;
mod options;

#[cfg(test)]
mod tests;

pub use super::gms::{Unreadable, decode};
pub use options::Options;

use super::{BackEnd, lost_end};
use crate::{
    Error, ErrorKind, Private,
    backend::gms::{self, ABILITIES, GmsForm, GmsSession, interpret, options::names_no_transport, with_news},
    carrier::http::{self, HttpChat, HttpPool, HttpRequest, Overdue, RequestBody, Reuse},
    config::{Connection, OptionDef, ServiceConfig, Webchat},
    transport::{
        Arrival, BoxFuture, Capabilities, Delivery, Failure, Late, Operation, Places, Reply, Request,
        SessionForm, Transport,
    },
};
use bytes::Bytes;
use reqwest::{Method, Url};
use std::{sync::Arc, time::Duration};

/// GMS v2 over REST: what no transport is chosen for.
#[derive(Debug)]
pub struct GmsRestBackEnd;

impl BackEnd for GmsRestBackEnd {
    type Options = Options;

    const NAME: &'static str = "gms-rest";
    const CHOSEN_BY: &'static str = "by dataURL, when nothing else is chosen";
    const OPTIONS: &'static [&'static [OptionDef]] = &[options::OPTIONS, gms::options::OPTIONS];

    fn claims(&self, webchat: &Webchat<'_>) -> bool {
        names_no_transport(webchat)
    }

    fn read(&self, webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Options> {
        options::read(webchat, service)
    }

    fn connect(
        &self,
        options: &Options,
        how: &Connection,
        pool: &HttpPool,
    ) -> Result<Arc<dyn Transport>, Error> {
        Ok(Arc::new(GmsRest::new(options.clone(), how, pool)?))
    }
}

/// A chat over GMS v2 REST.
///
/// Its futures run on a tokio runtime, always the same one for one [`HttpPool`].
pub struct GmsRest(Arc<Inner>);

struct Inner {
    config: Options,
    http: HttpChat,
}

impl GmsRest {
    /// A chat with the server of `config`, over connections of `pool` as `connection` describes them.
    ///
    /// Errors are of kind `InvalidConfiguration` and name the key: a certificate file that cannot be read, a proxy that is no URL, a
    /// header that HTTP cannot carry.
    pub fn new(config: Options, connection: &Connection, pool: &HttpPool) -> Result<Self, Error> {
        let own = [
            ("apikey", config.api_key.as_ref(), "apikey"),
            ("authorization", config.authorization.as_ref(), "main.header.Authorization"),
        ];
        let own: Vec<(&'static str, &Private, &'static str)> =
            own.into_iter().filter_map(|(name, value, key)| Some((name, value?, key))).collect();
        let http = HttpChat::new(pool, connection, &own)?;
        http.check_way(&config.data_url)?;
        Ok(Self(Arc::new(Inner { config, http })))
    }
}

impl Transport for GmsRest {
    fn capabilities(&self) -> Capabilities {
        ABILITIES
    }

    fn delivery(&self) -> Delivery {
        Delivery { arrival: Arrival::Polled, places: Places::Counted }
    }

    fn session_form(&self) -> &'static dyn SessionForm {
        &GmsForm
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        let inner = self.0.clone();
        Box::pin(async move {
            let outcome = match &request.operation {
                Operation::Upload(upload) => inner.upload(&request, upload).await,
                Operation::Download(download) => inner.download(&request, download).await,
                Operation::Images(_) => {
                    Err(http::local_failure(ErrorKind::Unsupported, "GMS has no images".into()))
                }
                Operation::Start(_) => inner.start(&request).await,
                Operation::End => {
                    let (first, again) =
                        (inner.ask_by(&request, Reuse::Told), inner.ask_by(&request, Reuse::Never));
                    lost_end::end(&GmsForm, first, again).await
                }
                _ => inner.ask(&request).await,
            };
            outcome.map_err(|failure| with_news(&request.operation, failure))
        })
    }
}

impl Inner {
    async fn ask(&self, request: &Request) -> Result<Reply, Failure> {
        self.ask_by(request, Reuse::of(&request.operation)).await
    }

    /// A start that is given up may make a chat all the same, of which only the answer tells.
    async fn start(self: &Arc<Self>, request: &Request) -> Result<Reply, Failure> {
        let (overdue, operation) = (Overdue::default(), request.operation.clone());
        let asked = HttpRequest { overdue: Some(overdue.clone()), ..self.request(request)? };
        let failure = match self.http.exchange(&asked, self.time_limit()).await {
            Ok(answer) => return interpret(&operation, &answer),
            Err(failure) => failure,
        };
        let inner = self.clone();
        let late = overdue.goes_on().then(|| {
            Late::new(async move {
                let answer = inner.http.late(&asked).await;
                answer.map_or(Ok(Reply::default()), |answer| interpret(&operation, &answer))
            })
        });
        Err(Failure { late, ..failure })
    }

    async fn ask_by(&self, request: &Request, reuse: Reuse) -> Result<Reply, Failure> {
        let asked = HttpRequest { reuse, ..self.request(request)? };
        let answer = self.http.exchange(&asked, self.time_limit()).await?;
        interpret(&request.operation, &answer)
    }

    /// The request with its form.
    fn request(&self, request: &Request) -> Result<HttpRequest, Failure> {
        let session = &GmsSession::of(&request.session)?;
        let form = form::urlencoded(&request.operation, session, self.config.endpoint.as_deref());
        let url = self.url(session, &request.operation)?;
        Ok(HttpRequest::of(&request.operation, Method::POST, url, RequestBody::Form(Bytes::from(form))))
    }

    /// The address of `operation`. An id that would name another place is refused.
    fn url(&self, session: &GmsSession, operation: &Operation) -> Result<Url, Failure> {
        let path = form::path(operation);
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
