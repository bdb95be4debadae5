//! Where a request goes, in words for errors: hosts and ports alone. An address holds the chat's id, that of a proxy can hold a password.

use crate::config::ProxyConfig;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use tokio::time::Instant;

/// Which proxy leads to which server. The client does not tell, so its own rules are asked once more.
pub(super) struct Routes(Option<Matcher>);

impl Routes {
    pub(super) fn new(proxy: &ProxyConfig) -> Self {
        Self(match proxy {
            ProxyConfig::Environment => Some(Matcher::from_system()),
            ProxyConfig::None => None,
            ProxyConfig::Url(url) => Some(Matcher::builder().all(url.to_string()).build()),
        })
    }

    /// The way of a request to `url` that begins now.
    pub(super) fn way(&self, url: &Url) -> Way {
        let intercept =
            self.0.as_ref().and_then(|matcher| matcher.intercept(&url.as_str().parse::<http::Uri>().ok()?));
        Way {
            server: place(url.host_str(), url.port_or_known_default()),
            is_tls: url.scheme() == "https",
            proxy: intercept.map(|proxy| {
                let default = match proxy.uri().scheme_str() {
                    Some("https") => 443,
                    Some("http") | None => 80,
                    Some(_) => 1080,
                };
                place(proxy.uri().host(), Some(proxy.uri().port_u16().unwrap_or(default)))
            }),
            since: Instant::now(),
        }
    }
}

fn place(host: Option<&str>, port: Option<u16>) -> String {
    let host = host.unwrap_or_default();
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The way of one request.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The server's host and port.
    pub(super) server: String,
    /// Whether it is spoken to in TLS.
    pub(super) is_tls: bool,
    /// The host and port of the proxy between, if there is one.
    pub(super) proxy: Option<String>,
    /// When the request began.
    pub(super) since: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ways_have_hosts_and_ports_and_no_more() {
        let url = Url::parse("https://user:secret@gms.test/genesys/2/chat/secret").unwrap();
        let direct = Routes::new(&ProxyConfig::None).way(&url);
        assert_eq!((direct.server.as_str(), direct.is_tls, direct.proxy), ("gms.test:443", true, None));
        for (proxy, place) in [
            ("http://user:secret@proxy.test", "proxy.test:80"),
            ("https://proxy.test", "proxy.test:443"),
            ("socks5://[::1]:9", "[::1]:9"),
            ("socks5h://proxy.test", "proxy.test:1080"),
        ] {
            let way = Routes::new(&ProxyConfig::Url(proxy.into())).way(&url);
            assert_eq!(way.proxy.as_deref(), Some(place));
            assert!(!format!("{way:?}").contains("secret"));
        }
    }
}
