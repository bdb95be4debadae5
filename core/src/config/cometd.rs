//! The options of GMS v2 over `CometD`: the objects `cometD` and `async` (webchatservice.md, 1.1).

use super::{
    ServiceConfig,
    reader::{MAX_TIMER, MAX_WHOLE, Section},
    v2::{read_api_key, read_authorization},
};
use crate::private::Private;
use serde_json::Value;
use std::time::Duration;
use url::Url;

const DEFAULT_CHANNEL: &str = "/service/chatV2/customer-support";

/// GMS v2 over `CometD` (webchatservice.md, 1.1). The first options are of the object `cometD`; its `logLevel` is checked and
/// has no effect.
#[derive(Clone, Debug)]
pub struct GmsCometdConfig {
    /// The `CometD` endpoint. Option `cometURL`; required. Absolute, `http` or `https`, without query, fragment, user name and
    /// password; the WebSocket has the same address.
    pub comet_url: Url,
    /// The channel to publish on and to listen to. Option `channel`, which begins with a slash and has no wildcard;
    /// `/service/chatV2/customer-support` by default.
    pub channel: String,
    /// Where files are sent to and fetched from. Option `apiURL`; without it there are no files.
    pub api_url: Option<Url>,
    /// Whether the WebSocket is tried before long-polling. Option `websocketEnabled`; true by default.
    pub websocket: bool,
    /// Sent as header `apikey` with files. Option `apikey` beside `cometD`; none by default.
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
    /// Whether chats outlive the process: [`ServiceConfig::asynchronous`].
    pub asynchronous: bool,
    /// How many messages are fetched at once of an asynchronous chat. Option `async.maxMessagePageSize`, from 1; 20 by default.
    pub page_size: u64,
}

/// The object `cometD`.
pub(super) struct Comet {
    pub(super) enabled: bool,
    url: Option<Url>,
    channel: String,
    api_url: Option<Url>,
    websocket: bool,
}

/// The object `async`.
pub(super) struct Async {
    pub(super) enabled: bool,
    page_size: u64,
}

/// Reads `async`. Its functions have no form in JSON: a [`SessionKeeper`](crate::store::SessionKeeper) takes their place.
pub(super) fn read_async(webchat: &Section<'_>) -> Async {
    let section = webchat.section("async");
    let enabled = section.flag("enabled", false);
    let page_size = section.whole("maxMessagePageSize", "a whole number", &(1..=MAX_WHOLE)).unwrap_or(20);
    section.ignore(&["getSessionData", "setSessionData", "newMessageRestoreState"]);
    section.close();
    Async { enabled, page_size }
}

/// Reads `cometD`. While it is not enabled, its addresses may be anything, as in the documentation's examples.
pub(super) fn read_comet(webchat: &Section<'_>) -> Comet {
    let section = webchat.section("cometD");
    let enabled = section.flag("enabled", false);
    let (url, api_url) = if enabled {
        (section.required_url("cometURL"), section.url("apiURL"))
    } else {
        section.text("cometURL");
        section.text("apiURL");
        (None, None)
    };
    let channel = section.text("channel").unwrap_or(DEFAULT_CHANNEL);
    let usable = channel.len() > 1 && channel.starts_with('/') && !channel.contains('*');
    if enabled && (!usable || channel.starts_with("/meta/")) {
        section.problem("channel", "a channel like /service/chatV2/customer-support", "another string");
    }
    let websocket = section.flag("websocketEnabled", true);
    section.text("logLevel");
    section.close();
    Comet { enabled, url, channel: channel.to_owned(), api_url, websocket }
}

/// Reads what stands beside the two, and what the service needs. Without a usable URL there is nothing to return; the finding says why.
pub(super) fn read(
    webchat: &Section<'_>,
    main: Option<&Value>,
    service: &mut ServiceConfig,
    comet: Comet,
    asynchronous: &Async,
) -> Option<GmsCometdConfig> {
    // Of REST alone.
    webchat.ignore(&["dataURL", "enableUrlTrailingSlash", "serverURL", "xhrFields"]);
    let endpoint = webchat.text("endpoint").map(str::to_owned);
    let api_key = read_api_key(webchat);
    let authorization = read_authorization(webchat, main);
    let file_upload_timeout = webchat.millis("fileUploadTimeout", &(0..=MAX_TIMER));
    if asynchronous.enabled {
        service.asynchronous = Some(true);
        service.restore_timeout = None;
    }
    Some(GmsCometdConfig {
        comet_url: comet.url?,
        channel: comet.channel,
        api_url: comet.api_url,
        websocket: comet.websocket,
        api_key,
        authorization,
        endpoint,
        file_upload_timeout: file_upload_timeout.filter(|timeout| !timeout.is_zero()),
        ajax_timeout: service.ajax_timeout,
        asynchronous: asynchronous.enabled,
        page_size: asynchronous.page_size,
    })
}
