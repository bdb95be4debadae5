//! The outbox that outlives the process: it is killed at every step, and another takes up what the store has.

use super::{
    answers::*,
    key,
    script::{Script, message, start_chat},
};
use crate::{
    ErrorKind,
    command::{Command, RequestId},
    config::OutboxConfig,
    transport::{Arrival, Delivery, Operation, Places, Reply},
};
use serde_json::{Value, json};
use std::time::Duration;

fn keep() -> OutboxConfig {
    OutboxConfig { tells: true, keep: true, queues: false, bound: Some((1000, 1 << 20)) }
}

/// A chat whose outbox is kept.
fn keeping() -> Script {
    Script::started_with(|script| script.config.outbox = keep())
}

/// What another process does that finds what this one has stored.
fn killed(script: &Script) -> Script {
    let mut next = Script::new();
    next.config.outbox = keep();
    next.capabilities = script.capabilities;
    next.stored = script.stored.clone();
    next.now = script.now + Duration::from_secs(1);
    next.configure();
    next.take();
    next
}

/// What listeners were told of messages.
fn told(script: &Script) -> Vec<(u64, String)> {
    let of = |payload: Value| {
        (payload["localID"].as_u64().unwrap(), payload["state"].as_str().unwrap().to_owned())
    };
    script.payloads("outbox").into_iter().map(of).collect()
}

/// The same, in short.
fn states(script: &Script) -> Vec<String> {
    told(script).into_iter().map(|(id, state)| format!("{id} {state}")).collect()
}

/// What the server has, with the customer's join.
fn replay(texts: &[&str]) -> Reply {
    let said = (2..).zip(texts).map(|(index, text)| says(index, Who::Client, text));
    batch(std::iter::once(joins(1, Who::Client)).chain(said).collect())
}

/// The texts that are sent until nothing is in doubt any more; `there` is what the server has already.
fn sent_after(script: &mut Script, there: &[&str]) -> Vec<String> {
    script.answer("restore", replay(there));
    let mut all: Vec<String> = there.iter().map(|text| (*text).to_owned()).collect();
    let mut sent = Vec::new();
    for _ in 0..40 {
        if script.kinds().contains(&"send") {
            let request = script.take_request("send");
            let Operation::Send(text) = &request.request.operation else { unreachable!() };
            let text = text.text.to_string();
            sent.push(text.clone());
            all.push(text.clone());
            script.reply(request.id, Ok(done()));
            let index = all.len() as u64 + 1;
            script.answer_poll_due(batch(vec![says(index, Who::Client, &text)]));
        } else {
            script.answer_poll_due(done());
        }
    }
    sent
}

#[test]
fn a_message_leaves_when_it_is_stored_and_its_steps_are_told() {
    let mut script = keeping();
    script.hold_stores = true;
    let id = script.send("hi");
    assert_eq!(script.kinds(), [""; 0], "it waits for the store");
    assert_eq!(states(&script), [""; 0]);
    script.hold_stores = false;
    script.write();
    assert_eq!(script.kinds(), ["send"]);
    assert_eq!(states(&script), ["1 queued", "1 sending"]);
    script.answer("send", done());
    assert_eq!(states(&script), ["1 queued", "1 sending", "1 sent"]);
    assert_eq!(script.payload("outbox")["requestID"], id.0);
    let kept: Value = serde_json::from_str(&script.stored[key::OUTBOX]).unwrap();
    assert_eq!(kept, json!({"version": 1, "count": 1}), "nothing is left but the count");
}

#[test]
fn without_the_option_nothing_is_stored_or_told() {
    let mut script = Script::started();
    script.send("hi");
    script.answer("send", done());
    assert!(!script.stored.contains_key(key::OUTBOX));
    assert_eq!(states(&script), [""; 0]);
}

#[test]
fn killed_before_the_write_nothing_has_left() {
    let mut script = keeping();
    script.hold_stores = true;
    script.send("hi");
    let mut next = killed(&script);
    assert_eq!(sent_after(&mut next, &[]), [""; 0]);
}

#[test]
fn killed_after_the_write_and_before_it_left_it_is_sent_once() {
    let mut script = keeping();
    script.send("hi");
    let mut next = killed(&script);
    assert_eq!(sent_after(&mut next, &[]), ["hi"]);
    assert_eq!(states(&next), ["1 sending", "1 sent"]);
    assert!(next.payloads("outbox").iter().all(|payload| payload["restored"] == true));
}

#[test]
fn killed_before_the_answer_it_is_found_in_the_transcript() {
    let mut script = keeping();
    script.send("hi");
    let mut next = killed(&script);
    assert_eq!(sent_after(&mut next, &["hi"]), [""; 0]);
    assert_eq!(states(&next), ["1 sending", "1 sent"]);
}

