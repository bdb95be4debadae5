//! The options of Nexus v3: the `transport` object (specification, Options, Version 3 API; webchatservice.md, 1.2).

use crate::{
    config::{
        Absent, HEADER_TEXT, Kind, MAX_TIMER, MAX_WHOLE, Polling, ServiceConfig, Webchat, count, millis,
        options, read_headers,
    },
    model::JsonObject,
    private::{Private, debug_only},
};
use http::header;
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// The transport's name in `transport.type`.
pub(super) const TYPE: &str = "pureengage-v3-rest";

options! {
    /// Its own.
    pub(super) OPTIONS;
    /// The sessions' URL, without query, fragment, user name and password.
    DATA_URL = "transport.dataURL", Kind::Url, Absent::Needed;
    /// Where chats go.
    ENDPOINT = "transport.endpoint", Kind::Text, Absent::Needed;
    /// Sent with every request: strings, `x-api-key` among them. `Content-Type`, which pages write there, is the library's own and left
    /// out. The session's token replaces an `x-nexus-client-key`.
    HEADERS = "transport.headers", Kind::Object, Absent::Words("needed, with `x-api-key`");
    /// Which version of the routing to use.
    STREAM = "transport.stream", Kind::Text, Absent::Nothing;
    /// The kind of client, for the server.
    CLIENT_TYPE = "transport.clientType", Kind::Text, Absent::Nothing;
    /// How many messages are fetched at once of an asynchronous chat.
    PAGE_SIZE = "transport.maxMessagePageSize", count(16, MAX_WHOLE), Absent::Whole(20);
    /// Checked, without effect: the option of the same name beside `transport` counts.
    POLL_EXCEPTION_LIMIT = "transport.pollExceptionLimit", count(0, 4_294_967_295), Absent::Nothing;
    /// Checked, without effect.
    INTERACTION_DATA = "transport.interactionData", Kind::Object, Absent::Nothing;
    /// The interval of polls.
    POLL_TIMEOUT = "transport.pollTimeout", millis(100, MAX_TIMER), Absent::Whole(3000);
    /// What the interval grows by with each failed poll in a row, up to 30 s.
    POLL_MULTIPLIER = "transport.pollIntervalMultiplier", Kind::Growth { or_none: true }, Absent::Number(1.2);
    /// Checked, without effect: a program has no page that could lose the focus.
    SLEEP_ENABLED = "transport.sleepEnabled", Kind::Flag, Absent::Flag(false);
    /// Whether chats outlive the process and the agents' presence.
    ASYNC_ENABLED = "transport.async.enabled", Kind::Flag, Absent::Flag(false);
    /// A function has no form in JSON: a session keeper takes its place.
    GET_SESSION_DATA = "transport.async.getSessionData", Kind::Ignored, Absent::Nothing;
    /// Likewise.
    SET_SESSION_DATA = "transport.async.setSessionData", Kind::Ignored, Absent::Nothing;
    /// Likewise.
    DELETE_SESSION_DATA = "transport.async.deleteSessionData", Kind::Ignored, Absent::Nothing;
    /// Of the user interface.
    NEW_MESSAGE_STATE = "transport.async.newMessageRestoreState", Kind::Ignored, Absent::Nothing;
    /// Checked, without effect: what it asks for stands in `transport.headers`.
    ENABLE_CUSTOM_HEADER = "enableCustomHeader", Kind::Flag, Absent::Flag(false);
}

/// Nexus v3 over REST (specification, Version 3 API; webchatservice.md, 1.2). All options are of the object `transport`, but
/// for the last two.
#[derive(Clone)]
pub struct Options {
    /// The sessions' URL, without a slash at the end. Option `dataURL`.
    pub data_url: Url,
    /// Where chats go. Option `endpoint`.
    pub endpoint: String,
    /// Sent with every request. Option `headers`.
    pub headers: Vec<(String, Private)>,
    /// Which version of the routing to use. Option `stream`.
    pub stream: Option<String>,
    /// Option `clientType`.
    pub client_type: Option<String>,
    /// How many messages are fetched at once of an asynchronous chat. Option `maxMessagePageSize`.
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
pub(super) fn read(webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Options> {
    let data_url = webchat.url(&DATA_URL).map(without_slash);
    let endpoint = webchat.text(&ENDPOINT).map(str::to_owned);
    let headers = read_all_headers(webchat);
    let stream = webchat.text(&STREAM).map(str::to_owned);
    let client_type = webchat.text(&CLIENT_TYPE).map(str::to_owned);
    let page_size = webchat.whole(&PAGE_SIZE).unwrap_or_default();
    webchat.whole(&POLL_EXCEPTION_LIMIT);
    webchat.object(&INTERACTION_DATA);
    webchat.flag(&ENABLE_CUSTOM_HEADER);
    let asynchronous = webchat.flag(&ASYNC_ENABLED);
    service.polling = Polling {
        dynamic: false,
        rate: webchat.millis(&POLL_TIMEOUT).unwrap_or_default(),
        failure_multiplier: webchat.growth(&POLL_MULTIPLIER),
        held: true,
        sleep_enabled: webchat.flag(&SLEEP_ENABLED),
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

fn read_all_headers(webchat: &Webchat<'_>) -> Vec<(String, Private)> {
    let headers = read_headers(webchat, &HEADERS, &[header::CONTENT_TYPE]);
    let is_key = |name: &String| name.eq_ignore_ascii_case("x-api-key");
    let missing = match webchat.value(&HEADERS) {
        None => true,
        Some(Value::Object(headers)) => !headers.keys().any(is_key),
        Some(_) => false,
    };
    if missing {
        webchat.problem("transport.headers.x-api-key", HEADER_TEXT, "nothing");
    }
    headers
}
