//! Addresses presigned for an S3 server that is not the simulator. That a real one takes them is tested where there is one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::any;
use serde_json::json;
use webchat_simulator::api::web_messaging::{S3, WebMessagingSettings};

use super::files::{announce, put};
use super::guest::{Guest, simulator};

/// A server that has one object as soon as it is put there.
async fn host() -> String {
    let is_there = Arc::new(AtomicBool::new(false));
    let answer = move |method: Method| async move {
        match method {
            Method::PUT => {
                is_there.store(true, Ordering::Relaxed);
                StatusCode::OK.into_response()
            }
            _ if is_there.load(Ordering::Relaxed) => {
                ([(header::CONTENT_LENGTH, "5")], "hello").into_response()
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/files/a-1", any(answer))).await });
    format!("http://{address}")
}

#[tokio::test]
async fn files_come_to_another_host_and_are_told_of() {
    let url = host().await;
    let s3 = S3 {
        url: url.clone(),
        bucket: "files".to_owned(),
        key: "me".to_owned(),
        secret: "so".to_owned(),
        ..S3::default()
    };
    let simulator = simulator(WebMessagingSettings { s3, ..Default::default() }).await;
    let mut guest = Guest::start(&simulator).await;
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    let address = answer["body"]["url"].as_str().unwrap();
    assert!(address.starts_with(&format!("{url}/files/a-1?X-Amz-Algorithm=AWS4-HMAC-SHA256&")), "{address}");
    assert!(address.contains("X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-attachment"), "{address}");
    assert_eq!(answer["body"]["headers"], json!({"x-amz-meta-attachment": "a-1"}));
    let carry = json!({"content": [{"contentType": "Attachment", "attachment": {"id": "a-1"}}]});
    assert_eq!(guest.message(carry.clone()).await["code"], 4010, "nothing has come");
    assert_eq!(put(&answer).body("hello").send().await.unwrap().status(), 200);
    let told = guest.next().await;
    assert_eq!(told["class"], "UploadSuccessEvent");
    let echo = guest.message(carry).await;
    let file = &echo["body"]["content"][0]["attachment"];
    assert_eq!((&file["fileSize"], file.get("sha256")), (&json!(5), None));
    for address in [&file["url"], &told["body"]["downloadUrl"]] {
        let got = crate::customer::client().get(address.as_str().unwrap()).send().await.unwrap();
        assert_eq!(got.bytes().await.unwrap().as_ref(), b"hello");
    }
}
