//! What the log is told: each line once, with its level, without anything private.

use super::{
    answers::*,
    script::{Script, message},
};
use crate::{command::Command, transport::Reply};
use std::time::Duration;

/// What the log was told since it was last asked.
fn told(script: &mut Script) -> Vec<String> {
    std::mem::take(&mut script.noted)
}

/// The same, without details.
fn happened(script: &mut Script) -> Vec<String> {
    let mut lines = told(script);
    lines.retain(|line| line.starts_with("INFO"));
    lines
}

/// Answers polls as they are due until the message is sent again, or its fate told.
fn look(script: &mut Script, answer: impl Fn() -> Reply) {
    while !script.kinds().contains(&"send") && script.open() > 0 {
        script.answer_poll_due(answer());
    }
}

#[test]
fn a_chat_is_told_in_few_words() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![
        joins(2, Who::Agent),
        says(3, Who::Agent, "hi"),
        joins(4, Who::Supervisor),
    ]));
    script.answer_poll_due(batch(vec![leaves(5, Who::Supervisor), leaves(6, Who::Agent)]));
    script.command(Command::EndChat);
    script.answer_end();
    let expected = [
        "INFO started",
        "INFO an agent has joined (agents: 1)",
        "INFO a supervisor has joined (agents: 2)",
        "INFO a supervisor has left (agents: 1)",
        "INFO an agent has left (agents: 0)",
        "INFO ended by endChat",
    ];
    assert_eq!(happened(&mut script), expected);
    assert!(script.logged.is_empty(), "{:?}", script.logged);
}

#[test]
fn details_are_told_as_such() {
    let mut script = Script::started();
    told(&mut script);
    script.answer_poll_due(batch(vec![
        joins(2, Who::Agent),
        says(3, Who::Agent, "hi"),
        says(4, Who::Agent, "ho"),
    ]));
    script.answer_poll_due(batch(vec![says(5, Who::Agent, "hi")]));
    let lines = told(&mut script);
    assert!(lines.contains(&"DEBUG 3 messages received".to_owned()), "{lines:?}");
    assert!(lines.contains(&"DEBUG 1 message received".to_owned()), "{lines:?}");
}

#[test]
fn why_a_chat_ended_is_told() {
    let mut script = Script::started();
    script.answer_poll_due(Reply { ended: Some(true), ..batch(vec![]) });
    assert_eq!(happened(&mut script).last().unwrap(), "INFO ended by the server");

    let mut script = Script::started();
    script.step();
    script.fail("poll", gone(http(404)));
    assert_eq!(
        happened(&mut script).last().unwrap(),
        "INFO ended: the server does not go on with the session"
    );

    let mut script = Script::started();
    script.command(Command::EndChat);
    script.fail("end", unreachable());
    assert_eq!(
        happened(&mut script).last().unwrap(),
        "INFO ended by endChat, which the server has not confirmed"
    );

    let mut script = Script::started();
    script.close();
    assert_eq!(happened(&mut script).last().unwrap(), "INFO closed; the session goes on at the server");
    let mut script = Script::ready();
    script.close();
    assert_eq!(told(&mut script).last().unwrap(), "DEBUG closed");
}

#[test]
fn how_long_an_outage_was_is_told() {
    let mut script = Script::started();
    told(&mut script);
    script.step();
    script.fail("poll", unreachable());
    assert_eq!(script.logged, ["the connection is lost"]);
    let since = script.now;
    script.wait(Duration::from_millis(12_340));
    let failed = script.kinds().contains(&"poll");
    assert!(failed, "polls go on");
    script.answer("poll", done());
    let seconds = (script.now - since).as_secs_f64();
    assert_eq!(happened(&mut script), [format!("INFO reconnected after {seconds:.1} s")]);
    assert_eq!((seconds, script.logged.len()), (12.34, 1));

    let mut script = Script::started();
    told(&mut script);
    script.answer_poll_due(temporary());
    let since = script.now;
    (0..5).for_each(|_| script.answer_poll_due(temporary()));
    assert_eq!(script.logged, ["the chat server is offline"]);
    script.answer_poll_due(done());
    let seconds = (script.now - since).as_secs_f64();
    let expected = [
        "INFO the chat server does not answer; it is asked again".to_owned(),
        format!("INFO the chat server is back after {seconds:.1} s"),
    ];
    assert_eq!(happened(&mut script), expected);
}

const DOUBT: &str = "the answer to a message is lost: the transcript is to tell whether it arrived";

#[test]
fn a_message_in_doubt_and_how_that_ended_are_told() {
    let mut script = Script::started();
    told(&mut script);
    script.send("hi");
    script.fail("send", http(503));
    assert_eq!(script.logged, [DOUBT]);
    script.answer_poll_due(batch(vec![says(2, Who::Client, "hi")]));
    assert_eq!(happened(&mut script), ["INFO the message in doubt has arrived"]);

    let mut script = Script::started();
    told(&mut script);
    script.send("hi");
    script.fail("send", http(503));
    look(&mut script, done);
    script.answer("send", done());
    assert_eq!(happened(&mut script), ["INFO the message in doubt did not arrive: it is sent again"]);

    let mut script = Script::started();
    script.command(message("hi"));
    script.fail("send", http(503));
    let unclear = || batch(vec![says(2, Who::Client, "this"), says(3, Who::Client, "that")]);
    look(&mut script, unclear);
    let unknown = "it stays unknown whether a message arrived: what the transcript shows may be this message or another";
    assert_eq!(script.logged, [DOUBT, unknown]);

    let mut script = Script::started();
    script.send("hi");
    script.close();
    let unknown =
        "it stays unknown whether a message arrived: the service was closed while the message was on its way";
    assert_eq!(script.logged, [unknown]);
}

#[test]
fn requests_that_fail_or_are_refused_are_told() {
    let mut script = Script::started();
    script.step();
    script.fail("poll", http(500));
    assert_eq!(script.troubles.len(), 1);
    assert!(script.troubles[0].starts_with("a request failed (HTTP status 500)"), "{:?}", script.troubles);
}

#[test]
fn a_message_that_arrives_without_ado_is_no_matter_for_the_log() {
    let mut script = Script::started();
    told(&mut script);
    script.send("hi");
    script.answer("send", done());
    script.answer_poll_due(batch(vec![says(2, Who::Client, "hi")]));
    assert_eq!((happened(&mut script), script.logged.len()), (vec![], 0));
}

#[test]
fn no_text_or_name_is_told() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![joins(2, Who::Agent), says(3, Who::Agent, "s3cr3t")]));
    script.send("s3cr3t");
    script.fail("send", http(503));
    look(&mut script, || batch(vec![says(4, Who::Client, "s3cr3t")]));
    script.command(Command::EndChat);
    script.answer_end();
    let lines = script.noted.iter().chain(&script.logged).chain(&script.troubles);
    for line in lines {
        let private = ["s3cr3t", "Mia", "Ann", "key", "chat-1"];
        assert!(!private.iter().any(|private| line.contains(private)), "{line}");
    }
}
