//! Nexus v3 on the wire, as pure functions (nexus-v3.md, 2 to 7): `form` says what a request carries, `reply` reads an
//! answer, `message` an entry of the transcript with its place (`place`), `token` what the session's key says.

mod form;
mod message;
mod place;
mod reply;
mod token;

pub(crate) use form::{Fields, method_and_path, query};
pub use reply::{Expected, Unusable, decode};
pub(crate) use reply::{Status, api_base, status_of};
pub(crate) use token::{completed, session_of};
