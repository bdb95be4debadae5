//! Chat operations over both carriers.

use serde_json::{Value, json};
use webchat_simulator::{EndCause, Simulator};

use super::bayeux::{BOTH, Bayeux, lines, simulator};
use crate::customer::{Customer, each};

#[tokio::test]
async fn a_chat_from_beginning_to_end() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        assert_eq!((&started["chatEnded"], &started["nextPosition"]), (&json!(false), &json!(2)));
        assert_eq!(lines(&started), ["ParticipantJoined -"]);
        let chat = started["chatId"].as_str().unwrap().to_owned();
        for member in ["chatId", "alias", "userId", "secureKey"] {
            assert!(started[member].is_string(), "{member}: {started}");
        }
        let sam = simulator.join_agent(&chat, "Sam").unwrap();
        let joined = mia.told().await;
        assert_eq!(
            (lines(&joined), &joined["statusCode"]),
            (vec!["ParticipantJoined -".to_owned()], &json!(0))
        );
        assert_eq!((&joined["chatId"], &joined["alias"]), (&started["chatId"], &started["alias"]));

        let data = json!({
            "operation": "sendMessage", "message": "hello", "messageType": "text",
            "eventAttributes": {"general-properties": {"related-event-id": "7"}},
        });
        let sent = mia.ask(data).await;
        assert_eq!((each(&sent, "index"), &sent["nextPosition"]), (vec![json!(3)], &json!(4)));
        let message = &sent["messages"][0];
        assert_eq!((&message["text"], &message["messageType"]), (&json!("hello"), &json!("text")));
        assert_eq!(message["eventAttributes"]["general-properties"]["related-event-id"], "7");

        simulator.say(&chat, sam, "one").unwrap();
        let mut seen = lines(&mia.told().await);
        simulator.say(&chat, sam, "two").unwrap();
        simulator.end(&chat, sam).unwrap();
        let mut ended = Value::Null;
        while ended["chatEnded"] != true {
            ended = mia.told().await;
            seen.extend(lines(&ended));
        }
        assert_eq!(seen, ["Message one", "Message two", "ParticipantLeft -"], "{carrier}");
        assert_eq!(ended["statusCode"], 0);
    }
}

#[tokio::test]
async fn everything_a_customer_does() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let data = json!({
            "firstName": "Mia", "lastName": "Lund", "nickname": "", "text": "first", "emailAddress": "m@e.com",
            "userData": {"TimeZone": "60", "count": 2}, "chatId": "", "alias": "", "secureKey": "", "userId": "",
        });
        let mut mia = Bayeux::start(&simulator, carrier).await;
        let started = mia.request_chat(data).await;
        assert_eq!(lines(&started), ["ParticipantJoined -", "Message first"]);
        let chat = started["chatId"].as_str().unwrap();
        for (data, line) in [
            (
                json!({"operation": "startTyping", "message": "he", "transcriptPosition": 1}),
                "TypingStarted he",
            ),
            (json!({"operation": "stopTyping"}), "TypingStopped -"),
            (
                json!({"operation": "pushUrl", "pushUrl": "https://example.com"}),
                "PushUrl https://example.com",
            ),
            (json!({"operation": "updateNickname", "nickname": "Mimi"}), "NicknameUpdated -"),
            (
                json!({"operation": "customNotice", "message": "n", "eventAttributes": {"a": 1}}),
                "CustomNotice n",
            ),
        ] {
            assert_eq!(lines(&mia.ask(data).await), [line], "{carrier}");
        }
        for data in [
            json!({"operation": "updateData", "userData": {"order": "17"}}),
            json!({"operation": "readReceipt", "transcriptPosition": 3}),
        ] {
            let reply = mia.ask(data).await;
            assert_eq!((&reply["statusCode"], lines(&reply).len()), (&json!(0), 0));
        }
        let info = simulator.chat(chat).unwrap();
        assert_eq!((info.nickname.as_str(), info.read_position), ("Mimi", Some(3)));
        assert_eq!((info.user_data["TimeZone"].as_str(), info.user_data["count"].as_str()), ("60", "2"));
        assert_eq!(info.user_data["order"], "17");
        let all = started_ids(&started, json!({"operation": "disconnect"}));
        let left = mia.ask(all).await;
        assert_eq!((&left["chatEnded"], lines(&left)), (&json!(true), vec!["ParticipantLeft -".to_owned()]));
        let late = mia.ask(json!({"operation": "sendMessage", "message": "x"})).await;
        assert_eq!((&late["statusCode"], &late["chatEnded"]), (&json!(2), &json!(true)));
        assert_eq!(late["errors"][0]["code"], 8201);
    }
}

/// All four ids beside what is asked for, as one vendor client sends them.
fn started_ids(started: &Value, mut data: Value) -> Value {
    for name in ["chatId", "userId", "alias", "secureKey"] {
        data[name] = started[name].clone();
    }
    data
}

