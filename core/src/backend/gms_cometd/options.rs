//! The options of GMS v2 over `CometD` (webchatservice.md, 1.1).

use crate::{
    backend::gms::options::Common,
    config::{Absent, Kind, ServiceConfig, Webchat, options},
    private::Private,
};
use std::time::Duration;
use url::Url;

options! {
    /// Its own.
    pub(super) OPTIONS;
    /// The `CometD` endpoint, without query, fragment, user name and password. The WebSocket has the same address.
    COMET_URL = "cometD.cometURL", Kind::Url, Absent::Needed;
    /// Where files are sent to and fetched from; without it there are no files.
    API_URL = "cometD.apiURL", Kind::Url, Absent::Nothing;
    /// The channel to publish on and to listen to. It begins with a slash and has no wildcard.
    CHANNEL = "cometD.channel", Kind::Text, Absent::Text("/service/chatV2/customer-support");
    /// Whether the WebSocket is tried before long-polling.
    WEBSOCKET = "cometD.websocketEnabled", Kind::Flag, Absent::Flag(true);
    /// Of `gms-rest`.
    DATA_URL = "dataURL", Kind::Ignored, Absent::Nothing;
    /// Of `gms-rest`.
    SERVER_URL = "serverURL", Kind::Ignored, Absent::Nothing;
    /// Of `gms-rest`.
    TRAILING_SLASH = "enableUrlTrailingSlash", Kind::Ignored, Absent::Nothing;
}

/// GMS v2 over `CometD` (webchatservice.md, 1.1). The first options are of the object `cometD`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `CometD` endpoint. Option `cometURL`; the WebSocket has the same address.
    pub comet_url: Url,
    /// The channel to publish on and to listen to. Option `channel`.
    pub channel: String,
    /// Where files are sent to and fetched from. Option `apiURL`; without it there are no files.
    pub api_url: Option<Url>,
    /// Whether the WebSocket is tried before long-polling. Option `websocketEnabled`.
    pub websocket: bool,
    /// Sent as header `apikey` with files. Option `apikey` beside `cometD`.
    pub api_key: Option<Private>,
    /// Sent as header `Authorization`: that of `_genesys.widgets.main.header`, when option `enableCustomHeader` is true.
    pub authorization: Option<Private>,
    /// Sent with the start request. Option `endpoint`.
    pub endpoint: Option<String>,
    /// How long an upload may stand still, and its answer may take. Option `fileUploadTimeout`; nothing means for ever.
    pub file_upload_timeout: Option<Duration>,
    /// The time limit of every other request: [`ServiceConfig::ajax_timeout`].
    pub ajax_timeout: Duration,
    /// Whether chats outlive the process: [`ServiceConfig::asynchronous`].
    pub asynchronous: bool,
    /// How many messages are fetched at once of an asynchronous chat. Option `async.maxMessagePageSize`.
    pub page_size: u64,
}

/// Without a usable URL there is nothing to return; the finding says why.
pub(super) fn read(webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Options> {
    let common = Common::read(webchat);
    let comet_url = webchat.url(&COMET_URL);
    let api_url = webchat.url(&API_URL);
    let channel = read_channel(webchat);
    let websocket = webchat.flag(&WEBSOCKET);
    if common.asynchronous {
        service.asynchronous = Some(true);
        service.restore_timeout = None;
    }
    Some(Options {
        comet_url: comet_url?,
        channel: channel.to_owned(),
        api_url,
        websocket,
        api_key: common.api_key,
        authorization: common.authorization,
        endpoint: common.endpoint,
        file_upload_timeout: common.file_upload_timeout,
        ajax_timeout: service.ajax_timeout,
        asynchronous: common.asynchronous,
        page_size: common.page_size,
    })
}

fn read_channel<'a>(webchat: &Webchat<'a>) -> &'a str {
    let default = CHANNEL.default_text();
    let channel = webchat.text(&CHANNEL).unwrap_or(default);
    let usable = channel.len() > 1 && channel.starts_with('/') && !channel.contains('*');
    if !usable || channel.starts_with("/meta/") {
        webchat.problem(CHANNEL.path, &format!("a channel like {default}"), "another string");
    }
    channel
}
