//! One method for each command.

use super::{Chat, Pending};
use crate::{
    Private,
    command::{Command, Commander, Preprocessor, PreviewInput, Resolution, SendMessage, StartChat},
    config::Config,
    driver::Completion,
    model::{Agents, Download, Downloaded, FileLimits, JsonObject, SessionData, Stats, Transcript, Upload},
    prefilter::Prefilter,
};
use serde_json::Value;
use std::marker::PhantomData;
use tokio::sync::oneshot;

#[allow(clippy::unnecessary_wraps, reason = "every reader has this signature")]
#[allow(clippy::needless_pass_by_value, reason = "every reader has this signature")]
fn nothing(_: Resolution) -> Option<()> {
    Some(())
}

#[allow(clippy::unnecessary_wraps, reason = "every reader has this signature")]
#[allow(clippy::needless_pass_by_value, reason = "every reader has this signature")]
fn json(resolution: Resolution) -> Option<Value> {
    Some(resolution.to_json())
}

macro_rules! read {
    ($variant:ident) => {
        |resolution| match resolution {
            Resolution::$variant(value) => Some(value),
            _ => None,
        }
    };
}

/// The commands of the specification, one method each. What they are rejected with is described there and in
/// webchatservice.md, 4.
impl Chat {
    /// Gives any command.
    pub fn command(&self, command: Command) -> Pending<Resolution> {
        self.pending(command, Some)
    }

    fn pending<T>(&self, command: Command, read: fn(Resolution) -> Option<T>) -> Pending<T> {
        let (sender, receiver) = oneshot::channel();
        let completion = Completion::new(move |outcome| drop(sender.send(outcome)));
        let id = self.submit(command, None, completion);
        Pending { id, receiver, read, result: PhantomData }
    }

    /// `configure`: configures a chat that was made without a configuration; once.
    pub fn configure(&self, config: Config) -> Pending<()> {
        self.pending(Command::Configure(Box::new(config)), nothing)
    }

    /// `startChat`: starts a chat session. Resolves with the server's answer, after `started` was published.
    pub fn start_chat(&self, options: StartChat) -> Pending<Value> {
        self.pending(Command::StartChat(options), json)
    }

    /// `endChat`: ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed.
    pub fn end_chat(&self) -> Pending<Value> {
        self.pending(Command::EndChat, json)
    }

    /// `sendMessage`: see [`Chat::send`] for plain text.
    pub fn send_message(&self, options: SendMessage) -> Pending<Value> {
        self.pending(Command::SendMessage(options), json)
    }

    /// `sendMessage` with a text. Messages arrive in the order given, each at most once; [`Pending::id`] is the message's local id.
    ///
    /// Exactly one outcome: resolved with the server's answer (sent); rejected as [`ErrorKind::NotSent`](crate::ErrorKind::NotSent) (the connection is lost, and
    /// nothing has left) or otherwise (it did not arrive); rejected as [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) (it left, and nothing tells).
    /// [`Error::delivery`](crate::Error::delivery) tells how sure it is.
    pub fn send(&self, text: impl Into<Private>) -> Pending<Value> {
        self.send_message(SendMessage { message: Some(text.into()), ..SendMessage::default() })
    }

    /// `sendCustomNotice`.
    pub fn send_custom_notice(&self, message: impl Into<Private>) -> Pending<Value> {
        self.pending(Command::SendCustomNotice { message: message.into() }, json)
    }

    /// `sendTyping`: without a text, the registered preview input is asked for it.
    pub fn send_typing(&self, message: Option<Private>) -> Pending<()> {
        self.pending(Command::SendTyping { message }, nothing)
    }

    /// `sendFilteredMessage`: resolves at once, whatever becomes of the message.
    pub fn send_filtered_message(&self, message: impl Into<Private>, regex: Prefilter) -> Pending<()> {
        self.pending(
            Command::SendFilteredMessage { message: Some(message.into()), regex: Some(regex) },
            nothing,
        )
    }

    /// `addPrefilter`: resolves with all registered filters.
    pub fn add_prefilter(&self, filters: Vec<Prefilter>) -> Pending<Vec<Prefilter>> {
        self.pending(Command::AddPrefilter(filters), read!(Filters))
    }

    /// `updateUserData`: resolves with the server's answer, or without a session with the data that a chat will start with.
    pub fn update_user_data(&self, user_data: JsonObject) -> Pending<Value> {
        self.pending(Command::UpdateUserData(user_data), json)
    }

    /// `startPoll`.
    pub fn start_poll(&self) -> Pending<()> {
        self.pending(Command::StartPoll, nothing)
    }

    /// `stopPoll`.
    pub fn stop_poll(&self) -> Pending<()> {
        self.pending(Command::StopPoll, nothing)
    }

    /// `resetPollExceptions`.
    pub fn reset_poll_exceptions(&self) -> Pending<()> {
        self.pending(Command::ResetPollExceptions, nothing)
    }

    /// `restore`: takes up the chat that `session_data` names, or the stored one; only where chats are asynchronous, others are restored
    /// when the service starts. Resolves with the server's answer once its messages have been published.
    pub fn restore(&self, session_data: Option<Private>) -> Pending<Value> {
        self.pending(Command::Restore { session_data, commander: Commander::Program }, json)
    }

    /// `fetchHistory`: one page of older messages of an asynchronous chat, by `messageReceived` with `oldMessages`. Rejected with `No more
    /// messages to fetch` at the end.
    pub fn fetch_history(&self) -> Pending<Value> {
        self.pending(Command::FetchHistory, json)
    }

    /// `getTranscript`.
    pub fn get_transcript(&self) -> Pending<Transcript> {
        self.pending(Command::GetTranscript, read!(Transcript))
    }

    /// `getAgents`.
    pub fn get_agents(&self) -> Pending<Agents> {
        self.pending(Command::GetAgents, read!(Agents))
    }

    /// `getStats`.
    pub fn get_stats(&self) -> Pending<Stats> {
        self.pending(Command::GetStats, read!(Stats))
    }

    /// `sendFile`.
    pub fn send_file(&self, upload: Upload) -> Pending<Value> {
        self.pending(Command::SendFile(upload), json)
    }

    /// `downloadFile`: resolves when the file is complete.
    pub fn download_file(&self, download: Download) -> Pending<Downloaded> {
        self.pending(Command::DownloadFile(download), read!(Downloaded))
    }

    /// `getSessionData`.
    pub fn get_session_data(&self) -> Pending<SessionData> {
        self.pending(Command::GetSessionData, read!(SessionData))
    }

    /// `registerTypingPreviewInput`.
    pub fn register_typing_preview_input(&self, input: PreviewInput) -> Pending<()> {
        self.pending(Command::RegisterTypingPreviewInput(input), nothing)
    }

    /// `registerPreProcessor`.
    pub fn register_pre_processor(&self, preprocessor: Preprocessor) -> Pending<()> {
        self.pending(Command::RegisterPreProcessor(preprocessor), nothing)
    }

    /// `verifySession`: whether a session exists, judged from what is known here.
    pub fn verify_session(&self) -> Pending<bool> {
        self.pending(Command::VerifySession, read!(SessionActive))
    }

    /// `getFileLimits`: what the server allows to upload.
    pub fn get_file_limits(&self) -> Pending<FileLimits> {
        self.pending(Command::GetFileLimits, read!(FileLimits))
    }
}
