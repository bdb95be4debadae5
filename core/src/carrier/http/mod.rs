//! What every back end that speaks HTTP shares: connections that outlive a chat and are shared by many ([`HttpPool`]), and one
//! chat's own side of them (`HttpChat`: headers, cookies, limits). `request` says what to send and where to, `body` streams it, `multipart`
//! writes forms with files, `outside` keeps addresses that others name out of private networks, `redirect` decides which redirects are
//! followed, `answer` reads what comes back, `charset` its text, `failure` says what a bad answer means and `lost` what a missing one, `way`,
//! `tls_failure` and `socks_failure` give them words, `proxies` says which proxy leads where, `trust` whom TLS trusts and `identity` who we
//! are there, `upgrade` turns a connection into another protocol's, `download`, `filename` and `encoded_word` put files where the caller
//! wants them. `names` and `race` find addresses, `connections` are made anew where they are silent, `kept` says which of them may carry a
//! request, `turns` how many requests there are at once and whose turn is next, `patience` how long is waited, `held` how long for what a server may hold back. No protocol is known here.

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
mod held;
mod identity;
mod kept;
mod lost;
mod multipart;
mod names;
mod outside;
mod patience;
mod pem;
mod pool;
mod proxies;
mod race;
mod redirect;
mod request;
mod retry_after;
mod socks_failure;
mod tls;
mod tls_failure;
mod trust;
mod turns;
mod upgrade;
mod way;

#[cfg(test)]
pub(crate) mod authority;
#[cfg(test)]
mod chunk_tests;
#[cfg(test)]
mod kept_tests;
#[cfg(test)]
mod lost_tests;
#[cfg(test)]
mod odd_tests;
#[cfg(test)]
mod silence_tests;
#[cfg(test)]
mod socks_tests;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
pub(crate) mod test_socks;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
#[cfg(test)]
mod turns_tests;

#[cfg(feature = "fuzzing")]
pub use fuzzing::http_headers;
pub use pool::HttpPool;

use answer::Link;
pub(crate) use answer::{Answer, Reading};
pub(crate) use charset::utf8;
pub(crate) use download::save;
pub(crate) use failure::{bad_answer, bad_status, foreign_session, local_failure, lost_connection};
pub(crate) use held::{Held, Waited};
pub(crate) use kept::Reuse;
pub(crate) use lost::{in_words, no_answer};
pub(crate) use multipart::{Multipart, Outline, size_of};
pub(crate) use outside::is_private_address;
pub(crate) use patience::{Patience, Rest, within};
pub(crate) use request::{
    Audience, HttpRequest, Overdue, RequestBody, WholeFile, below, private_header, unique_id,
};
pub(crate) use turns::Standing;
pub(crate) use upgrade::{Upgraded, Upgrader};

use self::{
    body::Delivery,
    connections::Connections,
    cookies::CookieJar,
    kept::Use,
    lost::Fault,
    names::Names,
    proxies::Proxies,
    redirect::Redirect,
    request::Pending,
    turns::{Turn, Turns},
    way::{Routes, Way},
};
use crate::{
    Error, ErrorKind, Private,
    carrier::recording::{Exchange, Tape},
    config::{Connection, ImagePolicy},
    transport::Failure,
};
use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

/// How often a request is sent again that the server turned away: each time on another connection.
const TURNED_AWAY: usize = 3;

/// How long an answer is waited for that nobody wants any more.
const LATE: Duration = Duration::from_mins(1);

/// The number of the last chat.
static LAST: AtomicU64 = AtomicU64::new(0);

