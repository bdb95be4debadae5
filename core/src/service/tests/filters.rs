//! Prefilters and `sendFilteredMessage` (webchatservice.md, 11).

use super::{answers::*, key, script::Script};
use crate::{ErrorKind, command::Command, model::Received, prefilter::Prefilter};
use serde_json::{Value, json};

fn filter(literal: &str) -> Prefilter {
    literal.parse().unwrap()
}

fn add(literals: &[&str]) -> Command {
    Command::AddPrefilter(literals.iter().map(|literal| filter(literal)).collect())
}

fn filtered(text: Option<&str>, literal: Option<&str>) -> Command {
    Command::SendFilteredMessage { message: text.map(Into::into), regex: literal.map(filter) }
}

fn events(script: &mut Script, messages: Vec<Received>) -> Vec<String> {
    script.answer_poll_due(batch(messages));
    let mut events = script.take();
    events.retain(|line| !line.starts_with('>'));
    events
}

fn texts(messages: &Value) -> Vec<&str> {
    messages.as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap_or_default()).collect()
}

#[test]
fn filters_are_listed_in_order_and_once() {
    let mut script = Script::ready();
    assert_eq!(script.ask(add(&["/a/"])), json!([{"source": "a", "flags": ""}]));
    let all = json!([
        {"source": "a", "flags": ""}, {"source": "b", "flags": "i"}, {"source": "b", "flags": ""}
    ]);
    assert_eq!(script.ask(add(&["/b/i", "/a/", "/b/", "/b/i"])), all);
}

#[test]
fn a_hidden_message_is_in_neither_array_and_in_no_transcript() {
    let mut script = Script::started();
    script.ask(add(&["/^secret/i"]));
    script.take();
    let messages = vec![
        says(2, Who::Agent, "one"),
        says(3, Who::Client, "Secret two"),
        says(4, Who::Agent, "no secret"),
    ];
    script.answer_poll_due(batch(messages));
    let received = script.payload("messageReceived");
    assert_eq!(texts(&received["messages"]), ["one", "no secret"]);
    assert_eq!(texts(&received["originalMessages"]), ["one", "no secret"]);
    let transcript = script.ask(Command::GetTranscript);
    assert_eq!(texts(&transcript["messages"]), ["", "one", "no secret"]);
    assert_eq!(texts(&transcript["originalMessages"]), ["", "one", "no secret"]);
}

#[test]
fn a_hidden_message_still_acts() {
    let mut script = Script::started();
    script.ask(add(&["/x/"]));
    script.take();
    assert_eq!(
        events(&mut script, vec![says(2, Who::Agent, "x")]),
        ["agentConnected", "agentTypingStopped"],
        "no messageReceived"
    );
    assert_eq!(script.stored[key::INDEX], "3", "the position moves on");
    assert_eq!(script.ask(Command::GetStats)["endTime"], time_of(2));
    script.take();
    assert_eq!(events(&mut script, vec![says(2, Who::Agent, "seen")]), [""; 0], "it counts as seen");
}

#[test]
fn only_texts_are_hidden() {
    let mut script = Script::started();
    script.ask(add(&["/x/"]));
    for (index, kind) in
        [(2, "PushUrl"), (3, "Notice"), (4, "CustomNotice"), (5, "TypingStarted"), (6, "FileUploaded")]
    {
        script.answer_poll_due(batch(vec![entry(index, Who::Agent, kind, Some("x"))]));
        assert_eq!(script.payload("messageReceived")["messages"][0]["type"], kind);
    }
}

#[test]
fn the_cobrowse_token_is_hidden_and_not_listed() {
    let mut script = Script::started();
    let shown = "{start:12345678}";
    script
        .answer_poll_due(batch(vec![says(2, Who::Client, "{start:123456789}"), says(3, Who::Client, shown)]));
    assert_eq!(texts(&script.payload("messageReceived")["messages"]), [shown]);
    assert_eq!(script.ask(add(&[])), json!([]));
}

