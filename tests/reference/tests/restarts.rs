//! The server goes down and comes up again, without Bayeux sessions but with the chats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use webchat_core::event::EventKind::{Disconnected, Ended, Reconnected};
use webchat_reference::{Bayeux, Carrier, Customer, Server};

async fn outlast_a_restart(bayeux: Bayeux, carrier: Carrier) {
    let Some(server) = Server::start(bayeux).await else { return };
    let mia = Customer::start(&server.options(carrier), "Mia").await;
    server.join(mia.id()).await;
    mia.say("before").await;
    server.down().await;
    mia.until("disconnected", |heard| heard.count(Disconnected) == 1).await;
    // Told as not sent, and not in the transcript.
    assert_eq!(mia.try_to_say("into the void").await["statusCode"], 1);
    server.say(mia.id(), "meanwhile").await;
    server.up().await;
    mia.until("reconnected", |heard| heard.count(Reconnected) == 1).await;
    mia.say("after").await;
    server.say(mia.id(), "afterwards").await;
    mia.until_told("afterwards").await;
    let texts: Vec<_> = mia.heard().texts().map(str::to_owned).collect();
    assert_eq!(texts, ["before", "meanwhile", "after", "afterwards"], "{bayeux:?}, {carrier:?}");
    let written = server.transcript(mia.id()).await.messages.into_iter().filter_map(|entry| entry.text);
    assert_eq!(written.collect::<Vec<_>>(), texts);
    assert_eq!(server.counts().await.handshakes, 2);
    server.end(mia.id()).await;
    mia.until("the end", |heard| heard.count(Ended) == 1).await;
    assert_eq!((mia.heard().count(Disconnected), mia.heard().count(Reconnected)), (1, 1));
}

#[tokio::test]
async fn it_outlasts_a_restart_of_the_cometd_server() {
    outlast_a_restart(Bayeux::Cometd, Carrier::LongPolling).await;
}

#[tokio::test]
async fn it_outlasts_a_restart_of_the_cometd_server_with_acknowledgements() {
    outlast_a_restart(Bayeux::CometdWithAcks, Carrier::LongPolling).await;
}

#[tokio::test]
async fn it_outlasts_a_restart_of_faye_over_long_polling() {
    outlast_a_restart(Bayeux::Faye, Carrier::LongPolling).await;
}

#[tokio::test]
async fn it_outlasts_a_restart_of_faye_over_a_websocket() {
    outlast_a_restart(Bayeux::Faye, Carrier::WebSocket).await;
}
