//! The one error type: what kind, why in words, what the server said, and whether to try again.

use crate::{foreign, transport::FileFault};
use serde_json::Value;
use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

macro_rules! kinds {
    ($($(#[doc = $words:literal])* $name:ident = $code:literal, $snake:literal, $text:literal;)*) => {
        /// What went wrong, by what a caller can do about it. The numbers are the statuses of the C ABI and never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum ErrorKind {
            $($(#[doc = $words])* $name = $code,)*
        }

        impl ErrorKind {
            /// Every kind, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The kind's name in `snake_case`, the same in every language.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $snake,)* }
            }

            /// One sentence for a person.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means, for whoever writes programs. Lines of Markdown.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => concat!($($words, "\n"),*),)* }
            }

            /// The kind with this number, if there is one.
            pub const fn from_code(code: u32) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// An option, text or name given by the caller is not usable. The error says which.
    InvalidArgument = 1, "invalid_argument", "an argument is missing or not valid";
    /// The configuration is missing or has a bad value; the error names the key.
    InvalidConfiguration = 2, "invalid_configuration", "the configuration is missing or not valid";
    /// The command needs a chat session and there is none.
    NoSession = 3, "no_session", "there is no active chat session";
    /// The command needs that no chat session is active.
    SessionActive = 4, "session_active", "a chat session is already active";
    /// The same thing is already under way.
    Busy = 5, "busy", "the same command is still under way";
    /// The command is private to the service.
    AccessDenied = 6, "access_denied", "the command is private to the service";
    /// The transport in use, or this build or system, does not offer it.
    Unsupported = 7, "unsupported", "the transport does not support it";
    /// What was asked for does not exist, for example no session to restore.
    NotFound = 8, "not_found", "what was asked for does not exist";
    /// The server understood the request and refused it. See the response.
    Rejected = 9, "rejected", "the server refused the request";
    /// The server or a gateway wants other credentials.
    Unauthorized = 10, "unauthorized", "the server wants other credentials";
    /// The server asks to slow down.
    RateLimited = 11, "rate_limited", "the server asks to slow down";
    /// The server, or the chat server behind it, cannot serve at the moment.
    Unavailable = 12, "unavailable", "the server cannot serve at the moment";
    /// The server cannot be reached.
    Disconnected = 13, "disconnected", "the server cannot be reached";
    /// The time given for it is over.
    Timeout = 14, "timeout", "the time given for it is over";
    /// The request left, and nothing tells whether it took effect.
    OutcomeUnknown = 15, "outcome_unknown", "the request left, but nothing tells whether it took effect";
    /// The server's answer is not what the protocol says.
    Protocol = 16, "protocol", "the server's answer is not what the protocol says";
    /// The caller cancelled it.
    Cancelled = 17, "cancelled", "the command was cancelled";
    /// The service was closed before the outcome was known.
    Closed = 18, "closed", "the service is closed";
    /// A file on this machine, or a descriptor, could not be read, written or made.
    Io = 19, "io", "a file could not be read or written";
    /// A blocking call was made inside a callback, where it could never end.
    WrongThread = 20, "wrong_thread", "a blocking call was made inside a callback";
    /// A fault in this library. Please report it.
    Internal = 21, "internal", "a fault in the library";
    /// The message was not sent, because the connection is lost: nothing has left.
    NotSent = 22, "not_sent", "the message was not sent, because the connection is lost";
    /// The system gives no more threads, file descriptors or memory. The error says which.
    OutOfResources = 23, "out_of_resources", "the system gives no more threads, file descriptors or memory";
}

impl ErrorKind {
    /// The kind's number.
    pub const fn code(self) -> u32 {
        self as u32
    }
}

/// Whether trying the same again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It cannot, unless something else changes.
    Never,
    /// Not before this much time has passed: the server said so.
    After(Duration),
    /// It can, after a pause that grows with each attempt.
    WithBackoff,
}

/// How sure it is that a message which was not told as sent did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It did not arrive: it never left, or the server refused it.
    NotSent,
    /// It left, and nothing tells whether it arrived.
    Unknown,
}

impl Delivery {
    /// Its name in `snake_case`, the same in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a command was rejected.
///
/// [`Error::message`] is the specification's text where the specification has one. `Debug` and `Display` show no message text, no
/// key and nothing of the server's response: they are safe to log.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    retry: Retry,
    response: Option<Value>,
    delivery: Option<Delivery>,
    detail: Option<String>,
    file: Option<FileFault>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with its text. What cannot be shown in one line is escaped, and what is too long is cut.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: foreign::sentence(message),
            retry: Retry::Never,
            response: None,
            delivery: None,
            detail: None,
            file: None,
            source: None,
        }))
    }

    /// The same error with a statement on trying again.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// The same error with the server's response, the specification's "(AJAX Response Object)".
    #[must_use]
    pub fn with_response(mut self, response: Value) -> Self {
        self.0.response = Some(response);
        self
    }

    /// The same error with what exactly is wrong, where the text is the specification's.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(foreign::sentence(detail));
        self
    }

    /// The same error with the file that is to blame.
    #[must_use]
    pub fn with_file(mut self, file: FileFault) -> Self {
        self.0.file = Some(file);
        self
    }

    /// The same error as that of a message, which says how sure it is that it did not arrive.
    #[must_use]
    pub(crate) fn of_message(mut self) -> Self {
        self.0.delivery = Some(match self.0.kind {
            ErrorKind::OutcomeUnknown | ErrorKind::Internal => Delivery::Unknown,
            _ => Delivery::NotSent,
        });
        self
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The rejection's text: the specification's where it has one, and nothing else then. `Display` adds [`Error::detail`].
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What exactly is wrong, where the text does not say it.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The file on this machine that could not be read or written.
    pub fn file(&self) -> Option<&FileFault> {
        self.0.file.as_ref()
    }

    /// Whether trying again can help.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// The server's response (webchatservice.md, 3), where the rejection has one. It can hold private text.
    pub fn response(&self) -> Option<&Value> {
        self.0.response.as_ref()
    }

    /// How sure it is that the message did not arrive; nothing for an error of another command than `sendMessage`.
    pub fn delivery(&self) -> Option<Delivery> {
        self.0.delivery
    }

    /// The value a JavaScript caller would find in `fail`: the response, else the text.
    pub fn rejection(&self) -> Value {
        self.0.response.clone().unwrap_or_else(|| Value::String(self.0.message.clone()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.detail {
            Some(detail) if self.0.message.ends_with('.') => write!(f, " {detail}"),
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {self}, retry {:?}", self.0.kind.name(), self.0.retry)?;
        if let Some(source) = &self.0.source {
            write!(f, ", because {}", foreign::sentence(source.to_string()))?;
        }
        f.write_str(")")
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_kinds() {
        for (position, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(kind.code() as usize, position + 1, "numbers are dense");
            assert_eq!(ErrorKind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(ErrorKind::from_code(0), None);
    }

    #[test]
    fn an_error_of_a_message_says_how_sure_it_is() {
        let delivery = |kind| Error::new(kind, "why").of_message().delivery();
        assert_eq!(delivery(ErrorKind::NotSent), Some(Delivery::NotSent));
        assert_eq!(delivery(ErrorKind::Rejected), Some(Delivery::NotSent));
        assert_eq!(delivery(ErrorKind::OutcomeUnknown), Some(Delivery::Unknown));
        assert_eq!(Error::new(ErrorKind::Timeout, "why").delivery(), None);
    }

    #[test]
    fn an_error_is_one_line_whatever_is_put_into_it() {
        let ugly = "a\r\n\u{1b}[31m\u{202e}\0";
        let error =
            Error::new(ErrorKind::Io, ugly).with_detail(ugly).with_source(std::io::Error::other(ugly));
        for shown in
            [error.to_string(), format!("{error:?}"), error.message().into(), error.detail().unwrap().into()]
        {
            assert!(shown.contains(r"a\u{d}\u{a}\u{1b}[31m\u{202e}\u{0}"), "{shown}");
            assert!(!shown.contains(|char: char| char.is_control() || char == '\u{202e}'), "{shown}");
        }
    }

    #[test]
    fn debug_hides_the_response() {
        let error =
            Error::new(ErrorKind::Rejected, "refused").with_response(serde_json::json!({"secureKey": "k"}));
        assert!(!format!("{error:?}").contains("secureKey"));
    }
}
