//! The simulator as tests hold it in their hands.

mod builder;
mod clock;
mod customer;
mod info;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::builder::Builder;
pub use self::customer::Customer;
pub use self::info::ChatInfo;
use crate::api::{Address, Api};
use crate::chat::{
    Act, Acted, Event, ParticipantId, ParticipantKind, Settings, StoredFile, TextChange, Upload,
};
use crate::error::Error;
use crate::faults::{Fault, Faults};
use crate::log::LogEntry;
use crate::server::Server;
use crate::shared::Shared;
use crate::state::State;

/// What outlives a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepMemory {
    /// Everything; timers start anew.
    Yes,
    /// The chats, with their credentials; Bayeux sessions are unknown afterwards, as when one process alone was
    /// restarted.
    Chats,
    /// Nothing.
    No,
}

/// A running chat server.
///
/// Clones share it. It stops when [`Simulator::shutdown`] is called, or when the last clone is dropped.
/// All methods may be called from any thread; those that are not `async` never block for long.
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(crate) shared: Arc<Shared>,
    server: Server,
    /// Absent in the clone the control API holds, which must not keep the server alive.
    #[allow(dead_code, reason = "kept for what its drop does")]
    stop: Option<Arc<DropGuard>>,
}

impl Simulator {
    /// A simulator with Chat Server's default settings, no script, on a free port of the loopback interface.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// What clients of an API are configured with, the chat URL first.
    pub fn addresses(&self, api: Api) -> Vec<Address> {
        api.protocol().addresses(&self.shared.access, &self.url(""))
    }

    /// The chat URL of an API.
    pub fn api_url(&self, api: Api) -> String {
        self.addresses(api).into_iter().next().map(|address| address.url).unwrap_or_default()
    }

    /// The address of this name among all APIs'.
    pub(crate) fn url_named(&self, key: &str) -> String {
        let mut all = Api::ALL.iter().flat_map(|api| self.addresses(*api));
        all.find(|address| address.key == key).map(|address| address.url).unwrap_or_default()
    }

    /// Root of the control API.
    pub fn control_url(&self) -> String {
        self.url(crate::control::ROOT)
    }

    /// The page on which a person plays the agent.
    pub fn console_url(&self) -> String {
        self.url(crate::console::PATH)
    }

    /// All URLs as a JSON object, for programs that read them: `url` is the chat URL of the first API that is served; the
    /// addresses of all APIs by their names, which are null where the API is not served; `controlUrl`, `console`, and `port`.
    pub fn urls(&self) -> Value {
        let of_api = |api: &Api| {
            let served = self.shared.serves(*api);
            let addresses = self.addresses(*api).into_iter();
            addresses.map(move |Address { key, url, .. }| (key.to_owned(), served.then_some(url).into()))
        };
        let mut urls: Map<String, Value> = Api::ALL.iter().flat_map(of_api).collect();
        let first = self.shared.first_api().map(|api| self.api_url(api));
        urls.insert("url".to_owned(), first.into());
        urls.insert("controlUrl".to_owned(), self.control_url().into());
        urls.insert("console".to_owned(), self.console_url().into());
        urls.insert("port".to_owned(), self.address().port().into());
        urls.into()
    }

    /// Lets a participant join.
    pub fn join(&self, chat_id: &str, nickname: &str, kind: ParticipantKind) -> Result<ParticipantId, Error> {
        self.shared.change(|state, now| {
            let participant = state.chats.join(chat_id, nickname, kind, now)?;
            state.settle(chat_id, now);
            Ok(participant)
        })
    }

    /// Lets an agent join.
    pub fn join_agent(&self, chat_id: &str, nickname: &str) -> Result<ParticipantId, Error> {
        self.join(chat_id, nickname, ParticipantKind::Agent)
    }

    /// Hands a chat over: somebody joins, and `who` leaves.
    pub fn transfer(
        &self,
        chat_id: &str,
        who: ParticipantId,
        nickname: &str,
        kind: ParticipantKind,
    ) -> Result<ParticipantId, Error> {
        self.shared.change(|state, now| {
            let participant = state.chats.transfer(chat_id, who, nickname, kind, now)?;
            state.settle(chat_id, now);
            Ok(participant)
        })
    }

    /// Lets a participant other than the customer act.
    pub fn act(&self, chat_id: &str, who: ParticipantId, act: Act) -> Result<Acted, Error> {
        self.shared.change(|state, now| state.chats.act(chat_id, who, act, now))
    }

    /// Says something; returns the index of the message.
    pub fn say(&self, chat_id: &str, who: ParticipantId, text: &str) -> Result<u64, Error> {
        self.act(chat_id, who, Act::say(text)).map(|acted| acted.index)
    }

