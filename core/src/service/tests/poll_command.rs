//! The command `poll` for a commander of its own, and `restore` for the service (webchatservice.md, 4 (poll, restore)).

use super::{
    answers::*,
    push::{PUSH, agent},
    script::{NEXUS, Script, message},
};
use crate::{
    ErrorKind,
    command::{Command, Commander, Preprocessor, RequestId},
    transport::Verdict,
};
use serde_json::{Value, json};
use std::time::Duration;

const POLL: Command = Command::Poll { commander: Commander::WebChatService };
const UNFINISHED: &str = "previous poll has not finished.";

fn poll(script: &mut Script) -> RequestId {
    script.command(POLL)
}

#[test]
fn it_polls_once_while_automatic_polling_is_stopped() {
    let mut script = Script::quiet();
    for place in 2..5 {
        let id = poll(&mut script);
        assert_eq!(script.fetch_from(), place);
        script.answer("poll", batch(vec![agent(place)]));
        assert_eq!(script.resolved(id), batch(vec![agent(place)]).body.json());
        let told = script.take();
        assert!(told.ends_with(&["messageReceived".into(), "command: resolved".into()]), "{told:?}");
        script.wait(Duration::from_secs(60));
        assert!(script.kinds().is_empty(), "no other follows");
    }
    assert_eq!(script.told_places(), [1, 2, 3, 4]);
    assert_eq!(script.payloads("pollingStarted").len(), 1, "that of the start");
}

#[test]
fn it_needs_a_session_and_no_poll_under_way() {
    let mut script = Script::ready();
    let id = poll(&mut script);
    assert_eq!(script.rejected(id), (ErrorKind::NoSession, UNFINISHED));
    let mut script = Script::quiet();
    let first = poll(&mut script);
    let second = poll(&mut script);
    assert_eq!(script.rejected(second), (ErrorKind::Busy, UNFINISHED));
    script.answer("poll", done());
    assert!(script.outcome(first).is_some_and(Result::is_ok));
    script.command(Command::EndChat);
    let ending = poll(&mut script);
    assert_eq!(script.rejected(ending), (ErrorKind::NoSession, UNFINISHED));
}

#[test]
fn between_automatic_polls_it_takes_the_place_of_the_next() {
    let mut script = Script::started();
    let id = poll(&mut script);
    script.answer("poll", done());
    assert!(!script.is_open(id));
    let before = script.now;
    script.step();
    assert_eq!((script.kinds(), script.now - before), (vec!["poll"], Duration::from_millis(600)));
    let id = poll(&mut script);
    assert_eq!(script.rejected(id), (ErrorKind::Busy, UNFINISHED));
}

#[test]
fn where_messages_are_pushed_there_are_no_polls_for_anybody() {
    let mut script = Script::started_with(|script| script.capabilities = PUSH);
    let id = poll(&mut script);
    assert_eq!(script.rejected(id), (ErrorKind::Unsupported, "This transport doesn't support polling."));
}

#[test]
fn it_is_rejected_with_what_the_server_answers() {
    let mut script = Script::quiet();
    let id = poll(&mut script);
    script.fail("poll", lost());
    assert_eq!(script.rejected(id).0, lost().kind);
    for (answer, kind) in [(temporary(), ErrorKind::Unavailable), (refused(100, None), ErrorKind::Rejected)] {
        let id = poll(&mut script);
        script.answer("poll", answer);
        assert_eq!(script.rejected(id).0, kind);
    }
    script.wait(Duration::from_secs(60));
    assert!(script.kinds().is_empty());
}

#[test]
fn it_may_be_the_one_that_learns_of_the_end() {
    for (answer, resolved) in [(ended(), true), (refused(100, Some(true)), false)] {
        let mut script = Script::quiet();
        let id = poll(&mut script);
        script.answer("poll", crate::transport::Reply { messages: vec![agent(2)], ..answer });
        assert_eq!(script.outcome(id).map(Result::is_ok), Some(resolved));
        assert_eq!(script.told_places(), [1, 2]);
        assert_eq!(script.payloads("ended").len(), 1);
        assert!(script.payloads("pollingStopped").len() <= 1, "that of stopPoll");
    }
    let mut script = Script::quiet();
    let id = poll(&mut script);
    script.fail("poll", gone(http(404)));
    assert!(script.error(id).response().is_some());
    assert_eq!(script.payloads("ended").len(), 1);
}

