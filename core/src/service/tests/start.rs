//! `startChat` and `verifySession`.

use super::{
    answers::*,
    key,
    script::{Script, start_chat},
};
use crate::{
    ErrorKind, Retry,
    command::{Command, StartChat},
    transport::{Operation, Reply},
};
use serde_json::{Value, json};
use std::time::Duration;

fn with_user_data(user_data: Value) -> Command {
    Command::StartChat(StartChat { user_data, ..StartChat::default() })
}

/// The attached data of the start request under way.
fn sent_user_data(script: &Script) -> Value {
    match &script.request("start").request.operation {
        Operation::Start(start) => Value::Object(start.user_data.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_start_stores_publishes_resolves_and_polls_in_this_order() {
    let mut script = Script::ready();
    let id = script.command(start_chat());
    assert_eq!(script.take_all(), ["store chatStartLock", "> start"]);
    script.answer("start", session("chat-1"));
    let expected = [
        "store session",
        "store keys",
        "store index",
        "store ping",
        "forget filters",
        "forget outbox",
        "forget chatStartLock",
        "started",
        "startChat: resolved",
        "pollingStarted",
        "store ping",
        "> poll 1",
    ];
    assert_eq!(script.take_all(), expected);
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatId": "chat-1", "chatEnded": false}));
    let data = json!({"sessionID": "chat-1", "userId": "user", "secureKey": "key", "alias": "117"});
    assert_eq!(script.payload("started"), data);
    assert_eq!(script.ask(Command::GetSessionData), data);
    let keys: Value = serde_json::from_str(&script.stored[key::KEYS]).unwrap();
    assert_eq!(keys, json!({"secureKey": "key", "alias": "117", "userId": "user"}));
    assert_eq!((&*script.stored[key::SESSION], &*script.stored[key::INDEX]), ("chat-1", "1"));
}

#[test]
fn messages_of_the_start_are_delivered_by_the_first_poll() {
    let mut script = Script::ready();
    script.command(start_chat());
    script.answer(
        "start",
        Reply { messages: vec![joins(1, Who::Client)], next_position: Some(2), ..session("chat-1") },
    );
    script.take();
    script.answer("poll", batch(vec![joins(1, Who::Client)]));
    assert_eq!(script.take(), ["clientConnected", "messageReceived"]);
    assert_eq!(script.payload("messageReceived")["messages"][0]["index"], 1);
}

#[test]
fn the_form_reaches_the_server() {
    let mut script = Script::ready();
    script.command(Command::StartChat(StartChat {
        nickname: "n".into(),
        firstname: "f".into(),
        lastname: "l".into(),
        email: "e".into(),
        subject: "s".into(),
        user_data: Value::Null,
        ..StartChat::default()
    }));
    let Operation::Start(start) = &script.request("start").request.operation else { panic!() };
    let texts = [&start.nickname, &start.first_name, &start.last_name, &start.email, &start.subject];
    assert_eq!(texts.map(crate::Private::as_str), ["n", "f", "l", "e", "s"]);
}

#[test]
fn user_data_are_merged_and_stay_for_later_chats() {
    let mut script = Script::new();
    script.config.user_data = json!({"a": 1, "b": 1, "c": 1}).as_object().unwrap().clone();
    script.configure();
    let merged = script.ask(Command::UpdateUserData(json!({"b": 2, "c": 2}).as_object().unwrap().clone()));
    assert_eq!(merged, json!({"a": 1, "b": 2, "c": 2}));
    script.command(with_user_data(json!({"c": 3})));
    assert_eq!(sent_user_data(&script), json!({"a": 1, "b": 2, "c": 3}));
    script.fail("start", http(503));
    script.command(start_chat());
    assert_eq!(sent_user_data(&script), json!({"a": 1, "b": 2, "c": 3}));
}

#[test]
fn user_data_may_be_text_with_an_object() {
    for (option, sent) in
        [(json!(r#"{"k": "v"}"#), json!({"k": "v"})), (json!("  "), json!({})), (json!(null), json!({}))]
    {
        let mut script = Script::ready();
        script.command(with_user_data(option));
        assert_eq!(sent_user_data(&script), sent);
    }
}

#[test]
fn malformed_user_data_are_rejected_and_nothing_is_sent() {
    for option in [json!("{"), json!("[1]"), json!("null"), json!([1]), json!(5), json!(true)] {
        let mut script = Script::ready();
        let id = script.command(with_user_data(option));
        let text = "malformed data object provided in userData property";
        assert_eq!(script.rejected(id), (ErrorKind::InvalidArgument, text));
        assert_eq!(script.take_all(), ["startChat: rejected"]);
        script.command(start_chat());
        assert_eq!(script.kinds(), ["start"]);
    }
}

#[test]
fn a_second_chat_is_rejected_while_starting_and_while_active() {
    let mut script = Script::ready();
    script.command(start_chat());
    let starting = script.command(start_chat());
    script.answer("start", session("chat-1"));
    let active = script.command(start_chat());
    for id in [starting, active] {
        assert_eq!(
            script.rejected(id),
            (ErrorKind::SessionActive, "There is already an active chat session")
        );
    }
}

#[test]
fn a_start_in_another_service_holds_ours_back_for_two_seconds() {
    let mut script = Script::ready();
    let other = script.time().unix_ms;
    script.stored.insert(key::CHAT_START_LOCK.into(), other.to_string());
    script.wait_ms(1_999);
    let id = script.command(start_chat());
    assert_eq!(script.error(id).rejection(), json!({"statusCode": 1}));
    assert_eq!((script.error(id).kind(), script.error(id).retry()), (ErrorKind::Busy, Retry::WithBackoff));
    assert_eq!(script.stored[key::CHAT_START_LOCK], other.to_string(), "the lock is the other's");
    script.wait_ms(1);
    script.command(start_chat());
    assert_eq!(script.kinds(), ["start"]);
    assert_eq!(script.stored[key::CHAT_START_LOCK], script.time().unix_ms.to_string());
}

#[test]
fn a_failed_start_is_rejected_with_the_response_and_frees_the_lock() {
    let mut script = Script::ready();
    let id = script.command(start_chat());
    script.fail("start", bad_request(161));
    assert_eq!(script.take_all()[2..], ["error", "forget chatStartLock", "startChat: rejected"]);
    let response = json!({"status": 400, "responseJSON": {"errors": [{"code": 161}]}});
    assert_eq!(script.error(id).rejection(), response);
    assert_eq!(script.payload("error"), response);
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
}

#[test]
fn a_start_without_connection_publishes_an_error() {
    let mut script = Script::ready();
    let id = script.command(start_chat());
    script.fail("start", unreachable());
    assert_eq!(script.take()[1..], ["error", "startChat: rejected"]);
    assert_eq!(script.payload("error")["status"], 0);
    assert_eq!(script.error(id).kind(), ErrorKind::Disconnected);
}

#[test]
fn a_start_that_the_server_does_not_carry_out_is_rejected_with_its_body() {
    let mut script = Script::ready();
    let id = script.command(start_chat());
    script.answer("start", temporary());
    assert_eq!(script.take()[1..], ["startChat: rejected"]);
    assert_eq!(script.error(id).rejection(), json!({"statusCode": 1}));
    assert_eq!(script.error(id).kind(), ErrorKind::Unavailable);

    let id = script.command(start_chat());
    script.answer("start", refused(240, Some(true)));
    assert_eq!(script.take()[1..], ["error", "startChat: rejected"]);
    assert_eq!(script.error(id).rejection(), json!({"statusCode": 2, "errors": [{"code": 240}]}));
    assert_eq!(script.error(id).kind(), ErrorKind::Rejected);

    let id = script.command(start_chat());
    script.answer("start", done());
    assert_eq!(script.error(id).kind(), ErrorKind::Protocol, "an answer without a session");
}

#[test]
fn a_start_that_was_given_up_leaves_no_session_behind() {
    let mut script = Script::ready();
    let id = script.command_within(start_chat(), Some(Duration::from_secs(1)));
    script.wait_ms(1_000);
    assert_eq!(script.rejected(id).0, ErrorKind::Timeout);
    assert!(!script.stored.contains_key(key::CHAT_START_LOCK));
    script.take();
    script.answer("start", session("unwanted"));
    assert_eq!(script.take_all(), ["> end"]);
    assert_eq!(script.request("end").request.session.id().as_str(), "unwanted");
    script.fail("end", lost());
    assert_eq!(script.take_all(), [""; 0], "nobody has to know");
}

#[test]
fn a_start_given_up_while_the_store_is_read_asks_nobody() {
    let mut script = Script::ready();
    script.hold_loads = true;
    let first = script.command(start_chat());
    script.cancel(first);
    script.command(start_chat());
    script.take();
    script.answer_loads();
    assert_eq!(script.take(), ["> start"], "the second one's");
}

#[test]
fn an_unwanted_session_does_not_touch_the_wanted_one() {
    let mut script = Script::ready();
    let first = script.command(start_chat());
    let first_request = script.take_request("start").id;
    script.cancel(first);
    script.command(start_chat());
    script.answer("start", session("wanted"));
    script.reply(first_request, Ok(session("unwanted")));
    script.answer("end", Reply { session: session("unwanted").session, ..ended() });
    assert_eq!(script.ask(Command::GetSessionData)["sessionID"], "wanted");
    assert_eq!(script.stored[key::SESSION], "wanted");

    let mut script = Script::ready();
    let first = script.command(start_chat());
    let first_request = script.take_request("start").id;
    script.cancel(first);
    script.command(start_chat());
    script.answer("start", session("wanted"));
    script.reply(first_request, Ok(session("unwanted")));
    script.take();
    script.fail("end", unreachable());
    assert_eq!(script.take(), [""; 0]);
}

#[test]
fn a_new_chat_drops_what_the_previous_one_left() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), says(3, Who::Agent, "old")]));
    script.command(Command::EndChat);
    script.answer_end();
    assert_eq!(script.ask(Command::GetTranscript)["messages"].as_array().unwrap().len(), 3, "still readable");
    script.command(start_chat());
    script.answer("start", session("chat-2"));
    assert_eq!(script.ask(Command::GetTranscript), json!({"messages": [], "originalMessages": []}));
    assert_eq!(script.ask(Command::GetAgents), json!({"agents": {}}));
    script.take();
    script.answer("poll", batch(vec![joins(1, Who::Client)]));
    assert_eq!(script.take(), ["clientConnected", "messageReceived"], "indexes count anew");
}

#[test]
fn the_session_is_judged_from_what_is_stored() {
    let mut script = Script::ready();
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
    let mut script = Script::started();
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": true}));
    script.command(Command::EndChat);
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}), "it is ending");
}

