//! The options of Web Messaging: the `transport` object.

use crate::{
    config::{
        Absent, Kind, MAX_TIMER, ServiceConfig, Webchat, count, describe, millis, options, read_headers,
    },
    model::JsonObject,
    private::{Private, debug_only},
};
use std::time::Duration;
use url::Url;

/// The transport's name in `transport.type`.
pub(super) const TYPE: &str = "genesyscloud-webmessaging";

options! {
    /// Its own.
    pub(super) OPTIONS;
    /// Which deployment to chat with.
    DEPLOYMENT = "transport.deploymentId", Kind::Text, Absent::Needed;
    /// The region: a host name such as `mypurecloud.ie`, of which the addresses of the service are made.
    DOMAIN = "transport.domain", Kind::Other(A_HOST), Absent::Words("needed, unless all three addresses are given");
    /// The socket, in place of `wss://webmessaging.` with the domain. `/v1` comes behind it.
    SOCKET_URL = "transport.socketURL", Kind::Other(A_SOCKET), Absent::Words("made of `transport.domain`");
    /// The API, in place of `https://api.` with the domain: where the history comes from.
    API_URL = "transport.apiURL", Kind::Url, Absent::Words("made of `transport.domain`");
    /// Where the deployment says what it is, in place of `https://api-cdn.` with the domain.
    CONFIG_URL = "transport.configURL", Kind::Url, Absent::Words("made of `transport.domain`");
    /// Sent as `Origin`: a deployment may be open to certain pages alone.
    ORIGIN = "transport.origin", Kind::Text, Absent::Words("`https://` and the socket's host");
    /// What the program is called, for the server.
    APPLICATION = "transport.application", Kind::Text, Absent::Words("`libwebchat-` and the version");
    /// Sent with the socket's opening and with requests to the API: strings. Hosts of files do not get them.
    HEADERS = "transport.headers", Kind::Object, Absent::Nothing;
    /// Whether the customer joins before the first message: as the deployment has it, always or never.
    AUTO_START = "transport.autoStart", Kind::OneOf(&["deployment", "always", "never"]), Absent::Text("deployment");
    /// What `endChat` does: the conversation is cleared, which ends it for the agent as well where the deployment allows it, or left.
    END_CHAT = "transport.endChat", Kind::OneOf(&["clear", "leave"]), Absent::Text("clear");
    /// Sent when a session is configured, as it is.
    JOURNEY = "transport.journeyContext", Kind::Object, Absent::Nothing;
    /// How long a link that is lost is tried to be made anew; zero means for ever.
    RECONNECT_TIMEOUT = "transport.reconnectTimeout", millis(0, MAX_TIMER), Absent::Whole(300_000);
    /// How often the server is asked for a sign of life. A link is lost when it has given none by the next time.
    PING_INTERVAL = "transport.pingInterval", millis(1000, MAX_TIMER), Absent::Whole(15_000);
    /// How long after a link is gone the server may carry out what it was sent, and how late the history may show it. At least
    /// `ajaxTimeout` is taken.
    SETTLE_TIMEOUT = "transport.settleTimeout", millis(1, MAX_TIMER), Absent::Whole(5000);
    /// How many messages are fetched at once of an asynchronous chat.
    PAGE_SIZE = "transport.maxMessagePageSize", count(1, 100), Absent::Whole(25);
    /// How many messages the server takes in a second; zero means any number.
    MESSAGES = "transport.limits.messagesPerSecond", count(0, 10_000), Absent::Whole(5);
    /// How many requests the server takes over a connection in a minute; zero means any number.
    REQUESTS = "transport.limits.requestsPerMinute", count(0, 100_000), Absent::Whole(60);
    /// How many pages of history the server gives in a minute; zero means any number.
    HISTORIES = "transport.limits.historiesPerMinute", count(0, 100_000), Absent::Whole(10);
    /// How often the server may be told that the customer types.
    TYPING = "transport.limits.typingInterval", millis(0, MAX_TIMER), Absent::Whole(5000);
    /// Whether chats outlive the process.
    ASYNC_ENABLED = "transport.async.enabled", Kind::Flag, Absent::Flag(false);
    /// A function has no form in JSON: a session keeper takes its place.
    GET_SESSION_DATA = "transport.async.getSessionData", Kind::Ignored, Absent::Nothing;
    /// Likewise.
    SET_SESSION_DATA = "transport.async.setSessionData", Kind::Ignored, Absent::Nothing;
    /// Likewise.
    DELETE_SESSION_DATA = "transport.async.deleteSessionData", Kind::Ignored, Absent::Nothing;
    /// Of the user interface.
    NEW_MESSAGE_STATE = "transport.async.newMessageRestoreState", Kind::Ignored, Absent::Nothing;
    /// Of transports that poll.
    POLL_TIMEOUT = "transport.pollTimeout", Kind::Ignored, Absent::Nothing;
    /// Likewise.
    POLL_MULTIPLIER = "transport.pollIntervalMultiplier", Kind::Ignored, Absent::Nothing;
    /// Likewise.
    POLL_EXCEPTION_LIMIT = "transport.pollExceptionLimit", Kind::Ignored, Absent::Nothing;
}

