use super::{
    Tape,
    entry::What,
    file::File,
    sink::{self, written},
};
use crate::config::{Connection, ProxyConfig};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wire.jsonl");
    (directory, path)
}

fn tape(path: &Path) -> Option<Arc<Tape>> {
    let recording = Some(path.to_owned());
    Tape::of(&Connection { proxy: ProxyConfig::None, recording, ..Connection::default() })
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_recording_ends_at_its_bound_and_says_so() {
    let (_directory, path) = place();
    let mut file = File::with_limit(&path, 1000).unwrap();
    for _ in 0..100 {
        file.append("{\"at\":1}").unwrap();
    }
    file.flush().unwrap();
    assert!(fs::metadata(&path).unwrap().len() <= 1000);
    let lines = lines(&path);
    assert_eq!(lines[0]["webchatRecording"], 1);
    assert!(lines.len() > 50);
    assert_eq!(lines.last().unwrap()["cut"], 1000);
    drop(file);
    assert!(File::with_limit(&path, 1000).is_err(), "there is no room for another section");
}

#[test]
fn half_a_line_of_a_process_that_was_killed_stays_one() {
    let (_directory, path) = place();
    drop(File::open(&path).unwrap());
    fs::OpenOptions::new().append(true).open(&path).unwrap();
    fs::write(&path, [fs::read(&path).unwrap().as_slice(), b"{\"at\":"].concat()).unwrap();
    drop(File::open(&path).unwrap());
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1] == "{\"at\":" && lines[2].starts_with("{\"webchatRecording\":1,"));
}

#[test]
fn nothing_else_is_written_to() {
    let (directory, path) = place();
    fs::write(&path, "precious").unwrap();
    assert!(tape(&path).is_none());
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    for other in [directory.path().to_owned(), directory.path().join("missing/wire.jsonl"), "/".into()] {
        assert!(tape(&other).is_none(), "{other:?}");
    }
}

#[cfg(unix)]
#[test]
fn it_is_its_owners_alone_and_no_link_or_pipe() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (directory, path) = place();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    drop(File::open(&path).unwrap());
    assert_eq!(mode(&path), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(File::open(&path).unwrap());
    assert_eq!(mode(&path), 0o600, "also where it was there before");
    let dangling = directory.path().join("dangling");
    symlink(directory.path().join("target"), &dangling).unwrap();
    assert!(tape(&dangling).is_none());
    assert!(!directory.path().join("target").exists());
    let pipe = directory.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(tape(&pipe).is_none(), "nobody reads it, and nobody waits for that");
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(tape(&link).is_some(), "a link to a recording is one to it");
}

#[test]
fn one_process_records_into_a_file_at_a_time() {
    let (_directory, path) = place();
    let other = File::open(&path).unwrap();
    assert!(tape(&path).is_none());
    drop(other);
    assert!(tape(&path).is_some());
}

#[tokio::test]
async fn chats_share_a_file_and_have_numbers() {
    let (_directory, path) = place();
    let (first, second) = (tape(&path).unwrap(), tape(&path).unwrap());
    first.put(1, What::Ping);
    second.put(1, What::Pong);
    drop(second);
    first.put(2, What::Ping);
    written().await;
    let told: Vec<_> =
        lines(&path).iter().skip(1).map(|line| (line["chat"].clone(), line["exchange"].clone())).collect();
    assert_eq!(
        told,
        [(1.into(), 1.into()), (2.into(), 1.into()), (2.into(), Value::Null), (1.into(), 2.into())]
    );
    drop(first);
    // The next waits until that one is closed.
    let third = tape(&path).unwrap();
    written().await;
    drop(third);
    let (sink, _) = sink::at(&path).unwrap();
    written().await;
    drop(sink);
    let sections = lines(&path).iter().filter(|line| line["webchatRecording"] == 1).count();
    assert!((1..=3).contains(&sections), "{sections}");
    let over = lines(&path).iter().filter(|line| line["over"] == true).count();
    assert_eq!(over, 3);
}

#[tokio::test]
async fn what_finds_no_room_is_counted() {
    let (_directory, path) = place();
    let tape = tape(&path).unwrap();
    let server = Arc::new(reqwest::Url::parse("http://127.0.0.1/").unwrap());
    let payload = bytes::Bytes::from(vec![b' '; 5 << 20]);
    // More than may wait, and faster than it can be written.
    for _ in 0..64 {
        tape.put(1, What::Sent(server.clone(), payload.clone()));
    }
    written().await;
    let lines = lines(&path);
    let sent = lines.iter().filter(|line| line["sent"]["bytes"] == 5 << 20).count() as u64;
    let lost: u64 = lines.iter().filter_map(|line| line["lost"].as_u64()).sum();
    assert_eq!(sent + lost, 64);
}
