//! Images, both ways (Nexus reference, sections 4.6, 4.7 and 5.3).

use super::*;
use crate::{
    model::{Content, FileSource, Progress, ProgressListener, Upload},
    transport::http::test_server::{Reads, Then, raw, redirect},
};
use std::sync::Mutex;

fn png(bytes: &[u8]) -> Scripted {
    answer("200 OK", "Content-Type: image/png\r\n", bytes)
}

fn image(url: &str) -> Value {
    json!({"type": "image", "mime": "image/png", "url": url})
}

/// An answer with one message that has these attachments.
fn with(content: &Value) -> Scripted {
    messages(&json!([{"index": "1-0", "type": "Text", "text": "", "content": content}]))
}

fn contents(reply: &Reply) -> &[Content] {
    &reply.messages[0].message.content
}

/// What became of the only image at `url`, which `script` serves.
async fn fetched(url: &str, script: Scripted) -> (Content, TestServer) {
    let mut server = TestServer::start([with(&json!([image(url)])), script]).await;
    let reply = transport_to(&server).perform(request(poll())).await.unwrap();
    server.seen().await;
    (contents(&reply)[0].clone(), server)
}

#[tokio::test]
async fn images_come_with_their_message() {
    for operation in [poll(), Operation::Restore, Operation::History { before: index("5-0") }] {
        let mut server =
            TestServer::start([with(&json!([image("/sessions/s1/images/7?x=1")])), png(b"pixels")]).await;
        let reply = transport_to(&server).perform(request(operation)).await.unwrap();
        let [content] = contents(&reply) else { panic!("one image") };
        assert_eq!((content.data.as_deref(), &content.unavailable), (Some(b"pixels".as_slice()), &None));
        assert_eq!(json!(content)["data"], "cGl4ZWxz");
        assert_eq!(
            json!(*reply.messages[0].original)["content"][0].get("data"),
            None,
            "the original stays as it was"
        );
        server.seen().await;
        let seen = server.seen().await;
        assert_eq!(seen.line(), "GET /nexus/v3/chat/sessions/s1/images/7?x=1 HTTP/1.1");
        assert_eq!(
            (seen.header("x-api-key"), seen.header("x-nexus-client-key")),
            (Some("the-key"), Some(token(1).as_str()))
        );
    }
}

#[tokio::test]
async fn only_images_with_type_and_address_are_fetched() {
    let content = json!([
        {"type": "image", "mime": "image/png"}, {"type": "image", "url": "/x"}, {"type": "file", "mime": "image/png", "url": "/x"},
        {"type": "image", "mime": "image/png", "url": ""}, {"type": "IMAGE", "mime": "image/png", "url": "sessions/s1/images/8"},
    ]);
    let mut server = TestServer::start([with(&content), png(b"x")]).await;
    let reply = transport_to(&server).perform(request(poll())).await.unwrap();
    let fetched: Vec<_> = contents(&reply).iter().map(|content| content.data.is_some()).collect();
    assert_eq!(fetched, [false, false, false, false, true]);
    assert!(contents(&reply).iter().all(|content| content.unavailable.is_none()));
    server.seen().await;
    assert_eq!(target(&server.seen().await), "GET /nexus/v3/chat/sessions/s1/images/8");
    assert_eq!(server.unseen(), 0);
}

#[tokio::test]
async fn an_image_that_cannot_be_had_loses_nothing() {
    let too_long = answer("200 OK", "Content-Type: image/png\r\n", vec![0; 2000]);
    for (script, why) in [
        (refusal("404 Not Found", "INVALID_SESSION"), "the server answered 404 Not Found"),
        (answer("401 Unauthorized", "", ""), "the server answered 401 Unauthorized"),
        (answer("200 OK", "Content-Type: text/html\r\n", "<html>"), "the answer is no image (200 OK)"),
        (json("{}"), "the answer is no image (200 OK)"),
        (png(b""), "the answer is no image (200 OK)"),
        (too_long, "the answer is longer than the 1000 bytes allowed (200 OK)"),
        (
            redirect("302 Found", "/s3cret"),
            "a redirect with status 302 was refused: it does not repeat the request",
        ),
    ] {
        let mut server =
            TestServer::start([with(&json!([image("/broken"), image("/good")])), script, png(b"good")]).await;
        let small =
            Connection { proxy: ProxyConfig::None, max_response_bytes: 1000, ..Connection::default() };
        let transport = NexusRest::new(config(&server.origin()), &small, &HttpPool::new()).unwrap();
        let reply = transport.perform(request(poll())).await.unwrap();
        assert_eq!(reply.ended, Some(false), "the session is not over for an image");
        server.seen().await;
        let first_was_broken = server.seen().await.line().contains("broken");
        let (broken, good) = if first_was_broken { (0, 1) } else { (1, 0) };
        let contents = contents(&reply);
        assert_eq!(
            (contents[good].data.as_deref(), &contents[good].unavailable),
            (Some(b"good".as_slice()), &None)
        );
        assert_eq!((&contents[broken].data, contents[broken].unavailable.as_deref()), (&None, Some(why)));
    }
}

