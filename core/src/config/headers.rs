//! Headers among the options.

use super::{
    option::OptionDef,
    reader::{Webchat, describe},
};
use crate::private::Private;
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;

/// Headers that frame a request; another value would break it.
const FRAMING: [HeaderName; 10] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPECT,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Reads an object of headers. Those that frame a request are refused, but for `left_out`, which mean nothing here.
pub(crate) fn read_headers(
    webchat: &Webchat<'_>,
    option: &OptionDef,
    left_out: &[HeaderName],
) -> Vec<(String, Private)> {
    let mut headers = Vec::new();
    let mut names = Vec::new();
    for (name, value) in webchat.object(option).into_iter().flatten() {
        let path = format!("{}.{name}", option.path);
        let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
            // The name is not repeated: it can be a whole header, with its value.
            webchat.problem(option.path, "names of headers", "a key that is none");
            continue;
        };
        if left_out.contains(&parsed) {
            continue;
        }
        if FRAMING.contains(&parsed) {
            webchat.problem(&path, "no header that the library sets itself", "one");
        } else if names.contains(&parsed) {
            webchat.problem(&path, "every header once, whatever its case", "it again");
        } else if let Some(text) = header_text(value) {
            headers.push((name.clone(), text));
        } else {
            webchat.problem(&path, HEADER_TEXT, &header_found(value));
        }
        names.push(parsed);
    }
    headers
}

/// What a header's value must be.
pub(crate) const HEADER_TEXT: &str = "a string of visible ASCII characters, as an HTTP header holds";

/// The value of a header, when `value` can be one.
pub(crate) fn header_text(value: &Value) -> Option<Private> {
    let text = value.as_str()?;
    (text.is_ascii() && HeaderValue::from_str(text).is_ok()).then(|| Private::new(text))
}

/// Why `value` cannot be the value of a header. Numbers are not repeated here: they can be keys.
pub(crate) fn header_found(value: &Value) -> String {
    match value {
        Value::String(_) => "a string with others".into(),
        Value::Number(_) => "a number".into(),
        other => describe(other),
    }
}
