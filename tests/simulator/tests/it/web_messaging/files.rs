//! Files of customers, by way of a third host.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{advance, pause, resume};
use webchat_simulator::api::web_messaging::{UploadEvent, WebMessagingSettings};
use webchat_simulator::{Fault, Operation, Simulator};

use super::guest::{Guest, simulator};
use crate::customer::client;

pub(super) fn announce(name: &str, kind: &str, size: u64) -> Value {
    json!({"action": "onAttachment", "attachmentId": "a-1", "fileName": name, "fileType": kind, "fileSize": size, "errorsAsJson": true})
}

/// The request that an answer with an address asks for, without a body.
pub(super) fn put(answer: &Value) -> RequestBuilder {
    let body = &answer["body"];
    let mut request = client().request(Method::PUT, body["url"].as_str().unwrap());
    for (name, value) in body["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    request.header("content-type", body["fileType"].as_str().unwrap())
}

async fn start(settings: WebMessagingSettings) -> (Simulator, Guest, String) {
    let simulator = simulator(settings).await;
    let (guest, chat) = Guest::chat(&simulator).await;
    (simulator, guest, chat)
}

#[tokio::test]
async fn a_file_is_announced_sent_and_carried_by_a_message() {
    let (simulator, mut guest, chat) = start(WebMessagingSettings::default()).await;
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    assert_eq!((&answer["class"], &answer["type"]), (&json!("PresignedUrlResponse"), &json!("message")));
    let carry = json!({"content": [{"contentType": "Attachment", "attachment": {"id": "a-1"}}]});
    assert_eq!(guest.message(carry.clone()).await["code"], 4010);
    assert_eq!(put(&answer).body("hello").send().await.unwrap().status(), 200);
    let told = guest.next().await;
    assert_eq!(
        (&told["class"], &told["body"]["attachmentId"]),
        (&json!("UploadSuccessEvent"), &json!("a-1"))
    );
    let echo = guest.message(carry).await;
    let file = &echo["body"]["content"][0]["attachment"];
    assert_eq!((&echo["body"]["type"], echo["body"].get("text")), (&json!("Text"), None));
    assert_eq!(
        (&file["filename"], &file["mime"], &file["fileSize"]),
        (&json!("a.txt"), &json!("text/plain"), &json!(5))
    );
    for url in [&file["url"], &told["body"]["downloadUrl"]] {
        let got = client().get(url.as_str().unwrap()).send().await.unwrap();
        assert_eq!(got.bytes().await.unwrap().as_ref(), b"hello");
    }
    assert_eq!(simulator.files(&chat).unwrap()[0].bytes.as_ref(), b"hello");
    assert_eq!(
        guest.ask(json!({"action": "deleteAttachment", "attachmentId": "a-1"})).await["code"],
        4009,
        "it was sent"
    );
    pause();
    advance(Duration::from_secs(601)).await;
    resume();
    let url = file["url"].as_str().unwrap();
    assert_eq!(client().get(url).send().await.unwrap().status(), 404, "addresses expire");
    let fresh = guest.ask(json!({"action": "getAttachment", "attachmentId": "a-1"})).await;
    assert_eq!(client().get(fresh["body"]["url"].as_str().unwrap()).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_is_refused_before_an_address_is_given() {
    let (simulator, mut guest, _) = start(WebMessagingSettings::default()).await;
    for (name, kind, size, code) in [
        ("a.EXE", "text/plain", 1, 4001),
        ("noextension", "text/plain", 1, 4004),
        ("a.txt", "text/plain", 0, 4102),
        ("a.txt", "text/plain", 10_240_001, 4002),
    ] {
        let refused = guest.ask(announce(name, kind, size)).await;
        assert_eq!(
            (&refused["class"], &refused["code"]),
            (&json!("GenerateUrlError"), &json!(400)),
            "{name}"
        );
        assert_eq!(
            (&refused["body"]["errorCode"], &refused["body"]["attachmentId"]),
            (&json!(code), &json!("a-1"))
        );
    }
    let long = format!("{}.txt", "x".repeat(1020));
    assert_eq!(guest.ask(announce(&long, "text/plain", 1)).await["body"]["errorCode"], 4005);
    simulator.change_web_messaging(|settings| settings.deployment.file_types = vec!["image/*".to_owned()]);
    assert_eq!(guest.ask(announce("a.txt", "text/plain", 1)).await["body"]["errorCode"], 4001);
    let bare =
        json!({"action": "onAttachment", "fileName": "a.txt", "fileType": "text/plain", "fileSize": 1});
    let refused = guest.ask(bare.clone()).await;
    assert_eq!(
        (&refused["class"], &refused["code"]),
        (&json!("string"), &json!(4001)),
        "in words where not asked for JSON"
    );
    simulator.change_web_messaging(|settings| settings.deployment.file_types.clear());
    assert_eq!(guest.ask(bare).await["code"], 4000);
    simulator.change_web_messaging(|settings| settings.deployment.file_types = vec!["*/*".to_owned()]);
    let bare =
        json!({"action": "onAttachment", "fileName": "a.txt", "fileType": "text/plain", "fileSize": 1});
    let answer = guest.ask(bare).await;
    assert_eq!(answer["body"]["attachmentId"].as_str().unwrap().len(), 36, "the server makes the id up");
    let id = answer["body"]["attachmentId"].clone();
    let deleted = guest.ask(json!({"action": "deleteAttachment", "attachmentId": id})).await;
    assert_eq!(
        (&deleted["class"], &deleted["body"]["attachmentId"]),
        (&json!("AttachmentDeletedResponse"), &id)
    );
}

#[tokio::test]
async fn the_upload_host_is_strict() {
    let (simulator, mut guest, _) = start(WebMessagingSettings::default()).await;
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    let url = answer["body"]["url"].as_str().unwrap().to_owned();
    let bare = || client().put(&url).header("x-amz-tagging", "abc");
    for (request, status) in [
        (put(&answer).header("authorization", "x").body("hello"), 400),
        (bare().header("content-type", "text/html").body("hello"), 403),
        (bare().body("hello"), 403),
        (client().put(&url).header("content-type", "text/plain").body("hello"), 403),
        (put(&answer).body("hell"), 400),
        (client().put(url.replace("Signature=", "Signature=0")).body("hello"), 403),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        let words = response.text().await.unwrap();
        assert!(words.starts_with("<?xml") && words.contains("<Code>"), "{words}");
    }
    let (_, path) = url.split_once("://").unwrap().1.split_once('/').unwrap();
    let chunked = format!(
        "PUT /{path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\nx-amz-tagging: abc\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    );
    let mut stream = tokio::net::TcpStream::connect(simulator.address()).await.unwrap();
    stream.write_all(chunked.as_bytes()).await.unwrap();
    let mut answered = String::new();
    stream.read_to_string(&mut answered).await.unwrap();
    assert!(answered.starts_with("HTTP/1.1 411"), "{answered}");
    pause();
    advance(Duration::from_secs(601)).await;
    resume();
    assert_eq!(put(&answer).body("hello").send().await.unwrap().status(), 403, "the address has expired");
}

#[tokio::test]
async fn success_that_is_late_missing_or_none() {
    let (simulator, mut guest, _) = start(WebMessagingSettings::default()).await;
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    simulator.change_web_messaging(|settings| settings.upload_event = UploadEvent::Failure);
    put(&answer).body("hello").send().await.unwrap();
    let told = guest.next().await;
    assert_eq!((&told["class"], &told["body"]["errorCode"]), (&json!("UploadFailureEvent"), &json!(4003)));
    simulator.change_web_messaging(|settings| settings.upload_event = UploadEvent::Absent);
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    assert_eq!(put(&answer).body("hello").send().await.unwrap().status(), 200);
    guest.say("nothing came").await;
    simulator.change_web_messaging(|settings| {
        settings.upload_event = UploadEvent::Success;
        settings.upload_delay = Duration::from_secs(1000);
    });
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    put(&answer).body("hello").send().await.unwrap();
    guest.say("not yet").await;
    pause();
    advance(Duration::from_secs(1001)).await;
    resume();
    assert_eq!(guest.next().await["class"], "UploadSuccessEvent");
}

#[tokio::test]
async fn faults_of_the_upload_host() {
    let (simulator, mut guest, _) = start(WebMessagingSettings::default()).await;
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    for (words, status, code) in [
        ("status,status=403", 403, "AccessDenied"),
        ("errorCode,code=403", 403, "AccessDenied"),
        ("status,status=500", 500, "InternalError"),
        ("status,status=503,retryAfter=2", 503, "SlowDown"),
    ] {
        simulator.faults().push(Fault::from_words(&format!("{words},operation=fileUpload")).unwrap());
        let response = put(&answer).body("hello").send().await.unwrap();
        assert_eq!(response.status(), status, "{words}");
        let told = response.text().await.unwrap();
        assert!(told.contains(&format!("<Code>{code}</Code>")), "{words}: {told}");
    }
    simulator.faults().push(Fault::drop_before().on(Operation::FileUpload));
    assert!(put(&answer).body("hello").send().await.is_err());
    simulator.faults().push(Fault::redirect("http://127.0.0.1:1/").on(Operation::FileUpload));
    assert_eq!(put(&answer).body("hello").send().await.unwrap().status(), 307);
    simulator.faults().push(Fault::slow_reply(Duration::from_mins(5)).on(Operation::FileUpload));
    let late = tokio::spawn(put(&answer).body("hello").send());
    assert_eq!(
        guest.next().await["class"],
        "UploadSuccessEvent",
        "told before the answer of the upload itself"
    );
    pause();
    advance(Duration::from_mins(5)).await;
    resume();
    assert_eq!(late.await.unwrap().unwrap().status(), 200);
    simulator.faults().push(Fault::drop_after().on(Operation::FileUpload));
    assert!(put(&answer).body("hello").send().await.is_err());
    assert_eq!(guest.next().await["class"], "UploadSuccessEvent", "it arrived, and nobody was told");
}
