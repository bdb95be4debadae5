//! Commands that are answered at once, unsupported ones, deadlines, cancelling, waiting for the configuration, and closing.

use super::{
    answers::*,
    script::{Script, message, start_chat},
};
use crate::{
    Error, ErrorKind,
    command::{Command, Commander, PreviewInput, RequestId},
    config::Config,
    service::{BatchId, Effect, Service, Time},
    transport::Operation,
};
use serde_json::{Value, json};
use std::time::Duration;

fn object(json: Value) -> crate::model::JsonObject {
    json.as_object().unwrap().clone()
}

fn config() -> Command {
    Command::Configure(Box::new(Config::from_json(&json!({"dataURL": "http://127.0.0.1/chat"})).unwrap()))
}

const NEVER_CONFIGURED: &str = "startChat: the chat was never configured: give it a configuration when it is made, or give the command configure first";

/// The commands that are one request whose answer is their outcome.
fn plain() -> Vec<(Command, &'static str)> {
    vec![
        (Command::SendCustomNotice { message: "n".into() }, "notice"),
        (Command::UpdateUserData(object(json!({"k": "v"}))), "updateData"),
        (Command::DeleteFile { file_id: "7".into() }, "delete"),
        (Command::PushUrl { url: "http://127.0.0.1/".into() }, "pushUrl"),
        (Command::UpdateNickname { nickname: "n".into() }, "nickname"),
        (Command::ReadReceipt { index: Some(1) }, "receipt"),
    ]
}

#[test]
fn commands_wait_for_the_configuration_and_run_in_order() {
    let mut script = Script::new();
    let early =
        [script.command(message("x")), script.command(Command::GetTranscript), script.command(start_chat())];
    assert!(early.iter().all(|id| script.is_open(*id)));
    script.configure();
    let expected = ["ready", "configure: resolved", "sendMessage: rejected", "command: resolved", "> start"];
    assert_eq!(script.take(), expected);
}

#[test]
fn a_waiting_command_can_be_given_up() {
    let mut script = Script::new();
    let cancelled = script.command(start_chat());
    let overdue = script.command_within(start_chat(), Some(Duration::from_secs(1)));
    script.cancel(cancelled);
    script.wait_ms(1_000);
    assert_eq!(script.rejected(cancelled), (ErrorKind::Cancelled, "the command was cancelled"));
    assert_eq!(script.rejected(overdue), (ErrorKind::Timeout, NEVER_CONFIGURED));
    script.configure();
    assert_eq!(script.kinds(), [""; 0]);
}

#[test]
fn a_command_waits_five_seconds_for_a_configuration() {
    let mut script = Script::new();
    let first = script.command(start_chat());
    script.wait_ms(3_000);
    let second = script.command(start_chat());
    script.wait_ms(1_999);
    assert!(script.is_open(first));
    script.wait_ms(1);
    assert_eq!(script.rejected(first), (ErrorKind::InvalidConfiguration, NEVER_CONFIGURED));
    assert!(script.is_open(second), "each has its own time");
    script.wait_ms(2_999);
    script.configure();
    assert_eq!(script.take(), ["startChat: rejected", "ready", "configure: resolved", "> start"]);
    assert!(script.is_open(second));
}

#[test]
fn every_command_to_a_chat_that_was_never_configured_is_rejected() {
    let mut script = Script::new();
    let mut given = plain().into_iter().map(|(command, _)| command).collect::<Vec<_>>();
    given.extend([
        message("x"),
        Command::GetStats,
        Command::Poll { commander: Commander::Program },
        Command::VerifySession,
    ]);
    let names: Vec<_> = given.iter().map(Command::name).collect();
    let ids: Vec<_> = given.into_iter().map(|command| script.command(command)).collect();
    script.wait_ms(5_000);
    for (id, name) in ids.into_iter().zip(names) {
        let (kind, text) = script.rejected(id);
        assert_eq!(kind, ErrorKind::InvalidConfiguration, "{name}");
        assert!(text.starts_with(&format!("{name}: the chat was never configured: ")), "{text}");
    }
    assert_eq!(script.service.next_timeout(), None);
    script.configure();
    assert_eq!(script.take().split_off(10), ["ready", "configure: resolved"], "none is carried out any more");
}

