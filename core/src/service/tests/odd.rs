//! Messages whose place nobody can tell (gms-v2.md, 4): told once, in order of arrival, and nothing else goes by them.

use super::{
    answers::*,
    push::PUSH,
    script::{NEXUS, Script},
};
use crate::{
    command::Command,
    model::{Index, OriginalMessage, Received},
    transport::{Incoming, Operation, Reply},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A message that says `text` under an index that is none.
fn odd(index: Value, text: &str) -> Received {
    let mut received = says(0, Who::Agent, text);
    let mut sent: Value = serde_json::from_str(&received.original.as_json()).unwrap();
    sent["index"] = index.clone();
    received.message.index = Index::odd(index);
    received.original = Arc::new(OriginalMessage::from(sent.as_object().unwrap()));
    received
}

/// The texts of all messages told so far, in order.
fn told(script: &Script) -> Vec<String> {
    let payloads = script.payloads("messageReceived");
    let messages = payloads.iter().flat_map(|payload| payload["messages"].as_array().unwrap());
    messages.filter_map(|message| Some(message["text"].as_str()?.to_owned())).collect()
}

fn position(script: &Script) -> u64 {
    match &script.request("poll").request.operation {
        Operation::Poll { from, .. } => from.next,
        other => panic!("{other:?}"),
    }
}

#[test]
fn they_are_told_once_in_order_of_arrival() {
    let mut script = Script::started();
    let all = || {
        vec![
            odd(json!("x"), "first"),
            says(3, Who::Agent, "c"),
            odd(json!(1.5e19), "behind c"),
            says(2, Who::Agent, "b"),
            odd(json!(-1), "last"),
        ]
    };
    script.answer_poll_due(batch(all()));
    let expected = ["first", "b", "last", "c", "behind c"];
    assert_eq!(told(&script), expected);
    for _ in 0..2 {
        script.answer_poll_due(batch(all()));
    }
    assert_eq!(told(&script), expected, "each once");
    assert_eq!(script.payload("messageReceived")["messages"][0]["index"], "x");
    script.answer_poll_due(batch(vec![odd(json!("x"), "another")]));
    assert_eq!(told(&script).last().unwrap(), "another");
}

#[test]
fn the_same_twice_in_an_answer_is_two() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![odd(json!(null), "hm"), odd(json!(null), "hm")]));
    script.answer_poll_due(batch(vec![
        odd(json!(null), "hm"),
        odd(json!(null), "hm"),
        odd(json!(null), "hm"),
    ]));
    assert_eq!(told(&script), ["hm", "hm", "hm"]);
    assert_eq!(script.payload("messageReceived")["messages"][0].get("index"), None);
}

#[test]
fn they_move_no_place() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "a"), odd(json!(1e300), "odd")]));
    script.step();
    assert_eq!(position(&script), 3);
    script.answer("poll", batch(vec![says(3, Who::Agent, "b")]));
    assert_eq!(told(&script), ["a", "odd", "b"], "the chat hears");
}

#[test]
fn they_act_as_any_other() {
    let mut script = Script::started();
    let mut joined = odd(json!("x"), "");
    joined.message.kind = "ParticipantJoined".into();
    script.answer_poll_due(batch(vec![joined]));
    assert!(script.take().contains(&"agentConnected".to_owned()));
    assert_eq!(script.ask(Command::GetTranscript)["messages"].as_array().unwrap().len(), 2);
}

#[test]
fn pushed_ones_leave_no_gap() {
    let mut script = Script::started_with(|script| script.capabilities = PUSH);
    let push = |script: &mut Script, messages| {
        script.incoming(Incoming::Batch(Box::new(batch(messages))));
    };
    push(&mut script, vec![odd(json!(1.5e19), "odd")]);
    push(&mut script, vec![says(2, Who::Agent, "a"), odd(json!("x"), "odd too")]);
    assert_eq!(told(&script), ["odd", "a", "odd too"]);
    assert!(script.kinds().is_empty(), "nothing is missing");
}

#[test]
fn the_end_of_the_history_is_found() {
    let mut script = Script::started_with(|script| {
        script.capabilities = NEXUS;
        script.config.asynchronous = Some(true);
    });
    let page = |script: &mut Script| {
        let id = script.command(Command::FetchHistory);
        script.answer("history", Reply { messages: vec![odd(json!("x"), "odd")], ..done() });
        id
    };
    let id = page(&mut script);
    assert_eq!(script.rejected(id).1, "No more messages to fetch");
}

#[test]
fn one_that_may_be_the_message_in_doubt_settles_it() {
    let mut script = Script::started();
    let sent = script.send("hi");
    script.fail("send", lost());
    let mut own = odd(json!("x"), "hi");
    own.message.from = joins(1, Who::Client).message.from;
    script.answer_poll_due(batch(vec![own]));
    assert!(!script.is_open(sent) && script.outcome(sent).unwrap().is_ok(), "it is not sent again");
}
