//! Which message is the outcome of which request.

use super::{
    exchanges::{Expects, Told},
    tested::{LIMIT, Tested, message, of_chat, own, reply, told},
};
use crate::model::MessageType;
use serde_json::json;

#[test]
fn what_a_former_chat_still_tells_is_no_outcome_in_the_next() {
    let mut exchanges = Tested::default();
    exchanges.begin(&"old".into());
    let given_up = exchanges.open(Expects::Transcript { known: u64::MAX, sure: false, missing: 1 }, LIMIT);
    exchanges.begin(&"".into());
    let start = exchanges.open(Expects::Session, LIMIT);
    assert!(exchanges.route(of_chat("old", &[7])).is_some(), "news, for whoever tells whose");
    assert_eq!((exchanges.seen(start), exchanges.newest()), ("nothing".into(), 0));
    assert!(exchanges.route(of_chat("new", &[1])).is_none());
    assert_eq!(exchanges.seen(start), "Done, 1 entries");
    let send = exchanges.open(message(), LIMIT);
    exchanges.withdraw(given_up);
    assert!(exchanges.route(of_chat("old", &[8, -9])).is_some());
    assert_eq!(exchanges.seen(send), "nothing");
    assert!(exchanges.route(of_chat("new", &[-2])).is_some());
    assert_eq!(exchanges.seen(send), "Done, 0 entries");
}

#[test]
fn an_own_event_is_newer_than_what_was_known() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1, -2]));
    let sent = exchanges.open(message(), LIMIT);
    assert!(exchanges.route(reply(&[-2])).is_some());
    assert!(exchanges.route(reply(&[3])).is_some());
    assert_eq!(exchanges.seen(sent), "nothing");
    assert_eq!(exchanges.route(reply(&[4, -5])).unwrap().messages.len(), 2);
    assert_eq!(exchanges.seen(sent), "Done, 0 entries");
}

#[test]
fn one_event_is_the_outcome_of_one_request() {
    let mut exchanges = Tested::default();
    let first = exchanges.open(message(), LIMIT);
    let second = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    assert_eq!((exchanges.seen(first), exchanges.seen(second)), ("Done, 0 entries".into(), "nothing".into()));
}

#[test]
fn refusals_and_bare_acceptances_come_in_order() {
    let mut exchanges = Tested::default();
    let data = exchanges.open(Expects::Nothing, LIMIT);
    let sent = exchanges.open(message(), LIMIT);
    let notice = exchanges.open(Expects::Event(MessageType::CustomNotice), LIMIT);
    assert!(exchanges.route(reply(&[])).is_none());
    assert_eq!(exchanges.seen(data), "Done, 0 entries");
    assert!(exchanges.route(reply(&[])).is_none());
    assert_eq!(exchanges.seen(sent), "accepted");
    let refusal = json!({"statusCode": 2, "chatEnded": false, "errors": [{"code": 204}]});
    assert!(exchanges.route(told(&refusal)).is_none());
    assert_eq!(
        (exchanges.seen(sent), exchanges.seen(notice)),
        ("nothing".into(), "Refused, 0 entries".into())
    );
    assert!(exchanges.route(reply(&[-1])).is_some());
    assert_eq!(exchanges.seen(sent), "Done, 0 entries");
    assert!(exchanges.route(told(&refusal)).is_some(), "nobody asked");
    assert!(exchanges.route(reply(&[])).is_some(), "nobody asked");
}

#[test]
fn a_refusal_that_nobody_waits_for_is_news_only_if_it_ends_the_chat() {
    for (ended, is_news) in [(false, false), (true, true)] {
        let mut exchanges = Tested::default();
        exchanges.open_unawaited(Expects::Nothing);
        let refusal = json!({"statusCode": 2, "chatEnded": ended, "errors": [{"code": 204}]});
        assert_eq!(exchanges.route(told(&refusal)).is_some(), is_news);
    }
}

