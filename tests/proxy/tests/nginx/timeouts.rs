//! nginx has less patience than the server: it cuts every WebSocket and long poll that is silent for a second.

use webchat_proxy::{Front, Location, Nginx, Talk};
use webchat_simulator::{Carrier, Simulator};

const CUTS: u64 = 3;

async fn start(simulator: &Simulator) -> Option<Nginx> {
    let front = Front::to([simulator]).with_websockets().with(Location::Pass, "proxy_read_timeout 1s");
    Nginx::start(front).await
}

/// Long polls that are silent end with 504, and the chat goes on after each.
async fn outlast_silent_polls(nginx: &Nginx, talk: &mut Talk, cuts: u64) {
    for cut in 1..=cuts {
        let seen = talk.info().connects;
        let timed_out = || nginx.accesses().iter().filter(|access| access.status == 504).count() as u64;
        nginx.until("a poll has timed out", |_| timed_out() >= cut).await;
        talk.until("another poll", |info| info.connects > seen).await;
        talk.go_on(&format!("after {cut} polls")).await;
    }
}

#[tokio::test]
async fn long_polls_that_time_out() {
    let simulator = Simulator::builder().start().await.unwrap();
    let Some(nginx) = start(&simulator).await else { return };
    let mut talk = Talk::start(&nginx, &simulator, Carrier::LongPolling).await;
    outlast_silent_polls(&nginx, &mut talk, CUTS).await;
    let info = talk.info();
    assert_eq!((info.handshakes, info.clients.len()), (1, 1), "{info:?}");
    talk.finish().await;
}

/// A WebSocket that is cut again and again gives way to long-polling, in the same session.
#[tokio::test]
async fn websockets_that_are_cut_when_silent() {
    let simulator = Simulator::builder().start().await.unwrap();
    let Some(nginx) = start(&simulator).await else { return };
    let mut talk = Talk::start(&nginx, &simulator, Carrier::WebSocket).await;
    loop {
        let seen = talk.info().upgrades;
        talk.until("another connection", |info| info.upgrades > seen || info.requests > 0).await;
        if talk.info().requests > 0 {
            break;
        }
        talk.go_on(&format!("after {seen} WebSockets")).await;
    }
    outlast_silent_polls(&nginx, &mut talk, 1).await;
    let info = talk.info();
    assert!((2..=CUTS).contains(&info.upgrades), "{info:?}");
    assert_eq!((info.most_open_sockets, info.open_sockets), (1, 0), "{info:?}");
    assert_eq!((info.handshakes, info.clients.len()), (1, 1), "{info:?}");
    talk.finish().await;
}
