//! How long a poll is waited for. A server may hold one back until there is something to tell, for up to a minute
//! (nexus-v3.md, 8.1); many answer at once. So a poll is waited for as long as this server has let empty ones wait, and `ajaxTimeout` more. One that is
//! overdue is on a path that brings nothing any more, or is held for longer than was known: a request that is answered at once, a page of
//! one entry that the server has delivered already, tells. Where that is answered, the poll is given up and asked anew from what is known,
//! with twice the patience; where not, the connection is lost. There is one poll at a time.
//!
//! Own messages come back with polls. So a poll that was under way when a message got through is due soon; and at once, when one did not.

use super::{Inner, NexusSession, POLL_TIME, renewal::from_the_known};
use crate::{
    carrier::http::{self, Waited},
    transport::{Failure, Operation, Reply},
};
use std::{borrow::Cow, pin::pin, sync::Arc, time::Duration};

impl Inner {
    /// What became of a message tells when its poll is due.
    pub(super) fn note_sent<T>(&self, outcome: &Result<T, Failure>) {
        match outcome {
            Ok(_) => self.held.is_due_within(self.config.ajax_timeout),
            Err(failure) if failure.is_disconnect() => self.held.is_due_within(Duration::ZERO),
            Err(_) => {}
        }
    }

    /// A poll, as long as it takes.
    pub(super) async fn poll(
        self: &Arc<Self>,
        operation: &Operation,
        session: &NexusSession,
    ) -> Result<Reply, Failure> {
        let limit = self.config.ajax_timeout;
        let (mut asked, mut patience) = (Cow::Borrowed(operation), self.held.patience(limit, POLL_TIME));
        loop {
            let silence = {
                let answer = pin!(self.ask_of(&asked, session));
                match self.held.wait(patience, answer).await {
                    Waited::Answered(outcome, waited) => {
                        if outcome.as_ref().is_ok_and(|reply| reply.messages.is_empty()) {
                            self.held.note(waited);
                        }
                        return outcome;
                    }
                    Waited::Overdue(silence) => silence,
                }
            };
            self.http.unanswered(&self.config.data_url, silence.since());
            self.look_for_the_server(operation, session).await?;
            if patience >= POLL_TIME {
                let cause = format!("the poll was not answered within {}", silence.in_words());
                return Err(http::no_answer(cause));
            }
            asked = Cow::Owned(from_the_known(operation));
            patience = patience.saturating_mul(2).min(POLL_TIME.max(limit));
        }
    }

    /// Asks for what the server has delivered already. Whatever it answers, it answers; a failure is that of a poll without an answer.
    async fn look_for_the_server(
        &self,
        operation: &Operation,
        session: &NexusSession,
    ) -> Result<(), Failure> {
        let before = match operation {
            Operation::Poll { from, .. } => from.after.clone().unwrap_or_else(|| 0.into()),
            _ => return Ok(()),
        };
        match self.ask(&Operation::History { before }, session).await {
            Err(failure) if failure.is_disconnect() => Err(failure),
            _ => Ok(()),
        }
    }
}
