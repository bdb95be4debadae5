//! A client and its carriers, against a server on a real socket (`server`). Nothing here waits for time to pass: the pauses before new
//! attempts are the engine's, half a second at most.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

pub(crate) mod server;
mod tunnel;

use super::*;
use crate::{
    ErrorKind,
    carrier::http::{HttpChat, HttpPool, Upgrader},
    config::{Connection, ProxyConfig},
    transport::Applied,
};
use reqwest::Url;
use serde_json::value::{RawValue, to_raw_value};
use server::{LoopbackServer, Upgrades, note};
use std::{sync::Arc, time::Duration};

const LIMIT: Duration = Duration::from_secs(3);

fn direct() -> Connection {
    let headers = vec![("X-Tenant".into(), "t1".into())];
    Connection { proxy: ProxyConfig::None, headers, ..Connection::default() }
}

fn client_with(url: &str, connection: &Connection) -> Link {
    let pool = HttpPool::new();
    let server = Server {
        url: Url::parse(url).unwrap(),
        http: Arc::new(HttpChat::new(&pool, connection, &[]).unwrap()),
        upgrader: Some(Arc::new(Upgrader::new(&pool, connection).unwrap())),
    };
    let channels = vec!["/service/a".into()];
    let settings = Settings { websocket: true, channels, timing: Timing::default(), seed: 1 };
    let mut link = Link::new(server, settings);
    link.start();
    link
}

fn client(server: &LoopbackServer) -> Link {
    client_with(&server.url(), &direct())
}

fn data(text: &str) -> Box<RawValue> {
    to_raw_value(&note(text)).unwrap()
}

fn publish(link: &mut Link, text: &str, limit: Duration) -> PublishId {
    link.publish("/service/a".into(), data(text), limit)
}

/// The next event that is neither a sign of life nor about a publish, as text.
async fn event(link: &mut Link) -> String {
    loop {
        if let Some(line) = line(link.next(None).await.unwrap()) {
            return line;
        }
    }
}

fn line(event: LinkEvent) -> Option<String> {
    Some(match event {
        LinkEvent::Alive | LinkEvent::Left(..) | LinkEvent::Published(..) => return None,
        LinkEvent::Up { gap } => if gap { "up with a gap" } else { "up" }.into(),
        LinkEvent::Down(_) => "down".into(),
        LinkEvent::Failed(count, failure) => format!("failed {count}: {}", failure.cause),
        LinkEvent::Stopped(_) => "stopped".into(),
        LinkEvent::Message { data, .. } => String::from_utf8(data.to_vec()).unwrap(),
    })
}

/// What becomes of a publish.
async fn outcome(link: &mut Link, id: PublishId) -> Result<(), crate::transport::Failure> {
    loop {
        match link.next(None).await.unwrap() {
            LinkEvent::Published(of, outcome) if of == id => return outcome,
            _ => {}
        }
    }
}

/// Publishes and hears the echo.
async fn talk(link: &mut Link, text: &str) {
    let id = publish(link, text, LIMIT);
    let (mut heard, mut taken) = (None, false);
    while !taken || heard.is_none() {
        match link.next(None).await.unwrap() {
            LinkEvent::Published(of, outcome) if of == id => {
                outcome.unwrap();
                taken = true;
            }
            event => heard = line(event).or(heard),
        }
    }
    assert_eq!(heard, Some(note(text).to_string()));
}

#[tokio::test]
async fn on_a_websocket() {
    let mut server = LoopbackServer::start(false, Upgrades::Accepted).await;
    let mut link = client(&server);
    assert_eq!(event(&mut link).await, "up");
    let opening = server.seen_other().await;
    assert!(opening.head.starts_with("GET /genesys/cometd HTTP/1.1\r\n"), "{}", opening.head);
    for (name, value) in [("x-tenant", "t1"), ("sec-websocket-version", "13"), ("connection", "Upgrade")] {
        assert_eq!(opening.header(name), Some(value), "{name}");
    }
    assert_eq!(opening.header("cookie"), None);
    talk(&mut link, "Grüße").await;
    assert!(server.seen("/service/a").await.websocket);
    server.push(note("pushed"));
    assert_eq!(event(&mut link).await, note("pushed").to_string());

    server.cut();
    assert_eq!(event(&mut link).await, "up with a gap");
    assert_eq!(server.seen_other().await.header("cookie"), Some("BAYEUX_BROWSER=b1"));
    talk(&mut link, "again").await;

    link.stop();
    assert_eq!(event(&mut link).await, "stopped");
    server.seen("/meta/disconnect").await;
    let id = publish(&mut link, "late", LIMIT);
    let failure = outcome(&mut link, id).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
}

