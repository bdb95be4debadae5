//! From new messages to events: participants, agents' typing, order, repetitions, figures (webchatservice.md, 5 and 6).

use super::{
    answers::*,
    script::{Script, start_chat},
};
use crate::{command::Command, model::Received, transport::Reply};
use serde_json::{Value, json};

/// The events of a poll's answer with these messages.
fn events(script: &mut Script, messages: Vec<Received>) -> Vec<String> {
    script.answer_poll_due(batch(messages));
    let mut events = script.take();
    events.retain(|line| !line.starts_with('>'));
    events
}

/// The indexes of the latest `messageReceived`.
fn received(script: &Script) -> Vec<u64> {
    let payload = script.payload("messageReceived");
    payload["messages"].as_array().unwrap().iter().map(|message| message["index"].as_u64().unwrap()).collect()
}

#[test]
fn each_role_has_its_events() {
    for (who, joined, left) in [
        (Who::Client, "clientConnected", &["clientDisconnected"][..]),
        (Who::Agent, "agentConnected", &["agentDisconnected", "agentTypingStopped"]),
        (Who::Supervisor, "supervisorConnected", &["supervisorDisconnected", "agentTypingStopped"]),
        (Who::Bot, "botConnected", &["botDisconnected"]),
    ] {
        let mut script = Script::ready();
        script.command(start_chat());
        script.answer("start", session("chat-1"));
        script.take();
        assert_eq!(events(&mut script, vec![joins(2, who)]), [joined, "messageReceived"]);
        assert_eq!(events(&mut script, vec![joins(1, who)]), ["messageReceived"], "connected once");
        let expected = [left, &["messageReceived"]].concat();
        assert_eq!(events(&mut script, vec![leaves(3, who)]), expected);
    }
    let mut script = Script::started();
    let external = vec![joins(2, Who::External), leaves(3, Who::External)];
    assert_eq!(events(&mut script, external), ["messageReceived"], "others are only messages");
}

#[test]
fn events_come_message_by_message_and_then_all_messages() {
    let mut script = Script::started();
    let messages = vec![
        joins(2, Who::Agent),
        entry(3, Who::Agent, "TypingStarted", None),
        says(4, Who::Agent, "hi"),
        joins(5, Who::Supervisor),
        leaves(6, Who::Agent),
    ];
    let expected = [
        "agentConnected",
        "agentTypingStarted",
        "agentTypingStopped",
        "supervisorConnected",
        "agentDisconnected",
        "agentTypingStopped",
        "messageReceived",
    ];
    assert_eq!(events(&mut script, messages), expected);
    assert_eq!(received(&script), [2, 3, 4, 5, 6]);
}

#[test]
fn a_connect_event_has_the_message_the_agents_and_their_number() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), joins(3, Who::Supervisor), joins(4, Who::Bot)]));
    let expected = json!({
        "message": {"index": 2, "type": "ParticipantJoined", "timestamp": time_of(2),
                    "from": {"id": 2, "type": "Agent", "name": "Ann"}},
        "agents": {"2": {"name": "Ann", "connected": true, "supervisor": false, "connectedTime": time_of(2),
                         "disconnectedTime": false}},
        "numAgentsConnected": 1
    });
    assert_eq!(script.payload("agentConnected"), expected);
    assert_eq!(script.payload("supervisorConnected")["numAgentsConnected"], 2, "supervisors count");
    let bot = script.payload("botConnected");
    assert_eq!(
        (&bot["numAgentsConnected"], bot["agents"].as_object().unwrap().len()),
        (&json!(2), 2),
        "bots do not"
    );
    assert_eq!(script.payloads("clientConnected")[0]["agents"], json!({}));
}

#[test]
fn those_who_left_stay_listed_and_may_come_back() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![
        joins(2, Who::Agent),
        joins(3, Who::Supervisor),
        leaves(4, Who::Agent),
    ]));
    let change = script.payload("agentDisconnected");
    assert_eq!((&change["numAgentsConnected"], &change["message"]["index"]), (&json!(1), &json!(4)));
    let left = json!({"name": "Ann", "connected": false, "supervisor": false, "connectedTime": time_of(2),
                      "disconnectedTime": time_of(4)});
    assert_eq!(change["agents"]["2"], left);
    assert_eq!(script.ask(Command::GetAgents)["agents"]["2"], left);
    script.answer_poll_due(batch(vec![joins(5, Who::Agent)]));
    let back = &script.ask(Command::GetAgents)["agents"]["2"];
    assert_eq!((&back["connected"], &back["connectedTime"]), (&json!(true), &json!(time_of(5))));
    assert_eq!(change["agents"]["2"], left, "an event's agents are a snapshot");
}

#[test]
fn somebody_unknown_may_leave() {
    let mut script = Script::started();
    assert_eq!(
        events(&mut script, vec![leaves(2, Who::Agent), leaves(3, Who::Supervisor)]),
        ["messageReceived"]
    );
    assert_eq!(script.ask(Command::GetAgents), json!({"agents": {}}));
    script.take();
    assert_eq!(events(&mut script, vec![leaves(4, Who::Bot)]), ["botDisconnected", "messageReceived"]);
}

