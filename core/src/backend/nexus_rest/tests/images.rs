//! Images, both ways (nexus-v3.md, 4.6, 4.7 and 5.3).

use super::*;
use crate::{
    carrier::http::test_server::{Reads, Then, raw, redirect},
    config::ImagePolicy,
    model::{Content, FileSource, Progress, ProgressListener, Upload},
};
use std::sync::Mutex;

fn png(bytes: &[u8]) -> Scripted {
    answer("200 OK", "Content-Type: image/png\r\n", bytes)
}

/// What the only message has attached, in an answer that attaches this.
async fn contents(content: &Value) -> Vec<Content> {
    let told = json!([{"index": "1-0", "type": "Text", "text": "", "content": content}]);
    let server = TestServer::start([messages(&told)]).await;
    let reply = transport_to(&server).perform(request(poll())).await.unwrap();
    reply.messages[0].message.content.to_vec()
}

fn asking<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Request {
    request(Operation::Images(addresses.into_iter().map(Into::into).collect()))
}

type Image = Result<Bytes, Box<str>>;

/// What became of the only image at `url`, which `script` serves.
async fn fetched(url: &str, script: Scripted) -> (Image, TestServer) {
    let server = TestServer::start([script]).await;
    let mut reply = transport_to(&server).perform(asking([url])).await.unwrap();
    (reply.images.remove(0), server)
}

#[tokio::test]
async fn images_are_fetched_with_the_keys() {
    let (image, mut server) = fetched("/sessions/s1/images/7?x=1", png(b"pixels")).await;
    assert_eq!(image, Ok(Bytes::from_static(b"pixels")));
    let seen = server.seen().await;
    assert_eq!(seen.line(), "GET /nexus/v3/chat/sessions/s1/images/7?x=1 HTTP/1.1");
    assert_eq!(
        (seen.header("x-api-key"), seen.header("x-nexus-client-key")),
        (Some("the-key"), Some(token(1).as_str()))
    );
}

#[tokio::test]
async fn images_are_fetched_under_the_newest_token() {
    let denied = refusal("401 Unauthorized", "AUTHENTICATION_REQUIRED");
    let mut server = TestServer::start([denied, opened(&token(2)), messages(&json!([])), png(b"x")]).await;
    let transport = lasting(&server);
    transport.perform(request(poll())).await.unwrap();
    assert_eq!(transport.perform(asking(["/7"])).await.unwrap().images, [Ok(Bytes::from_static(b"x"))]);
    for _ in 0..3 {
        server.seen().await;
    }
    assert_eq!(server.seen().await.header("x-nexus-client-key"), Some(token(2).as_str()));
}

#[tokio::test]
async fn only_images_with_type_and_address_are_wanted() {
    let content = json!([
        {"type": "image", "mime": "image/png"}, {"type": "image", "url": "/x"}, {"type": "file", "mime": "image/png", "url": "/x"},
        {"type": "image", "mime": "image/png", "url": ""}, {"type": "IMAGE", "mime": "image/png", "url": "sessions/s1/images/8"},
    ]);
    let wanted: Vec<_> = contents(&content).await.iter().map(|content| content.wanted).collect();
    assert_eq!(wanted, [false, false, false, false, true]);
}

#[tokio::test]
async fn an_image_that_cannot_be_had_says_why() {
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
        let mut server = TestServer::start([script, png(b"good")]).await;
        let small =
            Connection { proxy: ProxyConfig::None, max_response_bytes: 1000, ..Connection::default() };
        let transport = NexusRest::new(config(&server.origin()), &small, &HttpPool::new()).unwrap();
        let reply = transport.perform(asking(["/one", "/two"])).await.unwrap();
        assert_eq!(reply.ended, None, "the session is not over for an image");
        let mut expected = [Err(why.into()), Ok(Bytes::from_static(b"good"))];
        if server.seen().await.line().contains("two") {
            expected.reverse();
        }
        assert_eq!(reply.images, expected);
    }
}

