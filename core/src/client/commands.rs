//! One method for each command, made from the table.

use super::{Chat, Pending};
use crate::{
    Private,
    command::{
        Command, Commander, FromResolution, Preprocessor, PreviewInput, Resolution, SendMessage, StartChat,
        all_commands, data_commands, files_commands, hooks_commands, messages_commands, polling_commands,
    },
    config::Config,
    driver::Completion,
    model::{
        Agents, Download, Downloaded, FileLimits, JsonObject, OutboxMessages, SessionData, Stats, Transcript,
        Upload,
    },
    prefilter::Prefilter,
};
use serde_json::Value;
use std::marker::PhantomData;
use tokio::sync::oneshot;

/// The type of a parameter: what the option takes, or what becomes one.
macro_rules! parameter {
    ($type:ty) => { $type };
    ($type:ty, $from:ty) => { impl Into<$from> };
}

/// A parameter's value as the option takes it.
macro_rules! argument {
    ($name:ident, $type:ty) => {
        $name
    };
    ($name:ident, $type:ty, $from:ty) => {
        <$type>::from(Into::<$from>::into($name))
    };
}

macro_rules! chat_methods {
    ([] $(
        $(#[doc = $words:literal])*
        $variant:ident
        $({ $($(#[doc = $field_words:literal])*
            $field:ident: $type:ty $(| $from:ty)? = $key:literal $(| $alias:literal)? as $reader:ty,)* })?
        $(($payload_name:ident: $payload:ty $(| $payload_from:ty)? as $read:path { $($options:tt)* }))?
        as $name:literal, $method:ident => $resolves:ident as $result:ty,
        needs [$($needs:tt)*],
        rejects [$($rejects:tt)*];
    )*) => {
        /// The commands of the specification, one method each.
        impl Chat {
            $(#[doc = concat!("`", $name, "`:")]
            $(#[doc = $words])*
            pub fn $method(
                &self
                $($(, $field: parameter!($type $(, $from)?))*)?
                $(, $payload_name: parameter!($payload $(, $payload_from)?))?
            ) -> Pending<$result> {
                let command = Command::$variant
                    $({ $($field: argument!($field, $type $(, $from)?),)* })?
                    $((argument!($payload_name, $payload $(, $payload_from)?)))?;
                self.pending(command, <$result>::from_resolution)
            })*
        }
    };
}

all_commands!(chat_methods);

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

    /// `sendMessage` with a text: see [`Chat::send_message`]. [`Pending::id`] is the message's local id,
    /// [`Error::delivery`](crate::Error::delivery) tells how sure it is that a message did not arrive.
    pub fn send(&self, text: impl Into<Private>) -> Pending<Value> {
        self.send_message(SendMessage { message: Some(text.into()), ..SendMessage::default() })
    }
}
