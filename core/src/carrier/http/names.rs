//! Names of hosts become addresses: on a few threads for the whole process, and once for all who ask for the same name meanwhile. Of several
//! addresses the one that answers comes first (`race`), and one that was given up lately comes last.

use super::race;
use crate::blocking;
use futures_util::{FutureExt, future::Shared};
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use std::{
    collections::HashMap,
    future::Future,
    hash::Hash,
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long the address that answered comes first without being asked again.
const FRESH: Duration = Duration::from_mins(10);
/// Of how many names that is remembered.
const REMEMBERED: usize = 256;

type Found = Result<Arc<[SocketAddr]>, Arc<io::Error>>;
/// Work that several wait for.
type Work<T> = Shared<Pin<Box<dyn Future<Output = T> + Send>>>;
type UnderWay<K, T> = Arc<Mutex<HashMap<K, Work<T>>>>;
/// A name, and the port to be connected to there.
type Place = (String, u16);

/// How names are looked up: blocks.
type Ask = fn(&str) -> io::Result<Vec<SocketAddr>>;

tokio::task_local! {
    /// Where the request of this task may connect to: a resolver is asked for names alone.
    static PLACES: Vec<Place>;
}

/// Runs the request to `url`, by way of `proxy` (`host:port`), and lets the addresses that it connects to be tried first.
pub(super) async fn towards<F: Future>(url: &Url, proxy: Option<&str>, request: F) -> F::Output {
    let server = url.host_str().zip(url.port_or_known_default());
    let proxy = proxy
        .and_then(|proxy| proxy.rsplit_once(':'))
        .and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let places = [server, proxy].into_iter().flatten().map(|(host, port)| (host.to_owned(), port));
    PLACES.scope(places.collect(), request).await
}

/// Asks the system.
#[derive(Clone)]
pub(super) struct Names {
    ask: Ask,
    lookups: UnderWay<String, Found>,
    races: UnderWay<Place, Option<SocketAddr>>,
    known: Arc<Mutex<HashMap<Place, Known>>>,
}

/// The address of a place that answered last.
struct Known {
    address: IpAddr,
    fresh_until: Instant,
    /// It was given up since.
    failed: bool,
}

impl Names {
    pub(super) fn of_system() -> Self {
        Self::new(|name| (name, 0).to_socket_addrs().map(Iterator::collect))
    }

    pub(super) fn new(ask: Ask) -> Self {
        Self { ask, lookups: Arc::default(), races: Arc::default(), known: Arc::default() }
    }

    /// The host of `url` could not be connected to, or did not answer: another of its addresses may.
    pub(super) fn failed(&self, url: &Url) {
        let place = url.host_str().zip(url.port_or_known_default());
        if let Some((host, port)) = place
            && let Some(known) = lock(&self.known).get_mut(&(host.to_owned(), port))
        {
            known.failed = true;
        }
    }

    /// The addresses of `name` that are wanted, in the order in which they are to be tried.
    pub(super) fn addresses(&self, name: &Name, wanted: fn(IpAddr) -> bool) -> Resolving {
        let (names, lookup) = (self.clone(), self.look_up(name.as_str()));
        let place = PLACES.try_with(|places| places.iter().find(|(host, _)| host == name.as_str()).cloned());
        let place = place.ok().flatten();
        Box::pin(async move {
            let found = lookup.await.map_err(|error| io::Error::new(error.kind(), error))?;
            let mut addresses: Vec<_> =
                found.iter().copied().filter(|address| wanted(address.ip())).collect();
            if let Some(place) = place.filter(|_| addresses.len() > 1) {
                names.put_in_order(place, &mut addresses).await;
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }

    /// Joins the look-up of this name that is under way, or begins one.
    fn look_up(&self, name: &str) -> Work<Found> {
        let (wanted, ask) = (name.to_owned(), self.ask);
        join(&self.lookups, name.to_owned(), async move {
            let found = blocking::NAMES.run(move || ask(&wanted)).await;
            found.unwrap_or_else(|error| Err(io::Error::other(error))).map(Into::into).map_err(Arc::new)
        })
    }

    /// Puts the address first that answers at `place`, and last the one that was given up.
    async fn put_in_order(&self, place: Place, addresses: &mut [SocketAddr]) {
        let known = lock(&self.known)
            .get(&place)
            .map(|known| (known.address, !known.failed && known.fresh_until > Instant::now()));
        match known {
            Some((address, true)) if addresses.iter().any(|other| other.ip() == address) => {
                return addresses.sort_by_key(|other| other.ip() != address);
            }
            Some((address, _)) => addresses.sort_by_key(|other| other.ip() == address),
            None => {}
        }
        let targets: Vec<_> =
            addresses.iter().map(|address| SocketAddr::new(address.ip(), place.1)).collect();
        let race = join(&self.races, place.clone(), async move { race::first_to_answer(&targets).await });
        // Where none answers, the attempts that follow tell why.
        let Some(first) = race.await.map(|address| address.ip()) else { return };
        addresses.sort_by_key(|other| other.ip() != first);
        let (now, mut known) = (Instant::now(), lock(&self.known));
        if known.len() >= REMEMBERED {
            known.retain(|_, known| known.fresh_until > now);
        }
        if known.len() < REMEMBERED {
            known.insert(place, Known { address: first, fresh_until: now + FRESH, failed: false });
        }
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        self.addresses(&name, |_| true)
    }
}

/// Joins what is under way for `key`, or begins it.
fn join<K: Clone + Eq + Hash + Send + 'static, T: Clone + Send + Sync + 'static>(
    under_way: &UnderWay<K, T>,
    key: K,
    begin: impl Future<Output = T> + Send + 'static,
) -> Work<T> {
    let mut entries = lock(under_way);
    if let Some(work) = entries.get(&key) {
        return work.clone();
    }
    let (others, own) = (under_way.clone(), key.clone());
    let work = async move {
        let outcome = begin.await;
        lock(&others).remove(&own);
        outcome
    };
    let work = (Box::pin(work) as Pin<Box<dyn Future<Output = T> + Send>>).shared();
    entries.insert(key, work.clone());
    // To its end, whoever waits for it: the next to ask begins anew.
    tokio::spawn(work.clone().map(drop));
    work
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn a_name_is_looked_up_once_for_all_who_ask_meanwhile() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let names = Names::new(|name| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            if name == "known" {
                Ok(vec![([127, 0, 0, 1], 0).into()])
            } else {
                Err(io::ErrorKind::NotFound.into())
            }
        });
        let all = (0..100)
            .map(|number| names.resolve(if number % 2 == 0 { "known" } else { "unknown" }.parse().unwrap()));
        let all = futures_util::future::join_all(all).await;
        assert_eq!(all.iter().filter(|found| found.is_ok()).count(), 50);
        assert_eq!(ASKED.load(Ordering::SeqCst), 2);
        let found: Vec<_> = names.resolve("known".parse().unwrap()).await.unwrap().collect();
        assert_eq!(
            (found, ASKED.load(Ordering::SeqCst)),
            (vec![([127, 0, 0, 1], 0).into()], 3),
            "nothing is kept"
        );
    }

    #[tokio::test]
    async fn the_system_knows_its_own_name() {
        let found = Names::of_system().resolve("localhost".parse().unwrap()).await.unwrap();
        assert!(found.into_iter().all(|address| address.ip().is_loopback()));
    }

    #[tokio::test]
    async fn a_look_up_that_was_abandoned_stops_no_later_one() {
        let names = Names::of_system();
        let mut first = names.resolve("localhost".parse().unwrap());
        let _ = futures_util::poll!(&mut first);
        drop(first);
        assert!(names.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
