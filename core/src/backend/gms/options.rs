//! The options that both back ends of GMS v2 read, for they share the `webchat` object: what tells them apart, the keys,
//! and what files have (specification, Options, Version 2 API; webchatservice.md, 1.1).

use crate::{
    config::{
        Absent, HEADER_TEXT, Kind, MAX_TIMER, MAX_WHOLE, Webchat, count, describe, header_found, header_text,
        millis, options, whole,
    },
    private::Private,
};
use serde_json::Value;
use std::time::Duration;

options! {
    /// What both have.
    pub(crate) OPTIONS;
    /// Sent with the start request: the chat end point of the server's configuration.
    ENDPOINT = "endpoint", Kind::Text, Absent::Nothing;
    /// Sent as header `apikey`; by `gms-cometd` with files alone.
    API_KEY = "apikey", Kind::Other("a string of visible ASCII characters, as an HTTP header holds, or a number"), Absent::Nothing;
    /// Whether `Authorization` of `_genesys.widgets.main.header` is sent as a header.
    ENABLE_CUSTOM_HEADER = "enableCustomHeader", Kind::Flag, Absent::Flag(false);
    /// How long an upload may stand still, and its answer may take; zero means for ever.
    FILE_UPLOAD_TIMEOUT = "fileUploadTimeout", millis(0, MAX_TIMER), Absent::Whole(0);
    /// A browser's notion.
    XHR_FIELDS = "xhrFields", Kind::Ignored, Absent::Nothing;
    /// Whether the chat goes over `CometD`.
    COMETD_ENABLED = "cometD.enabled", Kind::Flag, Absent::Flag(false);
    /// Checked, without effect.
    LOG_LEVEL = "cometD.logLevel", Kind::Text, Absent::Nothing;
    /// Whether chats outlive the process and the agents' presence. `gms-rest` refuses it.
    ASYNC_ENABLED = "async.enabled", Kind::Flag, Absent::Flag(false);
    /// How many messages are fetched at once of an asynchronous chat.
    PAGE_SIZE = "async.maxMessagePageSize", count(1, MAX_WHOLE), Absent::Whole(20);
    /// A function has no form in JSON: a session keeper takes its place.
    GET_SESSION_DATA = "async.getSessionData", Kind::Ignored, Absent::Nothing;
    /// Likewise.
    SET_SESSION_DATA = "async.setSessionData", Kind::Ignored, Absent::Nothing;
    /// Of the user interface.
    NEW_MESSAGE_STATE = "async.newMessageRestoreState", Kind::Ignored, Absent::Nothing;
}

/// Whether `cometD` is switched on, of a configuration that chooses no transport by name.
pub(crate) fn wants_cometd(webchat: &Webchat<'_>) -> bool {
    webchat.get("cometD.enabled") == Some(&Value::Bool(true))
}

/// Whether no transport is chosen by name.
pub(crate) fn names_no_transport(webchat: &Webchat<'_>) -> bool {
    webchat.get("transport.type").is_none()
}

/// What both back ends read alike.
pub(crate) struct Common {
    pub(crate) endpoint: Option<String>,
    pub(crate) api_key: Option<Private>,
    pub(crate) authorization: Option<Private>,
    pub(crate) file_upload_timeout: Option<Duration>,
    pub(crate) asynchronous: bool,
    pub(crate) page_size: u64,
}

impl Common {
    pub(crate) fn read(webchat: &Webchat<'_>) -> Self {
        webchat.flag(&COMETD_ENABLED);
        webchat.text(&LOG_LEVEL);
        Self {
            asynchronous: webchat.flag(&ASYNC_ENABLED),
            page_size: webchat.whole(&PAGE_SIZE).unwrap_or_default(),
            endpoint: webchat.text(&ENDPOINT).map(str::to_owned),
            api_key: read_api_key(webchat),
            authorization: read_authorization(webchat),
            file_upload_timeout: webchat.millis(&FILE_UPLOAD_TIMEOUT).filter(|timeout| !timeout.is_zero()),
        }
    }
}

/// `apikey`, which may be a number.
fn read_api_key(webchat: &Webchat<'_>) -> Option<Private> {
    let value = webchat.value(&API_KEY)?;
    let text = match value {
        Value::Number(number) => Some(Private::from(match whole(number) {
            Some(whole) => whole.to_string(),
            None => number.to_string(),
        })),
        other => header_text(other),
    };
    if text.is_none() {
        webchat.wrong(&API_KEY, &header_found(value));
    }
    text.filter(|text| !text.is_empty())
}

/// The header that `enableCustomHeader` asks for; nothing else of `main.header` is taken.
fn read_authorization(webchat: &Webchat<'_>) -> Option<Private> {
    if !webchat.flag(&ENABLE_CUSTOM_HEADER) {
        return None;
    }
    let header = webchat.main()?.get("header").filter(|header| !header.is_null())?;
    let Some(header) = header.as_object() else {
        webchat.findings.problem("main.header", "an object", &describe(header));
        return None;
    };
    let (name, value) = header.iter().find(|(name, _)| name.eq_ignore_ascii_case("Authorization"))?;
    let text = header_text(value);
    if text.is_none() && !value.is_null() {
        webchat.findings.problem(&format!("main.header.{name}"), HEADER_TEXT, &header_found(value));
    }
    text.filter(|text| !text.is_empty())
}
