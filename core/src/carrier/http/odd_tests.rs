//! Answers as old servers and gateways write them, which browsers and curl read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    test_server::{TestServer, Then, raw},
    tests::direct,
    *,
};
use reqwest::{Method, Url};
use std::fmt::Write;

const LIMIT: Option<Duration> = Some(Duration::from_secs(30));

fn get(url: &str) -> HttpRequest {
    HttpRequest::new(Method::GET, Url::parse(url).unwrap(), RequestBody::None)
}

fn fields(count: usize) -> String {
    (0..count).fold(String::new(), |mut fields, number| {
        write!(fields, "X-Field-{number}: {}\r\n", "v".repeat(100)).unwrap();
        fields
    })
}

/// Heads that are odd, with fields that must have been read nonetheless.
fn odd() -> [(String, &'static str, &'static str); 4] {
    [
        ("X-Policy: a;\r\n   b\r\n\tc\r\n".into(), "x-policy", "a;"),
        ("X-A : b\r\n".into(), "x-a", "b"),
        ("X-A \t: b\r\nX-B:c\r\n".into(), "x-b", "c"),
        (fields(150), "x-field-149", "v"),
    ]
}

#[tokio::test]
async fn odd_answers_are_read() {
    for (head, name, start) in odd() {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}Content-Length: 2\r\n\r\nhi");
        let server =
            TestServer::start([raw(answer.clone(), Then::Continue), raw(answer, Then::Continue)]).await;
        let chat = HttpChat::new(&HttpPool::new(), &direct(), &[]).unwrap();
        for _ in 0..2 {
            let answer = chat.exchange(&get(&server.origin()), LIMIT).await.unwrap();
            assert_eq!(&*answer.body, b"hi");
            let value = answer.headers[name].to_str().unwrap();
            assert!(value.starts_with(start) && !value.contains(['\r', '\n']), "{value:?}");
        }
    }
}

#[tokio::test]
async fn odd_answers_open_websockets_too() {
    for (head, name, _) in odd() {
        let answer =
            format!("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n{head}Upgrade: odd\r\n\r\n");
        let server = TestServer::start([raw(answer, Then::Hang)]).await;
        let pool = HttpPool::new();
        let chat = HttpChat::new(&pool, &direct(), &[]).unwrap();
        let upgrader = Upgrader::new(&pool, &direct()).unwrap();
        let (headers, ..) = chat.upgrade(&upgrader, &get(&server.origin()), LIMIT).await.unwrap();
        assert!(headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn names_of_fields_go_out_as_old_servers_know_them() {
    let switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: odd\r\n\r\n";
    for (title_case_headers, name) in [(true, "\r\nUser-Agent: "), (false, "\r\nuser-agent: ")] {
        let connection = Connection { title_case_headers, ..direct() };
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let mut server = TestServer::start([raw(ok, Then::Close), raw(switched, Then::Hang)]).await;
        let pool = HttpPool::new();
        let chat = HttpChat::new(&pool, &connection, &[]).unwrap();
        let upgrader = Upgrader::new(&pool, &connection).unwrap();
        chat.exchange(&get(&server.origin()), LIMIT).await.unwrap();
        chat.upgrade(&upgrader, &get(&server.origin()), LIMIT).await.unwrap();
        for _ in 0..2 {
            let head = server.seen().await.head;
            assert!(head.contains(name), "{head}");
        }
    }
}

#[tokio::test]
async fn the_number_of_header_fields_has_a_limit() {
    let answer = |count| format!("HTTP/1.1 200 OK\r\n{}Content-Length: 2\r\n\r\nhi", fields(count));
    let server = TestServer::start([raw(answer(255), Then::Continue), raw(answer(256), Then::Close)]).await;
    let chat = HttpChat::new(&HttpPool::new(), &direct(), &[]).unwrap();
    chat.exchange(&get(&server.origin()), LIMIT).await.unwrap();
    let failure = chat.exchange(&get(&server.origin()), LIMIT).await.unwrap_err();
    let expected = format!(
        "the answer of {} has more than the 256 header fields allowed, or too long ones",
        server.address
    );
    assert_eq!(failure.cause, expected);
}

#[tokio::test]
async fn as_many_fields_come_by_http_2() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let many = axum::routing::get(|| async {
        let fields = (0..256).map(|number| (format!("x-field-{number}"), "v".repeat(100)));
        let fields = fields.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        (fields.collect::<HeaderMap>(), "hi")
    });
    let server = tokio::spawn(axum::serve(listener, axum::Router::new().route("/", many)).into_future());
    let connection = Connection { http2_prior_knowledge: true, ..direct() };
    let chat = HttpChat::new(&HttpPool::new(), &connection, &[]).unwrap();
    let answer = chat.exchange(&get(&url), LIMIT).await.unwrap();
    assert_eq!(&*answer.body, b"hi");
    assert!(answer.headers.contains_key("x-field-255"));
    server.abort();
}
