//! GMS v2 over `CometD`: operations are published, their outcomes and everything else are pushed (gms-v2.md, 8). `data`
//! says what a request carries, `engine` performs requests on the link and finds the outcome of each among what is pushed, without clock
//! and socket; `chat` moves it. `files` performs those that go beside the link by HTTP. The link itself is `bayeux`'s.
//!
//! Nothing moves but while the stream of [`Transport::incoming`] is polled. The link comes up for a start, a restoration or an end, and
//! goes when it is released. Files are as over REST.

mod chat;
mod data;
mod engine;
mod files;
mod options;

#[cfg(test)]
mod tests;

pub use options::Options;

use super::BackEnd;
use crate::{
    Error, ErrorKind,
    backend::gms::{
        self, ABILITIES, GmsForm,
        options::{names_no_transport, wants_cometd},
        with_news,
    },
    carrier::{
        bayeux::{self, Link},
        http::{self, HttpChat, HttpPool, Upgrader},
    },
    config::{Connection, OptionDef, ServiceConfig, Webchat},
    transport::{
        Arrival, BoxFuture, Capabilities, Delivery, Failure, Incoming, News, Operation, Places, Reply,
        Request, SessionForm, Transport,
    },
};
use chat::{Chat, Handle};
use engine::Engine;
use futures_util::{StreamExt, stream::BoxStream};
use std::sync::{Arc, Mutex, PoisonError};

/// GMS v2 over `CometD`: option `cometD.enabled` is true, and no transport is chosen.
#[derive(Debug)]
pub struct GmsCometdBackEnd;

impl BackEnd for GmsCometdBackEnd {
    type Options = Options;

    const NAME: &'static str = "gms-cometd";
    const CHOSEN_BY: &'static str = "by cometD.enabled";
    const OPTIONS: &'static [&'static [OptionDef]] = &[options::OPTIONS, gms::options::OPTIONS];

    fn claims(&self, webchat: &Webchat<'_>) -> bool {
        names_no_transport(webchat) && wants_cometd(webchat)
    }

    fn read(&self, webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Options> {
        options::read(webchat, service)
    }

    fn connect(
        &self,
        options: &Options,
        how: &Connection,
        pool: &HttpPool,
    ) -> Result<Arc<dyn Transport>, Error> {
        Ok(Arc::new(GmsCometd::new(options.clone(), how, pool)?))
    }
}

/// A chat over GMS v2 `CometD`.
///
/// Its futures run on a tokio runtime, always the same one for one [`HttpPool`].
pub struct GmsCometd {
    files: Arc<Files>,
    handle: Handle,
    /// Until it is asked for.
    chat: Mutex<Option<Chat>>,
}

/// What requests for files need.
struct Files {
    config: Options,
    http: Arc<HttpChat>,
}

impl GmsCometd {
    /// A chat with the server of `config`, over connections of `pool` as `connection` describes them.
    ///
    /// Errors are of kind `InvalidConfiguration` and name the key: a certificate file that cannot be read, a proxy that is no URL, a
    /// header that HTTP cannot carry.
    pub fn new(config: Options, connection: &Connection, pool: &HttpPool) -> Result<Self, Error> {
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
            seed: bayeux::any_seed(),
        };
        let engine = Engine::new(engine::Settings {
            endpoint: config.endpoint.clone(),
            asynchronous: config.asynchronous,
            page_size: config.page_size,
            ajax_timeout: config.ajax_timeout,
        });
        let (handle, chat) = Chat::new(engine, Link::new(server, settings), channel);
        Ok(Self { files: Arc::new(Files { config, http }), handle, chat: Mutex::new(Some(chat)) })
    }
}

impl Transport for GmsCometd {
    fn capabilities(&self) -> Capabilities {
        let files = self.files.config.api_url.is_some();
        Capabilities {
            polling: false,
            file_upload: files,
            file_download: files,
            file_limits: files,
            file_deletion: files,
            history: self.files.config.asynchronous,
            ..ABILITIES
        }
    }

    fn delivery(&self) -> Delivery {
        Delivery { arrival: Arrival::Pushed, places: Places::Counted }
    }

    fn session_form(&self) -> &'static dyn SessionForm {
        &GmsForm
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        match &request.operation {
            Operation::FileLimits
            | Operation::Upload(_)
            | Operation::Download(_)
            | Operation::DeleteFile { .. } => {
                let files = self.files.clone();
                Box::pin(async move {
                    let outcome = files.transfer(&request).await;
                    outcome.map_err(|failure| {
                        off_the_link(&request.operation, with_news(&request.operation, failure))
                    })
                })
            }
            _ => self.handle.perform(request),
        }
    }

    fn incoming(&self) -> Option<BoxStream<'static, Incoming>> {
        let chat = self.chat.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(chat.into_stream().boxed())
    }

    fn release(&self) {
        self.handle.release();
    }
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
