//! Accesses to where session data are kept: the store, and the host's keeper. Each is called in order and never twice at once, and each
//! access has a limit: what does not answer within it is done without, and holds nothing up.

#[cfg(test)]
mod tests;

use crate::{
    Error, ErrorKind,
    service::StoreId,
    store::{Change, HostCall, Mark, SessionKeeper, SessionStore, Stored, key},
    transport::BoxFuture,
};
use futures_util::{
    FutureExt, StreamExt,
    stream::{FuturesOrdered, FuturesUnordered},
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    future::poll_fn,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

/// How long an access may take.
const LIMIT: Duration = Duration::from_secs(5);

/// How long a chat that closes waits for everything that is still to be stored.
const CLOSING_LIMIT: Duration = Duration::from_secs(3);

/// How many changes wait one by one behind an access; with more, they are put together.
const MOST_WAITING: usize = 16;

/// Where the session data of a chat are kept.
pub(super) struct Storage {
    store: Lane<Arc<dyn SessionStore>>,
    keeper: Option<Lane<Arc<dyn SessionKeeper>>>,
    /// Answers to reads, in the order in which they were asked for.
    loads: FuturesOrdered<BoxFuture<Result<Stored, Error>>>,
    /// Outcomes of changes that somebody waits for.
    stores: FuturesUnordered<BoxFuture<(StoreId, Result<(), Error>)>>,
}

/// What came of an access.
pub(super) enum Told {
    Loaded(Result<Stored, Error>),
    Stored(StoreId, Result<(), Error>),
}

impl Storage {
    pub(super) fn new(store: Arc<dyn SessionStore>, keeper: Option<Arc<dyn SessionKeeper>>) -> Self {
        Self {
            store: Lane::new(store),
            keeper: keeper.map(Lane::new),
            loads: FuturesOrdered::new(),
            stores: FuturesUnordered::new(),
        }
    }

    /// Puts another store in place of one that nobody has used.
    pub(super) fn set_store(&mut self, store: Arc<dyn SessionStore>) {
        self.store = Lane::new(store);
    }

    /// Reads the store, with `kept` also what the keeper has. [`Storage::told`] has the answer.
    pub(super) fn load(&mut self, kept: bool) {
        let stored = self.store.load();
        let kept = self.keeper.as_mut().filter(|_| kept).map(Lane::load);
        self.loads.push_back(Box::pin(load_all(stored, kept)));
    }

    /// Changes the store, with `mark` only if it has it. [`Storage::told`] has the outcome for who waits for it, within the time that an
    /// access may take.
    pub(super) fn apply(&mut self, mark: Option<Mark>, changes: Vec<Change>, answer: Option<StoreId>) {
        let overdue = self.store.is_overdue();
        let answers = answer.map(|id| {
            let (sender, receiver) = oneshot::channel();
            self.stores.push(Box::pin(async move {
                let outcome = if overdue { None } else { timeout(LIMIT, receiver).await.ok() };
                (id, outcome.and_then(Result::ok).unwrap_or_else(|| Err(silent::<Arc<dyn SessionStore>>())))
            }));
            sender
        });
        self.store.change(Update { mark, changes, answers: answers.into_iter().collect() });
    }

    pub(super) fn tell_keeper(&mut self, call: HostCall) {
        if let Some(keeper) = &mut self.keeper {
            keeper.change(call);
        }
        // Begun at once, so that the host hears of it before what is published next.
        let _ = self.poll_lanes(&mut Context::from_waker(Waker::noop()));
    }

    /// Moves everything on; ready with the answer to a read, or the outcome of a change that somebody waits for. Safe to abandon.
    pub(super) async fn told(&mut self) -> Told {
        poll_fn(|context| {
            // What is under way matters alone: when a lane is through it waits for the next access.
            let _ = self.poll_lanes(context);
            if let Poll::Ready(Some((id, outcome))) = self.stores.poll_next_unpin(context) {
                return Poll::Ready(Told::Stored(id, outcome));
            }
            match self.loads.poll_next_unpin(context) {
                Poll::Ready(Some(loaded)) => Poll::Ready(Told::Loaded(loaded)),
                Poll::Ready(None) | Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// Does what is still to be done, as far as store and keeper answer.
    pub(super) async fn finish(&mut self) {
        self.loads.clear();
        self.stores.clear();
        self.store.give_up_if_overdue();
        self.keeper.iter_mut().for_each(Lane::give_up_if_overdue);
        let finished = timeout(CLOSING_LIMIT, poll_fn(|context| self.poll_lanes(context))).await;
        if finished.is_err() {
            log::warn!(target: "webchat::store", "the chat is closed, but not everything was stored: what keeps session data does not answer");
        }
    }

    fn poll_lanes(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let store = self.store.poll(context);
        let keeper = self.keeper.as_mut().map_or(Poll::Ready(()), |keeper| keeper.poll(context));
        if store.is_ready() { keeper } else { Poll::Pending }
    }
}

/// What is read of the store, and what the keeper has besides. What one of the two cannot tell, the other may.
async fn load_all(
    stored: BoxFuture<Result<Stored, Error>>,
    kept: Option<BoxFuture<Result<Option<Value>, Error>>>,
) -> Result<Stored, Error> {
    let Some(kept) = kept else { return stored.await };
    let (stored, kept) = futures_util::future::join(stored, kept).await;
    let kept = kept.unwrap_or_else(|error| {
        log::warn!(target: "webchat::store", "the session that the application keeps cannot be had: {error}");
        None
    });
    match (stored, kept) {
        (Ok(mut stored), kept) => {
            stored.extend(kept.map(|kept| (key::KEPT.to_owned(), kept.to_string())));
            Ok(stored)
        }
        (Err(error), Some(kept)) => {
            log::warn!(target: "webchat::store", "the session store cannot be read: {error}");
            Ok(Stored::from([(key::KEPT.to_owned(), kept.to_string())]))
        }
        (Err(error), None) => Err(error),
    }
}

/// What a lane leads to.
trait Target: Send + 'static {
    const NAME: &'static str;
    type Loaded: Send + 'static;
    type Change: Send;
    fn load(&self) -> BoxFuture<Result<Self::Loaded, Error>>;
    fn change(&self, change: Self::Change) -> BoxFuture<Result<(), Error>>;
    /// Takes out who waits for a change.
    fn answers(_: &mut Self::Change) -> Vec<oneshot::Sender<Result<(), Error>>> {
        Vec::new()
    }
    /// Puts `later` into `earlier` where that comes to the same; else returns it.
    fn join(earlier: &mut Self::Change, later: Self::Change) -> Option<Self::Change>;
}

/// A change of the store.
struct Update {
    mark: Option<Mark>,
    changes: Vec<Change>,
    answers: Vec<oneshot::Sender<Result<(), Error>>>,
}

impl Target for Arc<dyn SessionStore> {
    const NAME: &'static str = "the session store";
    type Loaded = Stored;
    type Change = Update;

    fn load(&self) -> BoxFuture<Result<Stored, Error>> {
        SessionStore::load(&**self)
    }

    fn answers(change: &mut Update) -> Vec<oneshot::Sender<Result<(), Error>>> {
        std::mem::take(&mut change.answers)
    }

    fn change(&self, Update { mark, changes, .. }: Update) -> BoxFuture<Result<(), Error>> {
        match mark {
            Some(mark) => self.clone().apply_if(mark, changes),
            None => self.apply(changes),
        }
    }

    fn join(earlier: &mut Update, later: Update) -> Option<Update> {
        let marks = |key| earlier.mark.as_ref().is_some_and(|mark| mark.key == key);
        if earlier.mark != later.mark || earlier.changes.iter().any(|(key, _)| marks(*key)) {
            return Some(later);
        }
        earlier.changes.retain(|(key, _)| !later.changes.iter().any(|(later, _)| later == key));
        earlier.changes.extend(later.changes);
        earlier.answers.extend(later.answers);
        None
    }
}

impl Target for Arc<dyn SessionKeeper> {
    const NAME: &'static str = "the session keeper";
    type Loaded = Option<Value>;
    type Change = HostCall;

    fn load(&self) -> BoxFuture<Result<Option<Value>, Error>> {
        self.load_session()
    }

    fn change(&self, change: HostCall) -> BoxFuture<Result<(), Error>> {
        match change {
            HostCall::Store(session) => self.store_session(session),
            HostCall::Forget(lost) => self.forget_session(lost),
        }
    }

    fn join(earlier: &mut HostCall, later: HostCall) -> Option<HostCall> {
        match (&*earlier, later) {
            (HostCall::Store(_), later @ HostCall::Store(_)) => {
                *earlier = later;
                None
            }
            (_, later) => Some(later),
        }
    }
}

/// An access that waits for its turn.
enum Access<T: Target> {
    Load(oneshot::Sender<Result<T::Loaded, Error>>),
    Change(T::Change),
}

/// The accesses to one target, one at a time and in order.
struct Lane<T: Target> {
    target: T,
    waiting: VecDeque<Access<T>>,
    /// The access under way, and since when.
    current: Option<(BoxFuture<()>, Instant)>,
}

impl<T: Target> Lane<T> {
    fn new(target: T) -> Self {
        Self { target, waiting: VecDeque::new(), current: None }
    }

    /// Whether the access under way has taken longer than it may.
    fn is_overdue(&self) -> bool {
        self.current.as_ref().is_some_and(|(_, since)| since.elapsed() >= LIMIT)
    }

    fn load(&mut self) -> BoxFuture<Result<T::Loaded, Error>> {
        if self.is_overdue() {
            return Box::pin(async move { Err(silent::<T>()) });
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push_back(Access::Load(sender));
        self.begin();
        Box::pin(async move {
            let loaded = timeout(LIMIT, receiver).await;
            loaded.ok().and_then(Result::ok).unwrap_or_else(|| Err(silent::<T>()))
        })
    }

    fn change(&mut self, change: T::Change) {
        let mut left = Some(change);
        if self.waiting.len() >= MOST_WAITING
            && let Some(Access::Change(last)) = self.waiting.back_mut()
        {
            left = left.and_then(|change| T::join(last, change));
        }
        self.waiting.extend(left.map(Access::Change));
        self.begin();
    }

    /// Moves the accesses on; ready when there are none.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while let Some((current, _)) = &mut self.current {
            std::task::ready!(current.poll_unpin(context));
            self.current = None;
            self.begin();
        }
        Poll::Ready(())
    }

    /// Begins with what waits, unless something is under way.
    fn begin(&mut self) {
        while self.current.is_none() {
            let work: BoxFuture<()> = match self.waiting.pop_front() {
                None => return,
                // Nobody waits for it any more.
                Some(Access::Load(sender)) if sender.is_closed() => continue,
                Some(Access::Load(sender)) => {
                    let load = guarded::<T, _>(|| self.target.load());
                    Box::pin(load.map(|loaded| drop(sender.send(loaded))))
                }
                Some(Access::Change(mut change)) => {
                    let answers = T::answers(&mut change);
                    Box::pin(watched::<T>(guarded::<T, _>(|| self.target.change(change)), answers))
                }
            };
            self.current = Some((work, Instant::now()));
        }
    }

    /// Lets everything go when the target does not answer anyway.
    fn give_up_if_overdue(&mut self) {
        if self.is_overdue() {
            log::warn!(target: "webchat::store", "the chat is closed, but not everything was stored: {} does not answer", T::NAME);
            self.waiting.clear();
            self.current = None;
        }
    }
}

/// Calls a target; one that panics has failed.
fn guarded<T: Target, U: Send + 'static>(
    call: impl FnOnce() -> BoxFuture<Result<U, Error>>,
) -> BoxFuture<Result<U, Error>> {
    let failed = |_| Err(Error::new(ErrorKind::Internal, format!("{} panicked", T::NAME)));
    match std::panic::catch_unwind(AssertUnwindSafe(call)) {
        Ok(work) => {
            Box::pin(AssertUnwindSafe(work).catch_unwind().map(move |done| done.unwrap_or_else(failed)))
        }
        Err(panic) => Box::pin(std::future::ready(failed(panic))),
    }
}

/// What a target that does not answer fails with.
fn silent<T: Target>() -> Error {
    Error::new(ErrorKind::Timeout, format!("{} has not answered within {} s", T::NAME, LIMIT.as_secs()))
}

/// Waits for a change, and tells who waits for it; the log, when it fails or takes too long.
async fn watched<T: Target>(
    mut change: BoxFuture<Result<(), Error>>,
    answers: Vec<oneshot::Sender<Result<(), Error>>>,
) {
    let mut outcome = timeout(LIMIT, &mut change).await;
    if outcome.is_err() {
        log::warn!(target: "webchat::store", "{} has not answered within {} s; what is to be stored waits for it", T::NAME, LIMIT.as_secs());
        outcome = Ok(change.await);
    }
    let Ok(outcome) = outcome else { return };
    if let Err(error) = &outcome {
        log::warn!(target: "webchat::store", "session data could not be stored: {error}");
    }
    for answer in answers {
        // Nobody may wait any more.
        let _ = answer.send(outcome.clone());
    }
}
