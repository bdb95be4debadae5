//! Where a request goes, in words for errors: hosts and ports alone. An address holds the chat's id, that of a proxy can hold a password.

use super::proxies::Proxies;
use crate::Error;
use reqwest::Url;
use tokio::time::Instant;

/// Which proxy leads to which server.
pub(super) struct Routes(pub(super) Proxies);

impl Routes {
    /// The way of a request to `url` that begins now. Errors are of kind `InvalidConfiguration`.
    pub(super) fn way(&self, url: &Url) -> Result<Way, Error> {
        let proxy = self.0.leading_to(url)?.map(|proxy| {
            let default = if proxy.scheme().starts_with("socks") { Some(1080) } else { None };
            place(proxy.host_str(), proxy.port_or_known_default().or(default))
        });
        Ok(Way {
            server: place(url.host_str(), url.port_or_known_default()),
            is_tls: url.scheme() == "https",
            proxy,
            since: Instant::now(),
        })
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
    use crate::config::{Connection, ProxyConfig};

    #[tokio::test]
    async fn ways_have_hosts_and_ports_and_no_more() {
        let url = Url::parse("https://user:secret@gms.test/genesys/2/chat/secret").unwrap();
        let way = |proxy| {
            let connection = Connection { proxy, ..Connection::default() };
            Routes(Proxies::of(&connection).ok().unwrap()).way(&url).unwrap()
        };
        let direct = way(ProxyConfig::None);
        assert_eq!((direct.server.as_str(), direct.is_tls, direct.proxy), ("gms.test:443", true, None));
        for (proxy, place) in [
            ("http://user:secret@proxy.test", "proxy.test:80"),
            ("https://proxy.test", "proxy.test:443"),
            ("socks5://[::1]:9", "[::1]:9"),
            ("socks5h://proxy.test", "proxy.test:1080"),
        ] {
            let way = way(ProxyConfig::Url(proxy.into()));
            assert_eq!(way.proxy.as_deref(), Some(place));
            assert!(!format!("{way:?}").contains("secret"));
        }
    }
}
