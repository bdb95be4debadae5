//! GMS v2 over REST: what requests carry (`encoding`), what answers mean (`answers`), files (`files`), and real exchanges (here).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

mod answers;
mod encoding;
mod files;

use super::*;
use crate::{
    ErrorKind, Retry,
    backend::gms::refusal,
    carrier::http::{
        Answer,
        test_server::{TestServer, Then, answer, json, raw, redirect},
    },
    config::ProxyConfig,
    model::SessionData,
    transport::{Applied, Cursor, News, Start, Text, Verdict},
};

const MIA: &str = include_str!("mia.json");

pub(super) fn config(url: &str) -> Options {
    Options {
        data_url: Url::parse(url).unwrap(),
        trailing_slash: true,
        api_key: Some("the-key".into()),
        authorization: Some("Bearer token".into()),
        endpoint: None,
        file_upload_timeout: None,
        ajax_timeout: Duration::from_secs(3),
    }
}

pub(super) fn transport(config: Options) -> GmsRest {
    let connection = Connection { proxy: ProxyConfig::None, ..Connection::default() };
    GmsRest::new(config, &connection, &HttpPool::new()).unwrap()
}

/// A transport to `server`, its chat URL below a prefix.
pub(super) fn transport_to(server: &TestServer) -> GmsRest {
    transport(config(&format!("{}/genesys/2/chat/support/", server.origin())))
}

pub(super) fn session() -> Arc<SessionData> {
    Arc::new(gms_session().into())
}

pub(super) fn gms_session() -> GmsSession {
    GmsSession {
        secure_key: "a+b/c==".into(),
        session_id: "0004aB1".into(),
        alias: "117".into(),
        user_id: "00755A0B1".into(),
    }
}

pub(super) fn request(operation: Operation) -> Request {
    Request { session: session(), operation }
}

pub(super) fn text(text: &str) -> Operation {
    Operation::Send(Text { text: text.into(), ..Text::default() })
}

#[tokio::test]
async fn a_start_and_what_follows() {
    let sent = r#"{"statusCode":0,"chatId":"0004aB1","alias":"118","chatEnded":false}"#;
    let mut server = TestServer::start([json(MIA), json(sent)]).await;
    let transport = transport_to(&server);
    let start = Operation::Start(Start { nickname: "Mia Lund".into(), ..Start::default() });
    let reply =
        transport.perform(Request { session: Arc::new(GmsForm.none()), operation: start }).await.unwrap();
    assert_eq!(reply.session.unwrap().id().as_str(), "0004aB1");
    assert_eq!(reply.body.json()["secureKey"], "9f21c0");
    let seen = server.seen().await;
    assert_eq!(seen.line(), "POST /genesys/2/chat/support/ HTTP/1.1");
    assert_eq!(
        (seen.header("apikey"), seen.header("authorization")),
        (Some("the-key"), Some("Bearer token"))
    );

    let reply = transport.perform(request(text("hi"))).await.unwrap();
    let session = GmsSession::of(&reply.session.unwrap()).unwrap();
    assert_eq!((session.alias.as_str(), session.secure_key.as_str()), ("118", ""));
    let seen = server.seen().await;
    assert_eq!(seen.line(), "POST /genesys/2/chat/support/0004aB1/send HTTP/1.1");
    assert_eq!(
        seen.text(),
        "secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&message=hi&messageType=text"
    );
    assert_eq!(seen.header("apikey"), Some("the-key"));
}

#[tokio::test]
async fn keys_do_not_follow_a_redirect_elsewhere() {
    let mut other = TestServer::start([json(MIA)]).await;
    let server = TestServer::start([redirect("307 Temporary Redirect", &other.origin())]).await;
    let failure = transport_to(&server).perform(request(text("hi"))).await.unwrap_err();
    assert_eq!((failure.applied, failure.status), (Applied::No, 307));
    assert_eq!(other.unseen(), 0);
}

