//! The back ends, a folder each, with the same files: `mod.rs`, the back end and what it can do; `options.rs`, what of the configuration is
//! meant for it; what it says and how it reads answers, as pure functions: in `wire`, or for both back ends of GMS v2 in `gms`. A back end
//! turns a neutral [`Request`](crate::transport::Request) into the wire and the answer into a neutral
//! [`Reply`](crate::transport::Reply); it holds no chat state and applies no rule of the service.
//!
//! A new one is its folder and a line in [`BACK_ENDS`]. `choice` finds the one that a configuration is for.

mod choice;
pub mod gms;
pub mod gms_cometd;
pub mod gms_rest;
mod lost_end;
pub mod nexus_rest;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unreadable_tests;
pub mod web_messaging;

pub use choice::{Chosen, EVERY_CHAT};

use crate::{
    Error,
    carrier::http::HttpPool,
    config::{Connection, OptionDef, ServiceConfig, Webchat},
    transport::Transport,
};
use std::{fmt::Debug, sync::Arc};

/// The back ends of this build. The first that claims a configuration has it.
pub static BACK_ENDS: &[&dyn AnyBackEnd] = &[
    &nexus_rest::NexusRestBackEnd,
    &web_messaging::WebMessagingBackEnd,
    &gms_cometd::GmsCometdBackEnd,
    &gms_rest::GmsRestBackEnd,
];

/// One API of Genesys'.
pub trait BackEnd: Debug + Sync + 'static {
    /// What it reads of a configuration for itself; all chats of that configuration have it.
    type Options: Debug + Send + Sync + 'static;

    /// Its own name, which the documents, the log and the tests call it by.
    const NAME: &'static str;

    /// What a configuration has that chooses it, for a program's author.
    const CHOSEN_BY: &'static str;

    /// All that it reads.
    const OPTIONS: &'static [&'static [OptionDef]];

    /// Whether the configuration is for it, judged by [`Webchat::get`] alone.
    fn claims(&self, webchat: &Webchat<'_>) -> bool;

    /// Reads its options, and sets those of the service that it has a say in. What is wrong is noted in the section; without something
    /// that is needed there is nothing to return.
    fn read(&self, webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Self::Options>;

    /// A chat, over connections of `pool` as `how` describes them.
    ///
    /// Errors are of kind `InvalidConfiguration` and name the key: a certificate file that cannot be read, a proxy that is no URL, a
    /// header that HTTP cannot carry.
    fn connect(
        &self,
        options: &Self::Options,
        how: &Connection,
        pool: &HttpPool,
    ) -> Result<Arc<dyn Transport>, Error>;
}

/// A [`BackEnd`] in a list. Each is one.
pub trait AnyBackEnd: Debug + Sync {
    /// [`BackEnd::NAME`].
    fn name(&self) -> &'static str;

    /// [`BackEnd::CHOSEN_BY`].
    fn chosen_by(&self) -> &'static str;

    /// [`BackEnd::OPTIONS`].
    fn options(&self) -> &'static [&'static [OptionDef]];

    /// [`BackEnd::claims`].
    fn claims(&self, webchat: &Webchat<'_>) -> bool;

    /// [`BackEnd::read`]; what comes of it knows whose it is.
    fn read(&'static self, webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Chosen>;
}

impl<B: BackEnd> AnyBackEnd for B {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn chosen_by(&self) -> &'static str {
        B::CHOSEN_BY
    }

    fn options(&self) -> &'static [&'static [OptionDef]] {
        B::OPTIONS
    }

    fn claims(&self, webchat: &Webchat<'_>) -> bool {
        BackEnd::claims(self, webchat)
    }

    fn read(&'static self, webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Chosen> {
        let options = BackEnd::read(self, webchat, service)?;
        Some(Chosen::new(self, options))
    }
}
