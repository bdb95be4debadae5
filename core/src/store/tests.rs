#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use super::*;
use crate::{
    ErrorKind,
    backend::gms::key::{INDEX, KEYS, SESSION},
};
use serde_json::{Value, json};
use std::{
    env, fs,
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};
use tempfile::TempDir;

/// A name in a new directory.
fn place() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("session.json");
    (directory, path)
}

fn set(key: &'static str, text: &str) -> Change {
    (key, Some(StoredText(text.into())))
}

fn stored(pairs: &[(&str, &str)]) -> Stored {
    pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

fn content(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The files in `directory`, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What every store does.
async fn keeps_what_is_applied(store: &dyn SessionStore, other: &dyn SessionStore) {
    assert_eq!(store.load().await.unwrap(), Stored::new());
    store.apply(vec![set(SESSION, "id"), set(INDEX, "1")]).await.unwrap();
    other.apply(vec![set(INDEX, "2"), set(key::PING, "é\"\n"), (KEYS, None)]).await.unwrap();
    let all = stored(&[(SESSION, "id"), (INDEX, "2"), (key::PING, "é\"\n")]);
    assert_eq!(store.load().await.unwrap(), all);
    store.apply(vec![(SESSION, None), set(key::PING, "5"), (key::PING, None)]).await.unwrap();
    assert_eq!(other.load().await.unwrap(), stored(&[(INDEX, "2")]), "the last change of a key wins");
    store.apply(Vec::new()).await.unwrap();
    store.apply([SESSION, KEYS, INDEX, key::PING].map(|key| (key, None)).into()).await.unwrap();
    assert_eq!(other.load().await.unwrap(), Stored::new());
}

/// A store that can do no more than it has to.
struct Plain(MemoryStore);

impl SessionStore for Plain {
    fn load(&self) -> crate::transport::BoxFuture<Result<Stored, crate::Error>> {
        self.0.load()
    }

    fn apply(&self, changes: Vec<Change>) -> crate::transport::BoxFuture<Result<(), crate::Error>> {
        self.0.apply(changes)
    }
}

#[tokio::test]
async fn what_belongs_to_another_is_left_alone() {
    let (_directory, path) = place();
    let file = FileStore::open(&path).unwrap();
    let stores: [Arc<dyn SessionStore>; 3] =
        [Arc::new(MemoryStore::new()), Arc::new(file), Arc::new(Plain(MemoryStore::new()))];
    let mark = |text: &str| Mark { key: SESSION, text: StoredText(text.into()) };
    for store in stores {
        store.clone().apply_if(mark("mine"), vec![set(key::PING, "1")]).await.unwrap();
        assert!(store.load().await.unwrap().is_empty(), "nothing is marked");
        store.apply(vec![set(SESSION, "mine")]).await.unwrap();
        store.clone().apply_if(mark("mine"), vec![set(key::PING, "2")]).await.unwrap();
        store.apply(vec![set(SESSION, "another's")]).await.unwrap();
        let others = store.load().await.unwrap();
        let changes = vec![set(key::PING, "3"), (SESSION, None)];
        store.clone().apply_if(mark("mine"), changes).await.unwrap();
        assert_eq!(store.load().await.unwrap(), others);
        assert_eq!(others, stored(&[(SESSION, "another's"), (key::PING, "2")]));
    }
}

#[tokio::test]
async fn memory_is_shared_by_clones_alone() {
    let store = MemoryStore::new();
    keeps_what_is_applied(&store, &store.clone()).await;
    drop(store.apply(vec![set(SESSION, "s3cret")]));
    assert_eq!(store.load().await.unwrap(), stored(&[(SESSION, "s3cret")]), "it needs no await");
    assert!(MemoryStore::new().load().await.unwrap().is_empty());
    assert_eq!(format!("{store:?}"), "MemoryStore(1 keys)");
}

#[tokio::test]
async fn a_file_is_shared_by_clones_and_stores() {
    let (_directory, path) = place();
    let store = FileStore::open(&path).unwrap();
    keeps_what_is_applied(&store, &store.clone()).await;
    keeps_what_is_applied(&store, &FileStore::open(&path).unwrap()).await;
}

#[tokio::test]
async fn the_configuration_names_the_store() {
    let (_directory, path) = place();
    open(&StoreConfig::Memory).unwrap().apply(vec![set(INDEX, "1")]).await.unwrap();
    assert!(!path.exists());
    open(&StoreConfig::File(path.clone())).unwrap().apply(vec![set(INDEX, "1")]).await.unwrap();
    assert_eq!(content(&path), json!({ INDEX: "1" }));
}

#[tokio::test]
async fn files_are_private_and_none_is_left() {
    let (directory, path) = place();
    let store = FileStore::open(&path).unwrap();
    assert!(!path.exists(), "nothing to store yet");
    fs::write(directory.path().join("session.json.tmp"), "half a file, left by a crash").unwrap();
    store.apply(vec![set(KEYS, "s3cret")]).await.unwrap();
    assert_eq!(names(directory.path()), ["session.json", "session.json.lock"]);
    assert_eq!(content(&path), json!({ KEYS: "s3cret" }));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&directory.path().join("session.json.lock")), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        store.apply(vec![set(KEYS, "another")]).await.unwrap();
        assert_eq!(mode(&path), 0o600, "a change makes it private again");
    }
}