    /// Starts typing.
    pub fn type_start(&self, chat_id: &str, who: ParticipantId) -> Result<u64, Error> {
        self.act(chat_id, who, Act::TypingStarted { text: None }).map(|acted| acted.index)
    }

    /// Stops typing.
    pub fn type_stop(&self, chat_id: &str, who: ParticipantId) -> Result<u64, Error> {
        self.act(chat_id, who, Act::TypingStopped).map(|acted| acted.index)
    }

    /// Pushes a URL.
    pub fn push_url(&self, chat_id: &str, who: ParticipantId, url: &str) -> Result<u64, Error> {
        self.act(chat_id, who, Act::PushUrl { url: url.to_owned() }).map(|acted| acted.index)
    }

    /// Sends a `Notice` with this name.
    pub fn notice(&self, chat_id: &str, who: ParticipantId, name: &str) -> Result<u64, Error> {
        let act = Act::Notice { name: name.to_owned(), user_data: std::collections::BTreeMap::new() };
        self.act(chat_id, who, act).map(|acted| acted.index)
    }

    /// Sends a `CustomNotice`.
    pub fn custom_notice(
        &self,
        chat_id: &str,
        who: ParticipantId,
        text: &str,
        event_attributes: Option<Value>,
    ) -> Result<u64, Error> {
        let act = Act::CustomNotice { text: Some(text.to_owned()), event_attributes };
        self.act(chat_id, who, act).map(|acted| acted.index)
    }

    /// Gives the customer a file; returns its id.
    pub fn upload(&self, chat_id: &str, who: ParticipantId, upload: Upload) -> Result<String, Error> {
        self.act(chat_id, who, Act::Upload(upload)).map(|acted| acted.file_id.unwrap_or_default())
    }

    /// Leaves; the chat goes on.
    pub fn leave(&self, chat_id: &str, who: ParticipantId) -> Result<u64, Error> {
        self.act(chat_id, who, Act::Leave).map(|acted| acted.index)
    }

    /// Leaves and ends the chat.
    pub fn end(&self, chat_id: &str, who: ParticipantId) -> Result<u64, Error> {
        self.act(chat_id, who, Act::End).map(|acted| acted.index)
    }

    /// All chats still known, oldest first.
    pub fn chats(&self) -> Vec<ChatInfo> {
        self.shared.read(|state| state.chats.all().map(|chat| ChatInfo::of(state, chat)).collect())
    }

    /// One chat.
    pub fn chat(&self, chat_id: &str) -> Result<ChatInfo, Error> {
        self.shared.read(|state| state.chats.get(chat_id).map(|chat| ChatInfo::of(state, chat)))
    }

    /// The transcript of a chat, running or ended.
    pub fn transcript(&self, chat_id: &str) -> Result<Vec<Event>, Error> {
        self.shared.read(|state| state.chats.get(chat_id).map(|chat| chat.transcript().to_vec()))
    }

    /// The transcript of a chat as its customer sees it: in the JSON of the chat's API.
    pub fn wire_transcript(&self, chat_id: &str) -> Result<Vec<Value>, Error> {
        self.shared.read(|state| {
            let chat = state.chats.get(chat_id)?;
            let base = self.url("");
            let event = |event: &Event| chat.api.protocol().entry(state, chat, event, &base);
            Ok(chat.transcript().iter().map(event).collect())
        })
    }

    /// The files of a chat that have not been deleted.
    pub fn files(&self, chat_id: &str) -> Result<Vec<StoredFile>, Error> {
        self.shared.read(|state| state.chats.get(chat_id).map(|chat| chat.files.all().cloned().collect()))
    }

    /// The chat started last.
    pub fn latest_chat_id(&self) -> Option<String> {
        self.shared.read(|state| state.chats.all().next_back().map(|chat| chat.id.clone()))
    }

    /// Waits until there is a running chat, and returns the id of the latest one.
    pub async fn wait_for_chat(&self) -> String {
        self.wait_for(|simulator| {
            let running = |state: &State| {
                let running = state.chats.all().rev().find(|chat| chat.ended.is_none());
                running.map(|chat| chat.id.clone())
            };
            simulator.shared.read(running)
        })
        .await
    }

