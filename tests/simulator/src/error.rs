//! What can go wrong when driving the simulator.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::api::Api;
use crate::chat::ParticipantId;

/// Why the simulator could not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// No chat has this id.
    #[error("there is no chat {chat:?}")]
    UnknownChat {
        /// The id asked for.
        chat: String,
    },
    /// The chat is over.
    #[error("chat {chat} has ended")]
    ChatEnded {
        /// Its id.
        chat: String,
    },
    /// A chat has exactly one customer.
    #[error("chat {chat} already has its customer; join as Agent, Supervisor, Bot or External")]
    SecondClient {
        /// Its id.
        chat: String,
    },
    /// No participant of the chat has this number.
    #[error("chat {chat} has no participant {participant}")]
    UnknownParticipant {
        /// The chat.
        chat: String,
        /// The number asked for.
        participant: ParticipantId,
    },
    /// Nobody but the customer is in the chat, so nobody can act.
    #[error("nobody but the customer is in chat {chat}; join first")]
    NobodyJoined {
        /// The chat.
        chat: String,
    },
    /// The participant has left.
    #[error("participant {participant} has left chat {chat}")]
    ParticipantGone {
        /// The chat.
        chat: String,
        /// The participant.
        participant: ParticipantId,
    },
    /// The customer acts through its own protocol only.
    #[error("participant {participant} of chat {chat} is the customer, who acts through the chat URL only")]
    ActsForClient {
        /// The chat.
        chat: String,
        /// The participant.
        participant: ParticipantId,
    },
    /// The clock is moved by no more than this at a time.
    #[error("the clock is moved by {} ms at most", .furthest.as_millis())]
    TooFar {
        /// The most.
        furthest: std::time::Duration,
    },
    /// The chat has no such file.
    #[error("chat {chat} has no file {file:?}")]
    UnknownFile {
        /// The chat.
        chat: String,
        /// The file's id.
        file: String,
    },
    /// The customer's chat API has nothing of this kind.
    #[error("chat {chat} is one of {api}, which has no {what}")]
    NotInApi {
        /// The chat.
        chat: String,
        /// What its customer speaks.
        api: Api,
        /// What was asked for.
        what: &'static str,
    },
    /// No chat API that the simulator serves has anything of this kind.
    #[error("{0}")]
    NotServed(String),
    /// A setting is given wrongly.
    #[error("{0}")]
    Setting(String),
    /// A script cannot be used.
    #[error("script {}: {reason}", path.display())]
    Script {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A recording cannot be played back.
    #[error("recording {}: {reason}", path.display())]
    Recording {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A fault is described wrongly.
    #[error("fault: {0}")]
    Fault(String),
    /// The simulator has been shut down.
    #[error("the simulator has been shut down")]
    ShutDown,
}
