//! Waiting for something on a thread of the application's.

use crate::service::queue::FOREVER;
use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Condvar, Mutex, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

/// Rung when it is worth looking again.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_one();
    }
}

impl Bell {
    /// Sleeps until it is rung; false when that is not before `end`.
    fn hear(&self, end: Option<Instant>) -> bool {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |rung: &mut bool| !*rung;
        let mut rung = match end {
            None => self.changed.wait_while(rung, quiet).unwrap_or_else(PoisonError::into_inner),
            Some(end) => {
                let left = end.saturating_duration_since(Instant::now());
                self.changed.wait_timeout_while(rung, left, quiet).unwrap_or_else(PoisonError::into_inner).0
            }
        };
        std::mem::take(&mut *rung)
    }
}

/// What comes of `future` within so many milliseconds (or `FOREVER`).
pub(crate) fn wait_for<T>(future: impl Future<Output = T>, timeout_ms: u32) -> Option<T> {
    let limit = Duration::from_millis(timeout_ms.into());
    let end = (timeout_ms != FOREVER).then(|| Instant::now() + limit);
    let (bell, mut future) = (Arc::new(Bell::default()), pin!(future));
    let waker = Waker::from(bell.clone());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        if !bell.hear(end) {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[test]
    fn what_comes_is_waited_for() {
        let (sender, receiver) = oneshot::channel();
        let (polled, begun) = std::sync::mpsc::channel();
        let waiting = std::thread::spawn(move || {
            let told = async move {
                polled.send(()).unwrap();
                receiver.await
            };
            wait_for(told, FOREVER)
        });
        begun.recv().unwrap();
        sender.send(7).unwrap();
        assert_eq!(waiting.join().unwrap(), Some(Ok(7)));
    }

    #[test]
    fn what_does_not_come_is_not_waited_for_longer_than_said() {
        assert_eq!(wait_for(std::future::pending::<()>(), 1), None);
        assert_eq!(wait_for(std::future::pending::<()>(), 0), None);
        assert_eq!(wait_for(std::future::ready(7), 0), Some(7));
    }
}