#[tokio::test]
async fn a_reader_of_the_old_file_never_sees_a_change() {
    let (_directory, path) = place();
    let store = FileStore::open(&path).unwrap();
    store.apply(vec![set(INDEX, "1")]).await.unwrap();
    let mut old = fs::File::open(&path).unwrap();
    store.apply(vec![set(INDEX, "2")]).await.unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut old, &mut text).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({ INDEX: "1" }),
        "replaced, not rewritten"
    );
}

#[tokio::test]
async fn a_failed_change_leaves_the_old_file() {
    let (directory, path) = place();
    let store = FileStore::open(&path).unwrap();
    store.apply(vec![set(INDEX, "1")]).await.unwrap();
    fs::create_dir(directory.path().join("session.json.tmp")).unwrap();
    let error = store.apply(vec![set(INDEX, "2")]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(
        error.message().starts_with("cannot write the session store ")
            && error.message().contains("session.json")
    );
    assert_eq!(content(&path), json!({ INDEX: "1" }));
    store.apply(vec![set(INDEX, "1")]).await.expect("nothing changes, so nothing is written");
    fs::remove_dir(directory.path().join("session.json.tmp")).unwrap();
    store.apply(vec![set(INDEX, "2")]).await.unwrap();
    assert_eq!(content(&path), json!({ INDEX: "2" }));
}

#[tokio::test]
async fn what_others_keep_in_the_file_stays() {
    let (_directory, path) = place();
    fs::write(&path, json!({"other": {"a": [1, null]}, "text": "x", INDEX: 7}).to_string()).unwrap();
    let store = FileStore::open(&path).unwrap();
    assert_eq!(store.load().await.unwrap(), stored(&[("text", "x")]), "only texts can be session data");
    store.apply(vec![set(INDEX, "8"), (key::PING, None)]).await.unwrap();
    assert_eq!(content(&path), json!({"other": {"a": [1, null]}, "text": "x", INDEX: "8"}));
}

#[tokio::test]
async fn a_file_that_is_no_store_is_set_aside_and_told() {
    for text in ["{\"s3cret\": ", "[]", "\"s3cret\"", "\u{0}\u{0}", "{} {}"] {
        let (directory, path) = place();
        fs::write(&path, text).unwrap();
        let store = FileStore::open(&path).unwrap();
        let error = store.load().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("session.json is no session store: it is not "), "{error}");
        let is_json = serde_json::from_str::<Value>(text).is_ok();
        assert_ne!(error.message().contains("not valid JSON"), is_json, "{error}");
        assert!(
            error.message().contains("set aside as ") && error.message().contains("session.json.unreadable")
        );
        assert!(!format!("{error:?}{error}").contains("s3cret"));
        assert_eq!(names(directory.path()), ["session.json.lock", "session.json.unreadable"]);
        assert_eq!(fs::read_to_string(directory.path().join("session.json.unreadable")).unwrap(), text);
        assert!(store.load().await.unwrap().is_empty(), "a new one begins");
        store.apply(vec![set(INDEX, "1")]).await.unwrap();

        fs::write(&path, text).unwrap();
        store.apply(vec![set(INDEX, "2")]).await.unwrap();
        assert_eq!(content(&path), json!({ INDEX: "2" }), "what is to be stored is stored all the same");
        assert_eq!(fs::read_to_string(directory.path().join("session.json.unreadable.2")).unwrap(), text);
        fs::write(&path, "").unwrap();
        store.apply(vec![set(INDEX, "1")]).await.expect("an empty file is an empty store");
    }
}

