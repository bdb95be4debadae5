//! What an operator may choose from for each point that is unknown of the real service, or that deployments differ in.

use serde::{Deserialize, Serialize};

/// What the customer is told when the agent ends a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AgentEnd {
    /// A `Disconnect` that makes the session read-only.
    #[default]
    ReadOnly,
    /// A `Disconnect`; what the customer says next opens another conversation in the same session.
    Send,
    /// Nothing. What the customer says next opens another conversation.
    Silent,
}

/// What of a request comes back with its message: `tracingId` as `channel.messageId`, `metadata` as it was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Repeats {
    /// Neither.
    #[default]
    Nothing,
    /// The tracing id.
    TracingId,
    /// The metadata.
    Metadata,
    /// Both.
    Both,
}

impl Repeats {
    pub(super) fn tracing_id(self) -> bool {
        matches!(self, Self::TracingId | Self::Both)
    }

    pub(super) fn metadata(self) -> bool {
        matches!(self, Self::Metadata | Self::Both)
    }
}

/// Where answers have the `tracingId` of their request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Tracing {
    /// In the envelope.
    #[default]
    Envelope,
    /// In the body, where that is an object.
    Body,
    /// Nowhere.
    Absent,
}

/// What the times of messages are in the history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Times {
    /// Those of the messages.
    #[default]
    Exact,
    /// The same for messages of one second.
    Seconds,
    /// `null`.
    Null,
}

/// How the typing of agents is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TypingForm {
    /// `On`, with `duration`.
    #[default]
    Duration,
    /// `On`, with `durationMs`.
    DurationMs,
    /// `On` alone.
    Plain,
    /// `On` and `Off`, with `duration`.
    Off,
}

/// What follows when the bytes of an upload have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UploadEvent {
    /// `UploadSuccessEvent`.
    #[default]
    Success,
    /// `UploadFailureEvent`.
    Failure,
    /// Nothing.
    Absent,
}

/// How a refusal is told that has no form of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorForm {
    /// Class `string`, whose envelope has the code.
    #[default]
    Text,
    /// Class `ErrorMessage`, whose body has the code; the envelope has 400.
    ErrorMessage,
    /// The same by the name of `Error`.
    Error,
    /// Class `ErrorMessage`, and the envelope of every refusal, whatever its class, has 200.
    Ok,
}

/// What a page of the history says of how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Pages {
    /// `total` and `pageCount` as they are.
    #[default]
    Exact,
    /// Three pages more than there are: whoever goes by it asks beyond the end.
    Long,
    /// Neither.
    Absent,
}
