//! Messages whose answer is lost: looked for in the transcript, repeated only when they can no longer arrive, and what becomes of those
//! that are given up meanwhile.

use super::{
    answers::*,
    script::{Script, message, start_chat},
};
use crate::{
    ErrorKind,
    command::{Command, RequestId},
    transport::Reply,
};
use serde_json::{Value, json};
use std::time::Duration;

/// What a message resolves with that the transcript proved to have arrived.
fn settled() -> Value {
    json!({"statusCode": 0})
}

/// A message whose answer is lost.
fn doubtful(script: &mut Script, text: &str) -> RequestId {
    let id = script.send(text);
    script.fail("send", http(503));
    id
}

#[test]
fn a_lost_answer_is_settled_by_the_next_poll() {
    for failure in [lost(), http(408), http(503), http(500)] {
        let mut script = Script::started();
        let id = script.send("hi");
        script.fail("send", failure);
        assert_eq!(script.kinds(), ["poll"], "at once");
        script.answer("poll", batch(vec![says(2, Who::Agent, "hi"), says(3, Who::Client, "hi")]));
        assert_eq!(script.resolved(id), settled());
        assert_eq!(script.kinds(), [""; 0]);
    }
    let mut script = Script::started();
    let id = script.send("hi");
    script.answer("send", temporary());
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert_eq!(script.resolved(id), settled(), "statusCode 1 is no answer either");
}

#[test]
fn a_message_is_repeated_when_it_can_no_longer_arrive() {
    let mut script = Script::started();
    let id = script.send("hi");
    script.fail("send", http(503));
    let since = script.now;
    while !script.kinds().contains(&"send") {
        assert!(script.now - since <= Duration::from_secs(3));
        script.answer_poll_due(batch(vec![says(2, Who::Agent, "hi")]));
    }
    assert_eq!(script.now - since, Duration::from_secs(3), "after ajaxTimeout");
    script.answer("send", done());
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": false}));
}

#[test]
fn a_poll_that_left_too_early_proves_nothing() {
    let mut script = Script::started();
    script.step();
    doubtful(&mut script, "hi");
    script.wait_ms(3_500);
    script.answer("poll", done());
    assert_eq!(script.kinds(), [""; 0]);
    script.step();
    assert_eq!(script.kinds(), ["poll"]);
    script.answer("poll", done());
    assert_eq!(script.kinds(), ["send"]);
}

#[test]
fn an_entry_seen_before_the_answer_is_lost_counts() {
    let mut script = Script::started();
    let id = script.send("hi");
    script.answer_poll_due(batch(vec![says(2, Who::Client, "hi")]));
    assert!(script.is_open(id));
    let behind = script.send("ho");
    script.take();
    script.fail("send", lost());
    assert_eq!(script.resolved(id), settled());
    assert!(!script.take().contains(&"disconnected".to_owned()), "the server has answered since");
    script.answer("send", done());
    assert!(script.outcome(behind).unwrap().is_ok());
}

#[test]
fn equal_texts_are_not_confused() {
    let mut script = Script::started();
    script.send("hi");
    script.answer("send", done());
    let second = doubtful(&mut script, "hi");
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert!(script.is_open(second), "the entry is the first one's");
    while !script.kinds().contains(&"send") {
        script.answer_poll_due(done());
    }
    script.fail("send", lost());
    script.answer_poll_due(batch(vec![says(3, Who::Client, " hi")]));
    assert_eq!(script.resolved(second), settled(), "a server may trim");
}

#[test]
fn an_entry_from_before_or_of_others_proves_nothing() {
    let mut script = Script::started();
    script.answer_poll_due(batch(vec![says(5, Who::Client, "hi")]));
    let id = doubtful(&mut script, "hi");
    let strangers = vec![
        says(4, Who::Client, "hi"),
        says(6, Who::External, "hi"),
        entry(7, Who::Client, "Notice", Some("hi")),
    ];
    script.answer("poll", batch(strangers));
    assert!(script.is_open(id));
}

