//! A WebSocket that is opened and closed as its owner wants, and the time.

use super::{Came, Ending, WebSocket};
use crate::{
    carrier::http::{HttpChat, Upgrader},
    transport::{BoxFuture, Failure},
};
use bytes::Bytes;
use reqwest::{Url, header::HeaderMap};
use std::{future::pending, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Where a WebSocket leads.
#[derive(Clone)]
pub(crate) struct Target {
    /// Its address, `http` or `https`.
    pub(crate) url: Url,
    /// Headers of its opening, besides those of `http`.
    pub(crate) headers: HeaderMap,
    /// The headers and cookies of every request.
    pub(crate) http: Arc<HttpChat>,
    pub(crate) upgrader: Arc<Upgrader>,
}

/// A WebSocket, or none. Nothing happens but while [`Line::next`] is awaited, on a tokio runtime.
pub(crate) struct Line {
    target: Target,
    origin: Instant,
    socket: Socket,
}

enum Socket {
    Closed,
    Opening(BoxFuture<Result<WebSocket, Failure>>),
    Open(Box<WebSocket>),
}

/// What happens on a line.
pub(crate) enum Event {
    /// It is open.
    Opened,
    /// It could not be opened, or is lost.
    Closed(Failure),
    Text(Bytes),
    /// A sign of life, or what means nothing.
    Sign,
    /// The time has come.
    Due,
}

impl Line {
    /// A line that is closed.
    pub(crate) fn new(target: Target) -> Self {
        Self { target, origin: Instant::now(), socket: Socket::Closed }
    }

    /// The time since this was made.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Opens it, in place of what there was.
    pub(crate) fn open(&mut self) {
        let Target { url, headers, http, upgrader } = self.target.clone();
        self.socket =
            Socket::Opening(Box::pin(async move { WebSocket::open(&http, &upgrader, url, headers).await }));
    }

    pub(crate) fn close(&mut self) {
        if let Socket::Open(socket) = std::mem::replace(&mut self.socket, Socket::Closed) {
            socket.close();
        }
    }

    pub(crate) fn write(&mut self, text: Bytes) {
        if let Socket::Open(socket) = &mut self.socket {
            socket.write(text);
        }
    }

    pub(crate) fn ping(&mut self) {
        if let Socket::Open(socket) = &mut self.socket {
            socket.ping();
        }
    }

    /// What happens next, until that time. May be dropped and called again.
    pub(crate) async fn next(&mut self, time: Option<Duration>) -> Event {
        let due = time.and_then(|time| self.origin.checked_add(time));
        tokio::select! {
            event = self.socket.next() => event,
            () = until(due) => Event::Due,
        }
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => pending().await,
    }
}

impl Socket {
    async fn next(&mut self) -> Event {
        let failure = match self {
            Self::Closed => pending().await,
            Self::Opening(opening) => match opening.await {
                Ok(socket) => {
                    *self = Self::Open(Box::new(socket));
                    return Event::Opened;
                }
                Err(failure) => failure,
            },
            Self::Open(socket) => match socket.next().await {
                Ok(Came::Text(text)) => return Event::Text(text),
                Ok(Came::Binary(_) | Came::Sign) => return Event::Sign,
                Err(Ending { failure, .. }) => failure,
            },
        };
        *self = Self::Closed;
        Event::Closed(failure)
    }
}
