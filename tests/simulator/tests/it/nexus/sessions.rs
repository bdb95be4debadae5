//! Create, send, typing, user data, leave (nexus-v3.md, 4.1, 4.4, 4.5 and 4.8).

use reqwest::Method;
use serde_json::{Value, json as value};
use webchat_simulator::{Act, Api, EndCause, Operation, ParticipantKind};

use super::visitor::{FORM, Visitor, both, code, indexes, payload, start, told};
use crate::customer::{client, json, simulator};

#[tokio::test]
async fn a_chat_from_start_to_end() {
    let (simulator, visitor) = start().await;
    let chat = simulator.wait_for_chat().await;
    assert_eq!(chat, visitor.session);
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    simulator.type_start(&chat, sam).unwrap();
    simulator.type_stop(&chat, sam).unwrap();
    simulator.say(&chat, sam, "Hello Mia").unwrap();
    simulator.push_url(&chat, sam, "https://example.com/").unwrap();
    visitor.say("a & b + c = ø").await;
    let news = visitor.poll("").await;
    let types = [
        "ParticipantJoined -",
        "ParticipantJoined -",
        "TypingStarted -",
        "TypingStopped -",
        "Text Hello Mia",
        "PushUrl -",
        "Text a & b + c = ø",
    ];
    assert_eq!((told(&news), &news["chatEnded"]), (types.map(str::to_owned).to_vec(), &value!(false)));
    let messages = news["messages"].as_array().unwrap();
    assert_eq!(messages[5]["url"], "https://example.com/");
    assert_eq!(
        (&messages[4]["from"]["nickname"], &messages[4]["from"]["type"]),
        (&value!("Sam"), &value!("Agent"))
    );
    let own = value!({"nickname": "Mia", "type": "Customer", "participantId": visitor.participant});
    assert_eq!((&messages[0]["from"], &messages[6]["from"]), (&own, &own));
    for message in messages {
        assert!(message["utcTime"].is_u64() && message["from"]["participantId"].is_string(), "{message}");
    }
    let number = |index: &String| index.replacen('-', "", 1).parse::<u64>().unwrap();
    let numbers: Vec<u64> = indexes(&news).iter().map(number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(indexes(&news).iter().all(|index| index.rsplit_once('-').unwrap().1.len() == 1));

    let (status, left) = visitor.leave().await;
    let success = value!({"status": {"code": "SUCCESS"}, "data": {}, "operationId": "o"});
    assert_eq!((status, left), (200, success));
    assert_eq!(simulator.chat(&chat).unwrap().ended, Some(EndCause::Client));
    for answer in [visitor.get("").await, visitor.send("Text", "late").await, visitor.leave().await] {
        assert_eq!(code(&answer), (404, "INVALID_SESSION"));
        assert!(answer.1["status"]["message"].is_string());
    }
}

#[tokio::test]
async fn what_create_answers_and_keeps() {
    let simulator = simulator().await;
    let form = [
        ("data[endpoint]", "Support"),
        ("data[nickname]", "Mia L"),
        ("data[firstName]", "Mia"),
        ("data[stream]", "live"),
        ("data[subject]", "Order"),
        ("data[email]", "mia@example.com"),
        ("data[userData][PhoneNumber]", "5550100"),
        ("data[userData][empty]", ""),
        ("operationId", "8a-not-a-uuid"),
    ];
    let (status, reply) = both(client().post(simulator.nexus_url()).form(&form).send().await.unwrap()).await;
    assert_eq!((status, &reply["status"]["code"]), (200, &value!("SUCCESS")));
    assert_eq!(reply["operationId"], "8a-not-a-uuid");
    let id = reply["data"]["entity"]["id"].as_str().unwrap();
    assert_eq!(reply["data"]["entity"]["selfUri"], format!("/nexus/v3/chat/sessions/{id}"));
    let token = reply["data"]["clientToken"].as_str().unwrap();
    let claims = payload(token);
    assert_eq!((claims.as_object().unwrap().len(), &claims["sessionId"]), (3, &value!(id)));
    for name in ["sessionId", "transportId", "participantId"] {
        let uuid = claims[name].as_str().unwrap();
        assert!(uuid.len() == 36 && uuid.split('-').count() == 5, "{uuid}");
    }
    let chat = simulator.chat(id).unwrap();
    assert_eq!((chat.api, chat.nickname.as_str(), chat.ended), (Api::NexusRest, "Mia L", None));
    assert_eq!(
        (chat.subject.as_deref(), chat.email_address.as_deref()),
        (Some("Order"), Some("mia@example.com"))
    );
    assert_eq!(value!(chat.user_data), value!({"PhoneNumber": "5550100", "empty": ""}));
    let nexus = chat.own.nexus.unwrap();
    assert_eq!((nexus.fields["stream"].as_str(), nexus.fields.len()), ("live", 6));
    assert_eq!((nexus.token.as_str(), nexus.transports), (token, 1));
    assert_eq!(nexus.participant_id, claims["participantId"].as_str().unwrap());
    assert!(!format!("{nexus:?}").contains(token), "tokens stay out of debug output");
    let entry = simulator.log().pop().unwrap();
    assert_eq!((entry.operation, entry.chat_id.as_deref()), (Some(Operation::RequestChat), Some(id)));
    assert_eq!(entry.field("data[userData][PhoneNumber]"), Some("5550100"));
}

#[tokio::test]
async fn json_bodies_do_as_well() {
    let simulator = simulator().await;
    let body = value!({
        "data": {"endpoint": "Support", "nickname": "Mia", "userData": {"a": 1}},
        "operationId": "o-1",
    });
    let reply = json(client().post(simulator.nexus_url()).json(&body).send().await.unwrap()).await;
    assert_eq!(reply["operationId"], "o-1");
    let visitor = Visitor::of(simulator.nexus_url(), &reply);
    let body = value!({"data": {"type": "Text", "text": "hi"}});
    let sent = visitor.request(Method::POST, "messages").json(&body).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    let body = value!({"data": {"a": null, "b": true}});
    let put = visitor.request(Method::PUT, "userdata").json(&body).send().await.unwrap();
    assert_eq!(put.status(), 200);
    assert_eq!(value!(simulator.chat(&visitor.session).unwrap().user_data), value!({"a": "", "b": "true"}));
    assert_eq!(told(&visitor.poll("").await), ["ParticipantJoined -", "Text hi"]);
    assert_eq!(simulator.log()[1].field("data[text]"), Some("hi"));
}

#[tokio::test]
async fn create_says_what_is_missing() {
    let simulator = simulator().await;
    simulator.change_nexus(|settings| settings.endpoints = vec!["Support".to_owned()]);
    let ask = async |fields: &[(&str, &str)]| {
        both(client().post(simulator.nexus_url()).form(fields).send().await.unwrap()).await
    };
    for (fields, wanted) in [
        (&[("data[nickname]", "Mia")][..], "INVALID_ENDPOINT"),
        (&[("data[endpoint]", "Sales"), ("data[nickname]", "Mia")], "INVALID_ENDPOINT"),
        (&[("data[endpoint]", "Support")], "INVALID_NICKNAME"),
        (&[("data[endpoint]", "Support"), ("data[nickname]", "")], "INVALID_NICKNAME"),
    ] {
        let answer = ask(fields).await;
        assert_eq!(code(&answer), (400, wanted), "{fields:?}");
        assert!(answer.1.get("data").is_none());
    }
    simulator.accept_new_chats(false);
    let (status, refused) = ask(&FORM).await;
    assert_eq!((status, &refused["status"]["code"]), (503, &value!(1)));
    assert!(simulator.chats().is_empty());
    assert!(
        simulator.log().iter().all(|entry| !entry.effect && entry.operation == Some(Operation::RequestChat))
    );
}

#[tokio::test]
async fn typing_and_other_events() {
    let (simulator, visitor) = start().await;
    visitor.send("TypingStarted", "I wond").await;
    assert_eq!(simulator.chat(&visitor.session).unwrap().preview.as_deref(), Some("I wond"));
    visitor.send("TypingStopped", "").await;
    assert_eq!(simulator.chat(&visitor.session).unwrap().preview, None);
    visitor.send("TerminateChat", "now").await;
    visitor.send("Message", "an other name for Text").await;
    visitor.post("messages", &[("data[text]", "by default")]).await.unwrap();
    let types = [
        "ParticipantJoined -",
        "TypingStarted I wond",
        "TypingStopped -",
        "TerminateChat now",
        "Text an other name for Text",
        "Text by default",
    ];
    assert_eq!(told(&visitor.poll("").await), types);
    let operations: Vec<_> =
        simulator.log().iter().skip(1).map(|entry| entry.operation.unwrap().name()).collect();
    assert_eq!(operations, ["startTyping", "stopTyping", "send", "send", "send", "refresh"]);

    for text in ["", "  \n"] {
        assert_eq!(code(&visitor.send("Text", text).await), (400, "INVALID_REQUEST"));
    }
    simulator.change_settings(|settings| settings.max_message_length = 3);
    for kind in ["Text", "TypingStarted"] {
        let answer = visitor.send(kind, "four").await;
        assert_eq!(code(&answer), (400, "INVALID_REQUEST"));
        assert!(answer.1["status"]["message"].as_str().unwrap().contains("3 characters"));
    }
}

#[tokio::test]
async fn user_data_is_merged() {
    let (simulator, visitor) = start().await;
    for fields in [[("data[a]", "1"), ("data[b]", "2")], [("data[b]", "3"), ("data[c]", "4")]] {
        let put = visitor.request(Method::PUT, "userdata").form(&fields).send().await.unwrap();
        assert_eq!(json(put).await["status"]["code"], "SUCCESS");
    }
    let user_data = simulator.chat(&visitor.session).unwrap().user_data;
    assert_eq!(value!(user_data), value!({"a": "1", "b": "3", "c": "4"}));
    assert_eq!(simulator.log()[1].operation, Some(Operation::UpdateData));
}

#[tokio::test]
async fn every_kind_of_participant() {
    let (simulator, visitor) = start().await;
    let chat = visitor.session.as_str();
    for (name, kind) in [
        ("Sam", ParticipantKind::Agent),
        ("Eve", ParticipantKind::Supervisor),
        ("Bo", ParticipantKind::Bot),
        ("flow", ParticipantKind::External),
    ] {
        simulator.join(chat, name, kind).unwrap();
    }
    let rich =
        Act::Say { text: "x".to_owned(), message_type: None, event_attributes: Some(value!({"a": 1})) };
    simulator.act(chat, 4, rich).unwrap();
    let custom = Act::Custom { kind: "Structured".to_owned(), text: None, event_attributes: None };
    simulator.act(chat, 5, custom).unwrap();
    simulator.leave(chat, 2).unwrap();
    let news = visitor.poll("").await;
    let messages = news["messages"].as_array().unwrap();
    let types: Vec<&Value> = messages.iter().map(|message| &message["from"]["type"]).collect();
    assert_eq!(types, ["Customer", "Agent", "Supervisor", "Bot", "External", "Bot", "External", "Agent"]);
    assert_eq!(messages[5]["eventAttributes"], value!({"a": 1}), "no mark of a bot: the type says it");
    assert_eq!(
        (&messages[6]["type"], &messages[7]["type"]),
        (&value!("Structured"), &value!("ParticipantLeft"))
    );
    let ids: std::collections::BTreeSet<_> =
        messages.iter().map(|message| message["from"]["participantId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn only_the_participant_of_the_token_leaves() {
    let (simulator, mut visitor) = start().await;
    let own = std::mem::replace(&mut visitor.participant, "someone-else".to_owned());
    assert_eq!(code(&visitor.leave().await), (400, "INVALID_REQUEST"));
    assert_eq!(simulator.chat(&visitor.session).unwrap().ended, None);
    visitor.participant = own;
    let path = format!("participants/{}", visitor.participant);
    let bare = visitor.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(bare.status(), 200, "without a body");
}
