//! The simulated server.

use crate::{back_end::BackEnd, c_chat::CChat};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::runtime::{Builder, Runtime};
use webchat_simulator::api::web_messaging::{Limits, WebMessagingSettings};
use webchat_simulator::{IdleSettings, ParticipantId, Script, Simulator};

/// A simulated server on a thread of its own.
pub struct Server {
    /// What it is made of.
    pub simulator: Simulator,
    thread: Arc<Runtime>,
}

impl Server {
    /// Starts it. Nobody joins, nothing times out, nothing is too much.
    pub fn start() -> Self {
        let thread = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut unlimited = WebMessagingSettings { limits: Limits::off(), ..WebMessagingSettings::default() };
        unlimited.limits.file_size_kb = 1_000_000;
        let builder = Simulator::builder()
            .web_messaging(unlimited)
            .script(Script::none())
            .idle(IdleSettings::off())
            .client_timeout(Duration::ZERO)
            .log_limit(0);
        let simulator = thread.block_on(builder.start()).unwrap();
        Self { simulator, thread: Arc::new(thread) }
    }

    /// The configuration of a chat on it.
    pub fn config(&self, back_end: &BackEnd) -> Value {
        (back_end.config)(&self.simulator)
    }

    /// Waits until this is so.
    pub fn wait_until(&self, is_so: impl Fn(&Simulator) -> bool) {
        self.thread.block_on(self.simulator.wait_for(|simulator| is_so(simulator).then_some(())));
    }

    /// Starts a chat through the C interface; and its id, when the server has it.
    #[allow(clippy::unnecessary_box_returns, reason = "completions hold its address")]
    pub fn chat(&self, back_end: &BackEnd) -> (Box<CChat>, String) {
        let before = self.simulator.latest_chat_id();
        let chat = CChat::start(&self.config(back_end));
        self.wait_until(|simulator| simulator.latest_chat_id() != before);
        (chat, self.latest_chat())
    }

    /// The id of the chat that was started last.
    pub fn latest_chat(&self) -> String {
        self.simulator.latest_chat_id().unwrap()
    }

    /// Lets an agent join.
    pub fn join(&self, chat: &str) -> ParticipantId {
        self.simulator.join_agent(chat, "Sam").unwrap()
    }

    /// Lets an agent say something.
    pub fn say(&self, chat: &str, who: ParticipantId) {
        self.simulator.say(chat, who, "hello").unwrap();
    }
}
