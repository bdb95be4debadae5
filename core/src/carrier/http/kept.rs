//! Kept connections, and which of them may carry a request.
//!
//! A server closes a connection that nobody has used for some time, and a request can go out just then: it is lost with the connection,
//! which says nothing about the server. What does no harm when it arrives twice is sent again on a new connection. What would do harm
//! leaves only on a connection that has idled for no longer than this server is known to bear: by its word (`Keep-Alive: timeout`), or
//! because requests after such pauses were answered. Of a server that has shown neither, no connection is used twice for that.

use super::lost::chain;
use crate::{Error, transport::Operation};
use hyper_util::client::legacy::{self, connect::HttpInfo};
use reqwest::{
    Client, Response, Url,
    header::{CONNECTION, HeaderMap},
};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;
use url::Origin;

/// How long an unused connection is kept at most.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// What a server bears that has answered on a kept connection at all. Also the shortest pause that is told from a server's restart.
const SHORT: Duration = Duration::from_millis(500);
/// How long no connection is used that has idled for as long as one that was closed: servers are restarted as well.
const WARY: Duration = Duration::from_mins(1);
/// How many servers, and connections of each, are remembered.
const REMEMBERED: usize = 256;

/// How a request is to use connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reuse {
    /// Any; when a kept one dies with the request, it is sent again on a new one.
    Repeated,
    /// Any; when a kept one dies with the request, who sends it is told (`Failure::kept`), and repeats it in other words.
    Told,
    /// One that has idled for no longer than the server bears.
    Careful,
    /// None: a new connection.
    Never,
}

impl Reuse {
    /// For `operation`, in the same words.
    pub(crate) fn of(operation: &Operation) -> Self {
        if operation.is_harmless() { Self::Repeated } else { Self::Careful }
    }
}

/// The connections of one kind, to any server.
pub(super) struct Kept {
    build: Box<dyn Fn(Duration) -> Result<Client, Error> + Send + Sync>,
    /// By how long their connections may idle.
    clients: Mutex<BTreeMap<Duration, Client>>,
    servers: Mutex<HashMap<Origin, Server>>,
}

/// What is known of one server.
#[derive(Default)]
struct Server {
    /// How long it keeps connections, by its word.
    announced: Option<Duration>,
    /// The longest pause after which it has answered.
    survived: Option<Duration>,
    /// After this pause it had closed a connection; until when that counts.
    closed: Option<(Duration, Instant)>,
    /// When the connections to it were last used.
    connections: HashMap<SocketAddr, Instant>,
}

impl Server {
    /// How long a connection may have idled.
    fn limit(&self, is_careful: bool, now: Instant) -> Duration {
        let closed =
            self.closed.filter(|(_, until)| *until > now).map_or(IDLE_TIMEOUT, |(pause, _)| pause / 2);
        let announced = self.announced.map(|time| time.saturating_sub(SHORT));
        let borne = || self.survived.map_or(Duration::ZERO, |pause| SHORT.max(pause * 3 / 4));
        let known =
            if is_careful { announced.unwrap_or_else(borne) } else { announced.unwrap_or(IDLE_TIMEOUT) };
        known.min(closed).min(IDLE_TIMEOUT)
    }

    fn used(&mut self, connection: SocketAddr, now: Instant) {
        if self.connections.len() >= REMEMBERED {
            self.connections.retain(|_, used| now.duration_since(*used) < IDLE_TIMEOUT);
        }
        self.connections.insert(connection, now);
    }
}

impl Kept {
    /// Connections of clients that `build` makes: each keeps its connections for the time given, none where that is zero.
    pub(super) fn new(
        build: impl Fn(Duration) -> Result<Client, Error> + Send + Sync + 'static,
    ) -> Result<Arc<Self>, Error> {
        let clients = [(IDLE_TIMEOUT, build(IDLE_TIMEOUT)?)].into();
        Ok(Arc::new(Self { build: Box::new(build), clients: Mutex::new(clients), servers: Mutex::default() }))
    }

    /// The client for a request to `url`, and whether it keeps connections.
    pub(super) fn client(&self, url: &Url, reuse: Reuse) -> Result<(Client, bool), Error> {
        let limit = if reuse == Reuse::Never {
            Duration::ZERO
        } else {
            let (now, servers) = (Instant::now(), lock(&self.servers));
            let unknown = Server::default();
            servers.get(&url.origin()).unwrap_or(&unknown).limit(reuse == Reuse::Careful, now)
        };
        let limit = step(limit);
        let mut clients = lock(&self.clients);
        let client = match clients.get(&limit) {
            Some(client) => client.clone(),
            None => clients.entry(limit).or_insert((self.build)(limit)?).clone(),
        };
        Ok((client, !limit.is_zero()))
    }

