//! How long a poll is waited for. A server may hold one back until there is something to tell, for up to a minute
//! (nexus-v3.md, 8.1); many answer at once. So a poll is waited for as long as this server has let empty ones wait, and `ajaxTimeout` more. One that is
//! overdue is on a path that brings nothing any more, or is held for longer than was known: a request that is answered at once, a page of
//! one entry that the server has delivered already, tells. Where that is answered, the poll is given up and asked anew from what is known,
//! with twice the patience; where not, the connection is lost. There is one poll at a time.
//!
//! Own messages come back with polls. So a poll that was under way when a message got through is due soon; and at once, when one did not.

use super::{Inner, POLL_TIME, renewal::from_the_known};
use crate::{
    carrier::http,
    model::NexusSession,
    transport::{Failure, Operation, Reply},
};
use std::{
    borrow::Cow,
    future::pending,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// What is known of a server's ways with polls.
#[derive(Debug)]
pub(super) struct Held {
    /// The longest time that it let an empty poll wait.
    longest: Mutex<Duration>,
    /// When a poll that is under way has to be answered, because of something that happened to another request.
    due: watch::Sender<Option<Instant>>,
}

impl Default for Held {
    fn default() -> Self {
        Self { longest: Mutex::default(), due: watch::Sender::new(None) }
    }
}

impl Held {
    pub(super) fn patience(&self, limit: Duration) -> Duration {
        let longest = *self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        longest.saturating_add(limit).min(POLL_TIME.max(limit))
    }

    pub(super) fn note(&self, waited: Duration) {
        let mut longest = self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        *longest = (*longest).max(waited);
    }

    /// What became of a message tells when its poll is due.
    pub(super) fn note_sent<T>(&self, outcome: &Result<T, Failure>, limit: Duration) {
        match outcome {
            Ok(_) => drop(self.due.send_replace(Instant::now().checked_add(limit))),
            Err(failure) if failure.is_disconnect() => drop(self.due.send_replace(Some(Instant::now()))),
            Err(_) => {}
        }
    }
}

impl Inner {
    /// A poll, as long as it takes.
    pub(super) async fn poll(
        self: &Arc<Self>,
        operation: &Operation,
        session: &NexusSession,
    ) -> Result<Reply, Failure> {
        let limit = self.config.ajax_timeout;
        let (mut asked, mut patience) = (Cow::Borrowed(operation), self.held.patience(limit));
        loop {
            let began = Instant::now();
            let mut due = self.held.due.subscribe();
            tokio::select! {
                outcome = self.ask_of(&asked, session) => {
                    if outcome.as_ref().is_ok_and(|reply| reply.messages.is_empty()) {
                        self.held.note(began.elapsed());
                    }
                    return outcome;
                }
                () = overdue(began.checked_add(patience), &mut due) => {}
            }
            self.http.unanswered(&self.config.data_url, began);
            self.look_for_the_server(operation, session).await?;
            if patience >= POLL_TIME {
                let cause = format!("the poll was not answered within {}", http::in_words(began.elapsed()));
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
            Operation::Poll { from, .. } => from.after.clone().unwrap_or_default(),
            _ => return Ok(()),
        };
        match self.ask(&Operation::History { before }, session).await {
            Err(failure) if failure.is_disconnect() => Err(failure),
            _ => Ok(()),
        }
    }
}

/// Waits until `patience` is over, or an earlier time that `due` names.
async fn overdue(patience: Option<Instant>, due: &mut watch::Receiver<Option<Instant>>) {
    let mut at = patience;
    loop {
        let wait = async {
            match at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = wait => return,
            Ok(()) = due.changed() => {
                let named = *due.borrow_and_update();
                at = [at, named].into_iter().flatten().min();
            }
        }
    }
}
