//! What chats over HTTP share, against a server that misbehaves on demand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    test_server::{Reads, Scripted, TestServer, Then, answer, json, raw, redirect, silence},
    *,
};
use crate::{Retry, config::ProxyConfig, transport::Applied};
use bytes::Bytes;
use reqwest::{Method, Url};
use std::io::Write;

const SECRET: &str = "secureKey=abc%2B%2F%3D";
const LIMIT: Option<Duration> = Some(Duration::from_secs(3));

pub(super) fn direct() -> Connection {
    Connection { proxy: ProxyConfig::None, ..Connection::default() }
}

fn chat(connection: &Connection) -> HttpChat {
    HttpChat::new(&HttpPool::new(), connection, &[]).unwrap()
}

fn post(url: &str) -> HttpRequest {
    let body = RequestBody::Form(Bytes::from_static(SECRET.as_bytes()));
    HttpRequest::new(Method::POST, Url::parse(url).unwrap(), body)
}

/// Sends one request to a server with `script`.
async fn exchange_once(script: Scripted) -> Result<Answer, Failure> {
    let server = TestServer::start([script]).await;
    chat(&direct()).exchange(&post(&server.origin()), LIMIT).await
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(1000) {
        write!(answer, "{:x}\r\n", chunk.len()).unwrap();
        answer.extend([chunk, b"\r\n"].concat());
    }
    [answer.as_slice(), b"0\r\n\r\n"].concat()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_request_carries_its_body_headers_and_length() {
    let mut server = TestServer::start([json("{}")]).await;
    let connection = Connection { headers: vec![("X-Tenant".into(), "t1".into())], ..direct() };
    let key = Private::new("k");
    let chat = HttpChat::new(&HttpPool::new(), &connection, &[("apikey", &key, "apikey")]).unwrap();
    let answer = chat.exchange(&post(&server.origin()), LIMIT).await.unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, b"{}".as_slice()));
    let seen = server.seen().await;
    assert_eq!(seen.line(), "POST / HTTP/1.1");
    assert_eq!(seen.text(), SECRET);
    for (name, value) in [
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-length", "22"),
        ("x-tenant", "t1"),
        ("apikey", "k"),
        ("accept-encoding", "gzip"),
        ("user-agent", concat!("libwebchat/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
    assert_eq!(seen.header("cookie"), None);
}

#[test]
fn bad_headers_are_named() {
    for (name, value, key) in [("a b", "x", "connection.headers.a b"), ("a", "x\ny", "connection.headers.a")]
    {
        let connection = Connection { headers: vec![(name.into(), value.into())], ..direct() };
        let error = HttpChat::new(&HttpPool::new(), &connection, &[]).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(error.message().starts_with(key), "{error}");
    }
}

#[tokio::test]
async fn redirects_at_the_same_origin_repeat_the_request() {
    let mut server = TestServer::start([
        answer("307 Temporary Redirect", "Location: /b\r\nSet-Cookie: node=1\r\n", "moved"),
        redirect("308 Permanent Redirect", "c?d=e"),
        json("{\"statusCode\":0}"),
    ])
    .await;
    let answer = chat(&direct()).exchange(&post(&server.origin()), LIMIT).await.unwrap();
    assert_eq!(&*answer.body, b"{\"statusCode\":0}");
    for (line, cookie) in [("POST / ", None), ("POST /b ", Some("node=1")), ("POST /c?d=e ", Some("node=1"))]
    {
        let seen = server.seen().await;
        assert!(seen.line().starts_with(line), "{}", seen.line());
        assert_eq!((seen.text(), seen.header("cookie")), (SECRET, cookie));
    }
}

#[tokio::test]
async fn redirects_elsewhere_are_refused() {
    let mut other = TestServer::start([json("{}"), json("{}"), json("{}")]).await;
    for status in ["307 Temporary Redirect", "308 Permanent Redirect", "302 Found"] {
        let failure = exchange_once(redirect(status, &other.origin())).await.unwrap_err();
        let expected = format!(
            "a redirect (status {}) to another origin, {}, was refused",
            &status[..3],
            other.origin()
        );
        assert_eq!(failure.cause, expected);
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Protocol, Applied::No));
        assert_eq!((failure.retry, failure.is_disconnect()), (Retry::Never, false));
    }
    assert_eq!((other.connections(), other.unseen()), (0, 0), "nothing reached the other origin");
    let failure = exchange_once(redirect("303 See Other", "/b")).await.unwrap_err();
    assert!(failure.cause.contains("does not repeat the request"), "{}", failure.cause);
}

