//! What tells an event loop when to ask: the file descriptor of a service, and a socket that wakes.

use crate::boundary::Failure;
use std::{
    ffi::c_int,
    sync::{Mutex, MutexGuard, PoisonError},
};
use webchat_core::{
    Chat,
    driver::{Bell, Readiness},
};

/// What there is to be had, and what tells it once somebody has asked for that.
#[derive(Default)]
pub(crate) struct Signal(Mutex<Shown>);

#[derive(Default)]
pub(super) struct Shown {
    /// An event, or the end of them.
    pub(super) event: bool,
    /// An outcome.
    pub(super) outcome: bool,
    descriptor: Option<Readiness>,
    bell: Option<Bell>,
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
    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn show(&self, change: impl FnOnce(&mut Shown)) {
        let mut shown = self.lock();
        let (event, outcome) = (shown.event, shown.outcome);
        change(&mut shown);
        shown.tell();
        let is_new = (shown.event && !event) || (shown.outcome && !outcome);
        if let Some(bell) = shown.bell.as_ref().filter(|_| is_new) {
            bell.ring();
        }
    }

    /// The descriptor, which is made when it is first asked for.
    pub(super) fn descriptor(&self, chat: &Chat) -> Result<c_int, Failure> {
        let mut shown = self.lock();
        if shown.descriptor.is_none() {
            shown.descriptor = Some(Readiness::watched(chat.health())?);
            shown.tell();
        }
        Ok(shown.descriptor.as_ref().map_or(-1, Readiness::descriptor))
    }

    /// A socket that wakes, in the place of the one before.
    pub(super) fn waking(&self, chat: &Chat) -> Result<c_int, Failure> {
        let (bell, socket) = Bell::new(chat.health())?;
        let mut shown = self.lock();
        if shown.event || shown.outcome {
            bell.ring();
        }
        shown.bell = Some(bell);
        Ok(socket)
    }

    /// The service is destroyed: who reads the socket finds its end.
    pub(super) fn end(&self) {
        self.lock().bell = None;
    }
}
