//! How long a request is waited for that a server may hold back until there is something to tell: as long as it was seen to hold one, and
//! a little more; less, where something else that was heard of the server says that it is due.

use super::in_words;
use std::{
    future::pending,
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// What is known of a server's ways with requests that it may hold back, of which one is under way at a time.
#[derive(Debug)]
pub(crate) struct Held {
    /// The longest time that it let one wait that brought nothing.
    longest: Mutex<Duration>,
    /// When one that is under way has to be answered, because of something that happened to another request.
    due: watch::Sender<Option<Instant>>,
    /// Whether the one that is under way waits for its turn: its time has not begun.
    waits: watch::Sender<bool>,
}

/// What became of a request.
pub(crate) enum Waited<T> {
    /// It had its answer after so long.
    Answered(T, Duration),
    /// It has none, and is overdue.
    Overdue(Silence),
}

/// No answer, since then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence(Instant);

impl Silence {
    pub(crate) fn since(self) -> Instant {
        self.0
    }

    pub(crate) fn in_words(self) -> String {
        in_words(self.0.elapsed())
    }
}

impl Default for Held {
    fn default() -> Self {
        Self { longest: Mutex::default(), due: watch::Sender::new(None), waits: watch::Sender::new(false) }
    }
}

impl Held {
    /// How long to wait for one, where an answer may take `limit`, and none is held for longer than `most`.
    pub(crate) fn patience(&self, limit: Duration, most: Duration) -> Duration {
        let longest = *self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        longest.saturating_add(limit).min(most.max(limit))
    }

    /// Takes note that one which brought nothing took so long.
    pub(crate) fn note(&self, waited: Duration) {
        let mut longest = self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        *longest = (*longest).max(waited);
    }

    /// Whatever is held has to be answered within `limit` from now.
    pub(crate) fn is_due_within(&self, limit: Duration) {
        self.due.send_replace(Instant::now().checked_add(limit));
    }

    /// Who is to be told whether the one that is under way waits for its turn.
    pub(crate) fn waits(&self) -> watch::Sender<bool> {
        self.waits.clone()
    }

    /// Waits for the answer to `request`, until `patience` is over or it is due for another reason. Its time begins with its turn.
    pub(crate) async fn wait<T>(&self, patience: Duration, request: impl Future<Output = T>) -> Waited<T> {
        let mut waits = self.waits.subscribe();
        let mut request = pin!(request);
        loop {
            let (began, waiting) = (Instant::now(), *waits.borrow_and_update());
            let mut due = self.due.subscribe();
            let is_over = async {
                if waiting { pending().await } else { overdue(began.checked_add(patience), &mut due).await }
            };
            tokio::select! {
                answer = request.as_mut() => return Waited::Answered(answer, began.elapsed()),
                () = is_over => return Waited::Overdue(Silence(began)),
                Ok(()) = waits.changed() => {}
            }
        }
    }
}

/// Waits until `patience` is over, or an earlier time that `due` names.
async fn overdue(patience: Option<Instant>, due: &mut watch::Receiver<Option<Instant>>) {
    let mut at = patience;
    loop {
        let wait = async {
            match at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = wait => return,
            Ok(()) = due.changed() => {
                let named = *due.borrow_and_update();
                at = [at, named].into_iter().flatten().min();
            }
        }
    }
}