#[tokio::test]
async fn redirects_end() {
    let mut server = TestServer::start((0..9).map(|_| redirect("307 Temporary Redirect", "/"))).await;
    let failure = chat(&direct()).exchange(&post(&server.origin()), LIMIT).await.unwrap_err();
    assert_eq!(failure.cause, "more than 5 redirects");
    assert_eq!(server.unseen(), 6);
}

#[tokio::test]
async fn cookies_belong_to_the_chat_and_connections_do_not() {
    let mut server =
        TestServer::start([answer("200 OK", "Set-Cookie: node=7; Path=/\r\n", ""), json("{}"), json("{}")])
            .await;
    let pool = HttpPool::new();
    let own = Connection { headers: vec![("Cookie".into(), "own=1".into())], ..direct() };
    let (first, second) =
        (HttpChat::new(&pool, &own, &[]).unwrap(), HttpChat::new(&pool, &direct(), &[]).unwrap());
    for chat in [&first, &first, &second] {
        let request = HttpRequest { reuse: Reuse::Repeated, ..post(&server.origin()) };
        chat.exchange(&request, LIMIT).await.unwrap();
    }
    for expected in [Some("own=1"), Some("own=1; node=7"), None] {
        assert_eq!(server.seen().await.header("cookie"), expected);
    }
    assert_eq!(server.connections(), 1, "both chats used one connection");
}

#[tokio::test]
async fn a_requests_own_headers_win_and_another_server_gets_no_others() {
    let set = || answer("200 OK", "Set-Cookie: node=7; Path=/\r\n", "");
    let mut server = TestServer::start([set(), set(), set()]).await;
    let connection = Connection { headers: vec![("X-Key".into(), "chat".into())], ..direct() };
    let chat = chat(&connection);
    let own = || [(HeaderName::from_static("x-key"), HeaderValue::from_static("own"))].into_iter().collect();
    let get = || HttpRequest::new(Method::GET, Url::parse(&server.origin()).unwrap(), RequestBody::None);
    let foreign = HttpRequest { audience: Audience::Server, ..get() };
    let named = HttpRequest { headers: own(), ..get() };
    let last = get();
    for request in [foreign, named, last] {
        chat.exchange(&request, LIMIT).await.unwrap();
    }
    for (key, cookie) in [(None, None), (Some("own"), None), (Some("chat"), Some("node=7"))] {
        let seen = server.seen().await;
        assert_eq!(
            (seen.line(), seen.header("x-key"), seen.header("cookie")),
            ("GET / HTTP/1.1", key, cookie)
        );
        assert_eq!((seen.header("content-type"), seen.header("content-length")), (None, None));
    }
}

