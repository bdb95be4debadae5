//! Who is in the chat when not every join was seen (webchatservice.md, 4 (fetchHistory), and 6.3).

use super::{
    answers::*,
    push::PUSH,
    script::{NEXUS, Script},
};
use crate::{
    command::Command,
    model::Received,
    transport::{Capabilities, Incoming},
};
use serde_json::json;

/// A chat of which the messages before place 20 are still to be fetched.
fn lately() -> Script {
    let mut script = Script::started_with(|script| {
        script.capabilities = Capabilities { history: true, ..PUSH };
    });
    script.incoming(Incoming::Batch(Box::new(batch(vec![says(20, Who::External, "page")]))));
    script.answer("poll", done());
    script.take();
    script
}

/// The events of one more batch.
fn push(script: &mut Script, messages: Vec<Received>) -> Vec<String> {
    script.incoming(Incoming::Batch(Box::new(batch(messages))));
    script.take()
}

/// The events of a page of history.
fn history(script: &mut Script, messages: Vec<Received>) -> Vec<String> {
    script.command(Command::FetchHistory);
    script.take();
    script.answer("history", batch(messages));
    let mut events = script.take();
    events.retain(|line| !line.contains(": "));
    events
}

/// The time since when somebody is in the chat, and whether they still are.
fn since(script: &mut Script, id: &str) -> (u64, bool) {
    let agent = script.ask(Command::GetAgents)["agents"][id].clone();
    script.take();
    (agent["connectedTime"].as_u64().unwrap(), agent["connected"] == true)
}

#[test]
fn the_first_sign_of_life_puts_an_agent_on_the_roster() {
    for kind in ["Message", "TypingStarted", "TypingStopped", "FileUploaded", "PushUrl", "CustomNotice"] {
        for (who, id, connected, gone) in [
            (Who::Agent, "2", "agentConnected", "agentDisconnected"),
            (Who::Supervisor, "4", "supervisorConnected", "supervisorDisconnected"),
        ] {
            let mut script = lately();
            let events = push(&mut script, vec![entry(21, who, kind, Some("x")), says(22, who, "again")]);
            assert_eq!(events[0], connected, "{kind}");
            assert_eq!(events.iter().filter(|event| *event == connected).count(), 1);
            let change = script.payload(connected);
            assert_eq!((&change["message"]["index"], &change["numAgentsConnected"]), (&json!(21), &json!(1)));
            assert_eq!(since(&mut script, id), (time_of(21), true));
            assert_eq!(push(&mut script, vec![leaves(23, who)])[..2], [gone, "agentTypingStopped"]);
        }
    }
    for who in [Who::Bot, Who::External, Who::Client] {
        let mut script = lately();
        assert_eq!(push(&mut script, vec![says(21, who, "x")]), ["messageReceived"], "{who:?}");
    }
}

#[test]
fn history_puts_people_on_the_roster_in_its_order() {
    let mut script = lately();
    let page = vec![
        joins(10, Who::Agent),
        entry(11, Who::Agent, "TypingStarted", None),
        says(12, Who::Agent, "hi"),
        joins(13, Who::Supervisor),
        leaves(14, Who::Agent),
    ];
    let expected = ["agentConnected", "supervisorConnected", "agentDisconnected", "messageReceived"];
    assert_eq!(history(&mut script, page), expected, "nobody types any more");
    assert_eq!(since(&mut script, "2"), (time_of(10), false));
    assert_eq!(since(&mut script, "4"), (time_of(13), true));
    assert_eq!(history(&mut script, vec![leaves(5, Who::Agent), joins(4, Who::Agent)]), ["messageReceived"]);
    assert_eq!(since(&mut script, "2"), (time_of(10), false), "what is older changes nothing");
}

#[test]
fn a_join_that_history_brings_later_corrects_the_time_and_tells_nothing() {
    let mut script = lately();
    push(&mut script, vec![says(21, Who::Agent, "hi")]);
    let page = vec![joins(8, Who::Agent), leaves(9, Who::Agent), joins(12, Who::Agent)];
    assert_eq!(history(&mut script, page), ["messageReceived"]);
    assert_eq!(since(&mut script, "2"), (time_of(12), true));
    assert_eq!(history(&mut script, vec![joins(3, Who::Agent)]), ["messageReceived"]);
    assert_eq!(since(&mut script, "2"), (time_of(12), true), "the last join counts");
}

#[test]
fn of_somebody_who_has_left_or_joined_since_history_changes_nothing() {
    let mut script = lately();
    push(&mut script, vec![joins(21, Who::Agent), leaves(22, Who::OtherAgent)]);
    let page = vec![joins(7, Who::Agent), leaves(8, Who::Agent), joins(9, Who::OtherAgent)];
    assert_eq!(history(&mut script, page), ["messageReceived"]);
    assert_eq!(since(&mut script, "2"), (time_of(21), true));
    assert!(script.ask(Command::GetAgents)["agents"].get("3").is_none());
}

#[test]
fn an_agent_who_only_shows_in_history_is_there() {
    let mut script = lately();
    assert_eq!(history(&mut script, vec![says(11, Who::Agent, "hi")]), ["agentConnected", "messageReceived"]);
    assert_eq!(history(&mut script, vec![joins(4, Who::Agent)]), ["messageReceived"]);
    assert_eq!(since(&mut script, "2"), (time_of(4), true));
    assert_eq!(push(&mut script, vec![leaves(21, Who::Agent)])[0], "agentDisconnected");
}

#[test]
fn a_new_nickname_shows_on_the_roster() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), joins(3, Who::OtherAgent)]));
    let mut renamed = entry(4, Who::Agent, "NicknameUpdated", None);
    renamed.message.from.name = "Annie".into();
    script.answer_poll_due(batch(vec![renamed]));
    let agents = script.ask(Command::GetAgents)["agents"].clone();
    assert_eq!((&agents["2"]["name"], &agents["3"]["name"]), (&json!("Annie"), &json!("Bob")));
}

#[test]
fn figures_are_the_earliest_and_the_latest_time() {
    let mut script = Script::started_with(|script| script.capabilities = NEXUS);
    let mut early = says(9, Who::Agent, "the clock was set back");
    early.message.timestamp = time_of(1) - 5_000;
    script.answer_poll_due(batch(vec![says(8, Who::Agent, "x"), early]));
    let stats = script.ask(Command::GetStats);
    assert_eq!(stats["startTime"], time_of(1) - 5_000);
    assert_eq!((&stats["endTime"], &stats["duration"]), (&json!(time_of(8)), &json!(12_000)));
    script.command(Command::FetchHistory);
    let mut old = says(0, Who::External, "x");
    old.message.timestamp = time_of(1) - 9_000;
    script.answer("history", batch(vec![old]));
    let stats = script.ask(Command::GetStats);
    assert_eq!((&stats["startTime"], &stats["endTime"]), (&json!(time_of(1) - 9_000), &json!(time_of(8))));
}