#[tokio::test]
async fn failures_keep_the_servers_errors() {
    let limits = r#"{"errors":[{"code":"204","advice":1000}],"chatEnded":true}"#;
    let server = TestServer::start([
        answer("400 Bad Request", "Content-Type: text/plain\r\n", limits),
        answer("404 Not Found", "", "<html>"),
        answer("502 Bad Gateway", "", r#"{"errors":[{"code":306}]}"#),
        answer("401 Unauthorized", "", r#"{"fault":{}}"#),
    ])
    .await;
    let transport = transport_to(&server);
    let next = async || transport.perform(request(text("hi"))).await.unwrap_err();

    let refused = next().await;
    assert_eq!((refused.kind, refused.ended), (ErrorKind::Rejected, true));
    assert_eq!(refused.response["responseJSON"]["errors"][0]["code"], "204");
    assert_eq!(refused.response.get("errorReason"), None);

    let missing = next().await;
    assert_eq!(
        (missing.kind, missing.applied, missing.retry),
        (ErrorKind::NotFound, Applied::No, Retry::Never)
    );
    assert_eq!(missing.response["errorReason"], "InvalidService");
    assert_eq!(missing.response.get("responseJSON"), None);

    assert_eq!(next().await.response["errorReason"], "InvalidService");
    let unauthorized = next().await;
    assert_eq!(
        (unauthorized.kind, unauthorized.response.get("errorReason")),
        (ErrorKind::Unauthorized, None)
    );
}

pub(super) fn poll(order: u64) -> Operation {
    Operation::Poll { from: Cursor { next: order, ..Cursor::default() }, preview: None }
}

/// A failed answer to `operation`, if the answer says that the session is over, and whether listeners are told of it.
fn judged(operation: &Operation, status: u16, body: &'static str) -> (bool, bool) {
    let status = reqwest::StatusCode::from_u16(status).unwrap();
    let answer = Answer { status, body: Bytes::from_static(body.as_bytes()), ..Answer::default() };
    let failure = refusal(operation, &answer);
    (failure.ended, matches!(failure.news, News::Error(data) if *data == failure.response))
}

#[test]
fn a_poll_tells_whether_the_session_is_gone() {
    let too_long = r#"{"errors":[{"code":204}]}"#;
    let refused = r#"{"errors":[{"code":8201},{"code":204}]}"#;
    for (status, body, polling, sending) in [
        (404, "<html>", (true, true), (false, true)),
        (404, r#"{"chatEnded":false}"#, (false, true), (false, true)),
        (400, refused, (true, true), (false, true)),
        (400, too_long, (false, false), (false, true)),
        (400, "", (false, false), (false, false)),
        (503, r#"{"chatEnded":true}"#, (true, false), (true, false)),
        (500, "", (false, true), (false, true)),
    ] {
        assert_eq!(
            (judged(&poll(1), status, body), judged(&text("hi"), status, body)),
            (polling, sending),
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn what_is_not_the_protocol_leaves_the_outcome_open() {
    let pages = ["<html>Please log in</html>", "", "[]", "{}", r#"{"fault":{"code":1}}"#, "null"];
    let server = TestServer::start(pages.map(|page| answer("200 OK", "", page))).await;
    let transport = transport_to(&server);
    for page in pages {
        let failure = transport.perform(request(text("hi"))).await.unwrap_err();
        assert_eq!(
            (failure.kind, failure.applied, failure.status),
            (ErrorKind::Protocol, Applied::Unknown, 200)
        );
        assert_eq!(failure.response["responseText"], page);
        assert_eq!(failure.cause, "the answer is not a response object of GMS v2 (200 OK)");
        assert!(!failure.is_disconnect());
    }
}

#[tokio::test]
async fn a_start_without_keys_is_no_start() {
    let server = TestServer::start([
        json(r#"{"statusCode":0,"chatId":"1"}"#),
        json(r#"{"statusCode":2,"errors":[]}"#),
    ])
    .await;
    let transport = transport_to(&server);
    let start = async || transport.perform(request(Operation::Start(Start::default()))).await;
    assert_eq!(start().await.unwrap_err().kind, ErrorKind::Protocol);
    assert_eq!(start().await.unwrap().verdict, Verdict::Refused, "a refusal is the server's answer");
}

#[tokio::test]
async fn servers_without_read_receipts_are_tolerated() {
    let server = TestServer::start(
        ["404 Not Found", "405 Method Not Allowed", "500 Internal Server Error"]
            .map(|status| answer(status, "", "")),
    )
    .await;
    let transport = transport_to(&server);
    let receipt = async || transport.perform(request(Operation::ReadReceipt { position: 7 })).await;
    assert_eq!(receipt().await.unwrap().verdict, Verdict::Done);
    assert_eq!(receipt().await.unwrap().verdict, Verdict::Done);
    assert_eq!(receipt().await.unwrap_err().status, 500);
}

#[tokio::test]
async fn nothing_is_sent_without_an_id() {
    let mut server = TestServer::start([]).await;
    let transport = transport_to(&server);
    let nameless = Request { session: Arc::new(GmsForm.none()), operation: Operation::End };
    let climbing = request(Operation::DeleteFile { file_id: "..".into() });
    for request in [nameless, climbing] {
        let failure = transport.perform(request).await.unwrap_err();
        assert_eq!((failure.kind, failure.applied), (ErrorKind::InvalidArgument, Applied::No));
        assert!(!failure.is_disconnect());
    }
    assert_eq!((server.unseen(), server.connections()), (0, 0));
}

#[test]
fn headers_that_http_cannot_carry_are_named() {
    let new = |config| GmsRest::new(config, &Connection::default(), &HttpPool::new()).err().unwrap();
    let url = "http://gms.test/";
    let error = new(Options { api_key: Some("a\nb".into()), ..config(url) });
    assert_eq!(error.message(), "apikey: the value holds characters that an HTTP header cannot carry");
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
    let error = new(Options { authorization: Some("a\0b".into()), ..config(url) });
    assert!(error.message().starts_with("main.header.Authorization: "));
}

#[tokio::test]
async fn an_end_that_is_lost_is_said_again() {
    let over = r#"{"statusCode":2,"chatEnded":true,"errors":[{"code":8209}]}"#;
    let ends = [json(r#"{"statusCode":0,"chatEnded":true}"#), json(over), answer("404 Not Found", "", "")];
    for again in ends {
        let mut server = TestServer::start([raw("", Then::Close), again]).await;
        let reply = transport_to(&server).perform(request(Operation::End)).await.unwrap();
        assert_eq!((reply.ended, reply.body.json()["statusCode"].clone()), (Some(true), 0.into()));
        assert_eq!(server.unseen(), 2);
    }
    let mut server = TestServer::start([answer("404 Not Found", "", ""), json("{}")]).await;
    assert!(transport_to(&server).perform(request(Operation::End)).await.is_err(), "it was not lost");
    assert_eq!(server.unseen(), 1);
}
