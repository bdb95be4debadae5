//! Chats that outlive Bayeux sessions: resuming, going to the background, long-lived chats.

use std::time::Duration;

use serde_json::json;
use tokio::time::{advance, pause, resume};
use webchat_simulator::{EndCause, IdleSettings, Simulator};

use super::bayeux::{BOTH, Bayeux, lines, simulator};

const SECOND: Duration = Duration::from_secs(1);

/// Lets time pass at once. Requests are made while the clock runs, so that none can time out.
async fn pass(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

/// A simulator that drops silent customers, and has no idle control.
async fn watchful() -> Simulator {
    let builder = Simulator::builder().client_timeout(45 * SECOND).idle(IdleSettings::off());
    builder.start().await.unwrap()
}

/// A Bayeux session ends, and with it all that the server knows of the client.
async fn leave(mia: &mut Bayeux, ext: serde_json::Value) {
    let message = mia.message("/meta/disconnect", &json!({ "ext": ext }));
    assert_eq!(mia.exchange(message).await["successful"], true);
}

#[tokio::test]
async fn a_chat_is_resumed_where_it_was_left() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        let chat = started["chatId"].as_str().unwrap();
        leave(&mut mia, json!({})).await;
        let sam = simulator.join_agent(chat, "Sam").unwrap();
        simulator.say(chat, sam, "missed").unwrap();
        let mut again = Bayeux::start(&simulator, carrier).await;
        again.key = mia.key;
        let missed = again.notifications(json!(2)).await;
        assert_eq!(lines(&missed), ["ParticipantJoined -", "Message missed"]);
        assert_eq!((&missed["chatEnded"], &missed["statusCode"]), (&json!(false), &json!(0)));
        simulator.say(chat, sam, "heard").unwrap();
        assert_eq!(lines(&again.told().await), ["Message heard"]);
        let clients = simulator.chat(chat).unwrap().own.cometd.unwrap().clients;
        assert_eq!(clients, [again.id.as_str()]);

        simulator.end(chat, sam).unwrap();
        assert_eq!(again.told().await["chatEnded"], true);
        for _ in 0..2 {
            let ended = again.notifications(json!(5)).await;
            assert_eq!(lines(&ended), ["ParticipantLeft -"], "the end is told as often as it is asked for");
            assert_eq!((&ended["chatEnded"], &ended["statusCode"]), (&json!(true), &json!(0)));
        }
    }
}

#[tokio::test]
async fn nobody_is_silent_while_a_client_is_there() {
    let simulator = watchful().await;
    let (mut mia, started) = Bayeux::chat(&simulator, BOTH[1]).await;
    let chat = started["chatId"].as_str().unwrap();
    let message = mia.connect_message();
    mia.send_frame(json!([message]).to_string()).await;
    simulator.wait_for(|simulator| (simulator.cometd().held_connects == 1).then_some(())).await;
    simulator.change_cometd(|settings| settings.max_interval = 1000 * SECOND);
    pass(30 * SECOND).await;
    assert_eq!(mia.frame().await.unwrap()[0]["id"], message["id"]);
    pass(500 * SECOND).await;
    assert_eq!(simulator.chat(chat).unwrap().ended, None);
    leave(&mut mia, json!({})).await;
    pass(44 * SECOND).await;
    assert_eq!(simulator.chat(chat).unwrap().ended, None);
    pass(SECOND).await;
    assert_eq!(simulator.chat(chat).unwrap().ended, Some(EndCause::Silence));
    let mut again = Bayeux::start(&simulator, BOTH[1]).await;
    again.key = mia.key;
    let late = again.notifications(json!(1)).await;
    assert_eq!((&late["statusCode"], &late["errors"][0]["code"]), (&json!(2), &json!(8209)));
}

