//! Where calls from C come in: panics, failures and out-parameters are dealt with here and nowhere else.

use crate::{
    cancel::HeldOff,
    reason,
    status::{WEBCHAT_ERR_INTERNAL, WEBCHAT_ERR_INVALID_ARGUMENT, WEBCHAT_OK, webchat_status},
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use webchat_core::{
    Error,
    driver::{quiet_panics, quietly},
    foreign,
};

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
        Self::new(error.kind().code(), error.to_string())
    }
}

/// Runs the body of an exported function: no panic leaves it, no cancellation of the thread ends it, and a failure with a text is logged.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> webchat_status {
    guard_value(WEBCHAT_ERR_INTERNAL, || match body() {
        Ok(()) => WEBCHAT_OK,
        Err(failure) => {
            let text = foreign::sentence(failure.text);
            if text.is_empty() {
                reason::note_status(failure.status);
            } else {
                reason::note(&text);
                log::warn!(target: "webchat", "a call from C failed: {text}");
            }
            failure.status
        }
    })
}

/// The same for functions that return a plain value; `fallback` when the body panics.
pub(crate) fn guard_value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    let _held_off = HeldOff::begin();
    quiet_panics(false);
    quietly(|| catch_unwind(AssertUnwindSafe(body))).unwrap_or_else(|payload| {
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
pub(crate) unsafe trait Growing: Copy {
    /// Where each field begins and ends.
    const FIELDS: &'static [(usize, usize)];
}

/// Makes a structure of the header a [`Growing`] one. It has to name every field.
macro_rules! growing {
    ($name:ident { $($field:ident),* $(,)? }) => {
        // SAFETY: numbers, pointers and nullable functions, which may all be zero.
        unsafe impl $crate::boundary::Growing for $name {
            const FIELDS: &'static [(usize, usize)] = &[$({
                let begin = std::mem::offset_of!($name, $field);
                (begin, begin + $crate::boundary::size_of_field(|it: &$name| &it.$field))
            }),*];
        }

        const _: fn($name) = |$name { $($field: _),* }| ();
    };
}
pub(crate) use growing;

/// For [`growing`].
pub(crate) const fn size_of_field<T, F>(_: fn(&T) -> &F) -> usize {
    size_of::<F>()
}

/// The largest structure believed in; a greater size is a mistake.
const LARGEST: usize = 4096;

/// Whether a version of the structure can have this size: an older one ends behind one of the fields, a newer one is larger.
fn can_be<T: Growing>(size: usize) -> bool {
    let cuts_a_field = T::FIELDS.iter().any(|(begin, end)| *begin < size && size < *end);
    let newer = size > size_of::<T>();
    !cuts_a_field && size <= LARGEST && (!newer || size.is_multiple_of(align_of::<T>()))
}

/// A structure of the caller's that is filled, whose size is that of the caller's version of the header. It is cleared at once, so that
/// it is never left unset; only a size beyond belief leaves it as it was.
pub(crate) struct OutGrowing<T>(*mut T, usize);

impl<T: Growing + Default> OutGrowing<T> {
    /// # Safety
    /// `pointer` is null or points to `size` writable bytes, for as long as this value lives.
    pub(crate) unsafe fn new(pointer: *mut T, size: usize) -> Result<Self, Failure> {
        if pointer.is_null() {
            return Err(Failure::argument("out", "is null"));
        }
        let wrong = || Failure::argument("size", "is not the size of the structure");
        if size > LARGEST {
            return Err(wrong());
        }
        // SAFETY: the caller vouches for `size` bytes.
        unsafe { pointer.cast::<u8>().write_bytes(0, size) };
        if size == 0 || !can_be::<T>(size) {
            return Err(wrong());
        }
        let out = Self(pointer, size);
        out.set(&T::default());
        Ok(out)
    }

    pub(crate) fn set(&self, value: &T) {
        let known = self.1.min(size_of::<T>());
        let value = std::ptr::from_ref(value).cast::<u8>();
        // SAFETY: `new` required as many bytes; `known` exceeds neither them nor the value.
        unsafe { self.0.cast::<u8>().copy_from_nonoverlapping(value, known) };
    }
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
    if size <= size_of::<usize>() || !can_be::<T>(size) {
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
    use crate::text::webchat_str;
    use std::mem::offset_of;

    #[repr(C)]
    #[derive(Clone, Copy, Default)]
    struct Pair {
        size: usize,
        first: u64,
        second: u64,
        text: webchat_str,
    }
    growing!(Pair { size, first, second, text });

    const FULL: Pair = Pair { size: size_of::<Pair>(), first: 1, second: 2, text: webchat_str::EMPTY };

    #[test]
    #[cfg_attr(miri, ignore = "what it panics with is left alone, which would count as a leak")]
    fn a_panic_becomes_a_status() {
        assert_eq!(guard(|| panic!("on purpose")), WEBCHAT_ERR_INTERNAL);
        assert_eq!(guard_value(7, || panic!("on purpose")), 7);
    }

    #[test]
    fn an_older_caller_gets_what_it_knows() {
        let mut out = Pair { size: 9, first: 9, second: 9, text: webchat_str::EMPTY };
        // SAFETY: `out` has more than this many bytes.
        let filled = unsafe { OutGrowing::new(&raw mut out, offset_of!(Pair, second)) }.unwrap();
        assert_eq!((out.size, out.first, out.second), (0, 0, 9), "it is cleared at once");
        filled.set(&FULL);
        assert_eq!((out.size, out.first, out.second), (FULL.size, 1, 9));
    }

    #[test]
    fn an_older_callers_structure_is_filled_up_with_zeros() {
        let given = Pair { size: offset_of!(Pair, second), ..FULL };
        // SAFETY: `given` is at least as large as it says.
        let read = unsafe { read_growing(&raw const given, "given") }.unwrap().unwrap();
        assert_eq!((read.first, read.second), (1, 0));
    }

    #[test]
    fn a_size_that_ends_in_a_field_or_is_beyond_belief_is_refused() {
        let word = size_of::<usize>();
        let fits =
            |size: usize| size.is_multiple_of(8) && size != size_of::<Pair>() - word && size <= LARGEST;
        // More room than any size that is believed in.
        let mut room = vec![FULL; LARGEST / size_of::<Pair>() + 2];
        for size in (0..=LARGEST + 16).chain([usize::MAX, usize::MAX - 7]) {
            room[0] = Pair { size, ..FULL };
            // SAFETY: there are as many bytes as are ever believed in.
            let read = unsafe { read_growing(room.as_ptr(), "pair") };
            assert_eq!(read.is_ok(), fits(size) && size > word, "read {size}");
            // SAFETY: as above.
            let written = unsafe { OutGrowing::new(room.as_mut_ptr(), size) };
            assert_eq!(written.is_ok(), fits(size) && size > 0, "write {size}");
        }
        // SAFETY: null.
        assert!(unsafe { read_growing::<Pair>(std::ptr::null(), "pair") }.unwrap().is_none());
    }
}