    /// The head of an answer from `url` is there, to a request of `began`; its connection is kept, or not. What is returned is dropped when
    /// all of it is.
    pub(super) fn answered(
        self: &Arc<Self>,
        url: &Url,
        answer: &Response,
        began: Instant,
        keeps: bool,
    ) -> Option<Use> {
        let connection = answer.extensions().get::<HttpInfo>()?.local_addr();
        let origin = url.origin();
        let mut servers = lock(&self.servers);
        if servers.len() >= REMEMBERED && !servers.contains_key(&origin) {
            servers.clear();
        }
        let server = servers.entry(origin.clone()).or_default();
        server.announced = announced(answer.headers()).or(server.announced);
        // It stays known meanwhile: HTTP/2 carries other requests beside this one.
        if let Some(used) = server.connections.get(&connection) {
            server.survived = server.survived.max(Some(began.saturating_duration_since(*used)));
        }
        if !keeps || is_last(answer.headers()) {
            server.connections.remove(&connection);
            return None;
        }
        Some(Use { kept: self.clone(), origin, connection })
    }

    /// Whether a request to `url` of `began` died with a connection that had been used before.
    pub(super) fn died(&self, url: &Url, error: &reqwest::Error, began: Instant) -> bool {
        let (now, mut servers) = (Instant::now(), lock(&self.servers));
        let Some(server) = servers.get_mut(&url.origin()) else { return false };
        let Some(used) = connection(error).and_then(|connection| server.connections.remove(&connection))
        else {
            return false;
        };
        let pause = began.saturating_duration_since(used);
        server.survived = server.survived.filter(|survived| *survived < pause);
        if pause >= SHORT {
            server.closed = Some((pause, now + WARY));
        }
        true
    }
}

/// The use of a connection for one answer.
pub(super) struct Use {
    kept: Arc<Kept>,
    origin: Origin,
    connection: SocketAddr,
}

impl Drop for Use {
    fn drop(&mut self) {
        if let Some(server) = lock(&self.kept.servers).get_mut(&self.origin) {
            server.used(self.connection, Instant::now());
        }
    }
}

/// The longest time not above `limit` that there is a client for: a few for all servers.
fn step(limit: Duration) -> Duration {
    let steps = [IDLE_TIMEOUT].into_iter().chain((0..=7).rev().map(|power| SHORT * (1 << power)));
    steps.into_iter().find(|step| *step <= limit).unwrap_or_default()
}

/// `Keep-Alive: timeout=5, max=100`.
fn announced(headers: &HeaderMap) -> Option<Duration> {
    let words = headers.get("keep-alive")?.to_str().ok()?;
    words.split(',').find_map(|word| {
        let (name, value) = word.split_once('=')?;
        let seconds = value.trim().parse().ok().filter(|_| name.trim().eq_ignore_ascii_case("timeout"))?;
        Some(Duration::from_secs(seconds))
    })
}

/// Whether the server closes the connection after this answer.
fn is_last(headers: &HeaderMap) -> bool {
    let words = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    words.flat_map(|words| words.split(',')).any(|word| word.trim().eq_ignore_ascii_case("close"))
}

/// The connection that died before any answer came on it.
fn connection(error: &reqwest::Error) -> Option<SocketAddr> {
    let is_answer = |cause: &hyper::Error| cause.is_parse() || cause.is_user();
    if error.is_connect() || chain(error).filter_map(|cause| cause.downcast_ref()).any(is_answer) {
        return None;
    }
    let info = chain(error).find_map(|cause| cause.downcast_ref::<legacy::Error>()?.connect_info())?;
    let mut extras = http::Extensions::new();
    info.get_extras(&mut extras);
    extras.get::<HttpInfo>().map(HttpInfo::local_addr)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn what_a_server_has_shown_is_what_it_bears() {
        let now = Instant::now();
        let mut server = Server::default();
        let limits = |server: &Server, now| (server.limit(true, now), server.limit(false, now));
        assert_eq!(limits(&server, now), (Duration::ZERO, IDLE_TIMEOUT), "nothing is known");
        server.survived = Some(Duration::from_millis(3));
        assert_eq!(limits(&server, now), (SHORT, IDLE_TIMEOUT));
        server.survived = Some(S * 20);
        assert_eq!(limits(&server, now), (S * 15, IDLE_TIMEOUT));
        server.closed = Some((S * 8, now + WARY));
        assert_eq!(limits(&server, now), (S * 4, S * 4));
        assert_eq!(limits(&server, now + WARY), (S * 15, IDLE_TIMEOUT), "that was long ago");
        server.announced = Some(S * 5);
        assert_eq!(limits(&server, now + WARY), (S * 9 / 2, S * 9 / 2), "its word counts");
    }

    #[test]
    fn there_are_few_clients() {
        let of = |seconds| step(Duration::from_secs(seconds)).as_secs();
        assert_eq!([0, 1, 3, 4, 63, 89, 90, 900].map(of), [0, 1, 2, 4, 32, 64, 90, 90]);
        assert_eq!([499, 999].map(|millis| step(Duration::from_millis(millis)).as_millis()), [0, 500]);
    }

    #[test]
    fn servers_say_how_long_they_keep_connections() {
        for (words, seconds) in
            [("timeout=5, max=100", Some(5)), ("max=3 , Timeout = 20", Some(20)), ("x", None)]
        {
            let headers = [("keep-alive".parse().unwrap(), words.parse().unwrap())].into_iter().collect();
            assert_eq!(announced(&headers).map(|time| time.as_secs()), seconds);
        }
    }
}
