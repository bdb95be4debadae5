//! Start-up and restoration of a stored session (behaviour reference, sections 2 and 8).

use super::{
    Phase, Service,
    batch::Kind,
    exchange::Purpose,
    session::{Live, Session},
    stored,
};
use crate::{
    ErrorKind,
    command::{RequestId, Resolution},
    event::Event,
    store::{Stored, key},
    transport::{Failure, Operation, Reply, Verdict},
};
use std::sync::Arc;

impl Service {
    /// Makes the service ready and begins to restore what is stored. `ready` comes before the outcome of the restoration.
    pub(super) fn start_up(&mut self, id: RequestId, stored: &Stored) {
        self.phase = Phase::Ready;
        self.recall_filters(stored);
        let found = stored::session(stored);
        let too_old = found.is_some() && self.is_over_age(stored);
        if let Some(data) = found.filter(|_| !too_old) {
            self.session = Session::Restoring(Arc::new(data));
            self.request(Purpose::Restore, Operation::Poll { position: 1, preview: None });
        }
        self.publish(Event::Ready);
        self.resolve(id, Resolution::Nothing);
        if too_old {
            self.restore_timed_out();
        }
        for (id, command) in std::mem::take(&mut self.queued) {
            self.run(id, command);
        }
    }

    /// Forgets a stored session that is over, and the filters that came with it.
    pub(super) fn restore_timed_out(&mut self) {
        self.forget();
        self.filters.forget_recalled();
        self.publish(Event::RestoreTimeout);
    }

    /// Whether the stored session was polled too long ago. Without a time there is no limit.
    pub(super) fn is_over_age(&self, stored: &Stored) -> bool {
        let limit = u64::try_from(self.config.restore_timeout.as_millis()).unwrap_or(u64::MAX);
        stored::age(stored, key::PING, self.time.unix_ms).is_some_and(|age| age >= limit)
    }

    /// The command `restore`, which only the service itself may use where chats are not asynchronous.
    pub(super) fn reject_restore(&mut self, id: RequestId) {
        let (kind, text) = match self.session {
            Session::Restoring(_) => (ErrorKind::Busy, "Already restoring. Ignoring request."),
            Session::Live(_) => {
                (ErrorKind::SessionActive, "Chat session is already active, ignoring restore command.")
            }
            Session::Idle | Session::Starting(_) => (
                ErrorKind::AccessDenied,
                "Access Denied to private command. Only WebChatService is allowed to invoke this command in Non-Async mode.",
            ),
        };
        self.reject(id, kind, text);
    }

    /// Takes the server's answer to a restoration.
    pub(super) fn restored(&mut self, outcome: Result<Reply, Failure>) {
        let Session::Restoring(data) = &self.session else { return };
        let data = data.clone();
        match outcome {
            Ok(reply) if reply.ended == Some(false) && reply.verdict != Verdict::Refused => {
                self.session = Session::Live(Box::new(Live::new(data)));
                self.publish(Event::Restored);
                let offline = reply.verdict == Verdict::Temporary;
                if !offline {
                    if let Some(live) = self.session.live_mut() {
                        Arc::make_mut(&mut live.data).apply(reply.session.clone());
                    }
                    self.store_session();
                }
                self.receive(Kind::Restored { offline }, reply);
            }
            Ok(reply) => {
                self.report_refusal(&reply);
                self.session = Session::Idle;
                self.restore_timed_out();
            }
            Err(_) => {
                self.session = Session::Idle;
                self.publish(Event::RestoreFailed);
            }
        }
        self.unpark();
    }

    /// Begins to poll a restored session, after its messages have been published.
    pub(super) fn restoration_done(&mut self, offline: bool) {
        if offline {
            if let Some(live) = self.session.live_mut() {
                live.outage.begin_offline();
            }
            self.publish(Event::RestoredOffline);
        }
        self.start_polling();
    }
}
