//! Why the latest call of a thread failed, in words: the status alone cannot name an argument, an event or a key.

use crate::{boundary::guard_value, status::webchat_status, status_words::words};
use std::{
    cell::RefCell,
    ffi::{CString, c_char},
};

thread_local! {
    static LATEST: RefCell<CString> = RefCell::default();
}

/// Keeps the words of a call that failed.
pub(crate) fn note(text: &str) {
    keep(CString::new(text.replace('\0', " ")).unwrap_or_default());
}

/// The same for a failure that its status says enough about.
pub(crate) fn note_status(status: webchat_status) {
    keep(words(status).to_owned());
}

fn keep(text: CString) {
    // A thread that ends has nobody left to ask.
    let _ = LATEST.try_with(|latest| latest.replace(text));
}

/// Why the latest call of this thread that failed did so, in English, for a person: which argument, event, key or file it was about; the
/// text of the status where there is no more to say. That holds for every function: those that return no status fail when they return what
/// they do for an invalid handle. webchat_call fails as its command does, and has its reason here as well; of commands that nobody waits
/// for webchat_outcome_reason tells. Empty when no call has failed. Never NULL; valid until the next call of this thread that fails. Any
/// thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_failure_reason() -> *const c_char {
    guard_value(c"".as_ptr(), || LATEST.try_with(|latest| latest.borrow().as_ptr()).unwrap_or(c"".as_ptr()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        boundary::{Failure, guard},
        event::read::webchat_event_kind,
        status::WEBCHAT_ERR_CLOSED,
    };
    use std::{ffi::CStr, ptr::null};

    fn latest() -> String {
        // SAFETY: a C string of this thread.
        unsafe { CStr::from_ptr(webchat_failure_reason()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn it_is_that_of_the_latest_failure_of_the_thread() {
        assert_eq!(latest(), "");
        guard(|| Err(Failure::argument("name", "is\0null")));
        assert_eq!(latest(), r"parameter 'name' is\u{0}null");
        guard(|| Ok(()));
        assert_eq!(latest(), r"parameter 'name' is\u{0}null");
        std::thread::spawn(|| assert_eq!(latest(), "")).join().unwrap();
        guard(|| Err(Failure::bare(WEBCHAT_ERR_CLOSED)));
        assert_eq!(latest(), words(WEBCHAT_ERR_CLOSED).to_str().unwrap());
    }

    #[test]
    fn a_function_that_returns_no_status_leaves_one_as_well() {
        webchat_event_kind(null());
        assert!(latest().contains("handle"), "{}", latest());
    }
}
