//! Prefilters: JavaScript regular expressions hiding the messages they match from the transcript (specification,
//! `addPrefilter` and `sendFilteredMessage`; webchatservice.md, 11).
//!
//! A pattern is parsed as JavaScript does (`parse`, to `ast`; `chars` and `case` hold its character sets), and matched
//! by an automaton in linear time if it can be one (`linear`), else by backtracking with limited steps (`backtrack`).
//! Both see the text as JavaScript does: as UTF-16 code units, or as code points with flag `u` or `v`.
//!
//! # Differences from JavaScript
//! - A match needs no state: flag `g` has no effect, and `y` matches at the start of the text only.
//! - Not supported, with an error saying so: what the edition of 2025 added (flags inside a group, `(?i:...)`, and a
//!   group name used twice), and strings of several characters in a class of `v` (`\q{ab}`, `\p{RGI_Emoji}`); also
//!   patterns longer than [`MAX_PATTERN_CHARS`] or nested deeper than 100 levels.
//! - Unicode properties are those of the tables this crate is built with; names of properties are not as strict about
//!   case and underscores as in JavaScript.
//! - When a limit is reached the answer is [`Matched::LimitExceeded`].

#![forbid(unsafe_code)]

mod ast;
mod backtrack;
mod case;
mod chars;
mod error;
mod flags;
mod linear;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use backtrack::Program;
pub use error::PrefilterError;
use flags::Flags;
use linear::Linear;

/// The longest pattern, in characters.
pub const MAX_PATTERN_CHARS: usize = 8192;

/// A prefilter: a compiled JavaScript regular expression. Copies share it; threads may use it at once.
///
/// Two are equal if source and flags are. It is stored as `{"source": "...", "flags": "..."}` with both as the
/// properties of a `RegExp` object show them: the source fit to stand between slashes, the flags in order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Prefilter(Arc<Compiled>);

struct Compiled {
    source: String,
    flags: String,
    /// The text is matched as code points, else as UTF-16 code units.
    unicode: bool,
    /// The match has to begin where the text does.
    anchored: bool,
    linear: Option<Linear>,
    program: Program,
}

/// Whether a prefilter matches a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// The text matches.
    Yes,
    /// The text does not match.
    No,
    /// Matching was given up: it takes more steps than allowed.
    LimitExceeded,
}

impl Matched {
    /// Whether the message is to be hidden. That includes [`Matched::LimitExceeded`]: filters hide secrets, so a
    /// message of which it is unknown whether it holds one is not shown.
    pub fn hides(self) -> bool {
        self != Self::No
    }

    /// Whether matching was given up, which is worth a log entry.
    pub fn is_limit(self) -> bool {
        self == Self::LimitExceeded
    }
}

impl Prefilter {
    /// As JavaScript's `new RegExp(source, flags)`.
    pub fn new(source: &str, flags: &str) -> Result<Self, PrefilterError> {
        let length = source.chars().count();
        if length > MAX_PATTERN_CHARS {
            return Err(PrefilterError::TooLong { length, limit: MAX_PATTERN_CHARS });
        }
        let flags = Flags::parse(flags)?;
        let pattern = parse::parse(source, flags)?;
        Ok(Self(Arc::new(Compiled {
            source: displayed(source),
            flags: flags.to_string(),
            unicode: flags.unicode(),
            anchored: flags.has('y'),
            linear: Linear::new(&pattern),
            program: backtrack::compile(&pattern, flags),
        })))
    }

    /// From a literal as in JavaScript source text: `/pattern/flags`.
    pub fn parse(literal: &str) -> Result<Self, PrefilterError> {
        let body = literal.strip_prefix('/').ok_or(PrefilterError::Form("the text starts with no slash"))?;
        let (mut escaped, mut class) = (false, false);
        for (index, character) in body.char_indices() {
            match character {
                _ if chars::is_line_terminator(character) => {
                    return Err(PrefilterError::Form("a line ends in the pattern"));
                }
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => class = true,
                ']' => class = false,
                '/' if !class => {
                    let (source, flags) = body.split_at(index);
                    if source.is_empty() {
                        return Err(PrefilterError::Form("the pattern is empty; write (?:)"));
                    }
                    return Self::new(source, flags.get(1..).unwrap_or_default());
                }
                _ => {}
            }
        }
        Err(PrefilterError::Form("no slash ends the pattern"))
    }

