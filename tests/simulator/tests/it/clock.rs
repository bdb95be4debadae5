//! The clock of the chats is moved while requests are under way.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json as value};
use webchat_simulator::api::cometd::CometdSettings;
use webchat_simulator::api::nexus::NexusSettings;
use webchat_simulator::{EndCause, Script, Simulator};

use crate::cometd::bayeux::{BOTH, Bayeux};
use crate::control::Control;
use crate::customer::{Customer, each};
use crate::nexus::visitor::Visitor;

const LONG: Duration = Duration::from_hours(24);

async fn advance(control: &Control, seconds: u64) -> u64 {
    let moved = control.post("/clock", value!({"advanceMs": seconds * 1000})).await;
    moved["utcTime"].as_u64().unwrap()
}

#[tokio::test]
async fn idle_timers_run_out_and_nobody_is_silent() {
    let simulator = Simulator::builder().utc_ms(1_700_000_000_000).start().await.unwrap();
    let control = Control(simulator.control_url());
    let customer = Customer::start(&simulator.chat_url()).await;
    let now = advance(&control, 255).await;
    assert!(now >= 1_700_000_255_000 && control.get("/clock").await["utcTime"].as_u64().unwrap() >= now);
    let told = customer.refresh("2").await;
    assert_eq!(each(&told, "type"), ["IdleAlert"]);
    assert!(told["messages"][0]["utcTime"].as_u64().unwrap() >= 1_700_000_255_000);
    customer.call("send", &[("message", "still here")]).await;
    advance(&control, 254).await;
    assert_eq!(simulator.chat(&customer.chat_id).unwrap().ended, None);
    advance(&control, 400).await;
    assert_eq!(simulator.chat(&customer.chat_id).unwrap().ended, Some(EndCause::Idle));
    let told = customer.refresh("4").await;
    assert_eq!(each(&told, "type"), ["IdleAlert", "IdleClose"]);
    let at = |index: usize| told["messages"][index]["utcTime"].as_u64().unwrap();
    assert_eq!(at(1) - at(0), 45_000, "each at its time");
}

#[tokio::test]
async fn the_script_plays() {
    let script = Script::echo().join_after(LONG).typing(LONG);
    let simulator = Simulator::builder().script(script).start().await.unwrap();
    let control = Control(simulator.control_url());
    let customer = Customer::start(&simulator.chat_url()).await;
    let entries = async || {
        let told = control.get("/chats/latest/entries?after=1").await;
        let kinds = told["entries"].as_array().unwrap().iter().map(|entry| entry["type"].clone());
        kinds.collect::<Vec<Value>>()
    };
    assert_eq!(entries().await, Vec::<Value>::new());
    control.ask(Method::PATCH, "/settings", value!({"idleAlertMs": 0})).await;
    advance(&control, LONG.as_secs()).await;
    customer.call("send", &[("message", "hello")]).await;
    assert_eq!(entries().await, ["ParticipantJoined", "Message", "TypingStarted"]);
    advance(&control, LONG.as_secs()).await;
    assert_eq!(entries().await[3..], ["TypingStopped", "Message"]);
}

#[tokio::test]
async fn held_connects_are_answered_and_their_clients_known() {
    let held = CometdSettings { timeout: LONG, ..CometdSettings::default() };
    for carrier in BOTH {
        let simulator = Simulator::builder().cometd(held.clone()).start().await.unwrap();
        let control = Control(simulator.control_url());
        let mut mia = Bayeux::start(&simulator, carrier).await;
        let is_held = |simulator: &Simulator| (simulator.cometd().held_connects == 1).then_some(());
        let moved = async {
            simulator.wait_for(is_held).await;
            advance(&control, LONG.as_secs()).await;
        };
        let (reply, ()) = tokio::join!(mia.connect(), moved);
        assert_eq!(reply["successful"], true, "{reply}");
        // Between two connects a client is known for ten seconds.
        advance(&control, 1000).await;
        assert_eq!(mia.request_chat(value!({})).await["statusCode"], 0);
    }
}

#[tokio::test]
async fn held_polls_are_answered() {
    let settings = NexusSettings { hold: LONG, ..NexusSettings::default() };
    let simulator = Simulator::builder().nexus(settings).start().await.unwrap();
    let control = Control(simulator.control_url());
    let visitor = Visitor::start(&simulator).await;
    visitor.poll("").await;
    let mut poll = Box::pin(visitor.poll(""));
    let told = loop {
        tokio::select! {
            told = &mut poll => break told,
            _ = advance(&control, LONG.as_secs()) => {}
        }
    };
    assert_eq!(told["messages"], value!([]));
}

#[tokio::test]
async fn it_is_moved_forward_and_not_too_far() {
    let simulator = Simulator::builder().start().await.unwrap();
    let control = Control(simulator.control_url());
    for (body, part) in [
        (value!({"advanceMs": 40_000_000_000_u64}), "at most"),
        (value!({"advanceMs": -1}), "-1"),
        (value!({}), "advanceMs"),
    ] {
        let (status, answer) = control.ask(Method::POST, "/clock", body).await;
        let reason = answer["error"].as_str().unwrap_or_default();
        assert!(status == 400 && reason.contains(part), "{answer}");
    }
}
