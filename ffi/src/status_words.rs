//! The table of what a `webchat_status` is called, and what is said about it.

use crate::status::{
    WEBCHAT_END_OF_EVENTS, WEBCHAT_ERR_FORKED, WEBCHAT_ERR_INVALID_HANDLE, WEBCHAT_OK, webchat_status,
};
use std::{
    ffi::{CStr, CString},
    sync::LazyLock,
};
use webchat_core::ErrorKind;

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

/// What is said about a status.
pub(crate) fn words(status: webchat_status) -> &'static CStr {
    entry(status).map_or(c"an unknown status", |entry| &entry.text)
}

/// What it is called.
pub(crate) fn name(status: webchat_status) -> &'static CStr {
    entry(status).map_or(c"unknown", |entry| &entry.name)
}
