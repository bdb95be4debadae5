//! Messages of answers with `statusCode` 1 or 2 that end nothing (gms-v2.md, 3).

use super::{
    answers::*,
    push::{PUSH, agent, told},
    script::{GMS, Script, message, typing},
};
use crate::{
    ErrorKind,
    command::Command,
    model::{Download, DownloadTarget, FileSource, JsonObject, Received, Upload},
    transport::{Capabilities, Reply},
};
use std::time::Duration;

fn with(messages: Vec<Received>, reply: Reply) -> Reply {
    // Keys and places of such an answer are nobody's.
    let Reply { session: key, .. } = session("chat-2");
    Reply { messages, session: key, next_position: Some(9), ..reply }
}

fn of_this_chat(messages: Vec<Received>, reply: Reply) -> Reply {
    Reply { session: None, ..with(messages, reply) }
}

/// Commands with the requests that they make.
fn commands() -> Vec<(Command, &'static str)> {
    let upload = Upload {
        name: "a".into(),
        source: FileSource::Bytes("a".into()),
        user_data: JsonObject::new(),
        progress: None,
    };
    let download =
        Download { file_id: "1".into(), file_name: None, target: DownloadTarget::Memory, progress: None };
    vec![
        (message("hi"), "send"),
        (typing(), "typing"),
        (Command::SendCustomNotice { message: "x".into() }, "notice"),
        (Command::UpdateUserData(JsonObject::new()), "updateData"),
        (Command::SendFile(upload), "upload"),
        (Command::DownloadFile(download), "download"),
        (Command::GetFileLimits, "limits"),
        (Command::PushUrl { url: "u".into() }, "pushUrl"),
    ]
}

fn started(capabilities: Capabilities) -> Script {
    Script::started_with(|script| script.capabilities = capabilities)
}

#[test]
fn whatever_command_is_answered_so_its_messages_are_told_once_and_before_its_outcome() {
    for capabilities in [GMS, PUSH] {
        for (command, request) in commands() {
            for answer in [refused(100, Some(false)), refused(100, None), temporary()] {
                let mut script = started(capabilities);
                let id = script.command(command.clone());
                script.take();
                script.answer(request, with(vec![agent(2)], answer));
                let told = script.take();
                let at = |what: &str| told.iter().position(|line| line.starts_with(what));
                assert!(at("messageReceived").is_some(), "{request}: {told:?}");
                let outcome = told.iter().position(|line| line.ends_with(": rejected"));
                assert!(outcome.is_none_or(|outcome| at("messageReceived") < Some(outcome)), "{told:?}");
                assert!(script.is_open(id) || script.outcome(id).unwrap().is_err(), "{request}");
                assert_eq!(script.service.session_data().id().as_str(), "chat-1", "its keys are not taken");
                // The place is that behind its messages, not the one that it names.
                if !script.kinds().contains(&"poll") {
                    script.command(Command::StopPoll);
                    script.command(Command::StartPoll);
                    script.service.catch_up();
                    script.drain();
                }
                assert_eq!(script.fetch_from(), 3, "{request}");
                script.answer("poll", batch(vec![agent(2), agent(3)]));
                assert_eq!(script.told_places(), [1, 2, 3], "{request}");
            }
        }
    }
}

#[test]
fn what_does_not_close_up_waits_for_what_is_before_it() {
    for capabilities in [GMS, PUSH] {
        let mut script = started(capabilities);
        let id = script.command(Command::PushUrl { url: "u".into() });
        script.answer("pushUrl", with(vec![agent(4)], refused(100, None)));
        assert_eq!(script.rejected(id).0, ErrorKind::Rejected);
        assert_eq!((script.told_places(), script.fetch_from()), (vec![1], 2), "asked for at once");
        script.answer("poll", batch(vec![agent(2), agent(3)]));
        assert_eq!(script.told_places(), [1, 2, 3, 4]);
        script.idle(Duration::from_secs(10));
        assert_eq!(script.told_places(), [1, 2, 3, 4]);
    }
}

#[test]
fn where_polling_is_stopped_what_waits_comes_with_the_next_poll() {
    let mut script = Script::quiet();
    script.command(Command::PushUrl { url: "u".into() });
    script.answer("pushUrl", with(vec![agent(3)], temporary()));
    script.wait(Duration::from_secs(60));
    assert_eq!((script.told_places(), script.kinds()), (vec![1], vec![]), "nothing polls by itself");
    script.command(Command::StartPoll);
    script.answer("poll", batch(vec![agent(2), agent(3)]));
    assert_eq!(script.told_places(), [1, 2, 3]);
}

#[test]
fn so_are_those_of_news() {
    for answer in [refused(100, None), temporary()] {
        let mut script = started(PUSH);
        script.incoming(told(of_this_chat(vec![agent(2)], answer.clone())));
        assert_eq!(script.told_places(), [1, 2]);
        script.incoming(told(of_this_chat(vec![agent(5)], answer.clone())));
        assert_eq!((script.told_places(), script.fetch_from()), (vec![1, 2], 3));
        script.answer("poll", batch(vec![agent(3), agent(4), agent(5)]));
        assert_eq!(script.told_places(), [1, 2, 3, 4, 5]);
    }
}

#[test]
fn a_message_that_its_refused_answer_shows_has_arrived() {
    for capabilities in [GMS, PUSH] {
        for answer in [refused(100, None), temporary()] {
            let mut script = started(capabilities);
            let id = script.send("hi");
            script.answer("send", with(vec![says(2, Who::Client, "hi")], answer));
            assert!(script.outcome(id).is_some_and(Result::is_ok), "{:?}", script.outcome(id));
            script.idle(Duration::from_secs(60));
            assert_eq!(script.told_places(), [1, 2]);
            assert!(!script.kinds().contains(&"send"), "sent once");
        }
    }
}
