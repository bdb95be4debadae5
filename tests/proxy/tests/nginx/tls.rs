//! nginx ends TLS: `https` and `wss`.

use crate::{every, fetch, options_trusting, send_and_fetch};
use webchat_core::{ErrorKind, Retry};
use webchat_proxy::{Certificate, Customer, Front, Location, Nginx, Talk};
use webchat_simulator::{Carrier, Simulator};

async fn start(certificate: &Certificate, simulator: &Simulator, directive: &str) -> Option<Nginx> {
    let front = Front::to([simulator]).with_websockets().with_tls(certificate);
    Nginx::start(front.with(Location::Server, directive)).await
}

async fn talk_in_secret(carrier: Carrier, directive: &str) -> Option<Nginx> {
    let (certificate, simulator) = (Certificate::new(), Simulator::builder().start().await.unwrap());
    let mut nginx = start(&certificate, &simulator, directive).await?;
    let options = options_trusting(&certificate, Talk::options(&nginx, &simulator, carrier));
    let mut talk = Talk::start_with(&options, [&simulator]).await;
    for round in 0..3 {
        talk.go_on(&format!("round {round}")).await;
    }
    send_and_fetch(&talk, "a secret").await;
    let info = talk.info();
    assert_eq!((info.handshakes, info.clients.len(), info.clients[0].carrier), (1, 1, carrier), "{info:?}");
    talk.finish().await;
    nginx.stop().await;
    Some(nginx)
}

/// All requests share a connection, also while one is held.
#[tokio::test]
async fn long_polling_goes_by_http_2() {
    let Some(nginx) = talk_in_secret(Carrier::LongPolling, "ssl_protocols TLSv1.3").await else { return };
    let accesses = nginx.accesses();
    assert!(accesses.iter().all(|access| access.version == "HTTP/2.0"), "{accesses:?}");
}

/// nginx announces the end of a connection that has had its share of requests, and does not look at those beyond.
#[tokio::test]
async fn http_2_connections_that_do_not_last() {
    let (certificate, simulator) = (Certificate::new(), Simulator::builder().start().await.unwrap());
    let Some(nginx) = start(&certificate, &simulator, "keepalive_requests 3").await else { return };
    let options = options_trusting(&certificate, Talk::options(&nginx, &simulator, Carrier::LongPolling));
    let mut talk = Talk::start_with(&options, [&simulator]).await;
    for round in 0..3 {
        talk.go_on(&format!("round {round}")).await;
    }
    send_and_fetch(&talk, "a secret").await;
    every(0..6, async |_| fetch(&talk, "a secret").await).await;
    talk.finish().await;
}

/// Only HTTP/1.1 can become a WebSocket; files go by HTTP/2.
#[tokio::test]
async fn websockets_go_by_http_1_1() {
    let Some(nginx) = talk_in_secret(Carrier::WebSocket, "ssl_protocols TLSv1.3").await else { return };
    let accesses = nginx.accesses();
    let (sockets, files): (Vec<_>, Vec<_>) = accesses.iter().partition(|access| access.is_upgrade());
    assert!(
        sockets.len() == 1 && sockets[0].status == 101 && sockets[0].version == "HTTP/1.1",
        "{accesses:?}"
    );
    assert!(files.len() == 2 && files.iter().all(|access| access.version == "HTTP/2.0"), "{accesses:?}");
}

#[tokio::test]
async fn an_older_tls() {
    for carrier in [Carrier::LongPolling, Carrier::WebSocket] {
        talk_in_secret(carrier, "ssl_protocols TLSv1.2").await;
    }
}

/// Nobody vouches for the certificate, or somebody for another: nothing is sent, and the customer is told why.
#[tokio::test]
async fn a_certificate_that_is_not_trusted() {
    let (certificate, simulator) = (Certificate::new(), Simulator::builder().start().await.unwrap());
    let Some(nginx) = start(&certificate, &simulator, "ssl_protocols TLSv1.3").await else { return };
    let other = Certificate::new();
    let carriers = [Carrier::LongPolling, Carrier::WebSocket];
    let options = carriers.map(|carrier| Talk::options(&nginx, &simulator, carrier));
    let trusting_another = options.clone().map(|options| options_trusting(&other, options));
    every([options, trusting_another].concat(), async |options| {
        let error =
            Customer::try_to_start(&options, "Mia").await.expect_err("the certificate is not trusted");
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Disconnected, Retry::Never), "{error}");
        assert!(error.message().contains("certificate"), "{error}");
    })
    .await;
    assert!(simulator.log().is_empty());
}
