//! The operations a customer may ask for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A customer's operation (gms-v2 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are the protocol's own; gms-v2 section 2 explains each")]
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
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 15] = [
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
