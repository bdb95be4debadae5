//! Which of the addresses behind one name to connect to: attempts are staggered, and the first that succeeds tells (RFC 8305, section 5).
//!
//! The HTTP client tries the addresses of a family one after the other, each for its share of the time, so that one silent address can cost
//! more time than a request has. It takes the order from here, though: where a name has several addresses and nothing is known of them,
//! they are tried side by side, and the one that answered comes first.

use futures_util::{StreamExt, stream::FuturesUnordered};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

/// The pause before the next attempt (RFC 8305, section 8).
const STAGGER: Duration = Duration::from_millis(250);
/// How long all attempts may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The first of `addresses` that can be connected to; nothing, when none can.
pub(super) async fn first_to_answer(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    timeout(LIMIT, attempts(interleaved(addresses))).await.ok().flatten()
}

async fn attempts(addresses: Vec<SocketAddr>) -> Option<SocketAddr> {
    let mut addresses = addresses.into_iter().peekable();
    let mut under_way = FuturesUnordered::new();
    loop {
        if let Some(address) = addresses.next() {
            under_way.push(async move { TcpStream::connect(address).await.map(|_| address) });
        }
        tokio::select! {
            biased;
            attempt = under_way.next() => match attempt {
                Some(Ok(address)) => return Some(address),
                Some(Err(_)) => {}
                None => return None,
            },
            () = sleep(STAGGER), if addresses.peek().is_some() => {}
        }
    }
}

/// The families in turn, beginning with that of the first address (RFC 8305, section 4).
fn interleaved(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let is_first =
        |address: &SocketAddr| addresses.first().map(SocketAddr::is_ipv4) == Some(address.is_ipv4());
    let (ours, others): (Vec<_>, Vec<_>) = addresses.iter().copied().partition(is_first);
    let longest = ours.len().max(others.len());
    (0..longest).flat_map(|at| [ours.get(at), others.get(at)]).flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let parse = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| format!("{text}:1").parse().unwrap()).collect()
        };
        assert_eq!(
            interleaved(&parse(&["[::1]", "[::2]", "[::3]", "10.0.0.1", "10.0.0.2"])),
            parse(&["[::1]", "10.0.0.1", "[::2]", "10.0.0.2", "[::3]"])
        );
        assert_eq!(interleaved(&[]), []);
    }
}
