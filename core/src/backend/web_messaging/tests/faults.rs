//! What a user meets: each is told what happened, and what to do.

use super::customer::{Customer, config, simulator, within};
use crate::{
    ErrorKind,
    command::Commander,
    model::{FileSource, JsonObject, Progress, ProgressListener, Upload},
};
use serde_json::{Value, json};
use std::sync::Arc;
use webchat_simulator::{
    Simulator,
    api::web_messaging::{Limits, Party},
};

/// The words of an `error` event.
fn words(error: &Value) -> (&str, &str) {
    let error = &error["errors"][0];
    (error["code"].as_str().unwrap(), error["text"].as_str().unwrap())
}

fn upgrades(simulator: &Simulator) -> u64 {
    simulator.web_messaging().upgrades
}

fn latest(simulator: &Simulator) -> webchat_simulator::ChatInfo {
    simulator.chat(&simulator.latest_chat_id().unwrap()).unwrap()
}

/// A configuration whose sessions are kept in a file.
fn stored(simulator: &Simulator, folder: &tempfile::TempDir, change: impl FnOnce(&mut Value)) -> Value {
    let path = folder.path().join("session.json");
    config(simulator, |config| {
        config["sessionStore"] = json!({"type": "file", "path": path});
        change(config);
    })
}

/// In a chat whose joining the server has seen: nothing is under way.
async fn joined(simulator: &Simulator) -> Customer {
    let mut mia = Customer::started(&config(simulator, |_| {})).await;
    while !mia.messages().iter().any(|message| message["type"] == "ParticipantJoined") {
        mia.hear("messageReceived").await;
    }
    mia
}

/// The token of the only session.
fn token(simulator: &Simulator) -> String {
    simulator.web_messaging().known[0].token.clone()
}

/// Another program with the same session.
async fn another(simulator: &Simulator) -> Customer {
    let mut other = Customer::new(&config(simulator, |config| {
        config["transport"]["async"] = json!({"enabled": true});
    }));
    other.within(other.chat.restore(Some(token(simulator).into()), Commander::Program)).await.unwrap();
    other.hear("restored").await;
    other
}

