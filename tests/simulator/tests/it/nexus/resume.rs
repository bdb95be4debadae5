//! Resuming by token (nexus-v3.md, 4.2 and 9).

use serde_json::json as value;
use webchat_simulator::api::nexus::NexusSettings;
use webchat_simulator::{EndCause, KeepMemory, Operation};

use super::visitor::{Visitor, code, payload, start, start_with, told};

const SILENT: [(&str, &str); 2] = [("data[endpoint]", "Support"), ("data[userData][again]", "yes")];

#[tokio::test]
async fn the_same_session_with_a_new_transport() {
    let (simulator, visitor) = start().await;
    visitor.say("before").await;
    visitor.poll("").await;
    let (status, reply) = visitor.resume(&SILENT).await;
    assert_eq!((status, &reply["status"]["code"]), (200, &value!("SUCCESS")));
    let again = Visitor::of(visitor.url.clone(), &reply);
    assert_eq!((&again.session, &again.participant), (&visitor.session, &visitor.participant));
    assert_ne!(payload(&again.token)["transportId"], payload(&visitor.token)["transportId"]);
    let entry = simulator.log().pop().unwrap();
    assert_eq!((entry.operation, entry.effect), (Some(Operation::Resume), true));
    assert_eq!(entry.chat_id.as_ref(), Some(&visitor.session));

    assert_eq!(told(&again.poll("?count=1").await), ["Text before"]);
    again.say("after").await;
    for transport in [&again, &visitor] {
        assert_eq!(told(&transport.poll("").await), ["Text after"], "each transport has its own cursor");
    }
    let chat = simulator.chat(&visitor.session).unwrap();
    assert_eq!(value!(chat.user_data), value!({"again": "yes"}));
    assert_eq!(chat.own.nexus.unwrap().transports, 2);
    assert_eq!(simulator.chats().len(), 1);
}

#[tokio::test]
async fn sessions_that_are_gone() {
    let (simulator, visitor) = start().await;
    let chat = visitor.session.as_str();
    let sam = simulator.join_agent(chat, "Sam").unwrap();
    simulator.end(chat, sam).unwrap();
    assert_eq!(code(&visitor.resume(&SILENT).await), (404, "INVALID_SESSION"), "ended");
    assert_eq!(simulator.log().pop().unwrap().operation, Some(Operation::Resume));

    let other = Visitor::start(&simulator).await;
    simulator.expire_client(&other.session).unwrap();
    assert_eq!(code(&other.get("").await), (404, "INVALID_SESSION"), "over without a word");

    let lost = Visitor::start(&simulator).await;
    simulator.restart(KeepMemory::Yes).await.unwrap();
    assert_eq!(told(&lost.poll("").await), ["ParticipantJoined -"]);
    simulator.restart(KeepMemory::No).await.unwrap();
    for answer in [lost.resume(&SILENT).await, lost.get("").await] {
        assert_eq!(code(&answer), (404, "INVALID_SESSION"), "forgotten");
    }
}

#[tokio::test]
async fn tokens_that_are_no_good() {
    let (simulator, mut visitor) = start().await;
    let other = Visitor::start(&simulator).await;
    let good = visitor.token.clone();
    let (head, _) = good.rsplit_once('.').unwrap();
    let (_, signature) = other.token.rsplit_once('.').unwrap();
    for token in ["nonsense".to_owned(), format!("{head}.{signature}"), format!("Bearer {good}")] {
        visitor.token = token;
        for answer in [visitor.resume(&SILENT).await, visitor.get("").await, visitor.send("Text", "x").await]
        {
            assert_eq!(code(&answer), (401, "AUTHENTICATION_REQUIRED"), "{}", visitor.token);
        }
    }
    visitor.token = other.token.clone();
    assert_eq!(code(&visitor.get("").await), (401, "AUTHENTICATION_REQUIRED"), "another session's");
    let url = format!("{}/{}/messages", visitor.url, visitor.session);
    let bare = super::visitor::both(visitor.http.get(url).send().await.unwrap()).await;
    assert_eq!(code(&bare), (401, "AUTHENTICATION_REQUIRED"), "none");

    visitor.token = good;
    visitor.poll("").await;
    simulator.expire_tokens(&visitor.session).unwrap();
    for answer in [visitor.resume(&SILENT).await, visitor.get("").await] {
        assert_eq!(code(&answer), (401, "AUTHENTICATION_REQUIRED"), "expired");
    }
    assert_eq!(simulator.chat(&visitor.session).unwrap().ended, None);
    visitor.session = "nowhere".to_owned();
    visitor.token = other.token;
    assert_eq!(code(&visitor.get("").await), (404, "INVALID_SESSION"));
}

#[tokio::test]
async fn a_new_session_instead() {
    let nexus = NexusSettings { resume_opens_new: true, ..NexusSettings::default() };
    let (simulator, visitor) = start_with(nexus).await;
    let (status, reply) = visitor.resume(&SILENT).await;
    assert_eq!(status, 200);
    let again = Visitor::of(visitor.url.clone(), &reply);
    assert_ne!(again.session, visitor.session);
    assert_eq!(simulator.chat(&again.session).unwrap().nickname, "Mia");
    assert_eq!(told(&again.poll("").await), ["ParticipantJoined -"]);
    simulator.restart(KeepMemory::No).await.unwrap();
    let (status, reply) = again.resume(&SILENT).await;
    assert_eq!(status, 200);
    let third = Visitor::of(visitor.url.clone(), &reply);
    assert_eq!(simulator.chat(&third.session).unwrap().nickname, "Guest");
}

#[tokio::test]
async fn a_session_that_outlives_its_customer() {
    let nexus = NexusSettings { open_on_leave: true, ..NexusSettings::default() };
    let (simulator, visitor) = start_with(nexus).await;
    let sam = simulator.join_agent(&visitor.session, "Sam").unwrap();
    assert_eq!(visitor.leave().await.0, 200);
    assert_eq!(simulator.chat(&visitor.session).unwrap().ended, None);
    simulator.say(&visitor.session, sam, "are you there?").unwrap();
    let (status, reply) = visitor.resume(&SILENT).await;
    assert_eq!(status, 200);
    let again = Visitor::of(visitor.url.clone(), &reply);
    let told = told(&again.poll("?count=20").await);
    let wanted = ["ParticipantLeft -", "Text are you there?", "ParticipantJoined -"];
    assert_eq!(told[2..], wanted);
    simulator.change_nexus(|settings| settings.open_on_leave = false);
    assert_eq!(again.leave().await.0, 200);
    assert_eq!(simulator.chat(&visitor.session).unwrap().ended, Some(EndCause::Client));
}

#[tokio::test]
async fn the_endpoint_is_checked_if_given() {
    let (simulator, visitor) = start().await;
    simulator.change_nexus(|settings| settings.endpoints = vec!["Sales".to_owned()]);
    assert_eq!(code(&visitor.resume(&SILENT).await), (400, "INVALID_ENDPOINT"));
    assert_eq!(visitor.resume(&[]).await.0, 200);
}
