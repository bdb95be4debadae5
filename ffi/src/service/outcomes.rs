//! The outcomes of a service: how many are owed to the program, and those that wait to be asked for.

use super::signal::Signal;
use crate::{
    boundary::Failure,
    outcome::{Ended, Outcome},
};
use std::{
    collections::VecDeque,
    ffi::c_int,
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};
use webchat_core::{
    Chat, Error,
    command::{RequestId, Resolution},
    driver::Place,
};

/// What a service owes, and what of it waits.
#[derive(Default)]
pub(crate) struct Outcomes {
    state: Mutex<State>,
    pub(super) signal: Signal,
}

#[derive(Default)]
struct State {
    /// Commands whose outcome nobody has been told of.
    owed: usize,
    /// Each with the command's place, which is free again when it is taken.
    waiting: VecDeque<(Outcome, Option<Place>)>,
    /// Who waits for a change.
    wakers: Vec<Waker>,
    /// The service is destroyed: nobody can ask any more.
    over: bool,
}

/// An outcome that is owed. Dropping it says that whoever waits for it has been told.
pub(crate) struct Owed(Arc<Outcomes>);

impl Outcomes {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more command.
    pub(crate) fn owe(self: &Arc<Self>) -> Owed {
        self.lock().owed += 1;
        Owed(self.clone())
    }

    /// Changes the state, and wakes who waits for that.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        self.signal.show(|shown| shown.outcome = !state.waiting.is_empty());
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Nobody can ask any more: frees what waits.
    pub(crate) fn end(&self) {
        let mut left = VecDeque::new();
        self.change(|state| {
            state.over = true;
            std::mem::swap(&mut left, &mut state.waiting);
        });
        self.signal.end();
    }

    /// The next outcome; none when there will be none: `closed` is ready and nothing is owed, or the service is destroyed.
    pub(crate) async fn next(self: Arc<Self>, closed: impl Future<Output = ()>) -> Option<Outcome> {
        let (mut closed, mut is_closed) = (pin!(closed), false);
        let mut seat = Seat { outcomes: self, waker: None };
        poll_fn(|cx| {
            is_closed = is_closed || closed.as_mut().poll(cx).is_ready();
            seat.poll(cx, |state| match state.waiting.pop_front() {
                Some((outcome, place)) => Poll::Ready(Some((outcome, place))),
                None if state.over || (is_closed && state.owed == 0) => Poll::Ready(None),
                None => Poll::Pending,
            })
        })
        .await
        .map(|(outcome, _)| outcome)
    }

    /// A socket that wakes whoever asks for outcomes and events.
    pub(crate) fn waking(&self, chat: &Chat) -> Result<c_int, Failure> {
        self.signal.waking(chat)
    }

    /// Ready when nothing is owed.
    pub(crate) async fn told(self: Arc<Self>) {
        let mut seat = Seat { outcomes: self, waker: None };
        poll_fn(|cx| seat.poll(cx, |state| if state.owed == 0 { Poll::Ready(()) } else { Poll::Pending }))
            .await;
    }
}

/// Somebody who waits for a change.
struct Seat {
    outcomes: Arc<Outcomes>,
    /// What wakes whoever it is, while it is among the wakers.
    waker: Option<Waker>,
}

impl Seat {
    fn poll<T>(&mut self, cx: &mut Context<'_>, look: impl FnOnce(&mut State) -> Poll<T>) -> Poll<T> {
        let mut state = self.outcomes.lock();
        let found = look(&mut state);
        self.outcomes.signal.show(|shown| shown.outcome = !state.waiting.is_empty());
        if found.is_pending() && !state.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.wakers.push(cx.waker().clone());
            self.waker = Some(cx.waker().clone());
        }
        found
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(own) = self.waker.take() {
            self.outcomes.lock().wakers.retain(|waker| !waker.will_wake(&own));
        }
    }
}

impl Owed {
    /// Has the outcome wait until it is asked for.
    pub(crate) fn keep(
        self,
        name: &'static str,
        id: RequestId,
        result: Result<Resolution, Error>,
        mut place: Option<Place>,
    ) {
        if let Some(place) = &mut place {
            place.keep(&result);
        }
        let item = (Outcome::new(name, id.0, Ended::from(result)), place);
        let mut late = None;
        // What it was owed for is there in the same moment: between the two nobody may take it for the end.
        self.0.change(|state| if state.over { late = Some(item) } else { state.waiting.push_back(item) });
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        self.0.change(|state| state.owed = state.owed.saturating_sub(1));
    }
}
