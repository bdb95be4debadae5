//! [`Chat`]: the service as an application holds it.

use crate::{
    Error, ErrorKind, Private,
    command::{Command, Preprocessor, PreviewInput, RequestId, Resolution, SendMessage, StartChat},
    config::Config,
    driver::{
        self, Completion, Delivery, Driver, Events, Health, Host, ListenerId, Message, Place, Runtime, Ties,
        UnderWay,
    },
    model::{Agents, Download, Downloaded, FileLimits, JsonObject, SessionData, Stats, Transcript, Upload},
    prefilter::Prefilter,
    scarce,
    store::{SessionKeeper, SessionStore},
    transport::Capabilities,
};
use once_cell::sync::OnceCell;
use serde_json::Value;
use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot, watch};

/// One customer's chat. Clones are handles to the same chat; when the last is dropped, the chat is closed as by [`Chat::close`].
///
/// Commands never block. They may be given from any thread, also from listeners and completions, and in any number at once; each has
/// its outcome exactly once. Events come in the order in which things happened.
///
/// A process forked from one that has begun to use the library cannot use it: there every command is rejected at once
/// ([`ErrorKind::Unsupported`]), no event comes, and what was inherited can be dropped.
///
/// A program that closes file descriptors of the library's ends the chats of that runtime: every command is rejected
/// ([`ErrorKind::Closed`]), and the events end.
#[derive(Clone)]
pub struct Chat {
    shared: Arc<Shared>,
    deadline: Option<Duration>,
}

struct Shared {
    inbox: mpsc::UnboundedSender<Message>,
    ties: Arc<Ties>,
    under_way: Arc<UnderWay>,
    capabilities: Arc<OnceCell<Capabilities>>,
    /// Fails to change once the driver is gone.
    running: watch::Receiver<()>,
}

/// Ends the chat's ties with its driver.
struct Alive(Arc<Ties>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if !driver::is_forked() && !self.ties.health.is_whole() {
            // Letting it go wakes the driver, by what may be another's descriptor.
            std::mem::forget(self.inbox.clone());
        }
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        if driver::is_forked() {
            // What it stands for is the parent's: it is never let go here.
            std::mem::forget(self.shared.clone());
        }
    }
}

/// What a chat is made from.
#[derive(Default)]
pub struct ChatBuilder {
    config: Option<Box<Config>>,
    runtime: Option<Runtime>,
    host: Host,
}

impl fmt::Debug for ChatBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatBuilder").field("config", &self.config).finish_non_exhaustive()
    }
}

impl ChatBuilder {
    /// Configures the chat at once. Without it, the command `configure` does, and has to come first: commands given before it wait for it
    /// 5 s at most, and are then rejected ([`ErrorKind::InvalidConfiguration`]).
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(Box::new(config));
        self
    }

    /// The runtime to use instead of the default one.
    #[must_use]
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The store to use instead of the configured one.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.host.store = Some(store);
        self
    }

    /// What keeps the session of an asynchronous chat besides the store; without effect for other chats.
    #[must_use]
    pub fn session_keeper(mut self, keeper: Arc<dyn SessionKeeper>) -> Self {
        self.host.keeper = Some(keeper);
        self
    }

    /// Makes the chat. `ready` is published when it accepts commands; what is stored of a session is restored after it.
    ///
    /// A configuration that needs something this machine does not have (a certificate file, say) is an error here.
    pub fn build(self) -> Result<Chat, Error> {
        driver::check_fork()?;
        let runtime = self.runtime.map_or_else(Runtime::shared, Ok)?;
        runtime.health().check()?;
        scarce::leave_room_in_memory(0)?;
        let host = self.host.within(&runtime);
        let capabilities = Arc::new(OnceCell::new());
        let carry_out = |config: &Config| driver::make(config, host.store.clone(), &runtime);
        let made = self.config.as_deref().map(carry_out).transpose()?;
        if let Some(made) = &made {
            capabilities.get_or_init(|| made.capabilities());
        }
        let (inbox, receiver) = mpsc::unbounded_channel();
        let (ties, running) = Ties::new(runtime.health().clone());
        let driver = Driver::new(receiver, ties.clone(), runtime.clone(), host, made, capabilities.clone());
        let alive = Alive(ties.clone());
        let task = async move {
            driver.run().await;
            drop(alive);
        };
        if !ties.health.wake(|| runtime.spawn(task)) {
            ties.is_whole();
        }
        let chat = Chat {
            shared: Arc::new(Shared { inbox, ties, under_way: Arc::default(), capabilities, running }),
            deadline: None,
        };
        if let Some(config) = self.config {
            chat.submit(Command::Configure(config), None, Completion::new(drop));
        }
        Ok(chat)
    }
}

