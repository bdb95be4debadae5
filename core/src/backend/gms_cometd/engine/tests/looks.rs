//! Parts of the transcript that were asked for, told from news.

use super::{
    exchanges::{Expects, Told},
    tested::{LIMIT, Tested, message, reply, told, transcript},
};
use serde_json::json;

#[test]
fn a_transcript_is_told_from_news_by_a_known_entry() {
    let mut exchanges = Tested::default();
    assert!(exchanges.route(reply(&[1, 2, 3])).is_some());
    let poll = exchanges.open(transcript(3), LIMIT);
    assert_eq!(exchanges.route(reply(&[9])).unwrap().messages.len(), 1);
    assert_eq!(exchanges.seen(poll), "nothing", "4 to 8 are still missing");
    assert_eq!(exchanges.route(reply(&[4, 5])).unwrap().messages.len(), 2);
    assert_eq!(exchanges.seen(poll), "instead");
    assert!(exchanges.route(reply(&[3, 4, 5, 9])).is_none());
    assert_eq!(exchanges.seen(poll), "Done, 4 entries");
    assert_eq!(exchanges.newest(), 9);
}

#[test]
fn an_event_may_come_with_a_transcript_that_was_asked_for() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1]));
    let sent = exchanges.open(message(), LIMIT);
    let poll = exchanges.open(transcript(1), LIMIT);
    assert!(exchanges.route(reply(&[1, -2])).is_none());
    assert_eq!(
        (exchanges.seen(sent), exchanges.seen(poll)),
        ("Done, 0 entries".into(), "Done, 2 entries".into())
    );
}

#[test]
fn a_transcript_goes_to_who_waits_for_it() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1, 2]));
    exchanges.open_unawaited(transcript(2));
    let waiting = exchanges.open(transcript(2), LIMIT);
    assert!(exchanges.route(reply(&[2, 3])).is_none());
    match exchanges.told(waiting) {
        Some(Told::Outcome(reply)) => assert!(reply.stale, "it may be the answer to the other"),
        other => panic!("{other:?}"),
    }
    let waiting = exchanges.open(transcript(3), LIMIT);
    assert!(exchanges.route(reply(&[3])).is_none());
    assert!(matches!(exchanges.told(waiting), Some(Told::Outcome(reply)) if !reply.stale));
    exchanges.open_unawaited(Expects::Nothing);
    exchanges.open_unawaited(transcript(3));
    exchanges.open_unawaited(Expects::Nothing);
    let waiting = exchanges.open(transcript(3), LIMIT);
    assert!(exchanges.route(reply(&[3])).is_none());
    assert_eq!(
        exchanges.seen(waiting),
        "Done, 1 entries",
        "what is older and shows nothing does not stand in the way"
    );
    exchanges.open_unawaited(transcript(3));
    assert!(exchanges.route(reply(&[3, 4])).is_some(), "nobody waits: it is news");
}

#[test]
fn an_answer_that_a_link_without_losses_brings_late_is_not_the_next_look_s() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1, 2]));
    let given_up = exchanges.open_unawaited(transcript(2));
    exchanges.now += LIMIT * 100;
    let waiting = exchanges.open(transcript(2), LIMIT);
    assert!(exchanges.route(reply(&[2])).is_none());
    match exchanges.told(waiting) {
        Some(Told::Outcome(reply)) => assert!(reply.stale, "what was sent since then cannot be in it"),
        other => panic!("{other:?}"),
    }
    assert_eq!(exchanges.seen(given_up), "nothing");
    let waiting = exchanges.open(transcript(2), LIMIT);
    exchanges.route(reply(&[2]));
    assert!(matches!(exchanges.told(waiting), Some(Told::Outcome(reply)) if !reply.stale));
    exchanges.open_unawaited(transcript(2));
    exchanges.now += LIMIT * 100;
    exchanges.note_gap();
    let waiting = exchanges.open(transcript(2), LIMIT);
    exchanges.route(reply(&[2]));
    assert!(
        matches!(exchanges.told(waiting), Some(Told::Outcome(reply)) if !reply.stale),
        "a gap has lost it"
    );
}

