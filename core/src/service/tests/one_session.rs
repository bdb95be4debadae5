//! One session at a time: whatever waits belongs to one session and goes with it; an answer acts on the session that asked, or on none
//! (webchatservice.md, 5).

use super::{
    answers::*,
    asynchronous::{asynchronous, data},
    key,
    push::PUSH,
    script::{Script, start_chat},
};
use crate::{
    ErrorKind,
    command::{Command, Commander, Preprocessor},
    model::{Download, DownloadTarget, FileSource, JsonObject, Received, Upload},
    transport::{Failure, Incoming, Late, Reply},
};
use serde_json::json;
use std::{future::pending, time::Duration};

/// News of this chat.
fn news(chat: &str, messages: Vec<Received>) -> Incoming {
    Incoming::Batch(Box::new(Reply { messages, ..session(chat) }))
}

/// A service whose stored chat `chat-0` is being restored over a transport that pushes.
fn restoring() -> Script {
    let mut script = Script::new();
    script.capabilities = PUSH;
    script.stored = [(key::SESSION, "chat-0"), (key::KEYS, r#"{"secureKey":"key"}"#)]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into();
    script.configure();
    script
}

/// The texts of all messages that listeners were told of.
fn texts(script: &Script) -> Vec<String> {
    let payloads = script.payloads("messageReceived");
    let messages = payloads.iter().flat_map(|payload| payload["messages"].as_array().unwrap());
    messages.map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn news_of_a_restoration_that_fails_are_not_told_in_the_next_chat() {
    let mut script = restoring();
    script.incoming(news("chat-0", vec![says(2, Who::Agent, "old")]));
    script.fail("restore", http(503));
    script.command(start_chat());
    script.answer("start", session("chat-1"));
    script.answer("poll", batch(vec![says(1, Who::Agent, "new 1")]));
    script.incoming(news("chat-1", vec![says(2, Who::Agent, "new 2")]));
    assert_eq!(texts(&script), ["new 1", "new 2"]);
}

#[test]
fn news_of_another_chat_do_not_wait_for_a_restoration() {
    let mut script = restoring();
    script.incoming(news("another", vec![says(3, Who::Agent, "foreign")]));
    script.incoming(news("chat-0", vec![says(3, Who::Agent, "own")]));
    script.answer("restore", batch(vec![says(2, Who::Agent, "restored")]));
    assert_eq!(texts(&script), ["restored", "own"]);
}

#[test]
fn a_late_answer_to_an_abandoned_start_does_not_touch_a_restored_session() {
    let mut script = asynchronous();
    script.configure();
    script.command_within(start_chat(), Some(Duration::from_secs(1)));
    script.wait_ms(1_000);
    let restore = script
        .command(Command::Restore { session_data: Some("given".into()), commander: Commander::Program });
    script.answer("restore", Reply { session: Some(data("s", "restored")), ..done() });
    assert!(script.resolved(restore).is_object());
    script.take_all();
    script.answer("start", Reply { session: Some(data("other", "late")), ..done() });
    assert_eq!(script.take_all(), ["> end"], "the chat that nobody wants is ended");
    assert_eq!(script.request("end").request.session.key().as_str(), "late");
    script.answer("end", Reply { session: Some(data("other", "later")), ..ended() });
    assert_eq!(script.take_all(), [""; 0]);
    assert_eq!(script.ask(Command::GetSessionData)["token"], "restored");
    assert_eq!(script.stored[key::NEXUS_KEYS], "restored");
    script.answer("poll", batch(vec![says(1, Who::Agent, "still there")]));
    assert_eq!(texts(&script), ["still there"]);
}

#[test]
fn a_chat_that_a_given_up_start_makes_after_all_is_ended() {
    for second in [false, true] {
        let mut script = Script::ready();
        let start = script.command(start_chat());
        let asked = script.take_request("start").id;
        script.reply(asked, Err(Failure { late: Some(Late::new(pending())), ..lost() }));
        assert_eq!(script.rejected(start).0, ErrorKind::Timeout);
        if second {
            script.command(start_chat());
            script.answer("start", session("chat-2"));
        }
        script.take_all();
        script.reply(asked, Ok(session("chat-1")));
        assert_eq!(script.take_all(), ["> end"]);
        assert_eq!(script.request("end").request.session.id().as_str(), "chat-1");
        script.answer("end", ended());
        assert_eq!(script.take_all(), [""; 0]);
        script.reply(asked, Ok(session("chat-1")));
        assert_eq!(script.take_all(), [""; 0], "once");
    }
}

#[test]
fn a_late_failure_of_an_abandoned_start_is_nobody_s() {
    let mut script = Script::ready();
    let start = script.command(start_chat());
    script.cancel(start);
    script.command(start_chat());
    script.take();
    script.fail("start", unreachable());
    assert_eq!(script.take(), [""; 0], "no error, and the second start goes on");
    script.answer("start", session("chat-2"));
    assert_eq!(script.take()[0], "started");
}

#[test]
fn a_restoration_that_was_given_up_does_not_go_live_later() {
    let mut script = asynchronous();
    script.configure();
    let given = Command::Restore { session_data: Some("given".into()), commander: Commander::Program };
    let restore = script.command_within(given, Some(Duration::from_secs(1)));
    let waiting = script.command(Command::VerifySession);
    script.wait_ms(1_000);
    assert_eq!(script.rejected(restore).0, ErrorKind::Timeout);
    assert_eq!(script.resolved(waiting), json!({"sessionActive": false}));
    let start = script.command(start_chat());
    script.take_all();
    script.answer("restore", Reply { session: Some(data("s", "late")), ..batch(vec![joins(1, Who::Agent)]) });
    assert_eq!(script.take_all(), [""; 0]);
    script.answer("start", Reply { session: Some(data("new", "new")), ..done() });
    assert!(script.resolved(start).is_object());
    assert_eq!(script.ask(Command::GetSessionData)["sessionId"], "new");
}

#[test]
fn a_session_that_a_given_up_restoration_opened_is_ended() {
    let mut script = asynchronous();
    script.configure();
    let restore = script
        .command(Command::Restore { session_data: Some("given".into()), commander: Commander::Program });
    script.cancel(restore);
    script.take_all();
    script.answer("restore", Reply { session: Some(data("another", "late")), replaced: true, ..done() });
    assert_eq!(script.take_all(), ["> end"]);
    assert_eq!(script.request("end").request.session.key().as_str(), "late");
    assert!(script.stored.is_empty());
}

#[test]
fn a_restoration_given_up_while_the_store_is_read_does_not_begin() {
    let mut script = asynchronous();
    script.configure();
    script.stored.insert(key::NEXUS_KEYS.into(), "old".into());
    script.hold_loads = true;
    let restore = script.command(Command::Restore { session_data: None, commander: Commander::Program });
    script.cancel(restore);
    script.answer_loads();
    assert_eq!(script.kinds(), [""; 0]);
}

#[test]
fn over_a_link_a_restoration_that_was_given_up_leaves_room_for_a_start() {
    let mut script = Script::new();
    script.capabilities = PUSH;
    script.config.asynchronous = Some(true);
    script.configure();
    let given = json!({"secureKey": "key", "sessionID": "chat-0"}).to_string();
    let restore = script.command(Command::Restore {
        session_data: Some(given.as_str().into()),
        commander: Commander::Program,
    });
    script.cancel(restore);
    let start = script.command(start_chat());
    script.answer("restore", Reply { messages: vec![says(1, Who::Agent, "old")], ..session("chat-0") });
    script.incoming(news("chat-0", vec![says(2, Who::Agent, "old")]));
    script.answer("start", session("chat-1"));
    script.incoming(news("chat-0", vec![says(3, Who::Agent, "old")]));
    script.answer("poll", batch(vec![says(1, Who::Agent, "new")]));
    assert!(script.resolved(start).is_object());
    assert_eq!(texts(&script), ["new"]);
}

#[test]
fn answers_to_file_commands_of_the_previous_chat_are_only_theirs() {
    let mut script = Script::started();
    let upload = Upload {
        name: "a".into(),
        source: FileSource::Bytes("a".into()),
        user_data: JsonObject::new(),
        progress: None,
    };
    let download =
        Download { file_id: "1".into(), file_name: None, target: DownloadTarget::Memory, progress: None };
    let ids = [
        script.command(Command::SendFile(upload)),
        script.command(Command::DownloadFile(download)),
        script.command(Command::GetFileLimits),
    ];
    script.command(Command::EndChat);
    script.answer_end();
    script.command(start_chat());
    script.answer("start", session("chat-2"));
    script.take();
    script.fail("upload", bad_request(202));
    script.answer("download", refused(8209, Some(true)));
    script.answer("limits", refused(8209, Some(true)));
    assert_eq!(
        script.take(),
        ["sendFile: rejected", "command: rejected", "command: rejected"],
        "the new chat hears nothing of it"
    );
    assert!(ids.iter().all(|id| script.outcome(*id).unwrap().is_err()));
    assert_eq!(script.ask(Command::GetSessionData)["sessionID"], "chat-2");
}

#[test]
fn a_preprocessor_busy_with_the_previous_chat_holds_up_nothing() {
    let mut script = Script::started();
    script.command(Command::RegisterPreProcessor(Preprocessor::new(Some)));
    script.hold_preprocessing = true;
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "old")]));
    script.command(Command::EndChat);
    script.answer_end();
    script.wait(Duration::from_secs(10));
    script.command(start_chat());
    script.answer("start", session("chat-2"));
    script.answer("poll", batch(vec![says(1, Who::Agent, "new")]));
    script.take();
    script.preprocess();
    assert_eq!(script.take(), [""; 0], "what comes of the old batch is nobody's");
    script.preprocess();
    assert_eq!(script.take(), ["agentConnected", "agentTypingStopped", "messageReceived"]);
    assert_eq!(texts(&script).last().map(String::as_str), Some("new"));
}