#[test]
fn killed_before_the_answer_is_stored_it_is_found_as_well() {
    let mut script = keeping();
    script.send("hi");
    script.hold_stores = true;
    script.answer("send", done());
    let mut next = killed(&script);
    assert_eq!(sent_after(&mut next, &["hi"]), [""; 0]);
    assert_eq!(states(&next), ["1 sending", "1 sent"]);
}

#[test]
fn those_behind_go_in_order_and_a_repeated_text_is_not_taken_for_another() {
    for arrived in [false, true] {
        let mut script = keeping();
        script.send("hi");
        script.answer("send", done());
        // The transcript has not shown the first yet.
        script.send("hi");
        script.send("ho");
        script.send("hi");
        let mut next = killed(&script);
        let there: &[&str] = if arrived { &["hi", "hi"] } else { &["hi"] };
        let sent = sent_after(&mut next, there);
        assert_eq!(sent, if arrived { vec!["ho", "hi"] } else { vec!["hi", "ho", "hi"] });
        let last: Vec<_> = states(&next).into_iter().filter(|state| state.ends_with(" sent")).collect();
        assert_eq!(last, ["2 sent", "3 sent", "4 sent"]);
    }
}

#[test]
fn an_entry_that_a_look_saw_before_is_not_taken_for_the_next_message() {
    let mut script = keeping();
    script.send("hi");
    script.answer("send", done());
    script.answer_poll_due(batch(vec![says(2, Who::Client, "hi")]));
    script.send("hi");
    let mut next = killed(&script);
    assert_eq!(sent_after(&mut next, &["hi"]), ["hi"]);
}

#[test]
fn where_places_are_not_counted_the_newest_known_entry_is_not_the_next_message() {
    let named = |order: u64, text: &str| {
        let mut received = says(order, Who::Client, text);
        received.message.index = crate::model::Index::Place(crate::model::Place {
            order,
            id: crate::model::EntryId::Name(format!("n{order}").into()),
            text: None,
        });
        received
    };
    for arrived in [false, true] {
        let mut script = Script::started_with(|script| {
            script.config.outbox = keep();
            script.delivery = Some(Delivery { arrival: Arrival::Polled, places: Places::Opaque });
        });
        script.send("hi");
        script.answer("send", done());
        script.answer_poll_due(batch(vec![named(1 << 40, "hi")]));
        script.send("hi");
        let mut next = Script::new();
        next.config.outbox = keep();
        next.delivery = script.delivery;
        next.stored = script.stored.clone();
        next.now = script.now;
        next.configure();
        // Another process can number the same entries a little otherwise.
        let mut there = vec![joins(1, Who::Client), named((1 << 40) - 7, "hi")];
        there.extend(arrived.then(|| named((1 << 40) - 5, "hi")));
        next.answer("restore", batch(there));
        for _ in 0..8 {
            if !next.kinds().contains(&"send") {
                next.answer_poll_due(done());
            }
        }
        assert_eq!(next.kinds().contains(&"send"), !arrived);
    }
}

#[test]
fn a_process_that_is_killed_again_and_again_settles_all_the_same() {
    let mut script = keeping();
    script.send("hi");
    script.send("ho");
    for _ in 0..3 {
        script = killed(&script);
        script.answer("restore", replay(&["hi"]));
        assert_eq!(states(&script).first().map(String::as_str), Some("1 sending"));
        assert_eq!(script.kinds().iter().filter(|kind| **kind == "send").count(), 1, "the second is next");
        script.stored.insert(key::OUTBOX.into(), script.stored[key::OUTBOX].clone());
        let mut again = killed(&script);
        assert_eq!(sent_after(&mut again, &["hi", "ho"]), [""; 0], "the second was under way");
        let mut again = killed(&script);
        assert_eq!(sent_after(&mut again, &["hi"]), ["ho"]);
        // The same beginning for the next round.
        script = keeping();
        script.send("hi");
        script.send("ho");
    }
}

#[test]
fn a_session_that_is_gone_gives_every_message_its_outcome() {
    let mut script = keeping();
    script.send("hi");
    script.send("ho");
    let mut next = killed(&script);
    next.answer("restore", ended());
    assert_eq!(states(&next), ["1 sending", "2 queued", "1 unknown", "2 rejected"]);
    assert!(!next.stored.contains_key(key::OUTBOX));
    // Too old to be asked for.
    let mut next = Script::new();
    next.config.outbox = keep();
    next.stored = script.stored.clone();
    next.now = script.now + Duration::from_secs(3600);
    next.configure();
    assert_eq!(states(&next), ["1 unknown", "2 rejected"]);
    assert!(!next.stored.contains_key(key::OUTBOX));
}

#[test]
fn a_new_chat_settles_what_the_old_one_left() {
    let mut script = keeping();
    script.send("hi");
    let mut next = killed(&script);
    next.fail("restore", http(503));
    assert_eq!(states(&next), [""; 0], "it can still be restored");
    assert!(next.stored.contains_key(key::OUTBOX));
    next.command(start_chat());
    next.answer("start", session("chat-2"));
    assert_eq!(states(&next), ["1 unknown"]);
    assert!(!next.stored.contains_key(key::OUTBOX));
}

