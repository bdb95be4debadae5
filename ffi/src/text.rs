//! Text across the boundary: NUL-terminated UTF-8 in, views with a length out.

use crate::boundary::Failure;
use serde::Serialize;
use std::{
    ffi::{CStr, c_char},
    path::Path,
};
use webchat_core::{foreign, model::JsonObject};

/// Text that the library owns: UTF-8, `len` bytes at `data`, and a NUL after them. `data` is never NULL: absent text is empty.
/// Valid as long as the event, outcome or callback it came from. Text from a chat can hold NUL bytes before its end.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct webchat_str {
    /// The bytes.
    pub data: *const c_char,
    /// How many, without the NUL.
    pub len: usize,
}

impl webchat_str {
    pub(crate) const EMPTY: Self = Self { data: c"".as_ptr(), len: 0 };
}

impl Default for webchat_str {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// Text kept with a NUL behind it, for [`webchat_str`].
#[derive(Debug)]
pub(crate) struct Text(Box<[u8]>);

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// A path, as the system has it.
    #[cfg(unix)]
    pub(crate) fn path(path: &Path) -> Self {
        Self::of_bytes(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()))
    }

    /// A path, in UTF-8.
    #[cfg(not(unix))]
    pub(crate) fn path(path: &Path) -> Self {
        Self::new(&path.to_string_lossy())
    }

    fn of_bytes(text: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.extend_from_slice(text);
        bytes.push(0);
        Self(bytes.into_boxed_slice())
    }

    pub(crate) fn json(value: &impl Serialize) -> Self {
        Self::new(&serde_json::to_string(value).unwrap_or_default())
    }

    pub(crate) fn view(&self) -> webchat_str {
        webchat_str { data: self.0.as_ptr().cast(), len: self.0.len().saturating_sub(1) }
    }
}

/// Text that must be given.
///
/// # Safety
/// `pointer` is null or points to NUL-terminated text that stays as it is during `'a`.
pub(crate) unsafe fn required<'a>(pointer: *const c_char, name: &str) -> Result<&'a str, Failure> {
    // SAFETY: as here.
    unsafe { optional(pointer, name) }?.ok_or_else(|| Failure::argument(name, "is null"))
}

/// Text that may be null.
///
/// # Safety
/// As for [`required`].
pub(crate) unsafe fn optional<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: it is NUL-terminated.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map(Some).map_err(|error| {
        Failure::argument(name, &format!("is not UTF-8 from byte {} on", error.valid_up_to()))
    })
}

/// A path that must be given: the system's bytes, whatever they stand for.
///
/// # Safety
/// As for [`required`].
#[cfg(unix)]
pub(crate) unsafe fn required_path<'a>(pointer: *const c_char, name: &str) -> Result<&'a Path, Failure> {
    if pointer.is_null() {
        return Err(Failure::argument(name, "is null"));
    }
    // SAFETY: it is NUL-terminated.
    let text = unsafe { CStr::from_ptr(pointer) };
    let path: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(text.to_bytes());
    Ok(Path::new(path))
}

/// A path that must be given, in UTF-8.
///
/// # Safety
/// As for [`required`].
#[cfg(not(unix))]
pub(crate) unsafe fn required_path<'a>(pointer: *const c_char, name: &str) -> Result<&'a Path, Failure> {
    // SAFETY: as here.
    unsafe { required(pointer, name) }.map(Path::new)
}

/// A JSON object; null is an empty one.
///
/// # Safety
/// As for [`required`].
pub(crate) unsafe fn object(pointer: *const c_char, name: &str) -> Result<JsonObject, Failure> {
    // SAFETY: as here.
    let Some(text) = unsafe { optional(pointer, name) }? else { return Ok(JsonObject::new()) };
    serde_json::from_str(text).map_err(|error| {
        Failure::argument(name, &format!("is not a JSON object: {}", foreign::json_error(&error)))
    })
}

/// Bytes; a null pointer is right when there are none.
///
/// # Safety
/// `pointer` points to `length` bytes that stay as they are during `'a`, or is null.
pub(crate) unsafe fn bytes<'a>(pointer: *const u8, length: usize, name: &str) -> Result<&'a [u8], Failure> {
    if length == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(Failure::argument(name, "is null"));
    }
    if isize::try_from(length).is_err() {
        return Err(Failure::argument(name, "is longer than memory can be"));
    }
    // SAFETY: not null, not too long, and the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null;

    #[test]
    fn views_end_with_a_nul() {
        let text = Text::new("ä\0b");
        let view = text.view();
        assert_eq!(view.len, 4);
        // SAFETY: one byte behind the text is the NUL.
        let bytes = unsafe { std::slice::from_raw_parts(view.data.cast::<u8>(), view.len + 1) };
        assert_eq!(bytes, "ä\0b\0".as_bytes());
    }

    #[test]
    fn bad_text_is_named() {
        // SAFETY: literals, or null.
        unsafe {
            let failure = required(c"a\xff".as_ptr(), "message").unwrap_err();
            assert_eq!(failure.text, "parameter 'message' is not UTF-8 from byte 1 on");
            assert_eq!(required(null(), "url").unwrap_err().text, "parameter 'url' is null");
            assert!(optional(null(), "url").unwrap().is_none());
            assert!(object(c"[1]".as_ptr(), "user_data").is_err());
            assert!(object(null(), "user_data").unwrap().is_empty());
            assert_eq!(bytes(null(), 0, "data").unwrap(), b"");
            assert!(bytes(null(), 3, "data").is_err());
            assert!(bytes(c"".as_ptr().cast(), usize::MAX, "data").is_err());
        }
    }
}
