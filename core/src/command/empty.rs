//! Texts without which a command means nothing, however it was given.

use super::Command;

impl Command {
    /// The option that must hold a text and is empty.
    pub(crate) fn empty_option(&self) -> Option<&'static str> {
        let (option, is_empty) = match self {
            Self::PushUrl { url } => ("url", url.is_empty()),
            Self::UpdateNickname { nickname } => ("nickname", nickname.is_empty()),
            Self::DeleteFile { file_id } => ("fileId", file_id.is_empty()),
            Self::DownloadFile(download) => ("fileId", download.file_id.is_empty()),
            _ => return None,
        };
        is_empty.then_some(option)
    }
}
