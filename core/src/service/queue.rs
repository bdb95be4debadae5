//! Commands given before the service is ready (webchatservice.md, 2). While a `configure` is under way they wait for its outcome.
//! Without one they wait for the next for a short time only: a program that configures right after is not raced, and none that never does
//! hangs. When a `configure` fails, those that waited for it wait for another one as long again.

use super::{Phase, Service};
use crate::{
    ErrorKind,
    command::{Command, RequestId},
};
use std::{collections::VecDeque, time::Duration};

/// How long a command waits for a `configure`.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Queue(VecDeque<Queued>);

#[derive(Debug)]
struct Queued {
    id: RequestId,
    command: Command,
    /// Until when it waits for a `configure`; later for each than for the one before.
    until: Duration,
}

impl Queue {
    pub(super) fn remove(&mut self, id: RequestId) {
        self.0.retain(|queued| queued.id != id);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn take(&mut self) -> impl Iterator<Item = (RequestId, Command)> + use<> {
        std::mem::take(&mut self.0).into_iter().map(|queued| (queued.id, queued.command))
    }
}

impl Service {
    /// Has a command wait until the service is ready.
    pub(super) fn wait_for_configure(&mut self, id: RequestId, command: Command) {
        let until = self.time.now.saturating_add(PATIENCE);
        self.queued.0.push_back(Queued { id, command, until });
    }

    /// A `configure` has failed.
    pub(super) fn wait_for_another_configure(&mut self) {
        self.phase = Phase::Unconfigured;
        let until = self.time.now.saturating_add(PATIENCE);
        self.queued.0.iter_mut().for_each(|queued| queued.until = until);
    }

    /// When the next command has waited long enough for a `configure`.
    pub(super) fn queue_timeout(&self) -> Option<Duration> {
        self.queued.0.front().filter(|_| self.phase == Phase::Unconfigured).map(|queued| queued.until)
    }

    pub(super) fn queue_due(&mut self) {
        while self.queue_timeout().is_some_and(|until| until <= self.time.now) {
            let Some(queued) = self.queued.0.pop_front() else { return };
            self.reject(queued.id, ErrorKind::InvalidConfiguration, never_configured(&queued.command));
        }
    }

    /// Why a command has no outcome by its deadline.
    pub(super) fn overdue(&self, id: RequestId) -> String {
        let queued = self.queued.0.iter().find(|queued| queued.id == id);
        match queued.filter(|_| self.phase == Phase::Unconfigured) {
            Some(queued) => never_configured(&queued.command),
            None => "the command's deadline has passed".into(),
        }
    }
}

fn never_configured(command: &Command) -> String {
    let name = command.name();
    format!(
        "{name}: the chat was never configured: give it a configuration when it is made, or give the command configure first"
    )
}
