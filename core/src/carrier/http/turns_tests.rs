//! Many requests to one server at once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    test_server::{TestServer, json, silence},
    tests::direct,
    *,
};
use crate::transport::Applied;
use futures_util::future::join_all;
use reqwest::{Method, Url};
use std::time::Duration;

fn chat(pool: &HttpPool, most: usize) -> HttpChat {
    HttpChat::new(pool, &Connection { max_connections: most, ..direct() }, &[]).unwrap()
}

fn request(server: &TestServer, standing: Standing) -> HttpRequest {
    let url = Url::parse(&server.origin()).unwrap();
    let (reuse, plain) = (Reuse::Repeated, HttpRequest::new(Method::GET, url, RequestBody::None));
    HttpRequest { reuse, standing, ..plain }
}

#[tokio::test]
async fn all_chats_together_have_no_more_connections_than_configured() {
    let server = TestServer::start((0..60).map(|_| json("1"))).await;
    let pool = HttpPool::new();
    let chats: Vec<_> = (0..60).map(|_| chat(&pool, 4)).collect();
    let request = request(&server, Standing::Poll);
    let answers = join_all(chats.iter().map(|chat| chat.exchange(&request, Duration::from_mins(1)))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(server.connections() <= 4, "{}", server.connections());
}

#[tokio::test]
async fn a_command_overtakes_polls_that_have_not_left() {
    let mut server = TestServer::start((0..40).map(|_| json("1"))).await;
    let pool = HttpPool::new();
    let (chat, other) = (chat(&pool, 2), chat(&pool, 2));
    let polling = request(&server, Standing::Poll);
    let mut command = request(&server, Standing::Command);
    command.url.set_path("/command");
    let limit = Duration::from_mins(1);
    let asking = join_all((0..30).map(|_| chat.exchange(&polling, limit)));
    let (polled, commanded) = tokio::join!(asking, other.exchange(&command, limit));
    assert!(commanded.is_ok() && polled.iter().all(Result::is_ok));
    let mut before = 0;
    while !server.seen().await.line().contains("/command") {
        before += 1;
    }
    assert!(before <= 4, "{before} polls came before it");
}

#[tokio::test]
async fn what_waits_for_a_server_that_answers_nobody_has_certainly_not_left() {
    let mut server = TestServer::start((0..2).map(|_| silence())).await;
    let pool = HttpPool::new();
    let (chat, other) = (chat(&pool, 2), chat(&pool, 2));
    let (asked, limit) = (request(&server, Standing::Command), Duration::from_mins(1));
    let silent = tokio::spawn(async move {
        let asked = [(); 2].map(|()| chat.exchange(&asked, limit));
        join_all(asked).await
    });
    let _ = (server.seen().await, server.seen().await);
    tokio::time::pause();
    let failure = other.exchange(&request(&server, Standing::Command), limit / 2).await.unwrap_err();
    assert_eq!(failure.applied, Applied::No);
    let expected = format!("the request could not be sent to {} within 30 s", server.address);
    assert_eq!(failure.cause, expected);
    silent.abort();
}
