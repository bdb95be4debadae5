//! Sending a large file: through the C interface, and by bare reqwest.

use crate::{
    back_end::{BackEnd, BareSocket},
    c_chat::CChat,
    latch::Latch,
    report,
    server::Server,
    sink, take_turns,
};
use bytes::Bytes;
use reqwest::{Body, Client};
use serde_json::{Value, json};
use std::{
    ffi::CString,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};
use tokio::runtime::Runtime;
use webchat_simulator::api::web_messaging::S3;

const SIZE: u64 = 100_000_000;

/// A file of zeros, until dropped.
struct Zeros(PathBuf);

impl Zeros {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("webchat-bench-{}.txt", std::process::id()));
        fs::File::create(&path).unwrap().set_len(SIZE).unwrap();
        Self(path)
    }
}

impl Drop for Zeros {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        fs::remove_file(&self.0).unwrap_or_default();
    }
}

/// One file at a time, of 100 MB, from the command to its outcome.
pub fn one_at_a_time(server: &Server, runtime: &Runtime, back_end: &BackEnd) {
    let Some(spoken) = back_end.spoken else { return };
    let zeros = Zeros::new();
    let (path, client) = (zeros.0.as_path(), Client::new());
    let c_path = CString::new(path.as_os_str().as_bytes()).unwrap();
    let (chat, _) = server.chat(back_end);
    let mut bare = runtime.block_on((spoken.start)(&server.simulator));
    let mut other = runtime.block_on((spoken.start)(&server.simulator));
    let in_memory = Bytes::from(fs::read(path).unwrap());
    let done = Latch::new(1);
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        (
            "webchat_send_file",
            Box::new(|times| {
                for _ in 0..times {
                    chat.send_file(&c_path, &done);
                    done.wait();
                }
            }),
        ),
        (
            "bare reqwest PUT of the file",
            Box::new(|times| {
                for _ in 0..times {
                    runtime.block_on(async {
                        let file = tokio::fs::File::open(path).await.unwrap();
                        put(&client, &mut bare, Body::from(file)).await;
                    });
                }
            }),
        ),
        (
            "bare reqwest PUT from memory",
            Box::new(|times| {
                for _ in 0..times {
                    runtime.block_on(put(&client, &mut other, Body::from(in_memory.clone())));
                }
            }),
        ),
    ];
    let medians = take_turns(&mut contenders, 5, 1);
    let title = format!("{} upload of {} MB (goal: at most 1.05 x)", back_end.name, SIZE / 1_000_000);
    report(&title, "an upload", &contenders, &medians);
    drop(contenders);
    drop(in_memory);
    taken(server, back_end, path);
}

/// How much memory an upload takes at most, where the server keeps nothing of it.
fn taken(server: &Server, back_end: &BackEnd, path: &Path) {
    let [url, bucket, key, secret] =
        [format!("http://{}", sink::start()), "files".into(), "key".into(), "secret".into()];
    let s3 = S3 { url, bucket, key, secret, ..S3::default() };
    server.simulator.change_web_messaging(|settings| settings.s3 = s3);
    let c_path = CString::new(path.as_os_str().as_bytes()).unwrap();
    let (chat, done) = (CChat::start(&server.config(back_end)), Latch::new(1));
    let upload = || {
        chat.send_file(&c_path, &done);
        done.wait();
    };
    upload();
    // The highest is told from now on.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status("VmRSS:");
    upload();
    let most = status("VmHWM:").saturating_sub(before);
    println!("  {:<34} {most:>9} KiB", "memory that a second one takes");
    server.simulator.change_web_messaging(|settings| settings.s3 = S3::default());
}

/// A line of what Linux tells of this process, in KiB.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}

/// Announces a file and puts it where the server says.
async fn put(client: &Client, socket: &mut BareSocket, body: Body) {
    let file =
        json!({"attachmentId": null, "fileName": "zeros.txt", "fileType": "text/plain", "fileSize": SIZE});
    let told = socket.ask("onAttachment", &file).await;
    let address = told.pointer("/body/url").and_then(Value::as_str).unwrap();
    let mut request = client.put(address).header("content-type", "text/plain").header("content-length", SIZE);
    for (name, value) in told.pointer("/body/headers").and_then(Value::as_object).unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    request.body(body).send().await.unwrap().error_for_status().unwrap();
}