#[tokio::test]
async fn an_image_told_of_again_is_fetched_once() {
    let told = || with(&json!([image("/7")]));
    let mut server =
        TestServer::start([told(), answer("500 Internal Server Error", "", ""), told(), png(b"x"), told()])
            .await;
    let transport = transport_to(&server);
    let mut fetched = Vec::new();
    for _ in 0..3 {
        let reply = transport.perform(request(poll())).await.unwrap();
        fetched.push(contents(&reply)[0].data.is_some());
    }
    assert_eq!((fetched, server.unseen()), (vec![false, true, true], 5));
}

#[tokio::test]
async fn an_image_may_take_as_long_as_any_request() {
    let mut server = TestServer::start([with(&json!([image("/slow")])), silence()]).await;
    let polling = tokio::spawn(transport_to(&server).perform(request(poll())));
    server.seen().await;
    server.seen().await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let reply = polling.await.unwrap().unwrap();
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(contents(&reply)[0].unavailable.as_deref(), Some("no answer came in time"));
}

#[tokio::test]
async fn keys_do_not_go_to_another_server() {
    let mut other =
        TestServer::start([answer("200 OK", "Content-Type: image/png\r\nSet-Cookie: a=b\r\n", "far")]).await;
    let (content, mut server) = fetched(&format!("{}/images/7", other.origin()), png(b"not asked for")).await;
    assert_eq!(content.data.as_deref(), Some(b"far".as_slice()));
    let seen = other.seen().await;
    assert_eq!(seen.line(), "GET /images/7 HTTP/1.1");
    for secret in ["x-api-key", "x-nexus-client-key", "cookie", "referer"] {
        assert_eq!(seen.header(secret), None, "{secret}");
    }
    assert!(!seen.head.contains("the-key") && !seen.head.contains("signature"));
    assert_eq!(server.unseen(), 0);
}

#[tokio::test]
async fn addresses() {
    let chat = transport(config("https://h:8443"));
    let to = |url: &str| chat.0.image_request(url, &session(1));
    for (given, url, with_keys) in [
        ("/sessions/s1/images/7", "https://h:8443/nexus/v3/chat/sessions/s1/images/7", true),
        ("sessions/7", "https://h:8443/nexus/v3/chat/sessions/7", true),
        ("https://h:8443/other/7", "https://h:8443/other/7", true),
        ("HTTPS://H:8443/other/7", "https://h:8443/other/7", true),
        ("//evil.test/7", "https://h:8443/nexus/v3/chat/evil.test/7", true),
        ("@evil.test/7", "https://h:8443/nexus/v3/chat/@evil.test/7", true),
        ("https://h/7", "https://h/7", false),
        ("http://h:8443/7", "http://h:8443/7", false),
        ("https://h.evil.test:8443/7", "https://h.evil.test:8443/7", false),
    ] {
        let request = to(given).unwrap();
        assert_eq!(
            (request.url.as_str(), !request.foreign, request.headers.contains_key(TOKEN)),
            (url, with_keys, with_keys)
        );
    }
    for bad in
        ["data:image/png;base64,AAAA", "file:///etc/passwd", "javascript:1", "https://user:pw@h:8443/7"]
    {
        let Err(failure) = to(bad) else { panic!("{bad}") };
        assert_eq!(failure.cause, "the image has no usable address");
    }
    let base = |url: &str| NexusRestConfig { data_url: Url::parse(url).unwrap(), ..config("https://h") };
    let of = |base: NexusRestConfig| transport(base).0.image_request("/i", &session(1)).unwrap().url;
    assert_eq!(
        of(base("https://sessions.test/a/sessions/b/sessions")).as_str(),
        "https://sessions.test/a/b/sessions/i"
    );
    assert_eq!(of(base("https://sessions.test/sessions")).as_str(), "https://sessions.test/i");
}