#[test]
fn it_has_its_outcome_whatever_becomes_of_the_session() {
    // The chat ends while the poll is under way.
    let mut script = Script::quiet();
    let id = poll(&mut script);
    script.send("hi");
    script.answer("send", crate::transport::Reply { ended: Some(true), ..done() });
    script.wait(Duration::from_secs(60));
    while script.kinds().contains(&"poll") {
        script.answer("poll", done());
    }
    assert!(!script.is_open(id));
    // Its messages are with a preprocessor that never answers.
    let mut script = Script::quiet();
    script.command(Command::RegisterPreProcessor(Preprocessor::new(|_| None)));
    script.hold_preprocessing = true;
    let id = poll(&mut script);
    script.answer("poll", batch(vec![agent(2)]));
    assert!(script.is_open(id), "its messages are still to be told");
    script.command(Command::EndChat);
    script.answer_end();
    script.wait(Duration::from_secs(600));
    assert_eq!(script.resolved(id), batch(vec![agent(2)]).body.json());
    // The service is closed.
    let mut script = Script::quiet();
    let id = poll(&mut script);
    script.close();
    assert_eq!(script.rejected(id).0, ErrorKind::Closed);
}

#[test]
fn its_answer_comes_late_for_a_command_that_was_given_up() {
    let mut script = Script::quiet();
    let id = script.command_within(POLL, Some(Duration::from_secs(1)));
    script.wait(Duration::from_secs(2));
    assert_eq!(script.rejected(id).0, ErrorKind::Timeout);
    let next = poll(&mut script);
    assert_eq!(script.rejected(next), (ErrorKind::Busy, UNFINISHED), "it is still under way");
    script.answer("poll", batch(vec![agent(2)]));
    assert_eq!(script.told_places(), [1, 2]);
}

#[test]
fn while_events_wait_it_publishes_nothing_and_loses_nothing() {
    let mut script = Script::quiet();
    script.service.set_congested(script.time(), true);
    let id = poll(&mut script);
    script.answer("poll", batch(vec![agent(2)]));
    assert_eq!(script.resolved(id), batch(vec![agent(2)]).body.json());
    assert_eq!(script.told_places(), [1]);
    script.service.set_congested(script.time(), false);
    poll(&mut script);
    assert_eq!(script.fetch_from(), 2);
    script.answer("poll", batch(vec![agent(2)]));
    assert_eq!(script.told_places(), [1, 2]);
}

#[test]
fn a_page_of_history_is_a_look_at_the_transcript_as_well() {
    let mut script = Script::started_with(|script| script.capabilities = NEXUS);
    script.command(Command::StopPoll);
    script.command(Command::FetchHistory);
    let id = poll(&mut script);
    assert_eq!(script.rejected(id), (ErrorKind::Busy, UNFINISHED));
}

#[test]
fn it_settles_a_message_in_doubt_as_any_poll_does() {
    let mut script = Script::quiet();
    let sent = script.command(message("hi"));
    script.fail("send", lost());
    while script.kinds().contains(&"poll") {
        script.answer("poll", done());
    }
    let id = poll(&mut script);
    script.answer("poll", batch(vec![says(2, Who::Client, "hi")]));
    assert!(!script.is_open(id) && script.outcome(sent).is_some_and(Result::is_ok));
    assert_eq!(Verdict::Done, done().verdict);
}

/// What is told of the commands given by name with `options`.
fn by_name(name: &str, options: Value) -> Command {
    Command::from_json(name, &options).unwrap()
}

#[test]
fn the_commander_is_named_among_the_options() {
    let named = |options| match by_name("WebChatService.poll", options) {
        Command::Poll { commander } => commander,
        _ => panic!("another command"),
    };
    assert_eq!(named(json!({"commander": "WebChatService"})), Commander::WebChatService);
    for program in [json!(null), json!({}), json!({"commander": null}), json!({"commander": "WebChat"})] {
        assert_eq!(named(program), Commander::Program);
    }
    let error = Command::from_json("poll", &json!({"commander": 1})).unwrap_err();
    assert_eq!(error.message(), "poll: option 'commander' has to be text, not number");
}

#[test]
fn the_service_may_restore_chats_that_are_not_asynchronous() {
    let mut script = Script::started();
    let stored = script.stored.clone();
    script.close();
    let mut script = Script::ready();
    script.stored = stored;
    let denied = script.command(by_name("restore", json!({})));
    assert_eq!(script.rejected(denied).0, ErrorKind::AccessDenied);
    let id = script.command(by_name("restore", json!({"commander": "WebChatService"})));
    script.answer("restore", done());
    assert!(script.outcome(id).is_some_and(Result::is_ok), "{:?}", script.outcome(id));
    assert_eq!(script.payloads("restored").len(), 1);
    let again = script.command(by_name("restore", json!({"commander": "WebChatService"})));
    assert_eq!(script.rejected(again).0, ErrorKind::SessionActive);
}
