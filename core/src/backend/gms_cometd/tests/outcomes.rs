//! Which message is the outcome of which request.

use super::*;
use crate::model::MessageType;
use exchanges::{Expects, Outcomes, Told};

const LIMIT: Duration = Duration::from_secs(3);

/// A message with the entries `indexes`: the customer's own, with the text `mine`, where they are negative.
fn reply(indexes: &[i64]) -> Reply {
    let entries: Vec<Value> = indexes
        .iter()
        .map(|index| {
            let (kind, text) = if *index < 0 { ("Client", "mine") } else { ("Agent", "theirs") };
            json!({"index": index.abs(), "type": "Message", "text": text, "from": {"type": kind, "nickname": "N"}})
        })
        .collect();
    told(&json!({"statusCode": 0, "chatEnded": false, "messages": entries}))
}

fn told(response: &Value) -> Reply {
    decode(response.to_string().into()).unwrap()
}

fn transcript(known: u64) -> Expects {
    Expects::Transcript { known, sure: true, missing: known + 1 }
}

fn message() -> Expects {
    Expects::Event(MessageType::Message, Some("mine".into()))
}

/// A message of the customer's with this text.
fn own(index: u64, kind: &str, text: &str) -> Reply {
    let entry =
        json!({"index": index, "type": kind, "text": text, "from": {"type": "Client", "nickname": "N"}});
    told(&json!({"statusCode": 0, "chatEnded": false, "messages": [entry]}))
}

/// What a request has been told: its outcome's number of entries, or less.
fn seen(outcomes: &mut Outcomes) -> String {
    match outcomes.try_recv() {
        Some(Told::Outcome(reply)) => format!("{:?}, {} entries", reply.verdict, reply.messages.len()),
        Some(Told::Accepted(_)) => "accepted".into(),
        Some(Told::Instead) => "instead".into(),
        Some(Told::Lost) => "lost".into(),
        None => "nothing".into(),
    }
}

/// The same as `reply`, of a chat that it names, with its key.
fn of_chat(chat: &str, indexes: &[i64]) -> Reply {
    let session = GmsSession { session_id: chat.into(), secure_key: "key".into(), ..GmsSession::default() };
    Reply { session: Some(SessionData::Gms(session)), ..reply(indexes) }
}

#[tokio::test]
async fn what_a_former_chat_still_tells_is_no_outcome_in_the_next() {
    let mut exchanges = Exchanges::default();
    exchanges.begin(&"old".into());
    let given_up = exchanges.open(Expects::Transcript { known: u64::MAX, sure: false, missing: 1 }, LIMIT);
    exchanges.begin(&"".into());
    let mut start = exchanges.open(Expects::Session, LIMIT);
    assert!(exchanges.route(of_chat("old", &[7])).is_some(), "news, for whoever tells whose");
    assert_eq!((seen(&mut start), exchanges.newest()), ("nothing".into(), 0));
    assert!(exchanges.route(of_chat("new", &[1])).is_none());
    assert_eq!(seen(&mut start), "Done, 1 entries");
    let mut send = exchanges.open(message(), LIMIT);
    exchanges.withdraw(&given_up);
    assert!(exchanges.route(of_chat("old", &[8, -9])).is_some());
    assert_eq!(seen(&mut send), "nothing");
    assert!(exchanges.route(of_chat("new", &[-2])).is_some());
    assert_eq!(seen(&mut send), "Done, 0 entries");
}

#[tokio::test]
async fn a_transcript_is_told_from_news_by_a_known_entry() {
    let mut exchanges = Exchanges::default();
    assert!(exchanges.route(reply(&[1, 2, 3])).is_some());
    let mut poll = exchanges.open(transcript(3), LIMIT);
    assert_eq!(exchanges.route(reply(&[9])).unwrap().messages.len(), 1);
    assert_eq!(seen(&mut poll), "nothing", "4 to 8 are still missing");
    assert_eq!(exchanges.route(reply(&[4, 5])).unwrap().messages.len(), 2);
    assert_eq!(seen(&mut poll), "instead");
    assert!(exchanges.route(reply(&[3, 4, 5, 9])).is_none());
    assert_eq!(seen(&mut poll), "Done, 4 entries");
    assert_eq!(exchanges.newest(), 9);
    let mut catch_up = exchanges.open(Expects::CatchUp(9), LIMIT);
    assert_eq!(exchanges.route(reply(&[9, 10])).unwrap().messages.len(), 2);
    assert_eq!(seen(&mut catch_up), "Done, 0 entries");
}

