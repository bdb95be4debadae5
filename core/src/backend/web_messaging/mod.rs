//! Genesys Cloud Web Messaging: a socket that pushes, with history and files by HTTP. `wire` encodes and decodes, `engine` holds a chat, without
//! clock, socket and chance; `chat` moves it, and `beside` does what goes beside the socket.
//!
//! Nothing moves but while the stream of [`Transport::incoming`] is polled. The link comes up for a start or a restoration, and goes when it is
//! released.

mod beside;
mod chat;
mod engine;
mod options;
mod session;
mod wire;

#[cfg(test)]
mod tests;

pub use options::{AutoStart, Limits, Options};
pub use session::{WebForm, WebSession, key};

use super::BackEnd;
use crate::{
    Error, ErrorKind,
    carrier::{
        http::{self, HttpChat, HttpPool, Upgrader},
        websocket::{Line, Target},
    },
    config::{Connection, OptionDef, ServiceConfig, Webchat},
    transport::{
        Arrival, BoxFuture, Capabilities, Delivery, Failure, Incoming, Places, Reply, Request, SessionForm,
        Transport,
    },
};
use beside::Beside;
use chat::{Chat, Handle};
use engine::Engine;
use futures_util::{StreamExt, stream::BoxStream};
use reqwest::header::{HeaderMap, HeaderValue, ORIGIN};
use std::sync::{Arc, Mutex, PoisonError};

/// Web Messaging: option `transport.type` is `genesyscloud-webmessaging`.
#[derive(Debug)]
pub struct WebMessagingBackEnd;

impl BackEnd for WebMessagingBackEnd {
    type Options = Options;

    const NAME: &'static str = "web-messaging";
    const CHOSEN_BY: &'static str = "by transport.type \"genesyscloud-webmessaging\"";
    const OPTIONS: &'static [&'static [OptionDef]] = &[options::OPTIONS];

    fn claims(&self, webchat: &Webchat<'_>) -> bool {
        options::are_chosen(webchat)
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
        Ok(Arc::new(WebMessaging::new(options.clone(), how, pool)?))
    }
}

/// A chat over Web Messaging.
///
/// Its futures run on a tokio runtime, always the same one for one [`HttpPool`].
pub struct WebMessaging {
    asynchronous: bool,
    handle: Handle,
    /// Until it is asked for.
    chat: Mutex<Option<Chat>>,
}

impl WebMessaging {
    /// A chat with the deployment of `options`, over connections of `pool` as `connection` describes them.
    ///
    /// Errors are of kind `InvalidConfiguration` and name the key: a certificate file that cannot be read, a proxy that is no URL, a
    /// header that HTTP cannot carry.
    pub fn new(options: Options, connection: &Connection, pool: &HttpPool) -> Result<Self, Error> {
        let keys: Vec<_> =
            options.headers.iter().map(|(name, _)| format!("transport.headers.{name}")).collect();
        let own: Vec<_> = options
            .headers
            .iter()
            .zip(&keys)
            .map(|((name, value), key)| (name.as_str(), value, key.as_str()))
            .collect();
        let http = Arc::new(HttpChat::new(pool, connection, &own)?);
        for url in [&options.socket_url, &options.api_url, &options.config_url] {
            http.check_way(url)?;
        }
        let target = target(&options, http.clone(), Arc::new(Upgrader::new(pool, connection)?))?;
        let (asynchronous, engine) =
            (options.asynchronous, Engine::new(engine::Settings::of(&options, any_seed())));
        let beside = Arc::new(Beside { options, http });
        let (handle, chat) = Chat::new(engine, Line::new(target), beside);
        Ok(Self { asynchronous, handle, chat: Mutex::new(Some(chat)) })
    }
}

/// Where names of requests and the random part of pauses come from.
fn any_seed() -> u64 {
    crate::carrier::bayeux::any_seed()
}

/// Where the socket is, and how it is opened.
fn target(options: &Options, http: Arc<HttpChat>, upgrader: Arc<Upgrader>) -> Result<Target, Error> {
    let unusable = |key: &str| {
        let text =
            format!("webchat.transport.{key}: the value holds characters that an HTTP header cannot carry");
        Error::new(ErrorKind::InvalidConfiguration, text)
    };
    let mut url = http::below(&options.socket_url, ["v1"]).map_err(|_| unusable("socketURL"))?;
    url.query_pairs_mut()
        .append_pair("deploymentId", &options.deployment_id)
        .append_pair("application", &options.application);
    let origin = HeaderValue::try_from(&options.origin).map_err(|_| unusable("origin"))?;
    let headers = HeaderMap::from_iter([(ORIGIN, origin)]);
    Ok(Target { url, headers, http, upgrader })
}

impl Transport for WebMessaging {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            file_upload: true,
            file_download: true,
            file_limits: true,
            update_user_data: true,
            history: self.asynchronous,
            verify_session: true,
            start_form: true,
            bot_events: true,
            infers_participants: true,
            ..Capabilities::default()
        }
    }

    fn delivery(&self) -> Delivery {
        Delivery { arrival: Arrival::Pushed, places: Places::Opaque }
    }

    fn session_form(&self) -> &'static dyn SessionForm {
        &WebForm
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        self.handle.perform(request)
    }

    fn incoming(&self) -> Option<BoxStream<'static, Incoming>> {
        let chat = self.chat.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(chat.into_stream().boxed())
    }

    fn release(&self) {
        self.handle.release();
    }
}
