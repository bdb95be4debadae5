//! Parameters that several operations share.

use serde_json::Value;

use crate::chat::{Chat, Event};
use crate::form::Form;
use crate::refusal::ApiError;

/// The simulator's own code for a parameter that is missing or has no sense; the documented table has none.
pub(crate) const BAD_PARAMETER: u32 = 400;
/// A message or preview is too long.
pub(crate) const TOO_LONG: u32 = 204;

/// Which part of the transcript a request asks for (gms-v2.md, 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// Nothing: `0`.
    Nothing,
    /// The events with this index and later ones: `1` is everything.
    From(u64),
    /// The last event only: `-1`.
    Last,
}

impl Position {
    /// The position a request names, if it names one.
    pub(crate) fn of(form: &Form) -> Result<Option<Self>, ApiError> {
        let Some(text) = form.get("transcriptPosition") else { return Ok(None) };
        match text.trim().parse::<i64>() {
            Ok(-1) => Ok(Some(Self::Last)),
            Ok(0) => Ok(Some(Self::Nothing)),
            Ok(index) if index > 0 => Ok(Some(Self::From(index.unsigned_abs()))),
            _ => Err(ApiError::new(
                BAD_PARAMETER,
                format!("transcriptPosition {text:?} is neither -1, 0 nor a position"),
            )),
        }
    }

    pub(crate) fn select(self, chat: &Chat) -> Vec<Event> {
        match self {
            Self::Nothing => Vec::new(),
            Self::From(index) => chat.transcript_from(index).to_vec(),
            Self::Last => chat.transcript().last().cloned().into_iter().collect(),
        }
    }
}

/// A parameter that must be there.
pub(crate) fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, ApiError> {
    form.get(name).ok_or_else(|| ApiError::new(BAD_PARAMETER, format!("{name} is missing")))
}

/// The text of a message or preview, within the limit of characters.
pub(crate) fn text(form: &Form, limit: usize) -> Result<Option<String>, ApiError> {
    match form.get("message") {
        Some(text) if text.chars().count() > limit => {
            Err(ApiError::new(TOO_LONG, "the message is too long").advice(limit.to_string()))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

/// `eventAttributes`: REST sends the object as JSON text (gms-v2.md, 4.4).
pub(crate) fn event_attributes(form: &Form) -> Result<Option<Value>, ApiError> {
    let Some(text) = form.get("eventAttributes") else { return Ok(None) };
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(Some(object)),
        _ => Err(ApiError::new(BAD_PARAMETER, "eventAttributes is not the JSON text of an object")),
    }
}
