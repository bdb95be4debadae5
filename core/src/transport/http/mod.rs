//! What every back end that speaks HTTP shares: connections that outlive a chat and are shared by many ([`HttpPool`]), and one
//! chat's own side of them (`HttpChat`: headers, cookies, limits). `request` says what to send and where to, `body` streams it, `multipart`
//! writes forms with files, `outside` keeps addresses that others name out of private networks, `redirect` decides which redirects are
//! followed, `answer` reads what comes back, `charset` its text, `failure` says what a bad answer means and `lost` what a missing one, `way`,
//! `tls_failure` and `socks_failure` give them words, `upgrade` turns a connection into another protocol's, `download`, `filename` and `encoded_word` put
//! files where the caller wants them. `names` and `race` find addresses, `connections` are made anew where they are silent. No protocol is
//! known here.

mod answer;
mod body;
mod charset;
mod connections;
mod cookies;
mod download;
mod encoded_word;
mod failure;
mod filename;
#[cfg(feature = "fuzzing")]
mod fuzzing;
mod lost;
mod multipart;
mod names;
mod outside;
mod pool;
mod race;
mod redirect;
mod request;
mod retry_after;
mod socks_failure;
mod tls;
mod tls_failure;
mod upgrade;
mod way;

#[cfg(test)]
mod chunk_tests;
#[cfg(test)]
mod lost_tests;
#[cfg(test)]
mod silence_tests;
#[cfg(test)]
mod socks_tests;
#[cfg(test)]
pub(super) mod test_server;
#[cfg(test)]
pub(super) mod test_socks;
#[cfg(test)]
mod tests;

#[cfg(feature = "fuzzing")]
pub use fuzzing::http_headers;
pub use pool::HttpPool;

use answer::Link;
pub(crate) use answer::{Answer, Reading};
pub(crate) use charset::utf8;
pub(crate) use download::save;
pub(crate) use failure::{bad_answer, bad_status, foreign_session, local_failure};
pub(crate) use lost::in_words;
pub(crate) use multipart::Multipart;
pub(crate) use outside::is_private_address;
pub(crate) use request::{Audience, HttpRequest, RequestBody, below, private_header};
pub(crate) use upgrade::{Upgraded, Upgrader};

use self::{
    body::Delivery,
    connections::Connections,
    cookies::CookieJar,
    lost::Fault,
    names::Names,
    redirect::Redirect,
    way::{Routes, Way},
};
use crate::{
    Error, ErrorKind, Private,
    config::{Connection, ImagePolicy},
    transport::Failure,
};
use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// How often a request is sent again that the server turned away: each time on another connection.
const TURNED_AWAY: usize = 3;

/// One chat's side of HTTP: it borrows shared connections and keeps its own headers and cookies.
pub(crate) struct HttpChat {
    client: Arc<Connections>,
    /// For servers on the internet that others name; the chat's own client where none may be asked.
    outside: Arc<Connections>,
    names: Names,
    headers: HeaderMap,
    cookies: CookieJar,
    routes: Routes,
    limit: u64,
    download_limit: u64,
}

