//! The operations of gms-v2.md, 2 but for files, over HTTP.

use crate::customer::{Customer, client, each, json, simulator};
use serde_json::{Value, json as value};
use webchat_simulator::{Act, EndCause, ParticipantKind, Simulator};

#[tokio::test]
async fn a_chat_from_start_to_end() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    assert_eq!(each(&customer.started, "type"), ["ParticipantJoined"]);
    assert_eq!(customer.started["messages"][0]["from"]["nickname"], "Mia Lund");
    assert_eq!(
        (&customer.started["nextPosition"], &customer.started["chatEnded"]),
        (&value!(2), &value!(false))
    );

    let chat = simulator.wait_for_chat().await;
    assert_eq!(chat, customer.chat_id);
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    simulator.type_start(&chat, sam).unwrap();
    simulator.type_stop(&chat, sam).unwrap();
    simulator.say(&chat, sam, "Hello Mia").unwrap();
    let sent = customer.call("send", &[("message", "a & b + c = ø"), ("messageType", "text")]).await;
    assert_eq!((&sent["statusCode"], &sent["messages"]), (&value!(0), &value!([])));

    let news = customer.refresh("2").await;
    let types = ["ParticipantJoined", "TypingStarted", "TypingStopped", "Message", "Message"];
    assert_eq!(each(&news, "type"), types);
    assert_eq!(each(&news, "index"), [2, 3, 4, 5, 6]);
    assert_eq!(news["messages"][3]["from"], value!({"nickname": "Sam", "participantId": 2, "type": "Agent"}));
    assert_eq!(news["messages"][4]["text"], "a & b + c = ø");
    assert_eq!(news["messages"][4]["messageType"], "text");
    assert_eq!(news["nextPosition"], 7);

    let ended = customer.call("disconnect", &[]).await;
    assert_eq!((&ended["statusCode"], &ended["chatEnded"]), (&value!(0), &value!(true)));
    let after = customer.refresh("7").await;
    assert_eq!((&after["statusCode"], &after["chatEnded"]), (&value!(2), &value!(true)));
    assert_eq!(after["errors"][0]["code"], 8201);
    assert_eq!(simulator.chat(&chat).unwrap().ended, Some(EndCause::Client));
    simulator.shutdown().await;
}

/// What every reply has (gms-v2.md, 10), and of which JSON type.
fn assert_shape(reply: &Value) {
    for number in ["statusCode", "nextPosition"] {
        assert!(reply[number].is_u64(), "{number} in {reply}");
    }
    assert!(reply["chatId"].is_string() && reply["chatEnded"].is_boolean(), "{reply}");
    for message in reply["messages"].as_array().expect("messages") {
        assert!(message["utcTime"].is_u64() && message["from"]["participantId"].is_u64(), "{message}");
        let strings = message["userData"].as_object().into_iter().flatten();
        assert!(strings.into_iter().all(|(_, value)| value.is_string()), "{message}");
    }
}