#[tokio::test]
async fn an_origin_that_is_not_allowed_any_more_is_told_and_not_tried_again() {
    let simulator = simulator(|_| {}).await;
    let mut mia = Customer::started(&config(&simulator, |_| {})).await;
    simulator.change_web_messaging(|settings| settings.deployment.origins = vec!["shop.test".into()]);
    simulator.cut_connections(&Party::all(), 0, None);
    let error = mia.hear("error").await;
    assert!(words(&error).1.contains("check deploymentId and origin"), "{error}");
    mia.hear("ended").await;
    assert_eq!(upgrades(&simulator), 2);
    assert_eq!(mia.send("late").await.unwrap_err().kind(), ErrorKind::NoSession);
    assert_eq!(upgrades(&simulator), 2, "it is not tried again");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_token_that_another_deployment_has_stored_is_not_used() {
    let simulator = simulator(|_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let mia = Customer::started(&stored(&simulator, &folder, |_| {})).await;
    mia.chat.close();
    mia.chat.closed().await;
    let mut again = Customer::new(&stored(&simulator, &folder, |config| {
        config["transport"]["deploymentId"] = "11111111-2222-4333-8444-555555555555".into();
    }));
    let told = again.hear("restoreFailed").await;
    assert!(told.to_string().contains("of another deployment: a new chat has to be started"), "{told}");
    assert_eq!(upgrades(&simulator), 1);
    again.start().await.unwrap();
    simulator.shutdown().await;
}

#[tokio::test]
async fn two_programs_on_one_token_hear_each_other_and_do_not_throw_each_other_out() {
    let simulator = simulator(|_| {}).await;
    let mut mia = Customer::started(&config(&simulator, |_| {})).await;
    let mut other = another(&simulator).await;
    mia.send("from the first").await.unwrap();
    other.hear_text("from the first").await;
    other.send("from the second").await.unwrap();
    mia.hear_text("from the second").await;
    let last = mia.messages().pop().unwrap();
    assert_eq!(last["from"]["type"], "Client", "it is the same customer");
    assert_eq!((upgrades(&simulator), simulator.web_messaging().open_sockets), (2, 2));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_fourth_connection_ends_the_first_which_does_not_come_back() {
    let simulator = simulator(|settings| settings.limits.configures_per_minute = 0).await;
    let mut mia = Customer::started(&config(&simulator, |_| {})).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(another(&simulator).await);
    }
    let error = mia.hear("error").await;
    assert!(words(&error).1.contains("it can be restored"), "{error}");
    mia.hear("ended").await;
    for (number, other) in others.iter().enumerate() {
        other.send(&format!("still here {number}")).await.unwrap();
    }
    assert_eq!((upgrades(&simulator), simulator.web_messaging().open_sockets), (4, 3));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_message_that_is_too_long_says_how_long_it_may_be() {
    let simulator = simulator(|_| {}).await;
    let mia = Customer::started(&config(&simulator, |_| {})).await;
    // As many characters as bytes are allowed, and one byte more.
    let error = mia.send(&format!("ß{}", "x".repeat(4095))).await.unwrap_err();
    assert!(error.message().contains("too long: it has to be divided"), "{error}");
    assert_eq!(error.response().unwrap()["errorMessage"], "Message length 4097 is larger than 4096");
    mia.send(&"x".repeat(4096)).await.unwrap();
    simulator.shutdown().await;
}

#[tokio::test]
async fn attached_data_that_are_too_large_are_dropped_and_the_chat_goes_on() {
    let simulator = simulator(|_| {}).await;
    let mut mia = Customer::started(&config(&simulator, |config| {
        config["userData"] = json!({"key": "x".repeat(2100)});
    }))
    .await;
    mia.send("hello").await.unwrap();
    let error = mia.hear("error").await;
    let (code, text) = words(&error);
    assert_eq!(code, "genesyscloud-webmessaging-4013");
    assert!(text.ends_with("is larger than 2048"), "{text}");
    assert_eq!(latest(&simulator).user_data.get("key"), None);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_file_that_shrinks_while_it_is_read_is_not_sent() {
    let simulator = simulator(|settings| settings.limits = Limits::off()).await;
    let mia = Customer::started(&config(&simulator, |_| {})).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.txt");
    std::fs::write(&path, vec![b'x'; 4_000_000]).unwrap();
    let shrinking = path.clone();
    let progress = ProgressListener(Arc::new(move |_: Progress| {
        let file = std::fs::File::options().write(true).open(&shrinking).unwrap();
        file.set_len(10).unwrap();
    }));
    let source = FileSource::Path(path);
    let upload =
        Upload { name: "report.txt".into(), source, user_data: JsonObject::new(), progress: Some(progress) };
    let error = mia.within(mia.chat.send_file(upload)).await.unwrap_err();
    assert!(error.to_string().contains("the file shrank while it was sent"), "{error:?}");
    mia.send("still there").await.unwrap();
    let said = simulator.wire_transcript(&simulator.latest_chat_id().unwrap()).unwrap();
    assert!(!json!(said).to_string().contains("report.txt"), "no message has it");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_conversation_that_another_device_clears_ends_with_its_reason() {
    let simulator = simulator(|_| {}).await;
    let mut mia = joined(&simulator).await;
    simulator.clear_sessions(&Party::all());
    let error = mia.hear("error").await;
    assert_eq!(
        words(&error),
        (
            "genesyscloud-webmessaging-cleared",
            "the conversation was cleared from another device: a new chat has to be started"
        )
    );
    mia.hear("ended").await;
    mia.start().await.unwrap();
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_session_that_expires_is_told_while_connected_and_after_a_lost_link() {
    for away in [false, true] {
        let simulator = simulator(|_| {}).await;
        let mut mia = joined(&simulator).await;
        if away {
            simulator.go_down().await.unwrap();
            simulator.expire_sessions(&Party::all());
            simulator.come_up().await.unwrap();
        } else {
            simulator.expire_sessions(&Party::all());
        }
        let error = mia.hear("error").await;
        let (code, text) = words(&error);
        assert_eq!(code, "genesyscloud-webmessaging-4006", "{away}");
        assert_eq!(text, "the session has expired: a new chat has to be started");
        mia.hear("ended").await;
        mia.start().await.unwrap();
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn a_session_that_is_gone_when_a_program_comes_back_is_told_and_forgotten() {
    for expires in [true, false] {
        let simulator = simulator(|_| {}).await;
        let folder = tempfile::tempdir().unwrap();
        let config = stored(&simulator, &folder, |_| {});
        let mia = Customer::started(&config).await;
        mia.chat.close();
        mia.chat.closed().await;
        if expires {
            simulator.expire_sessions(&Party::all());
        } else {
            simulator.forget_sessions(&Party::all());
        }
        let mut again = Customer::new(&config);
        let told = again.hear("restoreFailed").await;
        let says = if expires { "4006" } else { "4007" };
        assert!(told.to_string().contains(says), "{told}");
        assert!(!again.within(again.chat.verify_session()).await.unwrap());
        again.start().await.unwrap();
        within(simulator.wait_for_chat()).await;
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn a_link_that_finds_the_session_gone_ends_the_chat_with_its_reason() {
    let simulator = simulator(|_| {}).await;
    let mut mia = joined(&simulator).await;
    simulator.go_down().await.unwrap();
    simulator.forget_sessions(&Party::all());
    simulator.come_up().await.unwrap();
    let error = mia.hear("error").await;
    assert_eq!(words(&error).1, "the session is not known: a new chat has to be started");
    mia.hear("ended").await;
    simulator.shutdown().await;
}
