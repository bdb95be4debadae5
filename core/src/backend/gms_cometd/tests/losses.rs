//! What is lost is made good.

use super::*;
use webchat_simulator::api::cometd::Whom;
use webchat_simulator::{Fault, KeepMemory, Operation as Asked, Reconnect};

/// Something that befalls the link.
type Trouble = fn(&Simulator) -> usize;

const TROUBLES: [Trouble; 6] = [
    |simulator| simulator.cut_sockets(&Whom::all(), 0, None),
    |simulator| simulator.cut_sockets(&Whom::all(), 0, Some(1001)),
    |simulator| simulator.forget_clients(&Whom::all(), false),
    |simulator| simulator.forget_clients(&Whom::all(), true),
    |simulator| simulator.disconnect_clients(&Whom::all(), None),
    |simulator| simulator.disconnect_clients(&Whom::all(), Some(Reconnect::Handshake)),
];

/// Both sides talk before and after `trouble`.
async fn talk_through(trouble: Trouble, websocket: bool, acks: bool) {
    let simulator = simulator(CometdSettings { acks, ..CometdSettings::default() }).await;
    let mut mia = Customer::started(config(&simulator, websocket)).await;
    let chat = simulator.latest_chat_id().unwrap();
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    for number in 0..2 {
        simulator.say(&chat, sam, &format!("agent {number}")).unwrap();
        mia.hear(&format!("agent {number}")).await;
        mia.perform(text(&format!("mia {number}"))).await.unwrap();
        mia.hear(&format!("mia {number}")).await;
        if number == 0 {
            trouble(&simulator);
        }
    }
    let said: Vec<&String> = mia.transcript.values().filter(|line| line.starts_with("Message")).collect();
    let wanted = ["Sam: agent 0", "Mia: mia 0", "Sam: agent 1", "Mia: mia 1"];
    assert_eq!(said, wanted.map(|line| format!("Message {line}")).iter().collect::<Vec<_>>());
    assert_eq!(simulator.cometd().most_handshakes_at_once, 1);
}

#[tokio::test]
async fn whatever_happens_to_the_link_nothing_is_lost() {
    let ways = [(true, true), (true, false), (false, true), (false, false)];
    let chats = TROUBLES
        .into_iter()
        .flat_map(|trouble| ways.map(|(websocket, acks)| talk_through(trouble, websocket, acks)));
    futures_util::future::join_all(chats).await;
}

async fn lose_answers(websocket: bool) {
    let simulator = simulator(CometdSettings::default()).await;
    let mut mia = Customer::started(config(&simulator, websocket)).await;
    simulator.faults().push(Fault::drop_after().on(Asked::Send));
    match mia.perform(text("hi")).await {
        Ok(reply) => assert_eq!(reply.verdict, Verdict::Done),
        Err(failure) => assert_eq!(failure.applied, Applied::Unknown),
    }
    simulator.faults().push(Fault::drop_before().on(Asked::Send));
    let failure = mia.perform(text("ho")).await.unwrap_err();
    assert_eq!(failure.applied, Applied::Unknown);
    mia.hear("hi").await;
    assert!(!mia.transcript.values().any(|line| line.ends_with("ho")));
}

#[tokio::test]
async fn a_lost_answer_leaves_the_outcome_open_or_comes_later() {
    tokio::join!(lose_answers(true), lose_answers(false));
}

#[tokio::test]
async fn an_end_that_is_lost_with_its_connection_is_said_again() {
    for fault in [Fault::drop_before, Fault::drop_after] {
        for websocket in [true, false] {
            let simulator = simulator(CometdSettings::default()).await;
            let mut mia = Customer::started(config(&simulator, websocket)).await;
            simulator.faults().push(fault().on(Asked::Disconnect));
            assert_eq!(mia.perform(Operation::End).await.unwrap().ended, Some(true));
            let chat = simulator.latest_chat_id().unwrap();
            assert!(simulator.chat(&chat).unwrap().ended.is_some());
        }
    }
}

#[tokio::test]
async fn an_outage_is_told_and_its_end() {
    let simulator = simulator(CometdSettings::default()).await;
    let mut mia = Customer::started(config(&simulator, true)).await;
    simulator.go_down().await.unwrap();
    while !matches!(mia.next().await, Incoming::Down(failure) if failure.news == News::Disconnected) {}
    let failure = mia.perform(text("lost")).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
    simulator.come_up().await.unwrap();
    while !matches!(mia.next().await, Incoming::Up { .. }) {}
    mia.perform(text("found")).await.unwrap();
    simulator.restart(KeepMemory::Yes).await.unwrap();
    while !matches!(mia.next().await, Incoming::Up { .. }) {}
    mia.perform(text("again")).await.unwrap();
    mia.hear("again").await;
}

#[tokio::test]
async fn a_blocked_websocket_is_not_missed() {
    let simulator =
        simulator(CometdSettings { upgrade_status: Some(403), ..CometdSettings::default() }).await;
    let mut mia = Customer::started(config(&simulator, true)).await;
    mia.perform(text("hi")).await.unwrap();
    mia.hear("hi").await;
    let info = simulator.cometd();
    assert_eq!((info.upgrades, info.open_sockets), (1, 0));
}
