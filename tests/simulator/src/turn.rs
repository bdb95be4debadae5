//! A server that carries operations out one after another.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::poll;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::shared::Shared;

/// The queue of operations; whoever comes first is served first.
#[derive(Debug, Default)]
pub(crate) struct Turns(Arc<Mutex<()>>);

/// A place in the queue.
pub(crate) struct Place {
    coming: Coming,
    time: Duration,
}

enum Coming {
    Come(Turn),
    Waits(Pin<Box<dyn Future<Output = Turn> + Send>>),
}

/// It is somebody's turn until this is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl Place {
    /// Comes when the operation has had its time.
    pub(crate) async fn come(self) -> Turn {
        let turn = match self.coming {
            Coming::Come(turn) => turn,
            Coming::Waits(waits) => waits.await,
        };
        tokio::time::sleep(self.time).await;
        turn
    }
}

impl Shared {
    /// How long an operation takes, if it takes any time.
    fn slow(&self) -> Option<Duration> {
        self.read(|state| Some(state.chats.settings.slow).filter(|time| !time.is_zero()))
    }

    /// A place in the queue, on a server that is slow.
    pub(crate) async fn queue(&self) -> Option<Place> {
        let time = self.slow()?;
        let mut turn: Pin<Box<dyn Future<Output = Turn> + Send>> =
            Box::pin(Arc::clone(&self.turns.0).lock_owned());
        // Asked for once, it is in the queue.
        let coming = match poll!(turn.as_mut()) {
            std::task::Poll::Ready(turn) => Coming::Come(turn),
            std::task::Poll::Pending => Coming::Waits(turn),
        };
        Some(Place { coming, time })
    }

    /// Waits for its turn, on a server that is slow.
    pub(crate) async fn turn(&self) -> Option<Turn> {
        Some(self.queue().await?.come().await)
    }

    /// Answers a request. On a slow server an operation that waits is carried out even if its caller hangs up.
    pub(crate) async fn see_through<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        if self.slow().is_none() {
            return work.await;
        }
        match tokio::spawn(work).await {
            Ok(done) => done,
            Err(_) => std::future::pending().await,
        }
    }
}