#[test]
fn another_customer_proves_nothing() {
    let mut script = Script::started();
    let id = doubtful(&mut script, "hi");
    let mut other = says(2, Who::Client, "hi");
    other.message.from.id = "9".into();
    script.answer("poll", batch(vec![other]));
    assert!(script.is_open(id));

    let mut script = Script::ready();
    script.command(start_chat());
    script.answer("start", session("chat-1"));
    script.answer("poll", done());
    let id = doubtful(&mut script, "hi");
    script.answer("poll", batch(vec![says(1, Who::Agent, "hi")]));
    assert!(script.is_open(id), "even before our own participant is known");

    let mut script = Script::ready();
    script.command(start_chat());
    script.answer("start", Reply { messages: vec![joins(1, Who::Client)], ..session("chat-1") });
    script.answer("poll", done());
    let id = doubtful(&mut script, "hi");
    let mut other = says(2, Who::Client, "hi");
    other.message.from.id = "9".into();
    script.answer("poll", batch(vec![other]));
    assert!(script.is_open(id), "the start told which one it is");
}

#[test]
fn the_transcript_is_looked_at_beside_the_polls_while_they_are_off() {
    let mut script = Script::quiet();
    let id = doubtful(&mut script, "hi");
    script.take();
    script.wait_ms(3_000);
    assert_eq!(script.take(), ["> poll 2"]);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi"), says(3, Who::Agent, "there")]));
    assert_eq!(script.take(), ["sendMessage: resolved"], "nothing is published");
    assert_eq!(script.resolved(id), settled());
    script.command(Command::StartPoll);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi"), says(3, Who::Agent, "there")]));
    assert_eq!(
        script.payload("messageReceived")["messages"].as_array().unwrap().len(),
        2,
        "a poll brings them"
    );
}

#[test]
fn a_look_that_repeats_what_polls_brought_proves_nothing() {
    let mut script = Script::started();
    script.send("hi");
    script.answer("send", done());
    script.step();
    let id = script.send("hi");
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    script.command(Command::StopPoll);
    script.fail("send", http(503));
    script.wait_ms(3_000);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert!(script.is_open(id));
    assert_eq!(script.kinds(), ["send"]);
}

#[test]
fn one_look_does_not_settle_two_messages() {
    let mut script = Script::quiet();
    let first = doubtful(&mut script, "hi");
    script.wait_ms(3_000);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    let second = doubtful(&mut script, "hi");
    script.wait_ms(3_000);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert!(!script.is_open(first) && script.is_open(second));
    assert_eq!(script.kinds(), ["send"], "so it is repeated");
}

#[test]
fn a_look_remembers_the_entry_of_a_ghost() {
    let mut script = Script::quiet();
    let ghost = doubtful(&mut script, "hi");
    while script.is_open(ghost) {
        script.step();
        while script.kinds().contains(&"poll") {
            script.answer("poll", temporary());
        }
    }
    let id = script.send("hi");
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    script.wait_ms(1_000);
    script.fail("send", http(503));
    script.wait_ms(3_000);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert!(script.is_open(id));
    assert_eq!(script.kinds(), ["send"], "the entry is the other's");
}

#[test]
fn a_look_and_a_poll_are_never_under_way_together() {
    let mut script = Script::quiet();
    doubtful(&mut script, "hi");
    script.wait_ms(3_000);
    script.command(Command::StartPoll);
    assert_eq!(script.kinds(), ["poll"], "the look");
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    script.step();
    assert_eq!(script.kinds(), ["poll"]);

    script.command(Command::StopPoll);
    doubtful(&mut script, "hi");
    script.wait_ms(10_000);
    assert_eq!(script.kinds(), ["poll"], "the last poll, still under way");
}

#[test]
fn a_look_tells_of_the_end_of_the_chat() {
    let mut script = Script::quiet();
    let id = doubtful(&mut script, "hi");
    script.wait_ms(3_000);
    script.take();
    script.answer("poll", ended());
    assert_eq!(script.take(), ["sendMessage: rejected", "ended"]);
    assert_eq!(script.rejected(id).0, ErrorKind::OutcomeUnknown);
}

