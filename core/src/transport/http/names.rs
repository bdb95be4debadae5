//! Names of hosts become addresses: on a few threads for the whole process, and once for all who ask for the same name meanwhile.

use crate::blocking;
use futures_util::{FutureExt, future::Shared};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{SocketAddr, ToSocketAddrs},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

type Found = Result<Arc<[SocketAddr]>, Arc<io::Error>>;
type Lookup = Shared<Pin<Box<dyn Future<Output = Found> + Send>>>;

/// How names are looked up: blocks.
type Ask = fn(&str) -> io::Result<Vec<SocketAddr>>;

/// Asks the system.
#[derive(Clone)]
pub(super) struct Names {
    ask: Ask,
    under_way: Arc<Mutex<HashMap<String, Lookup>>>,
}

impl Names {
    pub(super) fn of_system() -> Self {
        Self::new(|name| (name, 0).to_socket_addrs().map(Iterator::collect))
    }

    fn new(ask: Ask) -> Self {
        Self { ask, under_way: Arc::default() }
    }

    /// Joins the look-up of this name that is under way, or begins one.
    fn look_up(&self, name: &str) -> Lookup {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lookup) = under_way.get(name) {
            return lookup.clone();
        }
        let (names, wanted, ask) = (self.clone(), name.to_owned(), self.ask);
        let lookup = async move {
            let asked = wanted.clone();
            let found = blocking::NAMES.run(move || ask(&asked)).await;
            names.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&wanted);
            found.unwrap_or_else(|error| Err(io::Error::other(error))).map(Into::into).map_err(Arc::new)
        };
        let lookup = (Box::pin(lookup) as Pin<Box<dyn Future<Output = Found> + Send>>).shared();
        under_way.insert(name.to_owned(), lookup.clone());
        // To its end, whoever waits for it: the next to ask begins anew.
        tokio::spawn(lookup.clone().map(drop));
        lookup
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.look_up(name.as_str());
        Box::pin(async move {
            let found = lookup.await.map_err(|error| io::Error::new(error.kind(), error))?;
            let addresses: Vec<_> = found.to_vec();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
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
