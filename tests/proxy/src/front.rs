//! What nginx is to do, and how that is said to nginx.

use crate::{Certificate, access};
use std::{fmt::Write, net::SocketAddr, path::Path};
use webchat_simulator::Simulator;

/// How nginx passes requests on. What is not said is nginx's default.
#[derive(Clone, Debug, Default)]
pub struct Front {
    upstreams: Vec<SocketAddr>,
    http: Vec<String>,
    server: Vec<String>,
    location: Vec<String>,
    listen: &'static str,
    pass: &'static str,
}

/// Where a directive belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In `http`, beside the server.
    Http,
    /// In the server.
    Server,
    /// Where requests are passed on.
    Pass,
}

impl Front {
    /// Requests go to these in turn; as nginx does it by itself, which knows no WebSocket and speaks HTTP/1.0 to the server.
    pub fn to<'a>(simulators: impl IntoIterator<Item = &'a Simulator>) -> Self {
        let upstreams = simulators.into_iter().map(Simulator::address).collect();
        Self { upstreams, pass: "chat", ..Self::default() }
    }

    /// HTTP/1.1 to the server, and every WebSocket is let through.
    #[must_use]
    pub fn with_websockets(self) -> Self {
        self.with(Location::Http, "map $http_upgrade $wanted_connection { default upgrade; '' ''; }")
            .with(Location::Pass, "proxy_http_version 1.1")
            .with(Location::Pass, "proxy_set_header Upgrade $http_upgrade")
            .with(Location::Pass, "proxy_set_header Connection $wanted_connection")
    }

    /// A cookie of nginx's own names the server that answered; requests with it go there.
    #[must_use]
    pub fn with_sticky_routes(self) -> Self {
        let (mut by_cookie, mut by_server, mut groups) = (String::new(), String::new(), String::new());
        for (number, address) in self.upstreams.iter().enumerate() {
            let _ = write!(by_cookie, "node{number} node{number}; ");
            let _ = write!(by_server, "{address} node{number}; ");
            let _ = write!(groups, "upstream node{number} {{ server {address}; }} ");
        }
        let front = self
            .with(Location::Http, format!("{groups}map $cookie_route $chosen {{ default chat; {by_cookie}}}"))
            .with(Location::Http, format!("map $upstream_addr $route {{ {by_server}}}"))
            .with(Location::Pass, "add_header Set-Cookie 'route=$route; Path=/; HttpOnly' always");
        Self { pass: "$chosen", ..front }
    }

    /// While `switch` is a file, everything is answered with `status` and a `Retry-After` of so many seconds.
    #[must_use]
    pub fn with_closing_time(self, switch: &Path, status: u16, seconds: u64) -> Self {
        let answer = format!("add_header Retry-After {seconds} always; return {status};");
        self.with(Location::Pass, format!("if (-f {}) {{ {answer} }}", switch.display()))
    }

    /// Another directive; a block where it ends in a brace.
    #[must_use]
    pub fn with(mut self, location: Location, directive: impl Into<String>) -> Self {
        let directives = match location {
            Location::Http => &mut self.http,
            Location::Server => &mut self.server,
            Location::Pass => &mut self.location,
        };
        directives.push(directive.into());
        self
    }

    /// TLS, with HTTP/2 for who asks for it.
    #[must_use]
    pub fn with_tls(self, certificate: &Certificate) -> Self {
        let front = self
            .with(Location::Server, format!("ssl_certificate {}", certificate.chain().display()))
            .with(Location::Server, format!("ssl_certificate_key {}", certificate.key().display()));
        Self { listen: " ssl http2", ..front }
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.listen.is_empty() { "http" } else { "https" }
    }

    /// The configuration file. All paths are in nginx's own folder.
    pub(crate) fn configuration(&self, port: u16) -> String {
        let upstreams: String = self.upstreams.iter().fold(String::new(), |mut all, address| {
            let _ = write!(all, "server {address}; ");
            all
        });
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].iter().fold(
            String::new(),
            |mut all, name| {
                let _ = writeln!(all, "  {name}_temp_path {name};");
                all
            },
        );
        let (http, server, pass) = (lines(&self.http), lines(&self.server), lines(&self.location));
        let (format, listen, to) = (access::FORMAT, self.listen, self.pass);
        format!(
            "daemon off;
worker_processes 1;
user root root;
pid nginx.pid;
error_log stderr notice;
worker_shutdown_timeout 100ms;
events {{ worker_connections 256; }}
http {{
{temporary}  log_format seen {format};
  access_log /dev/stderr seen;
  upstream chat {{ {upstreams}}}
{http}  server {{
    listen 127.0.0.1:{port}{listen};
{server}    location / {{
      proxy_pass http://{to};
{pass}    }}
  }}
}}
"
        )
    }
}

fn lines(directives: &[String]) -> String {
    directives.iter().fold(String::new(), |mut all, directive| {
        let end = if directive.ends_with('}') { "" } else { ";" };
        let _ = writeln!(all, "      {directive}{end}");
        all
    })
}
