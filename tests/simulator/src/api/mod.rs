//! The chat APIs by which customers reach the chat server.
//!
//! Each is a folder here and a line of the list below; outside of its folder nobody knows one by name, but asks the list.

pub mod cometd;
pub mod gms;
pub mod nexus;
mod protocol;
pub mod web_messaging;

use std::fmt;
use std::str::FromStr;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

pub use self::protocol::Address;
pub(crate) use self::protocol::{Memory, Protocol, Settings, Ways};
use crate::chat::Chat;
use crate::error::Error;
use crate::words;

/// Makes of the list all that has a part for each API.
macro_rules! apis {
    ($($(#[$doc:meta])* $module:ident: $protocol:ident, $memory:ident, $settings:ident, $info:ident;)*) => {
        /// A chat API that customers speak.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Api {
            $($(#[$doc])* $protocol,)*
        }

        impl Api {
            /// All of them. The first is served where nobody says which.
            pub const ALL: &'static [Self] = &[$(Self::$protocol),*];

            pub(crate) fn protocol(self) -> &'static dyn Protocol {
                match self {
                    $(Self::$protocol => &$module::$protocol,)*
                }
            }
        }

        /// What each API remembers.
        #[derive(Debug)]
        pub(crate) struct Memories {
            $(pub(crate) $module: $module::$memory,)*
        }

        impl Memories {
            pub(crate) fn new(settings: AllSettings, seed: u64) -> Self {
                Self { $($module: Memory::new(settings.$module, seed),)* }
            }

            pub(crate) fn settings(&self) -> AllSettings {
                AllSettings { $($module: self.$module.settings.clone(),)* }
            }

            pub(crate) fn set(&mut self, settings: AllSettings) {
                $(self.$module.settings = settings.$module;)*
            }

            pub(crate) fn info(&self, chat: &Chat) -> ApiInfo {
                ApiInfo { $($module: Memory::info(&self.$module, chat),)* }
            }

            /// Drops whatever belongs to a chat that is no longer known.
            pub(crate) fn forget(&mut self, chat: &str) {
                $(Memory::forget(&mut self.$module, chat);)*
            }

            pub(crate) fn forget_all(&mut self) {
                $(Memory::forget_all(&mut self.$module);)*
            }
        }

        /// How each API behaves.
        #[derive(Debug, Clone, Default)]
        pub(crate) struct AllSettings {
            $(pub(crate) $module: $module::$settings,)*
        }

        impl AllSettings {
            /// Changes settings of an API, in the words of the control API.
            pub(crate) fn patch(&mut self, api: Api, members: Value) -> Result<(), Error> {
                let names: Vec<&String> = members.as_object().into_iter().flat_map(Map::keys).collect();
                Self::check(api, names)?;
                match api {
                    $(Api::$protocol => self.$module.patch(members),)*
                }
                .map_err(|error| Error::Setting(format!("{}: {error}", api.name())))
            }

            fn set_one(&mut self, api: Api, words: &str) -> Result<(), Error> {
                match api {
                    $(Api::$protocol => self.$module.set(words),)*
                }
            }

            /// The names of an API's settings.
            fn names(api: Api) -> &'static [&'static str] {
                match api {
                    $(Api::$protocol => words::members::<<$module::$settings as Settings>::Patch>(),)*
                }
            }
        }

        /// What each API alone has of a chat. As JSON it has the APIs' own names.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each API's page explains its own")]
        pub struct ApiInfo {
            $(pub $module: Option<$module::$info>,)*
        }

        impl Serialize for ApiInfo {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut members = serializer.serialize_map(None)?;
                $(members.serialize_entry(Api::$protocol.name(), &self.$module)?;)*
                members.end()
            }
        }
    };
}

// A line has the API's folder, its protocol, what it remembers, its settings, and what it alone has of a chat.
apis! {
    /// GMS v2 REST (gms-v2.md), on-premises and Multicloud (GES) alike.
    gms: GmsRest, Desk, GmsSettings, Credentials;
    /// GMS v2 over `CometD` (gms-v2.md, 8).
    cometd: GmsCometd, Clients, CometdSettings, CometdChat;
    /// The Multicloud chat API v3, `pureengage-v3-rest` (nexus-v3.md).
    nexus: NexusRest, Sessions, NexusSettings, NexusInfo;
    /// Genesys Cloud Web Messaging.
    web_messaging: WebMessaging, Sessions, WebMessagingSettings, WebMessagingInfo;
}

