//! A request body whose fate is known: whether all of it was handed to the connection, and which local error stopped it.

use crate::model::{Progress, ProgressListener};
use bytes::Bytes;
use futures_util::Stream;
use http_body::{Body, Frame, SizeHint};
use std::{
    collections::VecDeque,
    io,
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    fs::File,
    io::Take,
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use tokio_util::io::ReaderStream;

/// How much is read from a file, or counted as one step of progress.
const CHUNK: usize = 64 << 10;

/// What became of a request and its body.
pub(super) struct Delivery {
    complete: AtomicBool,
    /// When it moved last: nothing while a connection is being made for it.
    moved: watch::Sender<Option<Instant>>,
    /// Who else is to know whether a connection is being made for it.
    told: Option<mpsc::UnboundedSender<bool>>,
    error: Mutex<Option<(Arc<Path>, io::Error)>>,
}

impl Default for Delivery {
    fn default() -> Self {
        let moved = watch::Sender::new(Some(Instant::now()));
        Self { complete: AtomicBool::default(), moved, told: None, error: Mutex::default() }
    }
}

impl Delivery {
    /// Of a request whose owner is told when connections are made for it.
    pub(super) fn telling(told: Option<mpsc::UnboundedSender<bool>>) -> Self {
        Self { told, ..Self::default() }
    }

    /// A connection is being made for the request, or is so no more.
    pub(super) fn connects(&self, begins: bool) {
        let before = self.moved.send_replace((!begins).then(Instant::now));
        if let Some(told) = &self.told
            && before.is_none() != begins
        {
            // Who does not listen any more has lost interest in the request.
            let _ = told.send(begins);
        }
    }

    /// Waits until the request has left, or could have, and nothing of it has moved for `limit`.
    pub(super) async fn stands_still(&self, limit: Duration) {
        let mut moved = self.moved.subscribe();
        loop {
            let since = *moved.borrow_and_update();
            tokio::select! {
                _ = moved.changed() => {}
                () = until(since.and_then(|since| since.checked_add(limit))) => return,
            }
        }
    }

    /// Whether the connection took the whole body. Until then the server cannot have carried out the request.
    pub(super) fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    /// Counts a request without a body as taken: nothing tells when its head was.
    pub(super) fn complete_at_once(&self) {
        self.complete.store(true, Ordering::Release);
    }

    /// The error of this machine's file, and its path, if one stopped the request.
    pub(super) fn take_error(&self) -> Option<(Arc<Path>, io::Error)> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Waits until then; for ever, where there is no such time.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// A part of a body.
pub(super) enum Source {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes that count as progress.
    Counted(Bytes),
    /// The first bytes of a file, as many as are still to come; they count as progress.
    File(ReaderStream<Take<File>>, u64, Arc<Path>),
}

impl Source {
    /// The first `size` bytes of `file`, which is at `path`.
    pub(super) fn file(file: File, size: u64, path: Arc<Path>) -> Self {
        let reader = tokio::io::AsyncReadExt::take(file, size);
        Self::File(ReaderStream::with_capacity(reader, CHUNK), size, path)
    }

    fn remaining(&self) -> u64 {
        match self {
            Self::Bytes(bytes) | Self::Counted(bytes) => bytes.len() as u64,
            Self::File(_, remaining, _) => *remaining,
        }
    }

    /// The next bytes; nothing at the end.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self {
            Self::Bytes(bytes) | Self::Counted(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Self::Counted(bytes) => Poll::Ready(Some(Ok(bytes.split_to(CHUNK.min(bytes.len()))))),
            Self::File(_, 0, _) => Poll::Ready(None),
            Self::File(file, remaining, _) => {
                let shrunk =
                    || io::Error::new(io::ErrorKind::UnexpectedEof, "the file shrank while it was sent");
                let chunk = ready!(Pin::new(file).poll_next(context)).unwrap_or_else(|| Err(shrunk()))?;
                *remaining = remaining.saturating_sub(chunk.len() as u64);
                Poll::Ready(Some(Ok(chunk)))
            }
        }
    }
}

/// A body made of several parts, its length known.
pub(super) struct OutgoingBody {
    sources: VecDeque<Source>,
    remaining: u64,
    progress: Option<(ProgressListener, Progress)>,
    delivery: Arc<Delivery>,
}

impl OutgoingBody {
    /// A body of `sources`, in order.
    pub(super) fn new(
        sources: Vec<Source>,
        progress: Option<ProgressListener>,
        delivery: Arc<Delivery>,
    ) -> Self {
        let counted = |source: &&Source| !matches!(source, Source::Bytes(_));
        let total = sources.iter().filter(counted).map(Source::remaining).sum();
        let remaining = sources.iter().map(Source::remaining).sum();
        delivery.complete.store(remaining == 0, Ordering::Release);
        Self {
            sources: sources.into(),
            remaining,
            progress: progress.map(|listener| (listener, Progress { transferred: 0, total: Some(total) })),
            delivery,
        }
    }

    fn hand_over(&mut self, chunk: &Bytes, counts: bool) {
        let size = chunk.len() as u64;
        self.delivery.connects(false);
        self.remaining = self.remaining.saturating_sub(size);
        if self.remaining == 0 {
            self.delivery.complete.store(true, Ordering::Release);
        }
        if let Some((listener, progress)) = self.progress.as_mut().filter(|_| counts) {
            progress.transferred += size;
            (listener.0)(*progress);
        }
    }
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let body = self.get_mut();
        while let Some(source) = body.sources.front_mut() {
            let counts = !matches!(source, Source::Bytes(_));
            match ready!(source.poll_next(context)) {
                Some(Ok(chunk)) => {
                    body.hand_over(&chunk, counts);
                    return Poll::Ready(Some(Ok(Frame::data(chunk))));
                }
                Some(Err(error)) => {
                    let shown = io::Error::new(error.kind(), "a local file could not be read");
                    if let Source::File(_, _, path) = source {
                        let error = (path.clone(), error);
                        *body.delivery.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    }
                    return Poll::Ready(Some(Err(shown)));
                }
                None => drop(body.sources.pop_front()),
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
