//! Where the system gives little. Each test is a process of its own, whose limits are its own.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use nix::{
    sys::resource::{Resource, setrlimit},
    unistd::{Uid, geteuid, getuid},
};
use serde_json::json;
use std::{
    env, fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};
use webchat_core::{Chat, Config, Error, ErrorKind, Runtime, RuntimeOptions, command::StartChat};

const ROOM: &str = "WEBCHAT_TEST_ROOM";

/// Runs one of the tests below in a process of its own: it succeeds, and nothing panics on the way.
fn in_a_process(test: &str) {
    in_a_process_with(test, "");
}

/// The same with so much room.
fn in_a_process_with(test: &str, room: &str) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).env("RUST_BACKTRACE", "0").env(ROOM, room);
    if geteuid().is_root() {
        // The limit of threads counts those of a user, and root has none.
        static USERS: AtomicUsize = AtomicUsize::new(0);
        let number = std::process::id() as usize * 100 + USERS.fetch_add(1, Ordering::SeqCst);
        command.uid(u32::try_from(60_000 + number % 5_000).unwrap());
    }
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !stderr.contains("panicked"), "{stderr}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

/// The threads of this user.
fn threads(user: Uid) -> u64 {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let own = entries.filter(|entry| entry.metadata().is_ok_and(|it| it.uid() == user.as_raw()));
    own.filter_map(|entry| Some(fs::read_dir(entry.path().join("task")).ok()?.count() as u64)).sum()
}

/// Leaves room for this many more threads.
fn limit_threads(more: u64) {
    let limit = threads(getuid()) + more;
    setrlimit(Resource::RLIMIT_NPROC, limit, limit).unwrap();
}

fn config(store: Option<&std::path::Path>) -> Config {
    let store = store.map_or(json!({"type": "memory"}), |path| json!({"type": "file", "path": path}));
    let url = "http://localhost:9/genesys/2/chat";
    Config::from_json(&json!({"dataURL": url, "connection": {"proxy": "none"}, "sessionStore": store}))
        .unwrap()
}

#[test]
fn no_room_for_threads_is_named() {
    in_a_process("process_without_room_for_threads");
}

#[test]
#[ignore = "a process of its own"]
fn process_without_room_for_threads() {
    limit_threads(0);
    for worker_threads in [0, 2] {
        let error = Runtime::new(RuntimeOptions { worker_threads }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfResources);
        assert!(error.message().contains("limit of threads"), "{error}");
    }
    assert_eq!(Chat::new(config(None)).unwrap_err().kind(), ErrorKind::OutOfResources);
}

#[test]
fn no_room_for_work_that_blocks_fails_that_work_alone() {
    in_a_process("process_without_room_for_work_that_blocks");
}

#[test]
#[ignore = "a process of its own"]
fn process_without_room_for_work_that_blocks() {
    let directory = tempfile::TempDir::new().unwrap();
    limit_threads(2);
    let runtime = Runtime::new(RuntimeOptions::default()).unwrap();
    let store = directory.path().join("session.json");
    let chat = Chat::builder().runtime(runtime.clone()).config(config(Some(&store))).build().unwrap();
    let events = chat.events();
    let error = runtime.handle().block_on(chat.start_chat(StartChat::default())).unwrap_err();
    assert!(error.message().contains("a thread cannot be started"), "{error}");
    let told = runtime.handle().block_on(async {
        loop {
            let event = events.next().await.unwrap();
            if event.event.name() == "error" {
                return event.event.data();
            }
        }
    });
    assert!(told["message"].as_str().unwrap().contains("a thread cannot be started"), "{told}");
    runtime.handle().block_on(chat.get_stats()).unwrap();
    chat.close();
    runtime.handle().block_on(chat.closed());
}

#[test]
fn no_room_for_descriptors_is_named() {
    in_a_process("process_without_room_for_descriptors");
}

#[test]
#[ignore = "a process of its own"]
fn process_without_room_for_descriptors() {
    let open = fs::read_dir("/proc/self/fd").unwrap().count() as u64;
    setrlimit(Resource::RLIMIT_NOFILE, open, open).unwrap();
    for worker_threads in [0, 2] {
        let error = Runtime::new(RuntimeOptions { worker_threads }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfResources);
        assert!(error.message().contains("file descriptors"), "{error}");
    }
}

#[test]
fn no_room_in_memory_for_threads_is_named() {
    // From no room at all to enough for everything.
    for kibibytes in (0..40_000).step_by(500) {
        in_a_process_with("process_without_room_in_memory", &kibibytes.to_string());
    }
}

#[test]
#[ignore = "a process of its own"]
fn process_without_room_in_memory() {
    let room: u64 = env::var(ROOM).unwrap().parse().unwrap();
    let config = config(None);
    let named = |error: Error| {
        assert_eq!(error.kind(), ErrorKind::OutOfResources);
        assert!(error.message().contains("no more memory"), "{error}");
    };
    let status = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = status.split(' ').next().unwrap().parse().unwrap();
    let limit = pages * 4096 + room * 1024;
    setrlimit(Resource::RLIMIT_AS, limit, limit).unwrap();
    for worker_threads in [0, 2] {
        let made = Runtime::new(RuntimeOptions { worker_threads });
        assert!(if made.is_ok() { room > 8_000 } else { room < 20_000 });
        let runtime = match made {
            Ok(runtime) => runtime,
            Err(error) => {
                named(error);
                continue;
            }
        };
        match Chat::builder().runtime(runtime.clone()).config(config.clone()).build() {
            Ok(chat) => drop(runtime.handle().block_on(chat.start_chat(StartChat::default())).unwrap_err()),
            Err(error) => named(error),
        }
    }
}

#[test]
fn any_number_of_chats_takes_a_handful_of_threads() {
    in_a_process("process_with_many_chats");
}

#[test]
#[ignore = "a process of its own"]
fn process_with_many_chats() {
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let count = || MOST.fetch_max(fs::read_dir("/proc/self/task").unwrap().count(), Ordering::SeqCst);
    let directory = tempfile::TempDir::new().unwrap();
    let before = fs::read_dir("/proc/self/task").unwrap().count();
    let runtime = Runtime::new(RuntimeOptions::default()).unwrap();
    let chats: Vec<_> = (0..300)
        .map(|number| {
            let store = directory.path().join(format!("{number}.json"));
            count();
            Chat::builder().runtime(runtime.clone()).config(config(Some(&store))).build().unwrap()
        })
        .collect();
    let starts: Vec<_> = chats.iter().map(|chat| chat.start_chat(StartChat::default())).collect();
    runtime.handle().block_on(async {
        for start in starts {
            let error = start.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Disconnected, "{error}");
            count();
        }
    });
    // Two that move the chats on, four for files and four for names.
    let more = MOST.load(Ordering::SeqCst) - before;
    assert!(more <= 10, "{more} threads");
}