#[tokio::test]
async fn an_own_event_is_newer_than_what_was_known() {
    let mut exchanges = Exchanges::default();
    exchanges.route(reply(&[1, -2]));
    let mut sent = exchanges.open(message(), LIMIT);
    assert!(exchanges.route(reply(&[-2])).is_some());
    assert!(exchanges.route(reply(&[3])).is_some());
    assert_eq!(seen(&mut sent), "nothing");
    assert_eq!(exchanges.route(reply(&[4, -5])).unwrap().messages.len(), 2);
    assert_eq!(seen(&mut sent), "Done, 0 entries");
}

#[tokio::test]
async fn an_event_may_come_with_a_transcript_that_was_asked_for() {
    let mut exchanges = Exchanges::default();
    exchanges.route(reply(&[1]));
    let mut sent = exchanges.open(message(), LIMIT);
    let mut poll = exchanges.open(transcript(1), LIMIT);
    assert!(exchanges.route(reply(&[1, -2])).is_none());
    assert_eq!((seen(&mut sent), seen(&mut poll)), ("Done, 0 entries".into(), "Done, 2 entries".into()));
}

#[tokio::test]
async fn one_event_is_the_outcome_of_one_request() {
    let mut exchanges = Exchanges::default();
    let mut first = exchanges.open(message(), LIMIT);
    let mut second = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    assert_eq!((seen(&mut first), seen(&mut second)), ("Done, 0 entries".into(), "nothing".into()));
}

#[tokio::test]
async fn a_message_that_a_later_look_shows_nothing_of_does_not_take_the_event_of_its_repetition() {
    for given_up in [true, false] {
        let mut exchanges = Exchanges::default();
        exchanges.route(reply(&[1]));
        let mut lost = exchanges.open(message(), LIMIT);
        if given_up {
            drop(std::mem::replace(&mut lost, exchanges.open(Expects::Nothing, LIMIT)));
        }
        let mut look = exchanges.open(transcript(1), LIMIT);
        assert!(exchanges.route(reply(&[1])).is_none());
        assert_eq!(seen(&mut look), "Done, 1 entries");
        let mut again = exchanges.open(message(), LIMIT);
        assert!(exchanges.route(reply(&[-2])).is_some());
        let expected = if given_up { "Done, 0 entries" } else { "nothing" };
        assert_eq!(seen(&mut again), expected, "given up: {given_up}");
    }
}

#[tokio::test]
async fn a_page_of_history_says_nothing_of_what_was_sent() {
    let mut exchanges = Exchanges::default();
    exchanges.route(reply(&[1, 2, 3, 4]));
    drop(exchanges.open(message(), LIMIT));
    let mut page = exchanges.open(transcript(2), LIMIT);
    assert!(exchanges.route(reply(&[1, 2])).is_none());
    assert_eq!(seen(&mut page), "Done, 2 entries");
    let mut next = exchanges.open(message(), LIMIT);
    assert!(exchanges.route(reply(&[-5])).is_some());
    assert_eq!(seen(&mut next), "nothing", "it is the event of the first");
}

