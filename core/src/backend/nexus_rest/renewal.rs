//! New tokens for refused ones (nexus-v3.md, 7.4): one renewal at a time, for all requests that were refused meanwhile. A
//! refusal speaks of the token that its request carried: once there is a newer one it says nothing any more.

use super::{Inner, NexusSession, resume::in_session};
use crate::{
    ErrorKind, Private,
    carrier::http,
    transport::{BoxFuture, Failure, Operation, Reply},
};
use futures_util::{FutureExt, future::Shared};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a request is sent: under the token it came with, under one that others have had renewed meanwhile, and under a renewed one.
const TRIES: usize = 3;

/// A renewal under way, for everybody who waits for it.
type Renewal = Shared<BoxFuture<Result<NexusSession, Failure>>>;

/// What is known of a chat's tokens.
#[derive(Default)]
pub(super) struct Renewals(Mutex<State>);

#[derive(Default)]
struct State {
    /// The session under the token that came last.
    newest: Option<NexusSession>,
    /// The renewal of this token.
    under_way: Option<(Private, Renewal)>,
}

impl Renewals {
    /// Takes note of the token that came last.
    pub(super) fn note(&self, session: &NexusSession) {
        self.state().newest = Some(session.clone());
    }

    /// The session under a newer token than its own, if one is known.
    pub(super) fn newer(&self, session: &NexusSession) -> Option<NexusSession> {
        let state = self.state();
        let newest = state.newest.as_ref().filter(|newest| newest.session_id == session.session_id)?;
        (newest.token != session.token).then(|| newest.clone())
    }

    /// The renewal of the session's token: that under way, or a new one.
    fn of(&self, session: &NexusSession, begin: impl FnOnce() -> Renewal) -> Renewal {
        let mut state = self.state();
        match &state.under_way {
            Some((token, renewal)) if *token == session.token && renewal.peek().is_none() => renewal.clone(),
            _ => {
                let renewal = begin();
                state.under_way = Some((session.token.clone(), renewal.clone()));
                renewal
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// A request of an asynchronous chat, under the newest token known; again under a newer one where the server refuses that. The
    /// refusal stands where there is none to be had.
    pub(super) async fn ask_renewing(
        self: &Arc<Self>,
        operation: &Operation,
        session: &NexusSession,
    ) -> Result<Reply, Failure> {
        let mut used = self.renewals.newer(session).unwrap_or_else(|| session.clone());
        let mut tries_left = TRIES;
        loop {
            let is_new = used.token != session.token;
            let asked = if is_new { from_the_known(operation) } else { operation.clone() };
            tries_left -= 1;
            match self.ask_known(&asked, &used).await {
                Err(refused) if refused.status == 401 && tries_left > 0 => {
                    used = if let Some(newer) = self.renewals.newer(&used) {
                        newer
                    } else {
                        tries_left = tries_left.min(1);
                        self.renewed(&used, refused).await?
                    };
                }
                outcome if is_new => return outcome.map(|reply| in_session(reply, used)),
                outcome => return outcome,
            }
        }
    }

    /// The session under a new token, in place of the one that was `refused`. The session is over if the server does not take its token or
    /// does not know it any more, or opens another in its place.
    async fn renewed(
        self: &Arc<Self>,
        session: &NexusSession,
        refused: Failure,
    ) -> Result<NexusSession, Failure> {
        let renewal = self.renewals.of(session, || {
            let (inner, session) = (self.clone(), session.clone());
            // A task of its own: a new token that the server has made is not lost when those who wait for it are given up.
            let renewing = tokio::spawn(async move { inner.renew(&session).await });
            let stopped = |_| http::local_failure(ErrorKind::Internal, "the renewal was stopped".into());
            renewing.map(move |done| done.map_err(stopped).flatten()).boxed().shared()
        });
        renewal.await.map_err(|failure| Failure { ended: refused.ended || failure.ended, ..refused })
    }

    async fn renew(&self, session: &NexusSession) -> Result<NexusSession, Failure> {
        let (_, renewed) = self.resume(session).await.map_err(|failure| {
            let ended = failure.ended || failure.status == 401;
            Failure { ended, ..failure }
        })?;
        if renewed.session_id == session.session_id {
            return Ok(renewed);
        }
        // Nobody asked for that other session, so it does not stay behind.
        if let Err(failure) = self.ask_known(&Operation::End, &renewed).await {
            log::warn!(target: "webchat::connection", "a session opened in place of another is left behind: {}", failure.told());
        }
        let cause = "the server opened another session in place of the chat's";
        Err(Failure { ended: true, ..http::local_failure(ErrorKind::NotFound, cause.into()) })
    }
}

/// Where the server may not know what has arrived, as under another token, a poll says where it is.
pub(super) fn from_the_known(operation: &Operation) -> Operation {
    let mut operation = operation.clone();
    if let Operation::Poll { from, .. } = &mut operation {
        from.resync = true;
    }
    operation
}
