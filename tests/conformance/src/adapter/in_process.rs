//! Rust, in this process.

use super::{Adapter, Ask, Language, Launch, Told, functions, keeper::FileKeeper};
use crate::backend::configuration;
use futures_util::future::BoxFuture;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::mpsc;
use webchat_core::{
    Chat, Completion, Error, ErrorKind, Runtime, RuntimeOptions,
    command::{Command, RequestId, Resolution},
};

/// The Rust library.
#[derive(Debug, Clone, Copy)]
pub struct InProcess;

struct InThisProcess {
    chat: Chat,
    told: mpsc::UnboundedSender<Told>,
    requests: BTreeMap<u64, RequestId>,
}

impl Language for InProcess {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn launch(
        &self,
        launch: Launch<'_>,
        told: mpsc::UnboundedSender<Told>,
    ) -> Result<Box<dyn Adapter>, String> {
        let describe = |error: Error| format!("the chat cannot be made: {error}");
        let mut builder = Chat::builder();
        if launch.anew {
            builder = builder.runtime(Runtime::new(RuntimeOptions::default()).map_err(describe)?);
        }
        if let Some(config) = launch.config {
            builder = builder.config(configuration(config).map_err(describe)?);
        }
        if let Some(file) = launch.keeper {
            builder = builder.session_keeper(Arc::new(FileKeeper::new(file, told.clone())));
        }
        let chat = builder.build().map_err(describe)?;
        let listener = told.clone();
        chat.listen(move |envelope| {
            let _ = listener.send(Told::Event(envelope.event.name().into(), envelope.to_json()));
        });
        Ok(Box::new(InThisProcess { chat, told, requests: BTreeMap::new() }))
    }
}

fn read(ask: &Ask) -> Result<Command, Error> {
    let unknown = || Error::new(ErrorKind::Internal, "the adapter has no such function");
    match (ask.name.as_str(), ask.function.as_deref()) {
        ("registerPreProcessor", Some(function)) => {
            functions::preprocessor(function).map(Command::RegisterPreProcessor).ok_or_else(unknown)
        }
        ("registerTypingPreviewInput", Some(function)) => {
            functions::preview_input(function).map(Command::RegisterTypingPreviewInput).ok_or_else(unknown)
        }
        (_, Some(_)) => Err(unknown()),
        ("configure", None) => configuration(&ask.options).map(|config| Command::Configure(Box::new(config))),
        (name, None) => Command::from_json(name, &ask.options),
    }
}

fn tell(id: u64, outcome: Result<Resolution, Error>) -> Told {
    match outcome {
        Ok(resolution) => Told::Resolved(id, resolution.to_json()),
        Err(error) => Told::Rejected(id, error.kind().name().into(), error.rejection()),
    }
}

impl Adapter for InThisProcess {
    fn command(&mut self, ask: Ask) -> Result<(), String> {
        let gone = |_| "the runner does not listen any more".to_owned();
        let command = match read(&ask) {
            Ok(command) => command,
            Err(error) => return self.told.send(tell(ask.id, Err(error))).map_err(gone),
        };
        let told = self.told.clone();
        let completion = Completion::new(move |outcome| drop(told.send(tell(ask.id, outcome))));
        self.requests.insert(ask.id, self.chat.submit(command, ask.within, completion));
        Ok(())
    }

    fn cancel(&mut self, id: u64) -> Result<(), String> {
        let request = self.requests.get(&id).ok_or("the command has never been given to the chat")?;
        self.chat.cancel(*request);
        Ok(())
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        // The listener and the completions hold the other ends of the channel, which ends when they are gone.
        self.chat.close();
        Box::pin(std::future::ready(Ok(())))
    }

    fn kill(self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
