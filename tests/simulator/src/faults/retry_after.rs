//! What a server says of when to ask again.

use std::time::{Duration, SystemTime};

use axum::http::HeaderValue;
use serde::{Deserialize, Serialize};

/// The value of a `Retry-After` header. In words a number of seconds, a negative one for a date in the past, or any
/// text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Words", into = "Words")]
pub enum RetryAfter {
    /// So many seconds.
    Seconds(u32),
    /// A date so many seconds before the answer.
    Ago(u32),
    /// This text.
    Text(String),
}

impl RetryAfter {
    pub(super) fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Seconds(seconds) => Some(HeaderValue::from(*seconds)),
            Self::Ago(seconds) => {
                let date = SystemTime::now().checked_sub(Duration::from_secs((*seconds).into()))?;
                HeaderValue::from_str(&httpdate::fmt_http_date(date)).ok()
            }
            Self::Text(text) => HeaderValue::from_str(text).ok(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Words {
    Number(i64),
    Text(String),
}

impl From<Words> for RetryAfter {
    fn from(words: Words) -> Self {
        let seconds = |number: i64| u32::try_from(number.unsigned_abs()).unwrap_or(u32::MAX);
        match words {
            Words::Number(number) if number < 0 => Self::Ago(seconds(number)),
            Words::Number(number) => Self::Seconds(seconds(number)),
            Words::Text(text) => Self::Text(text),
        }
    }
}

impl From<RetryAfter> for Words {
    fn from(after: RetryAfter) -> Self {
        match after {
            RetryAfter::Seconds(seconds) => Self::Number(seconds.into()),
            RetryAfter::Ago(seconds) => Self::Number(-i64::from(seconds)),
            RetryAfter::Text(text) => Self::Text(text),
        }
    }
}
