//! Restoration of a stored session (webchatservice.md, 8).

use super::{
    answers::*,
    key,
    script::{Script, start_chat},
};
use crate::{
    ErrorKind,
    command::{Command, Commander},
    prefilter::Prefilter,
    store::Stored,
    transport::Reply,
};
use serde_json::json;

/// A service whose store has a session that was polled this long ago.
fn stored(age_ms: Option<u64>) -> Script {
    let mut script = Script::new();
    script.stored = Stored::from([
        (key::SESSION.to_owned(), "chat-0".to_owned()),
        (key::KEYS.to_owned(), json!({"secureKey": "key", "alias": "117", "userId": "user"}).to_string()),
        (key::INDEX.to_owned(), "4".to_owned()),
    ]);
    if let Some(age) = age_ms {
        script.stored.insert(key::PING.into(), (script.time().unix_ms - age).to_string());
    }
    script
}

/// The same, its restoration under way.
fn restoring() -> Script {
    let mut script = stored(Some(1_000));
    script.configure();
    script.take_all();
    script
}

fn replay() -> Reply {
    batch(vec![joins(1, Who::Client), joins(2, Who::Agent), says(3, Who::Agent, "hi")])
}

#[test]
fn without_a_stored_session_nothing_is_restored() {
    let mut script = Script::new();
    script.configure();
    assert_eq!(script.take_all(), ["ready", "configure: resolved"]);
    for (key, useless) in
        [(key::SESSION, None), (key::SESSION, Some("")), (key::KEYS, None), (key::KEYS, Some("{}"))]
    {
        let mut script = stored(None);
        script.stored.remove(key);
        script.stored.extend(useless.map(|text| (key.to_owned(), text.to_owned())));
        script.configure();
        assert_eq!(script.take_all(), ["ready", "configure: resolved"]);
    }
}

#[test]
fn the_whole_transcript_is_asked_for_and_ready_does_not_wait() {
    let mut script = stored(Some(59_999));
    script.configure();
    assert_eq!(script.take_all(), ["> restore", "ready", "configure: resolved"]);
    let session = &script.request("restore").request.session;
    let expected = json!({"sessionID": "chat-0", "secureKey": "key", "alias": "117", "userId": "user"});
    assert_eq!(json!(**session), expected);
}

#[test]
fn a_session_that_was_polled_too_long_ago_is_dropped() {
    let mut script = stored(Some(60_000));
    script.stored.insert(key::FILTERS.into(), json!({"custom": [{"source": "a", "flags": ""}]}).to_string());
    script.configure();
    assert_eq!(script.take(), ["ready", "configure: resolved", "restoreTimeout"]);
    assert!(script.stored.is_empty());
    assert_eq!(script.ask(Command::AddPrefilter(vec![])), json!([]));
    script.command(start_chat());
    assert_eq!(script.kinds(), ["start"]);
}

#[test]
fn the_limit_is_the_configured_one_and_needs_a_time() {
    let mut script = stored(Some(2_000));
    script.config.restore_timeout = Some(std::time::Duration::from_secs(2));
    script.configure();
    assert_eq!(script.take(), ["ready", "configure: resolved", "restoreTimeout"]);
    let mut script = stored(None);
    script.configure();
    assert_eq!(script.kinds(), ["restore"], "without a time of the last poll there is no limit");
}

#[test]
fn an_accepted_session_is_replayed_and_polled() {
    let mut script = restoring();
    let reply = Reply { session: Some(alias("118")), ..replay() };
    script.answer("restore", reply);
    let expected = [
        "restored",
        "clientConnected",
        "agentConnected",
        "agentTypingStopped",
        "messageReceived",
        "pollingStarted",
        "> poll 4",
    ];
    assert_eq!(script.take(), expected);
    assert_eq!(script.payload("restored"), json!({}));
    let received = script.payload("messageReceived");
    assert_eq!(received["restoring"], true);
    assert!(received["messages"].as_array().unwrap().iter().all(|message| message["restoring"] == true));
    assert_eq!(received["sessionData"]["sessionID"], "chat-0");
    assert_eq!(received["sessionData"]["alias"], "118");
    assert!(script.stored[key::KEYS].contains("118"));
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": true}));
    assert_eq!(script.ask(Command::GetTranscript)["messages"].as_array().unwrap().len(), 3);
    script.answer("poll", batch(vec![says(3, Who::Agent, "hi"), says(4, Who::Agent, "there")]));
    let received = script.payload("messageReceived");
    assert_eq!((&received["restoring"], received["messages"].as_array().unwrap().len()), (&json!(false), 1));
    assert!(received["messages"][0].get("restoring").is_none());
}

#[test]
fn an_ended_session_is_a_restore_timeout() {
    for reply in [ended(), Reply { ended: None, ..done() }, temporary()] {
        let mut script = restoring();
        script.answer("restore", reply);
        assert_eq!(script.take(), ["restoreTimeout"]);
        assert!(script.stored.is_empty());
        assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": false}));
    }
}

#[test]
fn a_refusal_is_a_restore_timeout_with_its_error() {
    let mut script = restoring();
    script.answer("restore", refused(8210, Some(true)));
    assert_eq!(script.take(), ["error", "restoreTimeout"]);
}

