//! What the library is given: the back end, its one option, and the form of its session data.

use super::chat::Chat;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use webchat_core::{
    Error, ErrorKind,
    backend::BackEnd,
    carrier::http::HttpPool,
    config::{Absent, Connection, Kind, OptionDef, ServiceConfig, Webchat},
    model::{
        Place, SessionData, SessionNames,
        stored::{Change, Stored, StoredText},
    },
    transport::{Body, SessionForm, Transport},
};
use webchat_simulator::Simulator;

/// The servers in this process, by the names that configurations have for them.
static SERVERS: Mutex<BTreeMap<String, Simulator>> = Mutex::new(BTreeMap::new());

/// A name for a server, which configurations can have.
pub(super) fn at_hand(simulator: &Simulator) -> String {
    let name = format!("server {}", simulator.address());
    SERVERS.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), simulator.clone());
    name
}

/// The back end.
#[derive(Debug)]
pub struct Direct;

const SERVER: OptionDef = OptionDef {
    path: "direct.server",
    kind: Kind::Text,
    absent: Absent::Needed,
    words: "The name of a server in this process.",
};

impl BackEnd for Direct {
    type Options = String;

    const NAME: &'static str = "direct";
    const CHOSEN_BY: &'static str = "by direct";
    const OPTIONS: &'static [&'static [OptionDef]] = &[&[SERVER]];

    fn claims(&self, webchat: &Webchat<'_>) -> bool {
        webchat.get("direct").is_some()
    }

    fn read(&self, webchat: &Webchat<'_>, _: &mut ServiceConfig) -> Option<String> {
        webchat.text(&SERVER).map(str::to_owned)
    }

    fn connect(&self, server: &String, _: &Connection, _: &HttpPool) -> Result<Arc<dyn Transport>, Error> {
        let found = SERVERS.lock().unwrap_or_else(PoisonError::into_inner).get(server).cloned();
        let found =
            found.ok_or_else(|| Error::new(ErrorKind::InvalidConfiguration, "there is no such server"))?;
        Ok(Arc::new(Chat::new(found)))
    }
}

static NAMES: SessionNames =
    SessionNames { id: "chat", key: "key", others: &[], hidden: &[], participant: None, shows_empty: false };

const CHAT: &str = "_genesys.widgets.webchat.state.direct.chat";
const KEY: &str = "_genesys.widgets.webchat.state.direct.key";
const PLACE: &str = "_genesys.widgets.webchat.state.direct.place";

/// The data of the session of a chat.
pub(super) fn session(chat: &str) -> SessionData {
    SessionData::new(&NAMES, chat.into(), format!("the key of {chat}").into(), [])
}

/// The form of these data.
#[derive(Debug)]
pub(super) struct Form;

impl SessionForm for Form {
    fn none(&self) -> SessionData {
        SessionData::new(&NAMES, "".into(), "".into(), [])
    }

    fn keys(&self) -> &'static [&'static str] {
        &[CHAT, KEY, PLACE]
    }

    fn marks(&self) -> &'static [&'static str] {
        &[CHAT]
    }

    fn write(&self, data: &SessionData) -> Vec<Change> {
        vec![(CHAT, Some(StoredText(data.id().to_string()))), (KEY, Some(StoredText(data.key().to_string())))]
    }

    fn place(&self, _: u64, newest: Option<&Place>) -> Change {
        let text = newest.and_then(|place| place.text.as_deref());
        (PLACE, text.map(|text| StoredText(text.to_owned())))
    }

    fn read(&self, stored: &Stored) -> Option<SessionData> {
        let text = |key| stored.get(key).map(String::as_str).filter(|text| !text.is_empty());
        Some(SessionData::new(&NAMES, text(CHAT)?.into(), text(KEY)?.into(), []))
    }

    fn given(&self, given: &Value) -> Option<SessionData> {
        let text = |name: &str| given.get(name)?.as_str();
        Some(SessionData::new(&NAMES, text("chat")?.into(), text("key")?.into(), []))
    }

    fn kept(&self, data: &SessionData, _: Option<&Place>) -> Value {
        json!(data)
    }

    fn success(&self, _: bool) -> Body {
        Body(json!({"taken": true}).to_string().into())
    }
}
