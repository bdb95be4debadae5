//! Each operation's course, but for what is said, read and carried in files.

use super::{Answer, Engine, Job, JobId, Output, Session, Step, Task, TaskId, ending::ended, saying::Join};
use crate::{
    ErrorKind, Private,
    backend::web_messaging::{
        options::{AutoStart, TYPE},
        session::{WebForm, WebSession},
        wire::{Deployment, Opened, attributes, events_error, is_over, session_gone},
    },
    carrier::http::{local_failure, lost_connection},
    json,
    model::JsonObject,
    transport::{Applied, Body, Cursor, Failure, News, Operation, Reply, SessionForm, Start},
};
use serde_json::Value;
use std::mem;

impl Engine {
    /// Begins a task.
    pub(super) fn begin(&mut self, id: TaskId, fresh: Private) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        match task.operation.clone() {
            Operation::Start(_) => {
                task.session.token = fresh;
                self.configure(id);
            }
            Operation::Restore => self.restore(id),
            operation if self.is_of_the_session(id) => self.begin_in_session(id, &operation),
            operation => self.begin_without(id, &operation),
        }
    }

    fn begin_in_session(&mut self, id: TaskId, operation: &Operation) {
        match operation {
            Operation::Send(_) => self.line_up(id, None),
            Operation::Poll { from, .. } => self.poll(id, from),
            Operation::History { .. } => self.line_up_to_read(id),
            Operation::Typing { started, .. } => self.typing(id, *started),
            Operation::End => self.end(id),
            Operation::UpdateUserData(data) => self.update_data(id, data),
            Operation::FileLimits => self.file_limits(id),
            Operation::Upload(upload) => self.upload(id, upload),
            Operation::Download(_) => self.download(id),
            other => {
                let cause = format!("{TYPE} has no request for this: {}", other.name());
                self.done(id, Err(local_failure(ErrorKind::Unsupported, cause)));
            }
        }
    }

    /// Of a session that is over, or was never here, there is nothing to be had; to end it again does no harm.
    fn begin_without(&mut self, id: TaskId, operation: &Operation) {
        let outcome = match operation {
            Operation::Poll { .. } => Ok(Reply { ended: Some(true), ..Reply::default() }),
            Operation::End => Ok(ended(false)),
            _ => Err(lost_connection(Applied::No, "the session is not open here")),
        };
        self.done(id, outcome);
    }

    fn is_of_the_session(&self, id: TaskId) -> bool {
        let token = self.tasks.get(&id).map(|task| &task.session.token);
        self.session.as_ref().is_some_and(|session| !session.over && Some(&session.token) == token)
    }

    /// Asks the deployment what it says of itself, for a start or a restoration.
    fn configure(&mut self, id: TaskId) {
        self.reset(id);
        let job = self.work(Job::Configuration);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.step = Step::Configuring(job);
        }
    }

    fn restore(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else { return };
        let of = &task.session.deployment_id;
        if !of.is_empty() && **of != *self.settings.deployment_id {
            let cause = "the stored session is of another deployment: a new chat has to be started";
            let failure = session_gone("otherDeployment", cause);
            return self.done(id, Err(Failure { useless: true, ended: false, ..failure }));
        }
        self.configure(id);
    }

    /// Forgets the session before, and what waits for it but for `id`.
    fn reset(&mut self, id: TaskId) {
        self.hang_up();
        let failure = lost_connection(Applied::Unknown, "another session has begun");
        let own = self.tasks.remove(&id);
        self.forget_asked(&failure);
        self.fail_all(&failure);
        self.tasks.extend(own.map(|task| (id, task)));
        self.session = None;
        self.pace.begin();
        self.entries = super::Entries::default();
        self.sent.clear();
        (self.names_in_history, self.history_key, self.oldest_page) = (None, None, 1);
        (self.gap, self.in_doubt) = (None, None);
        self.loose.clear();
        self.typing.clear();
        self.unshown.clear();
        self.addresses.clear();
    }

    /// Takes what came of work.
    pub(super) fn worked(&mut self, job: JobId, outcome: Result<Answer, Failure>) {
        if self.page_answered(job, &outcome) {
            return;
        }
        let is_it = |task: &Task| match &task.step {
            Step::Configuring(of)
            | Step::Working(of)
            | Step::Sending { job: of, .. }
            | Step::Getting { job: of, .. } => *of == job,
            _ => false,
        };
        let Some(id) = self.tasks.iter().find(|(_, task)| is_it(task)).map(|(id, _)| *id) else { return };
        match (self.tasks.get(&id).map(|task| &task.step), outcome) {
            (Some(Step::Configuring(_)), outcome) => self.deployment_told(id, outcome),
            (Some(Step::Working(_)), Ok(Answer::Size(size))) => self.measured(id, size),
            (Some(Step::Sending { .. }), Ok(_)) => self.file_sent(id),
            (Some(Step::Getting { .. }), Ok(Answer::Saved(file))) => {
                self.done(id, Ok(Reply { downloaded: Some(file), ..Reply::default() }));
            }
            (Some(Step::Getting { .. }), Err(failure)) => self.not_fetched(id, failure),
            (_, Err(failure)) => self.done(id, Err(failure)),
            (_, Ok(_)) => {}
        }
    }

    /// The deployment has said what it is. A start needs to know; a session that is there already shows what it can.
    fn deployment_told(&mut self, id: TaskId, outcome: Result<Answer, Failure>) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let is_start = matches!(task.operation, Operation::Start(_));
        let told = outcome.and_then(|answer| match answer {
            Answer::Body(body) => {
                json::value(&body).and_then(|config| Deployment::read(&config)).ok_or_else(|| {
                    local_failure(
                        ErrorKind::Protocol,
                        "what the deployment says of itself cannot be read".into(),
                    )
                })
            }
            _ => Ok(Deployment::default()),
        });
        let deployment = match told {
            Err(failure) if is_start => return self.start_fails(id, unknown_deployment(failure)),
            Err(_) => Deployment::default(),
            Ok(deployment) if !deployment.has_chats && is_start => {
                let cause =
                    "the deployment is not active, or has no chats: its administrator can switch them on";
                return self.start_fails(id, local_failure(ErrorKind::Rejected, cause.into()));
            }
            Ok(deployment) => deployment,
        };
        task.step = Step::Linking;
        self.session = Some(Session {
            token: task.session.token.clone(),
            deployment,
            opened: Opened::default(),
            join: Join::Done,
            data: JsonObject::new(),
            attributes: serde_json::from_str(&task.session.riding).unwrap_or_default(),
            riding: None,
            read_only: false,
            over: false,
        });
        self.connect();
    }

    /// The link is up for the first time.
    pub(super) fn linked(&mut self, is_new: bool) {
        for id in self.tasks_in(|step| matches!(step, Step::Linking)) {
            let Some(task) = self.tasks.get(&id) else { continue };
            match task.operation.clone() {
                Operation::Start(start) => self.started(id, &start, is_new),
                _ if is_new => {
                    let failure = session_gone(
                        "unknown",
                        "the session has expired or was cleared: a new chat has to be started",
                    );
                    self.start_fails(id, Failure { useless: true, ..failure });
                }
                _ => {
                    let owes = task.session.owes_join == Some(true);
                    if let Some(session) = &mut self.session {
                        session.join = if owes { Join::Unsure } else { Join::Done };
                    }
                    self.line_up_to_read(id);
                }
            }
        }
    }

    fn started(&mut self, id: TaskId, start: &Start, is_new: bool) {
        let wants_join = match self.settings.auto_start {
            AutoStart::Always => true,
            AutoStart::Never => false,
            AutoStart::Deployment => self.session.as_ref().is_some_and(|session| session.deployment.joins),
        };
        let Some(session) = &mut self.session else { return };
        let joins = wants_join && is_new && !session.opened.has_joined && !session.read_only;
        session.join = if joins { Join::Owed } else { Join::Done };
        session.data = form(start);
        session.attributes = attributes(&session.data);
        let (body, read_only) = (Body(session.opened.body.clone()), session.read_only);
        let reply = Reply { ended: Some(read_only), session: Some(self.data()), body, ..Reply::default() };
        self.done(id, Ok(reply.into_sessions()));
    }

    /// The session's data, as they are stored.
    pub(super) fn data(&self) -> crate::model::SessionData {
        let Some(session) = &self.session else { return WebForm.none() };
        WebSession {
            token: session.token.clone(),
            deployment_id: self.settings.deployment_id.as_str().into(),
            domain: self.settings.domain.as_str().into(),
            owes_join: Some(session.join != Join::Done),
            riding: serde_json::json!(session.attributes).to_string().into(),
            newest: Private::default(),
        }
        .into()
    }

    /// A start or a restoration has failed: there is no session.
    pub(super) fn start_fails(&mut self, id: TaskId, failure: Failure) {
        self.hang_up();
        self.session = None;
        let useless = failure.useless || failure.ended || is_over(failure.status) || failure.status == 403;
        self.done(id, Err(Failure { ended: false, useless, ..failure }));
    }

    /// Fetches what may be missing: nothing is, as long as the link holds, every message has its answer, and what was told was taken.
    fn poll(&mut self, id: TaskId, from: &Cursor) {
        let taken = from.after.as_ref().map(|place| place.order) >= self.entries.newest();
        if self.gap.is_some() || self.in_doubt.is_some() || !taken {
            return self.line_up_to_read(id);
        }
        let read_only = self.session.as_ref().is_some_and(|session| session.read_only);
        self.done(id, Ok(Reply { ended: Some(read_only), ..Reply::default() }));
    }

    /// A task is through.
    pub(super) fn done(&mut self, id: TaskId, outcome: Result<Reply, Failure>) {
        if self.take_task(id).is_some() {
            self.outputs.push_back(Output::Done(id, Box::new(outcome)));
        }
    }

    /// Nobody waits for a task any more: a session that it would have made is nobody's.
    pub(super) fn forget_task(&mut self, id: TaskId) {
        let Some(task) = self.take_task(id) else { return };
        let waits = matches!(task.step, Step::Configuring(_) | Step::Linking);
        if waits && matches!(task.operation, Operation::Start(_) | Operation::Restore) {
            self.hang_up();
            self.session = None;
        }
    }

    /// Takes out a task, and with it what it waits for.
    fn take_task(&mut self, id: TaskId) -> Option<Task> {
        let task = self.tasks.remove(&id)?;
        self.queue.retain(|queued| *queued != id);
        self.stop_reading(id);
        match task.step {
            Step::Configuring(job)
            | Step::Working(job)
            | Step::Sending { job, .. }
            | Step::Getting { job, .. } => self.outputs.push_back(Output::Drop(job)),
            _ => {}
        }
        Some(task)
    }

    /// Everything that waits has failed.
    pub(super) fn fail_all(&mut self, failure: &Failure) {
        for id in self.tasks.keys().copied().collect::<Vec<_>>() {
            let Some(task) = self.tasks.get(&id) else { continue };
            let outcome = match task.step {
                Step::Ending { .. } => Ok(ended(false)),
                Step::Queued(None) => Err(Failure { applied: Applied::No, ..failure.clone() }),
                _ => Err(failure.clone()),
            };
            self.done(id, outcome);
        }
    }

    /// Listeners are told of an error that no command waits for.
    pub(super) fn tell_error(&mut self, failure: &Failure) {
        let error = events_error(failure);
        self.tell(crate::transport::Incoming::Batch(Box::new(Reply {
            verdict: crate::transport::Verdict::Refused,
            errors: vec![crate::transport::ServerError { code: failure.status.into(), ..Default::default() }],
            body: Body(error.to_string().into()),
            ..Reply::default()
        })));
    }
}

impl Reply {
    /// The answer to a start: the session goes on, even if its conversation is over already, which is told afterwards.
    fn into_sessions(self) -> Self {
        Self { ended: Some(false), ..self }
    }
}

/// A start's fields and attached data, the data winning over fields of the same name.
fn form(start: &Start) -> JsonObject {
    let fields = [
        ("nickname", &start.nickname),
        ("firstname", &start.first_name),
        ("lastname", &start.last_name),
        ("email", &start.email),
        ("subject", &start.subject),
    ];
    let given = fields.into_iter().filter(|(_, text)| !text.is_empty());
    let mut data: JsonObject =
        given.map(|(name, text)| (name.to_owned(), Value::from(text.as_str()))).collect();
    data.extend(mem::take(&mut start.other.clone()));
    data.extend(start.user_data.clone());
    data
}

/// The host of configurations does not tell what it has.
fn unknown_deployment(failure: Failure) -> Failure {
    let cause = match failure.status {
        403 | 404 => {
            format!(
                "the deployment is not known in this region: check deploymentId and domain ({})",
                failure.cause
            )
        }
        _ => failure.cause.clone(),
    };
    let news = News::Nothing;
    Failure { news, cause, ..failure }
}
