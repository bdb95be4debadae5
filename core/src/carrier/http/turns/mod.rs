//! Turns: how many requests to one server are under way at once, and who comes next (`queue`).
//!
//! Over HTTP/1.1 each request under way takes a connection. Without a bound a slow moment of the server makes thousands of them, and then
//! time-outs that make more. So requests wait for their turn, and a request's own time counts from when it has one. Where a server answers
//! nobody, what waits is given up as if it had been sent: whoever sent it learns what those learn who have a turn.
//!
//! Counted apart is what a server holds back until there is something to tell: it has a turn while it is fresh, so that thousands do not leave
//! at once, and then takes nobody's, for there is one for each chat, for as long as the server likes. A WebSocket is not counted at all.

mod queue;

use crate::transport::Operation;
use queue::{Queue, Ticket};
use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep, sleep_until},
};

/// A request that a server may hold back is taken to be held after so long without an answer.
const FRESH: Duration = Duration::from_millis(250);
/// How long one waits that has no time limit, where a server answers nobody.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a request waits for its turn, and for how long it keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Somebody waits for what comes of it: before all others.
    Command,
    /// It carries a file: half of the turns at most.
    File,
    /// A poll: after all others.
    Poll,
    /// A poll that the server may hold back: its turn ends when it seems to.
    Held,
    /// It takes no turn: the connection is the chat's own for as long as it likes.
    Apart,
}

impl Standing {
    /// Of `operation`, where the server holds nothing back.
    pub(crate) fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Poll { .. } => Self::Poll,
            Operation::Upload(_) | Operation::Download(_) => Self::File,
            _ => Self::Command,
        }
    }

    fn rank(self) -> Option<queue::Rank> {
        match self {
            Self::Command => Some(queue::Rank::Command),
            Self::File => Some(queue::Rank::File),
            Self::Poll | Self::Held => Some(queue::Rank::Poll),
            Self::Apart => None,
        }
    }
}

/// The turns of one server.
pub(super) struct Turns(Mutex<State>);

struct State {
    queue: Queue,
    waiting: HashMap<Ticket, oneshot::Sender<()>>,
    /// When the server was heard last.
    heard: Option<Instant>,
}

impl State {
    /// Gives the free turns to those who wait.
    fn serve(&mut self) {
        while let Some(ticket) = self.queue.next() {
            if let Some(waiting) = self.waiting.remove(&ticket) {
                // One that has just been given up gives the turn back itself.
                let _ = waiting.send(());
            }
        }
    }
}

