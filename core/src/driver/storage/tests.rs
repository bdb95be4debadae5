#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::{
    backend::gms::key::{INDEX, SESSION},
    store::{MemoryStore, StoredText},
};
use futures_util::future::pending;
use serde_json::json;
use std::sync::Mutex;
use tokio::sync::Semaphore;

/// A store that answers only as often as it is let.
struct Slow {
    content: MemoryStore,
    answers: Arc<Semaphore>,
    /// What was asked of it.
    calls: Mutex<Vec<String>>,
}

impl Slow {
    fn new(answers: usize) -> Arc<Self> {
        let (content, answers) = (MemoryStore::new(), Arc::new(Semaphore::new(answers)));
        Arc::new(Self { content, answers, calls: Mutex::default() })
    }

    fn answer<T: Send + 'static>(&self, call: String, answer: BoxFuture<T>) -> BoxFuture<T> {
        self.calls.lock().unwrap().push(call);
        let answers = self.answers.clone();
        Box::pin(async move {
            answers.acquire().await.unwrap().forget();
            answer.await
        })
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

impl SessionStore for Slow {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        let content = self.content.clone();
        self.answer("load".into(), Box::pin(async move { content.load().await }))
    }

    fn apply(&self, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        let texts = changes.iter().map(|(key, text)| {
            let key = key.rsplit('.').next().unwrap_or_default();
            format!("{key}={}", text.as_ref().map_or("", |text| &*text.0))
        });
        let call = texts.collect::<Vec<_>>().join(" ");
        let content = self.content.clone();
        self.answer(call, Box::pin(async move { content.apply(changes).await }))
    }

    fn apply_if(self: Arc<Self>, _: Mark, changes: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        self.apply(changes)
    }
}

/// A keeper that never answers.
struct Silent;

impl SessionKeeper for Silent {
    fn store_session(&self, _: Value) -> BoxFuture<Result<(), Error>> {
        Box::pin(pending())
    }

    fn load_session(&self) -> BoxFuture<Result<Option<Value>, Error>> {
        Box::pin(pending())
    }

    fn forget_session(&self, _: Value) -> BoxFuture<Result<(), Error>> {
        Box::pin(pending())
    }
}

/// What panics whenever it is called.
struct Broken;

impl SessionStore for Broken {
    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        panic!("as the test wants")
    }

    fn apply(&self, _: Vec<Change>) -> BoxFuture<Result<(), Error>> {
        Box::pin(async { panic!("as the test wants") })
    }
}

fn set(key: &'static str, text: &str) -> Vec<Change> {
    vec![(key, Some(StoredText(text.into())))]
}

/// The answer to the next read.
async fn loaded(storage: &mut Storage) -> Result<Stored, Error> {
    match storage.told().await {
        Told::Loaded(loaded) => loaded,
        Told::Stored(id, _) => panic!("nobody waits for {id:?}"),
    }
}

/// Moves the lanes on as far as they go.
async fn settle(storage: &mut Storage) {
    assert!(timeout(Duration::from_millis(1), loaded(storage)).await.is_err(), "nothing was asked for");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_is_done_without_and_not_called_again_before_it_does() {
    let store = Slow::new(0);
    let mut storage = Storage::new(store.clone(), None);
    let begun = Instant::now();
    storage.load(false);
    storage.apply(None, set(key::PING, "1"), None);
    storage.load(false);
    for _ in 0..2 {
        let error = loaded(&mut storage).await.unwrap_err();
        let text = "the session store has not answered within 5 s";
        assert_eq!((error.kind(), error.message()), (ErrorKind::Timeout, text));
    }
    assert_eq!(begun.elapsed().as_secs(), 5);
    storage.load(false);
    loaded(&mut storage).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 5, "nobody waits for it again");
    assert_eq!(store.calls(), ["load"], "never twice at once");
    store.answers.add_permits(9);
    settle(&mut storage).await;
    assert_eq!(store.calls(), ["ping=1"], "what is to be stored was kept for it; nobody waits for the read");
    storage.load(false);
    assert_eq!(loaded(&mut storage).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn changes_that_wait_for_long_are_put_together_in_order() {
    let store = Slow::new(0);
    let mut storage = Storage::new(store.clone(), None);
    let mark = |text: &str| Some(Mark { key: SESSION, text: StoredText(text.into()) });
    for number in 0..1_000 {
        storage.apply(mark("a"), set(key::PING, &number.to_string()), None);
    }
    storage.apply(mark("a"), set(INDEX, "5"), None);
    storage.apply(mark("a"), vec![(SESSION, None)], None);
    storage.apply(mark("a"), set(key::PING, "no more"), None);
    storage.apply(None, set(SESSION, "b"), None);
    store.answers.add_permits(1_000);
    settle(&mut storage).await;
    let calls = store.calls();
    assert_eq!(calls[..3], ["ping=0", "ping=1", "ping=2"]);
    assert_eq!(
        calls[MOST_WAITING..],
        ["ping=999 index=5 session=", "ping=no more", "session=b"],
        "what takes the mark away ends what can be put together"
    );
}

#[tokio::test(start_paused = true)]
async fn a_keeper_that_never_answers_holds_back_neither_the_store_nor_the_chat() {
    let mut storage = Storage::new(Arc::new(MemoryStore::new()), Some(Arc::new(Silent)));
    let begun = Instant::now();
    storage.apply(None, set(key::PING, "1"), None);
    storage.load(true);
    storage.load(false);
    for _ in 0..2 {
        assert_eq!(
            loaded(&mut storage).await.unwrap().len(),
            1,
            "answers come in the order of the questions"
        );
    }
    assert_eq!(begun.elapsed().as_secs(), 5);
    storage.tell_keeper(HostCall::Store(json!({})));
    storage.load(true);
    loaded(&mut storage).await.unwrap();
    storage.finish().await;
    assert_eq!(begun.elapsed().as_secs(), 5, "it is known by now");
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_what_is_to_be_stored_but_not_for_ever() {
    let store = Slow::new(1);
    let mut storage = Storage::new(store.clone(), None);
    storage.apply(None, set(key::PING, "1"), None);
    storage.finish().await;
    assert_eq!(store.content.load().await.unwrap().len(), 1);
    for keeper in [false, true] {
        let keeper = keeper.then(|| Arc::new(Silent) as Arc<dyn SessionKeeper>);
        let mut storage = Storage::new(Slow::new(0), keeper);
        storage.apply(None, set(key::PING, "1"), None);
        storage.tell_keeper(HostCall::Forget(json!({})));
        let begun = Instant::now();
        storage.finish().await;
        assert_eq!(begun.elapsed().as_secs(), 3);
    }
}

#[tokio::test]
async fn what_panics_has_failed() {
    let mut storage = Storage::new(Arc::new(Broken), None);
    for _ in 0..2 {
        storage.apply(None, set(key::PING, "1"), None);
        storage.load(false);
        let error = loaded(&mut storage).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Internal, "the session store panicked"));
    }
    storage.finish().await;
}
