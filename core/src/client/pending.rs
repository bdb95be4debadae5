//! A command under way.

use crate::{
    Error, ErrorKind,
    command::{RequestId, Resolution},
};
use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::sync::oneshot;

/// A command under way: await it for its outcome. Dropping it does not cancel the command.
#[must_use = "await it for the command's outcome"]
pub struct Pending<T> {
    pub(super) id: RequestId,
    pub(super) receiver: oneshot::Receiver<Result<Resolution, Error>>,
    pub(super) read: fn(Resolution) -> Option<T>,
    pub(super) result: PhantomData<fn() -> T>,
}

impl<T> Pending<T> {
    /// The command's id; for a message, its local id.
    pub fn id(&self) -> RequestId {
        self.id
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.receiver).poll(context));
        let outcome = outcome.unwrap_or_else(|_| Err(Error::new(ErrorKind::Closed, "the service is closed")));
        Poll::Ready(outcome.and_then(|resolution| {
            (self.read)(resolution)
                .ok_or_else(|| Error::new(ErrorKind::Internal, "a command resolved with the wrong value"))
        }))
    }
}
