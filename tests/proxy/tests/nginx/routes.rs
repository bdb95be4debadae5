//! Two servers behind nginx: a cookie of nginx's own keeps a chat with the one that knows it.

use crate::{every, send_and_fetch};
use std::collections::BTreeSet;
use webchat_proxy::{Front, Nginx, Talk};
use webchat_simulator::api::cometd::{CookieCheck, Whom};
use webchat_simulator::{Carrier, Simulator};

/// A server, all of whose requests but those without any cookie must show that of the handshake.
async fn server(seed: u64) -> Simulator {
    let simulator = Simulator::builder().seed(seed).start().await.unwrap();
    simulator.change_cometd(|settings| settings.check_cookie = CookieCheck::Always);
    simulator
}

/// The cookies of every request at `simulator` after the first one, which has none.
fn routes(simulator: &Simulator) -> BTreeSet<String> {
    let log = simulator.log();
    let http: Vec<_> = log.iter().filter(|entry| entry.method != "WS").collect();
    assert!(http.len() > 2, "{log:?}");
    assert_eq!(http[0].header("cookie"), None);
    let cookie = |name: &str, cookies: &str| -> Option<String> {
        cookies.split("; ").find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    };
    let later = http[1..].iter().map(|entry| {
        let cookies = entry.header("cookie").unwrap_or_else(|| panic!("no cookies: {entry:?}"));
        assert!(cookie("BAYEUX_BROWSER", cookies).is_some(), "{entry:?}");
        cookie("route", cookies).unwrap_or_else(|| panic!("no route: {entry:?}"))
    });
    later.collect()
}

/// Two customers of one program, one at each server.
async fn stay(carrier: Carrier) {
    let servers = [server(1).await, server(2).await];
    let Some(nginx) = Nginx::start(Front::to(&servers).with_websockets().with_sticky_routes()).await else {
        return;
    };
    let options = Talk::options(&nginx, &servers[0], carrier);
    let mut talks = [Talk::start_with(&options, &servers).await, Talk::start_with(&options, &servers).await];
    for round in 0..3 {
        for talk in &mut talks {
            talk.go_on(&format!("round {round}")).await;
            talk.simulator.cut_sockets(&Whom::all(), 0, None);
        }
    }
    let mut all = BTreeSet::new();
    for talk in talks {
        send_and_fetch(&talk, "a file").await;
        let info = talk.info();
        assert_eq!((info.handshakes, info.clients.len()), (1, 1), "{info:?}");
        let own = routes(&talk.simulator);
        assert_eq!(own.len(), 1, "{own:?}");
        all.extend(own);
        talk.finish().await;
    }
    assert_eq!(all.len(), 2, "each had a server of its own: {all:?}");
}

#[tokio::test]
async fn a_cookie_keeps_chats_with_their_servers() {
    every([Carrier::LongPolling, Carrier::WebSocket], stay).await;
}
