//! The options of GMS v2 over REST (specification, Options, Version 2 API; webchatservice.md, 1.1).

use crate::{
    backend::gms::options::{
        read_api_key, read_async, read_authorization, read_comet, read_file_upload_timeout,
    },
    config::{Section, ServiceConfig},
    private::Private,
};
use std::time::Duration;
use url::Url;

const ASYNC_WITH_REST: &str =
    "Invalid configuration. WebChatService supports Async chat only in CometD mode.";

/// GMS v2 over REST (specification, Version 2 API; webchatservice.md, 1.1).
#[derive(Clone, Debug)]
pub struct Options {
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

/// Without a usable URL there is nothing to return; the finding says why.
pub(super) fn read(webchat: &Section<'_>, service: &ServiceConfig) -> Option<Options> {
    if read_async(webchat).enabled {
        webchat.refuse(ASYNC_WITH_REST);
    }
    read_comet(webchat);
    webchat.ignore(&["xhrFields"]);
    let slash_wanted = webchat.flag("enableUrlTrailingSlash", true);
    let endpoint = webchat.text("endpoint").map(str::to_owned);
    let api_key = read_api_key(webchat);
    let authorization = read_authorization(webchat);
    let file_upload_timeout = read_file_upload_timeout(webchat);
    let (data_url, slash_given) = read_data_url(webchat)?;
    Some(Options {
        data_url,
        trailing_slash: slash_wanted && slash_given,
        api_key,
        authorization,
        endpoint,
        file_upload_timeout,
        ajax_timeout: service.ajax_timeout,
    })
}

/// The chat URL, and whether the start request may go to it with its slash. `dataURL` is brought to exactly one slash at the end;
/// its older alias `serverURL` is taken as is, so a start goes to it without a slash when it is written without.
fn read_data_url(webchat: &Section<'_>) -> Option<(Url, bool)> {
    let server_url = webchat.url("serverURL");
    let aliased = webchat.value("dataURL").is_none() && webchat.value("serverURL").is_some();
    let mut url = if aliased { server_url? } else { webchat.required_url("dataURL")? };
    let as_given = !aliased || url.path().ends_with('/');
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Some((url, as_given))
}
