//! The options of GMS v2 over REST (specification, Options, Version 2 API; webchatservice.md, 1.1).

use crate::{
    backend::gms::options::Common,
    config::{Absent, Kind, ServiceConfig, Webchat, options},
    private::Private,
};
use std::time::Duration;
use url::Url;

const ASYNC_WITH_REST: &str =
    "Invalid configuration. WebChatService supports Async chat only in CometD mode.";

options! {
    /// Its own.
    pub(super) OPTIONS;
    /// The chat URL, which is brought to exactly one slash at the end. Without query, fragment, user name and password.
    DATA_URL = "dataURL", Kind::Url, Absent::Words("needed, or `serverURL`");
    /// An older name of `dataURL`, which is taken as is: a start goes to it without a slash when it is written without.
    SERVER_URL = "serverURL", Kind::Url, Absent::Nothing;
    /// Whether the start request goes to the URL with its slash.
    TRAILING_SLASH = "enableUrlTrailingSlash", Kind::Flag, Absent::Flag(true);
    /// Of `gms-cometd`.
    COMET_URL = "cometD.cometURL", Kind::Text, Absent::Nothing;
    /// Of `gms-cometd`.
    API_URL = "cometD.apiURL", Kind::Text, Absent::Nothing;
    /// Of `gms-cometd`.
    CHANNEL = "cometD.channel", Kind::Text, Absent::Nothing;
    /// Of `gms-cometd`.
    WEBSOCKET = "cometD.websocketEnabled", Kind::Flag, Absent::Flag(true);
}

/// GMS v2 over REST (specification, Version 2 API; webchatservice.md, 1.1).
#[derive(Clone, Debug)]
pub struct Options {
    /// The chat URL, with exactly one slash at the end. Option `dataURL` or, in its absence, `serverURL`.
    pub data_url: Url,
    /// Whether the start request goes to the URL with its slash. Option `enableUrlTrailingSlash`. Also false when
    /// `serverURL`, which is taken as is, was written without a slash.
    pub trailing_slash: bool,
    /// Sent as header `apikey`. Option `apikey`.
    pub api_key: Option<Private>,
    /// Sent as header `Authorization`: that of `_genesys.widgets.main.header`, when option `enableCustomHeader` is true.
    pub authorization: Option<Private>,
    /// Sent with the start request. Option `endpoint`.
    pub endpoint: Option<String>,
    /// How long an upload may stand still, and its answer may take. Option `fileUploadTimeout`; nothing means for ever.
    pub file_upload_timeout: Option<Duration>,
    /// The time limit of every other request: [`ServiceConfig::ajax_timeout`].
    pub ajax_timeout: Duration,
}

/// Without a usable URL there is nothing to return; the finding says why.
pub(super) fn read(webchat: &Webchat<'_>, service: &ServiceConfig) -> Option<Options> {
    let common = Common::read(webchat);
    if common.asynchronous {
        webchat.refuse(ASYNC_WITH_REST);
    }
    // Addresses may be anything while CometD is not enabled, as in the documentation's examples.
    for option in [&COMET_URL, &API_URL, &CHANNEL] {
        webchat.text(option);
    }
    webchat.flag(&WEBSOCKET);
    let slash_wanted = webchat.flag(&TRAILING_SLASH);
    let (data_url, slash_given) = read_data_url(webchat)?;
    Some(Options {
        data_url,
        trailing_slash: slash_wanted && slash_given,
        api_key: common.api_key,
        authorization: common.authorization,
        endpoint: common.endpoint,
        file_upload_timeout: common.file_upload_timeout,
        ajax_timeout: service.ajax_timeout,
    })
}

/// The chat URL, and whether the start request may go to it with its slash. `dataURL` is brought to exactly one slash at the end;
/// its older alias `serverURL` is taken as is, so a start goes to it without a slash when it is written without.
fn read_data_url(webchat: &Webchat<'_>) -> Option<(Url, bool)> {
    let server_url = webchat.url(&SERVER_URL);
    let aliased = webchat.value(&DATA_URL).is_none() && webchat.value(&SERVER_URL).is_some();
    let mut url = if aliased { server_url? } else { needed_url(webchat)? };
    let as_given = !aliased || url.path().ends_with('/');
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Some((url, as_given))
}

fn needed_url(webchat: &Webchat<'_>) -> Option<Url> {
    webchat.needed(&DATA_URL, &DATA_URL.kind.expected());
    webchat.url(&DATA_URL)
}
