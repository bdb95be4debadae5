//! Nexus v3 over REST: what requests carry (`encoding`), what answers mean (`answers`), what failures mean (`failures`), how long polls are waited for (`held`), taking up
//! sessions (`resume`), images (`images`), and real exchanges (here).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

mod answers;
mod encoding;
mod failures;
mod held;
mod images;
mod resume;

use super::*;
use crate::{
    backend::gms::GmsForm,
    carrier::http::test_server::{Scripted, Seen, TestServer, Then, answer, json, raw, silence},
    config::ProxyConfig,
    model::{JsonObject, Place, SessionData},
    transport::{Applied, Cursor, Start, Text},
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use reqwest::Url;
use serde_json::{Value, json};

pub(super) const PATH: &str = "/nexus/v3/chat/sessions";

pub(super) fn config(origin: &str) -> Options {
    Options {
        data_url: Url::parse(&format!("{origin}{PATH}")).unwrap(),
        endpoint: "Sales".into(),
        headers: vec![
            ("x-api-key".into(), "the-key".into()),
            ("X-Nexus-Client-Key".into(), "configured".into()),
        ],
        stream: None,
        client_type: None,
        page_size: 20,
        asynchronous: false,
        user_data: JsonObject::new(),
        ajax_timeout: Duration::from_secs(3),
    }
}

pub(super) fn transport(config: Options) -> NexusRest {
    let connection = Connection { proxy: ProxyConfig::None, ..Connection::default() };
    NexusRest::new(config, &connection, &HttpPool::new()).unwrap()
}

pub(super) fn transport_to(server: &TestServer) -> NexusRest {
    transport(config(&server.origin()))
}

/// A transport for asynchronous chats.
pub(super) fn lasting(server: &TestServer) -> NexusRest {
    transport(Options { asynchronous: true, ..config(&server.origin()) })
}

/// The key to session `s1` as participant `p1`, by its `number`th attachment.
pub(super) fn token(number: u32) -> String {
    token_of("s1", number)
}

pub(super) fn token_of(session: &str, number: u32) -> String {
    let claims = json!({"sessionId": session, "participantId": "p1", "transportId": format!("t{number}")});
    format!("head.{}.signature{number}", BASE64_STANDARD_NO_PAD.encode(claims.to_string()))
}

/// A session as a store has it: only the token.
pub(super) fn stored() -> SessionData {
    NexusSession { token: token(1).into(), ..NexusSession::default() }.into()
}

pub(super) fn session(number: u32) -> NexusSession {
    NexusSession {
        session_id: "s1".into(),
        transport_id: format!("t{number}").into(),
        participant_id: "p1".into(),
        token: token(number).into(),
    }
}

pub(super) fn request(operation: Operation) -> Request {
    Request { session: Arc::new(stored()), operation }
}

pub(super) fn starting() -> Request {
    let start = Operation::Start(Start { nickname: "Mia".into(), ..Start::default() });
    Request { session: Arc::new(NexusForm.none()), operation: start }
}

pub(super) fn text(text: &str) -> Operation {
    Operation::Send(Text { text: text.into(), ..Text::default() })
}

pub(super) fn poll() -> Operation {
    Operation::Poll { from: Cursor::default(), preview: None }
}

pub(super) fn place(text: &str) -> Place {
    Place { text: Some(text.into()), ..1.into() }
}

/// The answer to a create or a resume.
pub(super) fn opened(token: &str) -> Scripted {
    json(
        &json!({"status": {"code": "SUCCESS"}, "data": {"entity": {"id": "s1"}, "clientToken": token}})
            .to_string(),
    )
}

/// An answer with `messages`.
pub(super) fn messages(messages: &Value) -> Scripted {
    json(
        &json!({"status": {"code": "SUCCESS"}, "data": {"messages": messages, "chatEnded": false}})
            .to_string(),
    )
}

/// A failure in the envelope.
pub(super) fn refusal(status: &str, code: &str) -> Scripted {
    let body = json!({"status": {"code": code, "message": format!("{code} it is")}});
    answer(status, "Content-Type: application/json\r\n", body.to_string())
}

/// Method and path of a request, the query without the request's own id.
pub(super) fn target(seen: &Seen) -> String {
    let line = seen.line().strip_suffix(" HTTP/1.1").unwrap();
    let Some((target, query)) = line.split_once('?') else { return line.to_owned() };
    let kept: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("operationId=")).collect();
    if kept.is_empty() { target.to_owned() } else { format!("{target}?{}", kept.join("&")) }
}

