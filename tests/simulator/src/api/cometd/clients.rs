//! All Bayeux clients, whom they follow, and their sockets.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tokio::time::Instant;

use super::client::{Client, Farewell, Feed};
use super::info::{CometdChat, CometdInfo};
use super::line::{Line, Post};
use super::origin::Origin;
use super::settings::{CometdSettings, CookieCheck};
use crate::api::Memory;
use crate::bayeux::Carrier;
use crate::chat::{Chat, ChatServer};
use crate::timers::Timers;
#[cfg(test)]
use crate::work;

#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) settings: CometdSettings,
    pub(super) known: BTreeMap<String, Client>,
    /// Clients by the chat whose news they are told.
    followers: HashMap<String, BTreeSet<String>>,
    /// Clients by the cookies of their handshakes.
    of_browsers: HashMap<String, BTreeSet<String>>,
    /// When each is forgotten.
    timers: Timers<String>,
    /// Cookies of those who have opened a chat.
    browsers: HashMap<String, BTreeSet<String>>,
    pub(super) sockets: BTreeMap<u64, Arc<Line>>,
    /// What has been counted; the rest of it is filled in when asked for.
    pub(super) counted: CometdInfo,
    pub(super) handshakes_under_way: u64,
    numbers: u64,
    random: StdRng,
}

impl Memory for Clients {
    type Settings = CometdSettings;
    type Info = CometdChat;

    fn new(settings: CometdSettings, seed: u64) -> Self {
        Self {
            settings,
            known: BTreeMap::new(),
            followers: HashMap::new(),
            of_browsers: HashMap::new(),
            timers: Timers::default(),
            browsers: HashMap::new(),
            sockets: BTreeMap::new(),
            counted: CometdInfo::default(),
            handshakes_under_way: 0,
            numbers: 0,
            random: StdRng::seed_from_u64(seed.wrapping_add(3)),
        }
    }

    /// What is known of a chat, if `CometD` has anything to do with it.
    fn info(&self, chat: &Chat) -> Option<CometdChat> {
        self.browsers.contains_key(&chat.id).then(|| CometdChat {
            clients: self.followers(&chat.id),
            asynchronous: chat.lasting,
            background_position: chat.background,
        })
    }

    fn forget(&mut self, chat: &str) {
        self.browsers.remove(chat);
        for id in self.followers.remove(chat).unwrap_or_default() {
            if let Some(client) = self.known.get_mut(&id) {
                client.feeds.remove(chat);
            }
        }
    }

    /// Forgets everything but the settings and what was counted.
    fn forget_all(&mut self) {
        for client in std::mem::take(&mut self.known).into_values() {
            client.bell.farewell.set(Farewell::Unknown).unwrap_or_default();
            client.bell.ring.notify_waiters();
        }
        self.followers.clear();
        self.of_browsers.clear();
        self.timers.clear();
        self.browsers.clear();
    }
}

impl Clients {
    /// A name that nobody has yet, for a client or a browser.
    pub(super) fn new_name(&mut self) -> String {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut digit = || DIGITS.get(self.random.random_range(0..DIGITS.len())).copied().unwrap_or(b'0');
        (0..27).map(|_| char::from(digit())).collect()
    }

    /// A number for a connect or a socket.
    pub(super) fn new_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn add(&mut self, client: Client) {
        let (id, browser) = (client.id.clone(), client.browser.clone());
        if let Some(expires) = client.expires {
            self.timers.set(&id, expires);
        }
        self.of_browsers.entry(browser).or_default().insert(id.clone());
        self.known.insert(id, client);
    }

    /// The clients whose handshakes had this cookie.
    pub(super) fn of_browser(&self, browser: &str) -> impl Iterator<Item = &Client> {
        let ids = self.of_browsers.get(browser);
        ids.into_iter().flatten().filter_map(|id| self.find(id))
    }

