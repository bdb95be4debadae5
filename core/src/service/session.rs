//! The chat session: whether there is one, which, and its data (webchatservice.md, 4 (verifySession)).

use super::{
    Service,
    errors::UNSENT,
    state::{Loading, Parked, Roster, Session},
};
use crate::{
    command::{RequestId, Resolution},
    event::{Event, Started},
    model::SessionData,
    store::Stored,
    transport::Reply,
};
use std::sync::Arc;

impl Service {
    pub(super) fn verify_session(&mut self, id: RequestId) {
        match self.session {
            _ if self.session.is_restoring() => self.parked.push(Parked::Verify(id)),
            Session::Live(_) => {
                let active = self.session.active().is_some();
                self.resolve(id, Resolution::SessionActive(active));
            }
            Session::Idle | Session::Starting(_) | Session::Restoring(..) => self.load(Loading::Verify(id)),
        }
    }

    /// Judges from what is stored; a session that is too old is forgotten.
    pub(super) fn verify_with(&mut self, id: RequestId, stored: &Stored) {
        if self.session.live().is_some() {
            return self.verify_session(id);
        }
        let known = self.stored_session(stored).is_some();
        let fresh = known && !self.is_over_age(stored);
        if known && !fresh {
            self.forget_found(stored);
            self.restore_timed_out();
        }
        self.resolve(id, Resolution::SessionActive(fresh));
    }

    /// The session's data; empty without one.
    pub(super) fn session_data(&self) -> SessionData {
        let live = self.session.live().map(|live| SessionData::clone(&live.data));
        live.unwrap_or_else(|| self.form.none())
    }

    /// The event that tells of a session that has begun.
    pub(super) fn start_event(&self, session: SessionData) -> Event {
        Event::Started(Started { told: self.form.started(&session), session })
    }

    pub(super) fn keep_session_data(&mut self, reply: &Reply) {
        let (Some(live), Some(session)) = (self.session.live_mut(), reply.session.clone()) else { return };
        let key = live.data.key().clone();
        if Arc::make_mut(&mut live.data).apply(session) {
            // Under a new key the server may count anew what it has delivered.
            live.resync |= key != *live.data.key();
            live.own.admit(&live.data);
            self.store_session();
            self.keep_for_host();
        }
    }

    /// Whether chats outlive the process and the agents' presence.
    pub(super) fn is_asynchronous(&self) -> bool {
        self.config.asynchronous == Some(true)
    }

    /// Goes over to another session, or to none. Whatever waits belongs to the one before and goes with it, and answers to its requests
    /// come to a stranger.
    pub(super) fn enter(&mut self, session: Session) {
        self.session = session;
        self.exchanges.end_session();
        self.forget_batches();
        self.held.clear();
        self.congestion.end_session();
    }

    /// Forgets the session, also where it is stored; its transcript stays until the next one starts.
    pub(super) fn drop_session(&mut self) {
        let history = self.session.live_mut().map(|live| std::mem::take(&mut live.history));
        self.enter(Session::Idle);
        for id in history.into_iter().flatten() {
            self.reject(id, UNSENT.0, UNSENT.1);
        }
        self.roster = Roster::default();
        self.forget();
    }
}