impl Chat {
    /// A chat with this configuration on the default runtime.
    pub fn new(config: Config) -> Result<Self, Error> {
        Self::builder().config(config).build()
    }

    /// A chat with more to say about how it is made.
    pub fn builder() -> ChatBuilder {
        ChatBuilder::default()
    }

    /// A handle whose commands must have their outcome within `limit`; a command that has none by then is given up
    /// ([`ErrorKind::Timeout`], or [`ErrorKind::OutcomeUnknown`] for a message that has left).
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { shared: self.shared.clone(), deadline: Some(limit) }
    }

    /// What the chosen transport can do; nothing before the chat is configured.
    pub fn capabilities(&self) -> Option<Capabilities> {
        self.shared.capabilities.get().copied()
    }

    /// The events. Every stream and listener that is there before the first command (`configure` apart) gets them from the beginning, and
    /// so does the first of all; others get those from now on, and `ready`.
    pub fn events(&self) -> Events {
        Events::of(&self.shared.ties.hub)
    }

    /// Has `listener` called with each event, in order, on a thread of the library; which, see [`Chat::events`]. It must not block and
    /// not panic, and it must not add or remove listeners. If it passes events on, it passes on the [`Delivery`]: while too many wait, the
    /// chat fetches no more. It is dropped when it is removed or the chat is closed.
    pub fn listen(&self, listener: impl Fn(&Delivery) + Send + 'static) -> ListenerId {
        let id = self.next_listener();
        self.listen_as(id, listener);
        id
    }

    /// An id for [`Chat::listen_as`].
    pub fn next_listener(&self) -> ListenerId {
        self.shared.ties.hub.next_listener()
    }

    /// [`Chat::listen`] under an id from [`Chat::next_listener`], for listeners that have to know it: the first event can come before
    /// `listen` returns. An id is for one listener only.
    pub fn listen_as(&self, id: ListenerId, listener: impl Fn(&Delivery) + Send + 'static) {
        self.shared.ties.hub.listen(id, Box::new(listener));
    }

    /// Removes a listener; false when there is none. It is not called any more when this returns.
    pub fn unlisten(&self, id: ListenerId) -> bool {
        self.shared.ties.hub.unlisten(id)
    }

    /// Gives a command, with its outcome to `completion`: at once an error of kind [`ErrorKind::Busy`] where [`Chat::place`] has none.
    pub fn submit(&self, command: Command, deadline: Option<Duration>, completion: Completion) -> RequestId {
        match self.place() {
            Ok(place) => {
                let id = place.id();
                self.submit_at(place, command, deadline, completion);
                id
            }
            Err(error) => {
                completion.complete(Err(error));
                self.shared.under_way.next_id()
            }
        }
    }

    /// A place for one more command: 10,000 may be under way, with 64 MiB of options. [`ErrorKind::Busy`] when there is none.
    pub fn place(&self) -> Result<Place, Error> {
        self.shared.under_way.place()
    }

    /// [`Chat::submit`] at a place from [`Chat::place`], for completions that have to know its id: an outcome can come before `submit`
    /// returns.
    pub fn submit_at(
        &self,
        mut place: Place,
        command: Command,
        deadline: Option<Duration>,
        completion: Completion,
    ) {
        if driver::is_forked() {
            return completion.complete(Err(driver::forked()));
        }
        let deadline = deadline.or(self.deadline);
        let completion = match command {
            Command::SendMessage(_) => completion.of_message(),
            _ => completion,
        };
        if !matches!(command, Command::Configure(_)) {
            self.shared.ties.hub.get_under_way();
        }
        let id = place.id();
        place.weigh(&command);
        let completion = completion.at(place);
        let Shared { ties, inbox, .. } = &*self.shared;
        ties.add(id, completion);
        let mut accepted = false;
        let send = || accepted = inbox.send(Message::Command { id, command, deadline }).is_ok();
        if !ties.health.wake(send) {
            ties.is_whole();
        } else if !accepted {
            // Dropped, it tells that the service is closed.
            drop(ties.take(id));
        }
    }

    /// Whether the program has left the library its file descriptors; where it has not, the chat is over. Not for listeners.
    pub fn is_whole(&self) -> bool {
        driver::is_forked() || self.shared.ties.is_whole()
    }

    /// What tells whether the library's file descriptors are still its own.
    pub fn health(&self) -> Arc<Health> {
        self.shared.ties.health.clone()
    }

    /// Gives up a command that has no outcome yet: it is completed as [`ErrorKind::Cancelled`], a message that has left as
    /// [`ErrorKind::OutcomeUnknown`]. A transfer is broken off. Nothing happens when the command has its outcome.
    pub fn cancel(&self, id: RequestId) {
        self.tell(Message::Cancel(id));
    }

    /// Closes the chat without ending the session at the server: every command gets its outcome, and what is to be stored of the session
    /// is, so that it can be restored later; then the events end. Returns at once.
    pub fn close(&self) {
        self.tell(Message::Close);
    }

    /// Tells the driver, where there is one.
    fn tell(&self, message: Message) {
        if !driver::is_forked() {
            self.shared.ties.health.wake(|| drop(self.shared.inbox.send(message)));
        }
    }

    /// Ready when the chat is closed, every command has its outcome, and what there was to store is stored. It keeps no chat open.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut running = self.shared.running.clone();
        async move { while !driver::is_forked() && running.changed().await.is_ok() {} }
    }

    /// Gives any command.
    pub fn command(&self, command: Command) -> Pending<Resolution> {
        self.pending(command, Some)
    }

    fn pending<T>(&self, command: Command, read: fn(Resolution) -> Option<T>) -> Pending<T> {
        let (sender, receiver) = oneshot::channel();
        let completion = Completion::new(move |outcome| drop(sender.send(outcome)));
        let id = self.submit(command, None, completion);
        Pending { id, receiver, read, result: PhantomData }
    }
}

