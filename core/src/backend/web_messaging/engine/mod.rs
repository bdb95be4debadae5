//! A chat over Web Messaging as a state machine without input and output.
//!
//! It is given the time (since any origin), what is to be performed and what comes; after each of these calls take its outputs with
//! [`Engine::poll_output`] until there is none, and call [`Engine::handle_timeout`] at [`Engine::poll_timeout`]. `link` brings the link up
//! and keeps it, `asked` knows which requests have no answer, `pace` how much the server takes, `entries` which entries are known; `course`
//! leads operations through their steps, `ending` the last of them, `saying` what is said in the conversation, `hearing` what comes of it, `reading` the history, `learned` what else is in it, `files`
//! files, and `unsure` finds out what became of a file's message.
//!
//! Time limits: `ajaxTimeout` for an answer over the socket. A start and a restoration wait for the link through five attempts to bring it up.

mod asked;
mod course;
mod ending;
mod entries;
mod files;
mod hearing;
mod learned;
mod link;
mod pace;
mod reading;
mod saying;
mod unsure;

#[cfg(test)]
mod tests;

use super::{
    options::{AutoStart, Limits},
    session::WebSession,
    wire::{Address, Attributes, Deployment, Opened},
};
use crate::{
    Private,
    model::{Download, Downloaded, JsonObject, Upload},
    transport::{Failure, Incoming, Operation, Reply, Request},
};
use asked::Asked;
use bytes::Bytes;
use entries::{Entries, Seq};
use link::Link;
use pace::Pace;
use reading::Reading;
use saying::{Join, Sent};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    time::Duration,
};
use unsure::Loose;

/// How long to wait after a refusal for too much of anything that does not say how long.
const TOO_SOON: Duration = Duration::from_secs(3);

/// How a chat is held.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) deployment_id: String,
    pub(super) domain: String,
    pub(super) journey_context: Option<JsonObject>,
    pub(super) auto_start: AutoStart,
    /// `endChat` clears the conversation.
    pub(super) clears: bool,
    pub(super) asynchronous: bool,
    pub(super) page_size: u64,
    pub(super) limits: Limits,
    pub(super) ajax_timeout: Duration,
    pub(super) settle_timeout: Duration,
    /// How long a lost link is tried to be made anew; nothing: for ever.
    pub(super) reconnect_timeout: Option<Duration>,
    pub(super) ping_interval: Duration,
    /// Where names of requests and the random part of pauses come from.
    pub(super) seed: u64,
}

impl Settings {
    pub(super) fn of(options: &super::Options, seed: u64) -> Self {
        Self {
            deployment_id: options.deployment_id.clone(),
            domain: options.domain.clone(),
            journey_context: options.journey_context.clone(),
            auto_start: options.auto_start,
            clears: options.clears,
            asynchronous: options.asynchronous,
            page_size: options.page_size,
            limits: options.limits,
            ajax_timeout: options.ajax_timeout,
            settle_timeout: options.settle_timeout,
            reconnect_timeout: options.reconnect_timeout,
            ping_interval: options.ping_interval,
            seed,
        }
    }
}

/// Identifies something to perform; whoever asks for it chooses the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TaskId(pub(super) u64);

/// Identifies work beside the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct JobId(u64);

/// Work beside the socket.
pub(super) enum Job {
    /// Ask what the deployment says of itself.
    Configuration,
    /// Fetch a page of the history, with its key.
    Page { key: Private, number: u64, size: u64 },
    /// Find out how large a file is.
    Measure(Upload),
    /// Send a file to its address, as of this type.
    Put { address: Address, media_type: String, upload: Upload },
    /// Fetch a file from its address.
    Get { url: Private, download: Download },
}

/// What comes of work.
pub(super) enum Answer {
    Body(Bytes),
    Size(u64),
    Done,
    Saved(Downloaded),
}

/// What is to be done, and what there is to know.
pub(super) enum Output {
    /// Open the socket.
    Open,
    /// Close it.
    Close,
    /// Write this.
    Write(Bytes),
    /// Ask for a sign of life.
    Ping,
    /// Do this, and hand in what comes of it.
    Begin(JobId, Box<Job>),
    /// Nobody wants to know any more what comes of it.
    Drop(JobId),
    /// What came of something performed.
    Done(TaskId, Box<Result<Reply, Failure>>),
    /// What comes without having been asked for.
    Tell(Box<Incoming>),
}