/// One chat's side of HTTP: it borrows shared connections and keeps its own headers and cookies.
pub(crate) struct HttpChat {
    /// By which chats take turns.
    number: u64,
    connections: Arc<Connections>,
    /// For servers on the internet that others name; the chat's own connections where none may be asked.
    outside: Arc<Connections>,
    names: Names,
    headers: HeaderMap,
    cookies: CookieJar,
    routes: Routes,
    limit: u64,
    download_limit: u64,
    /// One long answer is read at a time.
    room: Arc<Semaphore>,
    /// What goes over the wire is written down here.
    tape: Option<Arc<Tape>>,
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
        let connections = pool.connections(connection)?;
        let outside = match connection.images {
            ImagePolicy::Any => pool.outside(connection)?,
            ImagePolicy::OwnOrigin | ImagePolicy::Never => connections.clone(),
        };
        Ok(Self {
            number: LAST.fetch_add(1, Ordering::Relaxed),
            connections,
            outside,
            names: pool.names(),
            headers,
            cookies: CookieJar::default(),
            routes: Routes(Proxies::of(connection)?),
            limit: connection.max_response_bytes,
            download_limit: connection.max_download_bytes,
            room: Arc::new(Semaphore::new(1)),
            tape: Tape::of(connection),
        })
    }

    /// Whether there is a way to `url`: the proxy that leads there may be none that can be used. Errors are of kind `InvalidConfiguration`.
    pub(crate) fn check_way(&self, url: &reqwest::Url) -> Result<(), Error> {
        self.routes.way(url).map(drop)
    }

    /// The way of a request to `url` that begins now.
    fn way(&self, url: &reqwest::Url) -> Result<Way, Failure> {
        self.routes.way(url).map_err(|error| local_failure(error.kind(), error.message().to_owned()))
    }

    /// The most bytes of an answer.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// The most bytes of a file.
    pub(crate) fn download_limit(&self) -> u64 {
        self.download_limit
    }

    /// Sends `request` and reads the whole answer, whatever its status.
    pub(crate) async fn exchange(
        &self,
        request: &HttpRequest,
        patience: impl Into<Patience>,
    ) -> Result<Answer, Failure> {
        let patience = patience.into();
        self.open(request, patience).await?.whole(patience).await
    }

    /// Sends `request`, following redirects, and returns when the head of the answer is there.
    pub(crate) async fn open(
        &self,
        request: &HttpRequest,
        patience: impl Into<Patience>,
    ) -> Result<Reading, Failure> {
        let (patience, mut url) = (patience.into(), request.url.clone());
        let mut way = self.way(&url)?;
        for _ in 0..=redirect::MAX {
            let connections =
                if request.audience == Audience::Outside { &self.outside } else { &self.connections };
            let Sent { response, used, exchange, turn } =
                self.send(connections, request, &url, patience, &mut way).await?;
            match redirect::judge(&url, response.status(), response.headers()) {
                Redirect::To(_) if !request.follows => {
                    let cause = "a redirect where none is to be followed";
                    return Err(failure::redirected(response.status(), cause.into()));
                }
                Redirect::None => {
                    let link = Link { connections: connections.clone(), url };
                    let reading = Reading::new(response, self.limit, way, link, used, self.room.clone());
                    return Ok(reading.recorded(exchange).within(turn));
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

    /// Sends `request` to `url` when its turn has come, again if the server turned it away unseen or a kept connection died with it, and keeps the cookies of
    /// the answer.
    async fn send(
        &self,
        connections: &Connections,
        request: &HttpRequest,
        url: &reqwest::Url,
        patience: Patience,
        way: &mut Way,
    ) -> Result<Sent, Failure> {
        let turns = connections.turns(url);
        let mut turn = self.turn(&turns, request, patience, way).await?;
        let (mut turned_away, mut reuse) = (0, request.reuse);
        loop {
            let delivery = Arc::new(Delivery::telling(request.connecting.clone()));
            let outgoing = self.outgoing(request, url, &delivery).await?;
            let mut exchange =
                self.tape.as_ref().map(|tape| Exchange::begin(tape, request, url, outgoing.headers()));
            let (kept, began) = (connections.to(url), Instant::now());
            let (client, keeps) = kept
                .client(url, reuse)
                .map_err(|error| local_failure(error.kind(), error.message().to_owned()))?;
            let mut executing: Pending = Box::pin(client.execute(outgoing));
            let answer = names::towards(url, way.proxy.as_deref(), executing.as_mut());
            let outcome = turn.within(pin!(patience.answer(&delivery, answer))).await;
            match outcome {
                Ok(response) => {
                    connections.heard(url);
                    turns.answered(has_too_much_to_do(response.status()));
                    if request.audience == Audience::Chat {
                        self.cookies.store(url, response.headers());
                    }
                    let used = kept.answered(url, &response, began, keeps);
                    if let Some(exchange) = &mut exchange {
                        exchange.head(response.status(), response.headers());
                    }
                    return Ok(Sent { response, used, exchange, turn });
                }
                Err(fault) if turned_away < TURNED_AWAY && lost::was_turned_away(&fault) => {
                    turned_away += 1;
                    note(&mut exchange, "turnedAway", false);
                }
                Err(fault) => {
                    self.note_fault(connections, url, &fault, began);
                    if is_unanswered(&fault) {
                        turns.failed();
                    }
                    let died = matches!(&fault, Fault::Http(error) if kept.died(url, error, began));
                    note(&mut exchange, lost::word(&fault), died);
                    if died && reuse == Reuse::Repeated {
                        reuse = Reuse::Never;
                        continue;
                    }
                    if let (Fault::TimedOut, Some(overdue), true) =
                        (&fault, &request.overdue, delivery.is_complete())
                    {
                        overdue.put(executing, exchange.as_ref().map(Exchange::late));
                    }
                    return Err(Failure { kept: died, ..lost::unanswered(fault, &delivery, way) });
                }
            }
        }
    }

    /// Waits for the turn of `request`. The time on its way counts from then.
    async fn turn(
        &self,
        turns: &Arc<Turns>,
        request: &HttpRequest,
        patience: Patience,
        way: &mut Way,
    ) -> Result<Turn, Failure> {
        let told = |waits| request.tell_waiting(waits);
        let turn = turns.turn(self.number, request.standing, patience.limit(), told).await;
        let turn = turn.ok_or_else(|| lost::unanswered(Fault::Unconnected, &Delivery::default(), way))?;
        way.since = Instant::now();
        Ok(turn)
    }

    /// A request that began at `began` has failed: another address, or another connection, may do better.
    fn note_fault(&self, connections: &Connections, url: &reqwest::Url, fault: &Fault, began: Instant) {
        match fault {
            Fault::TimedOut => {
                self.names.failed(url);
                connections.unanswered(url, began);
            }
            Fault::Unconnected => self.names.failed(url),
            Fault::Http(error) if error.is_connect() => self.names.failed(url),
            Fault::Http(_) => {}
        }
    }

    /// Nothing has come of a request to `url` since `since`, and it is given up.
    pub(crate) fn unanswered(&self, url: &reqwest::Url, since: Instant) {
        self.note_fault(&self.connections, url, &Fault::TimedOut, since);
    }

    /// The answer to `request`, which was given up, if it is still to come; nothing where the request has not left.
    pub(crate) async fn late(&self, request: &HttpRequest) -> Option<Answer> {
        let (pending, mut exchange) = request.overdue.as_ref()?.take()?;
        let way = self.routes.way(&request.url).ok()?;
        let response = timeout(LATE, pending).await.ok()?.ok()?;
        self.cookies.store(&request.url, response.headers());
        if let Some(exchange) = &mut exchange {
            exchange.head(response.status(), response.headers());
        }
        let link = Link { connections: self.connections.clone(), url: request.url.clone() };
        let reading = Reading::new(response, self.limit, way, link, None, self.room.clone());
        reading.recorded(exchange).whole(LATE.into()).await.ok()
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

/// A request that has been answered, or begins to be.
struct Sent {
    response: reqwest::Response,
    used: Option<Use>,
    exchange: Option<Exchange>,
    turn: Turn,
}

/// Whether a server says with `status` that it has too much to do.
fn has_too_much_to_do(status: reqwest::StatusCode) -> bool {
    matches!(status, reqwest::StatusCode::TOO_MANY_REQUESTS | reqwest::StatusCode::SERVICE_UNAVAILABLE)
}

/// Whether `fault` says that the server takes no requests, or has too many.
fn is_unanswered(fault: &Fault) -> bool {
    match fault {
        Fault::TimedOut | Fault::Unconnected => true,
        Fault::Http(error) => error.is_connect(),
    }
}

/// Nothing has come of an exchange.
fn note(exchange: &mut Option<Exchange>, why: &'static str, kept: bool) {
    if let Some(exchange) = exchange {
        exchange.failed(why, kept);
    }
}
