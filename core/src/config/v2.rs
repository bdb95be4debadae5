//! The options of the GMS v2 service, and those that every transport shares (specification, Options, Version 2 API;
//! webchatservice.md, 1.1).

use super::{
    EMPTY, GmsRestConfig, Polling, ServiceConfig, TransportConfig, cometd,
    connection::{HEADER_TEXT, header_found, header_text},
    reader::{MAX_TIMER, MAX_WHOLE, Section, describe, invalid, whole},
};
use crate::{Error, private::Private};
use serde_json::Value;
use std::time::Duration;
use url::Url;

const ASYNC_WITH_REST: &str =
    "Invalid configuration. WebChatService supports Async chat only in CometD mode.";

/// Reads what the service needs under any transport.
pub(super) fn read_service(webchat: &Section<'_>) -> ServiceConfig {
    ServiceConfig {
        user_data: webchat.object("userData").cloned().unwrap_or_default(),
        ajax_timeout: webchat.millis("ajaxTimeout", &(1..=MAX_TIMER)).unwrap_or(Duration::from_secs(3)),
        poll_exception_limit: webchat
            .whole("pollExceptionLimit", "a whole number", &(0..=u32::MAX.into()))
            .map_or(5, |limit| u32::try_from(limit).unwrap_or(u32::MAX)),
        restore_timeout: webchat
            .millis("restoreTimeout", &(0..=MAX_WHOLE))
            .filter(|timeout| !timeout.is_zero())
            .or(Some(Duration::from_mins(1))),
        asynchronous: None,
        max_message_length: webchat
            .whole("maxMessageLength", "a number of characters", &(1..=MAX_WHOLE))
            .map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
        max_transcript_bytes: webchat
            .whole("maxTranscriptBytes", "a number of bytes", &(1..=MAX_WHOLE))
            .map_or(64 << 20, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        polling: read_polling(webchat),
    }
}

fn read_polling(webchat: &Section<'_>) -> Polling {
    const DEFAULT: Duration = Duration::from_secs(3);
    const RATE: std::ops::RangeInclusive<u64> = 1000..=30_000;

    let min = webchat.millis("pollRateMin", &(250..=30_000)).unwrap_or(Duration::from_millis(500));
    let idle = read_max(webchat, "pollIntervalIdle_ms", min);
    let max = read_max(webchat, "pollRateMax", min).or(idle);
    Polling {
        dynamic: webchat.flag("dynamicPolling", true),
        rate: webchat.millis("pollRate", &RATE).unwrap_or(DEFAULT),
        min,
        max: max.unwrap_or(DEFAULT.max(min)),
        failure_multiplier: 1.0,
        multiplier: webchat.multiplier("pollRateMult", false).unwrap_or(1.2),
        sleep: webchat.millis("pollRateSleep", &RATE).unwrap_or(Duration::from_secs(30)),
        sleep_enabled: webchat.flag("sleepEnabled", false),
    }
}

/// The longest interval, which cannot be shorter than the shortest.
fn read_max(webchat: &Section<'_>, key: &'static str, min: Duration) -> Option<Duration> {
    let min = u64::try_from(min.as_millis()).unwrap_or(u64::MAX);
    webchat.millis(key, &(min..=30_000))
}

/// Reads the choice of GMS v2, over REST or `CometD`, and what the service needs under it. Fails when the configuration has any problem.
pub(super) fn read(
    webchat: &Section<'_>,
    main: Option<&Value>,
    service: &mut ServiceConfig,
) -> Result<TransportConfig, Error> {
    let asynchronous = cometd::read_async(webchat);
    let comet = cometd::read_comet(webchat);
    if comet.enabled {
        let cometd = cometd::read(webchat, main, service, comet, &asynchronous);
        webchat.findings.check()?;
        return cometd.ok_or_else(|| invalid(EMPTY)).map(TransportConfig::GmsCometd);
    }
    let rest = read_gms_rest(webchat, main, service);
    webchat.findings.check()?;
    if asynchronous.enabled {
        return Err(invalid(ASYNC_WITH_REST));
    }
    rest.ok_or_else(|| invalid(EMPTY)).map(TransportConfig::GmsRest)
}

/// Reads what GMS over REST needs. Without a usable URL there is nothing to return; the finding says why.
fn read_gms_rest(
    webchat: &Section<'_>,
    main: Option<&Value>,
    service: &ServiceConfig,
) -> Option<GmsRestConfig> {
    webchat.ignore(&["xhrFields"]);
    let slash_wanted = webchat.flag("enableUrlTrailingSlash", true);
    let endpoint = webchat.text("endpoint").map(str::to_owned);
    let api_key = read_api_key(webchat);
    let authorization = read_authorization(webchat, main);
    let file_upload_timeout = webchat.millis("fileUploadTimeout", &(0..=MAX_TIMER));
    let (data_url, slash_given) = read_data_url(webchat)?;
    Some(GmsRestConfig {
        data_url,
        trailing_slash: slash_wanted && slash_given,
        api_key,
        authorization,
        endpoint,
        file_upload_timeout: file_upload_timeout.filter(|timeout| !timeout.is_zero()),
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

/// `apikey`, which may be a number.
pub(super) fn read_api_key(webchat: &Section<'_>) -> Option<Private> {
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
pub(super) fn read_authorization(webchat: &Section<'_>, main: Option<&Value>) -> Option<Private> {
    if !webchat.flag("enableCustomHeader", false) {
        return None;
    }
    let header = main?.get("header").filter(|header| !header.is_null())?;
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
