//! Prefilters: what hides messages from the transcript (webchatservice.md, 11).

use super::{Service, state::Session};
use crate::{
    ErrorKind,
    command::{RequestId, Resolution, texts},
    foreign,
    model::{MessageType, Received},
    prefilter::Prefilter,
    store::{Stored, key},
};
use serde_json::Value;

/// How many messages may be on their way when one more comes whose outcome nobody waits for.
const MOST_UNATTENDED: usize = 10_000;

/// Whether `text` is the co-browse token that is never shown: `{start:` nine digits `}`.
fn is_cobrowse_token(text: &str) -> bool {
    text.match_indices("{start:").any(|(at, prefix)| {
        let rest = text.get(at + prefix.len()..).unwrap_or_default();
        rest.split_once('}')
            .is_some_and(|(id, _)| id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

impl Service {
    pub(super) fn add_prefilters(&mut self, id: RequestId, filters: Vec<Prefilter>) {
        self.register_filters(filters);
        self.resolve(id, Resolution::Filters(self.filters.to_vec()));
    }

    pub(super) fn register_filters(&mut self, filters: Vec<Prefilter>) {
        for filter in filters {
            self.filters.add(filter);
        }
        if matches!(self.session, Session::Restoring(..) | Session::Live(_)) {
            self.store_filters();
        }
    }

    /// Stores the filters with the session that they are recalled with.
    fn store_filters(&mut self) {
        let filters = self.filters.to_stored();
        self.store_own(vec![(key::FILTERS, filters)]);
    }

    /// Takes the filters of a stored session.
    pub(super) fn recall_filters(&mut self, stored: &Stored) {
        let Some(text) = stored.get(key::FILTERS) else { return };
        let custom =
            serde_json::from_str::<Value>(text).ok().and_then(|mut value| match value.get_mut("custom") {
                Some(Value::Array(filters)) => Some(std::mem::take(filters)),
                _ => None,
            });
        for filter in custom.into_iter().flatten() {
            match Prefilter::from_json(&filter) {
                Ok(filter) => self.filters.recalled.push(filter),
                Err(error) => self.warn(format!(
                    "a stored prefilter cannot be used: {}",
                    foreign::line(&error.to_string())
                )),
            }
        }
    }

    /// Whether a message is hidden. Only text messages are.
    pub(super) fn is_hidden(&mut self, received: &Received) -> bool {
        let (MessageType::Message, Some(text)) = (&received.message.kind, &received.message.text) else {
            return false;
        };
        if is_cobrowse_token(text) {
            return true;
        }
        let Some(matched) =
            self.filters.all().map(|filter| filter.is_match(text)).find(|found| found.hides())
        else {
            return false;
        };
        if matched.is_limit() {
            self.warn("a prefilter gave up on a message, which is hidden for safety");
        }
        true
    }

    pub(super) fn send_filtered(
        &mut self,
        id: RequestId,
        message: Option<crate::Private>,
        regex: Option<crate::prefilter::Prefilter>,
    ) {
        if self.session.live().is_some_and(|live| live.outbox.len() >= MOST_UNATTENDED) {
            return self.reject(id, ErrorKind::Busy, texts::TOO_MANY_UNATTENDED);
        }
        self.resolve(id, Resolution::Nothing);
        if let (Some(message), Some(regex)) = (message, regex) {
            self.register_filters(vec![regex]);
            self.send_unattended(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_cobrowse_token;

    #[test]
    fn a_cobrowse_token_has_nine_digits() {
        assert!(is_cobrowse_token("please {start:123456789} now"));
        for text in
            ["{start:12345678}", "{start:1234567890}", "start:123456789", "{start:12345678x}", "{start:"]
        {
            assert!(!is_cobrowse_token(text), "{text}");
        }
    }
}
