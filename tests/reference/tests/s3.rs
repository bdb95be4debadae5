//! Files of Web Messaging by an S3 server of others, which checks what was signed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use std::{fs, net::SocketAddr, path::Path};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use webchat_core::{
    Error,
    model::{Download, DownloadTarget, Downloaded, FileSource, JsonObject, Upload},
};
use webchat_reference::{Customer, S3Server, Tap, in_time};
use webchat_simulator::{Simulator, api::web_messaging::WebMessagingSettings};

/// A customer of the simulator, whose files go to an S3 server.
struct Chat {
    customer: Customer,
    server: S3Server,
    tap: Tap,
    _simulator: Simulator,
}

impl Chat {
    async fn start(file_size_kb: u64) -> Option<Self> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let server = S3Server::start(target).await?;
        let tap = Tap::before(server.address()).await;
        let mut settings = WebMessagingSettings { s3: server.by(tap.address()), ..Default::default() };
        settings.limits.file_size_kb = file_size_kb;
        let simulator = Simulator::builder().web_messaging(settings).start().await.unwrap();
        let base = format!("http://{}", simulator.address());
        let options = json!({
            "transport": {
                "type": "genesyscloud-webmessaging", "deploymentId": "any",
                "socketURL": base.replacen("http", "ws", 1), "apiURL": base, "configURL": base,
                // Whatever goes along to Genesys must not go to the host of files.
                "headers": {"Authorization": "Bearer of-genesys", "X-Of-Genesys": "1"},
            },
            "ajaxTimeout": 10_000,
            "connection": {"proxy": "none"},
        });
        let customer = Customer::start(&options, "Mia").await;
        Some(Self { customer, server, tap, _simulator: simulator })
    }

    /// Sends a file; its id.
    async fn send(&self, source: FileSource) -> Result<String, Error> {
        let file = Upload { name: "a file.txt".into(), source, user_data: JsonObject::new(), progress: None };
        let echo: Value = in_time("a file is sent", self.customer.chat.send_file(file)).await?;
        Ok(echo["content"][0]["attachment"]["id"].as_str().unwrap().to_owned())
    }

    async fn fetch(&self, file_id: String, target: DownloadTarget) -> Downloaded {
        let download = Download { file_id, file_name: None, target, progress: None };
        in_time("a file is fetched", self.customer.chat.download_file(download)).await.unwrap()
    }
}

/// Bytes of which no two kilobytes are alike.
fn content(size: usize) -> Vec<u8> {
    let blocks = (0..size.div_ceil(1024)).flat_map(|number| {
        let mut block = [0x5a; 1024];
        block[..8].copy_from_slice(&(number as u64).to_le_bytes());
        block
    });
    blocks.take(size).collect()
}

/// Sends the head of a request and a body; the status of the answer.
async fn status(server: SocketAddr, head: &str, body: &str) -> u16 {
    let mut socket = TcpStream::connect(server).await.unwrap();
    socket.write_all(format!("{head}\r\nConnection: close\r\n\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A server that refuses a request need not read it, and its answer is followed by a reset then.
    let _ = in_time("an answer", socket.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("{head}: {answer}"))
}

/// The head without the header of this name.
fn without(head: &str, name: &str) -> String {
    let is_it = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}:"));
    assert_eq!(head.lines().filter(is_it).count(), 1, "{name}: {head}");
    head.lines().filter(|line| !is_it(line)).collect::<Vec<_>>().join("\r\n")
}

/// The client's own request is repeated, as it was and with each of the mistakes that a server for such addresses refuses.
#[tokio::test]
async fn what_is_sent_is_what_was_signed() {
    let Some(chat) = Chat::start(10_240).await else { return };
    chat.send(FileSource::Bytes("x".into())).await.unwrap();
    let puts = chat.tap.heads("PUT ");
    let [put] = puts.as_slice() else { panic!("{puts:?}") };
    let said = put.to_ascii_lowercase();
    for foreign in ["of-genesys", "authorization", "cookie", "origin:", "transfer-encoding"] {
        assert!(!said.contains(foreign), "{foreign}: {put}");
    }
    let server = chat.server.address();
    assert_eq!(status(server, put, "x").await, 200, "{put}");
    let retyped = format!("{}\r\nContent-Type: text/html", without(put, "content-type"));
    let chunked = format!("{}\r\nTransfer-Encoding: chunked", without(put, "content-length"));
    for (mistake, head, body, refusal) in [
        ("another type", retyped, "x", 403),
        ("no type", without(put, "content-type"), "x", 403),
        ("a signed header is missing", without(put, "x-amz-meta-attachment"), "x", 403),
        ("chunks", chunked, "1\r\nx\r\n0\r\n\r\n", 411),
        ("another key beside the signature", format!("{put}\r\nAuthorization: Bearer a"), "x", 400),
    ] {
        assert_eq!(status(server, &head, body).await, refusal, "{mistake}");
    }
}

#[tokio::test]
async fn files_of_no_bytes_of_one_and_of_ten_million() {
    let Some(chat) = Chat::start(10_240).await else { return };
    let refusal = chat.send(FileSource::Bytes("".into())).await.unwrap_err();
    assert_eq!(refusal.response().unwrap()["errorCode"], 4102, "{refusal}");
    assert!(chat.tap.heads("PUT ").is_empty(), "nothing was sent of it");
    for size in [1, 10_000_000] {
        let sent = content(size);
        let id = chat.send(FileSource::Bytes(sent.clone().into())).await.unwrap();
        let fetched = chat.fetch(id, DownloadTarget::Memory).await;
        assert!(fetched.bytes.as_deref() == Some(sent.as_slice()), "{size} bytes are not what was sent");
    }
    let mut sizes = chat.server.sizes();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 10_000_000]);
    for get in chat.tap.heads("GET ") {
        assert!(!get.to_ascii_lowercase().contains("authorization"), "{get}");
    }
}

#[tokio::test]
#[ignore = "slow: 200 MB there and back"]
async fn a_file_of_two_hundred_megabytes() {
    let Some(chat) = Chat::start(250_000).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (there, back) = (folder.path().join("there.txt"), folder.path().join("back.txt"));
    fs::write(&there, content(200_000_000)).unwrap();
    let id = chat.send(FileSource::Path(there.clone())).await.unwrap();
    assert_eq!(chat.server.sizes(), [200_000_000]);
    chat.fetch(id, DownloadTarget::File(back.clone())).await;
    assert!(fs::read(there).unwrap() == fs::read(back).unwrap(), "it is not what was sent");
}