#[test]
fn a_message_that_cannot_be_settled_is_unknown_in_the_end() {
    let mut script = Script::started();
    let id = doubtful(&mut script, "hi");
    let start = script.now;
    while script.is_open(id) {
        script.step();
        while script.kinds().contains(&"poll") {
            script.answer("poll", temporary());
        }
    }
    assert_eq!(script.now - start, Duration::from_secs(66), "and the time for a last attempt");
    let text = "no answer came, and the transcript did not tell in time; it may have arrived";
    assert_eq!(script.rejected(id), (ErrorKind::OutcomeUnknown, text));
    // The next may go only once the transcript has told: the event of either could be the other's.
    script.send("other");
    assert_eq!(script.kinds(), ["poll"]);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    script.idle(Duration::from_secs(1));
    assert_eq!(script.kinds(), ["send"]);
}

#[test]
fn a_poll_that_left_too_early_lays_no_ghost() {
    let mut script = Script::started();
    script.step();
    let id = script.send("hi");
    script.fail("send", come_back(429, Duration::from_secs(50)));
    script.wait_ms(50_000);
    script.fail("send", come_back(429, Duration::from_millis(9_900)));
    script.wait_ms(12_900);
    script.fail("send", http(503));
    script.wait_ms(3_100);
    assert_eq!(script.rejected(id).0, ErrorKind::OutcomeUnknown);
    script.answer("poll", done());
    script.send("hi");
    assert_eq!(script.kinds(), ["poll"], "only this one can tell");
}

#[test]
fn a_given_up_message_that_waits_is_not_sent() {
    let mut script = Script::quiet();
    script.send("1");
    let cancelled = script.send("2");
    let overdue = script.command_within(message("3"), Some(Duration::from_secs(1)));
    script.cancel(cancelled);
    script.wait_ms(1_000);
    assert_eq!(
        (script.rejected(cancelled).0, script.rejected(overdue).0),
        (ErrorKind::Cancelled, ErrorKind::Timeout)
    );
    script.answer("send", done());
    assert_eq!(script.kinds(), [""; 0]);
}

#[test]
fn a_given_up_message_on_its_way_is_unknown_and_not_repeated() {
    let mut script = Script::started();
    let id = script.send("hi");
    let behind = script.send("hi");
    script.cancel(id);
    assert_eq!(
        script.rejected(id),
        (ErrorKind::OutcomeUnknown, "the command was cancelled; it may have arrived")
    );
    script.fail("send", lost());
    let since = script.now;
    while !script.kinds().contains(&"send") {
        script.answer_poll_due(done());
    }
    assert_eq!(
        script.now - since,
        Duration::from_secs(3),
        "it keeps its place until it can no longer arrive"
    );
    script.answer("send", done());
    assert!(script.outcome(behind).unwrap().is_ok());
    assert_eq!(script.kinds(), [""; 0]);
}

#[test]
fn a_given_up_message_that_shows_makes_way() {
    let mut script = Script::started();
    let id = script.command_within(message("hi"), Some(Duration::from_secs(1)));
    script.fail("send", http(503));
    let behind = script.send("hi");
    script.wait_ms(1_000);
    let text = "the command's deadline has passed; it may have arrived";
    assert_eq!(script.rejected(id), (ErrorKind::OutcomeUnknown, text));
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert_eq!(script.kinds(), ["send"]);
    assert!(script.is_open(behind));
}

#[test]
fn a_given_up_message_does_not_hold_up_the_end() {
    let mut script = Script::quiet();
    let id = doubtful(&mut script, "hi");
    script.cancel(id);
    script.command(Command::EndChat);
    assert!(script.kinds().contains(&"end"));
}

#[test]
fn a_refusal_that_lost_its_command_is_silent() {
    let mut script = Script::quiet();
    let id = script.send("hi");
    script.cancel(id);
    script.take();
    script.fail("send", http(429));
    assert_eq!((script.take(), script.service.next_timeout()), (vec![], None), "and not repeated");
}
