//! The last words of a chat that is over (webchatservice.md, 5): told before its end, whoever learns of it first.

use super::{
    answers::*,
    push::PUSH,
    script::{Script, message, typing},
};
use crate::{
    command::{Command, Preprocessor},
    model::{Download, DownloadTarget, FileSource, JsonObject, Received, Upload},
    transport::{Incoming, Operation, Reply},
};
use serde_json::json;
use std::time::Duration;

fn upload() -> Command {
    Command::SendFile(Upload {
        name: "a.txt".into(),
        source: FileSource::Bytes("a".into()),
        user_data: JsonObject::new(),
        progress: None,
    })
}

fn download() -> Command {
    Command::DownloadFile(Download {
        file_id: "1".into(),
        file_name: None,
        target: DownloadTarget::Memory,
        progress: None,
    })
}

/// Every command whose answer can be the first to tell of the end, with the kind of its request.
fn learners() -> Vec<(Command, &'static str)> {
    vec![
        (message("hi"), "send"),
        (typing(), "typing"),
        (Command::UpdateUserData(JsonObject::new()), "updateData"),
        (Command::SendCustomNotice { message: "n".into() }, "notice"),
        (upload(), "upload"),
        (download(), "download"),
        (Command::GetFileLimits, "limits"),
        (Command::DeleteFile { file_id: "1".into() }, "delete"),
    ]
}

/// What the agent said, and that the agent left.
fn bye() -> Vec<Received> {
    vec![says(3, Who::Agent, "bye"), leaves(4, Who::Agent)]
}

/// The same with the end of the chat, for who asks.
fn last() -> Reply {
    Reply { messages: bye(), ..ended() }
}

const LAST: [&str; 4] = ["agentTypingStopped", "agentDisconnected", "agentTypingStopped", "messageReceived"];

/// A chat with an agent.
fn with_agent(capabilities: crate::transport::Capabilities) -> Script {
    let mut script = Script::started_with(|script| script.capabilities = capabilities);
    let joined = batch(vec![joins(2, Who::Agent)]);
    if capabilities.polling {
        script.answer_poll_due(joined);
    } else {
        script.incoming(Incoming::Batch(Box::new(joined)));
    }
    script.take();
    script
}

/// What went on but the commands' own events, requests and outcomes.
fn told(script: &mut Script) -> Vec<String> {
    let mut told = script.take();
    told.retain(|line| !line.starts_with('>') && !line.contains(": ") && !line.starts_with("clientTyping"));
    told
}

#[test]
fn whichever_command_learns_first_the_last_words_come_before_the_end() {
    for (command, kind) in learners() {
        let mut script = with_agent(super::script::GMS);
        script.command(command.clone());
        script.answer(kind, ended());
        assert_eq!(told(&mut script), [""; 0], "{kind}: nothing before they are there");
        let Operation::Poll { from, preview } = &script.request("poll").request.operation else { panic!() };
        assert_eq!((from.next, from.resync, preview.is_none()), (3, true, true));
        script.answer("poll", last());
        assert_eq!(told(&mut script), [&LAST[..], &["ended", "pollingStopped"]].concat(), "{kind}");
        assert_eq!(script.ask(Command::GetTranscript)["messages"].as_array().unwrap().len(), 4);
    }
}

#[test]
fn a_refusal_that_ends_the_chat_is_told_after_the_last_words() {
    for (command, kind) in learners() {
        let mut script = with_agent(super::script::GMS);
        script.command(command.clone());
        script.answer(kind, refused(8209, Some(true)));
        script.answer("poll", last());
        assert_eq!(told(&mut script), [&LAST[..], &["error", "ended", "pollingStopped"]].concat(), "{kind}");
        let error = script.payload("error");
        let filename = (kind == "upload").then_some("a.txt");
        assert_eq!(error["errors"][0]["filename"].as_str(), filename, "an upload's names the file");
    }
}

#[test]
fn so_is_a_failure_that_tells_of_a_lost_session() {
    for (command, kind) in learners() {
        let mut script = with_agent(super::script::GMS);
        script.command(command.clone());
        script.fail(kind, gone(http(404)));
        script.answer("poll", last());
        assert_eq!(told(&mut script), [&LAST[..], &["error", "ended", "pollingStopped"]].concat(), "{kind}");
    }
}

#[test]
fn the_messages_in_the_very_answer_come_after_those_before_them() {
    let mut script = with_agent(super::script::GMS);
    script.send("hi");
    script.answer("send", Reply { messages: vec![leaves(4, Who::Agent)], ..ended() });
    script.answer("poll", Reply { messages: vec![says(3, Who::Agent, "bye")], ..ended() });
    let expected = [
        "agentTypingStopped",
        "messageReceived",
        "agentDisconnected",
        "agentTypingStopped",
        "messageReceived",
        "ended",
        "pollingStopped",
    ];
    assert_eq!(told(&mut script), expected);
}