impl Api {
    /// Its own name, on the command line and in the control API.
    pub fn name(self) -> &'static str {
        self.protocol().name()
    }

    /// What `--help` says of it.
    pub fn help(self) -> &'static str {
        self.protocol().help()
    }

    /// The names of all, for people.
    pub fn names() -> String {
        Self::ALL.iter().map(|api| api.name()).collect::<Vec<_>>().join(", ")
    }
}

impl AllSettings {
    /// Changes one setting, in the words of the command line: `API.NAME=VALUE`, with the names of the control API.
    pub(crate) fn set(&mut self, words: &str) -> Result<(), Error> {
        let form = || Error::Setting(format!("{words:?} is not of the form API.NAME=VALUE"));
        let (api, setting) = words.split_once('.').ok_or_else(form)?;
        let api: Api = api.parse().map_err(Error::Setting)?;
        let name = setting.split('=').next().unwrap_or_default();
        Self::check(api, [name.trim()])?;
        self.set_one(api, setting).map_err(|error| Error::Setting(format!("{}.{error}", api.name())))
    }

    /// Refuses names that no setting of the API has.
    fn check(api: Api, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Error> {
        let known = Self::names(api);
        let unknown = names.into_iter().find(|name| !known.contains(&name.as_ref()));
        unknown.map_or(Ok(()), |name| {
            let (api, name, known) = (api.name(), name.as_ref(), known.join(", "));
            Err(Error::Setting(format!("{api} has no setting {name:?}; it has {known}")))
        })
    }
}

/// The HTTP status that goes with an error whose code is a word.
pub(crate) fn usual_status(code: &str) -> u16 {
    Api::ALL.iter().find_map(|api| api.protocol().usual_status(code)).unwrap_or(500)
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.protocol().title())
    }
}

impl FromStr for Api {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let named = Self::ALL.iter().find(|api| api.name() == name.trim()).copied();
        named.ok_or_else(|| format!("{name:?} is no chat API; they are {}", Self::names()))
    }
}

impl Serialize for Api {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::access::Access;
    use crate::faults::FaultKind;

    #[test]
    fn each_has_names_and_addresses_of_its_own() {
        let names: BTreeSet<_> = Api::ALL.iter().map(|api| api.name()).collect();
        assert_eq!(names.len(), Api::ALL.len());
        let addresses = |api: &Api| api.protocol().addresses(&Access::default(), "http://h");
        let all: Vec<_> = Api::ALL.iter().flat_map(addresses).collect();
        let keys: BTreeSet<_> = all.iter().map(|address| address.key).collect();
        assert_eq!(keys.len(), all.len());
        assert!(Api::ALL.iter().all(|api| addresses(api)[0].url.starts_with("http://h/")));
        assert!(Api::ALL.iter().all(|api| api.help().contains(api.name())));
    }

    #[test]
    fn faults_of_some_are_faults() {
        for fault in Api::ALL.iter().flat_map(|api| api.protocol().faults()) {
            assert!(FaultKind::NAMES.contains(fault), "{fault}");
        }
    }

    #[test]
    fn settings_name_their_api() {
        let mut settings = AllSettings::default();
        for (words, part) in [
            ("window=1", "API.NAME=VALUE"),
            ("pigeon.speed=1", "they are"),
            ("nexus-rest.widow=1", "nexus-rest has no setting \"widow\"; it has endpoints, imageTypes"),
            ("gms-rest.NoSuch=1", "gms-rest has no setting \"NoSuch\"; it has aliasEvery"),
            ("gms-cometd.timeoutMs=x", "gms-cometd.timeoutMs=x: invalid type"),
            ("nexus-rest.window", "name=value"),
        ] {
            let error = settings.set(words).expect_err(words).to_string();
            assert!(error.contains(part), "{words}: {error}");
        }
        settings.set("nexus-rest.window=3").unwrap();
        settings.set("gms-rest.aliasEvery=2").unwrap();
        assert_eq!((settings.nexus.window, settings.gms.alias_every), (3, 2));
    }
}
