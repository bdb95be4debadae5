//! The operations a customer may ask for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A customer's operation, named as in GMS v2 (gms-v2 section 2); the last two are Nexus v3's own (nexus-v3
/// sections 4.2 and 9.3). The crate's front page says which request of Nexus v3 counts as which operation.
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
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 17] = [
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