/// A command under way: await it for its outcome. Dropping it does not cancel the command.
#[must_use = "await it for the command's outcome"]
pub struct Pending<T> {
    id: RequestId,
    receiver: oneshot::Receiver<Result<Resolution, Error>>,
    read: fn(Resolution) -> Option<T>,
    result: PhantomData<fn() -> T>,
}

impl<T> Pending<T> {
    /// The command's id; for a message, its local id.
    pub fn id(&self) -> RequestId {
        self.id
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.receiver).poll(context));
        let outcome = outcome.unwrap_or_else(|_| Err(Error::new(ErrorKind::Closed, "the service is closed")));
        Poll::Ready(outcome.and_then(|resolution| {
            (self.read)(resolution)
                .ok_or_else(|| Error::new(ErrorKind::Internal, "a command resolved with the wrong value"))
        }))
    }
}

#[allow(clippy::unnecessary_wraps, reason = "every reader has this signature")]
#[allow(clippy::needless_pass_by_value, reason = "every reader has this signature")]
fn nothing(_: Resolution) -> Option<()> {
    Some(())
}

#[allow(clippy::unnecessary_wraps, reason = "every reader has this signature")]
#[allow(clippy::needless_pass_by_value, reason = "every reader has this signature")]
fn json(resolution: Resolution) -> Option<Value> {
    Some(resolution.to_json())
}

macro_rules! read {
    ($variant:ident) => {
        |resolution| match resolution {
            Resolution::$variant(value) => Some(value),
            _ => None,
        }
    };
}

/// The commands of the specification, one method each. What they are rejected with is described there and in the behaviour reference,
/// section 4.
impl Chat {
    /// `configure`: configures a chat that was made without a configuration; once.
    pub fn configure(&self, config: Config) -> Pending<()> {
        self.pending(Command::Configure(Box::new(config)), nothing)
    }

    /// `startChat`: starts a chat session. Resolves with the server's answer, after `started` was published.
    pub fn start_chat(&self, options: StartChat) -> Pending<Value> {
        self.pending(Command::StartChat(options), json)
    }

    /// `endChat`: ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed.
    pub fn end_chat(&self) -> Pending<Value> {
        self.pending(Command::EndChat, json)
    }

    /// `sendMessage`: see [`Chat::send`] for plain text.
    pub fn send_message(&self, options: SendMessage) -> Pending<Value> {
        self.pending(Command::SendMessage(options), json)
    }

    /// `sendMessage` with a text. Messages arrive in the order given, each at most once; [`Pending::id`] is the message's local id.
    ///
    /// Exactly one outcome: resolved with the server's answer (sent); rejected as [`ErrorKind::NotSent`] (the connection is lost, and
    /// nothing has left) or otherwise (it did not arrive); rejected as [`ErrorKind::OutcomeUnknown`] (it left, and nothing tells).
    /// [`Error::delivery`] tells how sure it is.
    pub fn send(&self, text: impl Into<Private>) -> Pending<Value> {
        self.send_message(SendMessage { message: Some(text.into()), ..SendMessage::default() })
    }

