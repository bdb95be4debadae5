//! Everything the simulator remembers, apart from faults and the log.

use std::time::Duration;

use tokio::time::Instant;

use crate::api::{Api, Memories};
use crate::chat::ChatServer;
use crate::script::Player;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) chats: ChatServer,
    /// What each API remembers.
    pub(crate) apis: Memories,
    pub(crate) player: Player,
    /// Nothing is due before this moment. It may be too early, since activity mostly puts timers off.
    idle_until: Option<Instant>,
}

impl State {
    pub(crate) fn new(chats: ChatServer, apis: Memories, player: Player) -> Self {
        Self { chats, apis, player, idle_until: None }
    }

    /// Lets everything happen that is due by now, in order of time.
    pub(crate) fn advance(&mut self, now: Instant) {
        if self.idle_until.is_none_or(|until| until > now) {
            return;
        }
        while let Some(due) = self.next_deadline().filter(|due| *due <= now) {
            if !self.chats.is_frozen() {
                self.player.run(&mut self.chats, due);
            }
            self.chats.tick(due);
            if !self.chats.is_halted() {
                for api in Api::ALL {
                    api.protocol().run_due(self, due);
                }
            }
        }
        self.follow_up(now);
    }

    /// Customers count as having been heard of for this much longer.
    pub(crate) fn go_on(&mut self, by: Duration) {
        self.chats.go_on(by);
        for api in Api::ALL {
            api.protocol().go_on(self, by);
        }
    }

    /// Does what follows of changes, whatever they were: drops what belongs to chats that are no longer known, tells clients to whom news
    /// are pushed what is new, and finds out what is due next. While the chat server is offline, nobody knows what is new.
    pub(crate) fn follow_up(&mut self, now: Instant) {
        for chat in self.chats.take_dropped() {
            self.apis.forget(&chat);
            self.player.forget(&chat);
        }
        self.idle_until = self.next_deadline();
        if !self.chats.is_offline() {
            for api in Api::ALL {
                api.protocol().push(self, now);
            }
            self.chats.all_told();
            self.idle_until = self.next_deadline();
        }
    }

    /// When the caller must call [`State::advance`] at the latest.
    pub(crate) fn idle_until(&self) -> Option<Instant> {
        self.idle_until
    }

    fn next_deadline(&mut self) -> Option<Instant> {
        let script = self.player.next_deadline().filter(|_| !self.chats.is_frozen());
        let apis = Api::ALL.iter().filter_map(|api| api.protocol().next_deadline(self));
        let apis = apis.min().filter(|_| !self.chats.is_halted());
        script.into_iter().chain(self.chats.next_deadline()).chain(apis).min()
    }

    /// Shows the script what is new in a chat.
    pub(crate) fn settle(&mut self, chat_id: &str, now: Instant) {
        if let Some(chat) = self.chats.find(chat_id) {
            self.player.listen(chat, now);
        }
    }

    /// The server is up again.
    pub(crate) fn come_up(&mut self, now: Instant) {
        for api in Api::ALL {
            api.protocol().come_up(self, now);
        }
    }

    /// Forgets who is connected; nobody is there for their chats until they are back.
    pub(crate) fn forget_clients(&mut self, now: Instant) {
        for api in Api::ALL {
            api.protocol().forget_clients(self, now);
        }
    }

    /// Forgets all chats, as a server without persistence does when it restarts.
    pub(crate) fn forget(&mut self) {
        self.chats.forget_all();
        self.apis.forget_all();
        self.player.forget_all();
    }
}