impl Turns {
    /// With at most as many at once.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let state = State { queue: Queue::new(most), waiting: HashMap::new(), heard: None };
        Arc::new(Self(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody has a turn and nobody waits.
    pub(super) fn is_idle(&self) -> bool {
        self.state().queue.is_idle()
    }

    /// Waits until it is the turn of a request of `chat`; nothing where the server answers nobody for `limit` meanwhile. `told` is called with
    /// true when it has to wait, and with false when that is over.
    pub(super) async fn turn(
        self: &Arc<Self>,
        chat: u64,
        standing: Standing,
        limit: Option<Duration>,
        told: impl Fn(bool),
    ) -> Option<Turn> {
        let Some(rank) = standing.rank() else { return Some(Turn { held: None, is_held_back: false }) };
        let turn = || Turn {
            held: Some(Taken { turns: self.clone(), rank }),
            is_held_back: standing == Standing::Held,
        };
        let mut waiting = {
            let mut state = self.state();
            if state.queue.take(rank) {
                return Some(turn());
            }
            let ticket = state.queue.join(chat, rank);
            let (sender, receiver) = oneshot::channel();
            state.waiting.insert(ticket, sender);
            Waiting { turns: self, chat, rank, ticket, receiver, is_over: false }
        };
        told(true);
        let came = waiting.wait(limit.unwrap_or(PATIENCE)).await;
        told(false);
        came.then(turn)
    }

    /// The server has answered a request; perhaps that it has too much to do.
    pub(super) fn answered(&self, too_much: bool) {
        let mut state = self.state();
        state.heard = Some(Instant::now());
        if too_much {
            state.queue.failed();
        } else {
            state.queue.answered();
        }
        state.serve();
    }

    /// The server has not answered a request.
    pub(super) fn failed(&self) {
        self.state().queue.failed();
    }
}

/// One that waits. Given up, it leaves the line, or the turn that it has just been given to the next.
struct Waiting<'a> {
    turns: &'a Turns,
    chat: u64,
    rank: queue::Rank,
    ticket: Ticket,
    receiver: oneshot::Receiver<()>,
    is_over: bool,
}

impl Waiting<'_> {
    /// Whether its turn comes before the server has answered nobody for `limit`.
    async fn wait(&mut self, limit: Duration) -> bool {
        let mut since = Instant::now();
        loop {
            let silent = async {
                match since.checked_add(limit) {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                came = &mut self.receiver => {
                    self.is_over = came.is_ok();
                    return self.is_over;
                }
                () = silent => match self.turns.state().heard.filter(|heard| *heard > since) {
                    Some(heard) => since = heard,
                    None => return false,
                }
            }
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut state = self.turns.state();
        state.waiting.remove(&self.ticket);
        if !state.queue.leave(self.chat, self.rank, self.ticket) {
            state.queue.over(self.rank);
            state.serve();
        }
    }
}

/// A request's turn. Dropped, it is the next one's.
pub(super) struct Turn {
    held: Option<Taken>,
    is_held_back: bool,
}

impl Turn {
    /// Awaits the answer. The turn ends before it where the server holds it back.
    pub(super) async fn within<T>(&mut self, answer: impl Future<Output = T>) -> T {
        let mut answer = pin!(answer);
        if self.is_held_back {
            tokio::select! {
                biased;
                answer = answer.as_mut() => return answer,
                () = sleep(FRESH) => self.held = None,
            }
        }
        answer.await
    }
}

struct Taken {
    turns: Arc<Turns>,
    rank: queue::Rank,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        state.queue.over(self.rank);
        state.serve();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };
    use tokio::{sync::Semaphore, task::JoinSet};

    const S: Duration = Duration::from_secs(1);

    async fn turn(turns: &Arc<Turns>, standing: Standing) -> Turn {
        turns.turn(1, standing, Some(S * 3), |_| {}).await.unwrap()
    }

    /// A server that answers one request after the other, each after a millisecond.
    struct Server {
        one: Semaphore,
        under_way: AtomicUsize,
        most: AtomicUsize,
    }

    impl Server {
        async fn answer(&self) {
            self.most.fetch_max(self.under_way.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            let one = self.one.acquire().await.unwrap();
            sleep(Duration::from_millis(1)).await;
            drop(one);
            self.under_way.fetch_sub(1, Ordering::Relaxed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_too_much_for_a_server_takes_longer_and_does_not_fail() {
        let turns = Turns::new(64);
        let server = Arc::new(Server {
            one: Semaphore::new(1),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let ask = |chat, standing| {
            let (turns, server) = (turns.clone(), server.clone());
            async move {
                let began = Instant::now();
                let mut turn =
                    turns.turn(chat, standing, Some(S * 3), |_| {}).await.expect("others are answered");
                let asked = tokio::time::timeout(S * 3, turn.within(server.answer())).await;
                asked.expect("no time limit is over");
                turns.answered(false);
                began.elapsed()
            }
        };
        let mut polls = JoinSet::new();
        for chat in 0..10_000 {
            polls.spawn(ask(chat, Standing::Poll));
        }
        sleep(S).await;
        let command = ask(1, Standing::Command).await;
        assert!(command < S / 10, "{command:?}: a command waits for no poll that has not left");
        let times = polls.join_all().await;
        assert!(times.iter().max().is_some_and(|longest| *longest > S * 9), "that is what they waited");
        assert_eq!(server.most.load(Ordering::Relaxed), 64);
        assert!(turns.is_idle());
    }

    #[tokio::test(start_paused = true)]
    async fn where_nobody_is_answered_nobody_waits_for_ever() {
        let turns = Turns::new(64);
        let mut taken = Vec::new();
        for _ in 0..8 {
            taken.push(turn(&turns, Standing::Command).await);
        }
        let wait = || turns.turn(2, Standing::Command, Some(S * 3), |_| {});
        let began = Instant::now();
        assert!(wait().await.is_none());
        assert_eq!(began.elapsed(), S * 3);
        let answers = async {
            for _ in 0..4 {
                sleep(S * 2).await;
                turns.state().heard = Some(Instant::now());
            }
        };
        let (none, ()) = tokio::join!(wait(), answers);
        assert!(none.is_none());
        assert_eq!(began.elapsed(), S * (3 + 8 + 3), "three seconds after the last answer to anybody");
        drop(taken);
        assert!(turns.is_idle());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_held_back_keeps_nobody_waiting() {
        let turns = Turns::new(2);
        let began = Instant::now();
        let mut held = JoinSet::new();
        for chat in 0..10 {
            let turns = turns.clone();
            held.spawn(async move {
                let mut turn = turns.turn(chat, Standing::Held, None, |_| {}).await.unwrap();
                turn.within(pending::<()>()).await;
            });
        }
        tokio::task::yield_now().await;
        assert!(!turns.state().queue.take(queue::Rank::Command), "they are fresh");
        let command = turn(&turns, Standing::Command).await;
        assert_eq!(began.elapsed(), FRESH, "it is the first to follow them");
        drop(command);
        sleep(S * 10).await;
        assert!(turns.is_idle(), "all are held, and none is counted");
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_passes_the_turn_on() {
        let turns = Turns::new(2);
        let (one, other) = (turn(&turns, Standing::Poll).await, turn(&turns, Standing::Poll).await);
        let mut first = Box::pin(turns.turn(1, Standing::Poll, None, |_| {}));
        let mut second = Box::pin(turns.turn(2, Standing::Poll, None, |_| {}));
        assert!(
            futures_util::poll!(&mut first).is_pending() && futures_util::poll!(&mut second).is_pending()
        );
        drop(one);
        drop(first);
        assert!(futures_util::poll!(&mut second).is_ready(), "the turn that the first had been given");
        drop(other);
        drop(second);
        assert!(turns.is_idle());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_told() {
        let turns = Turns::new(2);
        let told = Mutex::new(Vec::new());
        let note = |waits| told.lock().unwrap().push(waits);
        let taken = (turn(&turns, Standing::Poll).await, turns.turn(1, Standing::Poll, None, note).await);
        assert!(told.lock().unwrap().is_empty());
        let mut waiting = Box::pin(turns.turn(1, Standing::Poll, None, note));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert_eq!(*told.lock().unwrap(), [true]);
        drop(taken);
        assert!(waiting.await.is_some());
        assert_eq!(*told.lock().unwrap(), [true, false]);
    }
}
