//! What may go wrong, and where.

use std::time::Duration;

use super::RetryAfter;
use crate::api::Api;
use crate::bayeux::{Carrier, Reconnect};
use crate::refusal::ApiError;

/// Where on the wire a fault is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A request that is a whole HTTP request.
    Http,
    /// The opening of a WebSocket.
    Upgrade,
    /// A Bayeux message about the connection.
    Meta(Carrier),
    /// A Bayeux message that asks for a chat operation.
    Publish(Carrier),
    /// The server's bringing of pushed messages.
    Delivery,
    /// A request that is a frame of a WebSocket.
    Frame,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The request is handled only after this time. If the caller hangs up before, it never takes effect.
    Latency(Duration),
    /// The request is handled at once and answered only after this time.
    SlowReply(Duration),
    /// The connection is closed without an answer.
    Drop,
    /// The answer announces its whole length, then the connection is closed half-way.
    TruncatedBody,
    /// An HTTP error.
    Status {
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header, if there is one.
        retry_after: Option<RetryAfter>,
        /// Errors for a JSON body (where an answer has one code, the first one's); without any, the body is an HTML error page.
        errors: Vec<ApiError>,
    },
    /// An error of the API's own with this code, a word or a number; only where errors have such codes.
    ErrorCode {
        /// The code; sent as a number if it is one.
        code: String,
        /// The HTTP status, where the request is one of HTTP.
        status: u16,
        /// The `Retry-After` header, if there is one.
        retry_after: Option<RetryAfter>,
    },
    /// HTTP 200 with an HTML page, as from a firewall.
    NonJson,
    /// The chat server says "temporary failure" (`statusCode` 1); only where answers have that.
    StatusCode1,
    /// The chat server says "permanent failure" (`statusCode` 2); only where answers have that.
    StatusCode2 {
        /// What the reply says about the chat; the chat itself does not change.
        chat_ended: bool,
        /// The errors in the reply.
        errors: Vec<ApiError>,
    },
    /// Every message of the reply comes twice. Waits for a reply with messages.
    DuplicateMessages,
    /// The messages of the reply come last first. Waits for a reply with two messages or more.
    ReorderedMessages,
    /// The session gets a new alias; only where it has one.
    NewAlias,
    /// The session gets a new secure key; the old one works until the new one has been used. Only where it has one.
    NewSecureKey,
    /// The reply sets this cookie (the value of a `Set-Cookie` header).
    SetCookie(String),
    /// HTTP 200 with this body as `application/json`.
    WrongBody(String),
    /// The reply is padded with this many bytes, and its length is not announced; a Bayeux message has one
    /// gibibyte at most.
    HugeBody(u64),
    /// The request is never answered; its connection stays open.
    Hang,
    /// A Bayeux message is refused: `successful` is false, and there is an `error`. Only where there is Bayeux.
    Refuse {
        /// The code in `error`.
        code: u16,
        /// `advice.reconnect`; the usual when absent.
        reconnect: Option<Reconnect>,
        /// `advice.interval`.
        interval: Option<Duration>,
    },
    /// A handshake or connect is answered at once, with this advice; with `handshake` it is unsuccessful.
    /// Only where there is Bayeux.
    Advice {
        /// `advice.reconnect`.
        reconnect: Reconnect,
        /// `advice.interval`; one too long for a whole number of milliseconds is sent as 1e300.
        interval: Duration,
    },
    /// A redirect.
    Redirect {
        /// The HTTP status: 301, 302, 303, 307 or 308.
        status: u16,
        /// Value of `Location`.
        url: String,
    },
}

impl FaultKind {
    /// The names of all.
    pub const NAMES: [&'static str; 20] = [
        "latency",
        "slowReply",
        "drop",
        "truncatedBody",
        "status",
        "errorCode",
        "nonJson",
        "statusCode1",
        "statusCode2",
        "duplicateMessages",
        "reorderedMessages",
        "newAlias",
        "newSecureKey",
        "setCookie",
        "wrongBody",
        "hugeBody",
        "redirect",
        "hang",
        "refuse",
        "advice",
    ];

    /// The name used in the log, in the control API and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Latency(_) => "latency",
            Self::SlowReply(_) => "slowReply",
            Self::Drop => "drop",
            Self::TruncatedBody => "truncatedBody",
            Self::Status { .. } => "status",
            Self::ErrorCode { .. } => "errorCode",
            Self::NonJson => "nonJson",
            Self::StatusCode1 => "statusCode1",
            Self::StatusCode2 { .. } => "statusCode2",
            Self::DuplicateMessages => "duplicateMessages",
            Self::ReorderedMessages => "reorderedMessages",
            Self::NewAlias => "newAlias",
            Self::NewSecureKey => "newSecureKey",
            Self::SetCookie(_) => "setCookie",
            Self::WrongBody(_) => "wrongBody",
            Self::HugeBody(_) => "hugeBody",
            Self::Hang => "hang",
            Self::Refuse { .. } => "refuse",
            Self::Advice { .. } => "advice",
            Self::Redirect { .. } => "redirect",
        }
    }

    /// The APIs in which this fault can happen: those that call it their own, or all where none does.
    pub(crate) fn apis(&self) -> Vec<Api> {
        let all = || Api::ALL.iter().copied();
        let own: Vec<Api> = all().filter(|api| api.protocol().faults().contains(&self.name())).collect();
        if own.is_empty() { all().collect() } else { own }
    }

    /// Whether this fault can show there.
    pub(crate) const fn fits(&self, place: Place) -> bool {
        let bayeux = matches!(place, Place::Meta(_) | Place::Publish(_));
        let socket = matches!(
            place,
            Place::Meta(Carrier::WebSocket)
                | Place::Publish(Carrier::WebSocket)
                | Place::Delivery
                | Place::Frame
        );
        match self {
            Self::Latency(_) | Self::SlowReply(_) | Self::Drop | Self::Hang => true,
            Self::DuplicateMessages | Self::ReorderedMessages => {
                matches!(place, Place::Http | Place::Publish(_) | Place::Delivery)
            }
            Self::Status { .. } | Self::Redirect { .. } | Self::SetCookie(_) => !socket,
            Self::NonJson | Self::WrongBody(_) => !matches!(place, Place::Delivery),
            Self::TruncatedBody | Self::HugeBody(_) => !matches!(place, Place::Delivery | Place::Upgrade),
            Self::ErrorCode { .. } => matches!(place, Place::Http | Place::Frame),
            Self::StatusCode1 | Self::StatusCode2 { .. } | Self::NewAlias | Self::NewSecureKey => {
                matches!(place, Place::Http | Place::Publish(_))
            }
            Self::Refuse { .. } => bayeux,
            Self::Advice { .. } => matches!(place, Place::Meta(_)),
        }
    }

    /// How many messages a reply must have before this fault can show.
    pub(super) const fn messages_needed(&self) -> usize {
        match self {
            Self::DuplicateMessages => 1,
            Self::ReorderedMessages => 2,
            _ => 0,
        }
    }
}
