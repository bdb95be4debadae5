//! What is wrong with a prefilter.

/// Why a prefilter is not accepted. Offsets count characters of the pattern's source from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrefilterError {
    /// The input is neither `/pattern/flags` nor an object with `source` and `flags`.
    #[error("a prefilter is written /pattern/flags or {{\"source\": \"...\", \"flags\": \"...\"}}: {0}")]
    Form(&'static str),
    /// A flag JavaScript does not know, or one given twice.
    #[error("regular expression flag {0:?} is unknown or repeated; the flags are d, g, i, m, s, u, v, y")]
    Flag(char),
    /// Flags `u` and `v` exclude each other.
    #[error("regular expression flags u and v exclude each other")]
    FlagConflict,
    /// JavaScript rejects the pattern too.
    #[error("invalid regular expression at character {offset}: {reason}")]
    Syntax {
        /// Where, in characters of the source.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// JavaScript accepts the pattern (or its newest edition does), a prefilter cannot.
    #[error("regular expression not supported as a prefilter, at character {offset}: {reason}")]
    Unsupported {
        /// Where, in characters of the source.
        offset: usize,
        /// What is not supported there.
        reason: &'static str,
    },
    /// The pattern is longer than [`MAX_PATTERN_CHARS`](super::MAX_PATTERN_CHARS).
    #[error("regular expression of {length} characters; a prefilter has at most {limit}")]
    TooLong {
        /// Characters of the source.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
}
