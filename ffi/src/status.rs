//! `webchat_status` and its names and texts: the kinds of the core's errors under their own numbers, and what only the C ABI has.

use crate::boundary::guard_value;
use std::{
    ffi::{CString, c_char},
    sync::LazyLock,
};
use webchat_core::ErrorKind;

/// What a call or a command came to: one of the WEBCHAT_OK, WEBCHAT_ERR_... and WEBCHAT_END_... numbers. New ones may be added:
/// treat an unknown number as an error. Since 0.1.
pub type webchat_status = u32;

/// It worked.
pub const WEBCHAT_OK: webchat_status = 0;
/// An argument is missing or not valid. The log says which (webchat_set_log).
pub const WEBCHAT_ERR_INVALID_ARGUMENT: webchat_status = 1;
/// The configuration is missing or not valid; the reason names the key.
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
/// What was asked for does not exist.
pub const WEBCHAT_ERR_NOT_FOUND: webchat_status = 8;
/// The server understood the request and refused it.
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
/// The command was cancelled.
pub const WEBCHAT_ERR_CANCELLED: webchat_status = 17;
/// The service is closed.
pub const WEBCHAT_ERR_CLOSED: webchat_status = 18;
/// A file on this machine, or a descriptor, could not be read, written or made.
pub const WEBCHAT_ERR_IO: webchat_status = 19;
/// A blocking call was made inside a callback, where it could never end.
pub const WEBCHAT_ERR_WRONG_THREAD: webchat_status = 20;
/// A fault in the library. Please report it.
pub const WEBCHAT_ERR_INTERNAL: webchat_status = 21;
/// The message was not sent, because the connection is lost: nothing has left (sendMessage).
pub const WEBCHAT_ERR_NOT_SENT: webchat_status = 22;
/// The system gives no more threads, file descriptors or memory. The reason says which.
pub const WEBCHAT_ERR_OUT_OF_RESOURCES: webchat_status = 23;
/// The handle is null, destroyed, of another kind, or never was one.
pub const WEBCHAT_ERR_INVALID_HANDLE: webchat_status = 64;
/// No error: the service is closed, and all its events have been taken.
pub const WEBCHAT_END_OF_EVENTS: webchat_status = 65;
/// The process was forked from one that had begun to use the library, whose threads stayed there: nothing works here. Call exec, or let
/// a process fork that has made no runtime and no service.
pub const WEBCHAT_ERR_FORKED: webchat_status = 66;

struct Entry {
    status: webchat_status,
    name: CString,
    text: CString,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let own = [
        (WEBCHAT_OK, "ok", "it worked"),
        (WEBCHAT_ERR_INVALID_HANDLE, "invalid_handle", "the handle is null, destroyed, or of another kind"),
        (WEBCHAT_END_OF_EVENTS, "end_of_events", "the service is closed, and all its events have been taken"),
        (WEBCHAT_ERR_FORKED, "forked", "the process was forked from one that uses the library"),
    ];
    let kinds = ErrorKind::ALL.iter().map(|kind| (kind.code(), kind.name(), kind.description()));
    let c_string = |text: &str| CString::new(text).unwrap_or_default();
    own.into_iter()
        .chain(kinds)
        .map(|(status, name, text)| Entry { status, name: c_string(name), text: c_string(text) })
        .collect()
});

fn entry(status: webchat_status) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.status == status)
}

/// One sentence for a person, in English, about a status. Static text; never NULL, whatever the number. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_status_text(status: webchat_status) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        entry(status).map_or(c"an unknown status".as_ptr(), |entry| entry.text.as_ptr())
    })
}

/// The name of a status in snake_case, the same in every language ("invalid_argument"); "unknown" for any other number.
/// Static text; never NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_status_name(status: webchat_status) -> *const c_char {
    guard_value(c"".as_ptr(), || entry(status).map_or(c"unknown".as_ptr(), |entry| entry.name.as_ptr()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    /// The constants of this file as C sees them.
    fn constants() -> Vec<(String, u32)> {
        include_str!("status.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("pub const WEBCHAT_"))
            .map(|line| {
                let (name, number) = line.split_once(": webchat_status = ").unwrap();
                (name.to_owned(), number.trim_end_matches(';').parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn every_kind_of_error_has_its_constant() {
        let constants = constants();
        for kind in ErrorKind::ALL {
            let name = format!("ERR_{}", kind.name().to_uppercase());
            assert!(constants.contains(&(name.clone(), kind.code())), "{name} = {}", kind.code());
        }
        assert_eq!(constants.len(), ErrorKind::ALL.len() + 4);
    }

    #[test]
    fn every_constant_has_a_name_and_a_text() {
        for (name, number) in constants() {
            // SAFETY: static C strings.
            let (own, text) = unsafe {
                (CStr::from_ptr(webchat_status_name(number)), CStr::from_ptr(webchat_status_text(number)))
            };
            let name = name.strip_prefix("ERR_").unwrap_or(&name).to_lowercase();
            assert_eq!(own.to_str().unwrap(), name);
            assert!(!text.is_empty());
        }
        // SAFETY: a static C string.
        assert_eq!(unsafe { CStr::from_ptr(webchat_status_name(999)) }, c"unknown");
    }
}