#[tokio::test]
async fn answers_are_decompressed_and_limited() {
    let body = vec![b' '; 100_000];
    let compressed = answer("200 OK", "Content-Encoding: gzip\r\n", gzip(&body));
    assert_eq!(exchange_once(compressed.clone()).await.unwrap().body.len(), body.len());
    let small = Connection { max_response_bytes: 50_000, ..direct() };
    for script in [compressed, answer("200 OK", "", &body), raw(chunked(&body), Then::Continue)] {
        let server = TestServer::start([script]).await;
        let failure = chat(&small).exchange(&post(&server.origin()), LIMIT).await.unwrap_err();
        assert_eq!(
            (failure.kind, failure.applied, failure.status),
            (ErrorKind::Protocol, Applied::Unknown, 200)
        );
        assert_eq!(failure.cause, "the answer is longer than the 50000 bytes allowed (200 OK)");
    }
    let server = TestServer::start([raw(chunked(&body[..50_000]), Then::Continue)]).await;
    assert_eq!(chat(&small).exchange(&post(&server.origin()), LIMIT).await.unwrap().body.len(), 50_000);
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_outcome_open() {
    for half in ["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"statusCo", "HTTP/1.1 200", ""] {
        let failure = exchange_once(raw(half, Then::Close)).await.unwrap_err();
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::Unknown), "{half}");
        assert_eq!((failure.status, failure.retry), (0, Retry::WithBackoff));
        assert_eq!(failure.response["statusText"], "error");
        assert!(failure.is_disconnect());
    }
    let broken = answer("200 OK", "Content-Encoding: gzip\r\n", "this is not gzip at all, not even close");
    let failure = exchange_once(broken).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied, failure.status), (ErrorKind::Protocol, Applied::Unknown, 200));
}

#[tokio::test]
async fn a_failures_status_counts_more_than_its_broken_body() {
    let half = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\n{";
    let answer = exchange_once(raw(half, Then::Close)).await.unwrap();
    assert_eq!(bad_status(&answer).retry, Retry::After(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_refused_connection_is_certain() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = unused.local_addr().unwrap();
    drop(unused);
    let failure = chat(&direct()).exchange(&post(&format!("http://{address}/")), LIMIT).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied, failure.status), (ErrorKind::Disconnected, Applied::No, 0));
    assert!(failure.is_disconnect() && failure.cause.contains("refused"), "{}", failure.cause);
}

#[tokio::test]
async fn silence_after_the_request_leaves_the_outcome_open() {
    let late = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
    for (script, cause) in [
        (silence(), "no answer from {} within 3 s"),
        (raw(late, Then::Hang), "the answer of {} was not complete within 3 s"),
    ] {
        let mut server = TestServer::start([script]).await;
        let origin = server.origin();
        let [cause, silence] = [cause, "no answer from {} within 3 s"]
            .map(|cause| cause.replace("{}", &server.address.to_string()));
        let request = tokio::spawn(async move { chat(&direct()).exchange(&post(&origin), LIMIT).await });
        server.seen().await;
        tokio::time::pause();
        let failure = request.await.unwrap().unwrap_err();
        tokio::time::resume();
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Timeout, Applied::Unknown));
        assert_eq!((failure.status, failure.retry), (0, Retry::WithBackoff));
        assert_eq!(failure.response["statusText"], "timeout");
        assert!(failure.is_disconnect());
        assert!(failure.cause == cause || failure.cause == silence, "{}", failure.cause);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn silence_before_the_request_is_certain() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.listen(1).unwrap();
    let address = full.local_addr().unwrap();
    // Nobody accepts: once the queue is full, further connections hang.
    let _waiting =
        (tokio::net::TcpStream::connect(address).await, tokio::net::TcpStream::connect(address).await);
    tokio::time::pause();
    let failure = chat(&direct()).exchange(&post(&format!("http://{address}/")), LIMIT).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Timeout, Applied::No));
    assert_eq!(failure.cause, format!("the request could not be sent to {address} within 10 s"));
}

#[tokio::test]
async fn an_upload_cut_short_is_certain() {
    let cut = Scripted { reads: Reads::OnlyHead, ..raw("", Then::Close) };
    let server = TestServer::start([cut]).await;
    let file = crate::model::FileSource::Bytes(Bytes::from(vec![0; 64 << 20]));
    let body = RequestBody::Multipart(Multipart::new("big.bin", file, None));
    let request = HttpRequest { body, ..post(&server.origin()) };
    let failure = chat(&direct()).exchange(&request, None).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
}

