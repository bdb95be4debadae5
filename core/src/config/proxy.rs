//! The option `connection.proxy`: which proxy connections go through.

use super::{
    option::OptionDef,
    reader::{Webchat, describe},
};
use crate::private::Private;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

/// Which proxy connections go through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProxyConfig {
    /// What the environment says when a chat is configured: `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, or the same in capitals,
    /// read as curl reads them. A proxy there that cannot be used is an error that names the variable.
    #[default]
    Environment,
    /// None, whatever the environment says.
    None,
    /// This one, an `http`, `https`, `socks5` or `socks5h` URL; it can hold a user name and a password. With `socks5` this machine finds
    /// the addresses of names, with `socks5h` the proxy does.
    Url(Private),
}

/// The longest user name or password that SOCKS5 carries (RFC 1929), in bytes.
const SOCKS_LONGEST: usize = 255;

/// What `connection.proxy` must be.
pub(crate) const PROXY: &str = "\"environment\", \"none\" or an absolute http, https, socks5 or socks5h URL";

/// Reads `option`.
pub(super) fn read_proxy(webchat: &Webchat<'_>, option: &OptionDef) -> ProxyConfig {
    let found = match webchat.value(option) {
        None => return ProxyConfig::default(),
        Some(Value::String(text)) => match text.as_str() {
            "environment" => return ProxyConfig::Environment,
            "none" => return ProxyConfig::None,
            text => match proxy_url(text) {
                Ok(url) => return ProxyConfig::Url(Private::new(url.as_str())),
                Err(found) => found.into(),
            },
        },
        Some(other) => describe(other),
    };
    webchat.wrong(option, &found);
    ProxyConfig::default()
}

/// The URL of a proxy; or what it is instead, without any part of it: it can hold a password.
pub(crate) fn proxy_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "another string")?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        return Err("another scheme");
    }
    if url.host_str().unwrap_or_default().is_empty() {
        return Err("a URL without a host");
    }
    // What a client's rules cannot read they leave out, and then nothing goes through the proxy.
    if url.as_str().parse::<http::Uri>().ok().and_then(|uri| uri.authority().cloned()).is_none() {
        return Err("a URL with a host, a user name or a password that has to be percent-encoded");
    }
    let is_too_long =
        |text: Option<&str>| percent_decode_str(text.unwrap_or_default()).count() > SOCKS_LONGEST;
    if url.scheme().starts_with("socks") && (is_too_long(Some(url.username())) || is_too_long(url.password()))
    {
        return Err("a user name or a password of more than 255 bytes, which SOCKS5 does not carry");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_urls_of_proxies_are_known() {
        for url in [
            "http://proxy.test:3128/",
            "https://user:p%40ss@proxy.test/",
            "socks5://proxy.test",
            "socks5h://user:pass@proxy.test:9050",
            "socks5://[::1]:1080",
        ] {
            assert_eq!(proxy_url(url).unwrap().as_str(), url);
        }
    }

    #[test]
    fn what_is_none_is_told_without_repeating_it() {
        let long = format!("socks5h://user:{}@proxy.test", "%41".repeat(256));
        for (text, found) in [
            ("s3cret", "another string"),
            ("socks4://s3cret", "another scheme"),
            ("socks5:s3cret:1080", "a URL without a host"),
            ("socks5://", "a URL without a host"),
            ("socks5:///s3cret", "a URL without a host"),
            (
                "socks5://pr\u{f6}xy:1080",
                "a URL with a host, a user name or a password that has to be percent-encoded",
            ),
            (long.as_str(), "a user name or a password of more than 255 bytes, which SOCKS5 does not carry"),
        ] {
            assert_eq!(proxy_url(text).unwrap_err(), found, "{text}");
        }
    }
}