    /// Waits until `look` finds something. It is tried at once and after every change of chats or log.
    ///
    /// There is no time limit: put `tokio::time::timeout` around it.
    pub async fn wait_for<T>(&self, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let mut changes = self.shared.subscribe();
        loop {
            changes.borrow_and_update();
            if let Some(found) = look(self) {
                return found;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until the log has this many finished requests that `matches`, and returns them.
    pub async fn wait_for_requests(
        &self,
        count: usize,
        matches: impl Fn(&LogEntry) -> bool,
    ) -> Vec<LogEntry> {
        self.wait_for(|simulator| {
            simulator.shared.log.visit(|entries| {
                let found: Vec<&LogEntry> = entries.filter(|entry| entry.done && matches(entry)).collect();
                (found.len() >= count).then(|| found.into_iter().cloned().collect())
            })
        })
        .await
    }

    /// Whether this fault can happen here at all; the error says why not: its API is not served, or not the one
    /// of its chat.
    pub fn check_fault(&self, fault: &Fault) -> Result<(), Error> {
        let (apis, what) = (fault.kind.apis(), fault.kind.name());
        if let (Some(api), false) = (apis.first(), apis.iter().any(|api| self.shared.serves(*api))) {
            return Err(Error::NotServed(format!("{what} is a fault of {api}, which is not served here")));
        }
        let chat = fault.chat.as_deref();
        self.shared.read(|state| match chat.and_then(|chat| state.chats.find(chat)) {
            Some(chat) => chat.check_api((!apis.contains(&chat.api)).then_some(what)),
            None => Ok(()),
        })
    }

    /// The faults in store.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The request log, oldest first. Requests of the control API are not in it.
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.log.all()
    }

    /// Empties the log.
    pub fn clear_log(&self) {
        self.shared.log.clear();
    }

    /// The chat server behind the API goes down: every operation is answered with `statusCode` 1. Timers of the
    /// chats and the script stand still. An API without a word for it answers all with HTTP 503.
    pub fn go_offline(&self) {
        self.shared.change(|state, now| state.chats.set_offline(true, now));
        self.shared.moved.notify_waiters();
    }

    /// The chat server is back.
    pub fn go_online(&self) {
        self.shared.change(|state, now| state.chats.set_offline(false, now));
    }

    /// Whether new chats are accepted; if not, they are refused with code 240 or HTTP 503.
    pub fn accept_new_chats(&self, accept: bool) {
        self.shared.change(|state, _| state.chats.accepting = accept);
    }

    /// Whether the scripted agent plays. While it does not, it joins no new chat and answers nobody, then or later.
    pub fn play_script(&self, plays: bool) {
        self.shared.change(|state, _| state.player.plays = plays);
    }

    /// Changes limits and timers; they hold for running chats too.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.shared.change(|state, _| state.chats.change_settings(change));
    }

    /// Changes what is done to the texts of one chat, from its next event on.
    pub fn change_texts(&self, chat_id: &str, changes: &[TextChange]) -> Result<(), Error> {
        self.shared.change(|state, _| {
            state.chats.get_mut(chat_id)?.0.text_changes = changes.to_vec();
            Ok(())
        })
    }

    /// Closes all connections and refuses new ones, until [`Simulator::come_up`]. Timers and script stand
    /// still.
    pub async fn go_down(&self) -> Result<(), Error> {
        self.shared.change(|state, now| state.chats.set_halted(true, now));
        self.server.down().await
    }

    /// Listens again, on the same port.
    pub async fn come_up(&self) -> Result<(), Error> {
        self.shared.change(|state, now| {
            state.chats.set_halted(false, now);
            state.come_up(now);
        });
        self.server.up().await
    }

    /// Goes down and comes up, with what it is to remember. Faults in store and the log stay.
    pub async fn restart(&self, keep: KeepMemory) -> Result<(), Error> {
        self.restart_after(keep, Duration::ZERO).await
    }

    /// As [`Simulator::restart`], staying down for a while.
    pub async fn restart_after(&self, keep: KeepMemory, down: Duration) -> Result<(), Error> {
        self.go_down().await?;
        tokio::time::sleep(down).await;
        self.shared.change(|state, now| match keep {
            KeepMemory::Yes => {}
            KeepMemory::Chats => state.forget_clients(now),
            KeepMemory::No => state.forget(),
        });
        self.come_up().await
    }

    /// Stops listening and closes all connections. Chats and log stay readable.
    pub async fn shutdown(&self) {
        self.server.stop().await;
    }

    fn assemble(shared: Arc<Shared>, address: SocketAddr) -> Result<Self, Error> {
        let (server, bound) = Server::bind(address)?;
        let stop = CancellationToken::new();
        let inner = Self { shared, server, stop: None };
        bound.serve(crate::router::build(&inner), stop.clone());
        tokio::spawn(Arc::clone(&inner.shared).keep_time(stop.clone()));
        Ok(Self { stop: Some(Arc::new(stop.drop_guard())), ..inner })
    }
}
