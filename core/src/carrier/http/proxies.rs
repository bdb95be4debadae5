//! Which proxy leads to which server: what `connection.proxy` says, or the environment, which is read as curl reads it. A proxy that cannot
//! be used is an error that names where it stands, without what stands there, and never a direct connection.

use crate::{
    Error, ErrorKind,
    config::{Connection, NoProxy, PROXY, ProxyConfig, proxy_url},
};
use reqwest::Url;
use std::ffi::OsString;

/// Where connections go that must not go anywhere (RFC 6761, section 6.4).
const NOWHERE: &str = "http://proxy.invalid";

/// The proxies of a chat's connections.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Proxies {
    http: Hop,
    https: Hop,
    direct: NoProxy,
}

#[derive(Clone, Default, PartialEq, Eq, Hash)]
enum Hop {
    #[default]
    Direct,
    Through(Url),
    /// What was wrong with which variable.
    Unusable(String),
}

impl Proxies {
    /// Those that `connection` asks for, or the environment as it is now. Errors are of kind `InvalidConfiguration` and name the key.
    pub(super) fn of(connection: &Connection) -> Result<Self, Error> {
        let direct = connection.no_proxy.clone();
        match &connection.proxy {
            ProxyConfig::None => Ok(Self::default()),
            ProxyConfig::Environment => Ok(Self::of_environment(|name| std::env::var_os(name), direct)),
            ProxyConfig::Url(url) => {
                let wrong = |found| invalid(&format!("connection.proxy: expected {PROXY}, got {found}"));
                let hop = Hop::Through(proxy_url(url).map_err(wrong)?);
                Ok(Self { http: hop.clone(), https: hop, direct: direct.unwrap_or_default() })
            }
        }
    }

    /// As curl: names in lower case come first, and what is empty is not there. But `HTTP_PROXY` counts here, except in a CGI program:
    /// there it is what a client sent as header `Proxy`.
    fn of_environment(get: impl Fn(&str) -> Option<OsString>, direct: Option<NoProxy>) -> Self {
        let first = |names: &[&'static str]| {
            let of = |name: &&'static str| Some((*name, get(name).filter(|value| !value.is_empty())?));
            names.iter().find_map(of)
        };
        let of_http: &[_] = match first(&["REQUEST_METHOD"]) {
            Some(_) => &["http_proxy"],
            None => &["http_proxy", "HTTP_PROXY"],
        };
        let hop = |own: &[&'static str]| match first(own).or_else(|| first(&["all_proxy", "ALL_PROXY"])) {
            None => Hop::Direct,
            Some((name, value)) => match value.to_str().ok_or("it is not UTF-8").and_then(parse) {
                Ok(url) => Hop::Through(url),
                Err(what) => Hop::Unusable(format!("the environment's proxy {name} cannot be used: {what}")),
            },
        };
        let of_environment = || {
            first(&["no_proxy", "NO_PROXY"])
                .map_or_else(NoProxy::default, |(_, value)| NoProxy::from_text(&value.to_string_lossy()))
        };
        Self {
            http: hop(of_http),
            https: hop(&["https_proxy", "HTTPS_PROXY"]),
            direct: direct.unwrap_or_else(of_environment),
        }
    }

    /// The proxy that leads to `url`, if any does.
    pub(super) fn leading_to(&self, url: &Url) -> Result<Option<&Url>, Error> {
        let hop = if url.scheme() == "https" { &self.https } else { &self.http };
        match hop {
            Hop::Direct => Ok(None),
            _ if self.direct.covers(url) => Ok(None),
            Hop::Through(proxy) => Ok(Some(proxy)),
            Hop::Unusable(what) => Err(invalid(what)),
        }
    }

    /// The same for the HTTP client, which asks for every connection.
    pub(super) fn into_client(self) -> Option<reqwest::Proxy> {
        if self.http == Hop::Direct && self.https == Hop::Direct {
            return None;
        }
        Some(reqwest::Proxy::custom(move |url| match self.leading_to(url) {
            Ok(proxy) => proxy.cloned(),
            Err(_) => Url::parse(NOWHERE).ok(),
        }))
    }
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, what)
}

