//! Own messages whose text the server changed, after an answer that was lost: found all the same, never sent twice, and never told as not
//! arrived.

use super::{
    answers::*,
    push::PUSH,
    script::{GMS, NEXUS, Script},
};
use crate::{
    ErrorKind,
    command::{Command, RequestId},
    model::Received,
    transport::{Capabilities, Incoming, Reply},
};
use std::time::Duration;

/// What was sent, and what the server shows.
const CHANGES: [(&str, &str); 7] = [
    ("one\r\ntwo", "one\ntwo"),
    ("one\ntwo", "one\r\ntwo"),
    ("my card is 4111 1111 1111 1111", "my card is **** **** **** ****"),
    ("1 < 2 & 2 > 1", "1 &lt; 2 &amp; 2 &gt; 1"),
    ("cafe\u{301}", "caf\u{e9}"),
    (" hi ", "hi"),
    ("\u{1f600}", "?"),
];

fn chat(capabilities: Capabilities) -> Script {
    Script::started_with(|script| script.capabilities = capabilities)
}

fn own(index: u64, text: &str) -> Received {
    says(index, Who::Client, text)
}

/// Answers every look at the transcript for ten seconds, and sees that nothing is sent meanwhile.
fn look(script: &mut Script, messages: &[Received]) {
    let end = script.now + Duration::from_secs(10);
    loop {
        while script.kinds().contains(&"poll") {
            script.answer("poll", batch(messages.to_vec()));
        }
        assert!(!script.kinds().contains(&"send"), "sent again");
        match script.service.next_timeout().filter(|due| *due <= end) {
            Some(_) => script.step(),
            None => break,
        }
    }
    script.now = end;
}

fn doubtful(script: &mut Script, text: &str) -> RequestId {
    let id = script.send(text);
    script.fail("send", lost());
    id
}

#[test]
fn a_changed_message_is_found_and_not_sent_again() {
    for capabilities in [GMS, PUSH, NEXUS] {
        for (sent, shown) in CHANGES {
            let mut script = chat(capabilities);
            let id = doubtful(&mut script, sent);
            look(&mut script, &[says(2, Who::Agent, "x"), own(3, shown)]);
            assert!(script.outcome(id).unwrap().is_ok(), "{sent:?} shown as {shown:?}");
        }
    }
}

#[test]
fn a_changed_message_is_found_by_looks_beside_the_polls() {
    for (sent, shown) in CHANGES {
        let mut script = chat(GMS);
        script.command(Command::StopPoll);
        let id = doubtful(&mut script, sent);
        look(&mut script, &[own(2, shown)]);
        assert!(script.outcome(id).unwrap().is_ok(), "{sent:?}");
        // A later poll brings it once more, and it is nobody else's.
        let other = doubtful(&mut script, "other");
        script.command(Command::StartPoll);
        while !script.kinds().contains(&"send") {
            script.answer_poll_due(batch(vec![own(2, shown)]));
        }
        assert!(script.is_open(other));
    }
}

#[test]
fn a_pushed_event_whose_text_was_changed_settles_it_too() {
    for (sent, shown) in CHANGES {
        let mut script = chat(PUSH);
        let id = script.send(sent);
        script.incoming(Incoming::Batch(Box::new(batch(vec![own(2, shown)]))));
        script.fail("send", lost());
        look(&mut script, &[own(2, shown)]);
        assert!(script.outcome(id).unwrap().is_ok(), "{sent:?}");
    }
}

#[test]
fn what_arrived_before_explains_its_own_event_first() {
    for seen_first in [false, true] {
        let mut script = chat(GMS);
        script.send("4111");
        if seen_first {
            script.answer_poll_due(batch(vec![own(2, "****")]));
        }
        script.answer("send", done());
        let id = doubtful(&mut script, "4222");
        while !script.kinds().contains(&"send") {
            script.answer_poll_due(batch(vec![own(2, "****")]));
        }
        assert!(script.is_open(id), "the only own message is the first one's, so this one is not there");
        script.fail("send", lost());
        look(&mut script, &[own(2, "****"), own(3, "####")]);
        assert!(script.outcome(id).unwrap().is_ok());
    }
}

#[test]
fn a_look_in_disorder_explains_the_older_messages_first() {
    let mut script = chat(GMS);
    script.ask(Command::StopPoll);
    for text in ["ho", "hi"] {
        script.send(text);
        script.answer("send", done());
    }
    let id = doubtful(&mut script, "ho");
    while !script.kinds().contains(&"send") {
        if script.kinds().contains(&"poll") {
            script.answer("poll", batch(vec![own(3, "**"), own(2, "ho")]));
        } else {
            script.step();
        }
    }
    assert!(script.is_open(id), "both own messages are those before it");
}

#[test]
fn more_own_messages_than_sends_leave_it_unknown() {
    let mut script = chat(GMS);
    let id = doubtful(&mut script, "4111");
    look(&mut script, &[own(2, "somebody else at the same keys"), own(3, "****")]);
    assert_eq!(script.rejected(id).0, ErrorKind::OutcomeUnknown);
    // What is left behind explains nothing later.
    let id = doubtful(&mut script, "next");
    while !script.kinds().contains(&"send") {
        script.answer_poll_due(batch(vec![own(2, "somebody else at the same keys"), own(3, "****")]));
    }
    assert!(script.is_open(id));
}

#[test]
fn what_was_sent_once_is_never_told_as_not_arrived() {
    let mut script = chat(GMS);
    let id = doubtful(&mut script, "hi");
    while !script.kinds().contains(&"send") {
        script.answer_poll_due(done());
    }
    // From here on the server puts it off.
    while script.is_open(id) {
        match script.kinds().as_slice() {
            kinds if kinds.contains(&"send") => script.fail("send", come_back(429, Duration::from_secs(9))),
            kinds if kinds.contains(&"poll") => script.answer("poll", done()),
            _ => script.step(),
        }
    }
    assert_eq!(script.rejected(id).0, ErrorKind::OutcomeUnknown);
}

#[test]
fn a_customer_admitted_anew_under_another_id_is_the_same_customer() {
    for capabilities in [GMS, PUSH] {
        let mut script = chat(capabilities);
        let again = |mut received: Received| {
            received.message.from.id = "7".into();
            received
        };
        let rejoined = again(joins(2, Who::Client));
        if capabilities.polling {
            script.answer_poll_due(batch(vec![rejoined]));
        } else {
            script.incoming(Incoming::Batch(Box::new(batch(vec![rejoined]))));
        }
        let id = doubtful(&mut script, "hi");
        look(&mut script, &[again(own(3, "hi"))]);
        assert!(script.outcome(id).unwrap().is_ok());
    }
}

#[test]
fn a_renewed_token_can_name_another_participant() {
    use crate::backend::nexus_rest::NexusSession;
    let mut script = chat(NEXUS);
    let renewed = NexusSession { participant_id: "7".into(), token: "t2".into(), ..NexusSession::default() };
    script.answer_poll_due(Reply { session: Some(renewed.into()), ..done() });
    let id = doubtful(&mut script, "hi");
    let mut own = own(3, "hi");
    own.message.from.id = "7".into();
    look(&mut script, &[own]);
    assert!(script.outcome(id).unwrap().is_ok());
}
