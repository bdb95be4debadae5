//! Taking up sessions: of another process, and under a new token (nexus-v3.md, 4.2 and 7.4).

use super::*;
use crate::{
    carrier::http::test_server::held,
    model::{FileSource, Upload},
    transport::News,
};

fn page() -> Value {
    json!([{"index": "1700000003000-0", "type": "Text", "text": "hi"}])
}

fn denied() -> Scripted {
    refusal("401 Unauthorized", "AUTHENTICATION_REQUIRED")
}

fn gone() -> Scripted {
    refusal("404 Not Found", "INVALID_SESSION")
}

async fn restoring(transport: &NexusRest) -> Result<Reply, Failure> {
    transport.perform(request(Operation::Restore)).await
}

/// Each request so far: what it was, and under which of the tokens.
async fn trace(server: &mut TestServer, requests: usize) -> Vec<String> {
    let mut trace = Vec::new();
    for _ in 0..requests {
        let seen = server.seen().await;
        let number =
            seen.header("x-nexus-client-key").and_then(|token| token.rsplit_once("signature")).unwrap().1;
        trace.push(format!("{} under {number}", target(&seen).replace(PATH, "")));
    }
    assert_eq!(server.unseen(), 0, "no more");
    trace
}

#[tokio::test]
async fn a_chat_that_ends_with_its_agents_is_read_whole_under_the_same_token() {
    let mut server = TestServer::start([messages(&page())]).await;
    let reply = restoring(&transport_to(&server)).await.unwrap();
    assert_eq!(reply.session, Some(session(1).into()), "completed from the token");
    assert_eq!((reply.messages.len(), reply.ended), (1, Some(false)));
    assert_eq!(trace(&mut server, 1).await, ["GET /s1/messages?count=10000 under 1"]);
}

#[tokio::test]
async fn an_asynchronous_chat_gets_a_new_token_and_a_page() {
    let mut server = TestServer::start([opened(&token(2)), messages(&page())]).await;
    let reply = restoring(&lasting(&server)).await.unwrap();
    assert_eq!(reply.session, Some(session(2).into()));
    assert_eq!((reply.messages.len(), reply.ended), (1, Some(false)));
    assert_eq!(reply.body.json()["data"]["messages"], page(), "the messages are the answer");
    let resume = server.seen().await;
    assert_eq!(
        (target(&resume), resume.header("x-nexus-client-key")),
        (format!("POST {PATH}"), Some(token(1).as_str()))
    );
    assert!(resume.text().starts_with("data%5Bendpoint%5D=Sales&operationId="), "{}", resume.text());
    assert_eq!(trace(&mut server, 1).await, ["GET /s1/messages?count=20 under 2"]);
}

#[tokio::test]
async fn a_restored_chat_can_be_over() {
    let over = json(&json!({"data": {"messages": page(), "chatEnded": true}}).to_string());
    let server = TestServer::start([opened(&token(2)), over]).await;
    let reply = restoring(&lasting(&server)).await.unwrap();
    assert_eq!((reply.ended, reply.messages.len()), (Some(true), 1));
}

#[tokio::test]
async fn another_session_in_its_place_is_reported() {
    let server = TestServer::start([opened(&token_of("s2", 2)), messages(&json!([]))]).await;
    let reply = restoring(&lasting(&server)).await.unwrap();
    assert!(reply.replaced);
    assert_eq!(reply.session.unwrap().id(), &"s2");
}

#[tokio::test]
async fn messages_can_come_later() {
    for failing in [answer("503 Service Unavailable", "", ""), denied(), json("<html>")] {
        let server = TestServer::start([opened(&token(2)), failing]).await;
        let reply = restoring(&lasting(&server)).await.unwrap();
        assert_eq!(reply.session, Some(session(2).into()), "the new token is not lost");
        assert_eq!((reply.messages.len(), reply.ended), (0, Some(false)));
        assert_eq!(reply.body.json()["data"]["clientToken"], token(2));
    }
}

