//! What failures mean: whether the session is over, what listeners are told, what callers get (nexus-v3.md, 7).

use super::*;
use crate::{
    Retry,
    carrier::http::test_server::{Then, raw, redirect},
    model::{FileSource, Upload},
    transport::News,
};

/// The failure of `operation` when the server answers so.
async fn failing(operation: Operation, script: Scripted) -> Failure {
    let server = TestServer::start([script]).await;
    transport_to(&server).perform(request(operation)).await.unwrap_err()
}

/// The first of the errors that listeners are told.
fn told(failure: &Failure) -> Value {
    let News::Error(payload) = &failure.news else { panic!("{:?}", failure.news) };
    assert_eq!(payload["errors"].as_array().unwrap().len(), 1);
    assert_eq!(payload["errors"][0]["response"], failure.response);
    payload["errors"][0].clone()
}

fn upload(source: FileSource) -> Operation {
    Operation::Upload(Upload { name: "a.png".into(), source, user_data: JsonObject::new(), progress: None })
}

#[tokio::test]
async fn every_code_is_told() {
    for (status, code, kind, ended) in [
        ("401 Unauthorized", "INVALID_CONTACT_CENTER", ErrorKind::Unauthorized, false),
        ("400 Bad Request", "INVALID_ENDPOINT", ErrorKind::Rejected, false),
        ("400 Bad Request", "INVALID_NICKNAME", ErrorKind::Rejected, false),
        ("401 Unauthorized", "AUTHENTICATION_REQUIRED", ErrorKind::Unauthorized, false),
        ("400 Bad Request", "INVALID_FILE_TYPE", ErrorKind::Rejected, false),
        ("413 Payload Too Large", "LIMIT_FILE_SIZE", ErrorKind::Rejected, false),
        ("400 Bad Request", "LIMIT_FILE_COUNT", ErrorKind::Rejected, false),
        ("400 Bad Request", "LIMIT_UNEXPECTED_FILE", ErrorKind::Rejected, false),
        ("404 Not Found", "INVALID_SESSION", ErrorKind::NotFound, true),
        ("400 Bad Request", "INVALID_SESSION", ErrorKind::Rejected, true),
        ("500 Internal Server Error", "INVALID_SESSION", ErrorKind::Unavailable, true),
        ("404 Not Found", "NOT_FOUND", ErrorKind::NotFound, true),
        ("418 I'm a teapot", "HOMEMADE-7", ErrorKind::Rejected, false),
    ] {
        for operation in
            [poll(), text("hi"), Operation::Typing { started: true, preview: None }, Operation::End]
        {
            let failure = failing(operation, refusal(status, code)).await;
            assert_eq!((failure.kind, failure.ended), (kind, ended), "{status} {code}");
            assert!(failure.cause.trim_end_matches(')').ends_with(code), "{}", failure.cause);
            assert_eq!(failure.response["responseJSON"]["status"]["code"], code);
            let told = told(&failure);
            assert_eq!(told["code"], format!("pureengage-v3-rest-{code}"));
            assert_eq!(told["text"], format!("{code} it is"));
        }
    }
}

#[tokio::test]
async fn known_codes_have_words() {
    for (code, words) in [
        ("LIMIT_FILE_COUNT", "the server refused the request: too many images (LIMIT_FILE_COUNT)"),
        ("LIMIT_UNEXPECTED_FILE", "the server answered 400 Bad Request: LIMIT_UNEXPECTED_FILE"),
    ] {
        let upload = upload(FileSource::Bytes(Bytes::from_static(b"x")));
        assert_eq!(failing(upload, refusal("400 Bad Request", code)).await.cause, words);
    }
}

#[tokio::test]
async fn a_start_has_no_session_to_lose() {
    for (status, code) in [("404 Not Found", "INVALID_SESSION"), ("400 Bad Request", "INVALID_ENDPOINT")] {
        let server = TestServer::start([refusal(status, code)]).await;
        let failure = transport_to(&server).perform(starting()).await.unwrap_err();
        assert!(!failure.ended);
        assert_eq!(told(&failure)["code"], format!("pureengage-v3-rest-{code}"));
    }
}