#[tokio::test]
async fn failures_come_as_data() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let mut mia = Bayeux::start(&simulator, carrier).await;
        let code = |reply: &Value| {
            (reply["statusCode"].clone(), reply["chatEnded"].clone(), reply["errors"][0]["code"].clone())
        };
        for (data, wanted) in [
            (json!({"operation": "requestChat"}), 161),
            (json!({"operation": "requestChat", "firstName": "Mia"}), 103),
            (json!({"operation": "requestChat", "nickname": "Mia", "emailAddress": "mia"}), 364),
            (json!({"operation": "dance"}), 400),
        ] {
            assert_eq!(code(&mia.ask(data).await), (json!(2), json!(false), json!(wanted)));
        }
        let lost = mia.ask(json!({"operation": "sendMessage", "message": "x", "secureKey": "none"})).await;
        assert_eq!(code(&lost), (json!(2), json!(true), json!(404)));
        simulator.accept_new_chats(false);
        let data = json!({"operation": "requestChat", "nickname": "Mia"});
        assert_eq!(code(&mia.ask(data).await), (json!(2), json!(false), json!(240)));
        simulator.accept_new_chats(true);
        let started = mia.request_chat(json!({})).await;
        let long = "x".repeat(5000);
        let data = json!({"operation": "sendMessage", "message": long});
        assert_eq!(code(&mia.ask(data).await), (json!(2), json!(false), json!(204)));
        let data = json!({"operation": "sendMessage", "message": ""});
        assert_eq!(code(&mia.ask(data).await), (json!(2), json!(false), json!(400)));
        simulator.go_offline();
        let data = json!({"operation": "requestNotifications", "transcriptPosition": 1});
        assert_eq!(mia.ask(data).await["statusCode"], 1);
        simulator.go_online();
        let wrong = json!({"operation": "sendMessage", "message": "x", "chatId": started["chatId"], "secureKey": "wrong"});
        assert_eq!(code(&mia.ask(wrong).await), (json!(2), json!(true), json!(8210)));
        let told = mia.told().await;
        assert_eq!(code(&told), (json!(2), json!(true), json!(8210)), "those who listen are told as well");
    }
}

#[tokio::test]
async fn positions_of_notifications_and_refresh() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, _) = Bayeux::chat(&simulator, carrier).await;
        for text in ["a", "b", "c"] {
            mia.ask(json!({"operation": "sendMessage", "message": text})).await;
        }
        let all = ["ParticipantJoined -", "Message a", "Message b", "Message c"];
        for (position, from) in
            [(json!(null), 0), (json!(0), 0), (json!(1), 0), (json!(3), 2), (json!("4"), 3), (json!(9), 4)]
        {
            let reply = mia.notifications(position).await;
            assert_eq!(
                (lines(&reply), &reply["nextPosition"]),
                (all[from..].iter().map(ToString::to_string).collect(), &json!(5))
            );
        }
        for (position, from) in [(-1, 3), (2, 1)] {
            let reply = mia.ask(json!({"operation": "refresh", "transcriptPosition": position})).await;
            assert_eq!(lines(&reply), all[from..]);
        }
    }
}

#[tokio::test]
async fn two_carriers_and_rest_in_one_server() {
    let simulator = Simulator::builder().service("support").seed(7).start().await.unwrap();
    let rest = Customer::start(&simulator.chat_url()).await;
    let (mut polling, first) = Bayeux::chat(&simulator, BOTH[0]).await;
    let (mut socket, second) = Bayeux::chat(&simulator, BOTH[1]).await;
    for started in [&first, &second] {
        simulator.join_agent(started["chatId"].as_str().unwrap(), "Sam").unwrap();
    }
    assert_eq!(lines(&polling.told().await), ["ParticipantJoined -"]);
    assert_eq!(lines(&socket.told().await), ["ParticipantJoined -"]);
    assert_eq!(each(&rest.refresh("1").await, "type"), ["ParticipantJoined"]);
    let apis: Vec<_> = simulator.chats().iter().map(|chat| chat.api.name()).collect();
    assert_eq!(apis, ["gms-rest", "gms-cometd", "gms-cometd"]);

    // One chat, by both ways at once.
    rest.key.clone_into(&mut socket.key);
    assert_eq!(lines(&socket.notifications(json!(1)).await), ["ParticipantJoined -"]);
    rest.call("send", &[("message", "by REST")]).await;
    assert_eq!(lines(&socket.told().await), ["Message by REST"]);
    socket.ask(json!({"operation": "sendMessage", "message": "by CometD"})).await;
    assert_eq!(each(&rest.refresh("3").await, "text"), ["by CometD"]);
    rest.call("disconnect", &[]).await;
    let ended = socket.told().await;
    assert_eq!((&ended["chatEnded"], lines(&ended)), (&json!(true), vec!["ParticipantLeft -".to_owned()]));
    assert_eq!(simulator.chat(&rest.chat_id).unwrap().ended, Some(EndCause::Client));
}

#[tokio::test]
async fn the_user_is_shown_in_the_header_or_in_auth() {
    let simulator = Simulator::builder().basic_auth("mia", "s:ecret").start().await.unwrap();
    let mut mia = Bayeux::start(&simulator, BOTH[0]).await;
    let ask = json!({"operation": "requestChat", "nickname": "Mia"});
    let refused = mia.ask(ask.clone()).await;
    assert_eq!((&refused["statusCode"], &refused["errors"][0]["code"]), (&json!(2), &json!(401)));
    for auth in [json!({"encoded": "bWlhOnM6ZWNyZXQ="}), json!({"username": "mia", "password": "s:ecret"})] {
        let mut ask = ask.clone();
        ask["auth"] = auth;
        assert_eq!(mia.ask(ask).await["statusCode"], 0);
    }
    let message = mia.message(&mia.channel.clone(), &json!({ "data": ask }));
    let request =
        mia.http.post(&mia.url).basic_auth("mia", Some("s:ecret")).header("cookie", mia.cookie.unwrap());
    let body = request.body(message.to_string()).send().await.unwrap().bytes().await.unwrap();
    let messages: Vec<Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(messages[0]["data"]["statusCode"], 0, "{messages:?}");
}