#[test]
fn a_session_and_its_end() {
    let mut exchanges = Tested::default();
    let start = exchanges.open(Expects::Session, LIMIT);
    let started = json!({"statusCode": 0, "chatId": "c", "secureKey": "k", "chatEnded": false, "messages":
        [{"index": 1, "type": "ParticipantJoined", "from": {"type": "Client", "nickname": "N"}}]});
    assert!(exchanges.route(told(&started)).is_none());
    assert_eq!(exchanges.seen(start), "Done, 1 entries");
    let end = exchanges.open(Expects::End, LIMIT);
    assert!(exchanges.route(reply(&[2])).is_some());
    assert!(exchanges.route(told(&json!({"statusCode": 0, "chatEnded": true}))).is_none());
    assert_eq!(exchanges.seen(end), "Done, 0 entries");
}

#[test]
fn what_nobody_waits_for_any_more_is_forgotten_in_time() {
    let mut exchanges = Tested::default();
    exchanges.open_unawaited(message());
    let later = exchanges.open(Expects::Nothing, LIMIT * 100);
    exchanges.now = LIMIT * 10;
    exchanges.route(told(&json!({"statusCode": 1})));
    assert_eq!(exchanges.seen(later), "Temporary, 0 entries");
}

#[test]
fn what_never_went_out_or_was_lost_takes_no_answer() {
    let refusal = || told(&json!({"statusCode": 2, "chatEnded": false, "errors": [{"code": 204}]}));
    let mut exchanges = Tested::default();
    let never = exchanges.open(Expects::Nothing, LIMIT);
    let asked = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.withdraw(never);
    exchanges.route(refusal());
    assert_eq!(exchanges.seen(asked), "Refused, 0 entries");
    exchanges.open_unawaited(Expects::Nothing);
    let waiting = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.note_gap();
    assert_eq!(exchanges.seen(waiting), "lost");
    let later = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(refusal());
    assert_eq!(
        (exchanges.seen(waiting), exchanges.seen(later)),
        ("Refused, 0 entries".into(), "nothing".into())
    );
}

#[test]
fn an_event_without_text_is_that_of_a_request_without_text() {
    let mut exchanges = Tested::default();
    let notice = exchanges.open(Expects::Event(MessageType::CustomNotice), LIMIT);
    let entry = json!({"index": 1, "type": "CustomNotice", "from": {"type": "Client", "nickname": "N"}});
    exchanges.route(told(&json!({"statusCode": 0, "chatEnded": false, "messages": [entry]})));
    assert_eq!(exchanges.seen(notice), "Done, 0 entries");
}

#[test]
fn a_server_whose_outcomes_come_besides_the_events_is_known_by_its_first() {
    let mut exchanges = Tested::default();
    let first = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    exchanges.route(reply(&[]));
    let second = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-2]));
    let data = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(reply(&[]));
    assert_eq!(
        (exchanges.seen(first), exchanges.seen(second)),
        ("Done, 0 entries".into(), "Done, 0 entries".into())
    );
    assert_eq!(exchanges.seen(data), "nothing", "that was the second message's");
    exchanges.route(reply(&[]));
    assert_eq!(exchanges.seen(data), "Done, 0 entries");
}

#[test]
fn an_outcome_that_may_be_the_former_message_s_accepts_no_other() {
    let mut exchanges = Tested::default();
    let first = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    let lost = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[]));
    assert_eq!(
        (exchanges.seen(first), exchanges.seen(lost)),
        ("Done, 0 entries".into(), "nothing".into()),
        "how this server tells of outcomes is not known yet"
    );
    exchanges.route(reply(&[]));
    assert_eq!(exchanges.seen(lost), "accepted", "the next can be no other's");
}

#[test]
fn a_server_whose_events_are_the_outcomes_owes_no_others() {
    let mut exchanges = Tested::default();
    let sent = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    let data = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(reply(&[]));
    assert_eq!(
        (exchanges.seen(sent), exchanges.seen(data)),
        ("Done, 0 entries".into(), "Done, 0 entries".into())
    );
}

