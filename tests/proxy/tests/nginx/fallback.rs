//! nginx does not let a WebSocket through: long-polling takes over.

use crate::every;
use tokio::net::TcpListener;
use webchat_proxy::{Front, Location, Nginx, Talk};
use webchat_simulator::{Carrier, Simulator};

/// A chat that wants a WebSocket goes by long-polling, with one handshake.
async fn fall_back(front: impl FnOnce(Front) -> Front) {
    let simulator = Simulator::builder().start().await.unwrap();
    let Some(mut nginx) = Nginx::start(front(Front::to([&simulator]))).await else { return };
    let mut talk = Talk::start(&nginx, &simulator, Carrier::WebSocket).await;
    for round in 0..3 {
        talk.go_on(&format!("round {round}")).await;
    }
    let info = talk.info();
    assert_eq!((info.upgrades, info.handshakes, info.clients.len()), (0, 1, 1), "{info:?}");
    assert_eq!(info.clients[0].carrier, Carrier::LongPolling);
    talk.finish().await;
    nginx.stop().await;
    let upgrades = nginx.accesses().iter().filter(|access| access.is_upgrade()).count();
    assert_eq!(upgrades, 1, "it is not tried again and again");
}

/// nginx answers requests for a WebSocket itself.
async fn refuse(answer: &str) {
    fall_back(|front| {
        front.with_websockets().with(Location::Pass, format!("if ($http_upgrade) {{ {answer}; }}"))
    })
    .await;
}

/// `proxy_pass` alone: HTTP/1.0, and no word of the upgrade.
#[tokio::test]
async fn a_proxy_that_knows_no_websocket() {
    fall_back(|front| front).await;
}

#[tokio::test]
async fn a_proxy_that_speaks_http_1_1_and_knows_no_websocket() {
    fall_back(|front| {
        front
            .with(Location::Pass, "proxy_http_version 1.1")
            .with(Location::Pass, "proxy_set_header Connection ''")
    })
    .await;
}

#[tokio::test]
async fn a_proxy_that_refuses_websockets() {
    every(["return 400", "return 403", "return 404", "return 426", "return 502", "return 503"], refuse).await;
}

/// A page, a redirect, nothing at all.
#[tokio::test]
async fn a_proxy_that_answers_something_else() {
    every(["return 200 '<html>Welcome</html>'", "return 204", "return 302 /login", "return 444"], refuse)
        .await;
}

/// What is asked for a WebSocket never answers.
#[tokio::test]
async fn a_proxy_that_swallows_websockets() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let swallow = format!("if ($http_upgrade) {{ proxy_pass http://{}; }}", silent.local_addr().unwrap());
    fall_back(|front| front.with_websockets().with(Location::Pass, swallow)).await;
}

/// A WebSocket opens, and is cut before anything can be said on it.
#[tokio::test]
async fn a_proxy_that_cuts_websockets_at_once() {
    let simulator = Simulator::builder().start().await.unwrap();
    let cut = "location @socket { proxy_pass http://chat; proxy_http_version 1.1; proxy_read_timeout 1ms; \
               proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }";
    let front = Front::to([&simulator])
        .with(Location::Server, "error_page 418 = @socket")
        .with(Location::Server, cut)
        .with(Location::Pass, "if ($http_upgrade) { return 418; }");
    let Some(nginx) = Nginx::start(front).await else { return };
    let mut talk = Talk::start(&nginx, &simulator, Carrier::WebSocket).await;
    for round in 0..3 {
        talk.go_on(&format!("round {round}")).await;
    }
    talk.until("long-polling", |info| info.open_sockets == 0).await;
    talk.go_on("at last").await;
    let info = talk.info();
    assert!((1..=3).contains(&info.upgrades) && info.handshakes <= 4, "{info:?}");
    talk.finish().await;
}