#[test]
fn a_deadline_outlives_the_process() {
    let mut script = keeping();
    script.send("hi");
    script.command_within(message("ho"), Some(Duration::from_secs(5)));
    script.command_within(message("ha"), Some(Duration::from_secs(500)));
    let mut next = killed(&script);
    next.answer("restore", replay(&["hi"]));
    assert_eq!(states(&next), ["1 sending", "2 queued", "3 queued", "1 sent", "2 sending"]);
    let mut next = killed(&script);
    next.now = script.now + Duration::from_secs(6);
    next.answer("restore", replay(&["hi"]));
    assert_eq!(
        states(&next),
        ["1 sending", "2 queued", "3 queued", "1 sent", "2 rejected", "3 sending"],
        "its time is over"
    );
}

#[test]
fn what_the_service_closes_with_goes_on_with_the_session() {
    let mut script = keeping();
    let first = script.send("hi");
    let second = script.send("ho");
    script.close();
    for id in [first, second] {
        let (kind, text) = script.rejected(id);
        assert_eq!(kind, ErrorKind::OutcomeUnknown);
        assert!(text.contains("goes on when the session is restored"), "{text}");
    }
    let mut next = killed(&script);
    assert_eq!(sent_after(&mut next, &["hi"]), ["ho"]);
}

#[test]
fn a_store_that_fails_holds_nothing_up_and_is_told_once() {
    let mut script = keeping();
    script.store_fails = true;
    for text in ["hi", "ho"] {
        let id = script.send(text);
        script.answer("send", done());
        assert!(script.outcome(id).unwrap().is_ok());
    }
    let errors = script.payloads("error");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["errorReason"], "SessionStoreError");
    script.store_fails = false;
    script.send("hey");
    script.answer("send", done());
    script.store_fails = true;
    script.send("you");
    assert_eq!(script.payloads("error").len(), 2);
    // Nothing of it is kept, so that nobody waits for it.
    let id = script.send("there");
    script.close();
    assert_eq!(script.rejected(id).0, ErrorKind::Closed);
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let mut script = keeping();
    script.send("hi");
    let newer = json!({"version": 2, "messages": [{"other": 1}], "count": "many"});
    for newer in [newer, json!({"version": 2, "messages": []})] {
        script.stored.insert(key::OUTBOX.into(), newer.to_string());
        let mut next = killed(&script);
        assert_eq!(next.kinds(), [""; 0], "nothing is restored");
        let text = next.payload("error")["message"].as_str().unwrap().to_owned();
        assert!(text.contains("form 2 of a newer library"), "{text}");
        let id = next.command(Command::Restore {
            session_data: None,
            commander: crate::command::Commander::WebChatService,
        });
        assert_eq!(next.rejected(id).0, ErrorKind::Unsupported);
        assert_eq!(next.stored, script.stored);
    }
}

#[test]
fn a_store_without_an_outbox_and_one_that_cannot_be_read_restore_the_session() {
    let mut script = keeping();
    script.send("hi");
    for outbox in
        [None, Some("{"), Some("[]"), Some("{}"), Some(r#"{"version": 1, "messages": [{"id": "x"}]}"#)]
    {
        script.stored.remove(key::OUTBOX);
        script.stored.extend(outbox.map(|outbox| (key::OUTBOX.to_owned(), outbox.to_owned())));
        let mut next = killed(&script);
        next.answer("restore", replay(&["hi"]));
        assert!(next.events().iter().any(|event| event.name() == "restored"), "{outbox:?}");
        assert_eq!(states(&next), [""; 0]);
    }
}

#[test]
fn the_outbox_can_be_asked_for() {
    let mut script = keeping();
    let id: RequestId = script.send("hi");
    script.send("ho");
    let expected = json!({"messages": [
        {"localID": 1, "state": "sending", "restored": false, "requestID": id.0, "message": "hi"},
        {"localID": 2, "state": "queued", "restored": false, "requestID": id.0 + 1, "message": "ho"},
    ]});
    assert_eq!(script.ask(Command::GetOutbox), expected);
    let mut next = killed(&script);
    assert_eq!(next.ask(Command::GetOutbox), json!({"messages": []}), "not restored yet");
    next.answer("restore", replay(&[]));
    let expected = json!({"messages": [
        {"localID": 1, "state": "sending", "restored": true, "message": "hi"},
        {"localID": 2, "state": "queued", "restored": true, "message": "ho"},
    ]});
    assert_eq!(next.ask(Command::GetOutbox), expected);
}

#[test]
fn the_outbox_of_a_chat_goes_with_it() {
    let mut script = keeping();
    script.send("hi");
    script.answer("send", done());
    script.command(Command::EndChat);
    script.answer_end();
    assert!(script.stored.is_empty(), "{:?}", script.stored.keys());
}
