//! Whole chats.

use super::customer::{Customer, config, simulator, within};
use crate::ErrorKind;
use serde_json::json;
use webchat_simulator::{
    Simulator,
    api::web_messaging::{AgentEnd, Limits, Party},
};

async fn agent(simulator: &Simulator) -> (String, webchat_simulator::ParticipantId) {
    let chat = within(simulator.wait_for_chat()).await;
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    (chat, sam)
}

#[tokio::test]
async fn a_chat_from_its_start_to_its_end() {
    let simulator = simulator(|_| {}).await;
    let mut mia =
        Customer::started(&config(&simulator, |config| config["userData"] = json!({"tier": 1}))).await;
    assert_eq!(mia.names(), ["ready", "started", "clientConnected"]);
    let (chat, sam) = agent(&simulator).await;
    let known = simulator.chat(&chat).unwrap();
    assert_eq!(
        (known.user_data["tier"].as_str(), known.user_data["subject"].as_str()),
        ("1", "Bikes"),
        "they rode on the joining"
    );
    simulator.type_start(&chat, sam).unwrap();
    mia.hear("agentTypingStarted").await;
    simulator.say(&chat, sam, "Hello Mia").unwrap();
    mia.hear_text("Hello Mia").await;
    assert!(mia.names().contains(&"agentConnected"));
    let echo = mia.send("Grüße").await.unwrap();
    assert_eq!((&echo["text"], &echo["direction"]), (&json!("Grüße"), &json!("Inbound")));
    mia.hear_text("Grüße").await;
    let end = mia.within(mia.chat.end_chat()).await.unwrap();
    assert_eq!(end, json!({"conversationEnded": true}));
    mia.hear("ended").await;
    let names = mia.names();
    let at = |name: &str| {
        names.iter().position(|told| *told == name).unwrap_or_else(|| panic!("{name}: {names:?}"))
    };
    assert!(at("agentDisconnected") < at("clientDisconnected") && at("clientDisconnected") < at("ended"));
    assert!(simulator.chat(&chat).unwrap().ended.is_some());
    assert_eq!(mia.texts(), ["Hello Mia", "Grüße"], "each once");
    simulator.shutdown().await;
}