#[tokio::test]
async fn a_chat_from_start_to_end() {
    let said = json!([{"index": "1700000003000-0", "type": "Text", "text": "hi", "from": {"participantId": "p1", "type": "Customer"}}]);
    let done = || json(r#"{"status":{"code":"SUCCESS"}}"#);
    let mut server = TestServer::start([opened(&token(1)), done(), messages(&said), done()]).await;
    let transport = transport_to(&server);

    let reply = transport.perform(starting()).await.unwrap();
    assert_eq!(reply.session, Some(session(1).into()));
    assert_eq!(reply.body.json()["data"]["clientToken"], token(1));
    let seen = server.seen().await;
    assert_eq!(target(&seen), "POST /nexus/v3/chat/sessions");
    assert_eq!(
        (seen.header("x-api-key"), seen.header("content-type")),
        (Some("the-key"), Some("application/x-www-form-urlencoded"))
    );

    let reply = transport.perform(request(text("hi"))).await.unwrap();
    assert_eq!((reply.session, reply.ended), (None, None));
    let seen = server.seen().await;
    assert_eq!(target(&seen), "POST /nexus/v3/chat/sessions/s1/messages");
    assert!(seen.text().starts_with("data%5Btext%5D=hi&data%5Btype%5D=Text&operationId="));
    assert_eq!(
        seen.header("x-nexus-client-key"),
        Some(token(1).as_str()),
        "the session's, not the configured one"
    );
    assert_eq!(seen.head.matches("lient-key").count() + seen.head.matches("lient-Key").count(), 1);

    let reply = transport.perform(request(poll())).await.unwrap();
    assert_eq!((reply.messages.len(), reply.ended), (1, Some(false)));
    let seen = server.seen().await;
    assert_eq!(target(&seen), "GET /nexus/v3/chat/sessions/s1/messages");
    assert_eq!(
        (seen.body.len(), seen.header("content-type"), seen.header("x-api-key")),
        (0, None, Some("the-key"))
    );

    transport.perform(request(Operation::End)).await.unwrap();
    let seen = server.seen().await;
    assert_eq!(target(&seen), "DELETE /nexus/v3/chat/sessions/s1/participants/p1");
    assert!(seen.text().starts_with("operationId="));
}

#[tokio::test]
async fn each_request_has_an_id_of_its_own() {
    let mut server = TestServer::start([messages(&json!([])), messages(&json!([]))]).await;
    let transport = transport_to(&server);
    let mut ids = Vec::new();
    for _ in 0..2 {
        transport.perform(request(poll())).await.unwrap();
        let seen = server.seen().await;
        let id = seen.line().split_once("?operationId=").unwrap().1.strip_suffix(" HTTP/1.1").unwrap();
        ids.push(uuid::Uuid::parse_str(id).unwrap());
    }
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id.get_version_num() == 4));
}