    /// From a literal (see [`Prefilter::parse`]) or an object with `source` and, if there are any, `flags`.
    pub fn from_json(value: &Value) -> Result<Self, PrefilterError> {
        match value {
            Value::String(literal) => Self::parse(literal),
            Value::Object(members) => {
                let source = members.get("source").and_then(Value::as_str);
                let source = source.ok_or(PrefilterError::Form("the object has no text source"))?;
                match members.get("flags") {
                    None => Self::new(source, ""),
                    Some(Value::String(flags)) => Self::new(source, flags),
                    Some(_) => Err(PrefilterError::Form("flags is no text")),
                }
            }
            _ => Err(PrefilterError::Form("it is neither a text nor an object")),
        }
    }

    /// The pattern, as `RegExp.prototype.source` gives it.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The flags in the order of `RegExp.prototype.flags`.
    pub fn flags(&self) -> &str {
        &self.0.flags
    }

    /// The prefilter as [`Prefilter::parse`] reads it.
    pub fn literal(&self) -> String {
        self.to_string()
    }

    /// Whether the pattern matches somewhere in `text`.
    ///
    /// Time and memory are bounded by a multiple of the lengths of pattern and text, whatever the pattern.
    pub fn is_match(&self, text: &str) -> Matched {
        let Compiled { unicode, anchored, linear, program, .. } = &*self.0;
        let text = chars::text_chars(text, *unicode);
        let answer = linear.as_ref().and_then(|linear| linear.is_match(&text, *anchored));
        match answer.map_or_else(|| program.is_match(&text, *anchored), Ok) {
            Ok(true) => Matched::Yes,
            Ok(false) => Matched::No,
            Err(backtrack::LimitExceeded) => Matched::LimitExceeded,
        }
    }
}

/// The source as JavaScript shows it: fit to stand between slashes on one line.
fn displayed(source: &str) -> String {
    if source.is_empty() {
        return "(?:)".to_owned();
    }
    let mut shown = String::with_capacity(source.len());
    let (mut escaped, mut class) = (false, false);
    for character in source.chars() {
        let name = match character {
            '\n' => Some("n"),
            '\r' => Some("r"),
            '\u{2028}' => Some("u2028"),
            '\u{2029}' => Some("u2029"),
            '/' if !class => Some("/"),
            _ => None,
        };
        match name {
            Some(name) => {
                shown.push_str(if escaped { "" } else { "\\" });
                shown.push_str(name);
            }
            None => shown.push(character),
        }
        match character {
            '[' if !escaped => class = true,
            ']' if !escaped => class = false,
            _ => {}
        }
        escaped = !escaped && character == '\\';
    }
    shown
}

impl PartialEq for Prefilter {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source && self.0.flags == other.0.flags
    }
}

impl Eq for Prefilter {}

/// Without the source, which may quote the secret it hides.
impl fmt::Debug for Prefilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prefilter").field("flags", &self.0.flags).finish_non_exhaustive()
    }
}

impl fmt::Display for Prefilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}/{}", self.0.source, self.0.flags)
    }
}

impl std::str::FromStr for Prefilter {
    type Err = PrefilterError;

    fn from_str(literal: &str) -> Result<Self, Self::Err> {
        Self::parse(literal)
    }
}

/// The stored form.
#[derive(Serialize, Deserialize)]
struct Stored {
    source: String,
    #[serde(default)]
    flags: String,
}

impl From<Prefilter> for Stored {
    fn from(prefilter: Prefilter) -> Self {
        Self { source: prefilter.source().to_owned(), flags: prefilter.flags().to_owned() }
    }
}

impl TryFrom<Stored> for Prefilter {
    type Error = PrefilterError;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Self::new(&stored.source, &stored.flags)
    }
}