#[tokio::test]
async fn without_a_code_the_status_tells() {
    let page = |status: &str, body: &str| answer(status, "", body);
    for (script, code, text) in [
        (page("503 Service Unavailable", "<html>"), "503", "the server answered 503 Service Unavailable"),
        (page("403 Forbidden", ""), "403", "the server answered 403 Forbidden"),
        (
            page("500 Internal Server Error", r#"{"status":{"code":"1"}}"#),
            "500",
            "the server answered 500 Internal Server Error",
        ),
        (
            page("500 Internal Server Error", r#"{"status":{"code":1,"message":"try later"}}"#),
            "",
            "try later",
        ),
        (
            page("500 Internal Server Error", r#"{"status":{"code":7}}"#),
            "7",
            "the server answered 500 Internal Server Error: 7",
        ),
        (
            page("500 Internal Server Error", r#"{"status":500}"#),
            "500",
            "the server answered 500 Internal Server Error",
        ),
        (page("400 Bad Request", r#"{"status":{"code":{},"message":5}}"#), "400", "5"),
        (page("200 OK", "<html>"), "200", "the answer is not an envelope of Nexus v3 (200 OK)"),
        (
            redirect("302 Found", "/login"),
            "302",
            "a redirect with status 302 was refused: it does not repeat the request",
        ),
    ] {
        let failure = failing(poll(), script).await;
        assert_eq!(
            (&told(&failure)["code"], &told(&failure)["text"]),
            (
                &json!(if code.is_empty() { String::new() } else { format!("pureengage-v3-rest-{code}") }),
                &json!(text)
            )
        );
        assert!(!failure.ended, "{code}");
    }
}

#[tokio::test]
async fn bodies_of_failures_are_read_as_any_other() {
    let body = r#"{"status":{"code":"INVALID_SESSION","message":"é","more":[1e400]}}"#;
    let latin: Vec<u8> = body.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    let wide = |to_bytes: fn(u16) -> [u8; 2]| body.encode_utf16().flat_map(to_bytes).collect::<Vec<_>>();
    for (kind, body) in [
        ("", format!("\u{feff}{body}").into_bytes()),
        ("application/json", format!("\u{feff}{body}").into_bytes()),
        ("application/json; charset=ISO-8859-1", latin.clone()),
        ("application/json; charset=windows-1252", latin),
        ("application/json; charset=UTF-16BE", wide(u16::to_be_bytes)),
        ("application/json; charset=utf-16", wide(u16::to_le_bytes)),
    ] {
        let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let failure = failing(poll(), answer("400 Bad Request", &kind, &body)).await;
        assert!(failure.ended, "{kind}");
        assert_eq!(
            (&told(&failure)["code"], &told(&failure)["text"]),
            (&json!("pureengage-v3-rest-INVALID_SESSION"), &json!("é"))
        );
        let answered = answer("200 OK", &kind, body);
        assert_eq!(failing(starting().operation, answered).await.kind, ErrorKind::Rejected, "{kind}");
    }
}

#[tokio::test]
async fn a_code_that_is_no_word_stays_out_of_logs() {
    for code in ["line\nbreak", "token=abc def", &"x".repeat(65)] {
        let failure = failing(poll(), refusal("400 Bad Request", code)).await;
        assert_eq!(failure.cause, "the server answered 400 Bad Request");
        assert_eq!(told(&failure)["code"], format!("pureengage-v3-rest-{}", code.trim()));
    }
}

#[tokio::test]
async fn only_polls_lose_the_connection() {
    let broken = || raw("", Then::Close);
    let lost = failing(poll(), broken()).await;
    assert_eq!((lost.kind, lost.status, lost.ended), (ErrorKind::Disconnected, 0, false));
    assert!(lost.news == News::Disconnected);
    for operation in
        [text("hi"), Operation::Restore, Operation::End, upload(FileSource::Bytes(Bytes::from_static(b"x")))]
    {
        let failure = failing(operation, broken()).await;
        assert_eq!(told(&failure)["code"], "pureengage-v3-rest-error");
        assert_eq!(told(&failure)["text"], failure.cause);
    }
    let unreadable = failing(upload(FileSource::Path("/does/not/exist".into())), broken()).await;
    assert!(unreadable.kind == ErrorKind::Io && unreadable.news == News::Nothing);
}

#[tokio::test]
async fn a_time_out_is_named() {
    let mut server = TestServer::start([silence()]).await;
    let asking = tokio::spawn(transport_to(&server).perform(request(text("hi"))));
    server.seen().await;
    tokio::time::pause();
    assert_eq!(told(&asking.await.unwrap().unwrap_err())["code"], "pureengage-v3-rest-timeout");
}

#[tokio::test]
async fn a_server_can_ask_for_time() {
    let slow = answer("429 Too Many Requests", "Retry-After: 7\r\n", r#"{"status":{"code":"TOO_MANY"}}"#);
    let failure = failing(poll(), slow).await;
    assert_eq!((failure.kind, failure.retry), (ErrorKind::RateLimited, Retry::After(Duration::from_secs(7))));
    assert_eq!(failing(poll(), answer("429 Too Many Requests", "", "")).await.retry, Retry::WithBackoff);
}

#[tokio::test]
async fn a_success_without_what_was_asked_for_is_a_failure() {
    for (body, kind, cause, code) in [
        (
            r#"{"status":{"code":"INVALID_ENDPOINT"}}"#,
            ErrorKind::Rejected,
            "the server refused the request: the endpoint is wrong (INVALID_ENDPOINT)",
            "INVALID_ENDPOINT",
        ),
        (
            r#"{"status":{"code":"SUCCESS"},"data":{}}"#,
            ErrorKind::Protocol,
            "the answer has no clientToken (200 OK)",
            "200",
        ),
    ] {
        let server = TestServer::start([json(body)]).await;
        let failure = transport_to(&server).perform(starting()).await.unwrap_err();
        assert_eq!((failure.kind, failure.cause.as_str(), failure.applied), (kind, cause, Applied::Unknown));
        assert_eq!(failure.response, serde_json::from_str::<Value>(body).unwrap(), "the body itself");
        assert_eq!(told(&failure)["code"], format!("pureengage-v3-rest-{code}"));
    }
    let gone = failing(poll(), json(r#"{"status":{"code":"INVALID_SESSION"}}"#)).await;
    assert!(gone.ended);
}

#[tokio::test]
async fn what_is_no_envelope_leaves_a_message_in_doubt() {
    for page in ["<html>Please log in</html>", "[]", "null"] {
        let failure = failing(text("hi"), answer("200 OK", "", page)).await;
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Protocol, Applied::Unknown));
        assert!(!failure.is_disconnect());
    }
}

#[tokio::test]
async fn keys_do_not_follow_a_redirect_elsewhere() {
    let mut other = TestServer::start([messages(&json!([]))]).await;
    let failure = failing(poll(), redirect("307 Temporary Redirect", &other.origin())).await;
    assert_eq!((failure.kind, failure.status), (ErrorKind::Protocol, 307));
    assert_eq!(other.unseen(), 0);
}
