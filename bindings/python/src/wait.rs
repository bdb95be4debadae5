//! The one place where Python waits for the library.

use crate::{calls::is_calling, error, fork};
use pyo3::prelude::*;
use std::{
    future::Future,
    pin::pin,
    time::{Duration, Instant},
};
use webchat_core::{ErrorKind, Runtime};

/// How long Ctrl-C may go unnoticed.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);

/// Waits for `future` without holding the interpreter, and lets signal handlers run meanwhile; what they raise ends the waiting.
/// `None` when `limit` passes first. Refused on the thread that calls
/// the application's callables, where most futures of the library would never be ready.
pub(crate) fn wait<T: Send>(
    py: Python<'_>,
    runtime: &Runtime,
    limit: Option<Duration>,
    future: impl Future<Output = T> + Send,
) -> PyResult<Option<T>> {
    fork::check(py)?;
    if is_calling() {
        return Err(error::plain(py, ErrorKind::WrongThread, "a blocking call was made inside a handler"));
    }
    let end = limit.and_then(|limit| Instant::now().checked_add(limit));
    let mut future = pin!(future);
    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        let slice = left.map_or(SIGNAL_INTERVAL, |left| left.min(SIGNAL_INTERVAL));
        let step = async { tokio::time::timeout(slice, future.as_mut()).await };
        if let Ok(value) = py.detach(|| runtime.handle().block_on(step)) {
            return Ok(Some(value));
        }
        py.check_signals()?;
        if left.is_some_and(|left| left <= slice) {
            return Ok(None);
        }
    }
}

/// A time given in seconds; none is no limit.
pub(crate) fn seconds(seconds: Option<f64>) -> PyResult<Option<Duration>> {
    seconds
        .map(Duration::try_from_secs_f64)
        .transpose()
        .map_err(|_| error::invalid_argument("a timeout has to be a number of seconds from 0 up"))
}
