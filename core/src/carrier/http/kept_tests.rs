//! Kept connections that the server closes just as a request comes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    test_server::{Scripted, TestServer, Then, answer, json, raw},
    tests::direct,
    *,
};
use crate::{ErrorKind, transport::Applied};
use bytes::Bytes;
use reqwest::{Method, Url};
use std::time::Duration;

const LIMIT: Option<Duration> = Some(Duration::from_secs(3));

fn request(server: &TestServer, reuse: Reuse) -> HttpRequest {
    let body = RequestBody::Form(Bytes::from_static(b"a=b"));
    HttpRequest { reuse, ..HttpRequest::new(Method::POST, Url::parse(&server.origin()).unwrap(), body) }
}

fn closes() -> Scripted {
    raw("", Then::Close)
}

async fn server(script: impl IntoIterator<Item = Scripted>) -> (TestServer, HttpChat) {
    (TestServer::start(script).await, HttpChat::new(&HttpPool::new(), &direct(), &[]).unwrap())
}

#[tokio::test]
async fn what_does_no_harm_is_sent_again_once_on_a_new_connection() {
    let (mut server, chat) = server([json("1"), closes(), json("2"), json("3"), closes(), closes()]).await;
    let request = request(&server, Reuse::Repeated);
    for expected in ["1", "2", "3"] {
        assert_eq!(chat.exchange(&request, LIMIT).await.unwrap().body, expected);
    }
    assert_eq!((server.unseen(), server.connections()), (4, 3), "the one that was repeated is not kept");
    let failure = chat.exchange(&request, LIMIT).await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.applied, failure.kept),
        (ErrorKind::Disconnected, Applied::Unknown, false)
    );
    assert_eq!((server.unseen(), server.connections()), (2, 4));
}

#[tokio::test]
async fn a_new_connection_that_dies_tells_of_the_server() {
    let (mut server, chat) = server([closes(), json("1")]).await;
    let failure = chat.exchange(&request(&server, Reuse::Repeated), LIMIT).await.unwrap_err();
    assert!(failure.is_disconnect() && !failure.kept);
    assert_eq!(server.unseen(), 1);
}

#[tokio::test]
async fn an_answer_that_has_begun_is_not_asked_for_again() {
    let half = raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", Then::Close);
    let (mut server, chat) = server([json("1"), half, json("2")]).await;
    let request = request(&server, Reuse::Repeated);
    chat.exchange(&request, LIMIT).await.unwrap();
    assert!(chat.exchange(&request, LIMIT).await.unwrap_err().is_disconnect());
    assert_eq!(server.unseen(), 2);
}

#[tokio::test]
async fn who_repeats_it_in_other_words_is_told() {
    let (mut server, chat) = server([json("1"), closes(), json("2")]).await;
    let request = request(&server, Reuse::Told);
    chat.exchange(&request, LIMIT).await.unwrap();
    assert!(chat.exchange(&request, LIMIT).await.unwrap_err().kept);
    assert_eq!(server.unseen(), 2);
}

#[tokio::test]
async fn what_would_do_harm_leaves_on_a_new_connection_until_the_server_has_shown_what_it_bears() {
    let (server, chat) = server((0..9).map(|_| json("{}"))).await;
    let (careful, harmless) = (request(&server, Reuse::Careful), request(&server, Reuse::Repeated));
    let connections = async |request: &HttpRequest| {
        chat.exchange(request, LIMIT).await.unwrap();
        server.connections()
    };
    assert_eq!([connections(&careful).await, connections(&careful).await], [1, 2], "nothing is known");
    assert_eq!(
        [connections(&harmless).await, connections(&harmless).await],
        [3, 3],
        "a kept one was answered on"
    );
    assert_eq!([connections(&careful).await, connections(&careful).await], [4, 4]);
}

#[tokio::test]
async fn a_server_that_says_how_long_it_keeps_connections_is_believed() {
    let says = |time| answer("200 OK", &format!("Keep-Alive: timeout={time}\r\n"), "");
    for (time, connections) in [(5, 2), (0, 3)] {
        let (server, chat) = server([says(time), says(time), says(time)]).await;
        for _ in 0..3 {
            chat.exchange(&request(&server, Reuse::Careful), LIMIT).await.unwrap();
        }
        assert_eq!(server.connections(), connections, "timeout={time}");
    }
}

#[tokio::test]
async fn a_server_that_closes_every_kept_connection_gets_nothing_on_one_that_may_not_be_sent_twice() {
    let script = [json("1"), closes(), json("2"), json("3"), json("4"), json("5")];
    let (mut server, chat) = server(script).await;
    let harmless = request(&server, Reuse::Repeated);
    for _ in 0..2 {
        chat.exchange(&harmless, LIMIT).await.unwrap();
    }
    for _ in 0..3 {
        chat.exchange(&request(&server, Reuse::Careful), LIMIT).await.unwrap();
    }
    assert_eq!((server.unseen(), server.connections()), (6, 5));
}
