//! The numbers of `webchat_status`: the kinds of the core's errors under their own, and what only the C ABI has.

/// What a call or a command came to: one of the WEBCHAT_OK, WEBCHAT_ERR_... and WEBCHAT_END_... numbers. New ones may be added:
/// treat an unknown number as an error. Since 0.1.
pub type webchat_status = u32;

/// It worked.
pub const WEBCHAT_OK: webchat_status = 0;
// made from the tables: statuses
/// An option, text or name given by the caller is not usable. The error says which.
pub const WEBCHAT_ERR_INVALID_ARGUMENT: webchat_status = 1;
/// The configuration is missing or has a bad value; the error names the key.
pub const WEBCHAT_ERR_INVALID_CONFIGURATION: webchat_status = 2;
/// The command needs a chat session and there is none.
pub const WEBCHAT_ERR_NO_SESSION: webchat_status = 3;
/// The command needs that no chat session is active.
pub const WEBCHAT_ERR_SESSION_ACTIVE: webchat_status = 4;
/// The same thing is already under way.
pub const WEBCHAT_ERR_BUSY: webchat_status = 5;
/// The command is private to the service.
pub const WEBCHAT_ERR_ACCESS_DENIED: webchat_status = 6;
/// The transport in use, or this build or system, does not offer it.
pub const WEBCHAT_ERR_UNSUPPORTED: webchat_status = 7;
/// What was asked for does not exist, for example no session to restore.
pub const WEBCHAT_ERR_NOT_FOUND: webchat_status = 8;
/// The server understood the request and refused it. See the response.
pub const WEBCHAT_ERR_REJECTED: webchat_status = 9;
/// The server or a gateway wants other credentials.
pub const WEBCHAT_ERR_UNAUTHORIZED: webchat_status = 10;
/// The server asks to slow down.
pub const WEBCHAT_ERR_RATE_LIMITED: webchat_status = 11;
/// The server, or the chat server behind it, cannot serve at the moment.
pub const WEBCHAT_ERR_UNAVAILABLE: webchat_status = 12;
/// The server cannot be reached.
pub const WEBCHAT_ERR_DISCONNECTED: webchat_status = 13;
/// The time given for it is over.
pub const WEBCHAT_ERR_TIMEOUT: webchat_status = 14;
/// The request left, and nothing tells whether it took effect.
pub const WEBCHAT_ERR_OUTCOME_UNKNOWN: webchat_status = 15;
/// The server's answer is not what the protocol says.
pub const WEBCHAT_ERR_PROTOCOL: webchat_status = 16;
/// The caller cancelled it.
pub const WEBCHAT_ERR_CANCELLED: webchat_status = 17;
/// The service was closed before the outcome was known.
pub const WEBCHAT_ERR_CLOSED: webchat_status = 18;
/// A file on this machine, or a descriptor, could not be read, written or made.
pub const WEBCHAT_ERR_IO: webchat_status = 19;
/// A blocking call was made inside a callback, where it could never end.
pub const WEBCHAT_ERR_WRONG_THREAD: webchat_status = 20;
/// A fault in this library. Please report it.
pub const WEBCHAT_ERR_INTERNAL: webchat_status = 21;
/// The message was not sent, because the connection is lost: nothing has left.
pub const WEBCHAT_ERR_NOT_SENT: webchat_status = 22;
/// The system gives no more threads, file descriptors or memory. The error says which.
pub const WEBCHAT_ERR_OUT_OF_RESOURCES: webchat_status = 23;
// until here: statuses
/// The handle is null, destroyed, of another kind, or never was one.
pub const WEBCHAT_ERR_INVALID_HANDLE: webchat_status = 64;
/// No error: the service is closed, and all its events have been taken.
pub const WEBCHAT_END_OF_EVENTS: webchat_status = 65;
/// The process was forked from one that had begun to use the library, whose threads stayed there: nothing works here. Call exec, or let
/// a process fork that has made no runtime and no service.
pub const WEBCHAT_ERR_FORKED: webchat_status = 66;
