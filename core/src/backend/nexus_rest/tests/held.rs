//! Polls that are held back, and polls that are lost.

use super::*;
use crate::transport::News;
use tokio::time::Instant;

/// A transport to `server` with this `ajaxTimeout`.
fn with_limit(server: &TestServer, millis: u64) -> NexusRest {
    transport(Options { ajax_timeout: Duration::from_millis(millis), ..config(&server.origin()) })
}

fn poll_after(known: &str) -> Operation {
    let from = Cursor { after: Some(place(known)), ..Cursor::default() };
    Operation::Poll { from, preview: None }
}

fn done() -> Scripted {
    json(r#"{"status":{"code":"SUCCESS"}}"#)
}

const MESSAGES: &str = "GET /nexus/v3/chat/sessions/s1/messages";

#[tokio::test]
async fn a_poll_without_an_answer_is_asked_anew_while_the_server_answers() {
    let empty = || messages(&json!([]));
    let mut server = TestServer::start([silence(), empty(), empty()]).await;
    let transport = with_limit(&server, 2000);
    let reply = transport.perform(request(poll_after("7-0"))).await.unwrap();
    assert!(reply.messages.is_empty());
    for query in ["", "?count=20&index=7-0", "?index=7-0"] {
        assert_eq!(target(&server.seen().await), format!("{MESSAGES}{query}"));
    }
}

#[tokio::test]
async fn where_nothing_is_answered_the_connection_is_lost_after_twice_the_limit() {
    let mut server = TestServer::start([silence(), silence()]).await;
    let began = Instant::now();
    let failure = with_limit(&server, 300).perform(request(poll_after("7-0"))).await.unwrap_err();
    assert!(failure.is_disconnect() && failure.news == News::Disconnected);
    let took = began.elapsed();
    assert!((600..30_000).contains(&took.as_millis()), "{took:?}");
    assert_eq!(
        (server.connections(), server.unseen()),
        (2, 2),
        "the second request went over a new connection"
    );
}

#[tokio::test]
async fn a_poll_is_due_soon_after_a_message_got_through() {
    let mut server = TestServer::start([silence(), done(), messages(&json!([])), messages(&json!([]))]).await;
    let transport = with_limit(&server, 2000);
    transport.0.held.note(Duration::from_mins(1));
    let poll = tokio::spawn(transport.perform(request(poll_after("7-0"))));
    assert_eq!(target(&server.seen().await), MESSAGES);
    transport.perform(request(text("hi"))).await.unwrap();
    assert!(poll.await.unwrap().is_ok());
    server.seen().await;
    assert_eq!(target(&server.seen().await), format!("{MESSAGES}?count=20&index=7-0"));
    assert_eq!(target(&server.seen().await), format!("{MESSAGES}?index=7-0"));
}

#[test]
fn a_server_that_holds_empty_polls_is_given_the_time_that_it_needs() {
    let (held, limit) = (crate::carrier::http::Held::default(), Duration::from_secs(3));
    assert_eq!(held.patience(limit, POLL_TIME), limit);
    held.note(Duration::from_secs(25));
    held.note(Duration::from_secs(1));
    assert_eq!(held.patience(limit, POLL_TIME), Duration::from_secs(28));
    held.note(Duration::from_secs(64));
    assert_eq!(held.patience(limit, POLL_TIME), Duration::from_secs(65));
}
