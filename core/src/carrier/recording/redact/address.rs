//! Addresses: the server's own has a fixed name, and of paths and queries what is known is shown.

use super::{Redactor, words};
use percent_encoding::percent_decode_str;
use reqwest::Url;

/// Stands for the server that the chat talks to.
pub(super) const OWN: &str = "recorded.invalid";

impl Redactor {
    /// Where `url` leads: the chat's own `server`, or another.
    pub(crate) fn host(&self, url: &Url, server: &Url) -> String {
        if url.origin() == server.origin() {
            return OWN.to_owned();
        }
        format!("{}.invalid", self.placeholders.id(&url.origin().ascii_serialization()))
    }

    /// A path, segment by segment.
    pub(crate) fn path(&self, path: &str) -> String {
        let mut shown = String::new();
        let mut before = "";
        for (position, segment) in path.split('/').enumerate() {
            if position > 0 {
                shown.push('/');
            }
            // Versions are known where they can be nothing else.
            let is_version = words::BEFORE_VERSIONS.contains(&before) && words::VERSIONS.contains(&segment);
            if is_version || words::SEGMENTS.contains(&segment) {
                shown.push_str(segment);
            } else {
                shown.push_str(&self.placeholders.id(&percent_decode_str(segment).decode_utf8_lossy()));
            }
            before = segment;
        }
        shown
    }

    /// An address in a text; what is none is a text like others.
    pub(super) fn address(&self, text: &str, server: &Url) -> String {
        if text.starts_with('/') && !text.contains(['?', '#', ' ']) {
            return self.path(text);
        }
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                let path = self.path(url.path());
                let query = url.query_pairs().map(|(name, value)| self.field(&name, &value, server));
                let query: Vec<_> = query.map(|(name, value)| format!("{name}={value}")).collect();
                let mark = if query.is_empty() { "" } else { "?" };
                format!("{}://{}{path}{mark}{}", url.scheme(), self.host(&url, server), query.join("&"))
            }
            _ => self.text(text),
        }
    }

    /// A channel of Bayeux; those of the protocol are known.
    pub(super) fn channel(&self, channel: &str) -> String {
        if words::CHANNELS.contains(&channel) {
            return channel.to_owned();
        }
        format!("/channel/{}", self.placeholders.id(channel))
    }
}
