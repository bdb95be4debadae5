//! The Nexus v3 wire (`pureengage-v3-rest`): paths, forms, tokens, sessions and envelopes, put before the chat
//! server.

mod code;
mod faults;
mod fields;
mod handler;
mod images;
mod info;
mod messages;
mod operations;
mod reply;
mod sessions;
mod settings;
mod target;
mod token;
mod wire;

pub(crate) use code::usual_status;
pub(crate) use handler::handle;
pub use info::NexusInfo;
pub(crate) use operations::image_base;
pub(crate) use sessions::Sessions;
pub(crate) use settings::Patch;
pub use settings::{ImageLimits, NexusSettings, StatusForm};
pub(crate) use wire::Style;

/// Path of the chat API; image URLs are relative to it (nexus-v3.md, 4.7).
pub(crate) const API_BASE: &str = "/nexus/v3/chat";
/// Path of the `dataURL`.
pub(crate) const SESSIONS: &str = "/nexus/v3/chat/sessions";