#[tokio::test]
async fn every_operation_in_every_form() {
    let simulator = Simulator::builder().alias_every(3).start().await.unwrap();
    for url in [simulator.chat_url(), simulator.ges_url()] {
        let customer = Customer::start(&url).await;
        assert_shape(&customer.started);
        for key in ["alias", "userId", "secureKey"] {
            assert!(customer.started[key].is_string());
        }
        let own: [(&str, &[(&str, &str)]); 10] = [
            ("send", &[("message", "hello")]),
            ("refresh", &[("message", "hel")]),
            ("startTyping", &[("message", "he")]),
            ("stopTyping", &[]),
            ("pushUrl", &[("pushUrl", "https://example.com/")]),
            ("updateNickname", &[("nickname", "Mia L")]),
            ("customNotice", &[("message", "note"), ("eventAttributes", "{\"purpose\":\"x\"}")]),
            ("updateData", &[("userData[a]", "1"), ("userData[empty]", "")]),
            ("readReceipt", &[("transcriptPosition", "2")]),
            ("file/limits", &[]),
        ];
        for (operation, fields) in own {
            let ids = [("userId", customer.user_id.as_str()), ("alias", customer.alias.as_str())];
            let empty = [("userId", ""), ("alias", "")];
            for (slash, ids) in [("", ids), ("/", empty)] {
                let fields: Vec<_> = fields.iter().chain(&ids).copied().collect();
                let reply = customer.call(&format!("{operation}{slash}"), &fields).await;
                assert_eq!(reply["statusCode"], 0, "{operation}: {reply}");
                assert_eq!(reply["chatId"], customer.chat_id.as_str());
                assert_shape(&reply);
            }
            let mut form = reqwest::multipart::Form::new().text("secureKey", customer.key.clone());
            for (name, text) in fields {
                form = form.text(name.to_string(), text.to_string());
            }
            let url = format!("{}/{}/{operation}", customer.url, customer.chat_id);
            let response = customer.http.post(url).multipart(form).send().await.unwrap();
            assert_eq!(response.headers()["content-type"], "application/json;charset=utf-8");
            assert_eq!(json(response).await["statusCode"], 0, "{operation} as multipart");
        }
        let all = customer.refresh("1").await;
        let three = |name| [name; 3];
        let types = [
            ["ParticipantJoined"; 1].as_slice(),
            &three("Message"),
            &three("TypingStarted"),
            &three("TypingStopped"),
            &three("PushUrl"),
            &three("NicknameUpdated"),
            &three("CustomNotice"),
        ]
        .concat();
        assert_eq!(each(&all, "type"), types);
        assert_eq!(all["messages"][4]["text"], "he");
        assert_eq!(all["messages"][10]["text"], "https://example.com/");
        assert_eq!(all["messages"][13]["from"]["nickname"], "Mia L");
        assert_eq!(all["messages"][16]["eventAttributes"], value!({"purpose": "x"}));
        let chat = simulator.chat(&customer.chat_id).unwrap();
        assert_eq!(chat.user_data.into_iter().collect::<Vec<_>>(), [("a".to_owned(), "1".to_owned())]);
        assert_eq!((chat.read_position, chat.nickname.as_str()), (Some(2), "Mia L"));
        let aliases: std::collections::BTreeSet<_> =
            [customer.started["alias"].as_str().unwrap(), all["alias"].as_str().unwrap()].into();
        assert_eq!(aliases.len(), 2, "the alias changes in mid-session");
    }
}

#[tokio::test]
async fn names_addresses_and_empty_parameters() {
    let simulator = simulator().await;
    let (http, url) = (client(), simulator.chat_url());
    let ask = async |fields: &[(&str, &str)]| {
        let response = http.post(format!("{url}/")).form(fields).send().await.unwrap();
        (response.status().as_u16(), json(response).await)
    };
    for (fields, code) in [
        (&[][..], 161),
        (&[("nickname", ""), ("firstName", ""), ("lastName", "")], 161),
        (&[("firstName", "Mia")], 103),
        (&[("lastName", "Lund")], 102),
        (&[("nickname", "Mia"), ("emailAddress", "nonsense")], 364),
    ] {
        let (status, reply) = ask(fields).await;
        assert_eq!((status, &reply["errors"][0]["code"]), (400, &value!(code)), "{fields:?}");
    }
    simulator.accept_new_chats(false);
    let (status, reply) = ask(&[("nickname", "Mia")]).await;
    assert_eq!((status, &reply["errors"][0]["code"]), (400, &value!(240)));
    simulator.accept_new_chats(true);
    assert!(simulator.chats().is_empty());
    assert!(simulator.log().iter().all(|entry| !entry.effect && entry.status == Some(400)));

    let widgets = [("alias", ""), ("secureKey", ""), ("userId", ""), ("nickname", ""), ("text", "")];
    let names = [("firstName", "Mia"), ("lastName", "Lund"), ("userData[TimeZone]", "60")];
    let (_, reply) = ask(&[widgets.as_slice(), &names].concat()).await;
    assert_eq!(each(&reply, "type"), ["ParticipantJoined"]);
    let (_, reply) = ask(&[("nickname", "M"), ("text", "first"), ("emailAddress", "m@example.com")]).await;
    assert_eq!(each(&reply, "text"), [value!(null), value!("first")]);
    assert_eq!(reply["nextPosition"], 3);
}