#[test]
fn a_fetch_that_fails_is_silent_and_one_without_an_answer_has_its_time() {
    for failure in [unreachable(), lost(), http(500), gone(http(404))] {
        let mut script = with_agent(super::script::GMS);
        script.send("hi");
        script.answer("send", ended());
        script.fail("poll", failure);
        assert_eq!(told(&mut script), ["ended", "pollingStopped"]);
    }
    let mut script = with_agent(super::script::GMS);
    script.send("hi");
    script.answer("send", Reply { messages: bye(), ..ended() });
    let patience = script.config.ajax_timeout;
    script.wait(patience - Duration::from_millis(1));
    assert_eq!(told(&mut script), [""; 0]);
    script.wait_ms(1);
    assert_eq!(
        told(&mut script),
        [&LAST[..], &["ended", "pollingStopped"]].concat(),
        "what was there is told"
    );
    script.answer("poll", last());
    assert_eq!(script.take(), [""; 0], "too late");
}

#[test]
fn a_poll_under_way_may_bring_them_and_is_not_waited_for_for_long() {
    let mut script = with_agent(super::script::GMS);
    script.step();
    script.send("hi");
    script.answer("send", ended());
    assert_eq!(script.kinds(), ["poll"], "one at a time");
    script.answer("poll", last());
    assert_eq!(told(&mut script), [&LAST[..], &["ended", "pollingStopped"]].concat());

    let mut script = with_agent(super::script::GMS);
    script.step();
    script.send("hi");
    script.answer("send", ended());
    script.answer("poll", batch(vec![says(3, Who::Agent, "bye")]));
    assert_eq!(told(&mut script), ["agentTypingStopped", "messageReceived"], "that was before the end");
    script.answer("poll", Reply { messages: vec![leaves(4, Who::Agent)], ..ended() });
    assert_eq!(told(&mut script)[..2], ["agentDisconnected", "agentTypingStopped"]);

    let mut script = with_agent(super::script::GMS);
    script.step();
    script.send("hi");
    script.answer("send", ended());
    script.wait_ms(1_000);
    assert_eq!(script.kinds(), ["poll", "poll"], "the server holds the first back");
    script.no_last_words();
    assert_eq!(told(&mut script), [""; 0], "the first may have been given them");
    script.answer("poll", last());
    assert_eq!(told(&mut script), [&LAST[..], &["ended", "pollingStopped"]].concat());
}

#[test]
fn end_chat_fetches_them_once_unless_a_poll_has_heard_them() {
    let mut script = with_agent(super::script::GMS);
    script.command(Command::EndChat);
    script.take();
    script.answer("end", Reply { messages: vec![says(5, Who::External, "closed")], ..ended() });
    script.answer("poll", last());
    let expected = [
        "> poll 3",
        "agentTypingStopped",
        "agentDisconnected",
        "agentTypingStopped",
        "messageReceived",
        "messageReceived",
        "clientDisconnected",
        "ended",
        "endChat: resolved",
    ];
    assert_eq!(script.take(), expected, "an agent who has left does not leave again");

    let mut script = with_agent(super::script::GMS);
    script.step();
    script.command(Command::EndChat);
    script.answer("poll", last());
    script.take();
    script.answer("end", ended());
    assert_eq!(script.take(), ["clientDisconnected", "ended", "endChat: resolved"]);
}

#[test]
fn the_customer_s_own_leave_is_told_once() {
    let mut script = with_agent(PUSH);
    script.command(Command::EndChat);
    script.take();
    script.answer("end", Reply { messages: vec![leaves(3, Who::Client)], ..ended() });
    let expected = [
        "clientDisconnected",
        "messageReceived",
        "agentDisconnected",
        "ended",
        "endChat: resolved",
        "release",
    ];
    assert_eq!(script.take(), expected);
}

#[test]
fn end_chat_that_fails_asks_only_where_somebody_answers() {
    let mut script = with_agent(super::script::GMS);
    script.command(Command::EndChat);
    script.take();
    script.fail("end", http(500));
    script.answer("poll", batch(vec![says(3, Who::Agent, "wait")]));
    let expected = [
        "> poll 3",
        "agentTypingStopped",
        "messageReceived",
        "error",
        "agentDisconnected",
        "clientDisconnected",
        "ended",
        "endChat: rejected",
    ];
    assert_eq!(script.take(), expected);
    let mut script = with_agent(super::script::GMS);
    script.command(Command::EndChat);
    script.fail("end", unreachable());
    assert_eq!(script.kinds(), [""; 0]);
    assert_eq!(script.take().last().map(String::as_str), Some("endChat: rejected"));
}

