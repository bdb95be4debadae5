//! What the server accepts without showing it yet.

use super::{answers::*, push::news, script::Script};
use crate::{
    ErrorKind,
    command::Command,
    transport::{Body, Reply, Verdict},
};
use serde_json::json;

/// What a server says of a request whose event is still to come.
fn accepted(words: bool) -> Reply {
    let reply = done();
    let body = if words { reply.body.clone() } else { Body::default() };
    Reply { verdict: Verdict::Accepted, body, ..reply }
}

#[test]
fn an_accepted_message_is_sent_once_it_is_shown_and_fetched_where_it_is_not() {
    for text in ["hi", "**"] {
        for (shown, earlier) in [(true, false), (true, true), (false, false)] {
            let mut script = Script::pushing();
            let id = script.send("hi");
            let next = script.send("ho");
            let own = || vec![says(2, Who::Client, text)];
            if earlier {
                script.incoming(news(own()));
            }
            script.answer("send", accepted(true));
            if !earlier {
                assert!(
                    script.is_open(id) && script.kinds().is_empty(),
                    "what was accepted may be another request"
                );
            }
            if shown && !earlier {
                script.incoming(news(own()));
            } else if !shown {
                script.wait_ms(499);
                assert!(script.kinds().is_empty());
                script.wait_ms(1);
                assert_eq!(script.fetch_from(), 2);
                script.answer("poll", batch(own()));
            }
            assert_eq!(
                script.resolved(id),
                json!({"statusCode": 0, "chatEnded": false}),
                "the server's words"
            );
            assert!(script.is_open(next) && script.kinds() == ["send"]);
            script.answer("send", accepted(true));
            assert_eq!(script.kinds().is_empty(), shown, "what hides its own is asked at once");
            if shown {
                script.incoming(news(vec![says(3, Who::Client, "ho")]));
            } else {
                script.answer("poll", batch(vec![says(3, Who::Client, "ho")]));
            }
            assert_eq!(script.resolved(next)["statusCode"], 0);
            assert_eq!(script.told_places(), [1, 2, 3]);
            assert_eq!(script.service.next_timeout(), None);
        }
    }
}

#[test]
fn an_accepted_message_that_is_never_shown_is_repeated_and_never_told_as_sent() {
    let mut script = Script::pushing();
    let id = script.send("hi");
    let next = script.send("ho");
    script.answer("send", accepted(true));
    let (mut sends, mut looks) = (1, 0);
    while script.is_open(id) {
        match script.kinds().first() {
            Some(&"poll") => {
                looks += 1;
                script.answer("poll", done());
            }
            Some(_) => {
                sends += 1;
                script.answer("send", accepted(true));
            }
            None => script.step(),
        }
    }
    assert_eq!(script.rejected(id).0, ErrorKind::OutcomeUnknown);
    assert!((2..=12).contains(&sends) && looks >= sends, "{sends} times sent, {looks} looks");
    assert_eq!((script.kinds(), script.is_open(next)), (vec!["send"], true), "what became of it is known");
}

#[test]
fn an_accepted_message_that_a_look_came_too_early_for_is_settled_by_its_event() {
    let mut script = Script::pushing();
    let id = script.send("hi");
    script.answer("send", accepted(true));
    script.wait_ms(500);
    script.answer("poll", done());
    assert!(script.is_open(id), "it may still arrive");
    script.incoming(news(vec![says(2, Who::Client, "hi")]));
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": false}));
}

#[test]
fn a_message_that_was_taken_without_a_word_is_in_doubt() {
    let mut script = Script::pushing();
    let id = script.send("hi");
    script.answer("send", accepted(false));
    assert!(script.is_open(id));
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert_eq!(script.resolved(id), json!({"statusCode": 0}));

    let lost = script.send("ho");
    script.answer("send", accepted(false));
    script.answer("poll", done());
    assert!(script.is_open(lost), "it may still arrive");
    script.wait(script.config.ajax_timeout);
    script.answer("poll", done());
    assert_eq!(script.kinds(), ["send"], "it did not arrive");
}

#[test]
fn a_message_that_was_seen_before_it_was_accepted_is_not_asked_for() {
    for words in [true, false] {
        let mut script = Script::pushing();
        let id = script.send("hi");
        script.incoming(news(vec![says(2, Who::Client, "hi")]));
        script.answer("send", accepted(words));
        assert_eq!(script.resolved(id)["statusCode"], 0);
        assert_eq!(script.service.next_timeout(), None);
    }
}

#[test]
fn any_other_command_is_told_that_the_server_took_it() {
    for words in [true, false] {
        let mut script = Script::pushing();
        let id = script.command(Command::SendCustomNotice { message: "n".into() });
        script.answer("notice", accepted(words));
        assert_eq!(script.resolved(id)["statusCode"], 0);
        script.wait_ms(500);
        script.answer("poll", Reply { stale: true, ..done() });
        assert!(script.kinds().is_empty());
        script.wait_ms(500);
        script.answer("poll", batch(vec![entry(2, Who::Client, "CustomNotice", Some("n"))]));
        assert_eq!(script.service.next_timeout(), None, "all is shown that there is");
    }
}

#[test]
fn the_end_waits_until_what_was_accepted_is_shown() {
    let mut script = Script::pushing();
    script.send("hi");
    script.answer("send", accepted(true));
    let end = script.command(Command::EndChat);
    assert!(script.is_open(end) && script.kinds().is_empty());
    script.wait_ms(500);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert_eq!(script.kinds(), ["end"]);
}
