//! Files. One that is sent is announced, put where the server says, confirmed by the server, and then told in a message; one that is fetched is
//! asked for under its address, which is renewed once where it is too old (web-messaging.md, 5.4).

use super::{Engine, Job, Step, Task, TaskId, asked::What, hearing::with_news, pace};
use crate::{
    ErrorKind, Private,
    backend::web_messaging::wire::{Address, Entry, Refusal, Request, failure},
    carrier::{
        http::{local_failure, lost_connection},
        media,
    },
    model::{FileSource, Upload},
    transport::{Applied, Body, Failure, Operation, Reply},
};
use std::time::Duration;

/// How long the server may take to confirm a file that it has.
const CONFIRMED: Duration = Duration::from_secs(30);
/// How long an address is taken to be good.
const ADDRESS: Duration = Duration::from_mins(9);
/// How many addresses are remembered.
const REMEMBERED: usize = 256;
/// What a command is rejected with where the deployment has no uploads.
const NO_UPLOADS: &str = "This transport doesn't support file uploads";

impl Engine {
    pub(super) fn file_limits(&mut self, id: TaskId) {
        let Some(session) = &self.session else { return };
        let outcome = if session.opened.media.allows_any() {
            let (limits, body) = (session.opened.media.limits(), Body(session.opened.body.clone()));
            Ok(Reply { limits: Some(limits), body, ..Reply::default() })
        } else {
            Err(no_uploads())
        };
        self.done(id, outcome);
    }

    pub(super) fn upload(&mut self, id: TaskId, upload: &Upload) {
        let Some(session) = &self.session else { return };
        if !session.opened.media.allows_any() {
            return self.done(id, Err(no_uploads()));
        }
        if let FileSource::Bytes(bytes) = &upload.source {
            return self.measured(id, bytes.len() as u64);
        }
        let job = self.work(Job::Measure(upload.clone()));
        if let Some(task) = self.tasks.get_mut(&id) {
            task.step = Step::Working(job);
        }
    }

    /// It is known how large a file is.
    pub(super) fn measured(&mut self, id: TaskId, size: u64) {
        let (Some(session), Some(Task { operation: Operation::Upload(upload), step, .. })) =
            (&self.session, self.tasks.get_mut(&id))
        else {
            return;
        };
        match session.opened.media.check(&upload.name, media_type(&upload.name), size) {
            Ok(()) => *step = Step::Measured(size),
            Err(refusal) => self.file_fails(id, &refusal),
        }
    }

    /// Announces files that wait for that.
    pub(super) fn announce_files(&mut self) {
        for id in self.tasks_in(|step| matches!(step, Step::Measured(_))) {
            if self.pace.ready_at(pace::What::Other) > self.now {
                return;
            }
            let file = self.new_id();
            let (name, size) = match self.tasks.get_mut(&id) {
                Some(Task { operation: Operation::Upload(upload), step, .. }) => {
                    let Step::Measured(size) = *step else { continue };
                    *step = Step::Announced(file.as_str().into(), size);
                    (upload.name.clone(), size)
                }
                _ => continue,
            };
            let request = Request::Announce { id: &file, name: &name, media_type: media_type(&name), size };
            self.ask(Some(id), What::Announce, pace::What::Other, &request);
        }
    }

    /// Where a file goes, or is to be had.
    pub(super) fn address_told(&mut self, tracing_id: Option<&str>, address: Address) {
        let file = address.id.clone();
        let is_of = |step: &Step| matches!(step, Step::Announced(of, _) | Step::Addressed(of) if *of == file);
        let of = self.tasks_in(is_of);
        let wanted = |asked: &super::Asked| {
            matches!(asked.what, What::Announce | What::FileAddress)
                && asked.task.is_some_and(|id| of.contains(&id))
        };
        let Some(id) = self.answered(tracing_id, wanted).and_then(|asked| asked.task) else { return };
        match self.tasks.get(&id).map(|task| task.operation.clone()) {
            Some(Operation::Upload(upload)) => {
                let media_type = media_type(&upload.name).to_owned();
                let job = self.work(Job::Put { address, media_type, upload });
                self.set_step(id, Step::Sending { job, file, confirmed: false });
            }
            Some(Operation::Download(download)) => {
                self.remember_address(&file, &address.url);
                let job = self.work(Job::Get { url: address.url, download });
                self.set_step(id, Step::Getting { job, renewed: true });
            }
            _ => {}
        }
    }

    pub(super) fn set_step(&mut self, id: TaskId, step: Step) {
        if let Some(task) = self.tasks.get_mut(&id) {
            task.step = step;
        }
    }

    /// A file has left.
    pub(super) fn file_sent(&mut self, id: TaskId) {
        let Some(Task { step: Step::Sending { file, confirmed, .. }, .. }) = self.tasks.get(&id) else {
            return;
        };
        let (file, confirmed) = (file.clone(), *confirmed);
        if confirmed {
            return self.line_up(id, Some(file));
        }
        self.set_step(id, Step::Confirming { file, until: self.now + CONFIRMED });
    }

    /// The server has a file. It can say so before the bytes are answered.
    pub(super) fn file_confirmed(&mut self, file: &str) {
        for id in self.tasks_in(|step| matches!(step, Step::Confirming { file: of, .. } if **of == *file)) {
            self.line_up(id, Some(file.into()));
        }
        for task in self.tasks.values_mut() {
            if let Step::Sending { file: of, confirmed, .. } = &mut task.step
                && **of == *file
            {
                *confirmed = true;
            }
        }
    }

