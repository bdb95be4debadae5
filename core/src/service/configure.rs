//! The configuration, and commands given before the service is ready (webchatservice.md, 2). While a `configure` is under way they wait for its outcome.
//! Without one they wait for the next for a short time only: a program that configures right after is not raced, and none that never does
//! hangs. When a `configure` fails, those that waited for it wait for another one as long again.

use super::{
    Phase, Service, Time,
    state::{Chance, Loading},
};
use crate::{
    Error, ErrorKind,
    command::{Command, RequestId, Resolution},
    config::ServiceConfig,
    event::Event,
    store::Stored,
    transport::{Capabilities, Delivery, SessionForm},
};
use std::time::Duration;

/// How long a command waits for a `configure`.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a configuration has led to.
#[derive(Debug)]
pub struct Setup {
    /// The service's own options.
    pub config: ServiceConfig,
    /// What the transport can do.
    pub capabilities: Capabilities,
    /// How its messages come.
    pub delivery: Delivery,
    /// The form of its session data.
    pub form: &'static dyn SessionForm,
    /// Where the random part of the pauses between polls comes from. Without it polls keep their pace to the millisecond, and chats that
    /// begin together poll together.
    pub seed: Option<u64>,
}

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

    /// Takes what there is to know of the transport, or the reason why there is none. Answers `Effect::Configure`.
    pub fn configured(&mut self, time: Time, outcome: Result<Setup, Error>) {
        self.time = time;
        let Phase::Configuring(id) = self.phase else { return };
        match outcome {
            Ok(Setup { config, capabilities, delivery, form, seed }) => {
                self.chance = Chance::of(seed);
                self.config = config;
                self.capabilities = capabilities;
                self.delivery = delivery;
                self.form = form;
                self.load(Loading::StartUp(id));
            }
            Err(error) => {
                self.wait_for_another_configure();
                self.complete(id, Err(error));
            }
        }
    }

    /// Makes the service ready and begins to restore what is stored. `ready` comes before the outcome of the restoration.
    /// A store that could not be read is told of then: the chat goes on without what it holds.
    pub(super) fn start_up(&mut self, id: RequestId, stored: &Stored, problem: Option<Error>) {
        self.phase = Phase::Ready;
        self.recall_filters(stored);
        let found = self.stored_session(stored);
        let too_old = found.is_some() && self.is_over_age(stored);
        if let Some(data) = found.filter(|_| !too_old) {
            self.begin_restore(data, Some(stored), None);
        }
        self.publish(Event::Ready);
        self.resolve(id, Resolution::Nothing);
        if let Some(error) = problem {
            self.store_failed(&error);
        }
        if too_old {
            self.forget_found(stored);
            self.restore_timed_out();
        }
        for (id, command) in self.queued.take() {
            self.run(id, command);
        }
    }
}

fn never_configured(command: &Command) -> String {
    let name = command.name();
    format!(
        "{name}: the chat was never configured: give it a configuration when it is made, or give the command configure first"
    )
}