/// The URL of a proxy in the environment; `http` where it names no scheme.
fn parse(text: &str) -> Result<Url, &'static str> {
    if text.ends_with(['\r', '\n']) {
        return Err("it ends in a line break");
    }
    if text.contains(|char: char| char.is_whitespace() || char.is_control()) {
        return Err("there are blanks or control characters in it");
    }
    let (scheme, place) = text.split_once("://").unwrap_or(("http", text));
    if place.starts_with(['/', '\\']) {
        return Err("it is not the URL of a proxy");
    }
    // An older SOCKS is the environment's alone.
    let older = scheme.eq_ignore_ascii_case("socks4") || scheme.eq_ignore_ascii_case("socks4a");
    let url = proxy_url(&format!("{}://{place}", if older { "socks5" } else { scheme }));
    let mut url = url.map_err(|_| "it is not the URL of a proxy: http, https, socks5 or socks5h")?;
    if older {
        url.set_scheme(scheme).map_err(|()| "it is not the URL of a proxy")?;
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Proxies {
        let get = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        Proxies::of_environment(get, None)
    }

    /// The way to `url`: the proxy, "direct", or the error.
    fn way(proxies: &Proxies, url: &str) -> String {
        match proxies.leading_to(&Url::parse(url).unwrap()) {
            Ok(Some(proxy)) => proxy.as_str().trim_end_matches('/').to_owned(),
            Ok(None) => "direct".into(),
            Err(error) => error.message().to_owned(),
        }
    }

    #[test]
    fn the_environment_is_read_as_by_curl() {
        const P: &str = "http://p.test:3128";
        const Q: &str = "http://q.test:1";
        type Row = (&'static [(&'static str, &'static str)], &'static str, &'static str);
        let (http, https): (&str, &str) = ("http://127.0.0.1:8080/", "https://gms.test/");
        let table: &[Row] = &[
            (&[], http, "direct"),
            (&[("http_proxy", P)], http, P),
            (&[("http_proxy", P)], https, "direct"),
            (&[("https_proxy", P)], https, P),
            (&[("https_proxy", P)], http, "direct"),
            (&[("http_proxy", P), ("HTTP_PROXY", Q)], http, P),
            (&[("https_proxy", P), ("HTTPS_PROXY", Q)], https, P),
            (&[("HTTPS_PROXY", P)], https, P),
            (&[("all_proxy", P), ("ALL_PROXY", Q)], http, P),
            (&[("ALL_PROXY", P)], https, P),
            (&[("http_proxy", ""), ("all_proxy", P)], http, P),
            (&[("http_proxy", ""), ("HTTP_PROXY", P)], http, P),
            (&[("http_proxy", "")], http, "direct"),
            (&[("HTTP_PROXY", P)], http, P),
            (&[("HTTP_PROXY", P), ("REQUEST_METHOD", "GET")], http, "direct"),
            (&[("http_proxy", P), ("REQUEST_METHOD", "GET")], http, P),
            (&[("Http_Proxy", P)], http, "direct"),
            (&[("http_proxy", "p.test:3128")], http, P),
            (&[("http_proxy", "HTTP://p.test:3128/x?y")], http, "http://p.test:3128/x?y"),
            (&[("http_proxy", "user:p@ss@p.test:3128")], http, "http://user:p%40ss@p.test:3128"),
            (&[("https_proxy", "socks5h://p.test:1080")], https, "socks5h://p.test:1080"),
            (&[("https_proxy", "socks4a://p.test:1080")], https, "socks4a://p.test:1080"),
            (&[("http_proxy", P), ("no_proxy", "*")], http, "direct"),
            (&[("http_proxy", P), ("NO_PROXY", "127.0.0.0/8")], http, "direct"),
            (&[("http_proxy", P), ("no_proxy", "x"), ("NO_PROXY", "127.0.0.1")], http, P),
            (&[("http_proxy", P), ("no_proxy", ""), ("NO_PROXY", "127.0.0.1")], http, "direct"),
            (&[("http_proxy", "not a url"), ("no_proxy", "*")], http, "direct"),
            (&[("https_proxy", "not a url")], http, "direct"),
        ];
        for (variables, url, expected) in table {
            assert_eq!(way(&of(variables), url), *expected, "{variables:?} {url}");
        }
    }

    #[test]
    fn what_cannot_be_used_names_its_variable_and_not_its_password() {
        for value in [
            "http://u:secret@p.test:1\n",
            "http://u:secret@p.test:1\r\n",
            "http://u:secret@p.test:1 ",
            " http://u:secret@p.test:1",
            "http://u:secret@p.test\n:1",
            "http://u:secret@p.test:1\t",
            "not a secret url",
            "ftp://u:secret@p.test",
            "//u:secret@p.test",
            "http:secret:1",
            "http:///u:secret@p.test",
            "http://u:secret@p.test:99999",
            "http://",
            "://p.test",
            "/secret",
        ] {
            for (name, url) in [
                ("http_proxy", "http://gms.test"),
                ("HTTPS_PROXY", "https://gms.test"),
                ("ALL_PROXY", "https://gms.test"),
            ] {
                let proxies = of(&[(name, value)]);
                let said = way(&proxies, url);
                assert!(said.contains(name) && !said.contains("secret"), "{value:?}: {said}");
                assert!(proxies.into_client().is_some(), "{value:?}: nothing goes out directly");
            }
        }
        assert!(
            way(&of(&[("http_proxy", "http://p.test\n")]), "http://a").ends_with("it ends in a line break")
        );
    }

    #[test]
    fn the_configurations_own_hosts_take_the_place_of_the_environments() {
        let get = |name: &str| match name {
            "http_proxy" => Some("http://p.test".into()),
            "NO_PROXY" => Some("a.test".into()),
            _ => None,
        };
        let proxies = Proxies::of_environment(get, Some(NoProxy::from_text("b.test")));
        assert_eq!(way(&proxies, "http://a.test"), "http://p.test");
        assert_eq!(way(&proxies, "http://b.test"), "direct");
        let connection = Connection {
            proxy: ProxyConfig::Url("http://p.test".into()),
            no_proxy: Some(NoProxy::from_text("b.test")),
            ..Connection::default()
        };
        let proxies = Proxies::of(&connection).ok().unwrap();
        assert_eq!(way(&proxies, "https://a.test"), "http://p.test");
        assert_eq!(way(&proxies, "https://b.test"), "direct");
    }
}