#[tokio::test]
async fn a_configured_proxy_is_used() {
    let mut proxy = TestServer::start([json("{}")]).await;
    let url = format!("http://user:pw@{}", proxy.address);
    let connection = Connection { proxy: ProxyConfig::Url(url.into()), ..Connection::default() };
    chat(&connection).exchange(&post("http://gms.test/chat"), LIMIT).await.unwrap();
    let seen = proxy.seen().await;
    assert_eq!(seen.line(), "POST http://gms.test/chat HTTP/1.1");
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dXNlcjpwdw=="));
}

#[tokio::test]
async fn http_2_without_asking() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let echo = axum::routing::post(|request: axum::extract::Request| async move {
        let version = format!("{:?} ", request.version());
        let body = axum::body::to_bytes(request.into_body(), 1000).await.unwrap();
        [version.as_bytes(), &body].concat()
    });
    let server = tokio::spawn(axum::serve(listener, axum::Router::new().route("/", echo)).into_future());
    let connection = Connection { http2_prior_knowledge: true, ..direct() };
    let answer = chat(&connection).exchange(&post(&url), LIMIT).await.unwrap();
    assert_eq!(std::str::from_utf8(&answer.body).unwrap(), format!("HTTP/2.0 {SECRET}"));
    server.abort();
}

#[tokio::test]
async fn tls_trusts_the_configured_certificates_and_no_others() {
    let issued = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let mut server = TestServer::start_with([json("{}")], move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream).await.ok() }
    })
    .await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(issued.cert.pem().as_bytes()).unwrap();
    let trusting = Connection { root_certificates: vec![file.path().into()], ..direct() };
    let request = post(&format!("https://{}/", server.address));
    let failure = chat(&direct()).exchange(&request, LIMIT).await.unwrap_err();
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
    assert_eq!(failure.retry, Retry::Never, "{}", failure.cause);
    assert!(failure.cause.contains("is signed by itself"), "{}", failure.cause);
    chat(&trusting).exchange(&request, LIMIT).await.unwrap();
    assert_eq!(server.seen().await.text(), SECRET);
}

/// A file sent to the host of another, with what the chat's own requests carry.
async fn put(script: Scripted) -> (Result<Answer, Failure>, super::test_server::Seen) {
    let mut server = TestServer::start([script]).await;
    let connection = Connection { headers: vec![("X-Tenant".into(), "t1".into())], ..direct() };
    let file = WholeFile {
        source: crate::model::FileSource::Bytes(Bytes::from_static(b"bytes")),
        media_type: HeaderValue::from_static("image/png"),
        progress: None,
    };
    let url = Url::parse(&format!("{}/f?X-Amz-Signature=s", server.origin())).unwrap();
    let mut request = HttpRequest::new(Method::PUT, url, RequestBody::File(file));
    request.headers.insert("x-amz-tagging", HeaderValue::from_static("abc"));
    let request = HttpRequest { audience: Audience::Server, follows: false, ..request };
    let outcome = chat(&connection).exchange(&request, LIMIT).await;
    (outcome, server.seen().await)
}

#[tokio::test]
async fn a_file_goes_with_its_type_and_length_and_nothing_of_the_chats() {
    let (outcome, seen) = put(json("{}")).await;
    assert_eq!(outcome.unwrap().status.as_u16(), 200);
    assert_eq!((seen.line(), &*seen.body), ("PUT /f?X-Amz-Signature=s HTTP/1.1", b"bytes".as_slice()));
    assert_eq!((seen.header("content-type"), seen.header("content-length")), (Some("image/png"), Some("5")));
    assert_eq!(seen.header("x-amz-tagging"), Some("abc"));
    for none in ["x-tenant", "authorization", "cookie", "transfer-encoding"] {
        assert_eq!(seen.header(none), None, "{none}");
    }
}

#[tokio::test]
async fn where_none_is_to_be_followed_a_redirect_is_a_failure() {
    let (outcome, _) = put(redirect("307 Temporary Redirect", "/elsewhere")).await;
    let failure = outcome.unwrap_err();
    assert_eq!((failure.status, failure.cause.as_str()), (307, "a redirect where none is to be followed"));
}
