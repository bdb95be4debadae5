//! [`Chat`]: the service as an application holds it. `builder` makes it, `commands` has a method for each command, `pending` is one under
//! way.

mod builder;
mod commands;
mod pending;

pub use builder::ChatBuilder;
pub use pending::Pending;

use crate::{
    Error,
    command::{Command, RequestId},
    config::Config,
    driver::{
        self, Completion, Delivery, Events, Health, ListenerId, Message, Place, Recent, Running, Ties,
        UnderWay,
    },
    model::{Download, Upload},
    transport::Capabilities,
};
use once_cell::sync::OnceCell;
use std::{fmt, future::Future, sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// One customer's chat. Clones are handles to the same chat; when the last is dropped, the chat is closed as by [`Chat::close`].
///
/// Commands never block. They may be given from any thread, also from listeners and completions, and in any number at once; each has
/// its outcome exactly once. Events come in the order in which things happened.
///
/// A process forked from one that has begun to use the library cannot use it: there every command is rejected at once
/// ([`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported)), no event comes, and what was inherited can be dropped.
///
/// A program that closes file descriptors of the library's ends the chats of that runtime: every command is rejected
/// ([`ErrorKind::Closed`](crate::ErrorKind::Closed)), and the events end.
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
    running: Running,
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
    /// ([`ErrorKind::Timeout`](crate::ErrorKind::Timeout), or [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) for a message that has left).
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

    /// The newest events, for who waits for a certain one: all that are known from the beginning, as long as there is room. Whoever
    /// listens after it is none the later.
    pub fn recent(&self) -> Recent {
        Recent::of(&self.shared.ties.hub)
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

    /// Gives a command, with its outcome to `completion`: at once an error of kind [`ErrorKind::Busy`](crate::ErrorKind::Busy) where [`Chat::place`] has none.
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

    /// A place for one more command: 10,000 may be under way, with 64 MiB of options. [`ErrorKind::Busy`](crate::ErrorKind::Busy) when there is none.
    pub fn place(&self) -> Result<Place, Error> {
        self.shared.under_way.place()
    }

    /// [`Chat::submit`] at a place from [`Chat::place`], for completions that have to know its id: an outcome can come before `submit`
    /// returns.
    pub fn submit_at(
        &self,
        mut place: Place,
        mut command: Command,
        deadline: Option<Duration>,
        completion: Completion,
    ) {
        if driver::is_forked() {
            return completion.complete(Err(driver::forked()));
        }
        let deadline = deadline.or(self.deadline);
        let completion = match &mut command {
            Command::SendMessage(_) => completion.of_message(),
            Command::SendFile(Upload { progress, .. }) | Command::DownloadFile(Download { progress, .. }) => {
                completion.of_transfer(progress)
            }
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

    /// Gives up a command that has no outcome yet: it is completed as [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), a message that has left as
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown). A transfer is broken off. Nothing happens when the command has its outcome.
    pub fn cancel(&self, id: RequestId) {
        self.tell(Message::Cancel(id));
    }

    /// The number by which the log names this chat (`chat 3: started`): the first of the process has 1.
    pub fn number(&self) -> u64 {
        self.shared.ties.number
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
        let running = self.shared.running.clone();
        async move {
            if !driver::is_forked() {
                let _ = running.await;
            }
        }
    }
}
