//! Messages whose answers did not come. Nobody knows what became of them; what is a text the service finds out, what is a file is found out
//! here: the history shows it by the file's id, which nothing else has. What a look does not show that begins late enough has not arrived, and
//! is sent again: the file itself is at the server (web-messaging.md, 5.4 and 7.2).

use super::{Engine, Step, Task, TaskId, asked::Asked, entries::Seq, hearing::with_news};
use crate::{
    ErrorKind, Retry,
    backend::web_messaging::wire::Entry,
    carrier::http::local_failure,
    transport::{Applied, Body, Failure, Reply},
};
use std::time::Duration;

/// How long a message may be in doubt.
const IN_DOUBT: Duration = Duration::from_mins(1);
/// The pause before another look.
const AGAIN: Duration = Duration::from_secs(3);

/// A message whose answer did not come.
#[derive(Debug)]
pub(super) struct Loose {
    name: Box<str>,
    pub(super) is_file: bool,
    /// When its link is given up, so that nothing that was written on it arrives when nobody expects it any more.
    until: Duration,
}

impl Engine {
    /// An answer did not come. A late one settles it yet; else the link is given up.
    pub(super) fn doubt(&mut self, asked: &Asked) {
        let until = asked.since + self.settings.settle_timeout;
        if let Some(sent) = self.sent.iter().find(|sent| sent.is_by(&asked.tracing_id)) {
            self.loose.push(Loose { name: sent.name.clone(), is_file: sent.file.is_some(), until });
        }
    }

    /// The answer came after all.
    pub(super) fn tighten(&mut self, name: Option<&str>) {
        self.loose.retain(|loose| Some(&*loose.name) != name);
    }

    /// When something is due here.
    pub(super) fn unsure_deadline(&self) -> Option<Duration> {
        let up = self.link.is_up();
        let loose = self.loose.iter().map(|loose| loose.until).filter(|_| up);
        let unsure = self.tasks.iter().filter_map(|(id, task)| match task.step {
            Step::Unsure { from, until, .. } if up && !self.reads(*id) => Some(from.min(until)),
            Step::Unsure { until, .. } => Some(until),
            _ => None,
        });
        loose.chain(unsure).min()
    }

    pub(super) fn unsure_due(&mut self) {
        let now = self.now;
        if self.link.is_up() && self.loose.iter().any(|loose| loose.until <= now) {
            self.give_up_link("the server did not answer a message");
        }
        for id in self.tasks_in(|step| matches!(step, Step::Unsure { .. })) {
            let Some(Task { step: Step::Unsure { from, until, .. }, .. }) = self.tasks.get(&id) else {
                continue;
            };
            if *until <= now {
                let cause = "the file is at the server, and nothing tells whether its message has arrived";
                let failure = local_failure(ErrorKind::OutcomeUnknown, cause.into());
                let failure = with_news(Failure { applied: Applied::Unknown, ..failure });
                self.done(id, Err(failure));
            } else if *from <= now && self.link.is_up() && !self.reads(id) {
                self.readers.push_back(id);
            }
        }
    }

    /// What a task is for whose message is a file.
    pub(super) fn file_of(&self, id: TaskId) -> Option<Box<str>> {
        match &self.tasks.get(&id)?.step {
            Step::SaidFile(file) | Step::Unsure { file, .. } => Some(file.clone()),
            _ => None,
        }
    }

    /// A file's message may have arrived, or arrives as long as its link is there. False, if it is none.
    pub(super) fn file_in_doubt(&mut self, id: TaskId) -> bool {
        let Some(file) = self.file_of(id) else { return false };
        let settle = self.settings.settle_timeout;
        let of = |sent: &&super::Sent| sent.file.as_ref() == Some(&file);
        let Some(since) = self.sent.iter().find(of).map(|sent| sent.since) else { return false };
        let name_of = |name: &str| self.sent.iter().any(|sent| of(&sent) && *sent.name == *name);
        let gone = self.loose.iter().find(|loose| name_of(&loose.name)).map_or(self.now, |loose| loose.until);
        let (from, until) = (gone + settle, since + IN_DOUBT + settle);
        self.set_step(id, Step::Unsure { file, from, until });
        true
    }

    /// A file's message came too soon, and goes out again when the server takes it. False, if it is none.
    pub(super) fn file_again(&mut self, id: TaskId) -> bool {
        let Some(file) = self.file_of(id) else { return false };
        self.set_step(id, Step::Queued(Some(file)));
        self.queue.push_front(id);
        true
    }

    /// Entries have come; of a look, which began then, they are all that there are since the message left.
    pub(super) fn settle_files(&mut self, entries: &[Entry], look: Option<Duration>) {
        for id in self.tasks_in(|step| matches!(step, Step::Unsure { .. })) {
            let Some(Task { step: Step::Unsure { file, from, .. }, .. }) = self.tasks.get(&id) else {
                continue;
            };
            let (file, from) = (file.clone(), *from);
            let has_it =
                |entry: &&Entry| entry.is_own && entry.files.iter().any(|attached| attached.id == file);
            if let Some(entry) = entries.iter().find(has_it) {
                let body = Body(entry.received.original.as_json().into_owned().into());
                self.done(id, Ok(Reply { file_id: Some(file.into()), body, ..Reply::default() }));
            } else if look.is_some_and(|began| began >= from) {
                self.file_again(id);
            }
        }
    }

    /// Whether a task reads to find out what became of its file's message.
    pub(super) fn looks_for_file(&self, id: TaskId) -> bool {
        let of_file = |task: &Task| matches!(task.operation, crate::transport::Operation::Upload(_));
        self.tasks.get(&id).is_none_or(of_file)
    }

    /// A look was in vain.
    pub(super) fn look_for_file_again(&mut self, id: TaskId, failure: &Failure) {
        let pause = if let Retry::After(wait) = failure.retry { wait } else { AGAIN };
        let at = self.now + pause;
        if let Some(Task { step: Step::Unsure { from, .. }, .. }) = self.tasks.get_mut(&id) {
            *from = (*from).max(at);
        }
    }

    /// What was known when a file's message left.
    pub(super) fn known_before_file(&self, id: TaskId) -> Seq {
        let file = self.file_of(id);
        self.sent.iter().find(|sent| file.is_some() && sent.file == file).map_or(0, |sent| sent.mark)
    }

    fn reads(&self, id: TaskId) -> bool {
        self.readers.contains(&id) || self.is_reading(id)
    }
}

/// Whether the server takes it later.
pub(super) fn refused_for_now(failure: &Failure) -> bool {
    failure.applied == Applied::No && matches!(failure.retry, Retry::After(_))
}
