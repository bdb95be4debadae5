//! Web Messaging through nginx: a socket that it ends TLS of and cuts, the history and the hosts of files beside it.

use crate::{file, options_trusting};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use webchat_core::event::EventKind::{Disconnected, Reconnected};
use webchat_core::model::{Download, DownloadTarget, FileSource, JsonObject, Upload};
use webchat_proxy::{Certificate, Front, Location, Nginx, Talk, in_time};
use webchat_simulator::{LogEntry, Operation, Simulator};

/// nginx says by which name the client reaches it, for the addresses of files.
fn front(simulator: &Simulator) -> Front {
    Front::to([simulator])
        .with_websockets()
        .with(Location::Pass, "proxy_set_header Host $http_host")
        .with(Location::Pass, "proxy_set_header X-Forwarded-Proto $scheme")
}

async fn simulator() -> Simulator {
    Simulator::builder().start().await.unwrap()
}

/// A file of this text goes there and comes back.
async fn send_and_fetch(talk: &Talk, text: &str) {
    let echo = in_time("a file is sent", talk.customer.chat.send_file(file(text))).await.unwrap();
    let file_id = echo["content"][0]["attachment"]["id"].as_str().unwrap().to_owned();
    let download = Download { file_id, file_name: None, target: DownloadTarget::Memory, progress: None };
    let fetched = in_time("a file is fetched", talk.customer.chat.download_file(download)).await.unwrap();
    assert_eq!(fetched.bytes.as_deref(), Some(text.as_bytes()));
}

/// Configuration, history and files go by HTTP/2, the socket by HTTP/1.1.
#[tokio::test]
async fn a_whole_chat_by_tls() {
    let (certificate, simulator) = (Certificate::new(), simulator().await);
    let Some(mut nginx) = Nginx::start(front(&simulator).with_tls(&certificate)).await else { return };
    let options = options_trusting(&certificate, Talk::web_messaging_options(&nginx));
    let mut talk = Talk::start_web_messaging(&options, &simulator).await;
    talk.go_on("before").await;
    send_and_fetch(&talk, "a secret").await;
    talk.go_on_while("a reload", 3, nginx.reload()).await;
    talk.go_on("after").await;
    assert_eq!(talk.customer.count(Disconnected), talk.customer.count(Reconnected));
    talk.finish().await;
    nginx.stop().await;
    let accesses = nginx.accesses();
    let (sockets, others): (Vec<_>, Vec<_>) = accesses.iter().partition(|access| access.is_upgrade());
    assert!(sockets.len() >= 2 && sockets.iter().all(|access| access.version == "HTTP/1.1"), "{accesses:?}");
    for part in ["config.json", "/webmessaging/messages", "shyrka", "/downloads/"] {
        let of = others.iter().filter(|access| access.path.contains(part));
        let versions: Vec<_> = of.map(|access| access.version.as_str()).collect();
        assert!(
            !versions.is_empty() && versions.iter().all(|version| *version == "HTTP/2.0"),
            "{part}: {accesses:?}"
        );
    }
}

/// nginx cuts a socket that is silent for a second, long before the client pings. What is said meanwhile comes from the history.
#[tokio::test]
async fn sockets_that_are_cut_when_silent() {
    let simulator = simulator().await;
    let front = front(&simulator).with(Location::Pass, "proxy_read_timeout 1s");
    let Some(nginx) = Nginx::start(front).await else { return };
    let mut talk = Talk::start_web_messaging(&Talk::web_messaging_options(&nginx), &simulator).await;
    for cut in 1..=3 {
        let cuts = || nginx.accesses().iter().filter(|access| access.is_upgrade()).count();
        nginx.until("a socket is cut", |_| cuts() >= cut).await;
        talk.go_on(&format!("after {cut} cuts")).await;
    }
    assert_eq!(talk.customer.count(Disconnected), 0, "it was back within a second each time");
    talk.finish().await;
}

