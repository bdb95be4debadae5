//! The file descriptor of a service, which tells an event loop when to ask.

use crate::boundary::Failure;
use std::{
    ffi::c_int,
    sync::{Mutex, PoisonError},
};
use webchat_core::{Chat, driver::Readiness};

/// What there is to be had, and the descriptor that tells it once somebody has asked for that.
#[derive(Default)]
pub(crate) struct Signal(Mutex<Shown>);

#[derive(Default)]
pub(super) struct Shown {
    /// An event, or the end of them.
    pub(super) event: bool,
    /// An outcome.
    pub(super) outcome: bool,
    descriptor: Option<Readiness>,
}

impl Shown {
    fn tell(&mut self) {
        let readable = self.event || self.outcome;
        if let Some(descriptor) = &mut self.descriptor {
            descriptor.set(readable);
        }
    }
}

impl Signal {
    pub(super) fn show(&self, change: impl FnOnce(&mut Shown)) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut shown);
        shown.tell();
    }

    /// The descriptor, which is made when it is first asked for.
    pub(super) fn descriptor(&self, chat: &Chat) -> Result<c_int, Failure> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.descriptor.is_none() {
            shown.descriptor = Some(Readiness::watched(chat.health())?);
            shown.tell();
        }
        Ok(shown.descriptor.as_ref().map_or(-1, Readiness::descriptor))
    }
}
