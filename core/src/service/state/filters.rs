//! The registered prefilters, and what hides a message from the transcript (webchatservice.md, 11).

use crate::{
    model::{Message, MessageType},
    prefilter::Prefilter,
    store::StoredText,
};
use serde_json::json;

/// What the filters say of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    Shown,
    Hidden,
    /// A filter took too long to tell.
    HiddenForSafety,
}

/// The registered filters.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    /// Those stored with the session that is restored.
    pub(crate) recalled: Vec<Prefilter>,
    /// The application's own.
    added: Vec<Prefilter>,
}

impl Filters {
    /// All of them, in order of registration.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Prefilter> {
        self.recalled.iter().chain(&self.added)
    }

    /// Whether a message is hidden. Only text messages are.
    pub(crate) fn judge(&self, message: &Message) -> Judgement {
        let (MessageType::Message, Some(text)) = (&message.kind, &message.text) else {
            return Judgement::Shown;
        };
        if is_cobrowse_token(text) {
            return Judgement::Hidden;
        }
        match self.all().map(|filter| filter.is_match(text)).find(|found| found.hides()) {
            None => Judgement::Shown,
            Some(found) if found.is_limit() => Judgement::HiddenForSafety,
            Some(_) => Judgement::Hidden,
        }
    }

    pub(crate) fn to_vec(&self) -> Vec<Prefilter> {
        self.all().cloned().collect()
    }

    /// What is stored of them; nothing without any.
    pub(crate) fn to_stored(&self) -> Option<StoredText> {
        let custom = self.to_vec();
        (!custom.is_empty()).then(|| StoredText(json!({"custom": custom}).to_string()))
    }

    /// Drops what belonged to a session that cannot be restored.
    pub(crate) fn forget_recalled(&mut self) {
        self.recalled.clear();
    }

    /// Adds a filter of the application, unless one with the same source and flags is there.
    pub(crate) fn add(&mut self, filter: Prefilter) {
        self.recalled.retain(|recalled| *recalled != filter);
        if !self.added.contains(&filter) {
            self.added.push(filter);
        }
    }
}

/// Whether `text` is the co-browse token that is never shown: `{start:` nine digits `}`.
fn is_cobrowse_token(text: &str) -> bool {
    text.match_indices("{start:").any(|(at, prefix)| {
        let rest = text.get(at + prefix.len()..).unwrap_or_default();
        rest.split_once('}')
            .is_some_and(|(id, _)| id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_digit()))
    })
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