#[test]
fn commands_wait_for_a_configuration_under_way_however_long_it_takes() {
    let mut script = Script::new();
    script.hold_loads = true;
    let early = script.command(start_chat());
    script.wait_ms(4_000);
    script.configure();
    let meanwhile = script.command(Command::GetStats);
    let overdue = script.command_within(Command::GetStats, Some(Duration::from_secs(1)));
    script.wait_ms(60_000);
    assert!(script.is_open(early) && script.is_open(meanwhile));
    assert_eq!(script.rejected(overdue), (ErrorKind::Timeout, "the command's deadline has passed"));
    script.answer_loads();
    assert!(!script.is_open(meanwhile));
    assert_eq!(script.kinds(), ["start"]);
}

#[test]
fn after_a_failed_configuration_commands_wait_for_another_anew() {
    let mut service = Service::new();
    let at = |ms| Time { now: Duration::from_millis(ms), unix_ms: ms };
    service.command(at(0), RequestId(1), Command::GetStats, None);
    service.command(at(4_000), RequestId(2), config(), None);
    service.handle_timeout(at(9_000));
    service.configured(at(9_000), Err(Error::new(ErrorKind::InvalidConfiguration, "Invalid configuration")));
    assert!(matches!(service.poll_effect(), Some(Effect::Configure(_))));
    assert!(matches!(service.poll_effect(), Some(Effect::Complete(RequestId(2), Err(_)))));
    assert_eq!(service.next_timeout(), Some(Duration::from_millis(14_000)));
    service.handle_timeout(at(13_999));
    assert!(service.poll_effect().is_none());
    service.handle_timeout(at(14_000));
    let Some(Effect::Complete(RequestId(1), Err(error))) = service.poll_effect() else { panic!() };
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
    assert!(error.message().starts_with("getStats: the chat was never configured"), "{error}");
}

#[test]
fn a_service_is_configured_once() {
    let mut script = Script::ready();
    let id = script.configure();
    assert_eq!(script.rejected(id).0, ErrorKind::InvalidArgument);

    let mut service = Service::new();
    let time = Time::default();
    service.command(time, RequestId(1), config(), None);
    service.command(time, RequestId(2), config(), None);
    assert!(matches!(service.poll_effect(), Some(Effect::Configure(_))));
    assert!(matches!(service.poll_effect(), Some(Effect::Complete(RequestId(2), Err(_)))));
}

#[test]
fn a_failed_configuration_may_be_followed_by_a_better_one() {
    let mut service = Service::new();
    let time = Time::default();
    service.command(time, RequestId(1), config(), None);
    assert!(service.poll_effect().is_some());
    service.configured(time, Err(Error::new(ErrorKind::InvalidConfiguration, "Invalid configuration")));
    let Some(Effect::Complete(RequestId(1), Err(error))) = service.poll_effect() else { panic!() };
    assert_eq!(error.message(), "Invalid configuration");
    service.command(time, RequestId(2), config(), None);
    assert!(matches!(service.poll_effect(), Some(Effect::Configure(_))));
}

#[test]
fn ready_has_no_payload_and_comes_once() {
    let mut script = Script::new();
    script.configure();
    assert_eq!(script.payloads("ready"), [json!({})]);
}

#[test]
fn plain_commands_resolve_with_the_answer() {
    for (command, kind) in plain() {
        let mut script = Script::started();
        let id = script.command(command);
        assert_eq!(script.request(kind).request.session.id().as_str(), "chat-1");
        script.answer(kind, done());
        assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": false}), "{kind}");
    }
}

