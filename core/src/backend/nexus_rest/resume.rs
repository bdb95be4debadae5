//! Taking up a session again with its token (nexus-v3.md, 4.2).

use super::{Inner, NexusSession, failure, form, wire, with_token};
use crate::{
    Retry,
    carrier::http::{self, HttpRequest},
    transport::{Failure, Operation, Reply},
};
use reqwest::Method;

impl Inner {
    /// Takes up a session of another process, and fetches its messages: a page of an asynchronous chat under a new token, else all under
    /// the same. What is stored is of no use any more where the server refuses it without a chance of another outcome; of an asynchronous
    /// chat only where it does not take the token (nexus-v3.md, 4.2).
    pub(super) async fn restore(&self, session: &NexusSession) -> Result<Reply, Failure> {
        if !self.config.asynchronous {
            let reply = self.ask(&Operation::Restore, session).await.map_err(|failure| {
                let refused = (400..500).contains(&failure.status) && failure.retry == Retry::Never;
                Failure { useless: refused, ..failure }
            })?;
            return Ok(in_session(reply, session.clone()));
        }
        let stored = session.session_id.clone();
        let (resumed, session) = self
            .resume(session)
            .await
            .map_err(|failure| Failure { useless: failure.status == 401, ..failure })?;
        match self.ask(&Operation::Restore, &session).await {
            Ok(reply) => Ok(Reply { replaced: session.session_id != stored, ..in_session(reply, session) }),
            Err(failure) if failure.ended => Err(failure),
            Err(failure) => {
                log::warn!(target: "webchat::connection", "the messages of the restored session come later: {}", failure.told());
                let replaced = session.session_id != stored;
                Ok(Reply { replaced, ended: Some(false), ..in_session(resumed, session) })
            }
        }
    }

    /// Asks for a new token of the session.
    pub(super) async fn resume(&self, session: &NexusSession) -> Result<(Reply, NexusSession), Failure> {
        let body = form(&wire::Fields::of_resume(&self.config), &http::unique_id());
        let url = http::below(&self.config.data_url, [])?;
        let request = with_token(HttpRequest::new(Method::POST, url, body), session)?;
        let answer = self.http.exchange(&request, Some(self.config.ajax_timeout)).await;
        let reply = answer
            .and_then(|answer| self.interpret(&answer, wire::Expected::Session, session))
            .map_err(|failure| failure::judged(failure, true))?;
        let renewed = match &reply.session {
            Some(renewed) => NexusSession::of(renewed)?,
            None => session.clone(),
        };
        self.renewals.note(&renewed);
        Ok((reply, renewed))
    }
}

/// `reply` with the session's data, for whoever keeps them.
pub(super) fn in_session(reply: Reply, session: NexusSession) -> Reply {
    Reply { session: Some(session.into()), ..reply }
}
