//! Reading a configuration, and finding the back end that it is for: the first of a list that claims it.

use super::{AnyBackEnd, BACK_ENDS, BackEnd};
use crate::{
    Error, ErrorKind,
    carrier::http::HttpPool,
    config::{
        Absent, CONNECTION, Config, Connection, Findings, Kind, OUTBOX, OptionDef, SERVICE, SESSION_STORE,
        ServiceConfig, StoreConfig, Webchat, describe, invalid, options,
    },
    foreign,
    model::JsonObject,
    transport::Transport,
};
use serde_json::Value;
use std::{any::Any, fmt::Debug, sync::Arc};

/// A back end with what it has read for itself.
#[derive(Debug)]
pub struct Chosen(Box<dyn Connects>);

impl Chosen {
    pub(super) fn new<B: BackEnd>(back_end: &'static B, options: B::Options) -> Self {
        Self(Box::new(With { back_end, options }))
    }
}

#[derive(Debug)]
struct With<B: BackEnd> {
    back_end: &'static B,
    options: B::Options,
}

/// A back end with options, whichever it is.
trait Connects: Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn options(&self) -> &dyn Any;
    fn connect(&self, how: &Connection, pool: &HttpPool) -> Result<Arc<dyn Transport>, Error>;
}

impl<B: BackEnd> Connects for With<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn options(&self) -> &dyn Any {
        &self.options
    }

    fn connect(&self, how: &Connection, pool: &HttpPool) -> Result<Arc<dyn Transport>, Error> {
        self.back_end.connect(&self.options, how, pool)
    }
}

options! {
    /// What chooses.
    CHOICE;
    /// The transport, by its name in the specification.
    TYPE = "transport.type", Kind::Text, Absent::Nothing;
}

/// The options of every chat, whatever its back end.
pub const EVERY_CHAT: &[&[OptionDef]] = &[CHOICE, SERVICE, CONNECTION, SESSION_STORE, OUTBOX];

/// Options of the user interface, which shares the namespace (webchatservice.md, 1).
const USER_INTERFACE: [&str; 17] = [
    "actionsMenu",
    "ariaCharRemainingIntervals",
    "ariaIdleAlertIntervals",
    "autoInvite",
    "charCountEnabled",
    "charset",
    "chatButton",
    "confirmFormCloseEnabled",
    "emojis",
    "form",
    "formJSON",
    "inviteOnRestoreTimeout",
    "markdown",
    "minimizeOnMobileRestore",
    "proactive",
    "timeFormat",
    "uploadsEnabled",
];

impl Config {
    /// Validates `json`: the `webchat` object itself, the `_genesys.widgets` object with `main` and `webchat`, or an object with
    /// `_genesys` in it. Of `main` only `header.Authorization` is taken, and only when `enableCustomHeader` is true.
    ///
    /// Fails with kind `InvalidConfiguration`: the specification's texts where it has one, else one text that names every option that
    /// is wrong by its key path, without any value that could be secret. Kind `Unsupported`: a known transport is chosen that this
    /// build does not have.
    pub fn from_json(json: &Value) -> Result<Self, Error> {
        Self::from_json_for(json, BACK_ENDS)
    }

    /// The same for `back_ends` in place of [`BACK_ENDS`], which it may hold as well.
    pub fn from_json_for(json: &Value, back_ends: &[&'static dyn AnyBackEnd]) -> Result<Self, Error> {
        let findings = Findings::default();
        let (webchat, main) = locate(json, &findings)?;
        let webchat = Webchat::new(Some(webchat), main, &findings);
        let mut service = ServiceConfig::read(&webchat);
        let connection = Connection::read(&webchat);
        let store = StoreConfig::read(&webchat);
        let Some(found) = back_ends.iter().copied().find(|back_end| back_end.claims(&webchat)) else {
            return Err(unclaimed(&webchat, back_ends));
        };
        let chosen = found.read(&webchat, &mut service);
        webchat.text(&TYPE);
        findings.check()?;
        let back_end = Arc::new(chosen.ok_or_else(|| invalid(EMPTY))?);
        let tables = EVERY_CHAT.iter().chain(found.options()).copied().collect::<Vec<_>>();
        let mut unknown_keys = webchat.unknown(&tables);
        unknown_keys
            .retain(|path| !USER_INTERFACE.iter().any(|key| path.strip_prefix("webchat.") == Some(key)));
        Ok(Self { service, back_end, connection, store, unknown_keys })
    }

    /// The same from JSON text. Empty text is an empty configuration.
    pub fn from_json_text(text: &str) -> Result<Self, Error> {
        if text.trim().is_empty() {
            return Err(invalid(EMPTY));
        }
        let json = serde_json::from_str(text).map_err(|error| {
            let what = if is_address(text) {
                ADDRESS.to_owned()
            } else {
                format!("not JSON: {}", foreign::json_error(&error))
            };
            invalid(format!("Invalid configuration: {what}")).with_source(error)
        })?;
        Self::from_json(&json)
    }

    /// The back end's own name.
    pub fn back_end(&self) -> &'static str {
        self.chosen().map_or("", |chosen| chosen.name())
    }

