//! The WebSocket carrier: one connection for all messages, a payload in each text frame (RFC 6455).
//!
//! The connection is made like every other, by HTTP and its upgrade. Through an HTTP proxy, `https` addresses go by `CONNECT`; plain
//! `http` ones are left to the proxy, which may not bear a WebSocket: then long-polling takes over.

use super::{
    counted::Counted,
    failure,
    message::{self, Message},
};
use crate::{
    carrier::{
        http::{HttpChat, HttpRequest, RequestBody, Reuse, Upgraded, Upgrader},
        recording::{self, Frames},
    },
    transport::{Applied, Failure},
};
use bytes::Bytes;
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
        protocol::{Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// How much may wait for a server that reads nothing, our answers to its pings among it.
const WRITE_BUFFER: usize = 16 << 20;

/// How long a server may take to open a WebSocket, once it is asked.
pub(super) const OPENING: Duration = Duration::from_secs(5);

/// Why a WebSocket is of no use any more.
pub(super) enum Ending {
    /// It is lost.
    Lost(Failure),
    /// The server closed it because a message was too large for it.
    TooLarge(Failure),
}

/// An open WebSocket.
pub(super) struct WebSocket {
    stream: WebSocketStream<Counted<Upgraded>>,
    outgoing: VecDeque<tungstenite::Message>,
    /// How many bytes had come when that was last told.
    told: u64,
    /// What is carried is written down here.
    frames: Option<Frames>,
}

impl WebSocket {
    /// Opens a WebSocket to `url`, with the headers and cookies of `http`.
    pub(super) async fn open(http: &HttpChat, upgrader: &Upgrader, url: Url) -> Result<Self, Failure> {
        let key = generate_key();
        let mut request = HttpRequest::new(Method::GET, url, RequestBody::None);
        request.headers = upgrade_headers(&key)?;
        request.reuse = Reuse::Never;
        let (answer, connection, frames) = http.upgrade(upgrader, &request, OPENING).await?;
        let accepted = answer.get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(failure::not_bayeux("the server switched to another protocol than WebSocket"));
        }
        let longest = usize::try_from(http.limit()).ok();
        let config = WebSocketConfig::default()
            .max_message_size(longest)
            .max_frame_size(longest)
            .max_write_buffer_size(WRITE_BUFFER);
        let stream =
            WebSocketStream::from_raw_socket(Counted::new(connection), Role::Client, Some(config)).await;
        Ok(Self { stream, outgoing: VecDeque::new(), told: 0, frames })
    }

    /// Queues a payload, which is JSON. It is written while [`Self::next`] is awaited.
    pub(super) fn write(&mut self, payload: Bytes) {
        self.outgoing.extend(Utf8Bytes::try_from(payload).map(tungstenite::Message::Text));
    }

    /// Asks the server for a sign of life.
    pub(super) fn ping(&mut self) {
        self.outgoing.push_back(tungstenite::Message::Ping(Bytes::new()));
    }

    /// The next messages; none, where something else came, such as a part of one, or a sign of life. May be dropped and called again. After a failure the WebSocket is of no use.
    pub(super) async fn next(&mut self) -> Result<Vec<Message>, Ending> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Tells the server that nothing more will come, as far as that can be done at once.
    pub(super) fn close(mut self) {
        let _ = self.stream.close(None).now_or_never();
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<Message>, Ending>> {
        if let Err(error) = self.poll_write(context) {
            // The server may have said why it closed.
            let read = self.poll_read(context);
            if let Some(frames) = &mut self.frames {
                frames.ended(recording::Ending::Lost);
            }
            return match read {
                Poll::Ready(Err(ending @ Ending::TooLarge(_))) => Poll::Ready(Err(ending)),
                _ => Poll::Ready(Err(lost(&error))),
            };
        }
        let read = self.poll_read(context);
        let come = self.stream.get_ref().read;
        let more = std::mem::replace(&mut self.told, come) != come;
        if more && read.is_pending() { Poll::Ready(Ok(Vec::new())) } else { read }
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<Message>, Ending>> {
        while let Poll::Ready(frame) = Pin::new(&mut self.stream).poll_next(context) {
            if let Some(frames) = &mut self.frames {
                note(frames, frame.as_ref());
            }
            let payload = match frame {
                Some(Ok(tungstenite::Message::Text(text))) => Bytes::from(text),
                Some(Ok(tungstenite::Message::Binary(bytes))) => bytes,
                Some(Ok(tungstenite::Message::Close(Some(frame)))) if frame.code == CloseCode::Size => {
                    let cause = "the server closed the WebSocket: a message was too large for it";
                    return Poll::Ready(Err(Ending::TooLarge(failure::lost(Applied::Unknown, cause))));
                }
                Some(Ok(tungstenite::Message::Close(_))) | None => {
                    let cause = "the server closed the WebSocket";
                    return Poll::Ready(Err(Ending::Lost(failure::lost(Applied::Unknown, cause))));
                }
                Some(Ok(_)) => continue,
                Some(Err(error)) => return Poll::Ready(Err(lost(&error))),
            };
            let messages = message::read(&payload);
            let not_read = |why: message::Unreadable| Ending::Lost(failure::not_bayeux(&why.to_string()));
            return Poll::Ready(messages.map_err(not_read));
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
        .map_err(|_| failure::lost(Applied::No, "no key for the WebSocket could be made"))?;
    let fixed: [(HeaderName, &'static str); 3] =
        [(CONNECTION, "Upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, "13")];
    let fixed = fixed.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok(fixed.into_iter().chain([(SEC_WEBSOCKET_KEY, key)]).collect())
}

/// The errors of the protocol say what was wrong with it, never what was in it.
fn lost(error: &tungstenite::Error) -> Ending {
    Ending::Lost(failure::lost(Applied::Unknown, format!("the WebSocket is lost: {error}")))
}
