//! A client: an engine, moved by its carriers and the clock.

use super::{
    engine::{Engine, Event, ExchangeId, Input, Output, PublishId, Settings},
    long_polling,
    message::{self, Message},
};
use crate::{
    carrier::{
        bayeux::failure,
        http::{HttpChat, Upgrader},
        websocket::{Came, Ending, TOO_LARGE, WebSocket},
    },
    transport::{Applied, BoxFuture, Failure},
};
use reqwest::{Url, header::HeaderMap};
use serde_json::value::RawValue;
use std::{
    collections::VecDeque,
    future::{pending, poll_fn},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};

/// A server, and the way to it.
#[derive(Clone)]
pub(crate) struct Server {
    /// Its address, `http` or `https`, for both carriers.
    pub(crate) url: Url,
    /// The headers and cookies of every request.
    pub(crate) http: Arc<HttpChat>,
    /// The way to a WebSocket; nothing, where only long-polling is wanted.
    pub(crate) upgrader: Option<Arc<Upgrader>>,
}

/// A client: nothing happens but while [`Link::next`] is awaited, on a tokio runtime. Dropped, it leaves without saying goodbye,
/// and the server forgets the session in its own time.
pub(crate) struct Link {
    engine: Engine,
    origin: Instant,
    network: Network,
    events: VecDeque<Event>,
}

/// Where the random part of a client's pauses may come from.
pub(crate) fn any_seed() -> u64 {
    fastrand::u64(..)
}

impl Link {
    /// A client of `server` that has not started.
    pub(crate) fn new(server: Server, settings: Settings) -> Self {
        let settings = Settings { websocket: settings.websocket && server.upgrader.is_some(), ..settings };
        Self {
            engine: Engine::new(settings),
            origin: Instant::now(),
            network: Network { server, socket: Socket::Closed, exchanges: Vec::new() },
            events: VecDeque::new(),
        }
    }

    /// The time since this was made.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Brings the link up, and keeps it up; without effect while it does.
    pub(crate) fn start(&mut self) {
        self.engine.start(self.now());
    }

    /// Ends the session; tells [`Event::Stopped`] when that is done.
    pub(crate) fn stop(&mut self) {
        self.engine.stop(self.now());
    }

    /// What has to follow a publish does not come: the server is asked for it.
    pub(crate) fn doubt(&mut self) {
        self.engine.doubt(self.now());
    }

    /// Publishes `data` as soon as the link is up, and tells what came of it. Publishes arrive in the order of these calls.
    ///
    /// [`Event::Published`] comes within `limit`, when the server has taken the message or refused it. The limit is for the time without a
    /// link, and again for that from when the message has left ([`Event::Left`]): a connection that is being made for it has a limit of its
    /// own.
    pub(crate) fn publish(&mut self, channel: Arc<str>, data: Box<RawValue>, limit: Duration) -> PublishId {
        self.engine.publish(self.now(), channel, data, limit)
    }

    /// The next thing to know; nothing, when that time has come. May be dropped and called again.
    pub(crate) async fn next(&mut self, time: Option<Duration>) -> Option<Event> {
        let over = time.and_then(|time| self.origin.checked_add(time));
        loop {
            self.carry_out();
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let deadline = self.engine.poll_timeout().and_then(|timeout| self.origin.checked_add(timeout));
            tokio::select! {
                input = self.network.next() => self.engine.handle(self.origin.elapsed(), input),
                () = until(deadline) => self.engine.handle_timeout(self.origin.elapsed()),
                () = until(over) => return None,
            }
        }
    }

    /// Does what the engine wants done.
    fn carry_out(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Event(event) => self.events.push_back(event),
                other => self.network.carry_out(other),
            }
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => pending().await,
    }
}

/// The carriers.
struct Network {
    server: Server,
    socket: Socket,
    /// HTTP exchanges under way; there are never more than a few.
    exchanges: Vec<Exchange>,
}

