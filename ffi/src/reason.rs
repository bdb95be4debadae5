//! Why the latest call of a thread failed, in words: the status alone cannot name an argument, an event or a key.

use crate::boundary::guard_value;
use std::{
    cell::RefCell,
    ffi::{CString, c_char},
};

thread_local! {
    static LATEST: RefCell<CString> = RefCell::default();
}

/// Keeps the words of a call that failed.
pub(crate) fn note(text: &str) {
    let text = CString::new(text.replace('\0', " ")).unwrap_or_default();
    // A thread that ends has nobody left to ask.
    let _ = LATEST.try_with(|latest| latest.replace(text));
}

/// Why the latest call of this thread that failed did so, in English, for a person: which argument, event, key or file it was about.
/// Empty when the status says enough, or no call has failed. It is about calls, not about commands: webchat_outcome_reason is about
/// those. Never NULL; valid until the next call of this thread that fails. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_failure_reason() -> *const c_char {
    guard_value(c"".as_ptr(), || LATEST.try_with(|latest| latest.borrow().as_ptr()).unwrap_or(c"".as_ptr()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::{Failure, guard};
    use std::ffi::CStr;

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
        guard(|| Err(Failure::bare(1)));
        assert_eq!(latest(), "");
    }
}