#[test]
fn agents_and_supervisors_type_others_do_not() {
    for who in [Who::Agent, Who::Supervisor] {
        let mut script = Script::started();
        let typing = vec![entry(2, who, "TypingStarted", Some("dra")), entry(3, who, "TypingStopped", None)];
        assert_eq!(
            events(&mut script, typing)[1..],
            ["agentTypingStarted", "agentTypingStopped", "messageReceived"]
        );
        let started = script.payload("agentTypingStarted");
        assert_eq!(
            (&started["isTyping"], &started["text"], &started["from"]["id"]),
            (
                &json!(true),
                &json!("dra"),
                &json!(match who {
                    Who::Agent => 2,
                    _ => 4,
                })
            )
        );
        assert_eq!(script.payload("agentTypingStopped")["isTyping"], false);
        assert_eq!(script.payload("messageReceived")["messages"][0], started);
    }
    for who in [Who::Client, Who::Bot, Who::External] {
        let mut script = Script::started();
        let typing = vec![
            entry(2, who, "TypingStarted", None),
            entry(3, who, "TypingStopped", None),
            says(4, who, "x"),
        ];
        assert_eq!(events(&mut script, typing), ["messageReceived"]);
    }
}

#[test]
fn whatever_an_agent_says_stops_the_typing() {
    for kind in ["Message", "PushUrl", "Notice"] {
        for who in [Who::Agent, Who::Supervisor] {
            let mut script = Script::started();
            let expected = ["agentTypingStopped", "messageReceived"];
            assert_eq!(events(&mut script, vec![entry(2, who, kind, Some("x"))])[1..], expected);
            assert_eq!(script.payload("agentTypingStopped"), json!({}));
        }
    }
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(5, Who::Agent)]));
    script.take();
    for (index, kind) in [(2, "CustomNotice"), (3, "FileUploaded"), (4, "Unheard")] {
        assert_eq!(events(&mut script, vec![entry(index, Who::Agent, kind, None)]), ["messageReceived"]);
    }
}

#[test]
fn received_messages_have_both_shapes() {
    let mut script = Script::started();
    script.answer_poll_due(Reply {
        idle_countdown: Some(json!("45")),
        ..batch(vec![says(2, Who::Agent, "hi")])
    });
    let expected = json!({
        "messages": [{"index": 2, "type": "Message", "text": "hi", "timestamp": time_of(2),
                      "from": {"id": 2, "type": "Agent", "name": "Ann"}}],
        "originalMessages": [{"index": 2, "type": "Message", "text": "hi", "utcTime": time_of(2),
                              "from": {"participantId": 2, "type": "Agent", "nickname": "Ann"}}],
        "restoring": false,
        "oldMessages": false,
        "sessionData": {"secureKey": "key", "sessionID": "chat-1", "alias": "117", "userId": "user"},
        "idleTimeCountDown": "45"
    });
    assert_eq!(script.payload("messageReceived"), expected);
}

#[test]
fn nothing_new_is_no_event() {
    let mut script = Script::started();
    assert_eq!(events(&mut script, vec![]), [""; 0]);
    assert_eq!(events(&mut script, vec![joins(1, Who::Client)]), [""; 0]);
}

#[test]
fn an_index_seen_before_is_ignored_entirely() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), says(3, Who::Agent, "hi")]));
    script.take();
    let repeated = vec![
        joins(2, Who::Agent),
        says(3, Who::Agent, "changed"),
        says(4, Who::Agent, "new"),
        says(4, Who::Agent, "twice"),
    ];
    assert_eq!(events(&mut script, repeated), ["agentTypingStopped", "messageReceived"]);
    assert_eq!(received(&script), [4]);
    assert_eq!(script.payload("messageReceived")["messages"][0]["text"], "new");
}

#[test]
fn a_reordered_batch_is_put_in_order_and_gaps_are_filled_later() {
    let mut script = Script::started();
    let reordered = vec![leaves(5, Who::Agent), says(4, Who::Agent, "x"), joins(2, Who::Agent)];
    let expected = [
        "agentConnected",
        "agentTypingStopped",
        "agentDisconnected",
        "agentTypingStopped",
        "messageReceived",
    ];
    assert_eq!(events(&mut script, reordered), expected);
    assert_eq!(received(&script), [2, 4, 5]);
    script.answer_poll_due(batch(vec![says(3, Who::Agent, "late")]));
    assert_eq!(received(&script), [3]);
    let indexes: Vec<_> = indexes(&script.ask(Command::GetTranscript)["messages"]);
    assert_eq!(indexes, [1, 2, 3, 4, 5], "the transcript is in the server's order at any time");
}

fn indexes(messages: &Value) -> Vec<u64> {
    messages.as_array().unwrap().iter().map(|message| message["index"].as_u64().unwrap()).collect()
}

#[test]
fn the_transcript_has_all_types_in_both_shapes() {
    let mut script = Script::ready();
    assert_eq!(script.ask(Command::GetTranscript), json!({"messages": [], "originalMessages": []}));
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), entry(3, Who::Agent, "TypingStarted", None)]));
    script.answer_poll_due(batch(vec![says(4, Who::Agent, "hi")]));
    let transcript = script.ask(Command::GetTranscript);
    assert_eq!(indexes(&transcript["messages"]), [1, 2, 3, 4]);
    assert_eq!(indexes(&transcript["originalMessages"]), [1, 2, 3, 4]);
    assert_eq!(transcript["messages"][3]["from"]["name"], "Ann");
    assert_eq!(transcript["originalMessages"][3]["from"]["nickname"], "Ann");
}

#[test]
fn figures_follow_the_messages() {
    let mut script = Script::ready();
    let none = json!({"agents": {}, "startTime": false, "endTime": false, "duration": false});
    assert_eq!(script.ask(Command::GetStats), none);
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), says(7, Who::Agent, "hi")]));
    let stats = script.ask(Command::GetStats);
    assert_eq!(stats["agents"], script.ask(Command::GetAgents)["agents"]);
    let times = [&stats["startTime"], &stats["endTime"], &stats["duration"]];
    assert_eq!(times, [&json!(time_of(1)), &json!(time_of(7)), &json!(6_000)]);
}