#[test]
fn a_refusal_is_not_that_of_a_request_whose_event_has_come() {
    let mut exchanges = Tested::default();
    let sent = exchanges.open(message(), LIMIT);
    let data = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(reply(&[-1]));
    exchanges.route(told(&json!({"statusCode": 2, "chatEnded": false, "errors": [{"code": 204}]})));
    assert_eq!(
        (exchanges.seen(sent), exchanges.seen(data)),
        ("Done, 0 entries".into(), "Refused, 0 entries".into())
    );
}

#[test]
fn an_event_is_the_oldest_request_s_of_its_kind_whatever_became_of_the_text() {
    for (kind, expected) in [
        ("Message", MessageType::Message),
        ("CustomNotice", MessageType::CustomNotice),
        ("PushUrl", MessageType::PushUrl),
    ] {
        let mut exchanges = Tested::default();
        let other = exchanges.open(Expects::Event(MessageType::NicknameUpdated), LIMIT);
        let first = exchanges.open(Expects::Event(expected.clone()), LIMIT);
        let second = exchanges.open(Expects::Event(expected), LIMIT);
        exchanges.route(own(1, kind, "****"));
        let seen = [other, first, second].map(|id| exchanges.seen(id));
        assert_eq!(seen, ["nothing", "Done, 0 entries", "nothing"], "{kind}");
    }
}

#[test]
fn an_outcome_whose_transcript_lacks_the_event_is_not_that_of_a_message() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1]));
    let first = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-2]));
    let second = exchanges.open(message(), LIMIT);
    let outcome =
        |next| told(&json!({"statusCode": 0, "chatEnded": false, "messages": [], "nextPosition": next}));
    exchanges.route(outcome(3));
    assert_eq!((exchanges.seen(first), exchanges.seen(second)), ("Done, 0 entries".into(), "nothing".into()));
    exchanges.route(outcome(4));
    assert_eq!(exchanges.seen(second), "accepted");
}

#[test]
fn a_request_is_told_what_the_server_said_with_its_event() {
    let mut exchanges = Tested::default();
    let sent = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    match exchanges.told(sent) {
        Some(Told::Outcome(reply)) => assert_eq!(reply.body.json()["messages"][0]["text"], "mine"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_outcome_after_which_the_chat_goes_on_is_not_that_of_its_end() {
    let mut exchanges = Tested::default();
    let sent = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    let end = exchanges.open(Expects::End, LIMIT);
    assert!(exchanges.route(reply(&[])).is_some(), "that of the message");
    assert_eq!((exchanges.seen(sent), exchanges.seen(end)), ("Done, 0 entries".into(), "nothing".into()));
    exchanges.route(told(&json!({"statusCode": 0, "chatEnded": true, "messages": []})));
    assert_eq!(exchanges.seen(end), "Done, 0 entries");
}

#[test]
fn the_outcome_of_another_kind_of_request_may_be_the_only_one() {
    let mut exchanges = Tested::default();
    exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    let data = exchanges.open(Expects::Nothing, LIMIT);
    assert!(exchanges.route(reply(&[])).is_none(), "the message had its event for an outcome");
    assert_eq!(exchanges.seen(data), "Done, 0 entries");
}

#[test]
fn a_long_outcome_does_not_wait_for_its_request() {
    let mut exchanges = Tested::default();
    let send = exchanges.open(message(), LIMIT);
    let entry =
        json!({"index": 1, "type": "Message", "text": "mine", "from": {"type": "Client", "nickname": "N"}});
    let long = json!({"statusCode": 0, "chatEnded": false, "messages": [entry], "more": "x".repeat(1 << 20)});
    let news = exchanges.route(told(&long)).unwrap();
    assert_eq!(news.messages.len(), 1);
    let Some(Told::Outcome(outcome)) = exchanges.told(send) else { panic!("no outcome") };
    assert!(outcome.body.0.is_empty());
}
