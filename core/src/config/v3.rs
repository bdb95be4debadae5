//! The options of the `transport` object (specification, Options, Version 3 API; webchatservice.md, 1.2).

use super::{
    EMPTY, NexusRestConfig, Polling, ServiceConfig,
    connection::{HEADER_TEXT, read_headers},
    reader::{MAX_TIMER, MAX_WHOLE, Section, invalid, unsupported},
};
use crate::{Error, private::Private};
use http::header;
use serde_json::Value;
use std::time::Duration;
use url::Url;

const PURE_ENGAGE_V3: &str = "pureengage-v3-rest";

/// Transports that exist and whose options are not known here.
const OTHERS: [&str; 3] = ["purecloud-v2-sockets", "pureconnect-v4-rest", "pureconnect-v4-chatbots"];

/// Reads the choice of a transport, and what the service needs under it; nothing when `transport` chooses none: then it is GMS v2.
/// Fails when the configuration has any problem, or asks for a transport that is unknown or not in this build.
pub(super) fn read(
    webchat: &Section<'_>,
    service: &mut ServiceConfig,
) -> Result<Option<NexusRestConfig>, Error> {
    let section = webchat.section("transport");
    let name = match section.value("type") {
        None => {
            section.close();
            return Ok(None);
        }
        Some(Value::String(name)) => name.as_str(),
        Some(_) => {
            section.text("type");
            return webchat.findings.check().map(|()| None);
        }
    };
    if name == PURE_ENGAGE_V3 {
        let nexus = read_pure_engage(&section, service);
        section.close();
        // Documented for v2; what it asks for stands in `headers` here.
        webchat.flag("enableCustomHeader", false);
        webchat.findings.check()?;
        return nexus.ok_or_else(|| invalid(EMPTY)).map(Some);
    }
    if OTHERS.contains(&name) {
        return Err(unsupported(&format!("webchat.transport.type is {name}")));
    }
    Err(invalid("Invalid transport configuration"))
}

/// Without a usable URL or endpoint there is nothing to return; the findings say why.
fn read_pure_engage(section: &Section<'_>, service: &mut ServiceConfig) -> Option<NexusRestConfig> {
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
    Some(NexusRestConfig {
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
    section.close();
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
