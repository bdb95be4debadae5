//! Header fields: their names where these are well known, and the values of few.

use super::{Redactor, rules, words};
use reqwest::{
    Url,
    header::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};

impl Redactor {
    /// Names and values, in order; null stands for a value that is not shown.
    pub(crate) fn headers(&self, headers: &HeaderMap, server: &Url) -> Value {
        let shown = headers.iter().map(|(name, value)| {
            let name = name.as_str();
            if words::HEADERS.contains(&name) {
                json!([name, self.header(name, value, server)])
            } else {
                json!([format!("x-{}", self.placeholders.id(name)), null])
            }
        });
        shown.collect()
    }

    fn header(&self, name: &str, value: &HeaderValue, server: &Url) -> Option<String> {
        let text = value.to_str().ok()?.trim();
        match name {
            "content-type" => content_type(text),
            "content-length" | "age" | "sec-websocket-version" => {
                rules::is_number(text, 12).then(|| text.to_owned())
            }
            "retry-after" => {
                let is_known = rules::is_number(text, 12) || httpdate::parse_http_date(text).is_ok();
                is_known.then(|| text.to_owned())
            }
            "date" | "expires" | "last-modified" => {
                httpdate::parse_http_date(text).ok().map(|_| text.to_owned())
            }
            "location" => Some(self.address(text, server)),
            "accept" | "accept-encoding" | "allow" | "cache-control" | "connection" | "content-encoding"
            | "transfer-encoding" | "upgrade" | "vary" => {
                let is_known =
                    |word: &str| words::HEADER_WORDS.contains(&word.trim().to_ascii_lowercase().as_str());
                text.split(',').all(is_known).then(|| text.to_owned())
            }
            "content-disposition" => {
                let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                words::HEADER_WORDS.contains(&kind.as_str()).then_some(kind)
            }
            _ => None,
        }
    }
}

/// A known type, with its charset.
fn content_type(text: &str) -> Option<String> {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().filter(|kind| rules::is_media_type(kind))?;
    let charset = parts.find_map(|part| Some(part.strip_prefix("charset=")?.trim_matches('"').to_owned()));
    let charset = charset.filter(|name| encoding_rs::Encoding::for_label(name.as_bytes()).is_some());
    Some(charset.map_or(kind.clone(), |charset| format!("{kind};charset={charset}")))
}
