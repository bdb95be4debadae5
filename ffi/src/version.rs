//! Which version of the library is loaded.

use crate::boundary::guard_value;
use std::ffi::c_char;

/// Major version of this header: programs keep working within one.
pub const WEBCHAT_VERSION_MAJOR: u32 = 0;
/// Minor version of this header: something was added.
pub const WEBCHAT_VERSION_MINOR: u32 = 1;
/// Patch version of this header.
pub const WEBCHAT_VERSION_PATCH: u32 = 0;
/// Version of this header as one number: 0xMMmmpp.
pub const WEBCHAT_VERSION: u32 =
    WEBCHAT_VERSION_MAJOR << 16 | WEBCHAT_VERSION_MINOR << 8 | WEBCHAT_VERSION_PATCH;

const TEXT: &std::ffi::CStr =
    match std::ffi::CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    };

/// The version of the loaded library, to compare with WEBCHAT_VERSION, the header's. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_version() -> u32 {
    guard_value(0, || WEBCHAT_VERSION)
}

/// The version of the loaded library, "0.1.0". Static text; never NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_version_text() -> *const c_char {
    guard_value(c"".as_ptr(), || TEXT.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_packages() {
        let numbers = format!("{WEBCHAT_VERSION_MAJOR}.{WEBCHAT_VERSION_MINOR}.{WEBCHAT_VERSION_PATCH}");
        assert_eq!(numbers, env!("CARGO_PKG_VERSION"));
        assert_eq!(TEXT.to_str().unwrap(), numbers);
        assert_eq!(webchat_version(), 0x00_01_00);
    }
}
