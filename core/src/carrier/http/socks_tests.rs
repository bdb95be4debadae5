//! Requests through a SOCKS proxy, and what is said of one that does not do what is asked.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    lost_tests::{failure, get, nobody},
    test_server::{TestServer, json},
    test_socks::{Policy, SocksProxy},
    *,
};
use crate::{ErrorKind, Retry, config::ProxyConfig, transport::Applied};
use std::net::SocketAddr;

const LIMIT: Option<Duration> = Some(Duration::from_secs(30));

fn through(scheme: &str, proxy: SocketAddr) -> Connection {
    Connection { proxy: ProxyConfig::Url(format!("{scheme}{proxy}").into()), ..Connection::default() }
}

async fn fetch(connection: &Connection, url: &str) {
    let chat = HttpChat::new(&HttpPool::new(), connection, &[]).unwrap();
    assert_eq!(chat.exchange(&get(url), LIMIT).await.unwrap().body, "{}");
}

#[tokio::test]
async fn with_socks5_names_are_looked_up_here_and_with_socks5h_by_the_proxy() {
    let server = TestServer::start([json("{}"), json("{}")]).await;
    let mut proxy = SocksProxy::start(server.address, Policy::Open).await;
    fetch(&through("socks5://", proxy.address), "http://localhost:8099/chat").await;
    let asked = proxy.asked().await;
    assert!(asked == "127.0.0.1 8099" || asked == "::1 8099", "{asked}");
    // Nobody but the proxy knows this name.
    fetch(&through("socks5h://", proxy.address), "http://gms.invalid/chat").await;
    assert_eq!(proxy.asked().await, "name gms.invalid 80");
}

#[tokio::test]
async fn credentials_go_to_the_proxy() {
    let server = TestServer::start([json("{}")]).await;
    let mut proxy = SocksProxy::start(server.address, Policy::Password).await;
    fetch(&through("socks5h://user:p%40ss@", proxy.address), "http://gms.invalid/chat").await;
    assert_eq!(proxy.asked().await, "name gms.invalid 80");
}

#[tokio::test]
async fn a_proxy_that_takes_no_such_credentials_is_told_as_such() {
    let proxy = SocksProxy::start(nobody().await, Policy::Password).await;
    for user in ["socks5h://", "socks5h://user:secret@", "socks5://other:p%40ss@"] {
        let failure = failure(&through(user, proxy.address), "http://127.0.0.1:9/secret").await;
        assert_eq!(failure.cause, format!("the proxy {} wants other credentials", proxy.address));
        assert_eq!(
            (failure.kind, failure.applied, failure.retry),
            (ErrorKind::Unauthorized, Applied::No, Retry::Never)
        );
    }
}

#[tokio::test]
async fn what_keeps_a_proxy_from_its_work_is_told() {
    let address = nobody().await;
    let failure = failure(&through("socks5h://", address), "http://gms.invalid/secret").await;
    assert_eq!(failure.cause, format!("the proxy {address} cannot be reached: Connection refused"));
    for (policy, words) in [
        (Policy::Refusing(4), "did not connect to gms.invalid:80: host unreachable"),
        (Policy::Refusing(5), "did not connect to gms.invalid:80: connection refused"),
        (Policy::Refusing(99), "does not speak SOCKS5"),
        (Policy::Leaving, "broke off before it had connected to gms.invalid:80"),
    ] {
        let proxy = SocksProxy::start(address, policy).await;
        let failure =
            super::lost_tests::failure(&through("socks5h://", proxy.address), "http://gms.invalid/secret")
                .await;
        assert_eq!(failure.cause, format!("the proxy {} {words}", proxy.address));
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
    }
}

#[tokio::test]
async fn a_proxy_for_http_is_none_for_socks() {
    let proxy = TestServer::start_with([], |mut stream: tokio::net::TcpStream| async move {
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new()).await;
        None::<tokio::net::TcpStream>
    })
    .await;
    let failure = failure(&through("socks5://", proxy.address), "http://127.0.0.1:9/secret").await;
    assert_eq!(failure.cause, format!("the proxy {} does not speak SOCKS5", proxy.address));
}

#[tokio::test]
async fn a_name_that_only_the_proxy_may_know_is_told_as_such() {
    let proxy = SocksProxy::start(nobody().await, Policy::Open).await;
    // Too long for a name, so that nobody has to be asked.
    let host = "x".repeat(64);
    let failure = failure(&through("socks5://", proxy.address), &format!("http://{host}/secret")).await;
    let expected = format!("{host}:80 cannot be reached, since its name has no address here: ");
    assert!(failure.cause.starts_with(&expected) && failure.cause.contains("socks5h"), "{}", failure.cause);
}