#[test]
fn bad_places_are_named_at_once() {
    let (directory, path) = place();
    for (bad, text) in [
        (directory.path().join("missing/session.json"), "missing"),
        (directory.path().to_owned(), "it is not an ordinary file"),
        (PathBuf::new(), "the path names no file"),
        (path.join(".."), "the path names no file"),
    ] {
        let error = FileStore::open(&bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains(text), "{error}");
    }
    let huge = fs::File::create(&path).unwrap();
    huge.set_len((16 << 20) + 1).unwrap();
    assert!(FileStore::open(&path).unwrap_err().message().contains("too large"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_an_ordinary_file_is_opened_and_nobody_is_waited_for() {
    use nix::{sys::stat::Mode, unistd::mkfifo};
    for name in ["session.json", "session.json.lock"] {
        for pipe in [true, false] {
            let (directory, path) = place();
            let (bad, elsewhere) = (directory.path().join(name), directory.path().join("elsewhere"));
            let make = || {
                if pipe {
                    mkfifo(&bad, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
                } else {
                    std::os::unix::fs::symlink(&elsewhere, &bad).unwrap();
                }
            };
            make();
            let opened = FileStore::open(&path).unwrap_err();
            fs::remove_file(&bad).unwrap();
            let store = FileStore::open(&path).unwrap();
            let _ = fs::remove_file(&bad);
            make();
            let loaded = store.load().await.unwrap_err();
            let applied = store.apply(vec![set(INDEX, "1")]).await.unwrap_err();
            for error in [opened, loaded, applied] {
                assert_eq!(error.kind(), ErrorKind::Io);
                let path = bad.display().to_string();
                assert!(
                    error.message().contains(&path)
                        && error.message().ends_with("it is not an ordinary file"),
                    "{error}"
                );
            }
            assert!(!elsewhere.exists());
        }
    }
}

#[test]
fn opening_waits_for_no_lock() {
    let (directory, path) = place();
    let lock = fs::File::create(directory.path().join("session.json.lock")).unwrap();
    lock.lock().unwrap();
    let begun = std::time::Instant::now();
    FileStore::open(&path).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[cfg(unix)]
#[tokio::test]
async fn a_symbolic_link_is_followed() {
    let (directory, path) = place();
    fs::write(&path, "{}").unwrap();
    let link = directory.path().join("link.json");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    FileStore::open(&link).unwrap().apply(vec![set(INDEX, "1")]).await.unwrap();
    assert_eq!(content(&path), json!({ INDEX: "1" }));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

/// Writes every key in a change of its own, so that a lost change shows.
async fn write_keys(store: &FileStore, keys: impl Iterator<Item = &'static str>) {
    for key in keys {
        store.apply(vec![set(key, key)]).await.unwrap();
    }
}

/// `count` keys that start with `prefix`.
fn keys(prefix: &str, count: usize) -> Vec<&'static str> {
    (0..count).map(|number| &*format!("{prefix}.{number}").leak()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_changes_lose_nothing() {
    let (_directory, path) = place();
    let stores = [FileStore::open(&path).unwrap(), FileStore::open(&path).unwrap()];
    let tasks: Vec<_> = (0..16)
        .map(|task: usize| {
            let store = if task.is_multiple_of(2) { &stores[0] } else { &stores[1] }.clone();
            tokio::spawn(async move { write_keys(&store, keys(&task.to_string(), 8).into_iter()).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(stores[0].load().await.unwrap().len(), 16 * 8);
}

const CHILD: &str = "WEBCHAT_STORE_TEST_CHILD";

/// The other process of the next test, which starts it with a file and a prefix in the environment.
#[tokio::test]
#[ignore = "started by processes_share_a_file"]
async fn child_process() {
    let task = env::var(CHILD).expect("started by processes_share_a_file");
    let (prefix, path) = task.split_once(' ').unwrap();
    write_keys(&FileStore::open(path).unwrap(), keys(prefix, 20).into_iter()).await;
}

#[tokio::test]
async fn processes_share_a_file() {
    let (_directory, path) = place();
    let start = |prefix| {
        Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "store::tests::child_process"])
            .env(CHILD, format!("{prefix} {}", path.display()))
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut children = ["a", "b", "c"].map(start);
    let store = FileStore::open(&path).unwrap();
    write_keys(&store, keys("own", 20).into_iter()).await;
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(store.load().await.unwrap().len(), 4 * 20);
}

#[tokio::test]
async fn a_call_waits_for_the_lock_and_ends_without_its_future() {
    let (directory, path) = place();
    let store = FileStore::open(&path).unwrap();
    let lock = OpenOptions::new().write(true).open(directory.path().join("session.json.lock")).unwrap();
    lock.lock().unwrap();
    let mut apply = store.apply(vec![set(INDEX, "1")]);
    assert!(apply.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(apply);
    assert!(!path.exists(), "somebody else holds the lock");
    drop(lock);
    assert_eq!(store.load().await.unwrap(), stored(&[(INDEX, "1")]), "it was finished before the next call");
}

#[tokio::test]
async fn the_wait_for_the_lock_has_a_limit() {
    let (directory, path) = place();
    let store = FileStore::open_with(&path, Duration::ZERO).unwrap();
    let lock = OpenOptions::new().write(true).open(directory.path().join("session.json.lock")).unwrap();
    lock.lock().unwrap();
    let error = store.load().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let lock_path = directory.path().join("session.json.lock");
    let why = format!("another program holds {}", lock_path.display());
    assert!(error.message().ends_with(&why), "{error}");
    drop(lock);
    store.load().await.unwrap();
}