    pub(super) fn files_due(&mut self) {
        let now = self.now;
        for id in self.tasks_in(|step| matches!(step, Step::Confirming { until, .. } if *until <= now)) {
            let cause = "the server did not confirm the file in time";
            self.done(id, Err(with_news(local_failure(ErrorKind::Timeout, cause.into()))));
        }
    }

    /// A file is refused that is on its way; false, if it is none of ours.
    pub(super) fn file_refused(&mut self, file: &str, refusal: &Refusal) -> bool {
        let is_it = |step: &Step| match step {
            Step::Announced(of, _) | Step::Sending { file: of, .. } | Step::Confirming { file: of, .. } => {
                **of == *file
            }
            _ => false,
        };
        let of = self.tasks_in(is_it);
        for id in &of {
            self.file_fails(*id, refusal);
        }
        !of.is_empty()
    }

    pub(super) fn file_fails(&mut self, id: TaskId, refusal: &Refusal) {
        self.asked.retain(|asked| asked.task != Some(id));
        self.done(id, Err(with_news(failure(refusal))));
    }

    /// The link is lost: what was still to be confirmed will not be told of. What is uploaded stays good.
    pub(super) fn interrupt_files(&mut self) {
        let is_open = |step: &Step| {
            matches!(
                step,
                Step::Announced(..) | Step::Sending { .. } | Step::Confirming { .. } | Step::Addressed(_)
            )
        };
        for id in self.tasks_in(is_open) {
            let failure = lost_connection(Applied::No, "the link was lost while the file was on its way");
            self.done(id, Err(with_news(failure)));
        }
    }

    /// Remembers where the files of an entry are to be had.
    pub(super) fn note_files(&mut self, entry: &Entry) {
        for file in entry.files.iter().filter(|file| !file.url.is_empty()) {
            self.remember_address(&file.id, &file.url);
        }
    }

    fn remember_address(&mut self, file: &str, url: &Private) {
        self.addresses.retain(|(known, ..)| **known != *file);
        if self.addresses.len() == REMEMBERED {
            self.addresses.pop_front();
        }
        self.addresses.push_back((file.into(), url.clone(), self.now + ADDRESS));
    }

    pub(super) fn download(&mut self, id: TaskId) {
        let Some(Task { operation: Operation::Download(download), .. }) = self.tasks.get(&id) else { return };
        let download = download.clone();
        let known =
            self.addresses.iter().find(|(file, _, until)| **file == *download.file_id && *until > self.now);
        match known.map(|(_, url, _)| url.clone()) {
            Some(url) => {
                let job = self.work(Job::Get { url, download });
                self.set_step(id, Step::Getting { job, renewed: false });
            }
            None => self.ask_for_address(id, &download.file_id),
        }
    }

    fn ask_for_address(&mut self, id: TaskId, file: &str) {
        if !self.link.is_up() {
            let failure = lost_connection(Applied::No, "the file's address cannot be had without the link");
            return self.done(id, Err(failure));
        }
        self.set_step(id, Step::WantsAddress(file.into()));
    }

    /// Asks for addresses that are wanted.
    pub(super) fn ask_for_addresses(&mut self) {
        for id in self.tasks_in(|step| matches!(step, Step::WantsAddress(_))) {
            if self.pace.ready_at(pace::What::Other) > self.now {
                return;
            }
            let Some(Task { step: Step::WantsAddress(file), .. }) = self.tasks.get(&id) else { continue };
            let file = file.clone();
            self.ask(Some(id), What::FileAddress, pace::What::Other, &Request::FileAddress { id: &file });
            self.set_step(id, Step::Addressed(file));
        }
    }

    /// A file's announcement, or the wish for its address, is refused: one that came too soon is sent again.
    pub(super) fn asking_refused(&mut self, id: TaskId, refusal: &Refusal) {
        self.put_off(refusal);
        let again = match self.tasks.get(&id).map(|task| &task.step) {
            Some(Step::Announced(_, size)) => Some(Step::Measured(*size)),
            Some(Step::Addressed(file)) => Some(Step::WantsAddress(file.clone())),
            _ => None,
        };
        match again.filter(|_| refusal.is_too_much()) {
            Some(step) => self.set_step(id, step),
            None => self.file_fails(id, refusal),
        }
    }

    /// A file could not be fetched: an address that is too old is renewed, once.
    pub(super) fn not_fetched(&mut self, id: TaskId, failure: Failure) {
        let Some(Task { operation: Operation::Download(download), step, .. }) = self.tasks.get(&id) else {
            return;
        };
        let file = download.file_id.clone();
        if matches!(step, Step::Getting { renewed: false, .. }) && matches!(failure.status, 403 | 404) {
            self.addresses.retain(|(known, ..)| **known != *file);
            return self.ask_for_address(id, &file);
        }
        self.done(id, Err(failure));
    }
}

fn no_uploads() -> Failure {
    local_failure(ErrorKind::Unsupported, NO_UPLOADS.into())
}

/// The type of a file, as the server wants it.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, ending)) if ending.eq_ignore_ascii_case("opus") => "audio/ogg",
        _ => media::of_file(name),
    }
}
