//! What the rest of the simulator asks an API for.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use rand::rngs::StdRng;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::access::Access;
use crate::chat::{Act, Chat, Event};
use crate::error::Error;
use crate::shared::Shared;
use crate::simulator::Simulator;
use crate::state::State;
use crate::words;

/// Something that a client of an API is configured with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its name among the URLs, as JSON.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// The URL, or channel.
    pub url: String,
}

/// What customers of an API find or do not find, whatever its wire.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ways {
    /// Silent customers are dropped, and there is idle control.
    pub(crate) minds_silence: bool,
    /// Entries of bots are marked as such.
    pub(crate) marks_bots: bool,
    /// It has a word for a chat server that cannot be reached.
    pub(crate) tells_outages: bool,
}

/// An API. What it need not have is there already.
pub(crate) trait Protocol: Sync {
    /// Its own name.
    fn name(&self) -> &'static str;

    /// Its name for people.
    fn title(&self) -> &'static str;

    /// What `--help` says of it: examples, the faults and operations that it alone has, its settings.
    fn help(&self) -> &'static str;

    /// Its paths.
    fn routes(&self) -> Router<Arc<Shared>>;

    /// What clients are configured with, the chat URL first. `base` is the server's URL.
    fn addresses(&self, access: &Access, base: &str) -> Vec<Address>;

    /// An id for the chat of this number.
    fn chat_id(&self, number: u64, random: &mut StdRng) -> String;

    fn ways(&self) -> Ways {
        Ways::default()
    }

    /// Its part of the control API, which lies under its name.
    fn control(&self) -> Router<Simulator> {
        Router::new()
    }

    /// What there is in that part, for people.
    fn control_paths(&self) -> &'static [&'static str] {
        &[]
    }

    /// An entry of the transcript as its customer sees it.
    fn entry(&self, _state: &State, _chat: &Chat, event: &Event, _base: &str) -> Value {
        serde_json::to_value(event).unwrap_or_default()
    }

    /// What it lacks so that its customers could see this act, if it lacks anything.
    fn lacks(&self, _act: &Act) -> Option<&'static str> {
        None
    }

    /// The kinds of faults that it has, and not all have.
    fn faults(&self) -> &'static [&'static str] {
        &[]
    }

    /// The HTTP status that goes with an error whose code is a word, if it has such.
    fn usual_status(&self, _code: &str) -> Option<u16> {
        None
    }

    /// Whether recordings of it can be played back.
    fn is_played_back(&self) -> bool {
        true
    }

    /// Whether a request of a recording can be of this API alone.
    fn shows(&self, _request: &Value) -> bool {
        false
    }

    /// What a recorded request asks for, in words that its repetition is found by: by method, by the segments of the path and by
    /// fields of the form.
    fn key(&self, _method: &str, segments: &[&str], _field: &dyn Fn(&str) -> Option<String>) -> String {
        segments.last().map(|last| (*last).to_owned()).unwrap_or_default()
    }

    /// When something of its own is due next, while the server runs.
    fn next_deadline(&self, _state: &State) -> Option<Instant> {
        None
    }

    /// Lets happen what is due.
    fn run_due(&self, _state: &mut State, _due: Instant) {}

    /// Tells its clients what is new. Called after anything that may be news to them.
    fn push(&self, _state: &mut State, _now: Instant) {}

    /// The server is up again, and nobody is to suffer for the outage.
    fn come_up(&self, _state: &mut State, _now: Instant) {}

    /// Its clients count as having been heard of for this much longer.
    fn go_on(&self, _state: &mut State, _by: Duration) {}

    /// Forgets who is connected; the chats stay.
    fn forget_clients(&self, _state: &mut State, _now: Instant) {}
}

/// What an API remembers.
pub(crate) trait Memory: Debug {
    type Settings: Settings;
    /// What it alone has of a chat.
    type Info;

    fn new(settings: Self::Settings, seed: u64) -> Self;

    fn info(&self, chat: &Chat) -> Option<Self::Info>;

    /// Drops what belongs to a chat that is no longer known.
    fn forget(&mut self, chat: &str);

    /// Forgets everything but the settings.
    fn forget_all(&mut self);
}

/// What an operator may set for an API.
pub(crate) trait Settings: Default {
    /// Changes of some, in the words of the control API.
    type Patch: DeserializeOwned;
    /// Those whose values are lists.
    const LISTS: &'static [&'static str];

    fn apply(&mut self, patch: Self::Patch);

    fn patch(&mut self, members: Value) -> Result<(), serde_json::Error> {
        serde_json::from_value(members).map(|patch| self.apply(patch))
    }

    /// Changes one, in the words of the command line: `NAME=VALUE`. The items of a list are separated by commas.
    fn set(&mut self, words: &str) -> Result<(), Error> {
        words::patch(words, Self::LISTS).map(|patch| self.apply(patch))
    }
}

/// Browser clients send their own headers and, behind a balancer, cookies.
pub(super) fn cors(methods: &[Method]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_methods(methods.to_vec())
        .allow_credentials(true)
}