#[test]
fn an_old_stored_session_is_dropped_when_verified() {
    let mut script = Script::ready();
    // Another service's session in the same store.
    for (key, text) in [
        (key::SESSION, "s".to_owned()),
        (key::KEYS, json!({"secureKey": "k"}).to_string()),
        (key::PING, script.time().unix_ms.to_string()),
    ] {
        script.stored.insert(key.into(), text);
    }
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": true}));
    assert!(script.payloads("restoreTimeout").is_empty());
    script.wait_ms(60_000);
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
    assert_eq!(script.payloads("restoreTimeout"), [json!({})]);
    assert!(script.stored.is_empty());
}

#[test]
fn a_late_look_into_the_store_does_not_drop_a_new_session() {
    let mut script = Script::ready();
    let mut old = script.stored.clone();
    for (key, text) in [(key::SESSION, "old"), (key::KEYS, r#"{"secureKey":"k"}"#), (key::PING, "1")] {
        old.insert(key.into(), text.into());
    }
    script.command(start_chat());
    script.hold_loads = true;
    script.stored = old;
    let verify = script.command(Command::VerifySession);
    script.answer("start", session("new"));
    script.answer_loads();
    assert_eq!(script.resolved(verify), json!({"sessionActive": true}));
    assert_eq!(script.stored[key::SESSION], "new");
}

#[test]
fn verifying_needs_a_transport_that_can() {
    let mut script = Script::new();
    script.capabilities.verify_session = false;
    script.configure();
    let id = script.command(Command::VerifySession);
    let text = "This transport doesn't support the verifySession command";
    assert_eq!(script.rejected(id), (ErrorKind::Unsupported, text));
}
