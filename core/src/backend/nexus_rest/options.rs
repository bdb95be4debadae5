//! The options of Nexus v3: the `transport` object (specification, Options, Version 3 API; webchatservice.md, 1.2).
//!
//! | Option | Meaning here |
//! |---|---|
//! | `async.getSessionData` and the other functions there | They have no form in JSON; ignored. A [`SessionKeeper`](crate::store::SessionKeeper) takes their place |
//! | `pollExceptionLimit`, `interactionData` | Checked, without effect |

use crate::{
    config::{HEADER_TEXT, MAX_TIMER, MAX_WHOLE, Polling, Section, ServiceConfig, read_headers},
    model::JsonObject,
    private::{Private, debug_only},
};
use http::header;
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// The transport's name in `transport.type`.
pub(super) const TYPE: &str = "pureengage-v3-rest";

/// Nexus v3 over REST (specification, Version 3 API; webchatservice.md, 1.2). All options are of the object `transport`, but
/// for the last two.
#[derive(Clone)]
pub struct Options {
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

debug_only!(Options {
    data_url,
    endpoint,
    headers,
    stream,
    client_type,
    page_size,
    asynchronous,
    ajax_timeout
});

/// Without a usable URL or endpoint there is nothing to return; the findings say why.
pub(super) fn read(webchat: &Section<'_>, service: &mut ServiceConfig) -> Option<Options> {
    let section = &webchat.section("transport");
    section.ignore(&["type"]);
    // Documented for v2; what it asks for stands in `headers` here.
    webchat.flag("enableCustomHeader", false);
    let data_url = section.required_url("dataURL").map(without_slash);
    let endpoint = section.required_text("endpoint").map(str::to_owned);
    let headers = read_all_headers(section);
    let stream = section.text("stream").map(str::to_owned);
    let client_type = section.text("clientType").map(str::to_owned);
    let page_size = section.whole("maxMessagePageSize", "a whole number", &(16..=MAX_WHOLE)).unwrap_or(20);
    section.whole("pollExceptionLimit", "a whole number", &(0..=u32::MAX.into()));
    section.object("interactionData");
    let asynchronous = read_async(section);
    service.polling = Polling {
        dynamic: false,
        rate: section.millis("pollTimeout", &(100..=MAX_TIMER)).unwrap_or(Duration::from_secs(3)),
        failure_multiplier: section.multiplier("pollIntervalMultiplier", true).unwrap_or(1.2),
        sleep_enabled: section.flag("sleepEnabled", false),
        ..service.polling.clone()
    };
    service.asynchronous = Some(asynchronous);
    service.restore_timeout = None;
    Some(Options {
        data_url: data_url?,
        endpoint: endpoint?,
        headers,
        stream,
        client_type,
        page_size,
        asynchronous,
        user_data: service.user_data.clone(),
        ajax_timeout: service.ajax_timeout,
    })
}

fn without_slash(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

/// Reads `async` and says whether it is switched on. Its functions have no form in JSON.
fn read_async(section: &Section<'_>) -> bool {
    let section = section.section("async");
    let enabled = section.flag("enabled", false);
    section.ignore(&["getSessionData", "setSessionData", "deleteSessionData", "newMessageRestoreState"]);
    enabled
}

fn read_all_headers(section: &Section<'_>) -> Vec<(String, Private)> {
    let headers = read_headers(section, "headers", &[header::CONTENT_TYPE]);
    let is_key = |name: &String| name.eq_ignore_ascii_case("x-api-key");
    let missing = match section.value("headers") {
        None => true,
        Some(Value::Object(headers)) => !headers.keys().any(is_key),
        Some(_) => false,
    };
    if missing {
        section.problem("headers.x-api-key", HEADER_TEXT, "nothing");
    }
    headers
}
