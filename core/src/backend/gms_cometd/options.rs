//! The options of GMS v2 over `CometD` (webchatservice.md, 1.1).

use crate::{
    backend::gms::options::{
        read_api_key, read_async, read_authorization, read_comet, read_file_upload_timeout,
    },
    config::{Section, ServiceConfig},
    private::Private,
};
use std::time::Duration;
use url::Url;

/// GMS v2 over `CometD` (webchatservice.md, 1.1). The first options are of the object `cometD`; its `logLevel` is checked and
/// has no effect.
#[derive(Clone, Debug)]
pub struct Options {
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

/// Without a usable URL there is nothing to return; the finding says why.
pub(super) fn read(webchat: &Section<'_>, service: &mut ServiceConfig) -> Option<Options> {
    let (asynchronous, comet) = (read_async(webchat), read_comet(webchat));
    // Of REST alone.
    webchat.ignore(&["dataURL", "enableUrlTrailingSlash", "serverURL", "xhrFields"]);
    let endpoint = webchat.text("endpoint").map(str::to_owned);
    let api_key = read_api_key(webchat);
    let authorization = read_authorization(webchat);
    let file_upload_timeout = read_file_upload_timeout(webchat);
    if asynchronous.enabled {
        service.asynchronous = Some(true);
        service.restore_timeout = None;
    }
    Some(Options {
        comet_url: comet.url?,
        channel: comet.channel,
        api_url: comet.api_url,
        websocket: comet.websocket,
        api_key,
        authorization,
        endpoint,
        file_upload_timeout,
        ajax_timeout: service.ajax_timeout,
        asynchronous: asynchronous.enabled,
        page_size: asynchronous.page_size,
    })
}
