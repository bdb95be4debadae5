//! The end of a chat: by `endChat`, and by the server.

use super::{
    answers::*,
    script::{Script, message, start_chat, typing},
};
use crate::{ErrorKind, command::Command, transport::Reply};
use serde_json::json;
use std::time::Duration;

/// A chat with a supervisor and two agents, one of whom has left.
fn crowded() -> Script {
    let mut script = Script::started();
    let everybody = vec![
        joins(2, Who::Agent),
        joins(3, Who::OtherAgent),
        joins(4, Who::Supervisor),
        joins(5, Who::Bot),
        leaves(6, Who::OtherAgent),
    ];
    script.answer_poll_due(batch(everybody));
    script.take();
    script
}

#[test]
fn polling_stops_then_the_request_then_the_events() {
    let mut script = crowded();
    let id = script.command(Command::EndChat);
    assert_eq!(script.take(), ["pollingStopped", "> end"]);
    assert_eq!(script.service.next_timeout(), None);
    script.answer_end();
    let expected = [
        "> poll 7",
        "supervisorDisconnected",
        "agentDisconnected",
        "clientDisconnected",
        "ended",
        "endChat: resolved",
    ];
    assert_eq!(script.take(), expected, "one for each kind that was there");
    for name in ["supervisorDisconnected", "agentDisconnected", "clientDisconnected"] {
        assert_eq!(script.payload(name), json!({"numAgentsConnected": 0}));
    }
    assert_eq!(script.payload("ended"), json!({}));
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": true}));
    assert!(script.stored.is_empty());
}

#[test]
fn only_the_client_disconnects_when_nobody_else_was_there() {
    let mut script = Script::started();
    script.command(Command::EndChat);
    script.answer_end();
    assert_eq!(script.take()[3..], ["clientDisconnected", "ended", "endChat: resolved"]);
}

#[test]
fn the_session_ends_even_if_the_request_fails() {
    let mut script = crowded();
    let id = script.command(Command::EndChat);
    script.fail("end", unreachable());
    let expected = [
        "pollingStopped",
        "> end",
        "disconnected",
        "supervisorDisconnected",
        "agentDisconnected",
        "clientDisconnected",
        "ended",
        "endChat: rejected",
    ];
    assert_eq!(script.take(), expected);
    assert_eq!(script.error(id).rejection()["status"], 0);
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
    assert!(script.stored.is_empty());

    let mut script = Script::started();
    let id = script.command(Command::EndChat);
    script.answer("end", refused(8209, Some(true)));
    script.no_last_words();
    assert_eq!(script.error(id).kind(), ErrorKind::Rejected);
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
}

#[test]
fn without_a_session_there_is_nothing_to_end() {
    let mut script = Script::ready();
    let idle = script.command(Command::EndChat);
    let mut started = Script::started();
    started.command(Command::EndChat);
    let ending = started.command(Command::EndChat);
    started.answer_end();
    let over = started.command(Command::EndChat);
    for (script, id) in [(&script, idle), (&started, ending), (&started, over)] {
        assert_eq!(script.rejected(id), (ErrorKind::NoSession, "There is no active chat session"));
    }
}

#[test]
fn what_belongs_to_the_session_goes_and_the_transcript_stays() {
    let mut script = crowded();
    assert_ne!(script.ask(Command::GetAgents), json!({"agents": {}}));
    script.command(Command::EndChat);
    script.answer_end();
    assert_eq!(script.ask(Command::GetAgents), json!({"agents": {}}));
    let stats = json!({"agents": {}, "startTime": false, "endTime": false, "duration": false});
    assert_eq!(script.ask(Command::GetStats), stats);
    let data = json!({"secureKey": "", "sessionID": "", "alias": "", "userId": ""});
    assert_eq!(script.ask(Command::GetSessionData), data);
    assert_eq!(script.ask(Command::GetTranscript)["messages"].as_array().unwrap().len(), 6);
}

#[test]
fn a_typing_countdown_ends_silently() {
    let mut script = Script::started();
    script.command(typing());
    script.take();
    script.command(Command::EndChat);
    script.wait_ms(5_000);
    assert_eq!(script.take(), ["pollingStopped", "> end"]);
}

#[test]
fn messages_on_their_way_go_first() {
    let mut script = Script::started();
    let ids = [script.send("one"), script.send("two")];
    script.take();
    let end = script.command(Command::EndChat);
    assert_eq!(script.take(), ["pollingStopped"]);
    script.answer("send", done());
    script.answer("send", done());
    assert_eq!(script.take(), ["sendMessage: resolved", "> send two", "sendMessage: resolved", "> end"]);
    script.answer_end();
    assert!(
        ids.iter().all(|id| script.outcome(*id).unwrap().is_ok()) && script.outcome(end).unwrap().is_ok()
    );
}

#[test]
fn messages_are_not_waited_for_for_ever() {
    let mut script = Script::started();
    let (left, waiting) = (script.send("left"), script.send("waiting"));
    script.command(Command::EndChat);
    script.wait_ms(5_999);
    assert!(!script.kinds().contains(&"end"));
    script.wait_ms(1);
    assert!(script.kinds().contains(&"end"), "after twice ajaxTimeout");
    assert_eq!(script.rejected(left).0, ErrorKind::OutcomeUnknown);
    assert_eq!(script.rejected(waiting), (ErrorKind::NoSession, "There is no active chat session"));
}

