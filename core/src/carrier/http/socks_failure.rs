//! What went wrong at a SOCKS proxy, in words. The client's error has no name that could be asked for, and shows nobody its cause: it is
//! known by its texts.

use super::lost::chain;
use crate::foreign;
use std::error::Error as StdError;

/// What a SOCKS proxy did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SocksFailure {
    /// It wants other credentials, or some at all.
    Credentials,
    /// Anything else, as words that follow its name.
    Other(String),
}

/// What the SOCKS proxy between did, if it is to blame for `error`; it was to connect to `server`.
pub(super) fn socks_failure(error: &(dyn StdError + 'static), server: &str) -> Option<SocksFailure> {
    let (cause, said) = chain(error).find_map(|cause| {
        let text = cause.to_string();
        text.strip_prefix("SOCKS error: ").map(|said| (cause, said.to_owned()))
    })?;
    Some(SocksFailure::Other(match said.as_str() {
        "server does not support user/pass authentication"
        | "server implements authentication incorrectly"
        | "credentials not accepted" => return Some(SocksFailure::Credentials),
        "failed to create underlying connection" => format!("cannot be reached{}", hidden(cause)),
        "io error during SOCKS handshake" => format!("broke off before it had connected to {server}"),
        "failed parsing server response" => "does not speak SOCKS5".into(),
        said => format!("did not connect to {server}: {}", foreign::line(said)),
    }))
}

/// Why there is no connection. `Debug` alone shows that.
fn hidden(cause: &dyn StdError) -> String {
    let shown = format!("{cause:?}");
    if shown.contains("dns error") {
        return ", since its name has no address".into();
    }
    let message = shown.split_once("message: \"").and_then(|(_, rest)| rest.split_once('"'));
    message.map_or_else(String::new, |(message, _)| format!(": {}", foreign::line(message)))
}
