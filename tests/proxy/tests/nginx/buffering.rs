//! nginx holds back, compresses and cuts into chunks what it passes on. Messages arrive at once all the same.

use crate::{every, file, send_and_fetch};
use std::time::{Duration, Instant};
use webchat_core::ErrorKind;
use webchat_proxy::{Front, Location, Nginx, Talk, in_time};
use webchat_simulator::{Carrier, Simulator};

/// Much less than a server holds a poll back: what comes within it has not been waited for.
const AT_ONCE: Duration = Duration::from_secs(5);
const ROUNDS: usize = 5;

const GZIP: [&str; 5] = [
    "gzip on",
    "gzip_min_length 1",
    "gzip_http_version 1.0",
    "gzip_proxied any",
    "gzip_types application/json text/plain application/octet-stream",
];

async fn talk_at_once(carrier: Carrier, directives: &[&str]) -> Option<Nginx> {
    let simulator = Simulator::builder().start().await.unwrap();
    let front = Front::to([&simulator]).with_websockets();
    let front = directives.iter().fold(front, |front, directive| front.with(Location::Pass, *directive));
    let mut nginx = Nginx::start(front).await?;
    let mut talk = Talk::start(&nginx, &simulator, carrier).await;
    let text = "Grüße, 你好! ".repeat(250);
    for round in 0..ROUNDS {
        let begun = Instant::now();
        talk.go_on(&format!("{round}: {text}")).await;
        assert!(begun.elapsed() < AT_ONCE, "{directives:?}: {:?}", begun.elapsed());
    }
    send_and_fetch(&talk, &text.repeat(50)).await;
    let info = talk.info();
    assert_eq!((info.handshakes, info.clients.len(), info.clients[0].carrier), (1, 1, carrier), "{info:?}");
    talk.finish().await;
    nginx.stop().await;
    Some(nginx)
}

async fn both(directives: &[&str]) {
    every([Carrier::LongPolling, Carrier::WebSocket], async |carrier| {
        talk_at_once(carrier, directives).await;
    })
    .await;
}

#[tokio::test]
async fn compressed_answers() {
    let Some(nginx) = talk_at_once(Carrier::LongPolling, &GZIP).await else { return };
    let accesses = nginx.accesses();
    let compressed = accesses.iter().filter(|access| access.encoding == "gzip").count();
    assert!(compressed > ROUNDS, "{accesses:?}");
    talk_at_once(Carrier::WebSocket, &GZIP).await;
}

/// Buffers that are too small for most answers, which go through files then.
#[tokio::test]
async fn small_buffers() {
    both(&["proxy_buffering on", "proxy_buffer_size 1k", "proxy_buffers 2 1k", "proxy_busy_buffers_size 1k"])
        .await;
}

#[tokio::test]
async fn no_buffers() {
    both(&["proxy_buffering off", "proxy_request_buffering off"]).await;
}

/// Answers without a length, which end with their connection.
#[tokio::test]
async fn answers_that_end_with_the_connection() {
    both(&["chunked_transfer_encoding off", "gzip on", "gzip_min_length 1", "gzip_types application/json"])
        .await;
}

#[tokio::test]
async fn connections_that_do_not_last() {
    every(["keepalive_timeout 0", "keepalive_requests 2"], async |directive| {
        talk_at_once(Carrier::LongPolling, &[directive]).await;
    })
    .await;
}

/// nginx takes no long files. The customer is told, and the chat goes on.
#[tokio::test]
async fn a_file_that_is_too_long() {
    every([Carrier::LongPolling, Carrier::WebSocket], async |carrier| {
        let simulator = Simulator::builder().start().await.unwrap();
        let front =
            Front::to([&simulator]).with_websockets().with(Location::Server, "client_max_body_size 10k");
        let Some(nginx) = Nginx::start(front).await else { return };
        let mut talk = Talk::start(&nginx, &simulator, carrier).await;
        for length in [11 << 10, 5 << 20] {
            let sent = talk.customer.chat.send_file(file(&"x".repeat(length)));
            let error = in_time("a file is refused", sent).await.expect_err("the file is too long");
            assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
            talk.go_on(&format!("after {length} bytes")).await;
        }
        assert_eq!(talk.info().handshakes, 1);
        assert!(talk.simulator.files(talk.customer.id()).unwrap().is_empty());
        talk.finish().await;
    })
    .await;
}
