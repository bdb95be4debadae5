//! Files, both ways.

use super::customer::{Customer, config, simulator, within};
use crate::{
    ErrorKind,
    model::{Download, DownloadTarget, FileSource, Upload},
};
use serde_json::json;
use webchat_simulator::{
    Fault, FaultKind, Operation, RetryAfter, Simulator, api::web_messaging::UploadEvent,
};

fn upload(name: &str, bytes: &'static [u8]) -> Upload {
    let source = FileSource::Bytes(bytes::Bytes::from_static(bytes));
    Upload { name: name.into(), source, user_data: crate::model::JsonObject::new(), progress: None }
}

fn download(file_id: &str) -> Download {
    Download { file_id: file_id.into(), file_name: None, target: DownloadTarget::Memory, progress: None }
}

#[tokio::test]
async fn a_file_is_sent_and_fetched() {
    let simulator = simulator(|_| {}).await;
    let mut mia = Customer::started(&config(&simulator, |config| {
        config["transport"]["headers"] = json!({"x-tenant": "t1"});
    }))
    .await;
    let echo = mia.within(mia.chat.send_file(upload("Grüße.txt", b"hello"))).await.unwrap();
    assert_eq!(echo["content"][0]["contentType"], "Attachment");
    while !mia.messages().iter().any(|message| message["type"] == "FileUploaded") {
        mia.hear("messageReceived").await;
    }
    let id = mia.messages().last().unwrap()["fileDetails"]["file-id"].as_str().unwrap().to_owned();
    let file = mia.within(mia.chat.download_file(download(&id))).await.unwrap();
    assert_eq!((file.bytes.as_deref(), file.file_name.as_str()), (Some(b"hello".as_slice()), "Grüße.txt"));
    for entry in simulator.log() {
        let is_files = entry.path.contains("shyrka") || entry.path.contains("downloads");
        let is_history = entry.path.contains("config.json") || entry.path.contains("/v1?");
        assert_eq!(entry.header("x-tenant").is_some(), is_history && !is_files, "{}", entry.path);
    }
    simulator.shutdown().await;
}

/// The requests that hosts of files got.
fn of_files(simulator: &Simulator) -> Vec<webchat_simulator::LogEntry> {
    let is_files = |path: &str| path.contains("shyrka") || path.contains("downloads");
    simulator.log().into_iter().filter(|entry| is_files(&entry.path)).collect()
}

#[tokio::test]
async fn hosts_of_files_get_nothing_that_is_ours_and_send_nobody_on() {
    let simulator = simulator(|_| {}).await;
    let mut mia = Customer::started(&config(&simulator, |config| {
        config["transport"]["headers"] = json!({"x-tenant": "tenant"});
        config["connection"]["headers"] = json!({"x-own": "everywhere", "cookie": "own=1"});
    }))
    .await;
    simulator.faults().push(Fault::set_cookie("K=key; Path=/"));
    mia.send("hello").await.unwrap();
    mia.within(mia.chat.send_file(upload("a.txt", b"hello"))).await.unwrap();
    while !mia.messages().iter().any(|message| message["type"] == "FileUploaded") {
        mia.hear("messageReceived").await;
    }
    let id = mia.messages().last().unwrap()["fileDetails"]["file-id"].as_str().unwrap().to_owned();
    mia.within(mia.chat.download_file(download(&id))).await.unwrap();
    let token = simulator.web_messaging().known[0].token.clone();
    let got = of_files(&simulator);
    assert_eq!(got.iter().map(|entry| entry.method.as_str()).collect::<Vec<_>>(), ["PUT", "GET"]);
    for entry in got {
        let ours = ["authorization", "cookie", "origin", "x-tenant", "x-own", "referer"];
        for header in ours {
            assert_eq!(entry.header(header), None, "{header} of {}", entry.method);
        }
        assert!(!format!("{entry:?}").contains(&token), "{}", entry.method);
    }
    // Whoever sends us on is not followed.
    let elsewhere = format!("http://{}/elsewhere", simulator.address());
    simulator.faults().push(Fault::redirect(elsewhere.as_str()).on(Operation::FileUpload));
    let error = mia.within(mia.chat.send_file(upload("a.txt", b"hello"))).await.unwrap_err();
    assert!(error.to_string().contains("redirect"), "{error}");
    simulator.faults().push(Fault::redirect(elsewhere.as_str()).on(Operation::FileDownload));
    let error = mia.within(mia.chat.download_file(download(&id))).await.unwrap_err();
    assert!(error.to_string().contains("redirect"), "{error}");
    assert!(!simulator.log().iter().any(|entry| entry.path.contains("elsewhere")));
    mia.send("still there").await.unwrap();
    simulator.shutdown().await;
}

