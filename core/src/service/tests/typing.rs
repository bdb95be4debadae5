//! `sendTyping` and its countdown (webchatservice.md, 10).

use super::{
    answers::*,
    script::{Script, message, typing},
};
use crate::{
    ErrorKind,
    command::{Command, PreviewInput},
    transport::Operation,
};
use serde_json::json;

#[test]
fn typing_is_told_and_ends_two_seconds_later() {
    let mut script = Script::started();
    script.command(Command::StopPoll);
    script.take();
    let id = script.command(typing());
    assert_eq!(script.take(), ["clientTypingStarted", "> typing on"]);
    script.answer("typing", done());
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": false}));
    script.take();
    script.wait_ms(1_999);
    assert_eq!(script.take(), [""; 0]);
    script.wait_ms(1);
    assert_eq!(script.take(), ["clientTypingStopped", "> typing off"]);
    script.answer("typing", done());
    assert_eq!((script.take(), script.service.next_timeout()), (vec![], None));
    assert_eq!(
        (script.payload("clientTypingStarted"), script.payload("clientTypingStopped")),
        (json!({}), json!({}))
    );
}

#[test]
fn more_typing_restarts_the_countdown_and_resolves_at_once() {
    let mut script = Script::started();
    script.command(Command::StopPoll);
    script.command(typing());
    script.take();
    script.wait_ms(1_500);
    let id = script.command(typing());
    assert_eq!(script.resolved(id), json!(null));
    assert_eq!(script.take(), ["sendTyping: resolved"]);
    script.wait_ms(1_999);
    assert_eq!(script.take(), [""; 0]);
    script.wait_ms(1);
    assert_eq!(script.take(), ["clientTypingStopped", "> typing off"]);
    script.command(typing());
    assert_eq!(script.take(), ["clientTypingStarted", "> typing on"]);
}

#[test]
fn a_message_ends_the_countdown_without_a_request() {
    let mut script = Script::started();
    script.command(Command::StopPoll);
    script.command(typing());
    script.take();
    script.send("hi");
    assert_eq!(script.take(), ["clientTypingStopped", "> send hi"]);
    script.wait_ms(10_000);
    assert_eq!(script.take(), [""; 0]);
    script.send("again");
    assert_eq!(script.take(), [""; 0], "without a countdown there is nothing to stop");
}

#[test]
fn a_rejected_message_leaves_the_countdown_alone() {
    let mut script = Script::started();
    script.command(typing());
    script.take();
    script.send(" ");
    assert_eq!(script.take(), ["sendMessage: rejected"]);
}

#[test]
fn typing_needs_a_session() {
    let mut script = Script::ready();
    let id = script.command(typing());
    assert_eq!(script.rejected(id), (ErrorKind::NoSession, "There is no active chat session"));
}

#[test]
fn a_failed_request_is_the_command_s_and_the_countdown_runs_on() {
    let mut script = Script::started();
    let id = script.command(typing());
    script.fail("typing", http(503));
    assert_eq!(script.error(id).rejection()["status"], 503);
    script.take();
    script.wait_ms(2_000);
    assert!(script.take().contains(&"clientTypingStopped".to_owned()));
}

#[test]
fn the_text_typed_is_the_option_or_the_preview_input_s() {
    let preview = |script: &Script| match &script.request("typing").request.operation {
        Operation::Typing { preview, .. } => preview.clone(),
        other => panic!("{other:?}"),
    };
    let mut script = Script::started();
    script.command(Command::SendTyping { message: Some("dra".into()) });
    assert_eq!(preview(&script), Some("dra".into()));
    script.answer("typing", done());

    let mut script = Script::started();
    script.ask(Command::RegisterTypingPreviewInput(PreviewInput::new(|| None)));
    script.command(Command::SendTyping { message: Some("dra".into()) });
    assert!(!script.request("typing").with_preview, "the option wins");
    script.send("x");
    script.answer("typing", done());
    script.command(typing());
    assert!(script.request("typing").with_preview);
    script.answer("typing", done());
    script.wait_ms(2_000);
    assert!(script.request("typing").with_preview, "as does the notice of the end");
}

#[test]
fn the_end_of_the_chat_ends_the_countdown_silently() {
    let mut script = Script::started();
    script.step();
    script.command(typing());
    script.take();
    script.answer("poll", ended());
    script.wait_ms(5_000);
    assert_eq!(script.take(), ["ended", "pollingStopped"]);
    let id = script.command(message("x"));
    assert_eq!(script.rejected(id).0, ErrorKind::NoSession);
}

#[test]
fn the_stop_carries_the_text_with_which_the_typing_began() {
    let mut script = Script::started();
    script.command(Command::SendTyping { message: Some("first".into()) });
    script.answer("typing", done());
    script.wait_ms(1_000);
    script.command(Command::SendTyping { message: Some("second".into()) });
    script.wait_ms(2_000);
    let stop = script.request("typing");
    let Operation::Typing { started: false, preview } = &stop.request.operation else { panic!("{stop:?}") };
    assert_eq!((preview.as_deref(), stop.with_preview), (Some("first"), false));

    let mut script = Script::started();
    script.command(Command::RegisterTypingPreviewInput(PreviewInput::new(|| Some("typed".into()))));
    script.command(Command::SendTyping { message: None });
    script.answer("typing", done());
    script.wait_ms(2_000);
    let stop = script.request("typing");
    let Operation::Typing { started: false, preview } = &stop.request.operation else { panic!("{stop:?}") };
    assert!(preview.is_none() && stop.with_preview, "what is typed by then");
}
