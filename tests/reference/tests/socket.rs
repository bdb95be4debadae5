//! Web Messaging with a WebSocket server by others, which does what the protocol of sockets allows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use webchat_core::event::EventKind::{Disconnected, Ended, Reconnected};
use webchat_reference::{Customer, SocketServer};

/// What a conversation has heard when it has heard all of this, one after another.
async fn hear(orders: &[(&str, Vec<String>)]) {
    let Some(server) = SocketServer::start().await else { return };
    let mia = Customer::start(&server.options(), "Mia").await;
    let mut expected = Vec::new();
    for (order, answers) in orders {
        expected.push((*order).to_owned());
        expected.extend(answers.iter().cloned());
        mia.say(order).await;
        mia.until(order, |heard| heard.texts().count() >= expected.len()).await;
    }
    // Nothing comes afterwards that has come before.
    mia.say("the end").await;
    expected.extend(["the end".to_owned(), "after the end".to_owned()]);
    mia.until("the end", |heard| heard.texts().count() >= expected.len()).await;
    let heard = mia.heard();
    let first_other = heard.texts().zip(&expected).find(|(heard, expected)| heard != expected);
    let short = first_other.map(|(heard, expected)| (heard.get(..80).unwrap_or(heard), expected));
    assert_eq!((short, heard.texts().count()), (None, expected.len()));
    assert_eq!((heard.count(Disconnected), heard.count(Ended)), (heard.count(Reconnected), 0));
}

#[tokio::test]
async fn frames_of_any_legal_form() {
    let orders = ["fragments 2", "fragments 7", "pings 5", "binary", "large 125", "large 126", "large 65535"];
    let orders = orders.into_iter().chain(["large 65536", "fragments 400", "large 4000000", "pings 1"]);
    let heard = |order: &str| {
        let count = || order.split(' ').nth(1).unwrap_or_default().parse().unwrap();
        let answer = match order.split(' ').next().unwrap() {
            "fragments" => Some("é".repeat(count() * 3)),
            "large" => Some("x".repeat(count())),
            _ => None,
        };
        answer.into_iter().chain([format!("after {order}")]).collect()
    };
    hear(&orders.map(|order| (order, heard(order))).collect::<Vec<_>>()).await;
}

/// Each end is followed by a new connection, and what was said meanwhile comes from the history.
#[tokio::test]
async fn ends_of_any_kind() {
    let codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4001, 4999];
    let ends: Vec<_> = codes.map(|code| format!("close {code}")).into_iter().collect();
    let ends = ends.iter().map(String::as_str).chain(["close", "abrupt", "half"]);
    let heard =
        |(at, order): (usize, &str)| vec![format!("before {order}"), format!("connection {}", at + 2)];
    let orders: Vec<_> = ends.enumerate().map(|(at, order)| (order, heard((at, order)))).collect();
    hear(&orders).await;
}
