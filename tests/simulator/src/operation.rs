//! The operations a customer may ask for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A customer's operation, named as in GMS v2 (gms-v2.md, 2). `Resume` is Nexus v3's own
/// (nexus-v3.md, 4.2), those from `Upgrade` on are what connections need below the chat, and those from `Configuration` on are of APIs in
/// which a chat begins in several steps and files travel by another host.
/// The crate's front page says which request of each API counts as which operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are the protocols' own, whose references explain each")]
pub enum Operation {
    RequestChat,
    Send,
    Refresh,
    StartTyping,
    StopTyping,
    Disconnect,
    PushUrl,
    UpdateNickname,
    CustomNotice,
    UpdateData,
    ReadReceipt,
    FileLimits,
    FileUpload,
    FileDownload,
    FileDelete,
    Resume,
    History,
    /// The opening of a WebSocket.
    Upgrade,
    Handshake,
    Connect,
    Subscribe,
    Unsubscribe,
    /// `/meta/disconnect`: the end of a Bayeux session, which the chat outlives.
    DisconnectClient,
    /// No request, but the server's bringing of pushed messages: faults alone know it, and by name only.
    Deliver,
    /// What a client asks for before any chat.
    Configuration,
    /// The customer comes to a chat that is open already.
    Join,
    /// Whether the session is still there.
    Echo,
    /// A token for requests beside the connection.
    Token,
    /// The address to which a file is to be sent.
    Presign,
    /// A fresh address of a file.
    FileAddress,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 30] = [
        Self::RequestChat,
        Self::Send,
        Self::Refresh,
        Self::StartTyping,
        Self::StopTyping,
        Self::Disconnect,
        Self::PushUrl,
        Self::UpdateNickname,
        Self::CustomNotice,
        Self::UpdateData,
        Self::ReadReceipt,
        Self::FileLimits,
        Self::FileUpload,
        Self::FileDownload,
        Self::FileDelete,
        Self::Resume,
        Self::History,
        Self::Upgrade,
        Self::Handshake,
        Self::Connect,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::DisconnectClient,
        Self::Deliver,
        Self::Configuration,
        Self::Join,
        Self::Echo,
        Self::Token,
        Self::Presign,
        Self::FileAddress,
    ];

    /// The name used in logs and fault descriptions, e.g. `startTyping`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RequestChat => "requestChat",
            Self::Send => "send",
            Self::Refresh => "refresh",
            Self::StartTyping => "startTyping",
            Self::StopTyping => "stopTyping",
            Self::Disconnect => "disconnect",
            Self::PushUrl => "pushUrl",
            Self::UpdateNickname => "updateNickname",
            Self::CustomNotice => "customNotice",
            Self::UpdateData => "updateData",
            Self::ReadReceipt => "readReceipt",
            Self::FileLimits => "fileLimits",
            Self::FileUpload => "fileUpload",
            Self::FileDownload => "fileDownload",
            Self::FileDelete => "fileDelete",
            Self::Resume => "resume",
            Self::History => "history",
            Self::Upgrade => "upgrade",
            Self::Handshake => "handshake",
            Self::Connect => "connect",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::DisconnectClient => "disconnectClient",
            Self::Deliver => "deliver",
            Self::Configuration => "configuration",
            Self::Join => "join",
            Self::Echo => "echo",
            Self::Token => "token",
            Self::Presign => "presign",
            Self::FileAddress => "fileAddress",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Operation {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|operation| operation.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("{name:?} is no operation; the operations are {names}")
        })
    }
}