#[test]
fn plain_commands_are_rejected_with_the_response() {
    for (command, kind) in plain() {
        let mut script = Script::started();
        let id = script.command(command.clone());
        script.fail(kind, http(503));
        assert_eq!(script.error(id).rejection()["status"], 503, "{kind}");
        let id = script.command(command);
        script.answer(kind, refused(7, Some(false)));
        assert_eq!(script.error(id).rejection(), json!({"statusCode": 2, "errors": [{"code": 7}]}), "{kind}");
        assert_eq!(script.error(id).message(), "the chat server refused the request: error 7");
    }
}

#[test]
fn plain_commands_need_a_session() {
    for (command, kind) in plain().into_iter().filter(|(_, kind)| *kind != "updateData") {
        let mut script = Script::ready();
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::NoSession, "There is no active chat session"), "{kind}");
    }
}

#[test]
fn what_a_transport_cannot_do_is_rejected() {
    let mut script = Script::started_with(|script| {
        let polling = script.capabilities.polling;
        script.capabilities = crate::transport::Capabilities { polling, ..Default::default() };
    });
    for (command, text) in [
        (
            Command::SendCustomNotice { message: "n".into() },
            "This transport doesn't support sendCustomNotice command.",
        ),
        (
            Command::UpdateUserData(object(json!({"k": "v"}))),
            "This transport doesn't support updating userData during an active chat session.",
        ),
        (Command::PushUrl { url: "u".into() }, "This transport doesn't support pushUrl command."),
        (
            Command::UpdateNickname { nickname: "n".into() },
            "This transport doesn't support updateNickname command.",
        ),
        (Command::ReadReceipt { index: None }, "This transport doesn't support readReceipt command."),
        (Command::FetchHistory, "Fetching history messages applies only to Asynchronous chat"),
    ] {
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::Unsupported, text));
    }
}

#[test]
fn an_empty_text_where_one_is_needed_never_leaves() {
    let mut script = Script::started();
    for (command, text) in [
        (Command::PushUrl { url: String::new() }, "pushUrl: option 'url' is missing"),
        (Command::UpdateNickname { nickname: "".into() }, "updateNickname: option 'nickname' is missing"),
        (Command::DeleteFile { file_id: String::new() }, "deleteFile: option 'fileId' is missing"),
    ] {
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::InvalidArgument, text));
    }
}

#[test]
fn history_needs_an_asynchronous_chat() {
    for mut script in [Script::ready(), Script::started()] {
        let id = script.command(Command::FetchHistory);
        assert_eq!(script.rejected(id).1, "Fetching history messages applies only to Asynchronous chat");
    }
}

#[test]
fn user_data_go_to_the_server_and_stay() {
    let mut script = Script::ready();
    assert_eq!(script.ask(Command::UpdateUserData(object(json!({"a": 1})))), json!({"a": 1}));
    script.command(start_chat());
    script.answer("start", session("chat-1"));
    script.command(Command::UpdateUserData(object(json!({"b": 2}))));
    let Operation::UpdateUserData(data) = &script.request("updateData").request.operation else { panic!() };
    assert_eq!(json!(data), json!({"b": 2}), "only what is given");
    script.command(Command::EndChat);
    script.answer_end();
    assert_eq!(script.ask(Command::UpdateUserData(object(json!({})))), json!({"a": 1, "b": 2}));
}

#[test]
fn a_read_receipt_is_of_the_newest_message() {
    let mut script = Script::started();
    script.command(Command::ReadReceipt { index: None });
    script.command(Command::ReadReceipt { index: Some(7) });
    assert_eq!(script.take(), ["> receipt 1", "> receipt 7"]);
}

#[test]
fn session_data_are_empty_texts_without_a_session() {
    let data = json!({"secureKey": "", "sessionID": "", "alias": "", "userId": ""});
    assert_eq!(Script::ready().ask(Command::GetSessionData), data);
}

#[test]
fn registering_resolves() {
    let mut script = Script::ready();
    assert_eq!(script.ask(Command::RegisterTypingPreviewInput(PreviewInput::new(|| None))), Value::Null);
}

