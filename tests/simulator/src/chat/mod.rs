//! The chat server itself, whatever wire its customers speak: sessions, participants, transcript, files,
//! idle control. No input or output happens here and the present moment is always an argument, so every
//! rule can be tested without waiting.

mod act;
mod clock;
mod customer;
mod event;
mod files;
mod idle;
mod participant;
mod server;
mod session;
mod settings;
mod stamp;
mod text;

pub use act::{Act, Acted, Upload};
pub(crate) use clock::Clock;
pub(crate) use event::Content;
pub use event::{Event, EventType, Sender};
pub(crate) use files::FileRefusal;
pub use files::{FileLimits, StoredFile};
pub use idle::IdleSettings;
pub use participant::{ParticipantId, ParticipantInfo, ParticipantKind};
pub(crate) use server::{ChatServer, NewChat};
pub use session::EndCause;
pub(crate) use session::{CLIENT, Chat, Moment};
pub use settings::Settings;
pub(crate) use stamp::Stamp;
pub use text::TextChange;