#[test]
fn an_empty_outcome_answers_no_look_from_a_known_place() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1, 2]));
    let sent = exchanges.open(message(), LIMIT);
    let look = exchanges.open(transcript(2), LIMIT);
    assert!(exchanges.route(reply(&[4])).is_some());
    assert!(exchanges.route(reply(&[-3])).is_some());
    assert_eq!((exchanges.seen(sent), exchanges.seen(look)), ("Done, 0 entries".into(), "instead".into()));
    assert!(
        exchanges.route(reply(&[])).is_some(),
        "that of the message, which has been settled by its event"
    );
    assert_eq!(exchanges.seen(look), "nothing");
    assert!(exchanges.route(reply(&[2, -3, 4])).is_none());
    assert_eq!(exchanges.seen(look), "Done, 3 entries");
}

#[test]
fn a_message_that_a_later_look_shows_nothing_of_does_not_take_the_event_of_its_repetition() {
    for given_up in [true, false] {
        let mut exchanges = Tested::default();
        exchanges.route(reply(&[1]));
        let lost = exchanges.open(message(), LIMIT);
        if given_up {
            exchanges.give_up(lost);
        }
        let look = exchanges.open(transcript(1), LIMIT);
        assert!(exchanges.route(reply(&[1])).is_none());
        assert_eq!(exchanges.seen(look), "Done, 1 entries");
        let again = exchanges.open(message(), LIMIT);
        assert!(exchanges.route(reply(&[-2])).is_some());
        let expected = if given_up { "Done, 0 entries" } else { "nothing" };
        assert_eq!(exchanges.seen(again), expected, "given up: {given_up}");
    }
}

#[test]
fn a_page_of_history_says_nothing_of_what_was_sent() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1, 2, 3, 4]));
    exchanges.open_unawaited(message());
    let page = exchanges.open(transcript(2), LIMIT);
    assert!(exchanges.route(reply(&[1, 2])).is_none());
    assert_eq!(exchanges.seen(page), "Done, 2 entries");
    let next = exchanges.open(message(), LIMIT);
    assert!(exchanges.route(reply(&[-5])).is_some());
    assert_eq!(exchanges.seen(next), "nothing", "it is the event of the first");
}

#[test]
fn an_answer_that_lacks_what_was_known_when_it_was_asked_for_is_stale() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1, 5]));
    let look = exchanges.open(transcript(1), LIMIT);
    exchanges.route(reply(&[1, 2]));
    match exchanges.told(look) {
        Some(Told::Outcome(reply)) => assert!(reply.stale),
        other => panic!("{other:?}"),
    }
    let typing = json!({"index": 6, "type": "TypingStarted", "from": {"type": "Agent", "nickname": "N"}});
    exchanges.route(told(&json!({"statusCode": 0, "chatEnded": false, "messages": [typing]})));
    assert_eq!((exchanges.newest(), exchanges.anchor()), (6, 5), "nothing says that typing is kept");
    let look = exchanges.open(transcript(5), LIMIT);
    exchanges.route(reply(&[5]));
    assert!(matches!(exchanges.told(look), Some(Told::Outcome(reply)) if !reply.stale));
}

#[test]
fn the_known_entry_of_a_look_is_before_the_gap_that_it_is_for() {
    let mut exchanges = Tested::default();
    exchanges.route(reply(&[1, 2, 3]));
    exchanges.route(reply(&[-6]));
    assert_eq!((exchanges.anchor_before(4), exchanges.anchor()), (Some(3), 6));
    exchanges.route(reply(&[4, 5]));
    assert_eq!((exchanges.anchor_before(7), exchanges.anchor_before(4)), (Some(6), None));
}