#[tokio::test]
async fn with_long_polling_where_websockets_are_refused() {
    for upgrades in [Upgrades::Refused, Upgrades::Feigned] {
        let mut server = LoopbackServer::start(false, upgrades).await;
        let mut link = client(&server);
        assert_eq!(event(&mut link).await, "up");
        let handshake = server.seen("/meta/handshake").await;
        assert!(handshake.head.starts_with("POST /genesys/cometd HTTP/1.1\r\n") && !handshake.websocket);
        assert_eq!(handshake.header("content-type"), Some("application/json;charset=UTF-8"));
        assert_eq!((handshake.header("x-tenant"), handshake.header("cookie")), (Some("t1"), None));
        assert_eq!(server.seen("/meta/connect").await.header("cookie"), Some("BAYEUX_BROWSER=b1"));
        talk(&mut link, "hi").await;
        server.push(note("pushed"));
        assert_eq!(event(&mut link).await, note("pushed").to_string());
        server.cut();
        assert_eq!(event(&mut link).await, "up with a gap");
        server.set_upgrades(Upgrades::Accepted);
        talk(&mut link, "again").await;
        assert!(!server.seen("/service/a").await.websocket);
    }
}

#[tokio::test]
async fn acknowledged_messages_survive_a_cut() {
    let server = LoopbackServer::start(true, Upgrades::Accepted).await;
    let mut link = client(&server);
    assert_eq!(event(&mut link).await, "up");
    talk(&mut link, "hi").await;
    server.cut();
    server.push(note("meanwhile"));
    assert_eq!(event(&mut link).await, note("meanwhile").to_string());
    assert_eq!(event(&mut link).await, "up");
    talk(&mut link, "again").await;
}

#[tokio::test]
async fn a_server_that_restarts_is_shaken_hands_with_again() {
    let mut server = LoopbackServer::start(true, Upgrades::Accepted).await;
    let mut link = client(&server);
    assert_eq!(event(&mut link).await, "up");
    server.seen("/meta/handshake").await;
    server.restart();
    server.cut();
    assert_eq!(event(&mut link).await, "up with a gap");
    server.seen("/meta/handshake").await;
    server.seen("/meta/subscribe").await;
    talk(&mut link, "again").await;
}

#[tokio::test]
async fn an_unreachable_server_is_reported() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cometd", unused.local_addr().unwrap());
    drop(unused);
    let mut link = client_with(&url, &direct());
    let failed = event(&mut link).await;
    assert!(failed.starts_with("failed 1: ") && failed.contains("refused"), "{failed}");
    let id = publish(&mut link, "hi", Duration::from_millis(50));
    let failure = outcome(&mut link, id).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
}

#[tokio::test]
async fn what_is_not_bayeux_is_borne() {
    let server = LoopbackServer::start(false, Upgrades::Refused).await;
    server.answer_other("<html>a proxy's own page</html>");
    let mut link = client_with(&format!("http://{}/elsewhere", server.address), &direct());
    let failed = event(&mut link).await;
    assert_eq!(failed, "failed 1: what came is not Bayeux (200 OK)");
}

#[tokio::test]
async fn a_payload_longer_than_allowed_is_a_loss() {
    let server = LoopbackServer::start(false, Upgrades::Accepted).await;
    let small = Connection { max_response_bytes: 4000, ..direct() };
    let mut link = client_with(&server.url(), &small);
    assert_eq!(event(&mut link).await, "up");
    server.push(note(&"x".repeat(5000)));
    assert_eq!(event(&mut link).await, "up with a gap");
    server.push(note("short"));
    assert_eq!(event(&mut link).await, note("short").to_string());
}