#[tokio::test]
async fn a_session_can_be_gone() {
    for (script, ended, useless) in [
        (vec![gone()], true, false),
        (vec![denied()], false, true),
        (vec![refusal("400 Bad Request", "INVALID_SESSION")], true, false),
        (vec![opened(&token(2)), gone()], true, false),
        (vec![answer("503 Service Unavailable", "", "")], false, false),
        (vec![refusal("403 Forbidden", "X")], false, false),
        (vec![answer("429 Too Many Requests", "", "")], false, false),
        (vec![json("{}")], false, false),
    ] {
        let server = TestServer::start(script.clone()).await;
        let failure = restoring(&lasting(&server)).await.unwrap_err();
        assert_eq!((failure.ended, failure.useless), (ended, useless), "{script:?}");
        assert!(matches!(failure.news, News::Error(_)));
    }
    for (script, ended, useless) in [
        (gone(), true, true),
        (denied(), false, true),
        (refusal("403 Forbidden", "X"), false, true),
        (answer("429 Too Many Requests", "", ""), false, false),
        (answer("500 Internal Server Error", "", ""), false, false),
    ] {
        let server = TestServer::start([script]).await;
        let failure = restoring(&transport_to(&server)).await.unwrap_err();
        assert_eq!((failure.ended, failure.useless), (ended, useless));
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let mut server = TestServer::start([denied(), opened(&token(2)), json("{}")]).await;
    let reply = lasting(&server).perform(request(text("hi"))).await.unwrap();
    assert_eq!(reply.session, Some(session(2).into()));
    let expected = ["POST /s1/messages under 1", "POST  under 1", "POST /s1/messages under 2"];
    assert_eq!(trace(&mut server, 3).await, expected);

    let mut server = TestServer::start([denied(), opened(&token(2)), denied(), messages(&page())]).await;
    let transport = lasting(&server);
    let failure = transport.perform(request(text("hi"))).await.unwrap_err();
    assert_eq!((failure.kind, failure.ended), (ErrorKind::Unauthorized, false));
    assert_eq!(trace(&mut server, 3).await, expected, "not again and again");
}

/// Two requests that the server has seen and refuses at once; what it is asked then.
async fn refused_at_once(
    then: impl IntoIterator<Item = Scripted>,
) -> (Vec<Result<Reply, Failure>>, TestServer) {
    let (one, other) = (held(denied()), held(denied()));
    let mut server = TestServer::start([one.0, other.0].into_iter().chain(then)).await;
    let transport = lasting(&server);
    let asking = [text("one"), text("two")].map(|text| tokio::spawn(transport.perform(request(text))));
    for _ in 0..2 {
        server.seen().await;
    }
    one.1.notify_one();
    other.1.notify_one();
    let mut outcomes = Vec::new();
    for asking in asking {
        outcomes.push(asking.await.unwrap());
    }
    (outcomes, server)
}

#[tokio::test]
async fn requests_refused_at_once_renew_once() {
    let (outcomes, mut server) = refused_at_once([opened(&token(2)), json("{}"), json("{}")]).await;
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().session, Some(session(2).into()));
    }
    let expected = ["POST  under 1", "POST /s1/messages under 2", "POST /s1/messages under 2"];
    assert_eq!(trace(&mut server, 3).await, expected);

    let (outcomes, mut server) = refused_at_once([answer("503 Service Unavailable", "", "")]).await;
    for outcome in outcomes {
        let failure = outcome.unwrap_err();
        assert_eq!((failure.status, failure.ended), (401, false), "the token may still be renewed");
    }
    assert_eq!(trace(&mut server, 1).await, ["POST  under 1"], "for both");
}

#[tokio::test]
async fn a_refusal_counts_for_the_token_that_the_request_carried() {
    let (late, gate) = held(denied());
    let script = [late, denied(), opened(&token(2)), json("{}"), json("{}"), json("{}")];
    let mut server = TestServer::start(script).await;
    let transport = lasting(&server);
    let slow = tokio::spawn(transport.perform(request(text("slow"))));
    server.seen().await;
    transport.perform(request(text("quick"))).await.unwrap();
    gate.notify_one();
    let reply = slow.await.unwrap().unwrap();
    assert_eq!(reply.session, Some(session(2).into()));
    transport.perform(request(text("later"))).await.unwrap();
    let expected = [
        "POST /s1/messages under 1",
        "POST  under 1",
        "POST /s1/messages under 2",
        "POST /s1/messages under 2",
        "POST /s1/messages under 2",
    ];
    assert_eq!(
        trace(&mut server, 5).await,
        expected,
        "one renewal, and no request under the old token after it"
    );
}

