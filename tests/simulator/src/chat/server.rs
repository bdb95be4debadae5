//! All chats of the server.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;

use super::clock::Clock;
use super::participant::{ParticipantId, ParticipantKind};
use super::session::{Chat, EndCause, Moment};
use super::settings::Settings;
use super::{Act, Acted};
use crate::api::Api;
use crate::error::Error;
use crate::timers::Timers;
#[cfg(test)]
use crate::work;

/// What a customer says when asking for a chat.
#[derive(Debug)]
pub(crate) struct NewChat {
    pub(crate) api: Api,
    pub(crate) nickname: String,
    pub(crate) subject: Option<String>,
    pub(crate) email_address: Option<String>,
    pub(crate) user_data: BTreeMap<String, String>,
}

/// The chats, in the order they were started. Who changes one, changes only that: what follows of it is looked for in those touched.
#[derive(Debug)]
pub(crate) struct ChatServer {
    pub(crate) settings: Settings,
    pub(crate) accepting: bool,
    offline: bool,
    halted: bool,
    clock: Clock,
    /// By their numbers, which count starts.
    chats: BTreeMap<u64, Chat>,
    numbers: HashMap<String, u64>,
    /// Those that are over.
    over: BTreeSet<u64>,
    timers: Timers<u64>,
    /// Those that somebody may have changed, and in which nothing has been looked for since.
    touched: BTreeSet<u64>,
    /// Those in which there may be news.
    untold: BTreeSet<u64>,
    /// The ids of those that were dropped for their age.
    dropped: Vec<String>,
    started: u64,
    random: StdRng,
}

impl ChatServer {
    pub(crate) fn new(settings: Settings, clock: Clock, seed: u64) -> Self {
        Self {
            settings,
            accepting: true,
            offline: false,
            halted: false,
            clock,
            chats: BTreeMap::new(),
            numbers: HashMap::new(),
            over: BTreeSet::new(),
            timers: Timers::default(),
            touched: BTreeSet::new(),
            untold: BTreeSet::new(),
            dropped: Vec::new(),
            started: 0,
            random: StdRng::seed_from_u64(seed),
        }
    }

    pub(crate) fn moment(&self, instant: Instant) -> Moment {
        Moment { instant, utc_ms: self.clock.utc_ms(instant) }
    }

    /// Whether a further chat may start now.
    pub(crate) fn has_room(&mut self) -> bool {
        self.take_note();
        let running = self.chats.len() - self.over.len();
        self.accepting && self.settings.max_chats.is_none_or(|most| running < most)
    }

    pub(crate) fn open(&mut self, new: NewChat, now: Instant) -> &mut Chat {
        self.forget_old();
        let now = self.moment(now);
        self.started += 1;
        let id = new.api.protocol().chat_id(self.started, &mut self.random);
        let mut chat = Chat::new(id, new.api, &new.nickname, &self.settings, now);
        chat.subject = new.subject;
        chat.email_address = new.email_address;
        chat.user_data = new.user_data;
        self.numbers.insert(chat.id.clone(), self.started);
        self.touched.insert(self.started);
        self.chats.entry(self.started).insert_entry(chat).into_mut()
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Chat> + ExactSizeIterator {
        self.chats.values().inspect(|_| {
            #[cfg(test)]
            work::looked_at();
        })
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Chat> {
        #[cfg(test)]
        work::looked_at();
        self.chats.get(self.numbers.get(id)?)
    }

    /// Looks for what follows of changes. To be called before anything is asked that depends on all chats.
    fn take_note(&mut self) {
        for number in std::mem::take(&mut self.touched) {
            #[cfg(test)]
            work::looked_at();
            let Some(chat) = self.chats.get(&number) else { continue };
            if chat.ended.is_some() {
                self.over.insert(number);
            }
            if let Some(due) = chat.deadline(&self.settings) {
                self.timers.set(&number, due);
            }
            self.untold.insert(number);
        }
    }

    fn touch_all(&mut self) {
        self.touched.extend(self.chats.keys());
    }

    pub(crate) fn get(&self, id: &str) -> Result<&Chat, Error> {
        self.find(id).ok_or_else(|| Error::UnknownChat { chat: id.to_owned() })
    }

    /// The chat with this id and the settings that rule it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Result<(&mut Chat, &Settings), Error> {
        #[cfg(test)]
        work::looked_at();
        let unknown = || Error::UnknownChat { chat: id.to_owned() };
        let number = *self.numbers.get(id).ok_or_else(unknown)?;
        self.touched.insert(number);
        Ok((self.chats.get_mut(&number).ok_or_else(unknown)?, &self.settings))
    }

    /// The chat with this id, if it is running, and the settings that rule it.
    pub(crate) fn get_running(&mut self, id: &str) -> Result<(&mut Chat, &Settings), Error> {
        let (chat, settings) = self.get_mut(id)?;
        match chat.ended {
            None => Ok((chat, settings)),
            Some(_) => Err(Error::ChatEnded { chat: id.to_owned() }),
        }
    }

    pub(crate) fn join(
        &mut self,
        chat: &str,
        nickname: &str,
        kind: ParticipantKind,
        now: Instant,
    ) -> Result<ParticipantId, Error> {
        let now = self.moment(now);
        let (chat, _) = self.get_running(chat)?;
        if kind == ParticipantKind::Client {
            return Err(Error::SecondClient { chat: chat.id.clone() });
        }
        Ok(chat.join(nickname, kind, now))
    }

    /// Somebody joins, and `who` leaves.
    pub(crate) fn transfer(
        &mut self,
        chat: &str,
        who: ParticipantId,
        nickname: &str,
        kind: ParticipantKind,
        now: Instant,
    ) -> Result<ParticipantId, Error> {
        self.get(chat)?.check_actor(who)?;
        let next = self.join(chat, nickname, kind, now)?;
        self.act(chat, who, Act::Leave, now)?;
        Ok(next)
    }

    pub(crate) fn act(
        &mut self,
        chat: &str,
        who: ParticipantId,
        act: Act,
        now: Instant,
    ) -> Result<Acted, Error> {
        let now = self.moment(now);
        let file_id = self.new_file_id();
        self.get_mut(chat)?.0.act(who, act, || file_id, now)
    }

    pub(crate) fn new_file_id(&mut self) -> String {
        format!("{:016x}", self.random.random::<u64>())
    }

    pub(crate) fn drop_client(&mut self, chat: &str, cause: EndCause, now: Instant) {
        let now = self.moment(now);
        if let Ok((chat, _)) = self.get_running(chat) {
            chat.drop_client(cause, now);
        }
    }

    /// Shows every chat in which something is new since the last time to `show`.
    pub(crate) fn show_news(&mut self, mut show: impl FnMut(&mut Chat, &Settings)) {
        for number in &self.untold {
            let Some(chat) = self.chats.get_mut(number) else { continue };
            if chat.has_news() {
                show(chat, &self.settings);
                self.touched.insert(*number);
            }
        }
    }

    /// The chats in which there may be news.
    pub(crate) fn with_news(&self) -> impl Iterator<Item = &Chat> {
        self.untold.iter().filter_map(|number| {
            #[cfg(test)]
            work::looked_at();
            self.chats.get(number)
        })
    }

    /// Word of all news is out.
    pub(crate) fn all_told(&mut self) {
        self.take_note();
        self.untold.clear();
    }

    /// The ids of chats that have been forgotten since this was asked last.
    pub(crate) fn take_dropped(&mut self) -> Vec<String> {
        std::mem::take(&mut self.dropped)
    }

    /// Changes the settings; those of texts hold for running chats too.
    pub(crate) fn change_settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let texts = self.settings.text_changes.clone();
        change(&mut self.settings);
        if self.settings.text_changes != texts {
            for chat in self.chats.values_mut() {
                chat.text_changes.clone_from(&self.settings.text_changes);
            }
        }
        self.touch_all();
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.offline
    }