#[tokio::test]
async fn refusals_and_bare_acceptances_come_in_order() {
    let mut exchanges = Exchanges::default();
    let mut data = exchanges.open(Expects::Nothing, LIMIT);
    let mut sent = exchanges.open(message(), LIMIT);
    let mut notice = exchanges.open(Expects::Event(MessageType::CustomNotice, None), LIMIT);
    assert!(exchanges.route(reply(&[])).is_none());
    assert_eq!(seen(&mut data), "Done, 0 entries");
    assert!(exchanges.route(reply(&[])).is_none());
    assert_eq!(seen(&mut sent), "accepted");
    let refusal = json!({"statusCode": 2, "chatEnded": false, "errors": [{"code": 204}]});
    assert!(exchanges.route(told(&refusal)).is_none());
    assert_eq!((seen(&mut sent), seen(&mut notice)), ("nothing".into(), "Refused, 0 entries".into()));
    assert!(exchanges.route(reply(&[-1])).is_some());
    assert_eq!(seen(&mut sent), "Done, 0 entries");
    assert!(exchanges.route(told(&refusal)).is_some(), "nobody asked");
    assert!(exchanges.route(reply(&[])).is_some(), "nobody asked");
}

#[tokio::test]
async fn a_refusal_that_nobody_waits_for_is_news_only_if_it_ends_the_chat() {
    for (ended, is_news) in [(false, false), (true, true)] {
        let mut exchanges = Exchanges::default();
        drop(exchanges.open(Expects::Nothing, LIMIT));
        let refusal = json!({"statusCode": 2, "chatEnded": ended, "errors": [{"code": 204}]});
        assert_eq!(exchanges.route(told(&refusal)).is_some(), is_news);
    }
}

