//! Taking up a session again with its token (Nexus reference, sections 4.2 and 7.4).

use super::{Inner, failure, form, interpret, operation_id, wire, with_token};
use crate::{
    Retry,
    model::{NexusSession, SessionData},
    transport::{
        Failure, Operation, Reply,
        http::{self, HttpRequest},
    },
};
use reqwest::Method;

impl Inner {
    /// Takes up a session of another process, and fetches its messages: a page of an asynchronous chat under a new token, else all under
    /// the same. What the server refuses without a chance of another outcome is of no use any more; an asynchronous chat is given up only
    /// when the server does not know it (section 4.2).
    pub(super) async fn restore(&self, session: &NexusSession) -> Result<Reply, Failure> {
        if !self.config.asynchronous {
            let reply = self.ask(&Operation::Restore, session).await.map_err(|failure| {
                let refused = (400..500).contains(&failure.status) && failure.retry == Retry::Never;
                Failure { ended: failure.ended || refused, ..failure }
            })?;
            return Ok(in_session(reply, session.clone()));
        }
        let stored = session.session_id.clone();
        let (resumed, session) = self.resume(session).await.map_err(|failure| {
            let ended = failure.ended || failure.status == 401;
            Failure { ended, ..failure }
        })?;
        match self.ask(&Operation::Restore, &session).await {
            Ok(reply) => Ok(Reply { replaced: session.session_id != stored, ..in_session(reply, session) }),
            Err(failure) if failure.ended => Err(failure),
            Err(failure) => {
                log::warn!(target: "webchat", "the messages of the restored session come later: {}", failure.cause);
                let replaced = session.session_id != stored;
                Ok(Reply { replaced, ended: Some(false), ..in_session(resumed, session) })
            }
        }
    }

    /// Repeats a request of an asynchronous chat that was `refused` for want of a valid token, under a new one. The refusal stands if
    /// there is none to be had; the session is over if the server does not take its token or does not know it any more, or opens another in its place.
    pub(super) async fn ask_renewed(
        &self,
        operation: &Operation,
        session: &NexusSession,
        refused: Failure,
    ) -> Result<Reply, Failure> {
        let renewed = match self.resume(session).await {
            Ok((_, renewed)) => renewed,
            Err(failure) => {
                let ended = refused.ended || failure.ended || failure.status == 401;
                return Err(Failure { ended, ..refused });
            }
        };
        if renewed.session_id != session.session_id {
            // Nobody asked for that other session, so it does not stay behind.
            if let Err(failure) = self.ask(&Operation::End, &renewed).await {
                log::warn!(target: "webchat", "a session opened in place of another is left behind: {}", failure.cause);
            }
            return Err(Failure { ended: true, ..refused });
        }
        let reply = self.ask(&from_the_known(operation), &renewed).await?;
        Ok(in_session(reply, renewed))
    }

    /// Asks for a new token of the session.
    async fn resume(&self, session: &NexusSession) -> Result<(Reply, NexusSession), Failure> {
        let body = form(&wire::Fields::of_resume(&self.config), &operation_id());
        let url = http::below(&self.config.data_url, [])?;
        let request = with_token(HttpRequest::new(Method::POST, url, body), session)?;
        let answer = self.http.exchange(&request, Some(self.config.ajax_timeout)).await;
        let reply = answer
            .and_then(|answer| interpret(&answer, wire::Expected::Session, session))
            .map_err(|failure| failure::judged(failure, true))?;
        let renewed = match &reply.session {
            Some(SessionData::Nexus(renewed)) => renewed.clone(),
            _ => session.clone(),
        };
        Ok((reply, renewed))
    }
}

/// The server does not know what it has delivered under another token: a poll says where it is.
fn from_the_known(operation: &Operation) -> Operation {
    let mut operation = operation.clone();
    if let Operation::Poll { from, .. } = &mut operation {
        from.resync = true;
    }
    operation
}

fn in_session(reply: Reply, session: NexusSession) -> Reply {
    Reply { session: Some(SessionData::Nexus(session)), ..reply }
}
