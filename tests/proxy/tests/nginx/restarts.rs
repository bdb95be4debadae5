//! nginx, or the server behind it, is changed, stopped and started in the middle of a chat.

use crate::{every, lose_an_outcome, options_trusting};
use webchat_core::event::EventKind::{Disconnected, Reconnected};
use webchat_core::model::JsonObject;
use webchat_proxy::{Certificate, Front, Nginx, Talk, in_time};
use webchat_simulator::{Carrier, Fault, LogEntry, Operation, Simulator};

const CARRIERS: [Carrier; 2] = [Carrier::LongPolling, Carrier::WebSocket];

/// The old worker closes its connections after a moment, in the middle of the talk.
async fn outlast_reloads(nginx: &Nginx, mut talk: Talk) {
    for round in 0..2 {
        talk.go_on_while(&format!("reload {round}"), 5, nginx.reload()).await;
        talk.go_on(&format!("after reload {round}")).await;
    }
    let info = talk.info();
    assert_eq!((info.handshakes, info.clients.len()), (1, 1), "{info:?}");
    talk.finish().await;
}

#[tokio::test]
async fn reloads() {
    every(CARRIERS, async |carrier| {
        let simulator = Simulator::builder().start().await.unwrap();
        let Some(nginx) = Nginx::start(Front::to([&simulator]).with_websockets()).await else { return };
        let talk = Talk::start(&nginx, &simulator, carrier).await;
        outlast_reloads(&nginx, talk).await;
    })
    .await;
}

/// HTTP/2: requests share a connection, whose end the old worker announces.
#[tokio::test]
async fn reloads_under_http_2() {
    let (certificate, simulator) = (Certificate::new(), Simulator::builder().start().await.unwrap());
    let front = Front::to([&simulator]).with_websockets().with_tls(&certificate);
    let Some(nginx) = Nginx::start(front).await else { return };
    let options = options_trusting(&certificate, Talk::options(&nginx, &simulator, Carrier::LongPolling));
    let talk = Talk::start_with(&options, [&simulator]).await;
    outlast_reloads(&nginx, talk).await;
}

/// Out of order, as far as a customer can tell: connections are refused.
async fn outlast_an_outage(
    carrier: Carrier,
    down: impl AsyncFn(&mut Nginx, &Simulator),
    up: impl AsyncFn(&mut Nginx, &Simulator),
) {
    let simulator = Simulator::builder().start().await.unwrap();
    let Some(mut nginx) = Nginx::start(Front::to([&simulator]).with_websockets()).await else { return };
    let mut talk = Talk::start(&nginx, &simulator, carrier).await;
    talk.go_on("before").await;
    down(&mut nginx, &simulator).await;
    talk.customer.until("disconnected", |heard| heard.count(Disconnected) == 1).await;
    // Told as not sent, and not in the transcript.
    assert_eq!(talk.customer.try_to_say("into the void").await["statusCode"], 1);
    talk.agent_says("meanwhile");
    up(&mut nginx, &simulator).await;
    talk.customer.until("reconnected", |heard| heard.count(Reconnected) == 1).await;
    talk.go_on("after").await;
    assert_eq!((talk.customer.count(Disconnected), talk.customer.count(Reconnected)), (1, 1));
    let info = talk.info();
    assert!(info.handshakes <= 2, "{info:?}");
    talk.finish().await;
}

#[tokio::test]
async fn a_restart() {
    every(CARRIERS, async |carrier| {
        outlast_an_outage(
            carrier,
            async |nginx, _| nginx.stop().await,
            async |nginx, _| nginx.start_again().await,
        )
        .await;
    })
    .await;
}

/// nginx answers 502 for a server that is not there.
#[tokio::test]
async fn a_restart_of_the_server() {
    every(CARRIERS, async |carrier| {
        let down = async |_: &mut Nginx, simulator: &Simulator| simulator.go_down().await.unwrap();
        let up = async |_: &mut Nginx, simulator: &Simulator| simulator.come_up().await.unwrap();
        outlast_an_outage(carrier, down, up).await;
    })
    .await;
}

/// Connections are gone in the middle of the talk, and there again.
#[tokio::test]
async fn restarts_while_both_talk() {
    every(CARRIERS, async |carrier| {
        let simulator = Simulator::builder().start().await.unwrap();
        let Some(mut nginx) = Nginx::start(Front::to([&simulator]).with_websockets()).await else { return };
        let mut talk = Talk::start(&nginx, &simulator, carrier).await;
        for round in 0..2 {
            let restart = async {
                nginx.stop().await;
                nginx.start_again().await;
            };
            talk.go_on_while(&format!("restart {round}"), 5, restart).await;
        }
        let info = talk.info();
        assert_eq!(info.handshakes, 1, "{info:?}");
        talk.finish().await;
    })
    .await;
}

/// A message has arrived, what came of it is lost, and so is the connection, for longer than requests may take.
#[tokio::test]
async fn a_question_that_cannot_be_asked() {
    let simulator = Simulator::builder().start().await.unwrap();
    let Some(mut nginx) = Nginx::start(Front::to([&simulator])).await else { return };
    let mut talk = Talk::start(&nginx, &simulator, Carrier::LongPolling).await;
    talk.go_on("before").await;
    let outcome = lose_an_outcome(&simulator);
    let chat = talk.customer.chat.clone();
    let outage = async {
        outcome.await;
        nginx.stop().await;
        // It is tried for as long as any request.
        let in_vain = in_time("a request fails", chat.update_user_data(JsonObject::new())).await;
        in_vain.expect_err("there is no connection");
        nginx.start_again().await;
    };
    talk.go_on_while("only once", 1, outage).await;
    talk.go_on("after").await;
    talk.finish().await;
}

/// The connection is lost, and then the answer to what the client asks about the messages that it may have missed.
#[tokio::test]
async fn an_answer_that_is_lost() {
    every(CARRIERS, async |carrier| {
        let simulator = Simulator::builder().start().await.unwrap();
        simulator.change_cometd(|settings| settings.acks = false);
        let Some(nginx) = Nginx::start(Front::to([&simulator]).with_websockets()).await else { return };
        let mut talk = Talk::start(&nginx, &simulator, carrier).await;
        talk.go_on("before").await;
        simulator.faults().push(Fault::hang().on(Operation::Deliver));
        nginx.reload().await;
        let asked = |entry: &LogEntry| entry.operation == Some(Operation::Refresh);
        in_time("a question", simulator.wait_for_requests(2, asked)).await;
        talk.go_on("after").await;
        talk.finish().await;
    })
    .await;
}
