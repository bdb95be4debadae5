//! The options that both back ends of GMS v2 read, for they share the `webchat` object: `cometD` and `async`, which tell them apart, the keys,
//! and what files have (specification, Options, Version 2 API; webchatservice.md, 1.1).
//!
//! | Option | Meaning here |
//! |---|---|
//! | `cometD.enabled` | `CometD` instead of REST; false by default. `dataURL` and the options of polling have no effect then |
//! | `async` | Under `CometD` alone; with `enabled` true under REST: error of kind `InvalidConfiguration`. Its functions have no form in JSON; ignored |
//! | `xhrFields` | A browser's notion; ignored (specification, Version 2 API) |

use crate::{
    config::{HEADER_TEXT, MAX_TIMER, MAX_WHOLE, Section, describe, header_found, header_text, whole},
    private::Private,
};
use serde_json::Value;
use std::time::Duration;
use url::Url;

const DEFAULT_CHANNEL: &str = "/service/chatV2/customer-support";

/// Whether `cometD` is switched on, of a configuration that chooses no transport by name.
pub(crate) fn wants_cometd(webchat: &Section<'_>) -> bool {
    webchat.get("cometD.enabled") == Some(&Value::Bool(true))
}

/// Whether no transport is chosen by name.
pub(crate) fn names_no_transport(webchat: &Section<'_>) -> bool {
    webchat.get("transport.type").is_none()
}

/// The object `cometD`.
pub(crate) struct Comet {
    pub(crate) url: Option<Url>,
    pub(crate) channel: String,
    pub(crate) api_url: Option<Url>,
    pub(crate) websocket: bool,
}

/// The object `async`.
pub(crate) struct Async {
    pub(crate) enabled: bool,
    pub(crate) page_size: u64,
}

/// Reads `async`. Its functions have no form in JSON: a [`SessionKeeper`](crate::store::SessionKeeper) takes their place.
pub(crate) fn read_async(webchat: &Section<'_>) -> Async {
    let section = webchat.section("async");
    let enabled = section.flag("enabled", false);
    let page_size = section.whole("maxMessagePageSize", "a whole number", &(1..=MAX_WHOLE)).unwrap_or(20);
    section.ignore(&["getSessionData", "setSessionData", "newMessageRestoreState"]);
    Async { enabled, page_size }
}

/// Reads `cometD`. While it is not enabled, its addresses may be anything, as in the documentation's examples.
pub(crate) fn read_comet(webchat: &Section<'_>) -> Comet {
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
    Comet { url, channel: channel.to_owned(), api_url, websocket }
}

/// How long an upload may stand still, and its answer may take: nothing means for ever, as zero does.
pub(crate) fn read_file_upload_timeout(webchat: &Section<'_>) -> Option<Duration> {
    webchat.millis("fileUploadTimeout", &(0..=MAX_TIMER)).filter(|timeout| !timeout.is_zero())
}

/// `apikey`, which may be a number.
pub(crate) fn read_api_key(webchat: &Section<'_>) -> Option<Private> {
    let value = webchat.value("apikey")?;
    let text = match value {
        Value::Number(number) => Some(Private::from(match whole(number) {
            Some(whole) => whole.to_string(),
            None => number.to_string(),
        })),
        other => header_text(other),
    };
    if text.is_none() {
        webchat.problem("apikey", &format!("{HEADER_TEXT}, or a number"), &header_found(value));
    }
    text.filter(|text| !text.is_empty())
}

/// The header that `enableCustomHeader` asks for; nothing else of `main.header` is taken.
pub(crate) fn read_authorization(webchat: &Section<'_>) -> Option<Private> {
    if !webchat.flag("enableCustomHeader", false) {
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