    /// What the back end has read for itself, when that is an `O`.
    pub fn options<O: 'static>(&self) -> Option<&O> {
        self.chosen()?.options().downcast_ref()
    }

    /// A chat with the back end.
    pub(crate) fn connect(&self, pool: &HttpPool) -> Result<Arc<dyn Transport>, Error> {
        let none = || Error::new(ErrorKind::Internal, "the configuration has no back end");
        self.chosen().ok_or_else(none)?.connect(&self.connection, pool)
    }

    fn chosen(&self) -> Option<&dyn Connects> {
        let back_end: &dyn Any = &*self.back_end;
        Some(&*back_end.downcast_ref::<Chosen>()?.0)
    }
}

/// Types of transports that exist and that no back end here has.
const OTHERS: [&str; 3] = ["purecloud-v2-sockets", "pureconnect-v4-rest", "pureconnect-v4-chatbots"];

/// Why a configuration is nobody's.
fn unclaimed(webchat: &Webchat<'_>, back_ends: &[&'static dyn AnyBackEnd]) -> Error {
    match webchat.get(TYPE.path) {
        Some(Value::String(name)) if OTHERS.contains(&name.as_str()) => unsupported(name, back_ends),
        Some(Value::String(_)) | None => invalid("Invalid transport configuration"),
        Some(_) => {
            webchat.text(&TYPE);
            webchat.findings.check().err().unwrap_or_else(|| invalid(EMPTY))
        }
    }
}

fn unsupported(name: &str, back_ends: &[&'static dyn AnyBackEnd]) -> Error {
    let those: Vec<_> =
        back_ends.iter().map(|back_end| format!("{} ({})", back_end.name(), back_end.chosen_by())).collect();
    let those = those.join(", ");
    let text = format!("webchat.transport.type is {name}: this build has no transport for it, only {those}");
    Error::new(ErrorKind::Unsupported, text)
}

const EMPTY: &str = "Invalid configuration";

/// What is said to an address in place of a configuration; the address itself may hold a password.
const ADDRESS: &str = "an address alone is none; write {\"dataURL\": \"http...\"}";

fn is_address(text: &str) -> bool {
    let text = text.trim_start().get(..8).unwrap_or_default().to_ascii_lowercase();
    text.starts_with("http://") || text == "https://"
}

/// Finds the `webchat` object and what stands beside it as `main`.
fn locate<'a>(json: &'a Value, findings: &Findings) -> Result<(&'a JsonObject, Option<&'a Value>), Error> {
    let mut widgets = json;
    for outer in ["_genesys", "widgets"] {
        widgets = widgets.get(outer).unwrap_or(widgets);
    }
    let main = widgets.get("main");
    let webchat = match widgets.get("webchat") {
        None if main.is_some() => &Value::Null,
        None => widgets,
        Some(webchat) => {
            // Other keys here are other widgets' own; these are a likely slip.
            for key in ["connection", "sessionStore"].into_iter().filter(|key| widgets.get(key).is_some()) {
                findings.unknown(key.into());
            }
            webchat
        }
    };
    match webchat {
        Value::Null => Err(invalid(EMPTY)),
        Value::Object(object) if object.is_empty() => Err(invalid(EMPTY)),
        Value::Object(object) => Ok((object, main)),
        Value::String(text) if is_address(text) => Err(invalid(format!("Invalid configuration: {ADDRESS}"))),
        other => Err(invalid(format!(
            "Invalid configuration: webchat: expected an object, got {}",
            describe(other)
        ))),
    }
}