/// An HTTP exchange.
struct Exchange {
    id: ExchangeId,
    answer: BoxFuture<Result<Vec<Message>, Failure>>,
    /// Tells when a connection is being made for it, and when it is so no more.
    connecting: mpsc::UnboundedReceiver<bool>,
}

enum Socket {
    Closed,
    Opening(BoxFuture<Result<WebSocket, Failure>>),
    Open(Box<WebSocket>),
}

impl Network {
    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Open => self.socket = self.open(),
            Output::Close => {
                if let Socket::Open(socket) = std::mem::replace(&mut self.socket, Socket::Closed) {
                    socket.close();
                }
            }
            Output::Write(payload) => {
                if let Socket::Open(socket) = &mut self.socket {
                    socket.write(payload);
                }
            }
            Output::Ping => {
                if let Socket::Open(socket) = &mut self.socket {
                    socket.ping();
                }
            }
            Output::Silent(silent) => {
                if let Some(since) = Instant::now().checked_sub(silent) {
                    self.server.http.unanswered(&self.server.url, since);
                }
            }
            Output::Post(id, payload) => {
                let Server { url, http, .. } = self.server.clone();
                let (sender, connecting) = mpsc::unbounded_channel();
                let answer = Box::pin(async move { long_polling::post(&http, url, payload, sender).await });
                self.exchanges.push(Exchange { id, answer, connecting });
            }
            Output::Abandon(id) => self.exchanges.retain(|exchange| exchange.id != id),
            Output::Event(_) => {}
        }
    }

    fn open(&self) -> Socket {
        let Server { url, http, upgrader } = self.server.clone();
        Socket::Opening(Box::pin(async move {
            let no_way = || failure::lost(Applied::No, "WebSockets are switched off");
            WebSocket::open(&http, &*upgrader.ok_or_else(no_way)?, url, HeaderMap::new()).await
        }))
    }

    /// What the carriers bring next. May be dropped and called again.
    async fn next(&mut self) -> Input {
        let Self { socket, exchanges, .. } = self;
        tokio::select! {
            input = socket.next() => input,
            input = poll_fn(|context| poll_exchanges(exchanges, context)) => input,
        }
    }
}

fn poll_exchanges(exchanges: &mut Vec<Exchange>, context: &mut Context<'_>) -> Poll<Input> {
    for (position, exchange) in exchanges.iter_mut().enumerate() {
        if let Poll::Ready(Some(connecting)) = exchange.connecting.poll_recv(context) {
            return Poll::Ready(Input::Connecting(exchange.id, connecting));
        }
        if let Poll::Ready(answer) = exchange.answer.as_mut().poll(context) {
            let id = exchange.id;
            drop(exchanges.swap_remove(position));
            return Poll::Ready(Input::Answered(id, answer));
        }
    }
    Poll::Pending
}

impl Socket {
    async fn next(&mut self) -> Input {
        let input = match self {
            Self::Closed => pending().await,
            Self::Opening(opening) => match opening.await {
                Ok(socket) => {
                    *self = Self::Open(Box::new(socket));
                    return Input::Opened;
                }
                Err(failure) => Input::Closed(failure),
            },
            Self::Open(socket) => match socket.next().await {
                Ok(came) => match read(&came) {
                    Ok(messages) => return Input::Received(messages),
                    Err(failure) => Input::Closed(failure),
                },
                Err(Ending { failure, code: Some(TOO_LARGE) }) => Input::TooLarge(failure),
                Err(Ending { failure, .. }) => Input::Closed(failure),
            },
        };
        *self = Self::Closed;
        input
    }
}

/// The messages that have come; none by a sign of life.
fn read(came: &Came) -> Result<Vec<Message>, Failure> {
    match came {
        Came::Text(payload) | Came::Binary(payload) => {
            message::read(payload).map_err(|why| failure::not_bayeux(&why.to_string()))
        }
        Came::Sign => Ok(Vec::new()),
    }
}
