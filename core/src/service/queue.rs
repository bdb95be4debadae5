//! Commands given before the service is ready (webchatservice.md, 2). While a `configure` is under way they wait for its outcome.
//! Without one they wait for the next for a short time only: a program that configures right after is not raced, and none that never does
//! hangs. When a `configure` fails, those that waited for it wait for another one as long again.

use super::{Phase, Service};
use crate::{
    ErrorKind,
    command::{Command, RequestId},
};
use std::time::Duration;

/// How long a command waits for a `configure`.
const PATIENCE: Duration = Duration::from_secs(5);

impl Service {
    /// Has a command wait until the service is ready.
    pub(super) fn wait_for_configure(&mut self, id: RequestId, command: Command) {
        let until = self.time.now.saturating_add(PATIENCE);
        self.queued.push(id, command, until);
    }

    /// A `configure` has failed.
    pub(super) fn wait_for_another_configure(&mut self) {
        self.phase = Phase::Unconfigured;
        let until = self.time.now.saturating_add(PATIENCE);
        self.queued.extend_all(until);
    }

    /// When the next command has waited long enough for a `configure`.
    pub(super) fn queue_timeout(&self) -> Option<Duration> {
        self.queued.first_until().filter(|_| self.phase == Phase::Unconfigured)
    }

    pub(super) fn queue_due(&mut self) {
        while self.queue_timeout().is_some_and(|until| until <= self.time.now) {
            let Some((id, command)) = self.queued.pop() else { return };
            self.reject(id, ErrorKind::InvalidConfiguration, never_configured(&command));
        }
    }

    /// Why a command has no outcome by its deadline.
    pub(super) fn overdue(&self, id: RequestId) -> String {
        match self.queued.find(id).filter(|_| self.phase == Phase::Unconfigured) {
            Some(command) => never_configured(command),
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