impl HttpChat {
    /// Connections as `connection` asks, with `own` headers besides the configured ones (an own header wins).
    ///
    /// `own` are header name, value and the key path of the option it comes from.
    pub(crate) fn new(
        pool: &HttpPool,
        connection: &Connection,
        own: &[(&str, &Private, &str)],
    ) -> Result<Self, Error> {
        let mut headers = HeaderMap::new();
        let configured = connection
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value, format!("connection.headers.{name}")));
        for (name, value, key) in configured.chain(own.iter().map(|(n, v, key)| (*n, *v, (*key).to_owned())))
        {
            let invalid = |what| Error::new(ErrorKind::InvalidConfiguration, format!("{key}: {what}"));
            let name = HeaderName::try_from(name).map_err(|_| invalid("not the name of an HTTP header"))?;
            let value = private_header(value)
                .ok_or_else(|| invalid("the value holds characters that an HTTP header cannot carry"))?;
            headers.insert(name, value);
        }
        let client = pool.client(connection)?;
        let outside = match connection.images {
            ImagePolicy::Any => pool.outside_client(connection)?,
            ImagePolicy::OwnOrigin | ImagePolicy::Never => client.clone(),
        };
        Ok(Self {
            client,
            outside,
            names: pool.names(),
            headers,
            cookies: CookieJar::default(),
            routes: Routes::new(&connection.proxy),
            limit: connection.max_response_bytes,
            download_limit: connection.max_download_bytes,
        })
    }

    /// The most bytes of an answer.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// The most bytes of a file.
    pub(crate) fn download_limit(&self) -> u64 {
        self.download_limit
    }

    /// Sends `request` and reads the whole answer, whatever its status, within `timeout`.
    pub(crate) async fn exchange(
        &self,
        request: &HttpRequest,
        timeout: Option<Duration>,
    ) -> Result<Answer, Failure> {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        self.open(request, deadline).await?.whole(deadline).await
    }

    /// Sends `request`, following redirects, and returns when the head of the answer is there.
    pub(crate) async fn open(
        &self,
        request: &HttpRequest,
        deadline: Option<Instant>,
    ) -> Result<Reading, Failure> {
        let mut url = request.url.clone();
        let way = self.routes.way(&url);
        for _ in 0..=redirect::MAX {
            let client = if request.audience == Audience::Outside { &self.outside } else { &self.client };
            let response = self.send(client, request, url.clone(), deadline, &way).await?;
            match redirect::judge(&url, response.status(), response.headers()) {
                Redirect::None => {
                    let link = Link { connections: client.clone(), url };
                    return Ok(Reading::new(response, self.limit, way, link));
                }
                Redirect::To(next) => url = next,
                Redirect::Refused(cause) => return Err(failure::redirected(response.status(), cause)),
            }
        }
        Err(failure::redirected(
            reqwest::StatusCode::TEMPORARY_REDIRECT,
            format!("more than {} redirects", redirect::MAX),
        ))
    }

    /// Sends `request` to `url`, again if the server turned it away unseen, and keeps the cookies of the answer.
    async fn send(
        &self,
        connections: &Connections,
        request: &HttpRequest,
        url: reqwest::Url,
        deadline: Option<Instant>,
        way: &Way,
    ) -> Result<reqwest::Response, Failure> {
        let mut turned_away = 0;
        loop {
            let delivery = Arc::new(Delivery::default());
            let outgoing = self.outgoing(request, &url, &delivery).await?;
            let (client, began) = (connections.to(&url), Instant::now());
            let answer = names::towards(&url, way.proxy.as_deref(), client.execute(outgoing));
            match within(deadline, answer).await {
                Ok(response) => {
                    connections.heard(&url);
                    if request.audience == Audience::Chat {
                        self.cookies.store(&url, response.headers());
                    }
                    return Ok(response);
                }
                Err(fault) if turned_away < TURNED_AWAY && lost::was_turned_away(&fault) => {
                    turned_away += 1;
                }
                Err(fault) => {
                    self.note_fault(connections, &url, &fault, began);
                    return Err(lost::unanswered(fault, &delivery, way));
                }
            }
        }
    }

    /// A request that began at `began` has failed: another address, or another connection, may do better.
    fn note_fault(&self, connections: &Connections, url: &reqwest::Url, fault: &Fault, began: Instant) {
        match fault {
            Fault::TimedOut => {
                self.names.failed(url);
                connections.unanswered(url, began);
            }
            Fault::Http(error) if error.is_connect() => self.names.failed(url),
            Fault::Http(_) => {}
        }
    }

    async fn outgoing(
        &self,
        request: &HttpRequest,
        url: &reqwest::Url,
        delivery: &Arc<Delivery>,
    ) -> Result<reqwest::Request, Failure> {
        let mut outgoing = reqwest::Request::new(request.method.clone(), url.clone());
        if request.audience == Audience::Chat {
            outgoing.headers_mut().clone_from(&self.headers);
            self.add_cookies(&mut outgoing);
        }
        for (name, value) in &request.headers {
            outgoing.headers_mut().insert(name, value.clone());
        }
        request.body.put_into(&mut outgoing, delivery).await?;
        Ok(outgoing)
    }

    /// Adds the chat's cookies to those a configured `Cookie` header has.
    fn add_cookies(&self, outgoing: &mut reqwest::Request) {
        let Some(jar) = self.cookies.header(outgoing.url()) else { return };
        let configured = outgoing.headers().get(COOKIE).map(HeaderValue::as_bytes);
        let all = configured.map_or_else(|| jar.clone(), |own| [own, b"; ", &jar].concat());
        if let Ok(mut value) = HeaderValue::from_bytes(&all) {
            value.set_sensitive(true);
            outgoing.headers_mut().insert(COOKIE, value);
        }
    }
}

/// Awaits `future` until `deadline`.
async fn within<T>(
    deadline: Option<Instant>,
    future: impl Future<Output = Result<T, reqwest::Error>>,
) -> Result<T, Fault> {
    let outcome = match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.map_err(|_| Fault::TimedOut)?,
        None => future.await,
    };
    outcome.map_err(Fault::from)
}
