//! Whole chats with the simulated server.

use super::*;
use webchat_simulator::api::cometd::Notification;
use webchat_simulator::{Carrier, Fault, Operation as Asked};

/// Both carriers, and every way in which a server shows a customer's own events.
fn every_way() -> impl Iterator<Item = (bool, CometdSettings)> {
    let ways = [Echo::Reply, Echo::Push, Echo::Never];
    [true, false].into_iter().flat_map(move |websocket| {
        ways.map(|echo| (websocket, CometdSettings { echo, ..CometdSettings::default() }))
    })
}

#[tokio::test]
async fn a_chat_from_its_start_to_its_end() {
    for (websocket, settings) in every_way() {
        let echo = settings.echo;
        let simulator = simulator(settings).await;
        let mut mia = Customer::started(config(&simulator, websocket)).await;
        let chat = simulator.latest_chat_id().unwrap();
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        simulator.say(&chat, sam, "Hello Mia").unwrap();
        mia.hear("Hello Mia").await;
        let reply = mia.perform(text("Grüße")).await.unwrap();
        assert_eq!((reply.verdict.is_good(), reply.messages.len()), (true, 0));
        assert_eq!(reply.body.json()["statusCode"], 0);
        mia.perform(text("Grüße")).await.unwrap();
        mia.perform(Operation::Typing { started: true, preview: Some("I th".into()) }).await.unwrap();
        mia.perform(Operation::Typing { started: false, preview: None }).await.unwrap();
        mia.perform(Operation::CustomNotice { message: "{}".into() }).await.unwrap();
        mia.perform(Operation::PushUrl { url: "https://a.test".into() }).await.unwrap();
        mia.perform(Operation::UpdateNickname { nickname: "Mia L".into() }).await.unwrap();
        mia.perform(Operation::UpdateUserData(object(json!({"a": 1})))).await.unwrap();
        mia.perform(Operation::ReadReceipt { position: 3 }).await.unwrap();
        simulator.say(&chat, sam, "Bye").unwrap();
        mia.hear("Bye").await;
        let wanted = simulator.transcript(&chat).unwrap().len();
        let lacks_typing = if echo == Echo::Never { 2 } else { 0 };
        assert!(mia.transcript.len() >= wanted - lacks_typing, "{:?}", mia.transcript);
        let greetings = mia.transcript.values().filter(|line| line.ends_with("Grüße")).count();
        assert_eq!(greetings, 2, "{:?}", mia.transcript);
        assert_eq!(simulator.chat(&chat).unwrap().user_data["a"], "1");

        let info = simulator.cometd();
        let carrier = if websocket { Carrier::WebSocket } else { Carrier::LongPolling };
        assert_eq!((info.clients[0].carrier, info.handshakes), (carrier, 1));
        let reply = mia.perform(Operation::End).await.unwrap();
        assert_eq!(reply.ended, Some(true));
        wait_for(&simulator, |info| info.clients.is_empty() && info.disconnects == 1).await;
        for entry in simulator.log() {
            assert_eq!(entry.header("authorization"), Some("Bearer token"), "{entry:?}");
            assert_eq!(entry.header("apikey"), None, "{entry:?}");
        }
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn an_agent_ends_the_chat_and_another_begins() {
    for websocket in [true, false] {
        let simulator = simulator(CometdSettings::default()).await;
        let mut mia = Customer::started(config(&simulator, websocket)).await;
        let chat = simulator.latest_chat_id().unwrap();
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        simulator.end(&chat, sam).unwrap();
        mia.until(|mia| mia.ended).await;
        wait_for(&simulator, |info| info.clients.is_empty()).await;
        mia.transcript.clear();
        mia.perform(nickname("Mia")).await.unwrap();
        mia.perform(text("me again")).await.unwrap();
        mia.hear("me again").await;
    }
}

#[tokio::test]
async fn a_restoration_leaves_a_start_that_was_given_up_its_answer() {
    for websocket in [true, false] {
        let simulator = simulator(CometdSettings::default()).await;
        let mia = Customer::started(config(&simulator, websocket)).await;
        let mut again = Customer::new(config(&simulator, websocket));
        again.session = mia.session.clone();
        let (started, restored) =
            tokio::join!(again.request(nickname("Mia")), again.request(Operation::Restore));
        let new = started.unwrap().session.unwrap();
        assert!(new.id() != mia.session.id() && !new.key().is_empty(), "it can be ended");
        let restored = restored.unwrap();
        assert_eq!((restored.ended, restored.messages.len()), (Some(false), 1));
    }
}

#[tokio::test]
async fn a_session_is_taken_up_by_another_process() {
    for websocket in [true, false] {
        let simulator = simulator(CometdSettings::default()).await;
        let mut mia = Customer::started(config(&simulator, websocket)).await;
        mia.perform(text("one")).await.unwrap();
        mia.hear("one").await;
        let mut again = Customer::new(config(&simulator, websocket));
        again.session = mia.session.clone();
        drop(mia);
        let reply = again.perform(Operation::Restore).await.unwrap();
        assert_eq!((reply.ended, again.transcript.len()), (Some(false), 2));
        let chat = simulator.latest_chat_id().unwrap();
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        simulator.say(&chat, sam, "two").unwrap();
        again.hear("two").await;

        simulator.end(&chat, sam).unwrap();
        again.until(|again| again.ended).await;
        let refused = again.perform(Operation::Restore).await.unwrap();
        assert_ne!(refused.ended, Some(false));
        wait_for(&simulator, |info| info.disconnects == 2).await;
    }
}

#[tokio::test]
async fn an_asynchronous_chat_is_taken_up_page_by_page() {
    let simulator = simulator(CometdSettings::default()).await;
    let asynchronous = || Options { asynchronous: true, page_size: 5, ..config(&simulator, true) };
    let mut mia = Customer::started(asynchronous()).await;
    let chat = simulator.latest_chat_id().unwrap();
    assert_eq!(simulator.chat(&chat).unwrap().user_data["GCTI_Chat_AsyncMode"], "true");
    for number in 2..=13 {
        mia.perform(text(&format!("m{number}"))).await.unwrap();
    }
    mia.hear("m13").await;
    let mut again = Customer::new(asynchronous());
    again.session = mia.session.clone();
    drop(mia);
    assert!(again.transport.capabilities().history);
    again.perform(Operation::Restore).await.unwrap();
    let mut pages = vec![again.transcript.keys().copied().collect::<Vec<_>>()];
    while pages[pages.len() - 1][0] > 1 {
        let oldest = pages[pages.len() - 1][0];
        let before = oldest.into();
        again.perform(Operation::History { before }).await.unwrap();
        pages.push(again.transcript.keys().copied().filter(|index| *index < oldest).collect());
    }
    assert_eq!(pages, [vec![9, 10, 11, 12, 13], vec![4, 5, 6, 7, 8], vec![1, 2, 3]]);
    again.perform(text("still here")).await.unwrap();
}

#[tokio::test]
async fn refusals_and_outages_are_told_of_the_request_that_they_are_for() {
    let simulator = simulator(CometdSettings::default()).await;
    let mut mia = Customer::started(config(&simulator, true)).await;
    simulator.faults().push(Fault::status_code_1(1).on(Asked::Send));
    let typing = mia.request(Operation::Typing { started: true, preview: None });
    let (typed, offline) = tokio::join!(typing, mia.request(text("hi")));
    assert_eq!((typed.unwrap().verdict, offline.unwrap().verdict), (Verdict::Done, Verdict::Temporary));
    simulator.go_offline();
    assert_eq!(mia.catch_up().await.unwrap().verdict, Verdict::Temporary);
    simulator.go_online();
    assert_eq!(mia.catch_up().await.unwrap().verdict, Verdict::Done);

    simulator.faults().push(Fault::status_code_2().on(Asked::StopTyping));
    let typing = mia.request(Operation::Typing { started: false, preview: None });
    let (refused, sent) = tokio::join!(typing, mia.request(text("hi")));
    assert_eq!((refused.unwrap().verdict, sent.unwrap().verdict), (Verdict::Refused, Verdict::Done));
    mia.transport.release();
    wait_for(&simulator, |info| info.clients.is_empty()).await;

    let mut nobody = Customer::new(config(&simulator, true));
    let refused = nobody.perform(nickname("")).await.unwrap_err();
    assert_eq!((refused.kind, refused.applied), (ErrorKind::Rejected, Applied::No));
    assert_eq!(refused.response["errors"][0]["code"], 161);
    assert_eq!(refused.news, News::Error(Box::new(refused.response.clone())));
    wait_for(&simulator, |info| info.clients.is_empty()).await;
}

#[tokio::test]
async fn without_the_notification_mode_a_chat_does_not_start() {
    for (notification, kind) in [
        (Notification::Absent, ErrorKind::NotFound),
        (Notification::Refused, ErrorKind::Rejected),
        (Notification::Silent, ErrorKind::Timeout),
    ] {
        let simulator = simulator(CometdSettings { notification, ..CometdSettings::default() }).await;
        let settings = Options { ajax_timeout: Duration::from_millis(200), ..config(&simulator, false) };
        let failure = Customer::new(settings).perform(nickname("Mia")).await.unwrap_err();
        assert_eq!(failure.kind, kind);
        let told = matches!(&failure.news, News::Error(data) if data["errorReason"] == "InvalidService");
        assert_eq!(told, notification == Notification::Absent, "an HTTP status is told as over REST");
    }
}
