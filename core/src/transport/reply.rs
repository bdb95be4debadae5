//! What a back end answers.

use crate::{
    json,
    model::{Downloaded, FileLimits, Received, SessionData},
    private::debug_only,
};
use bytes::Bytes;
use serde_json::Value;

/// How the server judged a request that it answered in its own terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Verdict {
    /// It was carried out.
    #[default]
    Done,
    /// It was taken, as far as can be told, and its own event is still to come: that the transcript shows it is the proof. The body says what
    /// the server said of it, if it said anything.
    Accepted,
    /// The chat server behind the back end is unreachable for the moment. Nothing in the reply but its messages can be trusted; `ended`
    /// is there for a restore, which goes by it.
    Temporary,
    /// It was refused for good; only `ended`, `errors` and the messages can be trusted.
    Refused,
}

impl Verdict {
    /// Whether the server took the request.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Done | Self::Accepted)
    }
}

/// The back end's answer.
#[derive(Clone, Default)]
pub struct Reply {
    /// The server's judgement.
    pub verdict: Verdict,
    /// What it holds may be the state before the request: what it lacks proves nothing.
    pub stale: bool,
    /// New session data; what is empty in them is unchanged.
    pub session: Option<SessionData>,
    /// Whether the server has made a new session in place of the one that was to be restored.
    pub replaced: bool,
    /// Whether the chat has ended, when the answer says so.
    pub ended: Option<bool>,
    /// The position to fetch from next, when the answer says so.
    pub next_position: Option<u64>,
    /// Transcript entries, in the server's order; those that are no transcript entries (without an index) left out.
    pub messages: Vec<Received>,
    /// What went wrong, in the server's terms.
    pub errors: Vec<ServerError>,
    /// The server's idle countdown, as sent (webchatservice.md, 6.1).
    pub idle_countdown: Option<Value>,
    /// The answer to a request for limits.
    pub limits: Option<FileLimits>,
    /// The id of the file just uploaded.
    pub file_id: Option<String>,
    /// The answer to a download.
    pub downloaded: Option<Downloaded>,
    /// The images asked for, in order; or why one cannot be had.
    pub images: Vec<Result<Bytes, Box<str>>>,
    /// The whole answer.
    pub body: Body,
}

debug_only!(Reply {
    verdict,
    stale,
    session,
    replaced,
    ended,
    next_position,
    messages,
    errors,
    limits,
    downloaded,
    body
});

/// No refusal is longer.
const LONGEST_REFUSAL: usize = 256 << 10;

/// The "(AJAX Response Object)": the server's answer as received, decoded only when somebody asks for it.
#[derive(Clone, Default)]
pub struct Body(pub Bytes);

impl Body {
    /// The answer as JSON; null when there is none.
    pub fn json(&self) -> Value {
        json::value(&self.0).unwrap_or_default()
    }

    /// The same of a refusal, which is kept in several places: null also where it is longer than any.
    pub(crate) fn refusal(&self) -> Value {
        if self.0.len() <= LONGEST_REFUSAL { self.json() } else { Value::Null }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<private, {} bytes>", self.0.len())
    }
}

/// One entry of the server's `errors`.
#[derive(Clone, Default, PartialEq)]
pub struct ServerError {
    /// The server's code.
    pub code: i64,
    /// Its advice, for example the limit that was exceeded.
    pub advice: Option<String>,
    /// What the code means, in our words; nothing where it is not known.
    pub meaning: Option<String>,
}

debug_only!(ServerError { code });

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.meaning {
            Some(meaning) => write!(f, "{meaning} (error {})", self.code),
            None if self.code == 0 => f.write_str("an error without a number"),
            None => write!(f, "error {}", self.code),
        }
    }
}

/// What a refusal with these errors is, in words.
pub(crate) fn refusal_text(errors: &[ServerError]) -> String {
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let what = "the chat server refused the request";
    if errors.is_empty() { what.to_owned() } else { format!("{what}: {}", errors.join("; ")) }
}