const A_HOST: &str = "a host name, without scheme and path";
const A_SOCKET: &str = "an absolute wss or ws URL";

/// Who sends the customer's joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoStart {
    /// The library, where the deployment has it on.
    Deployment,
    /// The library.
    Always,
    /// Nobody: the first message begins the conversation.
    Never,
}

/// How much of anything the server takes; zero: any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages of a session in a second.
    pub messages_per_second: u64,
    /// Requests of a connection in a minute.
    pub requests_per_minute: u64,
    /// Pages of history of a session in a minute.
    pub histories_per_minute: u64,
    /// The time between two notices of typing.
    pub typing_interval: Duration,
}

/// Web Messaging. All options are of the object `transport`.
#[derive(Clone)]
pub struct Options {
    /// Which deployment. Option `deploymentId`.
    pub deployment_id: String,
    /// The region. Option `domain`; empty where the addresses are given.
    pub domain: String,
    /// The socket's base, as `http` or `https`. Option `socketURL`.
    pub socket_url: Url,
    /// The API's base. Option `apiURL`.
    pub api_url: Url,
    /// The base of what deployments say of themselves. Option `configURL`.
    pub config_url: Url,
    /// Sent as `Origin`. Option `origin`.
    pub origin: String,
    /// Option `application`.
    pub application: String,
    /// Sent with the upgrade and to the API. Option `headers`.
    pub headers: Vec<(String, Private)>,
    /// Option `autoStart`.
    pub auto_start: AutoStart,
    /// Whether `endChat` clears the conversation. Option `endChat`.
    pub clears: bool,
    /// Option `journeyContext`.
    pub journey_context: Option<JsonObject>,
    /// How long a link is tried to be made anew; nothing means for ever. Option `reconnectTimeout`.
    pub reconnect_timeout: Option<Duration>,
    /// Option `pingInterval`.
    pub ping_interval: Duration,
    /// Option `settleTimeout`, at least [`Self::ajax_timeout`].
    pub settle_timeout: Duration,
    /// Option `maxMessagePageSize`.
    pub page_size: u64,
    /// Option `limits`.
    pub limits: Limits,
    /// Whether chats outlive the process: [`ServiceConfig::asynchronous`].
    pub asynchronous: bool,
    /// The time limit of requests: [`ServiceConfig::ajax_timeout`].
    pub ajax_timeout: Duration,
}

debug_only!(Options {
    deployment_id,
    domain,
    socket_url,
    api_url,
    config_url,
    auto_start,
    clears,
    reconnect_timeout,
    ping_interval,
    settle_timeout,
    page_size,
    limits,
    asynchronous,
    ajax_timeout
});

