//! What the two back ends of GMS v2 share: `operation` says what a request carries, `reply` reads a response object, `message` a transcript entry,
//! `limits` the notice with file limits, as pure functions (gms-v2.md, 3 to 5 and 7); `options` says what of the configuration both read,
//! `answer` what an HTTP answer means, `error_words` what its error codes are called; `download` fetches files; `ABILITIES` says what both can do.

mod answer;
mod download;
mod error_words;
mod limits;
mod message;
pub(crate) mod operation;
pub(crate) mod options;
mod reply;
mod session;

pub(crate) use answer::{interpret, refusal, refusal_on_the_way, refused_start, with_news};
pub(crate) use download::download;
pub(crate) use reply::{Trouble, decode_limits, decode_trouble};
pub use reply::{Unreadable, decode};
pub use session::{GmsForm, GmsSession, key};

use crate::transport::Capabilities;

/// What GMS v2 can do over REST, and over `CometD` but for what depends on its configuration.
pub(crate) const ABILITIES: Capabilities = Capabilities {
    polling: true,
    file_upload: true,
    file_download: true,
    file_limits: true,
    file_deletion: true,
    custom_notice: true,
    update_user_data: true,
    history: false,
    verify_session: true,
    server_outage: true,
    push_url: true,
    update_nickname: true,
    read_receipt: true,
    start_form: false,
    bot_events: true,
    infers_participants: false,
};