    /// The client is to be forgotten at this moment, unless it connects.
    pub(super) fn forget_at(&mut self, id: &str, moment: Instant) {
        if let Some(client) = self.known.get_mut(id) {
            client.expires = Some(moment);
            self.timers.set(&client.id, moment);
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Client> {
        #[cfg(test)]
        work::looked_at();
        self.known.get(id)
    }

    pub(super) fn get(&mut self, id: &str) -> Option<&mut Client> {
        self.known.get_mut(id)
    }

    /// The client that a message names, if it is known and shows the right cookie. It has been heard of.
    pub(super) fn admit(&mut self, id: Option<&str>, origin: &Origin, now: Instant) -> Option<&mut Client> {
        let checked = match self.settings.check_cookie {
            CookieCheck::Never => false,
            CookieCheck::Polling => origin.carrier == Carrier::LongPolling,
            CookieCheck::Always => true,
        };
        let silence = self.settings.interval + self.settings.max_interval;
        let client = self.known.get_mut(id?)?;
        if checked && origin.browser.as_deref() != Some(&client.browser) {
            return None;
        }
        (client.carrier, client.socket) = (origin.carrier, origin.socket);
        client.expires = client.expires.map(|_| now + silence);
        if let Some(expires) = client.expires {
            self.timers.set(&client.id, expires);
        }
        Some(client)
    }

    /// Whether messages wait for the client's connect, however it is connected.
    pub(super) fn only_by_connect(&self, client: &Client) -> bool {
        self.settings.meta_connect_delivery_only || client.mailbox.is_acknowledged()
    }

    /// Puts a message into a client's mailbox, without telling it.
    pub(super) fn put(&mut self, id: &str, message: Value) {
        if let Some(client) = self.known.get_mut(id) {
            client.mailbox.put(message);
        }
    }

    /// Tells a client's carrier that there is something in the mailbox.
    pub(super) fn ring(&self, id: &str) {
        let Some(client) = self.known.get(id) else { return };
        client.bell.ring.notify_waiters();
        let line = client.socket.and_then(|socket| self.sockets.get(&socket));
        if let Some(line) = line.filter(|_| !self.only_by_connect(client)) {
            line.post(Post::News(client.id.clone()));
        }
    }

    /// Takes what waits for a client of this socket.
    pub(super) fn take_for(&mut self, id: &str, socket: u64) -> Vec<Value> {
        let only_by_connect = self.settings.meta_connect_delivery_only;
        #[cfg(test)]
        work::looked_at();
        let client = self.known.get_mut(id).filter(|client| client.socket == Some(socket));
        let client = client.filter(|client| !only_by_connect && !client.mailbox.is_acknowledged());
        let taken = client.map(|client| client.take().0).unwrap_or_default();
        self.counted.delivered += taken.len() as u64;
        taken
    }

    /// The client is told the news of a chat from now on, beginning at this position.
    pub(super) fn follow(&mut self, id: &str, chat: &mut Chat, channel: &str, next: u64) {
        let Some(client) = self.known.get_mut(id) else { return };
        client.feeds.insert(chat.id.clone(), Feed { channel: channel.to_owned(), next });
        self.browsers.entry(chat.id.clone()).or_default().insert(client.browser.clone());
        self.followers.entry(chat.id.clone()).or_default().insert(id.to_owned());
        chat.attended = true;
        chat.background = None;
    }

    pub(super) fn unfollow(&mut self, id: &str, chat: &mut Chat, now: Instant) {
        if let Some(client) = self.known.get_mut(id) {
            client.feeds.remove(&chat.id);
        }
        let Some(followers) = self.followers.get_mut(&chat.id) else { return };
        followers.remove(id);
        if followers.is_empty() {
            self.followers.remove(&chat.id);
            chat.attended = false;
            chat.touch(now);
        }
    }

    pub(super) fn followers(&self, chat: &str) -> Vec<String> {
        self.followers.get(chat).map(|ids| ids.iter().cloned().collect()).unwrap_or_default()
    }

    /// Whether a browser with this cookie has opened the chat.
    pub(super) fn has_opened(&self, chat: &str, browser: &str) -> bool {
        self.browsers.get(chat).is_some_and(|browsers| browsers.contains(browser))
    }

    /// The client is no more. Nobody is there for its chats unless others follow them.
    pub(super) fn remove(&mut self, id: &str, farewell: Farewell, chats: &mut ChatServer, now: Instant) {
        let Some(client) = self.known.get(id) else { return };
        for chat in client.feeds.keys().cloned().collect::<Vec<_>>() {
            if let Ok((chat, _)) = chats.get_mut(&chat) {
                self.unfollow(id, chat, now);
            }
        }
        if let Some(client) = self.known.remove(id) {
            self.timers.forget(&client.id);
            if let Some(ids) = self.of_browsers.get_mut(&client.browser) {
                ids.remove(id);
                if ids.is_empty() {
                    self.of_browsers.remove(&client.browser);
                }
            }
            client.bell.farewell.set(farewell).unwrap_or_default();
            client.bell.ring.notify_waiters();
        }
    }

    /// No client is to be forgotten before this moment.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Forgets those who have not connected for too long.
    pub(crate) fn expire(&mut self, chats: &mut ChatServer, now: Instant) {
        for id in self.timers.take_due(now) {
            match self.find(&id).and_then(|client| client.expires) {
                Some(expires) if expires <= now => {
                    self.remove(&id, Farewell::Unknown, chats, now);
                    self.counted.expired += 1;
                }
                Some(expires) => self.timers.set(&id, expires),
                None => {}
            }
        }
    }

    /// Nobody is forgotten for an outage.
    pub(crate) fn spare(&mut self, now: Instant) {
        let silence = self.settings.interval + self.settings.max_interval;
        for client in self.known.values_mut() {
            client.expires = client.expires.map(|_| now + silence);
        }
    }

    /// All count as having been heard of for this much longer.
    pub(crate) fn go_on(&mut self, by: Duration) {
        for client in self.known.values_mut() {
            client.expires = client.expires.map(|expires| expires + by);
        }
    }

    /// Forgets all clients, and the cookies of those who have opened chats.
    pub(crate) fn forget_clients(&mut self, chats: &mut ChatServer, now: Instant) {
        for id in self.known.keys().cloned().collect::<Vec<_>>() {
            self.remove(&id, Farewell::Cut, chats, now);
        }
        self.browsers.clear();
    }

    pub(crate) fn info(&self) -> CometdInfo {
        CometdInfo {
            open_sockets: self.sockets.len(),
            held_connects: self.known.values().filter(|client| client.held.is_some()).count(),
            clients: self.known.values().map(Client::info).collect(),
            ..self.counted.clone()
        }
    }
}
