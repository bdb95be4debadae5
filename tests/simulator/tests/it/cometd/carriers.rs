//! How messages travel: with which answer, over which socket.

use serde_json::{Value, json};
use webchat_simulator::Carrier;
use webchat_simulator::api::cometd::{CometdSettings, Echo};

use super::bayeux::{BOTH, Bayeux, lines, simulator, simulator_with};

fn settings(meta_connect_delivery_only: bool) -> CometdSettings {
    CometdSettings { meta_connect_delivery_only, ..CometdSettings::default() }
}

#[tokio::test]
async fn outcomes_ride_on_the_publish_or_on_the_connect() {
    for by_connect in [false, true] {
        let simulator = simulator_with(settings(by_connect)).await;
        let mut mia = Bayeux::start(&simulator, Carrier::LongPolling).await;
        mia.publish(json!({"operation": "requestChat", "nickname": "Mia"})).await;
        assert_eq!(mia.inbox.len(), usize::from(!by_connect));
        if by_connect {
            mia.connect().await;
        }
        assert_eq!(mia.told().await["statusCode"], 0);
        // What comes first in the body is what the server had to tell.
        let publication = mia.publication(json!({"operation": "requestChat", "nickname": "Mia"}));
        let (_, messages) = mia.post("", json!([publication]).to_string()).await.unwrap();
        assert_eq!(messages[0].get("data").is_some(), !by_connect);
    }
}

#[tokio::test]
async fn over_a_socket_messages_come_alone_or_with_the_connect() {
    for by_connect in [false, true] {
        let simulator = simulator_with(settings(by_connect)).await;
        let mut mia = Bayeux::start(&simulator, Carrier::WebSocket).await;
        mia.by_connect = by_connect;
        let started = mia.request_chat(json!({})).await;
        let connect = mia.connect_message();
        mia.send_frame(json!([connect]).to_string()).await;
        simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
        simulator.join_agent(started["chatId"].as_str().unwrap(), "Sam").unwrap();
        let frame = mia.frame().await.unwrap();
        assert_eq!(lines(&frame[0]["data"]), ["ParticipantJoined -"]);
        assert_eq!(frame.len(), 1 + usize::from(by_connect), "{frame:?}");
        assert_eq!(simulator.cometd().held_connects, usize::from(!by_connect));
    }
}

#[tokio::test]
async fn news_wake_a_held_connect() {
    let simulator = simulator().await;
    let (mut mia, started) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
    let chat = started["chatId"].as_str().unwrap();
    let agent = async {
        simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
        simulator.join_agent(chat, "Sam").unwrap()
    };
    let (told, sam) = tokio::join!(async { mia.told().await }, agent);
    assert_eq!(lines(&told), ["ParticipantJoined -"]);
    for text in ["a", "b", "c"] {
        simulator.say(chat, sam, text).unwrap();
    }
    let waiting = simulator.cometd().clients[0].waiting;
    assert_eq!(waiting, 3, "nobody listens, so they wait");
    let mut seen = Vec::new();
    while seen.len() < 3 {
        seen.extend(lines(&mia.told().await));
    }
    assert_eq!(seen, ["Message a", "Message b", "Message c"]);
}

#[tokio::test]
async fn own_events_come_back_in_three_ways() {
    for carrier in BOTH {
        for echo in [Echo::Reply, Echo::Push, Echo::Never] {
            let simulator = simulator_with(CometdSettings { echo, ..CometdSettings::default() }).await;
            let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
            let mut outcome = mia.ask(json!({"operation": "sendMessage", "message": "x"})).await;
            assert_eq!(lines(&outcome).len(), usize::from(echo == Echo::Reply), "{carrier} {echo:?}");
            if echo == Echo::Push {
                outcome = mia.told().await;
            }
            if echo != Echo::Never {
                assert_eq!(lines(&outcome), ["Message x"]);
            }
            simulator.join_agent(started["chatId"].as_str().unwrap(), "Sam").unwrap();
            assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"], "{carrier} {echo:?}");
            let all = mia.notifications(json!(1)).await;
            assert_eq!(lines(&all), ["ParticipantJoined -", "Message x", "ParticipantJoined -"]);
        }
    }
}

#[tokio::test]
async fn a_client_moves_to_another_socket() {
    let simulator = simulator().await;
    let (mut mia, started) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
    mia.socket = None;
    simulator.wait_for(|simulator| (simulator.cometd().open_sockets == 0).then_some(())).await;
    let chat = started["chatId"].as_str().unwrap();
    simulator.join_agent(chat, "Sam").unwrap();
    assert_eq!(simulator.cometd().clients[0].waiting, 1);
    mia.reopen().await;
    mia.connect().await;
    assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
    let info = simulator.cometd();
    assert_eq!((info.handshakes, info.upgrades, info.open_sockets, info.most_open_sockets), (1, 2, 1, 1));
}

#[tokio::test]
async fn a_client_changes_its_carrier() {
    let simulator = simulator().await;
    let (mut mia, started) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
    let chat = started["chatId"].as_str().unwrap();
    for carrier in [Carrier::WebSocket, Carrier::LongPolling] {
        mia.carrier = carrier;
        if carrier == Carrier::WebSocket {
            mia.reopen().await;
        }
        mia.ask(json!({"operation": "startTyping"})).await;
        simulator.join_agent(chat, "Sam").unwrap();
        assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
        assert_eq!(simulator.cometd().clients[0].carrier, carrier);
    }
}

#[tokio::test]
async fn frames_of_several_messages() {
    let simulator = simulator().await;
    let (mut mia, _) = Bayeux::chat(&simulator, Carrier::WebSocket).await;
    let say =
        |mia: &mut Bayeux, text: &str| mia.publication(json!({"operation": "sendMessage", "message": text}));
    let batch = json!([say(&mut mia, "a"), say(&mut mia, "b")]);
    mia.send_frame(batch.to_string()).await;
    let acks = mia.frame().await.unwrap();
    assert_eq!([&acks[0]["id"], &acks[1]["id"]], [&batch[0]["id"], &batch[1]["id"]]);
    let told: Vec<Value> = mia.frame().await.unwrap();
    let seen: Vec<String> = told.iter().flat_map(|message| lines(&message["data"])).collect();
    assert_eq!(seen, ["Message a", "Message b"]);
    let single = say(&mut mia, "c");
    mia.send_frame(single.to_string()).await;
    assert_eq!(mia.frame().await.unwrap()[0]["id"], single["id"]);
    mia.frame().await.unwrap();
    mia.send_frame("[{".to_owned()).await;
    assert_eq!(mia.frame().await, None, "the server closes what it does not understand");
}