#[tokio::test]
async fn a_session_and_its_end() {
    let mut exchanges = Exchanges::default();
    let mut start = exchanges.open(Expects::Session, LIMIT);
    let started = json!({"statusCode": 0, "chatId": "c", "secureKey": "k", "chatEnded": false, "messages":
        [{"index": 1, "type": "ParticipantJoined", "from": {"type": "Client", "nickname": "N"}}]});
    assert!(exchanges.route(told(&started)).is_none());
    assert_eq!(seen(&mut start), "Done, 1 entries");
    let mut end = exchanges.open(Expects::End, LIMIT);
    assert!(exchanges.route(reply(&[2])).is_some());
    assert!(exchanges.route(told(&json!({"statusCode": 0, "chatEnded": true}))).is_none());
    assert_eq!(seen(&mut end), "Done, 0 entries");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_any_more_is_forgotten_in_time() {
    let mut exchanges = Exchanges::default();
    drop(exchanges.open(message(), LIMIT));
    let mut later = exchanges.open(Expects::Nothing, LIMIT * 100);
    tokio::time::advance(LIMIT * 10).await;
    exchanges.route(told(&json!({"statusCode": 1})));
    assert_eq!(seen(&mut later), "Temporary, 0 entries");
}

#[tokio::test]
async fn a_transcript_goes_to_who_waits_for_it() {
    let mut exchanges = Exchanges::default();
    exchanges.route(reply(&[1, 2]));
    drop(exchanges.open(transcript(2), LIMIT));
    let mut waiting = exchanges.open(transcript(2), LIMIT);
    assert!(exchanges.route(reply(&[2, 3])).is_none());
    match waiting.try_recv() {
        Some(Told::Outcome(reply)) => assert!(reply.stale, "it may be the answer to the other"),
        other => panic!("{other:?}"),
    }
    let mut waiting = exchanges.open(transcript(3), LIMIT);
    assert!(exchanges.route(reply(&[3])).is_none());
    assert!(matches!(waiting.try_recv(), Some(Told::Outcome(reply)) if !reply.stale));
    drop(exchanges.open(Expects::Nothing, LIMIT));
    drop(exchanges.open(transcript(3), LIMIT));
    drop(exchanges.open(Expects::Nothing, LIMIT));
    let mut waiting = exchanges.open(transcript(3), LIMIT);
    assert!(exchanges.route(reply(&[3])).is_none());
    assert_eq!(
        seen(&mut waiting),
        "Done, 1 entries",
        "what is older and shows nothing does not stand in the way"
    );
    drop(exchanges.open(transcript(3), LIMIT));
    assert!(exchanges.route(reply(&[3, 4])).is_some(), "nobody waits: it is news");
}

#[tokio::test]
async fn what_never_went_out_or_was_lost_takes_no_answer() {
    let refusal = || told(&json!({"statusCode": 2, "chatEnded": false, "errors": [{"code": 204}]}));
    let mut exchanges = Exchanges::default();
    let never = exchanges.open(Expects::Nothing, LIMIT);
    let mut asked = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.withdraw(&never);
    exchanges.route(refusal());
    assert_eq!(seen(&mut asked), "Refused, 0 entries");
    drop(exchanges.open(Expects::Nothing, LIMIT));
    let mut waiting = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.note_gap();
    assert_eq!(seen(&mut waiting), "lost");
    let mut later = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(refusal());
    assert_eq!((seen(&mut waiting), seen(&mut later)), ("Refused, 0 entries".into(), "nothing".into()));
}

#[tokio::test]
async fn an_event_without_text_is_that_of_a_request_without_text() {
    let mut exchanges = Exchanges::default();
    let mut notice = exchanges.open(Expects::Event(MessageType::CustomNotice, Some("".into())), LIMIT);
    let entry = json!({"index": 1, "type": "CustomNotice", "from": {"type": "Client", "nickname": "N"}});
    exchanges.route(told(&json!({"statusCode": 0, "chatEnded": false, "messages": [entry]})));
    assert_eq!(seen(&mut notice), "Done, 0 entries");
}

#[tokio::test]
async fn an_empty_outcome_answers_no_look_from_a_known_place() {
    let mut exchanges = Exchanges::default();
    exchanges.route(reply(&[1, 2]));
    let mut sent = exchanges.open(message(), LIMIT);
    let mut look = exchanges.open(transcript(2), LIMIT);
    assert!(exchanges.route(reply(&[4])).is_some());
    assert!(exchanges.route(reply(&[-3])).is_some());
    assert_eq!((seen(&mut sent), seen(&mut look)), ("Done, 0 entries".into(), "instead".into()));
    assert!(
        exchanges.route(reply(&[])).is_some(),
        "that of the message, which has been settled by its event"
    );
    assert_eq!(seen(&mut look), "nothing");
    assert!(exchanges.route(reply(&[2, -3, 4])).is_none());
    assert_eq!(seen(&mut look), "Done, 3 entries");
}

#[tokio::test]
async fn a_server_whose_outcomes_come_besides_the_events_is_known_by_its_first() {
    let mut exchanges = Exchanges::default();
    let mut first = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    exchanges.route(reply(&[]));
    let mut second = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-2]));
    let mut data = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(reply(&[]));
    assert_eq!((seen(&mut first), seen(&mut second)), ("Done, 0 entries".into(), "Done, 0 entries".into()));
    assert_eq!(seen(&mut data), "nothing", "that was the second message's");
    exchanges.route(reply(&[]));
    assert_eq!(seen(&mut data), "Done, 0 entries");
}

#[tokio::test]
async fn a_server_whose_events_are_the_outcomes_owes_no_others() {
    let mut exchanges = Exchanges::default();
    let mut sent = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    let mut data = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(reply(&[]));
    assert_eq!((seen(&mut sent), seen(&mut data)), ("Done, 0 entries".into(), "Done, 0 entries".into()));
}

#[tokio::test]
async fn a_refusal_is_not_that_of_a_request_whose_event_has_come() {
    let mut exchanges = Exchanges::default();
    let mut sent = exchanges.open(message(), LIMIT);
    let mut data = exchanges.open(Expects::Nothing, LIMIT);
    exchanges.route(reply(&[-1]));
    exchanges.route(told(&json!({"statusCode": 2, "chatEnded": false, "errors": [{"code": 204}]})));
    assert_eq!((seen(&mut sent), seen(&mut data)), ("Done, 0 entries".into(), "Refused, 0 entries".into()));
}

