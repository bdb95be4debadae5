//! Chats through nginx.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod buffering;
mod distant;
mod fallback;
mod keepalive;
mod overload;
mod restarts;
mod routes;
mod timeouts;
mod tls;
mod web_messaging;

use futures_util::future::join_all;
use serde_json::{Value, json};
use webchat_core::model::{Download, DownloadTarget, FileSource, JsonObject, Upload};
use webchat_proxy::{Certificate, Talk, in_time};
use webchat_simulator::api::cometd::CometdInfo;
use webchat_simulator::{Fault, Operation, Simulator};

/// Runs a test once for each case, all at the same time.
async fn every<C>(cases: impl IntoIterator<Item = C>, test: impl AsyncFn(C)) {
    join_all(cases.into_iter().map(|case| test(case))).await;
}

/// The options with another authority that is trusted.
fn options_trusting(certificate: &Certificate, mut options: Value) -> Value {
    options["connection"]["rootCertificates"] = json!([certificate.authority()]);
    options
}

/// The next message that arrives is acknowledged, and what came of it gets lost. Settled when the client waits for news again.
fn lose_an_outcome(simulator: &Simulator) -> impl Future<Output = ()> {
    simulator.faults().push(Fault::hang().on(Operation::Deliver));
    let before = simulator.cometd();
    let is_over = move |info: CometdInfo| {
        info.publishes > before.publishes && info.connects > before.connects && info.held_connects > 0
    };
    async move {
        let waiting = simulator.wait_for(|simulator| is_over(simulator.cometd()).then_some(()));
        in_time("an outcome is lost", waiting).await;
    }
}

/// A file of this text.
fn file(text: &str) -> Upload {
    let source = FileSource::Bytes(text.to_owned().into());
    Upload { name: "a file.txt".into(), source, user_data: JsonObject::new(), progress: None }
}

/// The customer sends a file of this text and fetches it again.
async fn send_and_fetch(talk: &Talk, text: &str) {
    in_time("a file is sent", talk.customer.chat.send_file(file(text))).await.unwrap();
    fetch(talk, text).await;
}

/// The customer fetches the only file, which has this text.
async fn fetch(talk: &Talk, text: &str) {
    let files = talk.simulator.files(talk.customer.id()).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(String::from_utf8_lossy(&files[0].bytes), text);
    let (file_id, target) = (files[0].id.clone(), DownloadTarget::Memory);
    let download = Download { file_id, file_name: None, target, progress: None };
    let fetched = in_time("a file is fetched", talk.customer.chat.download_file(download)).await.unwrap();
    assert_eq!(fetched.bytes.as_deref(), Some(text.as_bytes()));
}
