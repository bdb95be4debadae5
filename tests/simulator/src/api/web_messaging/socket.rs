//! A WebSocket: frames in both directions.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::uri::Authority;
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::{SinkExt, poll};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_util::sync::CancellationToken;

use super::delivery::{self, Fate};
use super::exchange::{self, Outcome};
use super::line::{Line, Post};
use super::{origin, strange};
use crate::shared::Shared;

/// Codes of close frames (RFC 6455 section 7.4.1).
const GOING_AWAY: u16 = 1001;
const TOO_LARGE: u16 = 1009;

pub(super) type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// What an exchange needs of its connection.
#[derive(Debug)]
pub(super) struct Origin {
    /// The request that opened it.
    pub(super) parts: Parts,
    pub(super) line: u64,
}

fn close_frame(code: u16) -> Frame {
    Frame::Close(Some(CloseFrame { code: code.into(), reason: "".into() }))
}

/// A connection in the list of those open, until dropped.
struct Listed<'a> {
    shared: &'a Shared,
    id: u64,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.shared.change(|state, _| state.apis.web_messaging.line_gone(self.id));
    }
}

/// Serves a WebSocket until either side has had enough.
pub(super) async fn converse(
    mut socket: WebSocket,
    shared: &Arc<Shared>,
    parts: Parts,
    over: CancellationToken,
) {
    let (posts, posted) = mpsc::unbounded_channel();
    let base = origin::base(&parts.headers, parts.uri.authority().map(Authority::as_str));
    let (id, cut) = shared.change(|state, _| {
        let desk = &mut state.apis.web_messaging;
        let id = desk.new_number();
        let line = Line::new(base, posts);
        let cut = line.cut.clone();
        desk.lines.insert(id, line);
        (id, cut)
    });
    let _listed = Listed { shared, id };
    let origin = Arc::new(Origin { parts, line: id });
    let opened = shared.now();
    let talk = Talk {
        socket: &mut socket,
        shared,
        origin,
        waiting: BTreeMap::new(),
        posts: 0,
        strange: 0,
        opened,
        heard: Instant::now(),
        frozen: None,
    };
    // What is cut comes first: nothing is sent any more on a socket that has been cut.
    tokio::select! {
        biased;
        () = over.cancelled() => {}
        () = cut.cancelled() => {}
        code = talk.run(posted) => if let Some(code) = code {
            // Whether the client hears it or not, the socket is closed.
            socket.send(close_frame(code)).await.unwrap_or_default();
            linger(&mut socket).await;
        }
    }
}

/// Reads until the client has closed as well, so that it gets all that was sent. Not for ever.
async fn linger(socket: &mut WebSocket) {
    let answered = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(Duration::from_secs(5), answered).await.unwrap_or_default();
}

type Underway = FuturesUnordered<Pin<Box<dyn Future<Output = Outcome> + Send>>>;

struct Talk<'a> {
    socket: &'a mut WebSocket,
    shared: &'a Arc<Shared>,
    origin: Arc<Origin>,
    /// What goes out later, in order of time; frames of one time in the order in which they came.
    waiting: BTreeMap<(Instant, u64), (String, bool)>,
    posts: u64,
    /// How many frames that mean nothing have gone out.
    strange: u64,
    opened: Instant,
    heard: Instant,
    frozen: Option<Instant>,
}

