//! The configuration: the JSON object of `_genesys.widgets.webchat` (webchatservice.md, 1), validated once and immutable
//! afterwards. `reader` takes typed values out of JSON and names the key path of what is wrong; one file per group of options.
//!
//! Options are documented on the fields they end in. These end in none:
//!
//! | Option | Meaning here |
//! |---|---|
//! | `xhrFields` | A browser's notion; ignored (specification, Version 2 API) |
//! | `transport.type` | `pureengage-v3-rest`, or absent for GMS v2. Known others are not in this build: error of kind `Unsupported` |
//! | `transport.async.getSessionData` and the other functions there | They have no form in JSON; ignored. A [`SessionKeeper`](crate::store::SessionKeeper) takes their place |
//! | `transport.pollExceptionLimit`, `transport.interactionData` | Checked, without effect on `pureengage-v3-rest` |
//! | `cometD.enabled` | GMS v2 over `CometD` instead of REST; false by default. `dataURL` and the options of polling have no effect then |
//! | `async` | GMS v2 only, and there only under `CometD`; with `enabled` true under REST: error of kind `InvalidConfiguration`. Its functions have no form in JSON; ignored |
//! | `emojis`, `form`, `chatButton` and others | Of the user interface; ignored |
//!
//! An option that is null counts as absent. Whole numbers may be written like `3000.0`.

mod cometd;
mod connection;
mod no_proxy;
mod proxy;
mod reader;
#[cfg(test)]
mod tests;
mod v2;
mod v3;

pub use cometd::GmsCometdConfig;
pub use connection::{ClientCertificate, Connection, ImagePolicy, StoreConfig, TlsVersion};
pub use no_proxy::NoProxy;
pub use proxy::ProxyConfig;
pub(crate) use proxy::{PROXY, proxy_url};

use crate::{
    Error, foreign,
    model::JsonObject,
    private::{Private, debug_only},
};
use reader::{Findings, Section, describe, invalid};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// A validated configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the service itself needs.
    pub service: ServiceConfig,
    /// Which back end, and how to reach it.
    pub transport: TransportConfig,
    /// How connections are made. Option `connection`, this library's own.
    pub connection: Connection,
    /// Where session data are kept when the host brings no store of its own. Option `sessionStore`, this library's own; in the process
    /// by default.
    pub store: StoreConfig,
    /// Keys that mean nothing to this library and are no known option of the user interface either, as key paths; for a log.
    pub unknown_keys: Vec<String>,
}

/// The options that govern the service, whatever the transport.
#[derive(Clone)]
pub struct ServiceConfig {
    /// Attached data of every chat. Option `userData`, an object; empty by default (specification, Options).
    pub user_data: JsonObject,
    /// The time limit of a request. Option `ajaxTimeout`, milliseconds from 1; 3000 by default (specification, Options).
    pub ajax_timeout: Duration,
    /// How many poll exceptions in a row are tolerated before the chat server counts as offline. Option `pollExceptionLimit`, from 0; 5
    /// by default (specification, Options; webchatservice.md, 9.2).
    pub poll_exception_limit: u32,
    /// How old a stored session may be; nothing where age does not matter. Option `restoreTimeout`, milliseconds; zero or absent means
    /// the default of 60000. Without effect under Nexus v3 and on asynchronous chats (specification, Options; webchatservice.md, 8).
    pub restore_timeout: Option<Duration>,
    /// Whether chats outlive the process and the agents' presence; nothing where the transport does not know the difference. Option
    /// `transport.async.enabled`, or `async.enabled` under `CometD` (specification, Options, Version 3 API; webchatservice.md, 1.1).
    pub asynchronous: Option<bool>,
    /// The longest message, in Unicode code points. Option `maxMessageLength`, from 1; no limit by default (webchatservice.md, 1.1).
    pub max_message_length: Option<usize>,
    /// How large the transcript may become, texts and contents counted, and 768 bytes for each message; beyond it the oldest messages
    /// leave it. Option `maxTranscriptBytes`, from 1; 64 MiB by default (webchatservice.md, 2).
    pub max_transcript_bytes: usize,
    /// How often to poll.
    pub polling: Polling,
}

debug_only!(ServiceConfig {
    ajax_timeout,
    poll_exception_limit,
    restore_timeout,
    asynchronous,
    max_message_length,
    max_transcript_bytes,
    polling
});