#[tokio::test]
async fn a_renewal_goes_on_when_its_request_is_given_up() {
    let (resumed, gate) = held(opened(&token(2)));
    let mut server = TestServer::start([denied(), resumed, denied(), json("{}")]).await;
    let transport = lasting(&server);
    let given_up = tokio::spawn(transport.perform(request(text("one"))));
    server.seen().await;
    server.seen().await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    let asking = tokio::spawn(transport.perform(request(text("two"))));
    server.seen().await;
    gate.notify_one();
    asking.await.unwrap().unwrap();
    assert_eq!(trace(&mut server, 1).await, ["POST /s1/messages under 2"]);
}

#[tokio::test]
async fn a_poll_under_a_new_token_says_where_it_is() {
    let from = Cursor { next: 9, after: Some(place("1700000003000-0")), resync: false };
    let mut server = TestServer::start([denied(), opened(&token(2)), messages(&page())]).await;
    let reply = lasting(&server).perform(request(Operation::Poll { from, preview: None })).await.unwrap();
    assert_eq!((reply.messages.len(), reply.session), (1, Some(session(2).into())));
    let expected =
        ["GET /s1/messages under 1", "POST  under 1", "GET /s1/messages?index=1700000003000-0 under 2"];
    assert_eq!(trace(&mut server, 3).await, expected);
}

#[tokio::test]
async fn a_file_is_sent_again_under_a_new_token() {
    let upload = Upload {
        name: "a.png".into(),
        source: FileSource::Bytes(Bytes::from_static(b"pixels")),
        user_data: JsonObject::new(),
        progress: None,
    };
    let mut server =
        TestServer::start([denied(), opened(&token(2)), json(r#"{"data":{"mediaId":"m"}}"#)]).await;
    let reply = lasting(&server).perform(request(Operation::Upload(upload))).await.unwrap();
    assert_eq!(reply.file_id.as_deref(), Some("m"));
    server.seen().await;
    server.seen().await;
    assert!(server.seen().await.text().contains("pixels"));
}

#[tokio::test]
async fn the_refusal_stands_where_there_is_no_new_token() {
    for (resume, ended) in
        [(denied(), true), (answer("503 Service Unavailable", "", ""), false), (gone(), true)]
    {
        let server = TestServer::start([denied(), resume]).await;
        let failure = lasting(&server).perform(request(poll())).await.unwrap_err();
        assert_eq!((failure.status, failure.ended), (401, ended));
        let News::Error(told) = failure.news else { panic!("no news") };
        assert_eq!(told["errors"][0]["code"], "pureengage-v3-rest-AUTHENTICATION_REQUIRED");
    }
}

#[tokio::test]
async fn a_session_that_nobody_asked_for_is_left() {
    let mut server = TestServer::start([denied(), opened(&token_of("s2", 2)), json("{}")]).await;
    let failure = lasting(&server).perform(request(text("hi"))).await.unwrap_err();
    assert_eq!(
        (failure.status, failure.ended),
        (401, true),
        "ours is over, and the message not sent into another"
    );
    let expected = ["POST /s1/messages under 1", "POST  under 1", "DELETE /s2/participants/p1 under 2"];
    assert_eq!(trace(&mut server, 3).await, expected);
}

#[tokio::test]
async fn chats_that_end_with_their_agents_have_no_new_tokens() {
    let mut server = TestServer::start([denied()]).await;
    let failure = transport_to(&server).perform(request(poll())).await.unwrap_err();
    assert_eq!((failure.status, failure.ended), (401, false));
    assert_eq!(trace(&mut server, 1).await, ["GET /s1/messages under 1"]);
    let mut server = TestServer::start([denied()]).await;
    assert_eq!(
        lasting(&server).perform(starting()).await.unwrap_err().status,
        401,
        "and nothing to renew at a start"
    );
    assert_eq!((server.unseen(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_poll_from_an_index_that_the_server_does_not_know_asks_for_everything() {
    let mut server =
        TestServer::start([refusal("400 Bad Request", "INVALID_INDEX"), messages(&page())]).await;
    let after = Some(place("1-0"));
    let from = Cursor { next: 2, after, resync: true };
    let poll = Operation::Poll { from, preview: None };
    let reply = transport_to(&server).perform(request(poll)).await.unwrap();
    assert_eq!(reply.messages.len(), 1);
    let expected = ["GET /s1/messages?index=1-0 under 1", "GET /s1/messages?count=10000 under 1"];
    assert_eq!(trace(&mut server, 2).await, expected);
}