#[tokio::test]
async fn transcript_positions() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    for text in ["a", "b", "c"] {
        customer.call("send", &[("message", text)]).await;
    }
    for (position, indexes) in [
        ("0", &[][..]),
        ("1", &[1, 2, 3, 4]),
        ("3", &[3, 4]),
        ("5", &[]),
        ("900000000000000", &[]),
        ("-1", &[4]),
        ("", &[1, 2, 3, 4]),
    ] {
        let reply = customer.refresh(position).await;
        assert_eq!(each(&reply, "index"), indexes, "position {position:?}");
        assert_eq!(reply["nextPosition"], 5);
    }
    assert_eq!(each(&customer.call("refresh", &[]).await, "index"), [1, 2, 3, 4]);
    let sent = customer.call("send", &[("message", "d"), ("transcriptPosition", "4")]).await;
    assert_eq!(each(&sent, "text"), ["c", "d"]);
    for position in ["x", "-2", "1.5"] {
        let response = customer.post("refresh", &[("transcriptPosition", position)]).await.unwrap();
        assert_eq!(response.status(), 400);
        let reply = json(response).await;
        assert!(reply["errors"][0]["text"].as_str().unwrap().contains(position), "{reply}");
    }
}

#[tokio::test]
async fn keys_and_sessions() {
    let simulator = simulator().await;
    let mut customer = Customer::start(&simulator.chat_url()).await;
    let refused = |reply: &Value, code: u32| {
        assert_eq!((&reply["statusCode"], &reply["chatEnded"]), (&value!(2), &value!(true)), "{reply}");
        assert_eq!(reply["errors"][0]["code"], code);
    };
    refused(&customer.call("refresh", &[("userId", "nobody")]).await, 8201);
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
    let url = format!("{}/{}/send", customer.url, customer.chat_id);
    let no_key = customer.http.post(&url).form(&[("message", "hi")]).send().await.unwrap();
    assert_eq!(no_key.status(), 400);
    assert!(json(no_key).await["errors"][0]["text"].as_str().unwrap().contains("secureKey"));

    let elsewhere = Customer { url: simulator.ges_url(), http: client(), ..customer };
    refused(&elsewhere.refresh("1").await, 404);
    customer = Customer { url: simulator.chat_url(), ..elsewhere };
    let unknown =
        Customer { chat_id: "nowhere".to_owned(), http: client(), ..Customer::start(&customer.url).await };
    refused(&unknown.refresh("1").await, 404);

    let raw = customer.key.replace('+', " ");
    let thief = Customer {
        key: raw,
        http: client(),
        url: customer.url.clone(),
        chat_id: customer.chat_id.clone(),
        user_id: String::new(),
        alias: String::new(),
        started: Value::Null,
    };
    refused(&thief.refresh("1").await, 8210);
    refused(&customer.refresh("1").await, 8201);
    assert_eq!(simulator.chat(&customer.chat_id).unwrap().ended, Some(EndCause::BadKey));
}

#[tokio::test]
async fn messages_that_are_too_long_or_missing() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let long = "ø".repeat(4097);
    for operation in ["send", "refresh", "startTyping"] {
        let response = customer.post(operation, &[("message", &long)]).await.unwrap();
        assert_eq!(response.status(), 400);
        let reply = json(response).await;
        assert_eq!(
            reply["errors"][0],
            value!({"code": 204, "advice": "4096", "text": "the message is too long"})
        );
        assert_eq!(reply["chatEnded"], false);
    }
    for (operation, fields, part) in [
        ("send", &[("message", "")], "message"),
        ("pushUrl", &[("pushUrl", "")], "pushUrl"),
        ("updateNickname", &[("nickname", "")], "nickname"),
        ("readReceipt", &[("transcriptPosition", "")], "transcriptPosition"),
        ("customNotice", &[("eventAttributes", "[1]")], "eventAttributes"),
        ("file", &[("file", "not a file")], "file"),
    ] {
        let response = customer.post(operation, fields).await.unwrap();
        assert_eq!(response.status(), 400, "{operation}");
        let reply = json(response).await;
        assert!(reply["errors"][0]["text"].as_str().unwrap().contains(part), "{reply}");
    }
    assert_eq!(customer.call("send", &[("message", &"ø".repeat(4096))]).await["statusCode"], 0);
    assert_eq!(simulator.transcript(&customer.chat_id).unwrap().len(), 2);
}

