//! Preprocessors (webchatservice.md, 12).

use super::{
    answers::*,
    script::{Script, start_chat},
};
use crate::{
    command::{Command, Preprocessor},
    model::JsonObject,
    transport::Reply,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

fn register(
    script: &mut Script,
    function: impl Fn(JsonObject) -> Option<JsonObject> + Send + Sync + 'static,
) {
    assert_eq!(script.ask(Command::RegisterPreProcessor(Preprocessor::new(function))), Value::Null);
    script.take();
}

/// Appends to every text.
fn append(suffix: &'static str) -> impl Fn(JsonObject) -> Option<JsonObject> {
    move |mut message| {
        let text = message.get("text")?.as_str()?.to_owned() + suffix;
        message.insert("text".into(), text.into());
        Some(message)
    }
}

#[test]
fn they_run_in_order_and_change_what_is_shown() {
    let mut script = Script::started();
    register(&mut script, append("1"));
    register(&mut script, |mut message| {
        message.insert("html".into(), true.into());
        Some(message)
    });
    register(&mut script, |_| None);
    register(&mut script, append("2"));
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), says(3, Who::Agent, "a")]));
    let received = script.payload("messageReceived");
    assert_eq!(
        (&received["messages"][1]["text"], &received["messages"][1]["html"]),
        (&json!("a12"), &json!(true))
    );
    assert_eq!(received["originalMessages"][1]["text"], "a", "the original stays");
    assert_eq!(script.ask(Command::GetTranscript)["messages"][2]["text"], "a12");
}

#[test]
fn they_see_the_raw_message_with_both_names_of_a_field() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut script = Script::started();
    let kept = seen.clone();
    register(&mut script, move |message| {
        kept.lock().unwrap().push(Value::Object(message));
        None
    });
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "a")]));
    let expected = json!({
        "index": 2, "type": "Message", "text": "a", "utcTime": time_of(2), "timestamp": time_of(2),
        "from": {"nickname": "Ann", "name": "Ann", "participantId": 2, "id": 2, "type": "Agent"}
    });
    assert_eq!(*seen.lock().unwrap(), [expected]);
}

#[test]
fn they_come_before_the_events() {
    let mut script = Script::started();
    register(&mut script, |mut message| {
        if message["type"] == "ParticipantJoined" {
            message.insert("type".into(), "".into());
        }
        Some(message)
    });
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), leaves(3, Who::Agent)]));
    let mut events = script.take();
    events.retain(|line| !line.starts_with('>'));
    assert_eq!(
        events,
        ["agentDisconnected", "agentTypingStopped", "messageReceived"],
        "a blank type is no join"
    );
}

#[test]
fn hidden_messages_reach_none() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut script = Script::started();
    let kept = seen.clone();
    register(&mut script, move |message| {
        kept.lock().unwrap().push(message["index"].clone());
        None
    });
    script.ask(Command::AddPrefilter(vec!["/x/".parse().unwrap()]));
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "x")]));
    script.answer_poll_due(batch(vec![says(3, Who::Agent, "x"), says(4, Who::Agent, "y")]));
    assert_eq!(*seen.lock().unwrap(), [4]);
}

#[test]
fn they_run_on_replays_and_in_later_chats() {
    let mut script = Script::started();
    register(&mut script, append("!"));
    script.command(Command::EndChat);
    script.answer_end();
    script.command(start_chat());
    script.answer("start", session("chat-2"));
    script.answer("poll", batch(vec![says(1, Who::Agent, "a")]));
    assert_eq!(script.payload("messageReceived")["messages"][0]["text"], "a!");
}

#[test]
fn events_wait_for_them_and_polls_too() {
    let mut script = Script::started();
    register(&mut script, append("!"));
    script.hold_preprocessing = true;
    script.step();
    script.fail("poll", lost());
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), says(3, Who::Agent, "a")]));
    script.take();
    assert_eq!(script.service.next_timeout(), None);
    script.preprocess();
    assert_eq!(script.take(), ["agentConnected", "agentTypingStopped", "messageReceived", "reconnected"]);
    assert!(script.service.next_timeout().is_some());
}

#[test]
fn the_last_batch_is_delivered_before_the_end() {
    let mut script = Script::started();
    register(&mut script, append("!"));
    script.hold_preprocessing = true;
    script.answer_poll_due(Reply { messages: vec![says(2, Who::Agent, "bye")], ..ended() });
    script.take();
    script.preprocess();
    assert_eq!(
        script.take(),
        ["agentConnected", "agentTypingStopped", "messageReceived", "ended", "pollingStopped"]
    );
}

#[test]
fn a_batch_of_the_previous_chat_does_not_show_in_the_next() {
    let mut script = Script::started();
    register(&mut script, append("!"));
    script.hold_preprocessing = true;
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "old")]));
    let end = script.command(Command::EndChat);
    script.answer_end();
    script.take();
    assert!(script.is_open(end), "the preprocessors have some time for what was said last");
    script.wait(script.config.ajax_timeout * 2);
    assert_eq!(
        script.take(),
        [
            "agentConnected",
            "agentTypingStopped",
            "messageReceived",
            "agentDisconnected",
            "clientDisconnected",
            "ended",
            "endChat: resolved"
        ],
        "then it is told as it is"
    );
    assert_eq!(script.payload("messageReceived")["messages"][0]["text"], "old");
    script.command(start_chat());
    script.answer("start", session("chat-2"));
    script.take();
    script.preprocess();
    assert_eq!(script.take(), [""; 0], "the old batch is nobody's");
    script.answer("poll", batch(vec![says(1, Who::Agent, "new")]));
    script.preprocess();
    assert_eq!(script.payload("messageReceived")["messages"][0]["text"], "new!");
    assert_eq!(script.ask(Command::GetTranscript)["messages"].as_array().unwrap().len(), 1);
}

#[test]
fn a_batch_that_ends_with_the_service_is_dropped() {
    let mut script = Script::started();
    register(&mut script, append("!"));
    script.hold_preprocessing = true;
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "a")]));
    script.close();
    script.take();
    script.preprocess();
    assert_eq!(script.take(), [""; 0]);
}
