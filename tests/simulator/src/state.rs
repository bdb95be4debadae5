//! Everything the simulator remembers, apart from faults and the log.

use tokio::time::Instant;

use crate::chat::ChatServer;
use crate::cometd::Clients;
use crate::gms::Desk;
use crate::nexus::Sessions;
use crate::script::Player;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) chats: ChatServer,
    /// The credentials of GMS v2.
    pub(crate) desk: Desk,
    /// The sessions of Nexus v3.
    pub(crate) nexus: Sessions,
    /// The clients of `CometD`.
    pub(crate) cometd: Clients,
    pub(crate) player: Player,
    /// The alias changes at every this many requests of a chat; 0 means never.
    pub(crate) alias_every: u32,
    /// Nothing is due before this moment. It may be too early, since activity only puts timers off.
    idle_until: Option<Instant>,
}

impl State {
    pub(crate) fn new(
        chats: ChatServer,
        desk: Desk,
        nexus: Sessions,
        cometd: Clients,
        player: Player,
        alias_every: u32,
    ) -> Self {
        Self { chats, desk, nexus, cometd, player, alias_every, idle_until: None }
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
                self.cometd.expire(&mut self.chats, due);
            }
        }
        self.reschedule();
        self.push(now);
    }

    /// Tells the clients of `CometD` what is new. To be called after anything that may be news to them.
    pub(crate) fn push(&mut self, now: Instant) {
        self.cometd.push(&mut self.chats, &self.desk, now);
    }

    /// When the caller must call [`State::advance`] at the latest.
    pub(crate) fn idle_until(&self) -> Option<Instant> {
        self.idle_until
    }

    /// Something is due at this moment.
    pub(crate) fn due_by(&mut self, moment: Instant) {
        self.idle_until = Some(self.idle_until.map_or(moment, |until| until.min(moment)));
    }

    /// To be called after anything that may bring a timer forward.
    pub(crate) fn reschedule(&mut self) {
        self.idle_until = self.next_deadline();
    }

    fn next_deadline(&self) -> Option<Instant> {
        let script = self.player.next_deadline().filter(|_| !self.chats.is_frozen());
        let clients = self.cometd.next_deadline().filter(|_| !self.chats.is_halted());
        script.into_iter().chain(self.chats.next_deadline()).chain(clients).min()
    }

    /// Shows the script what is new in a chat.
    pub(crate) fn settle(&mut self, chat_id: &str, now: Instant) {
        if self.chats.find(chat_id).is_some_and(|chat| self.player.listen(chat, now)) {
            self.reschedule();
        }
    }

    /// Drops whatever belongs to chats the chat server no longer knows.
    pub(crate) fn prune(&mut self) {
        let chats = &self.chats;
        self.desk.keep_only(|id| chats.find(id).is_some());
        self.nexus.keep_only(|id| chats.find(id).is_some());
        self.cometd.keep_only(|id| chats.find(id).is_some());
        self.player.keep_only(|id| chats.find(id).is_some());
    }

    /// Forgets the clients of `CometD`; nobody is there for their chats until they are back.
    pub(crate) fn forget_clients(&mut self, now: Instant) {
        self.cometd.forget_clients(&mut self.chats, now);
        self.reschedule();
    }

    /// Forgets all chats, as a server without persistence does when it restarts.
    pub(crate) fn forget(&mut self) {
        self.chats.forget_all();
        self.desk.forget_all();
        self.nexus.forget_all();
        self.cometd.forget_all();
        self.player.forget_all();
        self.reschedule();
    }
}