/// What comes.
pub(super) enum Input {
    /// The socket is open.
    Opened,
    /// It is gone, or could not be opened.
    Closed(Failure),
    Text(Bytes),
    /// A sign of life.
    Sign,
    /// What came of work.
    Worked(JobId, Result<Answer, Failure>),
}

/// The session that there is, or is to be.
#[derive(Debug)]
struct Session {
    token: Private,
    deployment: Deployment,
    opened: Opened,
    join: Join,
    /// Attached data so far, and what of them has not arrived yet.
    data: JsonObject,
    attributes: Attributes,
    /// What rides on the request on its way.
    riding: Option<(Box<str>, Attributes)>,
    /// The conversation is over, and can be read.
    read_only: bool,
    /// Nothing is to be had of it any more.
    over: bool,
}

/// Something to perform, and how far it is.
struct Task {
    operation: Operation,
    session: WebSession,
    step: Step,
}

/// How far something is.
#[derive(Debug)]
enum Step {
    Begun,
    /// The deployment is asked what it says of itself.
    Configuring(JobId),
    /// It waits for the link.
    Linking,
    /// It waits for the history, or reads it.
    Reading,
    /// Its message waits for its turn; of a file, which.
    Queued(Option<Box<str>>),
    /// It waits for the answer to its request.
    Asked,
    /// It ends the session, until then; whether it has asked for that.
    Ending {
        until: Duration,
        asked: bool,
    },
    /// It waits for work.
    Working(JobId),
    /// It is known how large its file is.
    Measured(u64),
    /// Its file, of so many bytes, is announced under this id.
    Announced(Box<str>, u64),
    /// Its file is on its way; whether the server has it already.
    Sending {
        job: JobId,
        file: Box<str>,
        confirmed: bool,
    },
    /// Its file has left, and is to be confirmed.
    Confirming {
        file: Box<str>,
        until: Duration,
    },
    /// The message with its file is on its way.
    SaidFile(Box<str>),
    /// The same, and may have arrived. A look that begins from then on shows whether it has; nobody waits for that longer than `until`.
    Unsure {
        file: Box<str>,
        from: Duration,
        until: Duration,
    },
    /// The address of its file is to be asked for.
    WantsAddress(Box<str>),
    /// The address of its file is asked for.
    Addressed(Box<str>),
    /// Its file is fetched; whether from a new address.
    Getting {
        job: JobId,
        renewed: bool,
    },
}

/// The state machine.
pub(super) struct Engine {
    settings: Settings,
    now: Duration,
    random: fastrand::Rng,
    session: Option<Session>,
    link: Link,
    asked: Vec<Asked>,
    pace: Pace,
    entries: Entries,
    /// Messages that were sent from here.
    sent: VecDeque<Sent>,
    /// The history names messages by what they were sent by, as far as was seen.
    names_in_history: Option<bool>,
    /// From when on entries may be missing: since a link was lost.
    gap: Option<Seq>,
    /// What became of a message is not known; what was known when it left.
    in_doubt: Option<Seq>,
    /// Messages whose answers did not come.
    loose: Vec<Loose>,
    /// Counts the links that were lost.
    epoch: u64,
    tasks: BTreeMap<TaskId, Task>,
    /// Messages that wait for their turn, in order.
    queue: VecDeque<TaskId>,
    /// Who wants to read the history, in order.
    readers: VecDeque<TaskId>,
    reading: Option<Reading>,
    /// The key to the history, and until when it is taken to be good.
    history_key: Option<(Private, Duration)>,
    /// The page on which the oldest entry known was seen.
    oldest_page: u64,
    /// What came before the connection was the session's: its order is not promised.
    early: Vec<(Option<Box<str>>, super::wire::Entry, Bytes)>,
    /// The newest messages of the customer that the history has not shown, as they came: it may be late.
    unshown: VecDeque<(Seq, crate::model::Received)>,
    /// Who types, and until when.
    typing: Vec<(Duration, crate::model::Received)>,
    /// Where files are to be had, and until when that is taken to be good.
    addresses: VecDeque<(Box<str>, Private, Duration)>,
    last_job: u64,
    outputs: VecDeque<Output>,
}

