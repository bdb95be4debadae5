//! Cancelling threads (pthread_cancel): a thread of the application's that is in a function of the library goes on to the function's end,
//! because ending it in the middle would leave locks held and frames of Rust cannot be unwound so.

#[cfg(all(unix, not(target_os = "android")))]
use std::ffi::c_int;

#[cfg(all(unix, not(target_os = "android")))]
unsafe extern "C" {
    safe fn pthread_setcancelstate(state: c_int, old: Option<&mut c_int>) -> c_int;
}

/// PTHREAD_CANCEL_DISABLE.
#[cfg(all(unix, not(target_os = "android")))]
const DISABLE: c_int = if cfg!(target_vendor = "apple") { 0 } else { 1 };

/// While it lives, the calling thread is not cancelled.
pub(crate) struct HeldOff {
    #[cfg(all(unix, not(target_os = "android")))]
    before: c_int,
}

#[cfg(all(unix, not(target_os = "android")))]
impl HeldOff {
    pub(crate) fn begin() -> Self {
        let mut before = DISABLE;
        pthread_setcancelstate(DISABLE, Some(&mut before));
        Self { before }
    }
}

#[cfg(all(unix, not(target_os = "android")))]
impl Drop for HeldOff {
    fn drop(&mut self) {
        if self.before != DISABLE {
            let mut ours = DISABLE;
            pthread_setcancelstate(self.before, Some(&mut ours));
        }
    }
}

#[cfg(not(all(unix, not(target_os = "android"))))]
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
