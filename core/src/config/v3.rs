//! The options of the `transport` object (specification, Options, Version 3 API; behaviour reference, section 1.2). They are checked
//! in full; this build has none of the transports they choose.

use super::{
    connection::{HEADER_TEXT, read_headers},
    reader::{MAX_TIMER, MAX_WHOLE, Section, invalid, unsupported},
};
use crate::Error;
use serde_json::Value;

const PURE_ENGAGE_V3: &str = "pureengage-v3-rest";

/// Transports that exist and whose options are not known here.
const OTHERS: [&str; 3] = ["purecloud-v2-sockets", "pureconnect-v4-rest", "pureconnect-v4-chatbots"];

/// Fails when `transport` chooses a transport, after checking its options: an unknown one is a bad configuration, a known one is not
/// in this build. Without `transport.type` it is GMS v2.
pub(super) fn check(webchat: &Section<'_>) -> Result<(), Error> {
    let section = webchat.section("transport");
    let name = match section.value("type") {
        None => {
            section.close();
            return Ok(());
        }
        Some(Value::String(name)) => name.as_str(),
        Some(_) => {
            section.text("type");
            return webchat.findings.check();
        }
    };
    if name == PURE_ENGAGE_V3 {
        check_pure_engage(&section);
        webchat.flag("enableCustomHeader", false);
        webchat.findings.check()?;
    } else if !OTHERS.contains(&name) {
        return Err(invalid("Invalid transport configuration"));
    }
    Err(unsupported(&format!("webchat.transport.type is {name}")))
}

fn check_pure_engage(section: &Section<'_>) {
    section.required_url("dataURL");
    section.required_text("endpoint");
    check_headers(section);
    section.text("stream");
    section.text("clientType");
    section.millis("pollTimeout", &(100..=MAX_TIMER));
    section.multiplier("pollIntervalMultiplier");
    section.whole("pollExceptionLimit", "a whole number", &(0..=u32::MAX.into()));
    section.whole("maxMessagePageSize", "a whole number", &(16..=MAX_WHOLE));
    section.flag("sleepEnabled", false);
    section.object("interactionData");
    section.section("async").flag("enabled", false);
}

fn check_headers(section: &Section<'_>) {
    read_headers(section, "headers", false);
    let is_key = |name: &String| name.eq_ignore_ascii_case("x-api-key");
    let missing = match section.value("headers") {
        None => true,
        Some(Value::Object(headers)) => !headers.keys().any(is_key),
        Some(_) => false,
    };
    if missing {
        section.problem("headers.x-api-key", HEADER_TEXT, "nothing");
    }
}
