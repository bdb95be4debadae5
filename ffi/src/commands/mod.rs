//! Commands: one exported function each, typed, and all of them by name. What they share is here: the completion is taken over, the
//! parameters are read, the command is given.

pub mod by_name;
pub mod chat;
pub mod data;
pub mod files;
pub mod hooks;
pub mod messages;
pub mod polling;

use crate::{
    boundary::{Failure, Out},
    completion::{Waiting, webchat_completion},
    handle::get,
    service::{Service, webchat_service},
};
use std::sync::Arc;
use webchat_core::{Completion, Error, command::Command, driver::Place};

/// A call of a command: everything but the command itself.
struct Call {
    service: Arc<Service>,
    place: Place,
    waiting: Option<Waiting>,
    out_request: Option<Out<u64>>,
}

impl Call {
    /// Takes over what all commands have in common. From here on the completion's context is let go whatever happens.
    ///
    /// # Safety
    /// The pointers are as the header says.
    unsafe fn take(
        service: *const webchat_service,
        completion: *const webchat_completion,
        out_request: *mut u64,
    ) -> Result<Self, Failure> {
        // SAFETY: as here; null is for callers who do not want the id.
        let out_request = unsafe { Out::new(out_request, "out_request", 0) }.ok();
        // SAFETY: as here.
        let waiting = unsafe { Waiting::take(completion) }?;
        let service = get::<Service>(service)?;
        let place = service.chat.place()?;
        Ok(Self { service, place, waiting, out_request })
    }

    /// Gives the command. Options that the command itself rejects are an outcome like any other.
    fn give(self, name: &'static str, mut command: Result<Command, Error>) {
        let Self { service, place, waiting, out_request } = self;
        let id = place.id();
        if let Some(out) = out_request {
            out.set(id.0);
        }
        let (deadline, completion) = match waiting {
            Some(waiting) => waiting.accept(&service, name, id, &mut command),
            None => (None, Completion::new(drop)),
        };
        match command {
            Ok(command) => service.chat.submit_at(place, command, deadline, completion),
            Err(error) => completion.at(place).complete(Err(error)),
        }
    }
}