#[test]
fn an_expression_that_takes_too_long_hides_and_is_logged() {
    let mut script = Script::started();
    script.ask(add(&[r"/(a+)+\1$/"]));
    let text = format!("{}!", "a".repeat(5_000));
    script.answer_poll_due(batch(vec![says(2, Who::Agent, &text), says(3, Who::Agent, "short")]));
    assert_eq!(texts(&script.payload("messageReceived")["messages"]), ["short"]);
    assert_eq!(script.logged, ["a prefilter gave up on a message, which is hidden for safety"]);
}

#[test]
fn filters_are_stored_with_the_session_and_stay_for_the_next() {
    let mut script = Script::ready();
    script.ask(add(&["/a/"]));
    assert!(script.stored.is_empty(), "without a session there is nothing to restore");
    script.command(super::script::start_chat());
    script.answer("start", session("chat-1"));
    let stored = |script: &Script| serde_json::from_str::<Value>(&script.stored[key::FILTERS]).unwrap();
    assert_eq!(stored(&script), json!({"custom": [{"source": "a", "flags": ""}]}));
    script.ask(add(&["/b/i"]));
    assert_eq!(
        stored(&script),
        json!({"custom": [{"source": "a", "flags": ""}, {"source": "b", "flags": "i"}]})
    );
    script.command(Command::EndChat);
    script.answer_end();
    assert!(!script.stored.contains_key(key::FILTERS));
    script.command(super::script::start_chat());
    script.answer("start", session("chat-2"));
    assert_eq!(stored(&script)["custom"].as_array().unwrap().len(), 2);
}

#[test]
fn a_filtered_message_is_sent_and_not_shown() {
    let mut script = Script::started();
    let id = script.command(filtered(Some("code 1"), Some(r"/^code \d/")));
    assert_eq!(script.take(), ["sendFilteredMessage: resolved", "> send code 1"], "resolved at once");
    assert_eq!(script.resolved(id), json!(null));
    assert_eq!(script.ask(add(&[])), json!([{"source": r"^code \d", "flags": ""}]));
    script.answer("send", done());
    script.take();
    assert_eq!(events(&mut script, vec![says(2, Who::Client, "code 1")]), [""; 0]);
}

#[test]
fn whatever_becomes_of_a_filtered_message() {
    let mut script = Script::started();
    script.command(filtered(Some("x"), Some("/x/")));
    script.fail("send", bad_request(204));
    assert_eq!(script.take()[2..], ["error"]);
    script.command(filtered(Some("x"), Some("/x/")));
    script.take();
    script.fail("send", lost());
    script.answer_poll_due(batch(vec![says(2, Who::Client, "x")]));
    assert_eq!(script.kinds(), [""; 0]);
}

#[test]
fn a_filtered_message_needs_a_text_an_expression_and_a_session() {
    for command in [filtered(None, Some("/x/")), filtered(Some("x"), None), filtered(Some(" "), Some("/y/"))]
    {
        let mut script = Script::started();
        script.command(command);
        assert_eq!(script.take(), ["sendFilteredMessage: resolved"]);
    }
    let mut script = Script::ready();
    let id = script.command(filtered(Some("x"), Some("/x/")));
    assert_eq!(script.rejected(id), (ErrorKind::NoSession, "No active chat session"));
    assert_eq!(script.ask(add(&[])), json!([]));
}

#[test]
fn a_filtered_message_obeys_the_rules_of_messages() {
    let mut script = Script::started_with(|script| script.config.max_message_length = Some(3));
    script.command(filtered(Some("long"), Some("/x/")));
    assert_eq!(script.take(), ["sendFilteredMessage: resolved"], "too long");
    script.step();
    script.fail("poll", lost());
    script.take();
    script.command(filtered(Some("x"), Some("/x/")));
    assert_eq!(script.take(), ["sendFilteredMessage: resolved"], "disconnected");
    script.command(Command::SendTyping { message: None });
    script.take();
}
