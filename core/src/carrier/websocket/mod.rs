//! A WebSocket: one connection for all that is said, a payload in each text frame (RFC 6455). What payloads are is not known here.
//!
//! The connection is made like every other, by HTTP and its upgrade. Through an HTTP proxy, `https` addresses go by `CONNECT`; plain
//! `http` ones are left to the proxy, which may not bear a WebSocket.

mod counted;
mod line;

pub(crate) use line::{Event, Line, Target};

use crate::{
    ErrorKind, Retry,
    carrier::{
        http::{
            HttpChat, HttpRequest, RequestBody, Reuse, Standing, Upgraded, Upgrader, local_failure,
            lost_connection,
        },
        recording::{self, Frames},
    },
    transport::{Applied, Failure},
};
use bytes::Bytes;
use counted::Counted;
use futures_util::{FutureExt, Sink, Stream};
use reqwest::{
    Method, Url,
    header::{
        CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Utf8Bytes,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

/// How much may wait for a server that reads nothing, our answers to its pings among it.
const WRITE_BUFFER: usize = 16 << 20;

/// How much is read at once. All of it is made zero before every read, and is kept as long as anything that came with it: as much as some
/// messages need, and no more.
const READ_BUFFER: usize = 16 << 10;

/// How long a server may take to open a WebSocket, once it is asked.
const OPENING: Duration = Duration::from_secs(5);

/// What comes over a WebSocket.
#[derive(Debug)]
pub(crate) enum Came {
    /// A text.
    Text(Bytes),
    /// Bytes.
    Binary(Bytes),
    /// A sign of life: the answer to a ping, or a part of something.
    Sign,
}

/// Why a WebSocket is of no use any more: what came of it, and the code with which the server closed it, if it did.
pub(crate) struct Ending {
    pub(crate) failure: Failure,
    pub(crate) code: Option<u16>,
}

/// The code of a close for a message that was too large.
pub(crate) const TOO_LARGE: u16 = 1009;

/// An open WebSocket.
pub(crate) struct WebSocket {
    stream: WebSocketStream<Counted<Upgraded>>,
    outgoing: VecDeque<tungstenite::Message>,
    /// How many bytes had come when that was last told.
    told: u64,
    /// What is carried is written down here.
    frames: Option<Frames>,
}

impl WebSocket {
    /// Opens a WebSocket to `url`, with the headers and cookies of `http`, and these `headers` besides.
    pub(crate) async fn open(
        http: &HttpChat,
        upgrader: &Upgrader,
        url: Url,
        headers: HeaderMap,
    ) -> Result<Self, Failure> {
        let key = generate_key();
        let mut request = HttpRequest::new(Method::GET, url, RequestBody::None);
        request.headers = headers;
        request.headers.extend(upgrade_headers(&key)?);
        (request.reuse, request.standing) = (Reuse::Never, Standing::Apart);
        let (answer, connection, frames) = http.upgrade(upgrader, &request, OPENING).await?;
        let accepted = answer.get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(not_a_websocket());
        }
        let longest = usize::try_from(http.limit()).ok();
        let config = WebSocketConfig::default()
            .max_message_size(longest)
            .max_frame_size(longest)
            .read_buffer_size(READ_BUFFER)
            .max_write_buffer_size(WRITE_BUFFER);
        let stream =
            WebSocketStream::from_raw_socket(Counted::new(connection), Role::Client, Some(config)).await;
        Ok(Self { stream, outgoing: VecDeque::new(), told: 0, frames })
    }

    /// Queues a payload, which is text. It is written while [`Self::next`] is awaited.
    pub(crate) fn write(&mut self, payload: Bytes) {
        self.outgoing.extend(Utf8Bytes::try_from(payload).map(tungstenite::Message::Text));
    }

    /// Asks the server for a sign of life.
    pub(crate) fn ping(&mut self) {
        self.outgoing.push_back(tungstenite::Message::Ping(Bytes::new()));
    }

    /// What comes next. May be dropped and called again. After a failure the WebSocket is of no use.
    pub(crate) async fn next(&mut self) -> Result<Came, Ending> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Tells the server that nothing more will come, as far as that can be done at once.
    pub(crate) fn close(mut self) {
        let _ = self.stream.close(None).now_or_never();
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Came, Ending>> {
        if let Err(error) = self.poll_write(context) {
            // The server may have said why it closed.
            let read = self.poll_read(context);
            if let Some(frames) = &mut self.frames {
                frames.ended(recording::Ending::Lost);
            }
            return match read {
                Poll::Ready(Err(ending)) if ending.code.is_some() => Poll::Ready(Err(ending)),
                _ => Poll::Ready(Err(lost(&error))),
            };
        }
        let read = self.poll_read(context);
        let come = self.stream.get_ref().read;
        let more = std::mem::replace(&mut self.told, come) != come;
        if more && read.is_pending() { Poll::Ready(Ok(Came::Sign)) } else { read }
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Came, Ending>> {
        while let Poll::Ready(frame) = Pin::new(&mut self.stream).poll_next(context) {
            if let Some(frames) = &mut self.frames {
                note(frames, frame.as_ref());
            }
            return Poll::Ready(match frame {
                Some(Ok(tungstenite::Message::Text(text))) => Ok(Came::Text(Bytes::from(text))),
                Some(Ok(tungstenite::Message::Binary(bytes))) => Ok(Came::Binary(bytes)),
                Some(Ok(tungstenite::Message::Close(frame))) => {
                    Err(closed(frame.map(|frame| u16::from(frame.code))))
                }
                None => Err(closed(None)),
                Some(Ok(_)) => continue,
                Some(Err(error)) => Err(lost(&error)),
            });
        }
        Poll::Pending
    }

    /// Writes what can be written now.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Result<(), tungstenite::Error> {
        let mut stream = Pin::new(&mut self.stream);
        while !self.outgoing.is_empty() {
            if stream.as_mut().poll_ready(context)?.is_pending() {
                break;
            }
            if let Some(payload) = self.outgoing.pop_front() {
                match (&self.frames, &payload) {
                    (Some(frames), tungstenite::Message::Text(text)) => {
                        frames.sent(Bytes::from(text.clone()));
                    }
                    (Some(frames), tungstenite::Message::Ping(_)) => frames.ping(),
                    _ => {}
                }
                stream.as_mut().start_send(payload)?;
            }
        }
        let _ = stream.poll_flush(context)?;
        Ok(())
    }
}

/// Writes down what has come.
fn note(frames: &mut Frames, frame: Option<&Result<tungstenite::Message, tungstenite::Error>>) {
    match frame {
        Some(Ok(tungstenite::Message::Text(text))) => frames.received(Bytes::from(text.clone())),
        Some(Ok(tungstenite::Message::Binary(bytes))) => frames.received(bytes.clone()),
        Some(Ok(tungstenite::Message::Pong(_))) => frames.pong(),
        Some(Ok(tungstenite::Message::Close(frame))) => {
            let code = frame.as_ref().map(|frame| u16::from(frame.code));
            frames.ended(recording::Ending::Closed(code));
        }
        Some(Ok(_)) => {}
        Some(Err(_)) | None => frames.ended(recording::Ending::Lost),
    }
}

fn upgrade_headers(key: &str) -> Result<HeaderMap, Failure> {
    let key = HeaderValue::try_from(key)
        .map_err(|_| lost_connection(Applied::No, "no key for the WebSocket could be made"))?;
    let fixed: [(HeaderName, &'static str); 3] =
        [(CONNECTION, "Upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, "13")];
    let fixed = fixed.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok(fixed.into_iter().chain([(SEC_WEBSOCKET_KEY, key)]).collect())
}

/// The server has closed it.
fn closed(code: Option<u16>) -> Ending {
    let cause = match code {
        Some(TOO_LARGE) => "the server closed the WebSocket: a message was too large for it",
        _ => "the server closed the WebSocket",
    };
    Ending { failure: lost_connection(Applied::Unknown, cause), code }
}

/// The errors of the protocol say what was wrong with it, never what was in it.
fn lost(error: &tungstenite::Error) -> Ending {
    let failure = lost_connection(Applied::Unknown, format!("the WebSocket is lost: {error}"));
    Ending { failure, code: None }
}

fn not_a_websocket() -> Failure {
    let cause = "the server switched to another protocol than WebSocket".to_owned();
    let applied = Applied::Unknown;
    Failure { retry: Retry::WithBackoff, applied, ..local_failure(ErrorKind::Protocol, cause) }
}
