//! What an application can ask: the commands of the specification with their options, and what they resolve with. `by_name` reads a
//! command from its name and JSON options, as on the widget bus.

mod by_name;
mod files;
mod options;

use crate::{
    config::Config,
    model::{
        Agents, Download, Downloaded, FileLimits, FileSource, JsonObject, SessionData, Stats, Transcript,
        Upload,
        weight::{of_object, of_value},
    },
    prefilter::Prefilter,
    private::{Private, debug_only},
    transport::{Body, BoxFuture},
};
use serde_json::{Value, json};
use std::{fmt, sync::Arc};

/// Identifies a command that was given to a service; unique within it. For `sendMessage` it is the message's local id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Who gives a command: what is private to the service is for the service alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Commander {
    /// Any program.
    #[default]
    Program,
    /// A program that speaks for `WebChatService`.
    WebChatService,
}

/// A command with its options (specification, "API commands").
#[derive(Clone)]
#[non_exhaustive]
pub enum Command {
    /// Configures a service that was made without a configuration; once.
    Configure(Box<Config>),
    /// Starts a chat session.
    StartChat(StartChat),
    /// Ends the chat session.
    EndChat,
    /// Sends a message to the chat.
    SendMessage(SendMessage),
    /// Sends a custom notice.
    SendCustomNotice {
        /// Text that goes with the notice.
        message: Private,
    },
    /// Tells the agent that the customer types.
    SendTyping {
        /// What has been typed; else the registered preview input is asked.
        message: Option<Private>,
    },
    /// Sends a message and hides it, and all that match `regex`, from the transcript.
    SendFilteredMessage {
        /// The message; without text nothing is sent.
        message: Option<Private>,
        /// The expression; without one nothing is sent.
        regex: Option<Prefilter>,
    },
    /// Hides matching messages from the transcript.
    AddPrefilter(Vec<Prefilter>),
    /// Changes the attached data of the chat, or of chats to come.
    UpdateUserData(JsonObject),
    /// Polls once, also while automatic polling is stopped; private to the service.
    Poll {
        /// Who polls.
        commander: Commander,
    },
    /// Starts automatic polling.
    StartPoll,
    /// Stops automatic polling.
    StopPoll,
    /// Sets the count of poll exceptions to 0.
    ResetPollExceptions,
    /// Restores a session; private to the service unless the chat is asynchronous.
    Restore {
        /// The session, as a [`SessionKeeper`](crate::store::SessionKeeper) keeps it; else the stored one.
        session_data: Option<Private>,
        /// Who restores.
        commander: Commander,
    },
    /// Returns the messages of the chat.
    GetTranscript,
    /// Returns the agents of the chat.
    GetAgents,
    /// Returns figures of the chat.
    GetStats,
    /// Sends a file.
    SendFile(Upload),
    /// Fetches a file.
    DownloadFile(Download),
    /// Returns the session's data.
    GetSessionData,
    /// Fetches a page of older messages of an asynchronous chat.
    FetchHistory,
    /// Registers what returns the text being typed.
    RegisterTypingPreviewInput(PreviewInput),
    /// Registers a function that may change messages before they are shown.
    RegisterPreProcessor(Preprocessor),
    /// Tells whether a session exists.
    VerifySession,
    /// Returns what may be uploaded (webchatservice.md, 4 (Commands outside)).
    GetFileLimits,
    /// Deletes an uploaded file (gms-v2.md, 2).
    DeleteFile {
        /// The file's id.
        file_id: String,
    },
    /// Pushes a web address to the agent (gms-v2.md, 2).
    PushUrl {
        /// The address.
        url: String,
    },
    /// Takes another nickname (gms-v2.md, 2).
    UpdateNickname {
        /// The new nickname.
        nickname: Private,
    },
    /// Reports what the customer has read (gms-v2.md, 2.5).
    ReadReceipt {
        /// Index of the last message read; without it, the newest received.
        index: Option<u64>,
    },
}

impl Command {
    /// Roughly the bytes that its options take, where they can be many.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::StartChat(options) => of_value(&options.user_data) + of_object(&options.other),
            Self::SendMessage(options) => options.message.as_ref().map_or(0, |text| text.len()),
            Self::SendCustomNotice { message } => message.len(),
            Self::SendTyping { message } | Self::SendFilteredMessage { message, .. } => {
                message.as_ref().map_or(0, |text| text.len())
            }
            Self::UpdateUserData(data) => of_object(data),
            Self::SendFile(Upload { source: FileSource::Bytes(bytes), .. }) => bytes.len(),
            _ => 0,
        }
    }
}