    /// Switches the chat server off or on.
    pub(crate) fn set_offline(&mut self, offline: bool, now: Instant) {
        let was_frozen = self.is_frozen();
        self.offline = offline;
        self.thaw(was_frozen, now);
    }

    /// Cuts the chat server off from its customers, or connects it again.
    pub(crate) fn set_halted(&mut self, halted: bool, now: Instant) {
        let was_frozen = self.is_frozen();
        self.halted = halted;
        self.thaw(was_frozen, now);
    }

    /// Whether the chat server is cut off from its customers.
    pub(crate) fn is_halted(&self) -> bool {
        self.halted
    }

    /// Whether time stands still for the chats: nobody is to be dropped for an outage.
    pub(crate) fn is_frozen(&self) -> bool {
        self.offline || self.halted
    }

    /// The customers count as having made requests for this much longer.
    pub(crate) fn go_on(&mut self, by: Duration) {
        for chat in self.chats.values_mut() {
            chat.go_on(by);
        }
    }

    fn thaw(&mut self, was_frozen: bool, now: Instant) {
        if was_frozen && !self.is_frozen() {
            for chat in self.chats.values_mut() {
                chat.touch(now);
                chat.reset_idle(now);
            }
            self.touch_all();
        }
    }

    pub(crate) fn forget_all(&mut self) {
        self.chats.clear();
        self.numbers.clear();
        self.over.clear();
        self.timers.clear();
        self.touched.clear();
        self.untold.clear();
    }

    /// Nothing is due before this moment.
    pub(crate) fn next_deadline(&mut self) -> Option<Instant> {
        (!self.is_frozen()).then_some(())?;
        self.take_note();
        self.timers.next()
    }

    /// Acts on all timers that have run out.
    pub(crate) fn tick(&mut self, now: Instant) {
        if self.is_frozen() {
            return;
        }
        let now = self.moment(now);
        for number in self.timers.take_due(now.instant) {
            #[cfg(test)]
            work::looked_at();
            if let Some(chat) = self.chats.get_mut(&number) {
                chat.tick(&self.settings, now);
                self.touched.insert(number);
            }
        }
    }

    fn forget_old(&mut self) {
        self.take_note();
        if self.over.len() <= self.settings.kept_ended_chats {
            return;
        }
        let Some(oldest) = self.over.pop_first() else { return };
        self.timers.forget(&oldest);
        self.untold.remove(&oldest);
        if let Some(chat) = self.chats.remove(&oldest) {
            self.numbers.remove(&chat.id);
            self.dropped.push(chat.id);
        }
    }
}
