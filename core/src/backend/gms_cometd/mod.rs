//! GMS v2 over `CometD`: operations are published, their outcomes and everything else are pushed (gms-v2.md, 8). `data`
//! says what a request carries, `exchanges` finds the outcome of each among what is pushed, `outcome` waits for it, `operations` performs
//! requests on the link, `files` those that go beside it by HTTP. The link itself is `bayeux`'s.
//!
//! Nothing moves but while the stream of [`Transport::incoming`] is polled. The link comes up for a start, a restoration or an end, and
//! goes when it is released.
//!
//! Time limits: `ajaxTimeout` for a message to get through, and as much for its outcome, or more where the server has been slower lately;
//! four times that for a look at the transcript, which a server answers after all that was sent before. There is one look at a time. A start and a
//! restoration wait for the link through five attempts to bring it up; an HTTP status on the way is told at once. Files are as over REST.

mod data;
mod exchanges;
mod files;
mod operations;
mod outcome;

#[cfg(test)]
mod tests;

use crate::{
    Error, ErrorKind,
    backend::gms::{decode, gms, with_news},
    carrier::{
        bayeux,
        http::{self, HttpChat, HttpPool, Upgrader},
    },
    config::{Connection, GmsCometdConfig},
    model::SessionForm,
    transport::{
        Body, BoxFuture, Capabilities, Failure, Incoming, News, Operation, Reply, Request, Transport,
    },
};
use bayeux::{BayeuxClient, Link, LinkEvent};
use exchanges::Exchanges;
use futures_util::{StreamExt, stream::BoxStream};
use operations::LinkState;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, watch};

/// No outcome is longer that tells of its own event at most. Many can wait together for the requests that they are for: what is longer is not
/// kept.
const LONGEST_OUTCOME: usize = 256 << 10;

/// A chat over GMS v2 `CometD`.
///
/// Its futures run on a tokio runtime, always the same one for one [`HttpPool`].
pub struct GmsCometd(Arc<Inner>);

struct Inner {
    config: GmsCometdConfig,
    channel: Arc<str>,
    http: Arc<HttpChat>,
    client: BayeuxClient,
    link: watch::Sender<LinkState>,
    exchanges: Mutex<Exchanges>,
    /// Held by a start: the answers to two could not be told apart.
    starting: Arc<tokio::sync::Mutex<()>>,
    incoming: Mutex<Option<Link>>,
    /// Tells when something was pushed, and has found its request or none.
    routed: Notify,
}

impl GmsCometd {
    /// A chat with the server of `config`, over connections of `pool` as `connection` describes them.
    ///
    /// Errors are of kind `InvalidConfiguration` and name the key: a certificate file that cannot be read, a proxy that is no URL, a
    /// header that HTTP cannot carry.
    pub fn new(config: GmsCometdConfig, connection: &Connection, pool: &HttpPool) -> Result<Self, Error> {
        if let Some(key) = &config.api_key {
            let invalid = "apikey: the value holds characters that an HTTP header cannot carry";
            http::private_header(key).ok_or_else(|| Error::new(ErrorKind::InvalidConfiguration, invalid))?;
        }
        let own: Vec<_> = config
            .authorization
            .iter()
            .map(|value| ("authorization", value, "main.header.Authorization"))
            .collect();
        let http = Arc::new(HttpChat::new(pool, connection, &own)?);
        for url in [Some(&config.comet_url), config.api_url.as_ref()].into_iter().flatten() {
            http.check_way(url)?;
        }
        let upgrader = config.websocket.then(|| Upgrader::new(pool, connection)).transpose()?;
        let channel: Arc<str> = config.channel.as_str().into();
        let server = bayeux::Server {
            url: config.comet_url.clone(),
            http: http.clone(),
            upgrader: upgrader.map(Arc::new),
        };
        let settings = bayeux::Settings {
            websocket: config.websocket,
            channels: vec![channel.clone()],
            timing: bayeux::Timing {
                answer: config.ajax_timeout,
                ..bayeux::Timing::over(connection.connect_timeout)
            },
            seed: fastrand::u64(..),
        };
        let (client, link) = BayeuxClient::new(server, settings);
        Ok(Self(Arc::new(Inner {
            config,
            channel,
            http,
            client,
            link: watch::Sender::new(LinkState::Idle),
            exchanges: Mutex::default(),
            starting: Arc::default(),
            incoming: Mutex::new(Some(link)),
            routed: Notify::new(),
        })))
    }
}