/// Options of `startChat`.
#[derive(Clone, Default)]
pub struct StartChat {
    /// Shown name.
    pub nickname: Private,
    /// First name.
    pub firstname: Private,
    /// Last name.
    pub lastname: Private,
    /// E-mail address.
    pub email: Private,
    /// Subject.
    pub subject: Private,
    /// Other fields of the registration form. Nexus v3 sends them, GMS does not know them.
    pub other: JsonObject,
    /// Attached data: an object, text that holds one as JSON, or null. They win over the configured ones.
    pub user_data: Value,
    /// The same fields once more, as v3 has them (`form`). Where the transport has its fields there they win; else they count when none
    /// of the fields above has a value (webchatservice.md, 14 (row 4)).
    pub form: Option<Box<StartChat>>,
}

debug_only!(StartChat { nickname });

impl StartChat {
    /// The fields that count, with `form` dissolved, and the attached data in the order in which the later win.
    pub(crate) fn resolve(mut self, form_wins: bool) -> (Self, Vec<Value>) {
        let Some(mut form) = self.form.take() else {
            let user_data = std::mem::take(&mut self.user_data);
            return (self, vec![user_data]);
        };
        let user_data = vec![std::mem::take(&mut form.user_data), std::mem::take(&mut self.user_data)];
        let form_counts = form_wins && !(form.has_no_field() && form.other.is_empty());
        (if form_counts || self.has_no_field() { *form } else { self }, user_data)
    }

    fn has_no_field(&self) -> bool {
        let fields = [&self.nickname, &self.firstname, &self.lastname, &self.email, &self.subject];
        fields.iter().all(|field| field.is_empty())
    }
}

/// Options of `sendMessage`.
#[derive(Clone, Debug, Default)]
pub struct SendMessage {
    /// The text; it is sent untrimmed. Without text the command is rejected.
    pub message: Option<Private>,
    /// A label for the kind of text; `text` by default.
    pub message_type: Option<String>,
    /// The id of the rich message that this one answers.
    pub parent_message_id: Option<String>,
}

/// Changes a message before it is shown. It gets the message as JSON, with both the server's and the normalised field names, and
/// returns the message to use instead, or nothing to keep it.
#[derive(Clone)]
pub struct Preprocessor(pub Arc<dyn Fn(JsonObject) -> BoxFuture<Option<JsonObject>> + Send + Sync>);

/// Returns the text that the customer is typing.
#[derive(Clone)]
pub struct PreviewInput(pub Arc<dyn Fn() -> BoxFuture<Option<Private>> + Send + Sync>);

impl Preprocessor {
    /// A preprocessor from a plain function; it runs on the library's threads and must not block.
    pub fn new(function: impl Fn(JsonObject) -> Option<JsonObject> + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |message| Box::pin(std::future::ready(function(message)))))
    }
}

impl PreviewInput {
    /// A preview input from a plain function; it runs on the library's threads and must not block.
    pub fn new(function: impl Fn() -> Option<Private> + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Box::pin(std::future::ready(function()))))
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Command(<private>)")
    }
}

impl fmt::Debug for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolution(<private>)")
    }
}

impl fmt::Debug for Preprocessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Preprocessor")
    }
}

impl fmt::Debug for PreviewInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreviewInput")
    }
}

/// What a command resolved with (specification, "Resolutions").
#[derive(Clone)]
#[non_exhaustive]
pub enum Resolution {
    /// Nothing (n/a in the specification).
    Nothing,
    /// The server's answer: "(AJAX Response Object)".
    Response(Body),
    /// `updateUserData` without a session: the data that a chat will start with.
    UserData(JsonObject),
    /// `addPrefilter`: all registered filters.
    Filters(Vec<Prefilter>),
    /// `getTranscript`.
    Transcript(Transcript),
    /// `getAgents`.
    Agents(Agents),
    /// `getStats`.
    Stats(Stats),
    /// `getSessionData`.
    SessionData(SessionData),
    /// `verifySession`.
    SessionActive(bool),
    /// `getFileLimits`.
    FileLimits(FileLimits),
    /// `downloadFile`.
    Downloaded(Downloaded),
}

impl Resolution {
    /// The value that a JavaScript caller would find in `done`; null for nothing.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Response(body) => body.json(),
            Self::UserData(data) => Value::Object(data.clone()),
            Self::Filters(filters) => json!(filters),
            Self::Transcript(transcript) => json!(transcript),
            Self::Agents(agents) => json!({"agents": agents}),
            Self::Stats(stats) => json!(stats),
            Self::SessionData(data) => json!(data),
            Self::SessionActive(active) => json!({"sessionActive": active}),
            Self::FileLimits(limits) => json!(limits),
            Self::Downloaded(file) => files::downloaded_json(file),
        }
    }
}
