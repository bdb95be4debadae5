//! Reading an answer: never more of it than the limit allows, counted after decompression.

use super::{
    bad_answer,
    connections::Connections,
    kept::Use,
    lost::{self, Fault, broken},
    patience::{Patience, Rest},
    turns::Turn,
    way::Way,
};
use crate::{apart::room_for, carrier::recording::Exchange, transport::Failure};
use bytes::{Bytes, BytesMut};
use reqwest::{StatusCode, Url, header::HeaderMap};
use std::sync::Arc;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// From here on an answer is read alone, in bytes: a chat has many requests under way, and memory for one long answer.
const LONG: usize = 64 << 10;

/// A whole answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Where it is text, in UTF-8.
    pub(crate) body: Bytes,
}

/// An answer whose head is there and whose body is still to be read.
pub(crate) struct Reading {
    response: reqwest::Response,
    limit: u64,
    way: Way,
    link: Link,
    /// Of the connection; it ends with this.
    _used: Option<Use>,
    /// What a long answer needs to be read.
    room: Arc<Semaphore>,
    exchange: Option<Exchange>,
    /// Of the request; it ends with this.
    _turn: Option<Turn>,
}

/// What brings an answer.
pub(super) struct Link {
    pub(super) connections: Arc<Connections>,
    pub(super) url: Url,
}

impl Reading {
    pub(super) fn new(
        response: reqwest::Response,
        limit: u64,
        way: Way,
        link: Link,
        used: Option<Use>,
        room: Arc<Semaphore>,
    ) -> Self {
        Self { response, limit, way, link, _used: used, room, exchange: None, _turn: None }
    }

    /// The same, while `turn` lasts.
    pub(super) fn within(self, turn: Turn) -> Self {
        Self { _turn: Some(turn), ..self }
    }

    /// The same, written down as the answer of `exchange`.
    pub(super) fn recorded(self, exchange: Option<Exchange>) -> Self {
        Self { exchange, ..self }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The length of the body, where the server says it and does not compress it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The most that may be held in memory.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// The next bytes of the body; nothing at its end.
    pub(crate) async fn chunk(&mut self, rest: Rest) -> Result<Option<Bytes>, Failure> {
        let status = self.status();
        let (way, link, since) = (&self.way, &self.link, Instant::now());
        let chunk = rest.next(self.response.chunk()).await;
        if let Some(exchange) = &mut self.exchange {
            match &chunk {
                Ok(Some(chunk)) => exchange.chunk(chunk),
                Ok(None) => exchange.complete(),
                Err(fault) => exchange.failed(lost::word(fault), false),
            }
        }
        chunk.map_err(|fault| {
            if let Fault::TimedOut = fault {
                link.connections.unanswered(&link.url, since);
            }
            broken(fault, status, way)
        })
    }

    /// Reads the rest. The status tells more than a body that cannot be read: a failure's is then taken as empty.
    pub(crate) async fn whole(mut self, patience: Patience) -> Result<Answer, Failure> {
        let body = match self.body(patience.rest()).await {
            Err(_) if !self.status().is_success() => Bytes::new(),
            body => body?,
        };
        let status = self.status();
        let headers = std::mem::take(self.response.headers_mut());
        let body = super::utf8(&headers, body);
        // Characters of another charset can be longer in UTF-8.
        if body.len() as u64 > self.limit {
            return Err(self.too_long());
        }
        Ok(Answer { status, headers, body })
    }

    async fn body(&mut self, rest: Rest) -> Result<Bytes, Failure> {
        if self.length().is_some_and(|length| length > self.limit) {
            return Err(self.too_long());
        }
        let Some(first) = self.chunk(rest).await? else { return Ok(Bytes::new()) };
        if first.len() as u64 > self.limit {
            return Err(self.too_long());
        }
        // Most answers are one piece, which is then not copied.
        let Some(second) = self.chunk(rest).await? else { return Ok(first) };
        // Where the length is known, nothing is moved while it grows.
        let known = self.length().and_then(|length| usize::try_from(length).ok());
        let known = known.unwrap_or(first.len() + second.len());
        let mut body = BytesMut::with_capacity(room_for(known));
        body.extend_from_slice(&first);
        drop(first);
        let (mut next, mut room) = (Some(second), None);
        while let Some(chunk) = next {
            if (body.len() + chunk.len()) as u64 > self.limit {
                return Err(self.too_long());
            }
            if body.len() + chunk.len() > LONG && room.is_none() {
                room = self.room(rest).await?;
            }
            body.reserve(room_for(body.len() + chunk.len()) - body.len());
            body.extend_from_slice(&chunk);
            next = self.chunk(rest).await?;
        }
        Ok(body.freeze())
    }

    /// Waits until no other long answer is being read.
    async fn room(&self, rest: Rest) -> Result<Option<OwnedSemaphorePermit>, Failure> {
        let room = self.room.clone();
        let free = async { Ok(room.acquire_owned().await.ok()) };
        rest.next(free).await.map_err(|fault| broken(fault, self.status(), &self.way))
    }

    /// The failure of an answer longer than the limit.
    pub(crate) fn too_long(&self) -> Failure {
        let answer = Answer { status: self.status(), ..Answer::default() };
        bad_answer(&answer, &format!("the answer is longer than the {} bytes allowed", self.limit))
    }
}