#[tokio::test]
async fn what_the_server_takes_later_is_asked_for_again() {
    let simulator = simulator(|_| {}).await;
    let mia = Customer::started(&config(&simulator, |_| {})).await;
    let later = |operation: Operation| {
        let retry_after = Some(RetryAfter::Seconds(1));
        let kind = FaultKind::ErrorCode { code: "4029".into(), status: 429, retry_after };
        simulator.faults().push(Fault::new(kind).on(operation));
    };
    later(Operation::Presign);
    later(Operation::Send);
    mia.within(mia.chat.send_file(upload("a.txt", b"x"))).await.unwrap();
    later(Operation::Disconnect);
    let end = mia.within(mia.chat.end_chat()).await.unwrap();
    assert_eq!(end, json!({"conversationEnded": true}));
    simulator.shutdown().await;
}

#[tokio::test]
async fn an_address_that_is_too_old_is_renewed() {
    let simulator =
        simulator(|settings| settings.limits.download = std::time::Duration::from_millis(1)).await;
    let mut mia = Customer::started(&config(&simulator, |_| {})).await;
    let chat = within(simulator.wait_for_chat()).await;
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    let file = webchat_simulator::Upload::new("a.txt", b"bytes".to_vec());
    let id = simulator.upload(&chat, sam, file).unwrap();
    mia.hear("messageReceived").await;
    simulator.advance(std::time::Duration::from_mins(1)).unwrap();
    let asked = || {
        simulator
            .log()
            .iter()
            .filter(|entry| entry.fields.iter().any(|(_, value)| value == "getAttachment"))
            .count()
    };
    assert_eq!(asked(), 0);
    // The new one is as short-lived: it is asked for once, and no more.
    let error = mia.within(mia.chat.download_file(download(&id))).await.unwrap_err();
    assert_eq!((error.kind(), asked()), (ErrorKind::NotFound, 1));
    simulator.change_web_messaging(|settings| settings.limits.download = std::time::Duration::from_mins(10));
    let file = mia.within(mia.chat.download_file(download(&id))).await.unwrap();
    assert_eq!(file.bytes.as_deref(), Some(b"bytes".as_slice()));
    simulator.shutdown().await;
}

#[tokio::test]
async fn what_may_not_be_sent_is_refused_before_a_byte_has_left() {
    let simulator = simulator(|_| {}).await;
    let mut mia = Customer::started(&config(&simulator, |_| {})).await;
    for (name, bytes, code) in [("a.EXE", b"x".as_slice(), 4001), ("a.txt", b"", 4102), ("a", b"x", 4004)] {
        let error = mia.within(mia.chat.send_file(upload(name, bytes))).await.unwrap_err();
        assert_eq!(error.response().unwrap()["errorCode"], code, "{name}");
        let told = mia.hear("error").await;
        assert_eq!(told["errors"][0]["code"], format!("genesyscloud-webmessaging-{code}"));
    }
    assert!(!simulator.log().iter().any(|entry| entry.method == "PUT"));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_deployment_without_uploads_says_so() {
    let simulator = simulator(|settings| settings.deployment.file_types.clear()).await;
    let mia = Customer::started(&config(&simulator, |_| {})).await;
    let error = mia.within(mia.chat.send_file(upload("a.txt", b"x"))).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Unsupported, "This transport doesn't support file uploads")
    );
    simulator.shutdown().await;
}

#[tokio::test]
async fn an_upload_that_the_server_says_has_failed_is_rejected() {
    let simulator = simulator(|settings| settings.upload_event = UploadEvent::Failure).await;
    let mia = Customer::started(&config(&simulator, |_| {})).await;
    let error = mia.within(mia.chat.send_file(upload("a.txt", b"x"))).await.unwrap_err();
    assert!(error.response().unwrap()["errorCode"].is_number());
    mia.send("still there").await.unwrap();
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_recording_shows_no_key_and_no_word() {
    let simulator = simulator(|_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.jsonl");
    let config = config(&simulator, |config| config["connection"]["recording"] = json!(path));
    let mut mia = Customer::started(&config).await;
    let token = mia.told.iter().find(|(name, _)| name == "started").unwrap().1["data"]["token"].clone();
    mia.send("a private word").await.unwrap();
    mia.within(mia.chat.send_file(upload("private.txt", b"private bytes"))).await.unwrap();
    simulator.cut_connections(&webchat_simulator::api::web_messaging::Party::all(), 0, None);
    let chat = simulator.latest_chat_id().unwrap();
    let sam = simulator.join_agent(&chat, "Samantha").unwrap();
    simulator.say(&chat, sam, "another private word").unwrap();
    mia.hear_text("another private word").await;
    mia.chat.close();
    mia.chat.closed().await;
    let recorded = std::fs::read_to_string(&path).unwrap();
    assert!(recorded.contains(r#""sent":{"json""#) && recorded.contains("PUT"), "it was recorded");
    for secret in [token.as_str().unwrap(), "private", "Samantha", "Bikes", "Signature=", "bearer ey"] {
        let at = recorded.find(secret);
        assert_eq!(at.map(|at| &recorded[at.saturating_sub(80)..at + 20]), None, "{secret}");
    }
    let jwt =
        simulator.log().iter().find_map(|entry| entry.header("authorization").map(str::to_owned)).unwrap();
    assert!(!recorded.contains(jwt.split_once(' ').unwrap().1));
    simulator.shutdown().await;
}
