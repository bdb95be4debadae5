//! What the tests need of the library and shipped builds do not have (feature `testing`).

use crate::{boundary::guard, status::webchat_status};

/// Panics inside the library, to show that it stops at the boundary: WEBCHAT_ERR_INTERNAL.
#[allow(clippy::missing_panics_doc, reason = "the panic does not leave the function")]
#[unsafe(no_mangle)]
pub extern "C" fn webchat_testing_panic() -> webchat_status {
    guard(|| panic!("on purpose"))
}
