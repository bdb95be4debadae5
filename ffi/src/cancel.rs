//! Cancelling threads (pthread_cancel): a thread of the application's that is in a function of the library goes on to the function's end,
//! because ending it in the middle would leave locks held and frames of Rust cannot be unwound so. Android has no such call, and Miri knows none.

#[cfg(all(unix, not(any(target_os = "android", miri))))]
use std::ffi::c_int;

#[cfg(all(unix, not(any(target_os = "android", miri))))]
unsafe extern "C" {
    safe fn pthread_setcancelstate(state: c_int, old: Option<&mut c_int>) -> c_int;
}

/// PTHREAD_CANCEL_DISABLE.
#[cfg(all(unix, not(any(target_os = "android", miri))))]
const DISABLE: c_int = if cfg!(target_vendor = "apple") { 0 } else { 1 };

/// While it lives, the calling thread is not cancelled.
pub(crate) struct HeldOff {
    #[cfg(all(unix, not(any(target_os = "android", miri))))]
    before: c_int,
}

#[cfg(all(unix, not(any(target_os = "android", miri))))]
impl HeldOff {
    pub(crate) fn begin() -> Self {
        let mut before = DISABLE;
        pthread_setcancelstate(DISABLE, Some(&mut before));
        Self { before }
    }
}

#[cfg(all(unix, not(any(target_os = "android", miri))))]
impl Drop for HeldOff {
    fn drop(&mut self) {
        if self.before != DISABLE {
            let mut ours = DISABLE;
            pthread_setcancelstate(self.before, Some(&mut ours));
        }
    }
}

#[cfg(not(all(unix, not(any(target_os = "android", miri)))))]
impl HeldOff {
    /// There is no cancelling here.
    pub(crate) fn begin() -> Self {
        Self {}
    }
}

/// From now on the calling thread, one of the library's, is not cancelled.
pub(crate) fn refuse() {
    std::mem::forget(HeldOff::begin());
}
