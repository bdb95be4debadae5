//! What comes of a transport that pushes.

use super::{
    answers::*,
    key,
    script::{GMS, Script, start_chat},
};
use crate::{
    ErrorKind,
    command::Command,
    model::Received,
    transport::{Capabilities, Failure, Incoming, Operation, Reply, Verdict},
};
use serde_json::json;
use std::time::Duration;

/// Everything that GMS over `CometD` can do.
pub(crate) const PUSH: Capabilities = Capabilities { polling: false, ..GMS };

pub(super) const GAP: Incoming = Incoming::Up { gap: true };

pub(super) fn news(messages: Vec<Received>) -> Incoming {
    told(batch(messages))
}

pub(super) fn told(reply: Reply) -> Incoming {
    Incoming::Batch(Box::new(reply))
}

pub(super) fn agent(index: u64) -> Received {
    says(index, Who::Agent, &format!("m{index}"))
}

impl Script {
    pub(crate) fn incoming(&mut self, incoming: Incoming) {
        self.service.incoming(self.time(), incoming);
        self.drain();
    }

    pub(super) fn pushing() -> Self {
        Self::started_with(|script| script.capabilities = PUSH)
    }

    /// The places of all messages that listeners were told of, in order.
    pub(crate) fn told_places(&self) -> Vec<u64> {
        let payloads = self.payloads("messageReceived");
        let messages = payloads.iter().flat_map(|payload| payload["messages"].as_array().unwrap());
        messages.map(|message| message["index"].as_u64().unwrap()).collect()
    }