#[tokio::test]
async fn all_images_together_may_take_as_long_as_any_request() {
    let addresses: Vec<_> = (0..60).map(|number| format!("/{number}")).collect();
    let script = (0..59).map(|_| silence()).chain([png(b"never asked for")]);
    let mut server = TestServer::start([png(b"quick")].into_iter().chain(script)).await;
    let fetching = tokio::spawn(transport_to(&server).perform(asking(addresses.iter().map(String::as_str))));
    for _ in 0..5 {
        server.seen().await;
    }
    tokio::time::pause();
    assert_eq!(server.unseen(), 0, "four are under way");
    let start = tokio::time::Instant::now();
    let images = fetching.await.unwrap().unwrap().images;
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(images.iter().filter(|image| image.is_ok()).count(), 1);
    let silent = |image: &&Result<_, Box<str>>| {
        let expected = ["no answer from 127.0.0.1:", "the images of this answer took too long"];
        image.as_ref().is_err_and(|why| expected.iter().any(|expected| why.starts_with(expected)))
    };
    assert_eq!(images.iter().filter(silent).count(), 59);
}

#[tokio::test]
async fn keys_do_not_go_to_another_server() {
    let mut other =
        TestServer::start([answer("200 OK", "Content-Type: image/png\r\nSet-Cookie: a=b\r\n", "far")]).await;
    let mut server = TestServer::start([png(b"not asked for")]).await;
    let chat = with_images(ImagePolicy::Any, &server.origin());
    let url = format!("{}/images/7", other.origin());
    let reply = chat.perform(asking([url.as_str()])).await.unwrap();
    assert_eq!(reply.images[0], Ok(Bytes::from_static(b"far")));
    let seen = other.seen().await;
    assert_eq!(seen.line(), "GET /images/7 HTTP/1.1");
    for secret in ["x-api-key", "x-nexus-client-key", "cookie", "referer"] {
        assert_eq!(seen.header(secret), None, "{secret}");
    }
    assert!(!seen.head.contains("the-key") && !seen.head.contains("signature"));
    assert_eq!(server.unseen(), 0);
}

/// A transport that fetches images so.
fn with_images(images: ImagePolicy, origin: &str) -> NexusRest {
    let connection = Connection { proxy: ProxyConfig::None, images, ..Connection::default() };
    NexusRest::new(config(origin), &connection, &HttpPool::new()).unwrap()
}

#[tokio::test]
async fn addresses() {
    use crate::carrier::http::Audience::{Chat, Outside, Server};
    let chat = with_images(ImagePolicy::Any, "https://h:8443");
    let to = |url: &str| chat.0.image_request(url, &session(1));
    for (given, url, audience) in [
        ("/sessions/s1/images/7", "https://h:8443/nexus/v3/chat/sessions/s1/images/7", Chat),
        ("sessions/7", "https://h:8443/nexus/v3/chat/sessions/7", Chat),
        ("HTTPS://H:8443/nexus/v3/chat/7", "https://h:8443/nexus/v3/chat/7", Chat),
        ("//evil.test/7", "https://h:8443/nexus/v3/chat/evil.test/7", Chat),
        ("@evil.test/7", "https://h:8443/nexus/v3/chat/@evil.test/7", Chat),
        ("https://h:8443/other/7", "https://h:8443/other/7", Server),
        ("https://h:8443/nexus/v3/chatter/7", "https://h:8443/nexus/v3/chatter/7", Server),
        ("/../../../admin", "https://h:8443/admin", Server),
        ("/%2e%2e/%2E%2e/admin", "https://h:8443/nexus/admin", Server),
        ("https://h/7", "https://h/7", Server),
        ("https://h.evil.test:8443/7", "https://h.evil.test:8443/7", Outside),
    ] {
        let request = to(given).unwrap();
        let with_keys = audience == Chat;
        assert_eq!(
            (request.url.as_str(), request.audience, request.headers.contains_key(TOKEN)),
            (url, audience, with_keys)
        );
    }
    for bad in
        ["data:image/png;base64,AAAA", "file:///etc/passwd", "javascript:1", "https://user:pw@h:8443/7"]
    {
        let Err(failure) = to(bad) else { panic!("{bad}") };
        assert_eq!(failure.cause, "the image has no usable address");
    }
    let base = |url: &str| Options { data_url: Url::parse(url).unwrap(), ..config("https://h") };
    let of = |base: Options| transport(base).0.image_request("/i", &session(1)).unwrap().url;
    assert_eq!(
        of(base("https://sessions.test/a/sessions/b/sessions")).as_str(),
        "https://sessions.test/a/b/sessions/i"
    );
    assert_eq!(of(base("https://sessions.test/sessions")).as_str(), "https://sessions.test/i");
}