#[tokio::test]
async fn a_send_may_take_as_long_as_any_request() {
    let mut server = TestServer::start([silence()]).await;
    let asking = tokio::spawn(transport_to(&server).perform(request(text("hi"))));
    server.seen().await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let failure = asking.await.unwrap().unwrap_err();
    assert!((2..4).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    tokio::time::resume();
    assert_eq!((failure.kind, failure.applied, failure.status), (ErrorKind::Timeout, Applied::Unknown, 0));
}

#[tokio::test]
async fn a_poll_that_is_dropped_leaves_the_server_free() {
    let mut server = TestServer::start([silence(), messages(&json!([]))]).await;
    let transport = transport_to(&server);
    let held = tokio::spawn(transport.perform(request(poll())));
    server.seen().await;
    held.abort();
    assert!(held.await.unwrap_err().is_cancelled());
    transport.perform(request(poll())).await.unwrap();
}

#[tokio::test]
async fn nothing_is_sent_without_a_key_or_to_no_place() {
    let mut server = TestServer::start([]).await;
    let transport = transport_to(&server);
    let with = |token: &str, id: &str| {
        NexusSession { token: token.into(), session_id: id.into(), ..NexusSession::default() }.into()
    };
    for session in
        [with("", "s1"), with("opaque", ""), with("opaque", ".."), with("line\nbreak", "s1"), GmsForm.none()]
    {
        let request = Request { session: Arc::new(session), operation: poll() };
        let failure = transport.perform(request).await.unwrap_err();
        assert_eq!(
            (failure.kind, failure.applied, failure.ended),
            (ErrorKind::InvalidArgument, Applied::No, false)
        );
    }
    let leave = Request { session: Arc::new(with("opaque", "s1")), operation: Operation::End };
    assert_eq!(
        transport.perform(leave).await.unwrap_err().kind,
        ErrorKind::InvalidArgument,
        "no participant"
    );
    assert_eq!((server.unseen(), server.connections()), (0, 0));
}

#[tokio::test]
async fn what_nexus_lacks_is_refused_here() {
    let mut server = TestServer::start([]).await;
    let transport = transport_to(&server);
    let can = transport.capabilities();
    assert!(can.polling && can.file_upload && can.update_user_data && can.verify_session && can.start_form);
    assert!(!can.history && lasting(&server).capabilities().history);
    assert_eq!(
        can,
        Capabilities {
            polling: true,
            file_upload: true,
            update_user_data: true,
            verify_session: true,
            start_form: true,
            ..Capabilities::default()
        }
    );
    for operation in [
        Operation::CustomNotice { message: "m".into() },
        Operation::FileLimits,
        Operation::DeleteFile { file_id: "f".into() },
        Operation::PushUrl { url: "u".into() },
        Operation::UpdateNickname { nickname: "n".into() },
        Operation::ReadReceipt { position: 1 },
    ] {
        assert_eq!(transport.perform(request(operation)).await.unwrap_err().kind, ErrorKind::Unsupported);
    }
    assert_eq!(server.unseen(), 0);
}

#[test]
fn headers_that_http_cannot_carry_are_named() {
    let bad = Options { headers: vec![("x-api-key".into(), "a\nb".into())], ..config("http://h") };
    let error = NexusRest::new(bad, &Connection::default(), &HttpPool::new()).err().unwrap();
    let text = "transport.headers.x-api-key: the value holds characters that an HTTP header cannot carry";
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidConfiguration, text));
}

#[tokio::test]
async fn no_key_is_shown() {
    let server =
        TestServer::start([refusal("500 Internal Server Error", &token(1)), opened(&token(2))]).await;
    let transport = transport_to(&server);
    let request = request(text("s3cret"));
    let shown = format!(
        "{request:?} {:?} {:?}",
        transport.0.config,
        transport.0.request(&request.operation, &session(1)).map(|r| r.headers)
    );
    let failure = transport.perform(request).await.unwrap_err();
    let reply = transport.perform(starting()).await.unwrap();
    let all = format!("{shown} {failure:?} {} {reply:?}", failure.cause);
    for secret in ["the-key", "configured", "signature", "head.", "s3cret", "it is"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}

#[tokio::test]
async fn a_poll_whose_kept_connection_died_is_repeated_from_what_is_known() {
    let closes = || raw("", Then::Close);
    let none = || messages(&json!([]));
    let mut server = TestServer::start([none(), closes(), none(), none(), closes(), none()]).await;
    let transport = transport_to(&server);
    let from = |after| Operation::Poll { from: Cursor { after, ..Cursor::default() }, preview: None };
    for after in [None, None, None, Some(place("7-0"))] {
        transport.perform(request(from(after))).await.unwrap();
    }
    let path = "GET /nexus/v3/chat/sessions/s1/messages";
    for query in ["", "", "?count=10000", "", "", "?index=7-0"] {
        let seen = target(&server.seen().await);
        assert!(
            seen.starts_with(path) && seen.ends_with(query) && (query.is_empty() != seen.contains('?')),
            "{seen}"
        );
    }
    assert_eq!(server.unseen(), 0);
}
