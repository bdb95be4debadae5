//! Connections of one kind, server by server: once nothing answers on those that there are, new ones are made.
//!
//! A path that swallows what is sent says nothing. What tells is that a request got no answer, and nobody else's did meanwhile: then no kept
//! connection to that server is worth another request, whether it carries one at a time (HTTP/1.1) or all of them (HTTP/2). As long as
//! others are answered, the server is slow with that one request alone, and its connections are kept.

use super::{kept::Kept, turns::Turns};
use reqwest::Url;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;
use url::Origin;

/// Connections on which nothing was ever heard are not made anew more often than this: a server that is away is not worth it.
const PAUSE: Duration = Duration::from_secs(10);
/// How many servers are remembered. Those that were not heard for longest are forgotten first.
const REMEMBERED: usize = 256;

/// The connections of one kind, to any server.
pub(super) struct Connections {
    usual: Arc<Kept>,
    make: Box<dyn Fn() -> Option<Arc<Kept>> + Send + Sync>,
    servers: Mutex<HashMap<Origin, Server>>,
    /// Those of each server, and how many it has.
    turns: Mutex<HashMap<Origin, Arc<Turns>>>,
    most: usize,
}

/// What is known of the connections to one server.
struct Server {
    /// Those that took the place of silent ones.
    instead: Option<Arc<Kept>>,
    made: Instant,
    heard: Option<Instant>,
}

impl Server {
    fn new(now: Instant) -> Self {
        Self { instead: None, made: now, heard: None }
    }
}

impl Connections {
    /// Connections of `usual`, and of what `make` gives where those are silent; for so many requests to each server at once.
    pub(super) fn new(
        usual: Arc<Kept>,
        make: impl Fn() -> Option<Arc<Kept>> + Send + Sync + 'static,
        most: usize,
    ) -> Arc<Self> {
        let (servers, turns) = (Mutex::default(), Mutex::default());
        Arc::new(Self { usual, make: Box::new(make), servers, turns, most })
    }

    fn servers(&self) -> MutexGuard<'_, HashMap<Origin, Server>> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those to the server of `url`.
    pub(super) fn to(&self, url: &Url) -> Arc<Kept> {
        let instead = self.servers().get(&url.origin()).and_then(|server| server.instead.clone());
        instead.unwrap_or_else(|| self.usual.clone())
    }

    /// The turns of the server of `url`.
    pub(super) fn turns(&self, url: &Url) -> Arc<Turns> {
        let (origin, mut all) = (url.origin(), self.turns.lock().unwrap_or_else(PoisonError::into_inner));
        if all.len() >= REMEMBERED && !all.contains_key(&origin) {
            all.retain(|_, turns| Arc::strong_count(turns) > 1 || !turns.is_idle());
        }
        all.entry(origin).or_insert_with(|| Turns::new(self.most)).clone()
    }

    /// The server of `url` has answered.
    pub(super) fn heard(&self, url: &Url) {
        let (now, mut servers) = (Instant::now(), self.servers());
        known(&mut servers, url, now).heard = Some(now);
    }

    /// A request to `url`, of which nothing came since `since`, was given up. Where nobody heard the server meanwhile, requests go over new
    /// connections from now on.
    pub(super) fn unanswered(&self, url: &Url, since: Instant) {
        let (now, mut servers) = (Instant::now(), self.servers());
        let server = known(&mut servers, url, now);
        let tried = server.heard.is_some() || now.duration_since(server.made) >= PAUSE;
        if server.heard.is_some_and(|heard| heard > since) || server.made > since || !tried {
            return;
        }
        if let Some(client) = (self.make)() {
            log::info!(target: "webchat::connection", "nothing comes on the connections to a server: new ones take their place");
            *server = Server { instead: Some(client), ..Server::new(now) };
        }
    }
}

fn known<'a>(servers: &'a mut HashMap<Origin, Server>, url: &Url, now: Instant) -> &'a mut Server {
    let origin = url.origin();
    if servers.len() >= REMEMBERED && !servers.contains_key(&origin) {
        let oldest = servers.iter().min_by_key(|(_, server)| server.heard).map(|(origin, _)| origin.clone());
        oldest.and_then(|oldest| servers.remove(&oldest));
    }
    servers.entry(origin).or_insert_with(|| Server::new(now))
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}
