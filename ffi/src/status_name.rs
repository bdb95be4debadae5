//! What a `webchat_status` is called, and a sentence about it.

use crate::{
    boundary::guard_value,
    status::webchat_status,
    status_words::{name, words},
};
use std::ffi::c_char;

/// One sentence for a person, in English, about a status. Static text; never NULL, whatever the number. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_status_text(status: webchat_status) -> *const c_char {
    guard_value(c"".as_ptr(), || words(status).as_ptr())
}

/// The name of a status in snake_case, the same in every language ("invalid_argument"); "unknown" for any other number.
/// Static text; never NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn webchat_status_name(status: webchat_status) -> *const c_char {
    guard_value(c"".as_ptr(), || name(status).as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;
    use webchat_core::ErrorKind;

    /// The constants of `status` as C sees them.
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
