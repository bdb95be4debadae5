//! What is said of an answer whose chunks, or whose compression, nobody should take.

#![allow(clippy::unwrap_used, reason = "a broken test must fail loudly")]

use super::{
    lost_tests::{failure, get},
    test_server::{TestServer, Then, raw},
    tests::direct,
    *,
};

/// What is said of an answer with `headers` that is `body`.
async fn told(headers: &str, body: Vec<u8>) -> String {
    let head = format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
    let server = TestServer::start([raw([head.into_bytes(), body].concat(), Then::Hang)]).await;
    let failure = failure(&direct(), &format!("{}/secret", server.origin())).await;
    assert_eq!((failure.kind, failure.status), (ErrorKind::Protocol, 200), "{}", failure.cause);
    failure.cause
}

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

#[tokio::test]
async fn endless_chunk_extensions_are_told_as_what_they_are() {
    let one_long = format!("1;{}\r\n", "x".repeat(1 << 20)).into_bytes();
    assert_eq!(told(CHUNKED, one_long).await, "the answer has too much in its chunk extensions (200 OK)");
    let many_small = b"1;ext=ension\r\nx\r\n".repeat(100_000);
    assert_eq!(told(CHUNKED, many_small).await, "the answer has too much in its chunk extensions (200 OK)");
}

#[tokio::test]
async fn endless_trailers_are_told_as_what_they_are() {
    let many = [&b"0\r\n"[..], &b"A: b\r\n".repeat(100_000)].concat();
    assert_eq!(told(CHUNKED, many).await, "the answer has too many trailers (200 OK)");
    let one_long = format!("0\r\nA: {}\r\n", "x".repeat(1 << 20)).into_bytes();
    assert_eq!(told(CHUNKED, one_long).await, "the answer has too many trailers (200 OK)");
}

#[tokio::test]
async fn broken_chunks_are_no_broken_compression() {
    for body in
        ["secret\r\n", "1x\r\n", "1\r\nsecret", "1;a\nb\r\n", "0\r\nse cret\r\n\r\n", "fffffffffffffffff\r\n"]
    {
        assert_eq!(
            told(CHUNKED, body.into()).await,
            "the chunks of the answer are broken (200 OK)",
            "{body:?}"
        );
    }
    let packed = "Content-Encoding: gzip\r\nContent-Length: 6\r\n";
    assert_eq!(told(packed, b"secret".to_vec()).await, "the compression of the answer is broken (200 OK)");
}

#[tokio::test]
async fn a_chunk_with_an_extension_and_a_trailer_is_an_answer() {
    let body = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nA: b\r\n\r\n";
    let server = TestServer::start([raw(body, Then::Continue)]).await;
    let chat = HttpChat::new(&HttpPool::new(), &direct(), &[]).unwrap();
    let answer = chat.exchange(&get(&server.origin()), Some(Duration::from_secs(30))).await.unwrap();
    assert_eq!(answer.body, "{}");
}