#[test]
fn an_offline_chat_server_is_told_before_polling_starts() {
    let mut script = restoring();
    script.answer("restore", Reply { ended: Some(false), next_position: Some(9), ..temporary() });
    assert_eq!(script.take(), ["restored", "restoredOffline", "pollingStarted", "> poll 1"]);
    for _ in 0..7 {
        script.answer_poll_due(temporary());
    }
    assert_eq!(script.take().iter().filter(|line| !line.starts_with('>')).count(), 0, "known to be offline");
    script.answer_poll_due(replay());
    let expected = [
        "> poll 1",
        "chatServerBackOnline",
        "connectionRestored",
        "clientConnected",
        "agentConnected",
        "agentTypingStopped",
        "messageReceived",
    ];
    assert_eq!(script.take(), expected);
    assert_eq!(script.payload("messageReceived")["restoring"], false);
}

#[test]
fn a_failed_restoration_keeps_what_is_stored() {
    let mut script = restoring();
    script.fail("restore", http(503));
    assert_eq!(script.take(), ["restoreFailed"]);
    assert_eq!(script.payload("restoreFailed")["status"], 503);
    assert_eq!(script.stored[key::SESSION], "chat-0");
    assert_eq!(script.ask(Command::VerifySession), json!({"sessionActive": true}), "as the store says");
}

#[test]
fn a_dead_connection_is_an_error_too() {
    let mut script = restoring();
    script.fail("restore", unreachable());
    assert_eq!(script.take(), ["error", "restoreFailed"]);
    assert_eq!(script.payload("error")["status"], 0);
    let mut script = restoring();
    script.fail("restore", http(404));
    assert_eq!(script.take(), ["error", "restoreFailed"]);
}

#[test]
fn the_command_restore_is_private() {
    let restore = |script: &mut Script| {
        let id = script.command(Command::Restore { session_data: None, commander: Commander::Program });
        let (kind, text) = script.rejected(id);
        (kind, text.to_owned())
    };
    let mut script = restoring();
    assert_eq!(restore(&mut script), (ErrorKind::Busy, "Already restoring. Ignoring request.".into()));
    script.answer("restore", replay());
    let text = "Chat session is already active, ignoring restore command.";
    assert_eq!(restore(&mut script), (ErrorKind::SessionActive, text.into()));
    let text = "Access Denied to private command. Only WebChatService is allowed to invoke this command in Non-Async mode.";
    assert_eq!(restore(&mut Script::ready()), (ErrorKind::AccessDenied, text.into()));
}

#[test]
fn commands_that_need_the_outcome_wait_for_it() {
    let mut script = restoring();
    let verify = script.command(Command::VerifySession);
    let start = script.command(start_chat());
    assert!(script.is_open(verify) && script.is_open(start));
    script.answer("restore", replay());
    assert_eq!(script.resolved(verify), json!({"sessionActive": true}));
    assert_eq!(script.rejected(start).1, "There is already an active chat session");

    let mut script = restoring();
    let verify = script.command(Command::VerifySession);
    let start = script.command(start_chat());
    script.answer("restore", ended());
    assert_eq!(script.resolved(verify), json!({"sessionActive": false}));
    assert!(script.is_open(start));
    assert_eq!(script.kinds(), ["start"]);
}

#[test]
fn a_waiting_command_can_be_given_up() {
    let mut script = restoring();
    let start = script.command(start_chat());
    script.cancel(start);
    assert_eq!(script.rejected(start).0, ErrorKind::Cancelled);
    script.answer("restore", ended());
    assert_eq!(script.kinds(), [""; 0]);
}

#[test]
fn stored_filters_apply_to_the_replay() {
    let mut script = stored(Some(0));
    let filters = json!({"custom": [{"source": "^HI$", "flags": "i"}, {"source": "(", "flags": ""}]});
    script.stored.insert(key::FILTERS.into(), filters.to_string());
    script.configure();
    assert_eq!(script.logged.len(), 1, "the unusable one is logged");
    script.answer("restore", replay());
    let received = script.payload("messageReceived");
    assert_eq!(received["messages"].as_array().unwrap().len(), 2);
    assert_eq!(script.ask(Command::AddPrefilter(vec![])), json!([{"source": "^HI$", "flags": "i"}]));
}

#[test]
fn filters_added_meanwhile_are_stored_and_outlive_a_lost_session() {
    let filter = Prefilter::new("x", "").unwrap();
    let mut script = restoring();
    script.command(Command::AddPrefilter(vec![filter.clone()]));
    assert!(script.stored[key::FILTERS].contains('x'));
    script.answer("restore", ended());
    assert!(!script.stored.contains_key(key::FILTERS));
    assert_eq!(
        script.ask(Command::AddPrefilter(vec![])),
        json!([filter]),
        "it is the application's, not the session's"
    );
}

#[test]
fn messages_can_be_sent_and_the_chat_ended_after_a_restoration() {
    let mut script = restoring();
    let early = script.send("too early");
    assert_eq!(script.rejected(early).1, "There is no active chat session");
    script.answer("restore", replay());
    let id = script.send("hello");
    script.answer("send", done());
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": false}));
    script.command(Command::EndChat);
    script.answer_end();
    assert!(script.stored.is_empty());
}

#[test]
fn a_store_that_cannot_be_read_is_told_of_and_counts_as_an_empty_one() {
    let mut script = Script::new();
    script.hold_loads = true;
    script.configure();
    let error = crate::Error::new(ErrorKind::Io, "disk");
    script.service.loaded(script.time(), Err(error));
    script.drain();
    assert_eq!(script.take(), ["ready", "configure: resolved", "error"]);
    assert_eq!(script.payload("error"), json!({"errorReason": "SessionStoreError", "message": "disk"}));
    assert_eq!(script.logged, ["the session store cannot be read: disk"]);
    script.command(start_chat());
    script.fail_load(crate::Error::new(ErrorKind::Io, "disk"));
    assert_eq!(script.take(), ["> start"]);
}
