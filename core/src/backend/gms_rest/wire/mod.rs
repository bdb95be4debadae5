//! GMS v2 over REST on the wire, as pure functions: `form` says what a request carries (gms-v2.md, 2).

mod form;

pub use crate::backend::gms::{Unreadable, decode};
pub(crate) use form::{form, path, urlencoded};