/// A client whose pings come sooner keeps the socket.
#[tokio::test]
async fn sockets_that_pings_keep() {
    let simulator = simulator().await;
    let front = front(&simulator).with(Location::Pass, "proxy_read_timeout 3s");
    let Some(nginx) = Nginx::start(front).await else { return };
    let mut options = Talk::web_messaging_options(&nginx);
    options["transport"]["pingInterval"] = 1000.into();
    let mut talk = Talk::start_web_messaging(&options, &simulator).await;
    let mut idle = Talk::web_messaging_options(&nginx);
    idle["transport"]["pingInterval"] = 600_000.into();
    // Another, who does not ping, shows that nginx has cut by then.
    let silent = webchat_proxy::Customer::start(&idle, "Eve").await;
    nginx
        .until("the silent one is cut", |accesses| accesses.iter().any(webchat_proxy::Access::is_upgrade))
        .await;
    silent.chat.close();
    talk.go_on("afterwards").await;
    let token = |entry: &LogEntry| entry.operation == Some(Operation::Resume);
    let resumed: Vec<_> = simulator.log().into_iter().filter(token).collect();
    assert!(
        resumed.iter().all(|entry| entry.chat_id.as_deref() != Some(talk.customer.id())),
        "its socket was never made anew"
    );
    talk.finish().await;
}

/// nginx restarts in the middle of the talk: connections are refused meanwhile.
#[tokio::test]
async fn restarts_while_both_talk() {
    let simulator = simulator().await;
    let Some(mut nginx) = Nginx::start(front(&simulator)).await else { return };
    let mut talk = Talk::start_web_messaging(&Talk::web_messaging_options(&nginx), &simulator).await;
    for round in 0..2 {
        let restart = async {
            nginx.stop().await;
            nginx.start_again().await;
        };
        talk.go_on_while(&format!("restart {round}"), 3, restart).await;
    }
    talk.go_on("after").await;
    talk.finish().await;
}

/// nginx takes a mebibyte and no more: the upload is refused with what it said, and the chat goes on.
#[tokio::test]
async fn a_file_that_is_too_large_for_nginx() {
    let simulator = simulator().await;
    let Some(nginx) = Nginx::start(front(&simulator)).await else { return };
    let mut talk = Talk::start_web_messaging(&Talk::web_messaging_options(&nginx), &simulator).await;
    let source = FileSource::Bytes(vec![b'x'; 2 << 20].into());
    let large = Upload { name: "large.txt".into(), source, user_data: JsonObject::new(), progress: None };
    in_time("it is refused", talk.customer.chat.send_file(large)).await.expect_err("nginx does not take it");
    nginx.until("413", |accesses| accesses.iter().any(|access| access.status == 413)).await;
    send_and_fetch(&talk, "a small one").await;
    talk.go_on("afterwards").await;
    talk.finish().await;
}

/// A plain HTTP proxy before nginx: tunnels alone, as for TLS; what it was asked for.
async fn tunnels() -> (SocketAddr, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, asks) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let asked = asked.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.ok()?);
                }
                let head = String::from_utf8(head).ok()?;
                let to = head.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
                let mut server = TcpStream::connect(&to).await.ok()?;
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
                asked.send(head).ok()?;
                copy_bidirectional(&mut client, &mut server).await.ok()
            });
        }
    });
    (address, asks)
}

/// Everything goes by tunnels: the configuration, the socket, the history, and files.
#[tokio::test]
async fn a_whole_chat_through_an_http_proxy() {
    let (certificate, simulator) = (Certificate::new(), simulator().await);
    let Some(mut nginx) = Nginx::start(front(&simulator).with_tls(&certificate)).await else { return };
    let (proxy, mut asks) = tunnels().await;
    let mut options: Value = options_trusting(&certificate, Talk::web_messaging_options(&nginx));
    options["connection"]["proxy"] = json!(format!("http://{proxy}"));
    let mut talk = Talk::start_web_messaging(&options, &simulator).await;
    talk.go_on("before").await;
    send_and_fetch(&talk, "through a tunnel").await;
    talk.go_on_while("a reload", 3, nginx.reload()).await;
    talk.finish().await;
    nginx.stop().await;
    let mut count = 0;
    while let Ok(head) = asks.try_recv() {
        assert!(!head.to_lowercase().contains("authorization"), "{head}");
        count += 1;
    }
    assert!(count >= 3, "{count} tunnels: for requests, for the socket, and for the socket after the reload");
}