impl Transport for GmsCometd {
    fn capabilities(&self) -> Capabilities {
        let files = self.0.config.api_url.is_some();
        Capabilities {
            polling: false,
            file_upload: files,
            file_download: files,
            file_limits: files,
            file_deletion: files,
            custom_notice: true,
            update_user_data: true,
            history: self.0.config.asynchronous,
            verify_session: true,
            server_outage: true,
            push_url: true,
            update_nickname: true,
            read_receipt: true,
            start_form: false,
            bot_events: true,
            session: SessionForm::Gms,
        }
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        let inner = self.0.clone();
        Box::pin(async move {
            match &request.operation {
                Operation::FileLimits
                | Operation::Upload(_)
                | Operation::Download(_)
                | Operation::DeleteFile { .. } => {
                    let outcome = inner.transfer(&request).await;
                    outcome.map_err(|failure| {
                        off_the_link(&request.operation, with_news(&request.operation, failure))
                    })
                }
                operation => {
                    let outcome = inner.operate(operation, gms(&request.session)?).await;
                    outcome.map_err(|failure| failure.of(operation))
                }
            }
        })
    }

    fn incoming(&self) -> Option<BoxStream<'static, Incoming>> {
        let link = self.0.incoming.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let inner = self.0.clone();
        let incoming = link.into_stream().filter_map(move |event| {
            let incoming = inner.take(event);
            async move { incoming }
        });
        Some(incoming.boxed())
    }

    fn release(&self) {
        self.0.link.send_replace(LinkState::Idle);
        self.0.client.stop();
    }
}

impl Inner {
    /// What an event of the link means to the chat.
    fn take(&self, event: LinkEvent) -> Option<Incoming> {
        match event {
            LinkEvent::Up { gap } => {
                if gap {
                    self.exchanges().note_gap();
                    self.routed.notify_waiters();
                }
                self.link.send_replace(LinkState::Up);
                Some(Incoming::Up { gap })
            }
            LinkEvent::Alive => Some(Incoming::Alive),
            LinkEvent::Down(failure) => Some(Incoming::Down(Failure { news: News::Disconnected, ..failure })),
            LinkEvent::Failed(attempts, failure) => {
                log::info!(target: "webchat", "attempt {attempts} to connect failed: {}", failure.told());
                self.link.send_replace(LinkState::Failing(attempts, failure));
                None
            }
            LinkEvent::Stopped(Some(failure)) => {
                self.link.send_replace(LinkState::Refused(failure.clone()));
                Some(Incoming::Refused(failure))
            }
            LinkEvent::Message { channel, data } if channel == self.config.channel => {
                let decoded = decode(data).inspect_err(
                    |why| log::warn!(target: "webchat", "what came on the chat's channel is left out: {why}"),
                );
                let mut reply = decoded.ok()?;
                if reply.messages.is_empty() {
                    reply.body = worth_keeping(&reply.body);
                }
                let news = self.exchanges().route(reply);
                self.routed.notify_waiters();
                news.map(|news| Incoming::Batch(Box::new(news)))
            }
            LinkEvent::Stopped(None) | LinkEvent::Message { .. } => None,
        }
    }

    fn exchanges(&self) -> std::sync::MutexGuard<'_, Exchanges> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an outcome says, unless that is too long to wait for its request.
fn worth_keeping(body: &Body) -> Body {
    if body.0.len() > LONGEST_OUTCOME { Body::default() } else { body.clone() }
}

/// A failure of a request that went beside the link says nothing about the link. A failed upload is told all the same.
fn off_the_link(operation: &Operation, failure: Failure) -> Failure {
    let news = match failure.news {
        News::Disconnected if matches!(operation, Operation::Upload(_)) => {
            News::Error(Box::new(failure.response.clone()))
        }
        News::Disconnected => News::Nothing,
        news => news,
    };
    Failure { news, ..failure }
}