/// The pace of polling (webchatservice.md, 1.1 and 9.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Polling {
    /// Whether the interval adapts; else it is `rate`. Option `dynamicPolling`; true by default.
    pub dynamic: bool,
    /// The fixed interval. Option `pollRate`, 1000 to 30000 ms; under Nexus v3 `transport.pollTimeout`, from 100 ms; 3000 by default.
    pub rate: Duration,
    /// The shortest interval. Option `pollRateMin`, 250 to 30000 ms; 500 by default.
    pub min: Duration,
    /// The longest interval. Option `pollRateMax` or, in its absence, `pollIntervalIdle_ms`: from `pollRateMin` to 30000 ms; by default
    /// 3000, or `pollRateMin` when that is more.
    pub max: Duration,
    /// The growth of the interval after each poll. Option `pollRateMult`, above 1, at most 100; 1.2 by default.
    pub multiplier: f64,
    /// The growth of the interval with each failed poll in a row, up to 30 s. Option `transport.pollIntervalMultiplier`, 1 to 100; 1.2 by
    /// default under Nexus v3, always 1 under GMS.
    pub failure_multiplier: f64,
    /// Checked and kept, without effect: a program has no page that could lose the focus. Option `pollRateSleep`, 1000 to 30000 ms; 30000 by default.
    pub sleep: Duration,
    /// Likewise without effect. Option `sleepEnabled`, under Nexus v3 `transport.sleepEnabled`; false by default.
    pub sleep_enabled: bool,
}

/// Which back end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TransportConfig {
    /// GMS v2 over REST.
    GmsRest(GmsRestConfig),
    /// GMS v2 over `CometD`: option `cometD.enabled` is true.
    GmsCometd(GmsCometdConfig),
    /// Nexus v3 over REST: option `transport.type` is `pureengage-v3-rest`.
    NexusRest(NexusRestConfig),
}

/// GMS v2 over REST (specification, Version 2 API; webchatservice.md, 1.1).
#[derive(Clone, Debug)]
pub struct GmsRestConfig {
    /// The chat URL, with exactly one slash at the end. Option `dataURL` or, in its absence, `serverURL`; required. Absolute, `http` or
    /// `https`, without query, fragment, user name and password.
    pub data_url: Url,
    /// Whether the start request goes to the URL with its slash. Option `enableUrlTrailingSlash`; true by default. Also false when
    /// `serverURL`, which is taken as is, was written without a slash.
    pub trailing_slash: bool,
    /// Sent as header `apikey`. Option `apikey`, a string or a number; none by default.
    pub api_key: Option<Private>,
    /// Sent as header `Authorization`: that of `_genesys.widgets.main.header`, when option `enableCustomHeader` is true; it is false by
    /// default.
    pub authorization: Option<Private>,
    /// Sent with the start request. Option `endpoint`; none by default.
    pub endpoint: Option<String>,
    /// How long an upload may stand still, and its answer may take. Option `fileUploadTimeout`, milliseconds; zero, the default, means
    /// for ever.
    pub file_upload_timeout: Option<Duration>,
    /// The time limit of every other request: [`ServiceConfig::ajax_timeout`].
    pub ajax_timeout: Duration,
}

/// Nexus v3 over REST (specification, Version 3 API; webchatservice.md, 1.2). All options are of the object `transport`, but
/// for the last two.
#[derive(Clone)]
pub struct NexusRestConfig {
    /// The sessions' URL, without a slash at the end. Option `dataURL`; required. Absolute, `http` or `https`, without query, fragment,
    /// user name and password.
    pub data_url: Url,
    /// Where chats go. Option `endpoint`; required.
    pub endpoint: String,
    /// Sent with every request. Option `headers`, an object of strings in which `x-api-key` is required. `Content-Type`, which pages
    /// write there, is the library's own and left out. The session's token replaces an `x-nexus-client-key`.
    pub headers: Vec<(String, Private)>,
    /// Which version of the routing to use. Option `stream`; none by default.
    pub stream: Option<String>,
    /// Option `clientType`; none by default.
    pub client_type: Option<String>,
    /// How many messages are fetched at once of an asynchronous chat. Option `maxMessagePageSize`, from 16; 20 by default.
    pub page_size: u64,
    /// Whether sessions outlive the process: [`ServiceConfig::asynchronous`].
    pub asynchronous: bool,
    /// The attached data of every chat, sent when a session is taken up again: [`ServiceConfig::user_data`].
    pub user_data: JsonObject,
    /// The time limit of every request but polls and uploads: [`ServiceConfig::ajax_timeout`].
    pub ajax_timeout: Duration,
}

