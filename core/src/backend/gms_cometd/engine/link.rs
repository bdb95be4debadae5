//! Whether the link is up, and what becomes of who waits for it.

use super::{Engine, Output, TaskId, course::Step};
use crate::{Retry, carrier::bayeux::is_of_http, transport::Failure};

/// After so many attempts to bring the link up a start is rejected (webchatservice.md, 9.3).
const ATTEMPTS: u32 = 5;

/// What is known of the link.
#[derive(Clone, Debug)]
pub(super) enum LinkState {
    /// Not wanted, or not up yet.
    Idle,
    Up,
    /// So many attempts in a row have failed.
    Failing(u32, Failure),
    /// The server forbids to go on.
    Refused(Failure),
}

/// Why the link does not come up.
#[derive(Debug)]
pub(super) enum Unconnected {
    /// Attempts fail; they are given up.
    Unreachable(Failure),
    /// There is no use in going on, or the server forbids it.
    Forbidden(Failure),
}

impl From<Unconnected> for Failure {
    fn from(unconnected: Unconnected) -> Self {
        match unconnected {
            Unconnected::Unreachable(failure) | Unconnected::Forbidden(failure) => failure,
        }
    }
}

impl LinkState {
    /// Whether the link is up, or does not come up; nothing while that is open.
    fn settled(&self) -> Option<Result<(), Unconnected>> {
        match self {
            Self::Idle => None,
            Self::Up => Some(Ok(())),
            Self::Refused(failure) => Some(Err(Unconnected::Forbidden(failure.clone()))),
            Self::Failing(_, failure) if is_hopeless(failure) => {
                Some(Err(Unconnected::Forbidden(failure.clone())))
            }
            Self::Failing(attempts, failure) => {
                (*attempts >= ATTEMPTS).then(|| Err(Unconnected::Unreachable(failure.clone())))
            }
        }
    }
}

impl Engine {
    /// Brings the link up for a task, which goes on when that is settled.
    pub(super) fn connect(&mut self, id: TaskId) {
        self.outputs.push_back(Output::Start);
        if matches!(self.link, LinkState::Up) {
            return self.connected(id, Ok(()));
        }
        self.link = LinkState::Idle;
        if let Some(task) = self.tasks.get_mut(&id) {
            task.step = Step::Connecting;
        }
    }

    /// Takes note of what has become of the link.
    pub(super) fn link_is(&mut self, state: LinkState) {
        self.link = state;
        let connecting = self.tasks.iter().filter(|(_, task)| matches!(task.step, Step::Connecting));
        for id in connecting.map(|(id, _)| *id).collect::<Vec<_>>() {
            if let Some(settled) = self.link.settled() {
                self.connected(id, settled);
            }
        }
    }
}

/// Whether no attempt can succeed: the connection itself is refused for good, as where a certificate is not trusted; or one is not to be
/// waited for, because an HTTP status says why (webchatservice.md, 4, startChat).
fn is_hopeless(failure: &Failure) -> bool {
    is_of_http(failure) || failure.status == 0 && failure.retry == Retry::Never
}