#[tokio::test]
async fn an_image_is_fetched_where_the_setting_allows_it_alone() {
    use ImagePolicy::{Any, Never, OwnOrigin};
    let refused = |images, origin: &str, url: &str| {
        let refused = with_images(images, origin).0.image_request(url, &session(1)).err();
        refused.map(|failure| failure.cause)
    };
    let chat = "https://h:8443";
    for (images, origin, url, why) in [
        (OwnOrigin, chat, "/sessions/7", None),
        (OwnOrigin, chat, "https://images.test/7", Some("own-origin")),
        (OwnOrigin, chat, "https://h/7", Some("own-origin")),
        (OwnOrigin, chat, "https://127.0.0.1/7", Some("own-origin")),
        (Any, chat, "https://images.test/7", None),
        (Any, chat, "http://images.test/7", Some("the chat is encrypted")),
        (Any, chat, "http://h:8443/7", Some("the chat is encrypted")),
        (Any, chat, "https://127.0.0.1/7", Some("not on the internet")),
        (Any, chat, "https://[::ffff:10.0.0.1]/7", Some("not on the internet")),
        (Any, "http://127.0.0.1:8080", "http://127.0.0.1:9090/7", None),
        (Any, "http://127.0.0.1:8080", "http://127.0.0.2:8080/7", Some("not on the internet")),
        (Never, chat, "/sessions/7", Some("never")),
    ] {
        let cause = refused(images, origin, url);
        let expected = why.is_none_or(|why| cause.as_deref().is_some_and(|cause| cause.contains(why)));
        assert!(expected && cause.is_some() == why.is_some(), "{images:?} {url}: {cause:?}");
    }
}

#[tokio::test]
async fn a_name_that_leads_into_the_own_network_is_not_followed() {
    let mut other = TestServer::start([png(b"inside")]).await;
    let address = other.origin().replace("127.0.0.1", "localhost");
    let chat = with_images(ImagePolicy::Any, "http://127.0.0.1:1");
    let reply = chat.perform(asking([format!("{address}/7").as_str()])).await.unwrap();
    assert!(reply.images[0].is_err(), "{:?}", reply.images);
    assert_eq!(other.unseen(), 0);
}

#[tokio::test]
async fn the_images_of_a_batch_are_bounded_in_number_and_size() {
    let script: Vec<_> = (0..3).map(|_| png(&[7; 600])).collect();
    let server = TestServer::start(script).await;
    let connection =
        Connection { proxy: ProxyConfig::None, max_response_bytes: 1_500, ..Connection::default() };
    let chat = NexusRest::new(config(&server.origin()), &connection, &HttpPool::new()).unwrap();
    let reply = chat.perform(asking(["/1", "/2", "/3"])).await.unwrap();
    let (there, missing): (Vec<_>, Vec<_>) = reply.images.iter().partition(|image| image.is_ok());
    assert_eq!((there.len(), missing.len()), (2, 1));
    assert!(missing[0].as_ref().unwrap_err().contains("maxResponseBytes"));

    let chat = with_images(ImagePolicy::Never, "https://h");
    let many = vec!["/1"; 101];
    let reply = chat.perform(asking(many)).await.unwrap();
    assert!(reply.images[100].as_ref().unwrap_err().contains("too many images"));
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
    uuid::Uuid::parse_str(id).unwrap();
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