debug_only!(NexusRestConfig {
    data_url,
    endpoint,
    headers,
    stream,
    client_type,
    page_size,
    asynchronous,
    ajax_timeout
});

/// Options of the user interface, which shares the namespace (webchatservice.md, 1).
const USER_INTERFACE: [&str; 17] = [
    "actionsMenu",
    "ariaCharRemainingIntervals",
    "ariaIdleAlertIntervals",
    "autoInvite",
    "charCountEnabled",
    "charset",
    "chatButton",
    "confirmFormCloseEnabled",
    "emojis",
    "form",
    "formJSON",
    "inviteOnRestoreTimeout",
    "markdown",
    "minimizeOnMobileRestore",
    "proactive",
    "timeFormat",
    "uploadsEnabled",
];

impl Config {
    /// Validates `json`: the `webchat` object itself, the `_genesys.widgets` object with `main` and `webchat`, or an object with
    /// `_genesys` in it. Of `main` only `header.Authorization` is taken, and only when `enableCustomHeader` is true.
    ///
    /// Fails with kind `InvalidConfiguration`: the specification's texts where it has one, else one text that names every option that
    /// is wrong by its key path, without any value that could be secret. Kind `Unsupported`: a known transport is chosen that this
    /// build does not have.
    pub fn from_json(json: &Value) -> Result<Self, Error> {
        let findings = Findings::default();
        let (webchat, main) = locate(json, &findings)?;
        let webchat = Section::new("webchat", Some(webchat), &findings);
        webchat.ignore(&USER_INTERFACE);
        let mut service = v2::read_service(&webchat);
        let connection = connection::read_connection(&webchat);
        let store = connection::read_store(&webchat);
        let transport = match v3::read(&webchat, &mut service)? {
            Some(nexus) => TransportConfig::NexusRest(nexus),
            None => v2::read(&webchat, main, &mut service)?,
        };
        webchat.close();
        Ok(Self { service, transport, connection, store, unknown_keys: findings.into_unknown() })
    }

    /// The same from JSON text. Empty text is an empty configuration.
    pub fn from_json_text(text: &str) -> Result<Self, Error> {
        if text.trim().is_empty() {
            return Err(invalid(EMPTY));
        }
        let json = serde_json::from_str(text).map_err(|error| {
            let what = if is_address(text) {
                ADDRESS.to_owned()
            } else {
                format!("not JSON: {}", foreign::json_error(&error))
            };
            invalid(format!("Invalid configuration: {what}")).with_source(error)
        })?;
        Self::from_json(&json)
    }
}

impl Default for ServiceConfig {
    /// Every option at its default.
    fn default() -> Self {
        v2::read_service(&Section::new("webchat", None, &Findings::default()))
    }
}

const EMPTY: &str = "Invalid configuration";

/// What is said to an address in place of a configuration; the address itself may hold a password.
const ADDRESS: &str = "an address alone is none; write {\"dataURL\": \"http...\"}";

fn is_address(text: &str) -> bool {
    let text = text.trim_start().get(..8).unwrap_or_default().to_ascii_lowercase();
    text.starts_with("http://") || text == "https://"
}

/// Finds the `webchat` object and what stands beside it as `main`.
fn locate<'a>(json: &'a Value, findings: &Findings) -> Result<(&'a JsonObject, Option<&'a Value>), Error> {
    let mut widgets = json;
    for outer in ["_genesys", "widgets"] {
        widgets = widgets.get(outer).unwrap_or(widgets);
    }
    let main = widgets.get("main");
    let webchat = match widgets.get("webchat") {
        None if main.is_some() => &Value::Null,
        None => widgets,
        Some(webchat) => {
            // Other keys here are other widgets' own; these are a likely slip.
            for key in ["connection", "sessionStore"].into_iter().filter(|key| widgets.get(key).is_some()) {
                findings.unknown(key.into());
            }
            webchat
        }
    };
    match webchat {
        Value::Null => Err(invalid(EMPTY)),
        Value::Object(object) if object.is_empty() => Err(invalid(EMPTY)),
        Value::Object(object) => Ok((object, main)),
        Value::String(text) if is_address(text) => Err(invalid(format!("Invalid configuration: {ADDRESS}"))),
        other => Err(invalid(format!(
            "Invalid configuration: webchat: expected an object, got {}",
            describe(other)
        ))),
    }
}