#[tokio::test]
async fn an_event_whose_text_was_changed_is_the_oldest_request_s_that_is_left_over() {
    for (kind, expected) in [
        ("Message", MessageType::Message),
        ("CustomNotice", MessageType::CustomNotice),
        ("PushUrl", MessageType::PushUrl),
    ] {
        let mut exchanges = Exchanges::default();
        let open = |exchanges: &mut Exchanges, text: &str| {
            exchanges.open(Expects::Event(expected.clone(), Some(text.into())), LIMIT)
        };
        let mut masked = open(&mut exchanges, "4111111111111111");
        let mut folded = open(&mut exchanges, "1 < 2");
        exchanges.route(own(1, kind, "1 &lt; 2"));
        assert_eq!((seen(&mut masked), seen(&mut folded)), ("nothing".into(), "Done, 0 entries".into()));
        exchanges.route(own(2, kind, "****"));
        assert_eq!(seen(&mut masked), "Done, 0 entries", "{kind}");
    }
}

#[tokio::test]
async fn a_request_is_told_what_the_server_said_with_its_event() {
    let mut exchanges = Exchanges::default();
    let mut sent = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    match sent.try_recv() {
        Some(Told::Outcome(reply)) => assert_eq!(reply.body.json()["messages"][0]["text"], "mine"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_that_lacks_what_was_known_when_it_was_asked_for_is_stale() {
    let mut exchanges = Exchanges::default();
    exchanges.route(reply(&[1, 5]));
    let mut look = exchanges.open(transcript(1), LIMIT);
    exchanges.route(reply(&[1, 2]));
    match look.try_recv() {
        Some(Told::Outcome(reply)) => assert!(reply.stale),
        other => panic!("{other:?}"),
    }
    let typing = json!({"index": 6, "type": "TypingStarted", "from": {"type": "Agent", "nickname": "N"}});
    exchanges.route(told(&json!({"statusCode": 0, "chatEnded": false, "messages": [typing]})));
    assert_eq!((exchanges.newest(), exchanges.anchor()), (6, 5), "nothing says that typing is kept");
    let mut look = exchanges.open(transcript(5), LIMIT);
    exchanges.route(reply(&[5]));
    assert!(matches!(look.try_recv(), Some(Told::Outcome(reply)) if !reply.stale));
}

#[tokio::test]
async fn an_outcome_after_which_the_chat_goes_on_is_not_that_of_its_end() {
    let mut exchanges = Exchanges::default();
    let mut sent = exchanges.open(message(), LIMIT);
    exchanges.route(reply(&[-1]));
    let mut end = exchanges.open(Expects::End, LIMIT);
    assert!(exchanges.route(reply(&[])).is_some(), "that of the message");
    assert_eq!((seen(&mut sent), seen(&mut end)), ("Done, 0 entries".into(), "nothing".into()));
    exchanges.route(told(&json!({"statusCode": 0, "chatEnded": true, "messages": []})));
    assert_eq!(seen(&mut end), "Done, 0 entries");
}

#[tokio::test]
async fn the_known_entry_of_a_look_is_before_the_gap_that_it_is_for() {
    let mut exchanges = Exchanges::default();
    exchanges.route(reply(&[1, 2, 3]));
    exchanges.route(reply(&[-6]));
    assert_eq!((exchanges.anchor_before(4), exchanges.anchor()), (Some(3), 6));
    exchanges.route(reply(&[4, 5]));
    assert_eq!((exchanges.anchor_before(7), exchanges.anchor_before(4)), (Some(6), None));
}

#[tokio::test]
async fn a_long_outcome_does_not_wait_for_its_request() {
    let mut exchanges = Exchanges::default();
    let mut send = exchanges.open(message(), LIMIT);
    let entry =
        json!({"index": 1, "type": "Message", "text": "mine", "from": {"type": "Client", "nickname": "N"}});
    let long = json!({"statusCode": 0, "chatEnded": false, "messages": [entry], "more": "x".repeat(1 << 20)});
    let news = exchanges.route(told(&long)).unwrap();
    assert_eq!(news.messages.len(), 1);
    let Some(Told::Outcome(outcome)) = send.try_recv() else { panic!("no outcome") };
    assert!(outcome.body.0.is_empty());
}