#[test]
fn end_chat_while_an_agent_types_tells_that_the_typing_is_over() {
    for capabilities in [super::script::GMS, PUSH, super::script::NEXUS] {
        let mut script = with_agent(capabilities);
        let types = batch(vec![entry(3, Who::Agent, "TypingStarted", None)]);
        if capabilities.polling {
            script.answer_poll_due(types);
        } else {
            script.incoming(Incoming::Batch(Box::new(types)));
        }
        script.command(Command::EndChat);
        script.take();
        script.answer_end();
        let mut told = script.take();
        told.retain(|line| !line.starts_with('>') && line != "release");
        let expected =
            ["agentDisconnected", "clientDisconnected", "agentTypingStopped", "ended", "endChat: resolved"];
        assert_eq!(told, expected);
    }
}

#[test]
fn a_look_besides_the_polls_that_finds_the_end_tells_what_it_saw() {
    let mut script = with_agent(super::script::GMS);
    script.command(Command::StopPoll);
    script.send("hi");
    script.fail("send", lost());
    script.wait_ms(4_000);
    script.answer("poll", last());
    assert_eq!(told(&mut script).last().map(String::as_str), Some("ended"));
    assert!(script.payloads("messageReceived").iter().any(|batch| batch["messages"][0]["text"] == "bye"));
}

#[test]
fn a_message_whose_answer_is_out_is_settled_by_the_last_words() {
    let mut script = with_agent(super::script::GMS);
    let notice = script.command(Command::SendCustomNotice { message: "n".into() });
    let send = script.send("hi");
    script.answer("notice", ended());
    assert!(script.outcome(notice).is_some() && script.is_open(send));
    script.answer("poll", Reply { messages: vec![says(3, Who::Client, "hi")], ..ended() });
    assert_eq!(script.resolved(send), json!({"statusCode": 0}));
}

#[test]
fn no_more_is_asked_of_a_session_that_is_over() {
    let mut script = with_agent(super::script::GMS);
    let notice = Command::SendCustomNotice { message: "n".into() };
    script.command(notice.clone());
    script.answer("notice", ended());
    for command in [message("late"), typing(), notice, Command::EndChat] {
        let id = script.command(command);
        assert_eq!(script.rejected(id).1, "There is no active chat session");
    }
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
    assert_eq!(script.kinds(), ["poll"]);
}

#[test]
fn what_was_received_behind_a_gap_is_told_before_the_end() {
    let ends: [fn(&mut Script); 3] = [
        |script| script.answer("poll", Reply { messages: vec![says(3, Who::Agent, "bye")], ..ended() }),
        |script| script.fail("poll", gone(http(404))),
        |script| script.wait(script.config.ajax_timeout),
    ];
    for end in ends {
        // Held back while a fetch is under way, which then tells of the end, fails, or has no answer.
        let mut script = with_agent(PUSH);
        script.incoming(Incoming::Up { gap: true });
        script
            .incoming(Incoming::Batch(Box::new(Reply { messages: vec![leaves(4, Who::Agent)], ..ended() })));
        assert_eq!((told(&mut script), script.kinds()), (vec![], vec!["poll"]));
        end(&mut script);
        let told = told(&mut script);
        assert_eq!(told[told.len() - 2..], ["ended", "release"]);
        let last = script.payload("messageReceived");
        assert_eq!(last["messages"][0]["index"], 4, "{told:?}");
    }
}

#[test]
fn a_gap_that_only_the_next_place_shows_is_fetched_before_the_end() {
    let mut script = with_agent(PUSH);
    script.incoming(Incoming::Batch(Box::new(Reply { next_position: Some(5), ..ended() })));
    assert_eq!(told(&mut script), [""; 0]);
    script.answer("poll", last());
    assert_eq!(told(&mut script), [&LAST[..], &["ended", "release"]].concat());
}

#[test]
fn the_pushed_end_of_a_chat_needs_no_fetch() {
    let mut script = with_agent(PUSH);
    script.incoming(Incoming::Batch(Box::new(Reply { next_position: Some(5), ..last() })));
    assert_eq!(script.take(), [&LAST[..], &["ended", "release"]].concat());
    let mut script = with_agent(PUSH);
    script.incoming(Incoming::Batch(Box::new(Reply { messages: bye(), ..refused(8209, Some(true)) })));
    assert_eq!(script.take(), [&LAST[..], &["error", "ended", "release"]].concat());
}

#[test]
fn a_slow_preprocessor_has_some_time_for_them() {
    for within in [true, false] {
        let mut script = with_agent(super::script::GMS);
        script.command(Command::RegisterPreProcessor(Preprocessor::new(|mut message| {
            message.insert("html".into(), true.into());
            Some(message)
        })));
        script.hold_preprocessing = true;
        script.answer_poll_due(last());
        assert_eq!(told(&mut script), [""; 0]);
        if within {
            script.preprocess();
        } else {
            script.wait(script.config.ajax_timeout * 2);
        }
        assert_eq!(told(&mut script), [&LAST[..], &["ended", "pollingStopped"]].concat());
        assert_eq!(script.payload("messageReceived")["messages"][0]["html"] == true, within);
    }
}
