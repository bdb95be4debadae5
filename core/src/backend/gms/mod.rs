//! What the two back ends of GMS v2 share: `operation` says what a request carries, `reply` reads a response object, `message` a transcript entry, `limits` the notice with file
//! limits, as pure functions (gms-v2.md, 3 to 5 and 7); `answer` says what an HTTP answer means, `codes` what those of errors do, `download` fetches
//! files.

mod answer;
mod codes;
mod download;
mod limits;
mod message;
pub(crate) mod operation;
mod reply;

pub(crate) use answer::{gms, interpret, refusal, refusal_on_the_way, refused_start, with_news};
pub(crate) use download::download;
pub(crate) use reply::{Trouble, decode_limits, decode_trouble};
pub use reply::{Unreadable, decode};