#[tokio::test]
async fn at_most_four_are_under_way() {
    let many: Vec<_> = (0..9).map(|number| image(&format!("/{number}"))).collect();
    let mut script = vec![with(&json!(many))];
    script.extend((0..9).map(|_| silence()));
    let mut server = TestServer::start(script).await;
    let polling = tokio::spawn(transport_to(&server).perform(request(poll())));
    for _ in 0..5 {
        server.seen().await;
    }
    tokio::time::pause();
    assert_eq!(server.unseen(), 0);
    let start = tokio::time::Instant::now();
    let reply = polling.await.unwrap().unwrap();
    assert!(start.elapsed() > Duration::from_secs(8), "three times four: {:?}", start.elapsed());
    assert!(contents(&reply).iter().all(|content| content.unavailable.is_some()));
}

#[tokio::test]
async fn an_upload_is_a_browsers_form() {
    let mut server =
        TestServer::start([json(r#"{"status":{"code":"SUCCESS"},"data":{"mediaId":"m7"}}"#)]).await;
    let steps = Arc::new(Mutex::new(Vec::new()));
    let listener = steps.clone();
    let upload = Upload {
        name: "Grüße.png".into(),
        source: FileSource::Bytes(Bytes::from_static(b"pixels")),
        user_data: serde_json::from_value(json!({"file-description": "not for Nexus"})).unwrap(),
        progress: Some(ProgressListener(Arc::new(move |step| listener.lock().unwrap().push(step)))),
    };
    let reply = transport_to(&server).perform(request(Operation::Upload(upload))).await.unwrap();
    assert_eq!(reply.file_id.as_deref(), Some("m7"));
    assert_eq!(*steps.lock().unwrap(), [Progress { transferred: 6, total: Some(6) }]);
    let seen = server.seen().await;
    assert_eq!(target(&seen), "POST /nexus/v3/chat/sessions/s1/images");
    assert_eq!(seen.header("x-nexus-client-key"), Some(token(1).as_str()));
    let boundary =
        seen.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let id = seen.text().split("\r\n").nth(3).unwrap();
    Uuid::parse_str(id).unwrap();
    let shown = seen.text().replace(boundary, "BOUNDARY").replace(id, "ID").replace("\r\n", "\n");
    insta::assert_snapshot!(shown, @r#"
    --BOUNDARY
    Content-Disposition: form-data; name="operationId"
    
    ID
    --BOUNDARY
    Content-Disposition: form-data; name="file"; filename="Grüße.png"
    Content-Type: image/png
    
    pixels
    --BOUNDARY--
    "#);
}

#[tokio::test]
async fn a_refused_upload_tells_why() {
    for (status, code) in [
        ("400 Bad Request", "INVALID_FILE_TYPE"),
        ("413 Payload Too Large", "LIMIT_FILE_SIZE"),
        ("400 Bad Request", "LIMIT_FILE_COUNT"),
    ] {
        // The refusal comes before the file was read, and more than fits into the sockets' buffers stays unsent.
        let early = Scripted { reads: Reads::OnlyHead, then: Then::Hang, ..refusal(status, code) };
        let server = TestServer::start([early]).await;
        let source = FileSource::Bytes(Bytes::from(vec![0; 16 << 20]));
        let upload = Upload { name: "a.png".into(), source, user_data: JsonObject::new(), progress: None };
        let failure = transport_to(&server).perform(request(Operation::Upload(upload))).await.unwrap_err();
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Rejected, Applied::No));
        assert_eq!(failure.response["responseJSON"]["status"]["code"], code);
    }
}

#[tokio::test]
async fn an_upload_has_no_time_limit() {
    let mut server = TestServer::start([raw("", Then::Hang)]).await;
    let upload = Upload {
        name: "a.png".into(),
        source: FileSource::Bytes(Bytes::from_static(b"x")),
        user_data: JsonObject::new(),
        progress: None,
    };
    let sending = tokio::spawn(transport_to(&server).perform(request(Operation::Upload(upload))));
    server.seen().await;
    tokio::time::pause();
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert!(!sending.is_finished());
    sending.abort();
}
