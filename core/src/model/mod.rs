//! The shared vocabulary: messages, participants, transcripts, agents, session data, files. Plain data that every layer may use and
//! that knows none of them. Names and JSON shapes are those of webchatservice.md, 6 and 7.

mod agents;
mod content;
mod echo;
mod entities;
mod file;
mod known;
mod message;
mod original;
mod participant;
mod place;
mod session;
pub mod stored;
pub(crate) mod transcript;
pub(crate) mod weight;

pub use agents::{Agent, Agents, Stats};
pub use content::Content;
pub(crate) use echo::Likeness;
pub use file::{
    Download, DownloadTarget, Downloaded, FileLimits, FileSource, Progress, ProgressListener, Upload,
};
pub use message::{Message, MessageType, Received, Whose};
pub use original::OriginalMessage;
pub(crate) use original::string_length;
pub use participant::{Participant, ParticipantId, ParticipantRole};
pub use place::{EntryId, Index, Place};
pub use session::{SessionData, SessionNames};
pub use transcript::Transcript;

/// A JSON object, as attached data and event attributes are.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
