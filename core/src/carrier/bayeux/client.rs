//! A client: an engine, moved by its carriers, the clock and its owner.

use super::{
    engine::{Engine, Event, ExchangeId, Input, Output, PublishId, Settings},
    long_polling,
    message::Message,
    websocket::{Ending, WebSocket},
};
use crate::{
    carrier::{
        bayeux::failure,
        http::{HttpChat, Upgrader},
    },
    transport::{Applied, BoxFuture, Failure},
};
use bytes::Bytes;
use futures_util::Stream;
use reqwest::Url;
use serde_json::value::RawValue;
use std::{
    collections::{HashMap, VecDeque},
    future::{pending, poll_fn},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

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

/// A client's handle. What it asks for is done while the [`Link`] is polled.
#[derive(Clone, Debug)]
pub(crate) struct BayeuxClient(mpsc::UnboundedSender<Request>);

#[derive(Debug)]
enum Request {
    Start,
    Stop,
    Doubt,
    Publish { channel: Arc<str>, data: Box<RawValue>, limit: Duration, awaited: Awaited },
}

type Outcome = Result<(), Failure>;

/// Who published waits for this.
#[derive(Debug)]
struct Awaited {
    left: watch::Sender<Option<Instant>>,
    outcome: oneshot::Sender<Outcome>,
}

impl BayeuxClient {
    /// A client of `server` that has not started, and what moves it.
    pub(crate) fn new(server: Server, settings: Settings) -> (Self, Link) {
        let (sender, requests) = mpsc::unbounded_channel();
        let settings = Settings { websocket: settings.websocket && server.upgrader.is_some(), ..settings };
        let link = Link {
            engine: Engine::new(settings),
            origin: Instant::now(),
            requests,
            publishes: HashMap::new(),
            network: Network { server, socket: Socket::Closed, exchanges: Vec::new() },
            events: VecDeque::new(),
        };
        (Self(sender), link)
    }

    /// Brings the link up, and keeps it up; without effect while it does.
    pub(crate) fn start(&self) {
        let _ = self.0.send(Request::Start);
    }

    /// Ends the session; tells [`LinkEvent::Stopped`] when that is done.
    pub(crate) fn stop(&self) {
        let _ = self.0.send(Request::Stop);
    }

    /// What has to follow a publish does not come: the server is asked for it.
    pub(crate) fn doubt(&self) {
        let _ = self.0.send(Request::Doubt);
    }

    /// Publishes `data` as soon as the link is up. Publishes arrive in the order of these calls.
    ///
    /// The future ends within `limit`, when the server has taken the message or refused it. [`Failure::applied`] tells whether it can
    /// have arrived all the same. The limit is for the time without a link, and again for that from when the message has left: a connection
    /// that is being made for it has a limit of its own. The receiver tells when it left; nothing, as long as it has not.
    pub(crate) fn publish(
        &self,
        channel: Arc<str>,
        data: Box<RawValue>,
        limit: Duration,
    ) -> (watch::Receiver<Option<Instant>>, impl Future<Output = Outcome> + Send + use<>) {
        let ((left, leaves), (answer, outcome)) = (watch::channel(None), oneshot::channel());
        let awaited = Awaited { left, outcome: answer };
        let sent = self.0.send(Request::Publish { channel, data, limit, awaited });
        let outcome = async move {
            let gone = |applied| failure::lost(applied, "the client is gone");
            sent.map_err(|_| gone(Applied::No))?;
            outcome.await.map_err(|_| gone(Applied::Unknown))?
        };
        (leaves, outcome)
    }
}

/// What a client's owner is told.
#[derive(Debug)]
pub(crate) enum LinkEvent {
    /// The link is up; or up again, without having been told down if that went quickly.
    Up {
        /// Messages may have been lost since it was last up.
        gap: bool,
    },
    /// The link is up: the server has answered another connect.
    Alive,
    /// The link is down. Attempts to bring it up go on.
    Down(Failure),
    /// An attempt to bring the link up failed, the given number in a row.
    Failed(u32, Failure),
    /// The client has stopped: because it was told to, or because the server forbids to go on. It can be started again.
    Stopped(Option<Failure>),
    /// A message on `channel`.
    Message {
        /// Where it was published.
        channel: String,
        /// Its data, JSON.
        data: Bytes,
    },
}

/// Moves a client: nothing happens but while [`Link::next`] is awaited, on a tokio runtime. Dropped, it leaves without saying goodbye,
/// and the server forgets the session in its own time.
pub(crate) struct Link {
    engine: Engine,
    origin: Instant,
    requests: mpsc::UnboundedReceiver<Request>,
    publishes: HashMap<PublishId, Awaited>,
    network: Network,
    events: VecDeque<LinkEvent>,
}

impl Link {
    /// The next thing to know; nothing, when no handle is left. May be dropped and called again.
    pub(crate) async fn next(&mut self) -> Option<LinkEvent> {
        loop {
            self.carry_out();
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let deadline = self.engine.poll_timeout().and_then(|timeout| self.origin.checked_add(timeout));
            tokio::select! {
                request = self.requests.recv() => self.obey(request?),
                input = self.network.next() => self.engine.handle(self.origin.elapsed(), input),
                () = until(deadline) => self.engine.handle_timeout(self.origin.elapsed()),
            }
        }
    }

    /// The same as a stream.
    pub(crate) fn into_stream(self) -> impl Stream<Item = LinkEvent> + Send {
        futures_util::stream::unfold(self, async |mut link| link.next().await.map(|event| (event, link)))
    }

    fn obey(&mut self, request: Request) {
        let now = self.origin.elapsed();
        match request {
            Request::Start => self.engine.start(now),
            Request::Stop => self.engine.stop(now),
            Request::Doubt => self.engine.doubt(now),
            Request::Publish { channel, data, limit, awaited } => {
                let id = self.engine.publish(now, channel, data, limit);
                self.publishes.insert(id, awaited);
            }
        }
    }

    /// Does what the engine wants done.
    fn carry_out(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Event(event) => self.tell(event),
                other => self.network.carry_out(other),
            }
        }
    }

    fn tell(&mut self, event: Event) {
        let event = match event {
            Event::Published(id, outcome) => {
                // Who asked may have lost interest.
                let _ = self.publishes.remove(&id).map(|awaited| awaited.outcome.send(outcome));
                return;
            }
            Event::Left(id, has_left) => {
                if let Some(awaited) = self.publishes.get(&id) {
                    awaited.left.send_replace(has_left.then(Instant::now));
                }
                return;
            }
            Event::Up { gap } => LinkEvent::Up { gap },
            Event::Alive => LinkEvent::Alive,
            Event::Down(failure) => LinkEvent::Down(failure),
            Event::Failed(count, failure) => LinkEvent::Failed(count, failure),
            Event::Stopped(failure) => LinkEvent::Stopped(failure),
            Event::Message { channel, data } => LinkEvent::Message { channel, data },
        };
        self.events.push_back(event);
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
            WebSocket::open(&http, &*upgrader.ok_or_else(no_way)?, url).await
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
                Ok(messages) => return Input::Received(messages),
                Err(Ending::Lost(failure)) => Input::Closed(failure),
                Err(Ending::TooLarge(failure)) => Input::TooLarge(failure),
            },
        };
        *self = Self::Closed;
        input
    }
}
