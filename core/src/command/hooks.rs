//! Commands that register functions of the application.

use super::given::{Given, invalid, type_name};
use crate::{Error, command::texts, model::JsonObject, private::Private, transport::BoxFuture};
use std::{fmt, sync::Arc};

macro_rules! hooks_commands {
    ([$next:ident $($after:ident)*] $($before:tt)*) => { $next! { [$($after)*] $($before)*
        /// Registers what returns the text being typed. It is asked when the agent is told that the customer types.
        RegisterTypingPreviewInput(input: PreviewInput as hooks::preview_input {
            /// The function. It cannot be written in JSON.
            "input": Input, Needed;
        }) as "registerTypingPreviewInput", register_typing_preview_input => Nothing as (),
        needs [],
        rejects [InvalidArgument texts::INPUT];

        /// Registers a function that may change messages before they are shown.
        RegisterPreProcessor(preprocessor: Preprocessor as hooks::preprocessor {
            /// The function: it gets a message and returns the one to show in its place, or nothing. It cannot be written in JSON.
            "preprocessor": Preprocessor, Needed;
        }) as "registerPreProcessor", register_pre_processor => Nothing as (),
        needs [],
        rejects [InvalidArgument texts::PREPROCESSOR];
    } };
}
pub(crate) use hooks_commands;

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

/// Functions cannot be written in JSON.
pub(super) fn preview_input(_: Given<'_>) -> Result<PreviewInput, Error> {
    Err(invalid(texts::INPUT))
}

pub(super) fn preprocessor(given: Given<'_>) -> Result<Preprocessor, Error> {
    let kind = type_name(given.options.get("preprocessor"));
    Err(invalid(texts::PREPROCESSOR.replace("{type}", kind)))
}
