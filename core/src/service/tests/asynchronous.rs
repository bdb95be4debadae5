//! Asynchronous chats: restored by their token, with the host as keeper, read back page by page (webchatservice.md, 7 and 8;
//! nexus-v3.md, 9).

use super::{
    answers::*,
    key,
    script::{NEXUS, Script, start_chat},
};
use crate::{
    ErrorKind,
    backend::nexus_rest::NexusSession,
    command::{Command, Commander, StartChat},
    model::{Index, OriginalMessage, ParticipantId, Place, Received, SessionData},
    store::HostCall,
    transport::{Failure, News, Operation, Reply},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

pub(super) fn asynchronous() -> Script {
    let mut script = Script::new();
    script.capabilities = NEXUS;
    script.config.asynchronous = Some(true);
    script.config.restore_timeout = None;
    script
}

pub(super) fn data(session: &str, token: &str) -> SessionData {
    NexusSession {
        session_id: session.into(),
        token: token.into(),
        participant_id: "me".into(),
        transport_id: "t".into(),
    }
    .into()
}

/// An entry as Nexus sends it: its index and its sender's id are text.
fn nexus(mut received: Received) -> Received {
    let order = received.message.index.order().unwrap();
    let text = format!("{order}-0");
    received.message.index = Index::Place(Place { text: Some(text.as_str().into()), ..order.into() });
    let id = if received.message.from.id == ParticipantId::Number(1) { "me" } else { "somebody" };
    received.message.from.id = ParticipantId::from(id);
    let mut sent: Value = serde_json::from_str(&received.original.as_json()).unwrap();
    sent["index"] = text.into();
    sent["from"]["participantId"] = id.into();
    received.original = Arc::new(OriginalMessage::from(sent.as_object().unwrap()));
    received
}

fn page(indexes: impl IntoIterator<Item = u64>) -> Reply {
    batch(indexes.into_iter().map(|index| nexus(says(index, Who::Agent, "hi"))).collect())
}

/// A service in a chat, its first poll answered.
fn started() -> Script {
    let mut script = asynchronous();
    script.configure();
    script.command(start_chat());
    script.answer("start", Reply { session: Some(data("s", "token")), ..done() });
    script.answer("poll", page([100]));
    script.take_all();
    script.told.clear();
    script
}

/// A service with a stored token, its restoration under way.
fn restoring() -> Script {
    let mut script = asynchronous();
    script.stored.insert(key::NEXUS_KEYS.into(), "old".into());
    script.stored.insert(key::NEXUS_SESSION.into(), "s".into());
    script.configure();
    script.take_all();
    script
}

fn indexes(received: &Value) -> Vec<&str> {
    received["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["index"].as_str().unwrap())
        .collect()
}

#[test]
fn a_start_hands_the_token_to_the_store_and_to_the_host() {
    let mut script = asynchronous();
    script.configure();
    assert!(script.asked_keeper, "the host may keep a chat");
    script.command(start_chat());
    assert!(!script.asked_keeper, "the lock of a start is not the host's");
    script.answer("start", Reply { session: Some(data("s", "token")), ..done() });
    assert_eq!(
        script.payload("started"),
        json!({"data": {"sessionId": "s", "token": "token", "participantId": "me", "transportId": "t"}})
    );
    assert_eq!((&*script.stored[key::NEXUS_KEYS], &*script.stored[key::NEXUS_SESSION]), ("token", "s"));
    assert_eq!(script.told, [HostCall::Store(json!({"messageIndex": 0, "token": "token"}))]);
    script.answer("poll", page([100, 101, 99]));
    let index = |index: &str| HostCall::Store(json!({"messageIndex": index, "token": "token"}));
    assert_eq!(
        script.told[1..],
        [index("990"), index("1000"), index("1010")],
        "one by one, as they are published"
    );
    assert_eq!(script.stored[key::NEXUS_INDEX], "101-0", "the index as the server writes it");
}

#[test]
fn the_form_wins_and_attached_data_are_merged() {
    let mut script = asynchronous();
    script.config.user_data =
        serde_json::from_value(json!({"a": "config", "b": "config", "c": "config"})).unwrap();
    script.configure();
    let options = json!({
        "firstname": "flat", "userData": {"c": "option"},
        "form": {"firstname": "form", "department": "x", "userData": {"b": "form", "c": "form"}}
    });
    script.command(Command::from_json("startChat", &options).unwrap());
    let Operation::Start(start) = &script.request("start").request.operation else { panic!("no start") };
    assert_eq!((start.first_name.as_str(), json!(start.other)), ("form", json!({"department": "x"})));
    assert_eq!(json!(start.user_data), json!({"a": "config", "b": "form", "c": "option"}));
}

#[test]
fn without_a_form_the_flat_fields_count() {
    let mut script = asynchronous();
    script.configure();
    script.command(Command::StartChat(StartChat { firstname: "flat".into(), ..StartChat::default() }));
    let Operation::Start(start) = &script.request("start").request.operation else { panic!("no start") };
    assert_eq!(start.first_name.as_str(), "flat");
}

#[test]
fn a_stored_token_is_restored_by_itself_and_replaced() {
    let mut script = restoring();
    assert_eq!(script.request("restore").request.session.key().as_str(), "old");
    script.answer("restore", Reply { session: Some(data("s", "new")), ..page([80, 81]) });
    assert_eq!(script.take()[..3], ["restored", "agentConnected", "agentTypingStopped"]);
    assert_eq!(script.payload("restored"), json!({"async": true}));
    assert_eq!(script.payload("messageReceived")["restoring"], true);
    assert_eq!(script.stored[key::NEXUS_KEYS], "new");
    assert_eq!(script.request("poll").request.session.key().as_str(), "new");
    let Operation::Poll { from, .. } = &script.request("poll").request.operation else { panic!("no poll") };
    assert!(from.resync, "what came between the page and the first poll is asked for by its place");
    let told = |index: Value| HostCall::Store(json!({"messageIndex": index, "token": "new"}));
    assert_eq!(script.told, [told(json!(0)), told(json!("800")), told(json!("810"))]);
}

#[test]
fn under_a_new_token_messages_are_asked_for_by_their_place() {
    for (token, resync) in [("token", false), ("newer", true)] {
        let mut script = started();
        let id = script.send("hi");
        script.answer("send", Reply { session: Some(data("s", token)), ..done() });
        assert!(script.resolved(id).is_object());
        script.step();
        let Operation::Poll { from, .. } = &script.request("poll").request.operation else {
            panic!("no poll")
        };
        assert_eq!(from.resync, resync);
        assert_eq!(script.told.len(), usize::from(resync), "the host keeps the new one");
    }
}

#[test]
fn what_the_host_keeps_wins() {
    for kept in [json!("kept"), json!({"token": "kept", "messageIndex": "1"}), json!(r#"{"token":"kept"}"#)] {
        let mut script = asynchronous();
        script.stored.insert(key::NEXUS_KEYS.into(), "stored".into());
        script.stored.insert(key::KEPT.into(), kept.to_string());
        script.configure();
        assert_eq!(script.request("restore").request.session.key().as_str(), "kept");
    }
    for useless in [json!(null), json!(""), json!("undefined"), json!(7), json!({"token": ""})] {
        let mut script = asynchronous();
        script.stored.insert(key::KEPT.into(), useless.to_string());
        script.configure();
        assert_eq!(script.take(), ["ready", "configure: resolved"], "{useless}");
    }
}

#[test]
fn the_command_restore_takes_a_token_or_what_is_stored() {
    let mut script = asynchronous();
    script.configure();
    let id = script.command(Command::Restore { session_data: None, commander: Commander::Program });
    assert_eq!(script.rejected(id), (ErrorKind::NoSession, "No chat session found to restore."));
    let id = script
        .command(Command::Restore { session_data: Some("given".into()), commander: Commander::Program });
    let again = script.command(Command::Restore { session_data: None, commander: Commander::Program });
    assert_eq!(script.rejected(again), (ErrorKind::Busy, "Already restoring. Ignoring request."));
    script.answer("restore", Reply { session: Some(data("s", "new")), ..page([80]) });
    assert!(script.resolved(id).is_object(), "the answer, after its messages were published");
    let id = script.command(Command::Restore { session_data: None, commander: Commander::Program });
    let text = "Chat session is already active, ignoring restore command.";
    assert_eq!(script.rejected(id), (ErrorKind::SessionActive, text));
}

#[test]
fn a_lost_session_is_forgotten_everywhere() {
    let mut script = restoring();
    script.fail("restore", gone(http(404)));
    assert_eq!(script.take(), ["restoreTimeout"]);
    assert!(!script.stored.contains_key(key::NEXUS_KEYS));
    let [HostCall::Forget(lost)] = script.told.as_slice() else { panic!("{:?}", script.told) };
    assert_eq!((&lost["sessionData"]["token"], &lost["response"]["status"]), (&json!("old"), &json!(404)));

    let mut script = started();
    script.command(Command::UpdateUserData(serde_json::Map::new()));
    script.take();
    script.fail("updateData", gone(http(404)));
    script.no_last_words();
    assert_eq!(script.take(), ["> poll 101", "updateUserData: rejected", "error", "ended", "pollingStopped"]);
    assert!(matches!(script.told.as_slice(), [HostCall::Forget(_)]));
}

#[test]
fn a_restoration_that_fails_otherwise_keeps_the_token() {
    let mut script = restoring();
    script.fail("restore", http(500));
    assert_eq!(script.take(), ["error", "restoreFailed"]);
    assert_eq!(script.stored[key::NEXUS_KEYS], "old");
    assert!(script.told.is_empty());
}

#[test]
fn a_new_session_in_place_of_the_old_one_has_started_and_its_messages_are_new() {
    let mut script = restoring();
    script.stored.insert(key::NEXUS_INDEX.into(), "70-0".into());
    script.answer("restore", Reply { session: Some(data("another", "new")), replaced: true, ..page([1]) });
    assert_eq!(script.take()[0], "started");
    assert!(script.payloads("restored").is_empty());
    let received = script.payload("messageReceived");
    assert_eq!((&received["restoring"], received["messages"][0].get("restoring")), (&json!(false), None));
    assert_eq!(script.stored[key::NEXUS_INDEX], "1-0");
}

#[test]
fn a_chat_that_ended_while_nobody_looked_is_told_to_its_end() {
    for asked in [false, true] {
        let mut script = asynchronous();
        if !asked {
            script.stored.insert(key::NEXUS_KEYS.into(), "old".into());
            script.stored.insert(key::NEXUS_SESSION.into(), "s".into());
        }
        script.configure();
        let command = asked.then(|| {
            script
                .command(Command::Restore { session_data: Some("old".into()), commander: Commander::Program })
        });
        let waiting = script.command(Command::VerifySession);
        script.take();
        let messages = vec![nexus(joins(80, Who::Agent)), nexus(says(81, Who::Agent, "away"))];
        script.answer("restore", Reply { session: Some(data("s", "new")), messages, ..ended() });
        let mut told = script.take();
        told.retain(|line| !line.contains(": "));
        assert_eq!(told, ["agentConnected", "agentTypingStopped", "messageReceived", "restoreTimeout"]);
        let received = script.payload("messageReceived");
        assert_eq!(
            (&received["restoring"], &received["messages"][1]["text"]),
            (&json!(true), &json!("away"))
        );
        assert!(!script.stored.contains_key(key::NEXUS_KEYS), "nothing is left to restore");
        assert!(matches!(script.told.as_slice(), [HostCall::Forget(_)]), "{:?}", script.told);
        assert_eq!(indexes(&script.ask(Command::GetTranscript)), ["800", "810"]);
        assert_eq!(script.ask(Command::GetAgents), json!({"agents": {}}));
        assert_eq!(script.resolved(waiting), json!({"sessionActive": false}));
        if let Some(id) = command {
            assert_eq!(script.error(id).rejection()["chatEnded"], true, "rejected with the body");
        }
    }
}

#[test]
fn a_chat_that_the_server_has_forgotten_is_over_and_a_token_that_it_refuses_is_useless() {
    let mut script = asynchronous();
    script.configure();
    let id =
        script.command(Command::Restore { session_data: Some("old".into()), commander: Commander::Program });
    script.take();
    script.fail("restore", gone(http(404)));
    assert_eq!(script.take(), ["restoreTimeout", "command: rejected"]);
    assert_eq!(script.error(id).rejection()["status"], 404);
    let mut script = restoring();
    let refused = Failure { useless: true, news: News::Error(Box::new(json!({"status": 401}))), ..http(401) };
    script.fail("restore", refused);
    assert_eq!(script.take(), ["error", "restoreFailed"]);
    assert_eq!(script.payload("restoreFailed")["status"], 401);
    assert!(!script.stored.contains_key(key::NEXUS_KEYS));
    assert!(matches!(script.told.as_slice(), [HostCall::Forget(_)]));
}

#[test]
fn the_transcript_of_the_chat_before_is_not_that_of_a_restored_one() {
    let mut script = started();
    script.command(Command::EndChat);
    script.answer_end();
    let id = script
        .command(Command::Restore { session_data: Some("other".into()), commander: Commander::Program });
    script.answer("restore", Reply { session: Some(data("t", "new")), ..page([7]) });
    assert!(script.resolved(id).is_object());
    assert_eq!(indexes(&script.ask(Command::GetTranscript)), ["70"]);
}

#[test]
fn history_comes_page_by_page_newest_first_until_nothing_is_new() {
    let mut script = started();
    let id = script.command(Command::FetchHistory);
    let second = script.command(Command::FetchHistory);
    script.answer("history", page([98, 99, 100]));
    let received = script.payload("messageReceived");
    assert_eq!((&received["oldMessages"], indexes(&received)), (&json!(true), vec!["990", "980"]));
    assert!(script.resolved(id).is_object());
    let Operation::History { before } = &script.request("history").request.operation else {
        panic!("no history")
    };
    assert_eq!(before.text.as_deref(), Some("98-0"));
    script.answer("history", page([98]));
    assert_eq!(script.rejected(second), (ErrorKind::NotFound, "No more messages to fetch"));
    let transcript = script.ask(Command::GetTranscript);
    assert_eq!(indexes(&transcript), ["980", "990", "1000"], "older messages stand before");
    script.step();
    let Operation::Poll { from, .. } = &script.request("poll").request.operation else { panic!("no poll") };
    assert!(from.resync);
}

#[test]
fn history_is_for_asynchronous_chats_with_a_session() {
    let text = "Fetching history messages applies only to Asynchronous chat";
    let mut plain = script_without_history();
    let id = plain.command(Command::FetchHistory);
    assert_eq!(plain.rejected(id), (ErrorKind::Unsupported, text));
    let mut idle = asynchronous();
    idle.configure();
    let id = idle.command(Command::FetchHistory);
    assert_eq!(idle.rejected(id), (ErrorKind::NoSession, "No more messages to fetch"));
    let mut script = started();
    let id = script.command(Command::FetchHistory);
    script.fail("history", http(500));
    assert_eq!(script.error(id).kind(), ErrorKind::Unavailable);
}

fn script_without_history() -> Script {
    let mut script = asynchronous();
    script.capabilities.history = false;
    script.configure();
    script
}

#[test]
fn a_batch_that_comes_while_another_is_with_the_preprocessors_waits_for_it() {
    let mut script = started();
    script.command(Command::RegisterPreProcessor(crate::command::Preprocessor::new(Some)));
    script.command(Command::FetchHistory);
    script.hold_preprocessing = true;
    script.answer("history", page([99, 100]));
    script.take_all();
    script.preprocess();
    assert_eq!(indexes(&script.payload("messageReceived")), ["990"]);
}

#[test]
fn failed_polls_slow_polling_down_to_half_a_minute_and_too_many_requests_do_not() {
    let mut slow = asynchronous();
    slow.config.polling.dynamic = false;
    slow.config.polling.rate = Duration::from_secs(3);
    slow.config.polling.failure_multiplier = 2.0;
    slow.configure();
    slow.command(start_chat());
    slow.answer("start", Reply { session: Some(data("s", "token")), ..done() });
    let mut pauses = Vec::new();
    for failure in [http(500), http(500), http(429), http(500), http(500), http(500)] {
        slow.fail("poll", failure);
        let before = slow.now;
        slow.step();
        pauses.push((slow.now - before).as_secs());
    }
    assert_eq!(pauses, [6, 12, 12, 24, 30, 30]);
    slow.answer("poll", done());
    let before = slow.now;
    slow.step();
    assert_eq!((slow.now - before).as_secs(), 3, "a success ends it");
}

#[test]
fn the_host_keeps_a_session_before_anything_of_it_is_told() {
    let mut script = asynchronous();
    script.configure();
    script.command(start_chat());
    script.take_all();
    script.answer("start", Reply { session: Some(data("s", "token")), ..done() });
    script.answer("poll", page([100, 101]));
    let mut timeline = script.take_all();
    timeline.retain(|line| ["keep", "started", "messageReceived"].contains(&line.as_str()));
    assert_eq!(timeline, ["keep", "started", "keep", "keep", "messageReceived"]);

    let mut script = restoring();
    script.take_all();
    script.answer("restore", Reply { session: Some(data("s", "new")), ..page([80]) });
    let mut timeline = script.take_all();
    timeline.retain(|line| ["keep", "restored", "messageReceived"].contains(&line.as_str()));
    assert_eq!(timeline, ["keep", "restored", "keep", "messageReceived"]);
}

#[test]
fn bots_are_messages_only() {
    let mut script = started();
    script.take();
    script.answer_poll_due(batch(vec![nexus(joins(101, Who::Bot)), nexus(leaves(102, Who::Bot))]));
    let mut events = script.take();
    events.retain(|line| !line.starts_with('>'));
    assert_eq!(events, ["messageReceived"]);
    assert_eq!(script.payload("messageReceived")["messages"][0]["from"]["type"], "Bot");
}