#[test]
fn a_command_past_its_deadline_is_rejected_and_its_answer_ignored() {
    let mut script = Script::started();
    script.command(Command::StopPoll);
    let notice = Command::SendCustomNotice { message: "n".into() };
    let id = script.command_within(notice, Some(Duration::from_millis(500)));
    script.wait_ms(499);
    assert!(script.is_open(id));
    script.wait_ms(1);
    assert_eq!(script.rejected(id), (ErrorKind::Timeout, "the command's deadline has passed"));
    script.take();
    script.answer("notice", done());
    assert_eq!((script.take(), script.service.next_timeout()), (vec![], None));
}

#[test]
fn a_deadline_in_the_past_is_due_at_once_and_an_answered_command_has_none() {
    let mut script = Script::started();
    script.command(Command::StopPoll);
    let id = script.command_within(Command::SendCustomNotice { message: "n".into() }, Some(Duration::ZERO));
    script.step();
    assert_eq!(script.rejected(id).0, ErrorKind::Timeout);
    script.command_within(Command::GetStats, Some(Duration::from_secs(1)));
    assert_eq!(script.service.next_timeout(), None);
}

#[test]
fn cancelling_what_is_unknown_or_over_does_nothing() {
    let mut script = Script::started();
    let over = script.command(Command::GetStats);
    script.take();
    script.cancel(over);
    script.cancel(RequestId(999));
    assert_eq!(script.take(), [""; 0]);
}

#[test]
fn closing_completes_everything_and_keeps_the_stored_session() {
    let mut script = Script::started();
    script.step();
    let (left, waiting) = (script.send("left"), script.send("waiting"));
    let notice = script.command(Command::SendCustomNotice { message: "n".into() });
    let stored = script.stored.clone();
    let under_way: Vec<_> = script.pending.iter().map(|pending| pending.id).collect();
    script.close();
    assert_eq!(script.rejected(left).0, ErrorKind::OutcomeUnknown);
    for id in [waiting, notice] {
        assert_eq!(script.rejected(id), (ErrorKind::Closed, "the service was closed"));
    }
    assert_eq!(script.aborted, under_way);
    assert_eq!((script.service.next_timeout(), &script.stored), (None, &stored));
    let late = script.command(start_chat());
    assert_eq!(script.rejected(late), (ErrorKind::Closed, "the service is closed"));
    let configure = script.configure();
    assert_eq!(script.rejected(configure).0, ErrorKind::Closed);
}

#[test]
fn closing_tells_of_a_message_that_was_seen() {
    let mut script = Script::started();
    let id = script.send("hi");
    script.answer_poll_due(batch(vec![says(2, Who::Client, "hi")]));
    script.close();
    assert_eq!(script.resolved(id), json!({"statusCode": 0}));
}

#[test]
fn a_closed_service_is_deaf() {
    let mut script = Script::started();
    script.step();
    let poll = script.request("poll").id;
    script.hold_loads = true;
    script.command(Command::EndChat);
    script.answer_end();
    let verify = script.command(Command::VerifySession);
    script.close();
    script.close();
    assert_eq!(script.rejected(verify).0, ErrorKind::Closed);
    script.take_all();
    script.answer_loads();
    script.reply(poll, Ok(batch(vec![says(2, Who::Agent, "late")])));
    script.service.configured(script.time(), Ok(script.setup()));
    script.service.loaded(script.time(), Err(Error::new(ErrorKind::Io, "disk")));
    script.service.preprocessed(script.time(), BatchId::default(), vec![]);
    script.service.handle_timeout(script.time());
    script.drain();
    assert_eq!((script.take_all().len(), script.logged.len()), (0, 0));
}

#[test]
fn a_service_closed_while_it_starts_never_becomes_ready() {
    let mut script = Script::new();
    script.hold_loads = true;
    let configure = script.configure();
    script.close();
    assert_eq!(script.rejected(configure).0, ErrorKind::Closed);
    script.take();
    script.answer_loads();
    assert_eq!(script.take_all(), [""; 0]);
    let late = script.command(Command::GetStats);
    assert_eq!(script.rejected(late).0, ErrorKind::Closed);
}