    /// `sendCustomNotice`.
    pub fn send_custom_notice(&self, message: impl Into<Private>) -> Pending<Value> {
        self.pending(Command::SendCustomNotice { message: message.into() }, json)
    }

    /// `sendTyping`: without a text, the registered preview input is asked for it.
    pub fn send_typing(&self, message: Option<Private>) -> Pending<()> {
        self.pending(Command::SendTyping { message }, nothing)
    }

    /// `sendFilteredMessage`: resolves at once, whatever becomes of the message.
    pub fn send_filtered_message(&self, message: impl Into<Private>, regex: Prefilter) -> Pending<()> {
        self.pending(
            Command::SendFilteredMessage { message: Some(message.into()), regex: Some(regex) },
            nothing,
        )
    }

    /// `addPrefilter`: resolves with all registered filters.
    pub fn add_prefilter(&self, filters: Vec<Prefilter>) -> Pending<Vec<Prefilter>> {
        self.pending(Command::AddPrefilter(filters), read!(Filters))
    }

    /// `updateUserData`: resolves with the server's answer, or without a session with the data that a chat will start with.
    pub fn update_user_data(&self, user_data: JsonObject) -> Pending<Value> {
        self.pending(Command::UpdateUserData(user_data), json)
    }

    /// `startPoll`.
    pub fn start_poll(&self) -> Pending<()> {
        self.pending(Command::StartPoll, nothing)
    }

    /// `stopPoll`.
    pub fn stop_poll(&self) -> Pending<()> {
        self.pending(Command::StopPoll, nothing)
    }

    /// `resetPollExceptions`.
    pub fn reset_poll_exceptions(&self) -> Pending<()> {
        self.pending(Command::ResetPollExceptions, nothing)
    }

    /// `restore`: takes up the chat that `session_data` names, or the stored one; only where chats are asynchronous, others are restored
    /// when the service starts. Resolves with the server's answer once its messages have been published.
    pub fn restore(&self, session_data: Option<Private>) -> Pending<Value> {
        self.pending(Command::Restore { session_data }, json)
    }

    /// `fetchHistory`: one page of older messages of an asynchronous chat, by `messageReceived` with `oldMessages`. Rejected with `No more
    /// messages to fetch` at the end.
    pub fn fetch_history(&self) -> Pending<Value> {
        self.pending(Command::FetchHistory, json)
    }

    /// `getTranscript`.
    pub fn get_transcript(&self) -> Pending<Transcript> {
        self.pending(Command::GetTranscript, read!(Transcript))
    }

    /// `getAgents`.
    pub fn get_agents(&self) -> Pending<Agents> {
        self.pending(Command::GetAgents, read!(Agents))
    }

    /// `getStats`.
    pub fn get_stats(&self) -> Pending<Stats> {
        self.pending(Command::GetStats, read!(Stats))
    }

    /// `sendFile`.
    pub fn send_file(&self, upload: Upload) -> Pending<Value> {
        self.pending(Command::SendFile(upload), json)
    }

    /// `downloadFile`: resolves when the file is complete.
    pub fn download_file(&self, download: Download) -> Pending<Downloaded> {
        self.pending(Command::DownloadFile(download), read!(Downloaded))
    }

    /// `getSessionData`.
    pub fn get_session_data(&self) -> Pending<SessionData> {
        self.pending(Command::GetSessionData, read!(SessionData))
    }

    /// `registerTypingPreviewInput`.
    pub fn register_typing_preview_input(&self, input: PreviewInput) -> Pending<()> {
        self.pending(Command::RegisterTypingPreviewInput(input), nothing)
    }

    /// `registerPreProcessor`.
    pub fn register_pre_processor(&self, preprocessor: Preprocessor) -> Pending<()> {
        self.pending(Command::RegisterPreProcessor(preprocessor), nothing)
    }

    /// `verifySession`: whether a session exists, judged from what is known here.
    pub fn verify_session(&self) -> Pending<bool> {
        self.pending(Command::VerifySession, read!(SessionActive))
    }

    /// `getFileLimits`: what the server allows to upload.
    pub fn get_file_limits(&self) -> Pending<FileLimits> {
        self.pending(Command::GetFileLimits, read!(FileLimits))
    }
}