impl Engine {
    /// A chat that has not started.
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            now: Duration::ZERO,
            random: fastrand::Rng::with_seed(settings.seed),
            session: None,
            link: Link::default(),
            asked: Vec::new(),
            pace: Pace::new(&settings.limits),
            entries: Entries::default(),
            sent: VecDeque::new(),
            names_in_history: None,
            gap: None,
            in_doubt: None,
            loose: Vec::new(),
            epoch: 0,
            tasks: BTreeMap::new(),
            queue: VecDeque::new(),
            readers: VecDeque::new(),
            reading: None,
            history_key: None,
            oldest_page: 1,
            early: Vec::new(),
            unshown: VecDeque::new(),
            typing: Vec::new(),
            addresses: VecDeque::new(),
            last_job: 0,
            outputs: VecDeque::new(),
            settings,
        }
    }

    /// Performs a request, and tells what came of it. `fresh` is a token that nobody has, for a start.
    pub(super) fn perform(&mut self, now: Duration, id: TaskId, request: Request, fresh: Private) {
        self.now = now;
        match WebSession::of(&request.session) {
            Ok(session) => {
                self.tasks.insert(id, Task { operation: request.operation, session, step: Step::Begun });
                self.begin(id, fresh);
            }
            Err(failure) => self.outputs.push_back(Output::Done(id, Box::new(Err(failure)))),
        }
        self.go_on();
    }

    /// Nobody wants to know any more what comes of it.
    pub(super) fn abandon(&mut self, now: Duration, id: TaskId) {
        self.now = now;
        self.forget_task(id);
        self.go_on();
    }

    /// The session is over, and none is on its way: the link can go.
    pub(super) fn release(&mut self, now: Duration) {
        self.now = now;
        self.hang_up();
        let failure =
            crate::carrier::http::lost_connection(crate::transport::Applied::Unknown, "the chat was let go");
        self.forget_asked(&failure);
        self.fail_all(&failure);
        self.session = None;
    }

    /// Takes what comes.
    pub(super) fn handle(&mut self, now: Duration, input: Input) {
        self.now = now;
        self.heard(&input);
        match input {
            Input::Opened => self.opened(),
            Input::Closed(failure) => self.lost(failure),
            Input::Text(frame) => self.frame(&frame),
            Input::Sign => {}
            Input::Worked(job, outcome) => self.worked(job, outcome),
        }
        self.go_on();
    }

    /// Lets time pass.
    pub(super) fn handle_timeout(&mut self, now: Duration) {
        self.now = now;
        self.link_due();
        self.asked_due();
        self.typing_due();
        self.files_due();
        self.unsure_due();
        self.ending_due();
        self.reading_due();
        self.go_on();
    }

    /// The next thing to do, until there is none.
    #[must_use]
    pub(super) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Engine::handle_timeout`] has to be called next.
    #[must_use]
    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        [
            self.link.deadline(),
            self.asked_deadline(),
            self.typing.iter().map(|(until, _)| *until).min(),
            self.unsure_deadline(),
            self.saying_deadline(),
            self.reading_deadline(),
            self.steps_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Goes on with what the last input has made possible.
    fn go_on(&mut self) {
        self.speak();
        self.read_on();
    }

    fn tell(&mut self, incoming: Incoming) {
        self.outputs.push_back(Output::Tell(Box::new(incoming)));
    }

    fn work(&mut self, job: Job) -> JobId {
        self.last_job += 1;
        self.outputs.push_back(Output::Begin(JobId(self.last_job), Box::new(job)));
        JobId(self.last_job)
    }

    /// The tasks whose step is such.
    fn tasks_in(&self, is_such: impl Fn(&Step) -> bool) -> Vec<TaskId> {
        self.tasks.iter().filter(|(_, task)| is_such(&task.step)).map(|(id, _)| *id).collect()
    }

    /// When a step is due by itself.
    fn steps_deadline(&self) -> Option<Duration> {
        let due = |task: &Task| match task.step {
            Step::Ending { until, .. } | Step::Confirming { until, .. } => Some(until),
            _ => None,
        };
        self.tasks.values().filter_map(due).min()
    }
}

/// Frames hold the session's key, and work the addresses of files.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Close => "Close",
            Self::Write(_) => "Write",
            Self::Ping => "Ping",
            Self::Begin(..) => "Begin",
            Self::Drop(_) => "Drop",
            Self::Done(..) => "Done",
            Self::Tell(_) => "Tell",
        })
    }
}
