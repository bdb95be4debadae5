//! What the service asks of a back end.

use crate::{
    model::{Download, JsonObject, Place, SessionData, Upload},
    private::{Private, debug_only},
};
use std::sync::Arc;

/// One request of the service.
#[derive(Clone, Debug)]
pub struct Request {
    /// The session it belongs to; empty for a start.
    pub session: Arc<SessionData>,
    /// What is asked.
    pub operation: Operation,
}

/// What a request asks of the back end.
#[derive(Clone)]
pub enum Operation {
    /// Start a chat session.
    Start(Start),
    /// Send a text message.
    Send(Text),
    /// Fetch new messages.
    Poll {
        /// From where on.
        from: Cursor,
        /// What the customer has typed so far, where the application shows it.
        preview: Option<Private>,
    },
    /// Take up a session that this process did not start, and fetch its messages: all of them, or the newest of an asynchronous chat.
    Restore,
    /// Fetch older messages of an asynchronous chat.
    History {
        /// The place of the oldest message known; it may be among those fetched.
        before: Place,
    },
    /// Say that the customer types, or has stopped.
    Typing {
        /// True at the start.
        started: bool,
        /// What has been typed so far.
        preview: Option<Private>,
    },
    /// End the chat session.
    End,
    /// Send a custom notice.
    CustomNotice {
        /// Its text.
        message: Private,
    },
    /// Change attached data; only the given keys.
    UpdateUserData(JsonObject),
    /// Ask what may be uploaded.
    FileLimits,
    /// Send a file.
    Upload(Upload),
    /// Fetch a file.
    Download(Download),
    /// Fetch the images at these addresses.
    Images(Vec<Box<str>>),
    /// Delete a file.
    DeleteFile {
        /// Its id.
        file_id: String,
    },
    /// Push a web address.
    PushUrl {
        /// The address.
        url: String,
    },
    /// Take another nickname.
    UpdateNickname {
        /// The new one.
        nickname: Private,
    },
    /// Report what was read.
    ReadReceipt {
        /// Index of the last message read.
        position: u64,
    },
}

impl Operation {
    /// What it is, for a log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::Send(_) => "send",
            Self::Poll { .. } => "poll",
            Self::Restore => "restore",
            Self::History { .. } => "history",
            Self::Typing { .. } => "typing",
            Self::End => "end",
            Self::CustomNotice { .. } => "custom notice",
            Self::UpdateUserData(_) => "user data",
            Self::FileLimits => "file limits",
            Self::Upload(_) => "upload",
            Self::Download(_) => "download",
            Self::Images(_) => "images",
            Self::DeleteFile { .. } => "file deletion",
            Self::PushUrl { .. } => "push URL",
            Self::UpdateNickname { .. } => "nickname",
            Self::ReadReceipt { .. } => "read receipt",
        }
    }
}

impl Operation {
    /// Whether it does no harm when it arrives twice, whatever came of it the first time.
    pub(crate) fn is_harmless(&self) -> bool {
        match self {
            Self::Poll { .. }
            | Self::Restore
            | Self::History { .. }
            | Self::Typing { .. }
            | Self::End
            | Self::UpdateUserData(_)
            | Self::FileLimits
            | Self::Download(_)
            | Self::Images(_)
            | Self::ReadReceipt { .. } => true,
            Self::Start(_)
            | Self::Send(_)
            | Self::CustomNotice { .. }
            | Self::Upload(_)
            | Self::DeleteFile { .. }
            | Self::PushUrl { .. }
            | Self::UpdateNickname { .. } => false,
        }
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// From where on messages are fetched. A back end that counts its entries takes `next`; one that remembers what it delivered to whom
/// goes by `resync` and `after`.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    /// The first number wanted, where entries are counted; 1 is the first of all.
    pub next: u64,
    /// The newest entry known; nothing when there is none.
    pub after: Option<Place>,
    /// Messages may have been delivered that never arrived: whatever the back end remembers, all after `after` are wanted.
    pub resync: bool,
}

/// The parameters of a chat to start. Missing ones are empty.
#[derive(Clone, Default)]
pub struct Start {
    /// Shown name.
    pub nickname: Private,
    /// First name.
    pub first_name: Private,
    /// Last name.
    pub last_name: Private,
    /// E-mail address.
    pub email: Private,
    /// Subject.
    pub subject: Private,
    /// Other fields of the registration form, for back ends that take any.
    pub other: JsonObject,
    /// Attached data, already merged.
    pub user_data: JsonObject,
}

debug_only!(Start { nickname });

/// A text message to send.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// Which of the session's messages it is, the same whenever it is sent again. A back end whose server repeats names can tell by it which
    /// entry of the transcript it is ([`Whose`](crate::model::Whose)).
    pub number: u64,
    /// The text, as the customer wrote it.
    pub text: Private,
    /// The label for the kind of text; the back end has a default.
    pub message_type: Option<String>,
    /// The id of the rich message this one answers.
    pub related_event: Option<String>,
}
