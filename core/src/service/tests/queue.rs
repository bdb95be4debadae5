//! Messages that wait while the connection is lost.

use super::{
    answers::*,
    script::{Script, message},
};
use crate::{ErrorKind, command::Command, config::OutboxConfig, prefilter::Prefilter};
use serde_json::json;
use std::time::Duration;

/// A chat whose messages wait, the connection lost.
fn cut_off(bound: Option<(usize, usize)>) -> Script {
    let mut script = Script::started_with(|script| {
        script.config.outbox = OutboxConfig { tells: true, keep: false, queues: true, bound };
    });
    script.step();
    script.fail("poll", unreachable());
    script.take();
    script
}

/// The connection is back.
fn come_back(script: &mut Script) {
    script.answer_poll_due(done());
}

#[test]
fn messages_wait_for_the_connection_and_go_in_order() {
    let mut script = cut_off(None);
    let ids: Vec<_> = ["a", "b", "c"].into_iter().map(|text| script.send(text)).collect();
    for _ in 0..20 {
        while !script.kinds().contains(&"poll") {
            script.step();
        }
        script.fail("poll", unreachable());
    }
    assert!(ids.iter().all(|id| script.is_open(*id)), "{:?}", script.now);
    assert!(!script.take().iter().any(|line| line.starts_with("> send")));
    come_back(&mut script);
    for id in ids {
        assert_eq!(script.kinds().iter().filter(|kind| **kind == "send").count(), 1);
        script.answer("send", done());
        assert!(script.outcome(id).unwrap().is_ok());
    }
    let states: Vec<_> = script.payloads("outbox").iter().map(|told| told["state"].clone()).collect();
    let expected = ["queued", "queued", "queued", "sending", "sent", "sending", "sent", "sending", "sent"];
    assert_eq!(states, expected);
}

#[test]
fn one_that_finds_no_connection_waits_as_well() {
    let mut script = Script::started_with(|script| {
        script.config.outbox = OutboxConfig { tells: true, keep: false, queues: true, bound: None };
    });
    let id = script.send("a");
    script.fail("send", unreachable());
    assert!(script.is_open(id));
    script.wait(Duration::from_secs(0));
    come_back(&mut script);
    while !script.kinds().contains(&"send") {
        if script.kinds().contains(&"poll") {
            script.answer("poll", done());
        } else {
            script.step();
        }
    }
    script.answer("send", done());
    assert!(script.outcome(id).unwrap().is_ok());
}

#[test]
fn one_in_doubt_is_settled_when_the_connection_is_back() {
    let mut script = Script::started_with(|script| {
        script.config.outbox = OutboxConfig { tells: true, keep: false, queues: true, bound: None };
    });
    let id = script.send("a");
    script.fail("send", lost());
    for _ in 0..60 {
        while !script.kinds().contains(&"poll") {
            script.step();
        }
        script.fail("poll", unreachable());
    }
    assert!(script.is_open(id), "after {:?}", script.now);
    script.answer_poll_due(batch(vec![says(2, Who::Client, "a")]));
    assert!(script.outcome(id).unwrap().is_ok());
}

#[test]
fn what_waits_can_be_cancelled_and_has_a_deadline() {
    let mut script = cut_off(None);
    let first = script.send("a");
    let second = script.command_within(message("b"), Some(Duration::from_secs(7)));
    let third = script.send("c");
    script.cancel(first);
    assert_eq!(script.rejected(first).0, ErrorKind::Cancelled);
    script.wait(Duration::from_secs(8));
    assert_eq!(script.rejected(second).0, ErrorKind::Timeout);
    let states: Vec<_> = script
        .payloads("outbox")
        .iter()
        .map(|told| format!("{} {}", told["localID"], told["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, ["1 queued", "2 queued", "3 queued", "1 rejected", "2 rejected"]);
    while script.kinds().contains(&"poll") {
        script.answer("poll", done());
    }
    come_back(&mut script);
    script.answer("send", done());
    assert!(script.outcome(third).unwrap().is_ok());
}

#[test]
fn the_bounds_are_kept_and_said() {
    let mut script = cut_off(Some((2, 5)));
    script.send("a");
    let long = script.send("12345");
    assert_eq!(script.rejected(long).0, ErrorKind::Busy);
    assert!(script.rejected(long).1.contains("outbox.maxBytes allows, 5"));
    script.send("b");
    let many = script.send("c");
    assert!(script.rejected(many).1.contains("2 messages wait"), "{:?}", script.rejected(many));
    assert_eq!(script.ask(Command::GetOutbox)["messages"].as_array().unwrap().len(), 2);
}

#[test]
fn filtered_messages_wait_as_well() {
    let mut script = cut_off(None);
    let regex = Prefilter::from_json(&json!("/secret/")).unwrap();
    script.command(Command::SendFilteredMessage { message: Some("secret".into()), regex: Some(regex) });
    assert_eq!(script.ask(Command::GetOutbox)["messages"][0]["state"], "queued");
    come_back(&mut script);
    assert!(script.kinds().contains(&"send"));
}

#[test]
fn ending_the_chat_does_not_wait_for_the_connection_for_ever() {
    let mut script = cut_off(None);
    let id = script.send("a");
    script.command(Command::EndChat);
    script.wait(Duration::from_secs(7));
    assert!(!script.is_open(id));
}
