//! Polls, windows and history (nexus-v3.md, 4.3 and 8).

use std::time::Duration;

use serde_json::json as value;
use webchat_simulator::Operation;
use webchat_simulator::api::nexus::NexusSettings;

use super::visitor::{Visitor, code, indexes, start, start_with, told};

/// A customer who has said `1` to `5`; its six events.
async fn five(nexus: NexusSettings) -> (webchat_simulator::Simulator, Visitor, Vec<String>) {
    let (simulator, visitor) = start_with(nexus).await;
    for text in ["1", "2", "3", "4", "5"] {
        visitor.say(text).await;
    }
    let all = simulator.wire_transcript(&visitor.session).unwrap();
    let all = indexes(&value!({ "messages": all }));
    assert_eq!(all.len(), 6);
    (simulator, visitor, all)
}

#[tokio::test]
async fn each_event_once() {
    let (_simulator, visitor, all) = five(NexusSettings::default()).await;
    assert_eq!(indexes(&visitor.poll("?operationId=o").await), all);
    assert_eq!(indexes(&visitor.poll("").await), Vec::<String>::new());
    visitor.say("6").await;
    assert_eq!(told(&visitor.poll("").await), ["Text 6"]);
}

#[tokio::test]
async fn the_cursor_rules() {
    let (simulator, visitor, all) = five(NexusSettings::default()).await;
    let x = &all[3];
    assert_eq!(indexes(&visitor.poll(&format!("?index={x}&count=2")).await), all[2..4]);
    assert_eq!(indexes(&visitor.poll(&format!("?index={x}&count=50")).await), all[..4]);
    let first = &all[0];
    assert_eq!(indexes(&visitor.poll(&format!("?index={first}&count=20")).await), all[..1], "the boundary");
    let log = simulator.log();
    assert!(log[6..].iter().all(|entry| entry.operation == Some(Operation::History)));
    assert_eq!(log[6].field("index"), Some(x.as_str()));
    assert_eq!(indexes(&visitor.poll("").await), all, "history has moved no cursor");

    assert_eq!(indexes(&visitor.poll(&format!("?index={x}")).await), all[4..]);
    assert_eq!(indexes(&visitor.poll("?count=2").await), all[4..]);
    assert_eq!(indexes(&visitor.poll("?count=10000").await), all);
    assert_eq!(indexes(&visitor.poll("?index=&count=").await), Vec::<String>::new(), "empty is absent");
    let others = simulator.log().into_iter().skip(9);
    assert!(others.into_iter().all(|entry| entry.operation == Some(Operation::Refresh)));
}

#[tokio::test]
async fn count_and_index_move_the_cursor_to_the_end() {
    for query in ["?count=1".to_owned(), String::new()] {
        let (_simulator, visitor, all) = five(NexusSettings::default()).await;
        let query = if query.is_empty() { format!("?index={}", all[4]) } else { query };
        assert_eq!(indexes(&visitor.poll(&query).await), all[5..]);
        assert_eq!(indexes(&visitor.poll("").await), Vec::<String>::new());
    }
}

#[tokio::test]
async fn cursors_that_mean_nothing() {
    let (_simulator, visitor, all) = five(NexusSettings::default()).await;
    for query in ["?index=1-0", "?index=x", "?index=1-0&count=3"] {
        assert_eq!(code(&visitor.get(query).await), (400, "INVALID_INDEX"), "{query}");
    }
    for query in ["?count=0", "?count=-1", "?count=many"] {
        assert_eq!(code(&visitor.get(query).await), (400, "INVALID_REQUEST"), "{query}");
    }
    assert_eq!(indexes(&visitor.poll("").await), all, "the cursor has not moved");
}

#[tokio::test]
async fn an_end_by_the_agent_is_told_with_the_last_messages() {
    let (simulator, visitor) = start().await;
    let chat = visitor.session.as_str();
    let sam = simulator.join_agent(chat, "Sam").unwrap();
    simulator.say(chat, sam, "Goodbye").unwrap();
    simulator.end(chat, sam).unwrap();
    assert_eq!(code(&visitor.send("Text", "wait").await), (404, "INVALID_SESSION"));
    let all = indexes(&value!({ "messages": simulator.wire_transcript(chat).unwrap() }));
    let page = visitor.poll(&format!("?index={}&count=2", all[1])).await;
    assert_eq!((indexes(&page), &page["chatEnded"]), (all[..2].to_vec(), &value!(false)));
    let last = visitor.poll("").await;
    assert_eq!((indexes(&last), &last["chatEnded"]), (all.clone(), &value!(true)));
    for query in ["", "?count=20"] {
        assert_eq!(code(&visitor.get(query).await), (404, "INVALID_SESSION"), "told already");
    }
    let again = visitor.poll(&format!("?index={}", all[2])).await;
    assert_eq!(
        (indexes(&again), &again["chatEnded"]),
        (all[3..].to_vec(), &value!(true)),
        "in case it was lost"
    );
}

#[tokio::test]
async fn a_poll_is_held_until_there_is_news() {
    let hold = Duration::from_hours(1);
    let (simulator, visitor) = start_with(NexusSettings { hold, ..NexusSettings::default() }).await;
    assert_eq!(told(&visitor.poll("").await), ["ParticipantJoined -"], "news are told at once");
    let pending = |simulator: &webchat_simulator::Simulator| {
        simulator.log().pop().filter(|entry| entry.operation == Some(Operation::Refresh) && !entry.done)
    };
    let chat = visitor.session.as_str();
    let agent = async {
        simulator.wait_for(pending).await;
        simulator.join_agent(chat, "Sam").unwrap();
    };
    let (news, ()) = tokio::join!(visitor.poll(""), agent);
    assert_eq!(told(&news), ["ParticipantJoined -"]);
    let end = async {
        simulator.wait_for(pending).await;
        simulator.end(chat, 2).unwrap();
    };
    let (news, ()) = tokio::join!(visitor.poll(""), end);
    assert_eq!((told(&news), &news["chatEnded"]), (vec!["ParticipantLeft -".to_owned()], &value!(true)));
}

#[tokio::test]
async fn a_hold_is_over_in_time() {
    let hold = Duration::from_hours(1);
    let (simulator, visitor) = start_with(NexusSettings { hold, ..NexusSettings::default() }).await;
    visitor.poll("").await;
    let late = tokio::spawn(async move { visitor.poll("").await });
    simulator.wait_for(|simulator| simulator.log().pop().filter(|entry| !entry.done)).await;
    tokio::time::pause();
    tokio::time::advance(hold).await;
    tokio::time::resume();
    assert_eq!(told(&late.await.unwrap()), Vec::<String>::new());
}
