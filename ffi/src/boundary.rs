//! Where calls from C come in: panics, failures and out-parameters are dealt with here and nowhere else.

use crate::status::{WEBCHAT_ERR_INTERNAL, WEBCHAT_ERR_INVALID_ARGUMENT, WEBCHAT_OK, webchat_status};
use std::panic::{AssertUnwindSafe, catch_unwind};
use webchat_core::Error;

/// Why a call fails: the status that is returned, and words for the log or an outcome.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: webchat_status,
    pub(crate) text: String,
}

impl Failure {
    /// A failure that the status says enough about.
    pub(crate) fn bare(status: webchat_status) -> Self {
        Self { status, text: String::new() }
    }

    pub(crate) fn new(status: webchat_status, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    /// A parameter that cannot be used.
    pub(crate) fn argument(name: &str, what: &str) -> Self {
        Self::new(WEBCHAT_ERR_INVALID_ARGUMENT, format!("parameter '{name}' {what}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.kind().code(), error.message())
    }
}

/// Runs the body of an exported function: no panic leaves it, and a failure with a text is logged.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> webchat_status {
    guard_value(WEBCHAT_ERR_INTERNAL, || match body() {
        Ok(()) => WEBCHAT_OK,
        Err(failure) => {
            if !failure.text.is_empty() {
                log::warn!(target: "webchat", "a call from C failed: {}", failure.text);
            }
            failure.status
        }
    })
}

/// The same for functions that return a plain value; `fallback` when the body panics.
pub(crate) fn guard_value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        // Dropping a payload could panic again, outside of the guard.
        std::mem::forget(payload);
        log::error!(target: "webchat", "a fault in the library was caught at its boundary");
        fallback
    })
}

/// An out-parameter that must be given. It is cleared at once, so that it is never left unset.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// # Safety
    /// `pointer` is null or points to room for a `T`, for as long as this value lives.
    pub(crate) unsafe fn new(pointer: *mut T, name: &str, empty: T) -> Result<Self, Failure> {
        if pointer.is_null() {
            return Err(Failure::argument(name, "is null"));
        }
        let out = Self(pointer);
        out.set(empty);
        Ok(out)
    }

    pub(crate) fn set(&self, value: T) {
        // SAFETY: `new` required room for a `T`; what is there may be uninitialised, so it is not dropped.
        unsafe { self.0.write(value) }
    }
}

/// A structure that grows: it is all zero where nothing is known of it.
///
/// # Safety
/// All bytes zero are a valid value.
pub(crate) unsafe trait Growing: Copy {}

/// The largest structure believed in; a greater size is a mistake.
const LARGEST: usize = 4096;

/// Fills a structure of the caller's, whose size is that of the caller's version of the header.
///
/// # Safety
/// `out` is null or points to `size` writable bytes.
pub(crate) unsafe fn write_growing<T: Growing>(out: *mut T, size: usize, value: &T) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::argument("out", "is null"));
    }
    if size == 0 || size > LARGEST {
        return Err(Failure::argument("size", "is not the size of the structure"));
    }
    let known = size.min(size_of::<T>());
    // SAFETY: the caller vouches for `size` bytes at `out`; `known` does not exceed them nor the value.
    unsafe {
        out.cast::<u8>().write_bytes(0, size);
        out.cast::<u8>().copy_from_nonoverlapping(std::ptr::from_ref(value).cast::<u8>(), known);
    }
    Ok(())
}

/// Reads a structure of the caller's, led by its size. What the caller's version of the header does not have is zero.
///
/// # Safety
/// `pointer` is null or points to a structure whose first field is its size in bytes.
pub(crate) unsafe fn read_growing<T: Growing>(pointer: *const T, name: &str) -> Result<Option<T>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the first field is the size.
    let size = unsafe { pointer.cast::<usize>().read_unaligned() };
    if size < 2 * size_of::<usize>() || size > LARGEST {
        return Err(Failure::argument(name, "does not begin with its size"));
    }
    // SAFETY: zero bytes are a valid `T`; the caller vouches for `size` bytes at `pointer`.
    let value = unsafe {
        let mut value = std::mem::zeroed::<T>();
        let known = size.min(size_of::<T>());
        std::ptr::from_mut(&mut value).cast::<u8>().copy_from_nonoverlapping(pointer.cast::<u8>(), known);
        value
    };
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Pair {
        size: usize,
        first: u64,
        second: u64,
    }
    // SAFETY: numbers only.
    unsafe impl Growing for Pair {}

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(guard(|| panic!("on purpose")), WEBCHAT_ERR_INTERNAL);
        assert_eq!(guard_value(7, || panic!("on purpose")), 7);
    }

    #[test]
    fn an_older_caller_gets_what_it_knows() {
        let value = Pair { size: 0, first: 1, second: 2 };
        let mut out = Pair { size: 9, first: 9, second: 9 };
        let known = size_of::<usize>() + size_of::<u64>();
        // SAFETY: `out` has more than `known` bytes.
        unsafe { write_growing(&raw mut out, known, &value) }.unwrap();
        assert_eq!(out, Pair { size: 0, first: 1, second: 9 });
    }

    #[test]
    fn an_older_callers_structure_is_filled_up_with_zeros() {
        let given = Pair { size: size_of::<usize>() + size_of::<u64>(), first: 1, second: 2 };
        // SAFETY: `given` is at least as large as it says.
        let read = unsafe { read_growing(&raw const given, "given") }.unwrap().unwrap();
        assert_eq!((read.first, read.second), (1, 0));
    }

    #[test]
    fn sizes_beyond_belief_are_refused() {
        let mut pair = Pair { size: usize::MAX, first: 0, second: 0 };
        // SAFETY: refused before anything is read or written.
        unsafe {
            assert!(read_growing(&raw const pair, "pair").is_err());
            assert!(write_growing(&raw mut pair, usize::MAX, &pair.clone()).is_err());
            assert!(write_growing(&raw mut pair, 0, &pair.clone()).is_err());
            assert!(read_growing::<Pair>(std::ptr::null(), "pair").unwrap().is_none());
        }
    }
}