/// Without a deployment or an address there is nothing to return; the findings say why.
pub(super) fn read(webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Options> {
    let deployment_id = webchat.text(&DEPLOYMENT).map(str::to_owned);
    let addresses = Addresses::read(webchat);
    let limits = Limits {
        messages_per_second: webchat.whole(&MESSAGES).unwrap_or_default(),
        requests_per_minute: webchat.whole(&REQUESTS).unwrap_or_default(),
        histories_per_minute: webchat.whole(&HISTORIES).unwrap_or_default(),
        typing_interval: webchat.millis(&TYPING).unwrap_or_default(),
    };
    let auto_start = match webchat.one_of(&AUTO_START) {
        "always" => AutoStart::Always,
        "never" => AutoStart::Never,
        _ => AutoStart::Deployment,
    };
    let clears = webchat.one_of(&END_CHAT) == "clear";
    let journey_context = webchat.object(&JOURNEY).cloned();
    let headers = read_headers(webchat, &HEADERS, &[http::header::CONTENT_TYPE]);
    let (origin, application) = (webchat.text(&ORIGIN), webchat.text(&APPLICATION));
    let reconnect_timeout = webchat.millis(&RECONNECT_TIMEOUT).filter(|timeout| !timeout.is_zero());
    let ping_interval = webchat.millis(&PING_INTERVAL).unwrap_or_default();
    let settle_timeout = webchat.millis(&SETTLE_TIMEOUT).unwrap_or_default().max(service.ajax_timeout);
    let page_size = webchat.whole(&PAGE_SIZE).unwrap_or_default();
    let asynchronous = webchat.flag(&ASYNC_ENABLED);
    service.asynchronous = Some(asynchronous);
    // The answer to a message is missed after `ajaxTimeout`, its link given up after `settle_timeout`; then as long again.
    service.settle_timeout = Some(settle_timeout.saturating_mul(2).saturating_sub(service.ajax_timeout));
    if asynchronous {
        service.restore_timeout = None;
    }
    let Addresses { domain, socket, api, config } = addresses?;
    let origin = origin.map_or_else(|| format!("https://{}", host(&socket)), str::to_owned);
    let own_name = || concat!("libwebchat-", env!("CARGO_PKG_VERSION")).to_owned();
    Some(Options {
        deployment_id: deployment_id?,
        domain,
        socket_url: socket,
        api_url: api,
        config_url: config,
        origin,
        application: application.map_or_else(own_name, str::to_owned),
        headers,
        auto_start,
        clears,
        journey_context,
        reconnect_timeout,
        ping_interval,
        settle_timeout,
        page_size,
        limits,
        asynchronous,
        ajax_timeout: service.ajax_timeout,
    })
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Where everything is.
struct Addresses {
    domain: String,
    socket: Url,
    api: Url,
    config: Url,
}

impl Addresses {
    fn read(webchat: &Webchat<'_>) -> Option<Self> {
        let domain = read_domain(webchat);
        let socket = read_socket(webchat);
        let (api, config) = (webchat.url(&API_URL), webchat.url(&CONFIG_URL));
        let given = [&SOCKET_URL, &API_URL, &CONFIG_URL];
        if webchat.value(&DOMAIN).is_none() && given.iter().any(|option| webchat.value(option).is_none()) {
            webchat.needed(&DOMAIN, A_HOST);
        }
        let made = |part: &str| Url::parse(&format!("https://{part}.{}", domain?)).ok();
        Some(Self {
            socket: socket.or_else(|| made("webmessaging"))?,
            api: api.or_else(|| made("api"))?,
            config: config.or_else(|| made("api-cdn"))?,
            domain: domain.unwrap_or_default().to_owned(),
        })
    }
}

/// A domain is not checked against a list: regions are added.
fn read_domain<'a>(webchat: &Webchat<'a>) -> Option<&'a str> {
    let value = webchat.value(&DOMAIN)?;
    let of_a_host = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.');
    let text = value.as_str().filter(|text| !text.is_empty() && text.chars().all(of_a_host));
    let usable = text.filter(|text| Url::parse(&format!("https://api.{text}")).is_ok());
    if usable.is_none() {
        let found = if value.is_string() { "another string".into() } else { describe(value) };
        webchat.wrong(&DOMAIN, &found);
    }
    usable
}

/// The socket's address, as its opening is a request by HTTP.
fn read_socket(webchat: &Webchat<'_>) -> Option<Url> {
    let value = webchat.value(&SOCKET_URL)?;
    let usable = value.as_str().and_then(|text| {
        let text = match text.split_once("://") {
            Some(("wss" | "https", rest)) => format!("https://{rest}"),
            Some(("ws" | "http", rest)) => format!("http://{rest}"),
            _ => return None,
        };
        let plain = |url: &Url| {
            url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        };
        Url::parse(&text).ok().filter(plain)
    });
    if usable.is_none() {
        let found = if value.is_string() { "a string that is none".into() } else { describe(value) };
        webchat.wrong(&SOCKET_URL, &found);
    }
    usable
}

/// Whether a configuration names this transport.
pub(super) fn are_chosen(webchat: &Webchat<'_>) -> bool {
    webchat.get("transport.type").and_then(serde_json::Value::as_str) == Some(TYPE)
}
