//! GMS v2 on the wire, as pure functions (protocol reference, sections 2 to 5 and 7): `form` says what a request carries, `reply`
//! reads an answer, `message` a transcript entry, `limits` the notice with file limits.

mod form;
mod limits;
mod message;
mod reply;

pub(crate) use form::{form, path, urlencoded};
pub use reply::{NotTheProtocol, decode};
pub(crate) use reply::{Trouble, decode_limits, decode_trouble};
