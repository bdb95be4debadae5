//! `sendMessage` and the outbox: one message on its way at a time, lost answers settled by the transcript.

use super::{answers::*, script::Script};
use crate::{
    ErrorKind, Retry,
    command::{Command, SendMessage},
    transport::{Operation, Verdict},
};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn a_message_resolves_with_the_answer_and_is_not_echoed() {
    let mut script = Script::started();
    let id = script.send("  hi ");
    assert_eq!(script.take(), ["> send   hi "], "untrimmed");
    script.answer("send", done());
    assert_eq!(script.take(), ["sendMessage: resolved"]);
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": false}));
}

#[test]
fn the_options_reach_the_server() {
    let mut script = Script::started();
    script.command(Command::SendMessage(SendMessage {
        message: Some("hi".into()),
        message_type: Some("form".into()),
        parent_message_id: Some("42".into()),
    }));
    let Operation::Send(text) = &script.request("send").request.operation else { panic!() };
    assert_eq!((text.message_type.as_deref(), text.related_event.as_deref()), (Some("form"), Some("42")));
}

#[test]
fn a_message_needs_a_text_that_is_not_blank() {
    let mut script = Script::started();
    for text in [None, Some(""), Some(" \t\n"), Some("\u{feff}\u{a0}")] {
        let id = script.command(Command::SendMessage(SendMessage {
            message: text.map(Into::into),
            ..Default::default()
        }));
        assert_eq!(script.rejected(id), (ErrorKind::InvalidArgument, "No message text provided"));
    }
}

#[test]
fn the_session_is_checked_before_the_text() {
    let mut script = Script::ready();
    for text in ["hi", " "] {
        let id = script.send(text);
        assert_eq!(script.rejected(id), (ErrorKind::NoSession, "There is no active chat session"));
    }
}

#[test]
fn a_long_message_is_rejected_by_code_points() {
    let mut script = Script::started_with(|script| script.config.max_message_length = Some(3));
    let id = script.send("🙂🙂🙂🙂");
    assert_eq!(
        script.rejected(id),
        (ErrorKind::InvalidArgument, "Message length exceeds configured threshold of (3) characters")
    );
    script.send("🙂🙂🙂");
    assert_eq!(script.kinds(), ["send"]);
}

#[test]
fn nothing_is_sent_while_disconnected() {
    let mut script = Script::started();
    script.step();
    script.fail("poll", lost());
    script.take();
    for text in ["hi", " "] {
        let id = script.send(text);
        let error = script.error(id);
        assert_eq!(
            (error.kind(), error.rejection()),
            (ErrorKind::NotSent, json!({"statusCode": 1})),
            "first of all"
        );
        assert_eq!(error.retry(), Retry::WithBackoff);
    }
    assert_eq!(script.take(), ["sendMessage: rejected"; 2]);
    script.answer_poll_due(done());
    script.send("hi");
    assert_eq!(script.kinds(), ["send"]);
}

#[test]
fn messages_go_one_by_one_in_order() {
    let mut script = Script::quiet();
    for text in ["1", "2", "3"] {
        script.send(text);
    }
    assert_eq!(script.take(), ["> send 1"]);
    script.answer("send", done());
    assert_eq!(script.take(), ["sendMessage: resolved", "> send 2"]);
    script.fail("send", bad_request(204));
    assert_eq!(script.take(), ["error", "sendMessage: rejected", "> send 3"]);
}

#[test]
fn a_refused_message_is_rejected_with_the_response() {
    for (failure, kind) in [
        (bad_request(204), ErrorKind::Rejected),
        (http(403), ErrorKind::Rejected),
        (http(404), ErrorKind::NotFound),
    ] {
        let mut script = Script::quiet();
        let id = script.send("hi");
        let response = failure.response.clone();
        script.fail("send", failure);
        assert_eq!((script.error(id).kind(), script.error(id).rejection()), (kind, response));
    }
    let mut script = Script::quiet();
    let id = script.send("hi");
    script.answer("send", refused(7, Some(false)));
    assert_eq!(script.error(id).rejection(), json!({"statusCode": 2, "errors": [{"code": 7}]}));
}

#[test]
fn a_message_that_never_left_is_rejected() {
    let mut script = Script::quiet();
    let id = script.send("hi");
    let behind = script.send("behind");
    script.take();
    script.fail("send", unreachable());
    assert_eq!(script.take(), ["disconnected", "sendMessage: rejected", "sendMessage: rejected"]);
    assert_eq!(
        (script.error(id).kind(), script.error(id).retry()),
        (ErrorKind::Disconnected, Retry::WithBackoff)
    );
    assert_eq!(script.error(behind).kind(), ErrorKind::NotSent, "nor did the one behind it");
}

#[test]
fn a_message_waits_as_long_as_the_server_asks() {
    let mut script = Script::quiet();
    let id = script.send("hi");
    script.fail("send", come_back(429, Duration::from_secs(7)));
    script.wait_ms(6_999);
    assert_eq!(script.kinds(), [""; 0]);
    script.wait_ms(1);
    script.fail("send", http(429));
    script.wait_ms(1_999);
    assert_eq!(script.kinds(), [""; 0], "the second pause is longer");
    script.wait_ms(1);
    script.answer("send", done());
    assert!(script.outcome(id).unwrap().is_ok());

    let id = script.send("hi");
    script.fail("send", come_back(429, Duration::from_secs(60)));
    assert_eq!(script.error(id).kind(), ErrorKind::RateLimited, "that is too long");
}

#[test]
fn a_message_that_is_always_put_off_is_rejected_in_the_end() {
    let mut script = Script::quiet();
    let id = script.send("hi");
    let start = script.now;
    let mut left = Vec::new();
    while script.is_open(id) {
        left.push((script.now - start).as_secs());
        script.fail("send", come_back(429, Duration::ZERO));
        if script.is_open(id) {
            script.step();
        }
    }
    assert_eq!(script.error(id).kind(), ErrorKind::RateLimited);
    assert_eq!(left, [0, 1, 3, 7, 15, 25, 35, 45, 55], "a minute, however soon the server asks for it");
}

#[test]
fn an_answer_that_says_nothing_of_the_message_settles_it() {
    let mut script = Script::quiet();
    let id = script.send("hi");
    script.answer("send", crate::transport::Reply { verdict: Verdict::Done, ..Default::default() });
    assert_eq!(script.resolved(id), Value::Null);
}