    pub(super) fn fetch_from(&self) -> u64 {
        match &self.request("poll").request.operation {
            Operation::Poll { from, .. } => from.next,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_chat_begins_with_a_fetch_and_goes_on_with_what_is_pushed() {
    let mut script = Script::new();
    script.capabilities = PUSH;
    script.configure();
    script.incoming(Incoming::Up { gap: false });
    script.command(start_chat());
    script.take();
    script.incoming(news(vec![joins(1, Who::Client)]));
    assert!(script.take().is_empty(), "there is no session yet");
    script.answer("start", session("chat-1"));
    script.incoming(news(vec![agent(2)]));
    assert_eq!(script.fetch_from(), 1);
    script.answer("poll", batch(vec![joins(1, Who::Client)]));
    script.incoming(news(vec![agent(3)]));
    let expected = [
        "started",
        "startChat: resolved",
        "> poll 1",
        "clientConnected",
        "messageReceived",
        "agentConnected",
        "agentTypingStopped",
        "messageReceived",
        "agentTypingStopped",
        "messageReceived",
    ];
    assert_eq!(script.take(), expected);
    assert_eq!((script.told_places(), script.kinds().len()), (vec![1, 2, 3], 0));
    assert_eq!(script.service.next_timeout(), None, "nothing is due while nothing happens");
}

#[test]
fn what_is_pushed_twice_is_told_once() {
    let mut script = Script::pushing();
    for _ in 0..2 {
        script.incoming(news(vec![agent(2), agent(3)]));
    }
    assert_eq!(script.told_places(), [1, 2, 3]);
}

#[test]
fn behind_a_gap_the_missing_messages_are_fetched_first() {
    let mut script = Script::pushing();
    script.incoming(news(vec![agent(4)]));
    script.incoming(news(vec![agent(5)]));
    assert_eq!((script.take(), script.fetch_from()), (vec!["> poll 2".to_owned()], 2));
    script.answer("poll", batch(vec![agent(2), agent(3), agent(4)]));
    assert_eq!(script.told_places(), [1, 2, 3, 4, 5]);
    assert!(script.kinds().is_empty());
    // Places that nobody has: the fetch proves it.
    script.incoming(news(vec![agent(9)]));
    script.answer("poll", done());
    assert_eq!((script.told_places().pop(), script.kinds().len()), (Some(9), 0));
}

#[test]
fn what_closes_up_is_told_at_once_whatever_is_looked_for() {
    let mut script = Script::pushing();
    script.incoming(news(vec![agent(4)]));
    script.incoming(news(vec![agent(2)]));
    assert_eq!(script.told_places(), [1, 2]);
    script.incoming(news(vec![agent(3)]));
    assert_eq!(script.told_places(), [1, 2, 3, 4]);
    script.answer("poll", batch(vec![agent(2), agent(3), agent(4)]));
    let send = script.send("hi");
    script.fail("send", local_lost());
    script.incoming(news(vec![agent(5)]));
    assert_eq!((script.told_places().pop(), script.is_open(send)), (Some(5), true));
}

#[test]
fn the_place_never_passes_a_gap_that_was_not_fetched() {
    // A gap within what is pushed.
    let mut script = Script::pushing();
    script.incoming(news(vec![agent(2), agent(4)]));
    assert_eq!((script.told_places(), script.fetch_from()), (vec![1], 2));
    script.answer("poll", batch(vec![agent(2), agent(3), agent(4)]));
    assert_eq!(script.told_places(), [1, 2, 3, 4]);
    // A gap behind it, which the next place tells of.
    script.incoming(told(Reply { next_position: Some(8), ..batch(vec![agent(5)]) }));
    assert_eq!((script.told_places().pop(), script.fetch_from()), (Some(5), 6));
    script.answer("poll", batch(vec![agent(6), agent(7)]));
    assert_eq!(script.told_places(), [1, 2, 3, 4, 5, 6, 7]);
    // An answer from before what was pushed meanwhile.
    script.incoming(GAP);
    script.incoming(news(vec![agent(10)]));
    script.answer("poll", batch(vec![agent(8)]));
    assert_eq!((script.told_places().pop(), script.fetch_from()), (Some(8), 9));
    // The link is cut while it is asked for.
    script.fail("poll", local_lost());
    script.incoming(GAP);
    script.answer("poll", batch(vec![agent(9), agent(10)]));
    assert_eq!(script.told_places(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn news_show_that_the_link_is_back() {
    let mut script = Script::pushing();
    let first = script.send("one");
    script.fail("send", lost());
    assert_eq!(script.take(), ["> send one", "disconnected", "> poll 2"]);
    script.incoming(news(vec![says(2, Who::Client, "one")]));
    assert_eq!(script.take(), ["sendMessage: resolved", "messageReceived", "reconnected"]);
    assert!(script.outcome(first).is_some());
    let next = script.send("two");
    assert!(script.is_open(next), "it is sent, while the look is still under way");
}

#[test]
fn a_link_that_is_lost_with_a_kept_connection_is_told_as_lost() {
    let mut script = Script::pushing();
    script.incoming(Incoming::Down(Failure { kept: true, ..unreachable() }));
    assert_eq!(script.take(), ["disconnected"]);
}

#[test]
fn a_stale_look_proves_nothing_and_too_many_hold_nothing_up() {
    let mut script = Script::pushing();
    let stale = || Reply { stale: true, ..done() };
    script.incoming(news(vec![agent(9), agent(7)]));
    for _ in 0..2 {
        script.answer("poll", stale());
        assert_eq!((script.told_places(), script.kinds().len()), (vec![1], 0));
        script.wait(Duration::from_secs(3));
    }
    script.answer("poll", stale());
    assert_eq!(script.told_places(), [1, 7, 9]);
    assert_eq!(script.logged.len(), 1);
}

#[test]
fn a_lost_link_is_told_and_made_good_in_order() {
    let mut script = Script::pushing();
    script.incoming(Incoming::Down(unreachable()));
    script.incoming(Incoming::Down(unreachable()));
    let send = script.send("lost");
    assert_eq!(script.error(send).kind(), ErrorKind::NotSent);
    script.incoming(GAP);
    script.incoming(news(vec![agent(3)]));
    script.answer("poll", batch(vec![agent(2)]));
    let expected = [
        "disconnected",
        "sendMessage: rejected",
        "> poll 2",
        "agentConnected",
        "agentTypingStopped",
        "messageReceived",
        "reconnected",
        "agentTypingStopped",
        "messageReceived",
    ];
    assert_eq!(
        (script.take().as_slice(), script.told_places()),
        (&expected.map(String::from)[..], vec![1, 2, 3])
    );
    script.incoming(Incoming::Down(unreachable()));
    script.incoming(Incoming::Up { gap: false });
    assert_eq!(script.take(), ["disconnected", "reconnected"]);
}

#[test]
fn a_fetch_that_fails_is_tried_again() {
    let mut script = Script::pushing();
    let failures: [fn(&mut Script); 3] = [
        |script| script.fail("poll", local(crate::ErrorKind::Timeout)),
        |script| script.answer("poll", temporary()),
        |script| script.answer("poll", refused(1, Some(false))),
    ];
    for fail in failures {
        script.incoming(GAP);
        fail(&mut script);
        assert!(script.kinds().is_empty());
        script.wait(Duration::from_millis(2_999));
        assert!(script.kinds().is_empty());
        script.wait_ms(1);
        script.answer("poll", done());
        assert_eq!(script.service.next_timeout(), None);
    }
    script.incoming(GAP);
    script.incoming(GAP);
    script.answer("poll", done());
    script.step();
    assert_eq!(script.kinds(), ["poll"], "the first may have gone by the link that is lost");
}

#[test]
fn an_outage_of_the_chat_server_is_told_as_by_polls() {
    let mut script = Script::pushing();
    script.incoming(told(temporary()));
    for _ in 0..5 {
        script.step();
        script.answer("poll", temporary());
    }
    script.step();
    script.answer("poll", done());
    let mut told = script.take();
    told.retain(|line| line != "> poll 2");
    assert_eq!(
        told,
        ["connectionPending", "chatServerWentOffline", "chatServerBackOnline", "connectionRestored"]
    );
}

#[test]
fn the_end_is_told_once_and_the_link_is_released() {
    let last = || Reply { messages: vec![leaves(2, Who::Agent)], ..ended() };
    let ends: [fn(&mut Script, Reply); 3] = [
        |script, last| script.incoming(told(last)),
        |script, last| {
            script.incoming(GAP);
            script.incoming(told(last));
            script.answer("poll", refused(204, None));
        },
        |script, last| {
            script.incoming(GAP);
            script.incoming(told(last));
            script.fail("poll", gone(http(404)));
        },
    ];
    for end in ends {
        let mut script = Script::pushing();
        end(&mut script, last());
        script.incoming(told(last()));
        let told = script.take();
        assert_eq!(told.iter().filter(|line| *line == "ended").count(), 1, "{told:?}");
        assert_eq!(
            (told.last().unwrap().as_str(), script.told_places()),
            ("release", vec![1, 2]),
            "{told:?}"
        );
        assert!(!told.iter().any(|line| line.starts_with("polling")));
        script.command(start_chat());
        script.answer("start", session("chat-2"));
        assert_eq!(script.kinds(), ["poll"]);
    }
}

#[test]
fn end_chat_waits_for_its_answer_before_the_link_is_released() {
    let mut script = Script::pushing();
    script.command(Command::EndChat);
    script.incoming(told(ended()));
    assert_eq!(script.take(), ["> end"]);
    script.answer("end", ended());
    assert_eq!(script.take(), ["clientDisconnected", "ended", "endChat: resolved", "release"]);
}

#[test]
fn a_start_that_is_given_up_is_ended_and_then_released() {
    let mut script = Script::new();
    script.capabilities = PUSH;
    script.configure();
    let start = script.command(start_chat());
    script.cancel(start);
    script.answer("start", session("chat-1"));
    script.take();
    script.answer("end", ended());
    assert_eq!(script.take(), ["release"]);
}

#[test]
fn a_server_that_forbids_to_come_back_ends_the_session() {
    let mut script = Script::pushing();
    script.incoming(Incoming::Refused(Failure { response: json!({"status": 403}), ..http(403) }));
    assert_eq!(script.take(), ["error", "ended", "release"]);
    assert_eq!(script.payload("error")["status"], 403);
    script.incoming(Incoming::Refused(http(403)));
    script.incoming(Incoming::Down(lost()));
    assert!(script.take().is_empty());
}

#[test]
fn a_message_in_doubt_is_looked_for_at_once_and_the_look_is_told() {
    let mut script = Script::pushing();
    let send = script.send("hi");
    script.fail("send", local_lost());
    script.incoming(news(vec![agent(2)]));
    assert_eq!(script.told_places(), [1, 2]);
    script.answer("poll", batch(vec![agent(2), says(3, Who::Client, "hi")]));
    assert_eq!((script.resolved(send), script.told_places()), (json!({"statusCode": 0}), vec![1, 2, 3]));
    assert_eq!(script.service.next_timeout(), None);
}

#[test]
fn a_message_that_the_transcript_lacks_is_sent_again() {
    let mut script = Script::pushing();
    let send = script.send("hi");
    script.fail("send", local_lost());
    script.idle(Duration::from_secs(5));
    script.answer("send", done());
    assert_eq!(script.resolved(send), json!({"statusCode": 0, "chatEnded": false}));
}

#[test]
fn a_pushed_echo_settles_doubt() {
    let mut script = Script::pushing();
    let send = script.send("hi");
    script.incoming(news(vec![says(2, Who::Client, "hi")]));
    assert!(script.is_open(send));
    script.fail("send", local_lost());
    assert_eq!(script.resolved(send), json!({"statusCode": 0}));
}

#[test]
fn restored_messages_come_before_those_pushed_meanwhile() {
    let mut script = Script::new();
    script.capabilities = PUSH;
    script.stored = [(key::SESSION, "chat-0"), (key::KEYS, r#"{"secureKey":"key"}"#)]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into();
    script.configure();
    script.incoming(news(vec![agent(3)]));
    script.answer("restore", batch(vec![joins(1, Who::Client), agent(2)]));
    assert_eq!((script.told_places(), script.kinds().len()), (vec![1, 2, 3], 0));
    assert_eq!(script.payloads("messageReceived")[1]["restoring"], false);
    assert_eq!(script.service.next_timeout(), None);
}

#[test]
fn signs_of_life_and_news_keep_the_stored_session_fresh() {
    let mut script = Script::pushing();
    for incoming in [Incoming::Alive, news(vec![agent(2)]), Incoming::Up { gap: false }] {
        script.now += Duration::from_secs(30);
        script.incoming(incoming);
        assert_eq!(script.stored[key::PING], script.time().unix_ms.to_string());
    }
    script.now += Duration::from_secs(50);
    script.close();
    assert_eq!(script.stored[key::PING], script.time().unix_ms.to_string());
}

#[test]
fn an_asynchronous_chat_is_kept_by_the_host_in_the_form_of_v2() {
    let mut script = Script::started_with(|script| {
        script.capabilities = PUSH;
        script.config.asynchronous = Some(true);
    });
    let kept: Vec<_> = script.told.iter().map(|call| format!("{call:?}")).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    script.incoming(told(Reply { session: Some(alias("118")), verdict: Verdict::Done, ..done() }));
    assert_eq!(script.told.len(), 2);
    script.incoming(news(vec![agent(2)]));
    assert_eq!(script.told.len(), 2, "a place in the transcript is not kept");
}

/// A publish whose acknowledgement was lost: the link tells of itself.
fn local_lost() -> Failure {
    Failure { news: crate::transport::News::Nothing, ..lost() }
}
