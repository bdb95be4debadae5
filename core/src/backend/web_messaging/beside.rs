//! Work beside the socket: what the deployment says of itself, the history, and files by their own hosts, which get nothing of the chat's but
//! the bytes that are theirs.

use super::{
    Options,
    engine::{Answer, Job},
    wire::Address,
};
use crate::{
    ErrorKind, Private,
    carrier::http::{
        self, Audience, HttpChat, HttpRequest, RequestBody, Rest, Reuse, Standing, WholeFile, local_failure,
    },
    model::{Download, Upload},
    transport::Failure,
};
use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{AUTHORIZATION, HeaderName, HeaderValue, ORIGIN},
};
use std::sync::Arc;

/// What such work needs.
pub(super) struct Beside {
    pub(super) options: Options,
    pub(super) http: Arc<HttpChat>,
}

impl Beside {
    pub(super) async fn perform(&self, job: Job) -> Result<Answer, Failure> {
        match job {
            Job::Configuration => self.configuration().await.map(Answer::Body),
            Job::Page { key, number, size } => self.page(&key, number, size).await.map(Answer::Body),
            Job::Measure(upload) => http::size_of(&upload.source).await.map(Answer::Size),
            Job::Put { address, media_type, upload } => {
                self.put(&address, &media_type, upload).await.map(|()| Answer::Done)
            }
            Job::Get { url, download } => self.get(&url, &download).await,
        }
    }

    async fn configuration(&self) -> Result<Bytes, Failure> {
        let id = self.options.deployment_id.as_str();
        let path = ["webdeployments", "v1", "deployments", id, "config.json"];
        self.fetch(HttpRequest::new(
            Method::GET,
            http::below(&self.options.config_url, path)?,
            RequestBody::None,
        ))
        .await
    }

    async fn page(&self, key: &Private, number: u64, size: u64) -> Result<Bytes, Failure> {
        let mut url = http::below(&self.options.api_url, ["api", "v2", "webmessaging", "messages"])?;
        url.query_pairs_mut()
            .append_pair("pageNumber", &number.to_string())
            .append_pair("pageSize", &size.to_string());
        let mut request = HttpRequest::new(Method::GET, url, RequestBody::None);
        let unusable = || local_failure(ErrorKind::Protocol, "the key to the history is no header".into());
        let key = http::private_header(&format!("bearer {}", key.as_str())).ok_or_else(unusable)?;
        request.headers.insert(AUTHORIZATION, key);
        request.headers.extend(HeaderValue::try_from(&self.options.origin).map(|origin| (ORIGIN, origin)));
        self.fetch(request).await
    }

    async fn fetch(&self, request: HttpRequest) -> Result<Bytes, Failure> {
        let request = HttpRequest { reuse: Reuse::Repeated, ..request };
        let answer = self.http.exchange(&request, self.options.ajax_timeout).await?;
        if answer.status.is_success() { Ok(answer.body) } else { Err(http::bad_status(&answer)) }
    }

    /// Sends a file to its address as the server has signed that: with its headers, its type and its length, and nothing else.
    async fn put(&self, address: &Address, media_type: &str, upload: Upload) -> Result<(), Failure> {
        let odd =
            |what: &str| local_failure(ErrorKind::Protocol, format!("{what} for the file is not usable"));
        let url = file_url(&address.url)?;
        let media_type = HeaderValue::try_from(media_type).map_err(|_| odd("the type"))?;
        let file = WholeFile { source: upload.source, media_type, progress: upload.progress };
        let mut request = HttpRequest::new(Method::PUT, url, RequestBody::File(file));
        for (name, value) in &address.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| odd("a header"))?;
            request.headers.insert(name, http::private_header(value).ok_or_else(|| odd("a header"))?);
        }
        let request = HttpRequest { audience: Audience::Server, follows: false, ..request };
        let answer = self.http.exchange(&request, None).await?;
        if answer.status.is_success() { Ok(()) } else { Err(http::bad_status(&answer)) }
    }

    async fn get(&self, url: &Private, download: &Download) -> Result<Answer, Failure> {
        let request = HttpRequest::new(Method::GET, file_url(url)?, RequestBody::None);
        let (audience, reuse) = (Audience::Server, Reuse::Repeated);
        let request = HttpRequest { audience, reuse, standing: Standing::File, follows: false, ..request };
        let limit = self.options.ajax_timeout;
        let mut reading = self.http.open(&request, limit).await?;
        if !reading.status().is_success() {
            return Err(http::bad_status(&reading.whole(limit.into()).await?));
        }
        let first = reading.chunk(Rest::endless(limit)).await?.unwrap_or_default();
        http::save(reading, first, download, limit, self.http.download_limit()).await.map(Answer::Saved)
    }
}

/// The address of a file, which the server has named.
fn file_url(url: &Private) -> Result<Url, Failure> {
    let usable = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    usable
        .ok_or_else(|| local_failure(ErrorKind::Protocol, "the server named no address for the file".into()))
}