#[tokio::test]
async fn clients_that_do_not_connect_are_forgotten() {
    for carrier in BOTH {
        let simulator = watchful().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        let chat = started["chatId"].as_str().unwrap();
        pass(9 * SECOND).await;
        mia.ask(json!({"operation": "startTyping"})).await;
        pass(9 * SECOND).await;
        assert_eq!(simulator.cometd().clients.len(), 1, "any message puts it off");
        pass(SECOND).await;
        let info = simulator.cometd();
        assert_eq!((info.clients.len(), info.expired), (0, 1));
        pass(44 * SECOND).await;
        assert_eq!(simulator.chat(chat).unwrap().ended, None, "its silence begins there");
        pass(SECOND).await;
        assert_eq!(simulator.chat(chat).unwrap().ended, Some(EndCause::Silence));
        assert_eq!(mia.connect().await["error"], "402::Unknown client");
    }
}

#[tokio::test]
async fn in_the_background_a_chat_stays() {
    for position in [json!("7"), json!(7)] {
        let simulator = watchful().await;
        let (mut mia, started) = Bayeux::chat(&simulator, BOTH[0]).await;
        let chat = started["chatId"].as_str().unwrap();
        leave(&mut mia, json!({"transcriptPosition": position})).await;
        pass(200 * SECOND).await;
        let info = simulator.chat(chat).unwrap();
        assert_eq!((info.ended, info.own.cometd.unwrap().background_position), (None, Some(7)));
        let mut again = Bayeux::start(&simulator, BOTH[0]).await;
        again.key = mia.key;
        assert_eq!(again.notifications(json!(1)).await["statusCode"], 0);
        assert_eq!(simulator.chat(chat).unwrap().own.cometd.unwrap().background_position, None);
        leave(&mut again, json!({})).await;
        pass(45 * SECOND).await;
        assert_eq!(simulator.chat(chat).unwrap().ended, Some(EndCause::Silence));
    }
}

#[tokio::test]
async fn a_long_lived_chat_knows_no_silence() {
    let simulator = Simulator::builder().client_timeout(45 * SECOND).start().await.unwrap();
    let mut mia = Bayeux::start(&simulator, BOTH[0]).await;
    let started = mia.request_chat(json!({"userData": {"GCTI_Chat_AsyncMode": "true"}})).await;
    let chat = started["chatId"].as_str().unwrap();
    for text in ["a", "b", "c"] {
        mia.ask(json!({"operation": "sendMessage", "message": text})).await;
    }
    leave(&mut mia, json!({})).await;
    pass(100_000 * SECOND).await;
    let info = simulator.chat(chat).unwrap();
    assert_eq!((info.ended, info.next_position), (None, 5), "no idle control either");
    assert!(info.own.cometd.unwrap().asynchronous);
    // As a vendor client restores it: the newest index first, then one page back.
    let mut again = Bayeux::start(&simulator, BOTH[0]).await;
    again.key = mia.key;
    let newest = again.ask(json!({"operation": "refresh", "transcriptPosition": -1})).await;
    assert_eq!((lines(&newest), &newest["messages"][0]["index"]), (vec!["Message c".to_owned()], &json!(4)));
    assert_eq!(lines(&again.notifications(json!(3)).await), ["Message b", "Message c"]);
    let page = again.ask(json!({"operation": "refresh", "transcriptPosition": 1})).await;
    assert_eq!(lines(&page).len(), 4);
    let left = again.ask(json!({"operation": "disconnect"})).await;
    assert_eq!(left["chatEnded"], true);
}

#[tokio::test]
async fn two_clients_in_one_chat() {
    let simulator = simulator().await;
    let (mut mia, started) = Bayeux::chat(&simulator, BOTH[0]).await;
    let mut tab = Bayeux::start(&simulator, BOTH[1]).await;
    tab.key.clone_from(&mia.key);
    assert_eq!(lines(&tab.notifications(json!(1)).await), ["ParticipantJoined -"]);
    mia.ask(json!({"operation": "sendMessage", "message": "from one"})).await;
    assert_eq!(lines(&tab.told().await), ["Message from one"]);
    tab.ask(json!({"operation": "sendMessage", "message": "from the other"})).await;
    assert_eq!(lines(&mia.told().await), ["Message from the other"]);
    simulator.join_agent(started["chatId"].as_str().unwrap(), "Sam").unwrap();
    for client in [&mut mia, &mut tab] {
        assert_eq!(lines(&client.told().await), ["ParticipantJoined -"]);
    }
}