#[test]
fn nothing_can_be_sent_while_the_chat_is_being_ended() {
    let mut script = Script::started();
    script.command(Command::EndChat);
    let rejected = [message("late"), typing(), Command::UpdateNickname { nickname: "n".into() }];
    for command in rejected {
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::NoSession, "There is no active chat session"));
    }
    for command in [Command::StartPoll, Command::StopPoll] {
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::NoSession, "No active chat session"));
    }
    let id = script.command(start_chat());
    assert_eq!(script.rejected(id).0, ErrorKind::SessionActive);
}

#[test]
fn a_poll_under_way_still_delivers() {
    let mut script = Script::started();
    script.step();
    assert_eq!(script.kinds(), ["poll"]);
    script.command(Command::EndChat);
    script.take();
    script.answer("poll", batch(vec![says(2, Who::Agent, "bye")]));
    assert_eq!(script.take(), ["agentConnected", "agentTypingStopped", "messageReceived"]);
    assert_eq!(script.service.next_timeout(), None, "and is the last one");
}

#[test]
fn the_server_ends_the_chat_with_a_batch() {
    let mut script = crowded();
    script.answer_poll_due(Reply { messages: vec![leaves(7, Who::Agent)], ..ended() });
    let expected =
        ["> poll 7", "agentDisconnected", "agentTypingStopped", "messageReceived", "ended", "pollingStopped"];
    assert_eq!(script.take(), expected, "no synthetic events");
    assert!(script.stored.is_empty());
    assert_eq!(script.service.next_timeout(), None);
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
}

#[test]
fn a_send_tells_of_the_end() {
    let mut script = Script::started();
    let id = script.send("hi");
    script.take();
    script.answer("send", ended());
    script.no_last_words();
    assert_eq!(script.take(), ["sendMessage: resolved", "> poll 2", "ended", "pollingStopped"]);
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": true}));

    let mut script = Script::started();
    script.send("hi");
    script.take();
    script.answer("send", refused(8209, Some(true)));
    script.no_last_words();
    assert_eq!(script.take(), ["sendMessage: rejected", "> poll 2", "error", "ended", "pollingStopped"]);
}

#[test]
fn any_command_s_answer_tells_of_the_end() {
    let mut script = Script::started();
    let id = script.command(Command::SendCustomNotice { message: "n".into() });
    script.take();
    script.answer("notice", ended());
    script.no_last_words();
    assert_eq!(script.take(), ["command: resolved", "> poll 2", "ended", "pollingStopped"]);
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": true}));
}

#[test]
fn what_waits_when_the_server_ends_the_chat_gets_its_outcome() {
    let mut script = Script::started();
    script.step();
    let (left, waiting) = (script.send("left"), script.send("waiting"));
    script.answer("poll", ended());
    assert_eq!(script.rejected(left).0, ErrorKind::OutcomeUnknown);
    assert_eq!(script.rejected(waiting), (ErrorKind::NoSession, "There is no active chat session"));
}

#[test]
fn the_last_batch_settles_what_it_shows() {
    let mut script = Script::started();
    script.step();
    let id = script.send("left");
    script.answer("poll", Reply { messages: vec![says(2, Who::Client, "left")], ..ended() });
    assert_eq!(script.resolved(id), json!({"statusCode": 0}));
}

#[test]
fn the_server_may_end_the_chat_before_it_is_asked_to() {
    let mut script = crowded();
    script.step();
    let last = script.send("last");
    let id = script.command(Command::EndChat);
    script.take();
    script.answer("poll", ended());
    assert_eq!(script.take(), ["sendMessage: rejected", "ended", "endChat: resolved"]);
    assert_eq!(script.rejected(last).0, ErrorKind::OutcomeUnknown);
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": true}));
}

#[test]
fn a_poll_that_overtakes_the_answer_to_end_chat_does_not_disturb_it() {
    for answer in [Ok(ended()), Ok(refused(8209, Some(true))), Err(gone(http(404)))] {
        let mut script = crowded();
        script.step();
        let id = script.command(Command::EndChat);
        script.take();
        let poll = script.take_request("poll").id;
        script.reply(poll, answer);
        assert_eq!(script.take(), [""; 0]);
        script.answer("end", ended());
        assert_eq!(script.take().last().map(String::as_str), Some("endChat: resolved"));
        assert!(script.outcome(id).unwrap().is_ok());
    }
}

#[test]
fn answers_of_the_previous_chat_do_not_touch_the_next() {
    let mut script = Script::started();
    script.step();
    let notice = script.command(Command::SendCustomNotice { message: "n".into() });
    let poll = script.take_request("poll").id;
    let notice_request = script.take_request("notice").id;
    script.command(Command::EndChat);
    script.answer("end", ended());
    script.wait(script.config.ajax_timeout);
    script.command(start_chat());
    script.answer("start", session("chat-2"));
    script.take();
    script.reply(poll, Ok(batch(vec![says(2, Who::Agent, "old")])));
    script.reply(poll, Ok(ended()));
    assert_eq!(script.take(), [""; 0]);
    script.reply(notice_request, Ok(Reply { session: session("chat-1").session, ..ended() }));
    assert_eq!(script.take(), ["command: resolved"], "its command gets its outcome all the same");
    assert!(script.outcome(notice).unwrap().is_ok());
    assert_eq!(script.ask(Command::GetSessionData)["sessionID"], "chat-2");
}

#[test]
fn giving_up_the_command_does_not_stop_the_end() {
    let mut script = Script::started();
    let id = script.command_within(Command::EndChat, Some(Duration::from_secs(1)));
    script.wait_ms(1_000);
    assert_eq!(script.rejected(id).0, ErrorKind::Timeout);
    script.take();
    script.answer_end();
    assert_eq!(script.take(), ["> poll 2", "clientDisconnected", "ended"]);
}