/// Why a connection ends: with a code, or without a word.
type End = Option<u16>;

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// The same by the clock of the chats, which may be moved meanwhile.
async fn by_clock(shared: &Shared, moment: Option<Instant>) {
    match moment {
        Some(moment) => shared.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

impl Talk<'_> {
    /// Serves until the end, and says which it is.
    async fn run(mut self, mut posted: mpsc::UnboundedReceiver<Post>) -> End {
        let mut underway = Underway::new();
        let end = loop {
            let (lifetime, idle) = self.shared.read(|state| {
                let settings = &state.apis.web_messaging.settings;
                (settings.lifetime, settings.idle)
            });
            let lives_until = (!lifetime.is_zero()).then(|| self.opened + lifetime);
            let idle_until = (!idle.is_zero()).then(|| self.heard + idle);
            let moved = self.shared.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            let (thaws, first) = (self.frozen, self.waiting.first_key_value().map(|((due, _), _)| *due));
            let is_frozen = thaws.is_some();
            let step = tokio::select! {
                () = until(thaws) => {
                    self.frozen = None;
                    Ok(())
                }
                () = moved => Ok(()),
                () = by_clock(self.shared, lives_until), if !is_frozen => Err(Some(GOING_AWAY)),
                () = until(idle_until), if !is_frozen => Err(Some(GOING_AWAY)),
                () = by_clock(self.shared, first), if !is_frozen => self.send_due().await,
                Some(outcome) = underway.next(), if !is_frozen && !underway.is_empty() => self.put(outcome).await,
                Some(post) = posted.recv(), if !is_frozen => self.post(post).await,
                frame = self.socket.next(), if !is_frozen => match frame {
                    Some(Ok(frame)) => self.receive(frame, &mut underway).await,
                    Some(Err(_)) | None => Err(None),
                },
            };
            if let Err(end) = step {
                break end;
            }
        };
        self.see_through(underway);
        end
    }

    /// What has come over a link that is gone is carried out all the same, or lost.
    fn see_through(&self, mut underway: Underway) {
        let lost = self.shared.read(|state| state.apis.web_messaging.settings.lost_with_link);
        if !lost && !underway.is_empty() {
            tokio::spawn(async move { while underway.next().await.is_some() {} });
        }
    }

    /// Carries out a request as far as it need not wait; the rest is under way then.
    async fn receive(&mut self, frame: Frame, underway: &mut Underway) -> Result<(), End> {
        self.heard = Instant::now();
        let Frame::Text(text) = frame else { return Ok(()) };
        let most = self.shared.read(|state| state.apis.web_messaging.settings.max_frame);
        if most.is_some_and(|most| text.len() > most) {
            return Err(Some(TOO_LARGE));
        }
        let (shared, origin) = (Arc::clone(self.shared), Arc::clone(&self.origin));
        let mut exchange: Pin<Box<dyn Future<Output = Outcome> + Send>> =
            Box::pin(exchange::run(shared, origin, text.as_str().to_owned()));
        match poll!(exchange.as_mut()) {
            std::task::Poll::Ready(outcome) => self.put(outcome).await,
            std::task::Poll::Pending => {
                underway.push(exchange);
                Ok(())
            }
        }
    }

    async fn put(&mut self, outcome: Outcome) -> Result<(), End> {
        match outcome {
            Outcome::Posts(posts) => {
                for post in posts {
                    self.post(post).await?;
                }
                Ok(())
            }
            Outcome::Half(text) => {
                let half = text.get(..text.floor_char_boundary(text.len() / 2)).unwrap_or_default();
                self.send(Frame::Text(half.into())).await?;
                Err(None)
            }
            Outcome::Cut => Err(None),
        }
    }

    async fn post(&mut self, post: Post) -> Result<(), End> {
        match post {
            Post::Text { text, delay, is_message } if delay.is_zero() => self.deliver(text, is_message).await,
            Post::Text { text, delay, is_message } => {
                self.posts += 1;
                self.waiting.insert((self.shared.now() + delay, self.posts), (text, is_message));
                Ok(())
            }
            Post::Raw(frames) => self.send_all(frames).await,
            Post::Freeze(time) => {
                self.frozen = Some(Instant::now() + time);
                Ok(())
            }
            Post::Close(code) => {
                while let Some((_, (text, is_message))) = self.waiting.pop_first() {
                    self.deliver(text, is_message).await?;
                }
                Err(Some(code))
            }
        }
    }

    async fn send_due(&mut self) -> Result<(), End> {
        while let Some(first) = self.waiting.first_entry().filter(|first| first.key().0 <= self.shared.now())
        {
            let (text, is_message) = first.remove();
            self.deliver(text, is_message).await?;
        }
        Ok(())
    }

    /// Sends a text frame. A message of the conversation may meet with a fault on its way.
    async fn deliver(&mut self, text: String, is_message: bool) -> Result<(), End> {
        let (fate, times) = if is_message {
            delivery::befall(self.shared, self.origin.line).await
        } else {
            (Fate::Arrives, 1)
        };
        match fate {
            Fate::Lost => return Ok(()),
            Fate::Cut => return Err(None),
            Fate::Arrives | Fate::ArrivesLast => {}
        }
        let is_strange = self.shared.read(|state| state.apis.web_messaging.settings.strange);
        for _ in 0..times {
            if is_strange {
                self.strange += 1;
                let mut frames = strange::nothing(self.strange);
                frames.extend(strange::in_fragments(&text));
                self.send_all(frames).await?;
            } else {
                self.send(Frame::Text(text.as_str().into())).await?;
            }
        }
        if fate == Fate::ArrivesLast { Err(None) } else { Ok(()) }
    }

    async fn send_all(&mut self, frames: Vec<Frame>) -> Result<(), End> {
        for frame in frames {
            self.send(frame).await?;
        }
        Ok(())
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        self.socket.send(frame).await.map_err(|_| None)?;
        let line = self.origin.line;
        let was_last =
            self.shared.read(|state| state.apis.web_messaging.lines.get(&line).is_some_and(Line::sent));
        if was_last { Err(None) } else { Ok(()) }
    }
}
