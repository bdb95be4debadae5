//! What the hand does with the service's effects.

use super::Script;
use crate::{
    Error, ErrorKind,
    model::JsonObject,
    service::{
        Effect, PrivateMessages,
        tests::{names::describe, script::Pending},
    },
    store::HostCall,
};
use futures_util::FutureExt;

impl Script {
    /// Carries out the oldest write that was held.
    pub(crate) fn write(&mut self) {
        let Some((id, changes)) = self.stores.pop_front() else { return };
        for (key, text) in changes {
            self.stored.remove(key);
            self.stored.extend(text.map(|text| (key.to_owned(), text.0)));
        }
        self.service.stored(self.time(), id, Ok(()));
        self.drain();
    }

    pub(super) fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Configure(..) => {
                self.service.configured(self.time(), Ok(self.setup()));
            }
            Effect::TellKeeper(call) => {
                self.timeline.push(if matches!(call, HostCall::Store(_)) { "keep" } else { "forget" }.into());
                self.told.push(call);
            }
            Effect::Load { kept } => {
                self.asked_keeper = kept;
                self.loads.push_back(self.stored.clone());
                if !self.hold_loads {
                    self.answer_loads();
                }
            }
            Effect::Store { answer: Some(id), .. } if self.store_fails => {
                let error = Error::new(ErrorKind::Io, "the disk is full");
                self.service.stored(self.time(), id, Err(error));
            }
            Effect::Store { answer: Some(id), changes, .. } if self.hold_stores => {
                self.stores.push_back((id, changes));
            }
            Effect::Store { mark, changes, answer } => {
                let is_theirs = mark.as_ref().is_some_and(|mark| !mark.is_in(&self.stored));
                for (key, text) in changes.into_iter().filter(|_| !is_theirs) {
                    let short = key.rsplit('.').next().unwrap_or(key);
                    if let Some(text) = text {
                        self.timeline.push(format!("store {short}"));
                        self.stored.insert(key.into(), text.0);
                    } else {
                        self.timeline.push(format!("forget {short}"));
                        self.stored.remove(key);
                    }
                }
                if let Some(id) = answer {
                    self.service.stored(self.time(), id, Ok(()));
                }
            }
            Effect::Request { id, request, preview } => {
                self.timeline.push(format!("> {}", describe(&request.operation)));
                self.pending.push(Pending { id, request: *request, with_preview: preview.is_some() });
            }
            Effect::Release => self.timeline.push("release".into()),
            Effect::Abort(id) => self.aborted.push(id),
            Effect::Preprocess(id, PrivateMessages(messages), preprocessors) => {
                let run = |message: JsonObject| {
                    preprocessors.iter().fold(message, |message, preprocessor| {
                        let changed = (preprocessor.0)(message.clone()).now_or_never();
                        changed.expect("a preprocessor that is ready at once").unwrap_or(message)
                    })
                };
                self.preprocessing.push_back((id, messages.into_iter().map(run).collect()));
                if !self.hold_preprocessing {
                    self.preprocess();
                }
            }
            Effect::Publish(event) => {
                self.timeline.push(event.name().into());
                self.published.push(event);
            }
            Effect::Complete(id, outcome) => {
                let how = if outcome.is_ok() { "resolved" } else { "rejected" };
                self.timeline.push(format!("{}: {how}", self.names[&id]));
                assert!(
                    self.outcomes.insert(id, outcome).is_none(),
                    "a second outcome of {}",
                    self.names[&id]
                );
            }
            Effect::Log(note) if note.to_string().contains("request") => self.troubles.push(note.to_string()),
            Effect::Log(note) if note.level == log::Level::Warn => self.logged.push(note.to_string()),
            Effect::Log(note) => self.noted.push(format!("{} {note}", note.level)),
        }
    }
}