#[tokio::test]
async fn bots_supervisors_and_previews() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    let bot = simulator.join(chat, "Bo", ParticipantKind::Bot).unwrap();
    let attributes = Some(value!({"structured-content": {"genesys-chat": {"content": {"text": "rich"}}}}));
    let rich = Act::Say { text: "plain".to_owned(), message_type: None, event_attributes: attributes };
    simulator.act(chat, bot, rich).unwrap();
    simulator.type_start(chat, bot).unwrap();
    simulator.leave(chat, bot).unwrap();
    let boss = simulator.join(chat, "Eve", ParticipantKind::Supervisor).unwrap();
    simulator.push_url(chat, boss, "https://example.com/x").unwrap();
    let strategy = simulator.join(chat, "strategy", ParticipantKind::External).unwrap();
    simulator.notice(chat, strategy, "some-notice").unwrap();
    simulator.custom_notice(chat, strategy, "{}", Some(value!({"purpose": "survey"}))).unwrap();

    let news = customer.refresh("2").await;
    let events = news["messages"].as_array().unwrap();
    for event in &events[..4] {
        assert_eq!(event["from"]["type"], "External");
        assert_eq!(event["eventAttributes"]["GCTI_SYSTEM"]["party-info"]["style"], "BOT", "{event}");
    }
    let content = &events[1]["eventAttributes"]["structured-content"]["genesys-chat"]["content"];
    assert_eq!(content["text"], "rich");
    assert_eq!(
        (&events[4]["from"]["type"], &events[6]["from"]["type"]),
        (&value!("Supervisor"), &value!("External"))
    );
    assert!(events[4].get("eventAttributes").is_none());
    assert_eq!(each(&news, "type")[5..], ["PushUrl", "ParticipantJoined", "Notice", "CustomNotice"]);
    assert_eq!(events[8]["eventAttributes"], value!({"purpose": "survey"}));

    customer.call("refresh", &[("message", "I was wonde"), ("transcriptPosition", "1")]).await;
    assert_eq!(simulator.chat(chat).unwrap().preview.as_deref(), Some("I was wonde"));
    let shown = format!("{:?}", simulator.chat(chat).unwrap());
    assert!(!shown.contains(&customer.key), "keys stay out of debug output");
}

#[tokio::test]
async fn an_end_by_the_agent_is_told_once_with_the_rest_of_the_transcript() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    let sam = simulator.join_agent(chat, "Sam").unwrap();
    simulator.say(chat, sam, "Goodbye").unwrap();
    simulator.end(chat, sam).unwrap();
    let late = customer.call("send", &[("message", "wait")]).await;
    assert_eq!((&late["statusCode"], &late["chatEnded"]), (&value!(2), &value!(true)));
    let last = customer.refresh("2").await;
    assert_eq!((&last["statusCode"], &last["chatEnded"]), (&value!(0), &value!(true)));
    assert_eq!(each(&last, "type"), ["ParticipantJoined", "Message", "ParticipantLeft"]);
    assert_eq!(customer.refresh("5").await["statusCode"], 2);
    let message = simulator.say(chat, sam, "too late").unwrap_err().to_string();
    assert!(message.contains("has ended"), "{message}");
}

#[tokio::test]
async fn what_agents_cannot_do_is_said() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    let sam = simulator.join_agent(chat, "Sam").unwrap();
    simulator.leave(chat, sam).unwrap();
    let error = |outcome: Result<u64, webchat_simulator::Error>| outcome.unwrap_err().to_string();
    assert!(error(simulator.say(chat, sam, "x")).contains("has left"));
    assert!(error(simulator.say(chat, 1, "x")).contains("is the customer"));
    assert!(error(simulator.say(chat, 9, "x")).contains("no participant 9"));
    assert!(error(simulator.say("nowhere", sam, "x")).contains("no chat \"nowhere\""));
    let second = simulator.join(chat, "Eve", ParticipantKind::Client).unwrap_err().to_string();
    assert!(second.contains("already has its customer"), "{second}");
}