#[tokio::test]
async fn an_agent_ends_the_conversation_in_each_of_the_three_ways() {
    for end in [AgentEnd::ReadOnly, AgentEnd::Send, AgentEnd::Silent] {
        let simulator = simulator(|settings| settings.deployment.agent_end = end).await;
        let mut mia = Customer::started(&config(&simulator, |_| {})).await;
        let (chat, sam) = agent(&simulator).await;
        simulator.say(&chat, sam, "Bye").unwrap();
        mia.hear_text("Bye").await;
        simulator.end(&chat, sam).unwrap();
        match end {
            AgentEnd::ReadOnly => {
                mia.hear("ended").await;
                assert!(
                    mia.names().ends_with(&[
                        "agentDisconnected",
                        "agentTypingStopped",
                        "messageReceived",
                        "clientDisconnected",
                        "ended"
                    ]),
                    "{:?}",
                    mia.names()
                );
                assert_eq!(mia.send("late").await.unwrap_err().kind(), ErrorKind::NoSession);
            }
            AgentEnd::Send => {
                mia.hear("agentDisconnected").await;
                mia.send("again").await.unwrap();
            }
            AgentEnd::Silent => {
                mia.send("again").await.unwrap();
                assert!(!mia.names().contains(&"agentDisconnected"));
            }
        }
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn a_link_that_is_cut_heals_and_nothing_is_missed() {
    let simulator = simulator(|_| {}).await;
    let mut mia = Customer::started(&config(&simulator, |_| {})).await;
    let (chat, sam) = agent(&simulator).await;
    mia.send("one").await.unwrap();
    simulator.cut_connections(&Party::all(), 0, None);
    simulator.say(&chat, sam, "two").unwrap();
    mia.hear_text("two").await;
    mia.send("three").await.unwrap();
    mia.hear_text("three").await;
    assert_eq!(mia.texts(), ["one", "two", "three"]);
    assert!(!mia.names().contains(&"disconnected"), "it was back at once");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_message_that_is_refused_is_rejected_with_the_servers_words() {
    let simulator = simulator(|_| {}).await;
    let mia = Customer::started(&config(&simulator, |_| {})).await;
    let error = mia.send(&"x".repeat(4097)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.response().unwrap()["errorCode"], 4011);
    mia.send("short").await.unwrap();
    simulator.shutdown().await;
}

#[tokio::test]
async fn deployments_that_do_not_chat_are_told_as_such() {
    for (deny, part) in [(0, "not known in this region"), (1, "not active"), (2, "403")] {
        let simulator = simulator(|settings| match deny {
            0 => settings.deployment.ids = vec!["other".into()],
            1 => settings.deployment.active = false,
            _ => settings.deployment.origins = vec!["shop.test".into()],
        })
        .await;
        let mia = Customer::new(&config(&simulator, |_| {}));
        let error = mia.start().await.unwrap_err();
        assert!(error.message().contains(part), "{}", error.message());
        let upgrades = simulator.web_messaging().upgrades;
        assert_eq!(upgrades, u64::from(deny == 2), "it is not tried again");
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn a_chat_is_restored_with_all_its_messages() {
    let simulator = simulator(|settings| settings.limits = Limits::off()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    let config = config(&simulator, |config| config["sessionStore"] = json!({"type": "file", "path": path}));
    let mut mia = Customer::started(&config).await;
    let (chat, sam) = agent(&simulator).await;
    for number in 0..130 {
        simulator.say(&chat, sam, &format!("m{number}")).unwrap();
    }
    mia.send("mine").await.unwrap();
    while mia.texts().len() < 131 {
        mia.hear("messageReceived").await;
    }
    let wanted: Vec<_> = (0..130).map(|number| format!("m{number}")).chain(["mine".to_owned()]).collect();
    let transcript = mia.within(mia.chat.get_transcript()).await.unwrap();
    let kept = transcript.received.iter().filter_map(|received| received.original.text());
    assert_eq!(kept.map(|text| text.as_str().to_owned()).collect::<Vec<_>>(), wanted);
    mia.chat.close();
    mia.chat.closed().await;
    let mut again = Customer::new(&config);
    again.hear("restored").await;
    again.hear_text("mine").await;
    assert_eq!(again.texts(), wanted);
    assert!(again.messages().iter().all(|message| message["restoring"] == true));
    simulator.say(&chat, sam, "welcome back").unwrap();
    again.hear_text("welcome back").await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn older_messages_of_an_asynchronous_chat_come_page_by_page() {
    let simulator = simulator(|settings| settings.limits = Limits::off()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    let config = config(&simulator, |config| {
        config["sessionStore"] = json!({"type": "file", "path": path});
        config["transport"]["async"] = json!({"enabled": true});
        config["transport"]["maxMessagePageSize"] = 20.into();
    });
    let mut mia = Customer::started(&config).await;
    let (chat, sam) = agent(&simulator).await;
    for number in 0..50 {
        simulator.say(&chat, sam, &format!("m{number}")).unwrap();
    }
    mia.hear_text("m49").await;
    mia.chat.close();
    mia.chat.closed().await;
    let mut again = Customer::new(&config);
    again.hear("restored").await;
    again.hear_text("m49").await;
    let texts = |from: u32, to: u32| (from..to).map(|number| format!("m{number}")).collect::<Vec<_>>();
    assert_eq!(again.texts(), texts(30, 50));
    // While a page is read newer messages move it on.
    simulator.say(&chat, sam, "m50").unwrap();
    for length in [19, 11] {
        let before = again.texts().len();
        again.within(again.chat.fetch_history()).await.unwrap();
        while again.texts().len() < before + length {
            again.hear("messageReceived").await;
        }
        let old = again.texts();
        let mut page: Vec<_> = old.iter().skip(before).filter(|text| *text != "m50").cloned().collect();
        page.reverse();
        assert!(texts(0, 30).windows(page.len()).any(|some| some == page), "{page:?}");
    }
    let mut all = again.texts();
    all.sort_by_key(|text| text[1..].parse::<u32>().unwrap());
    assert_eq!(all, texts(0, 51), "each once");
    let error = again.within(again.chat.fetch_history()).await.unwrap_err();
    assert_eq!(error.message(), "No more messages to fetch");
    simulator.shutdown().await;
}
