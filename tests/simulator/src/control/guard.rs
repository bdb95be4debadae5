//! Who may use the control API and the console: nobody who comes from a page of another site in somebody's browser.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::json::Refused;
use crate::simulator::Simulator;

/// No page of another site takes an answer for a picture, a script or a style, and nobody keeps one.
const KEPT_IN: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Lets through what is asked of this server by a name that is its own, and by nobody else's page.
pub(crate) async fn check(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let wrong = refuse(&simulator.shared.hosts, request.uri(), request.headers());
    let mut response = match wrong {
        Some(reason) => Refused::new(StatusCode::FORBIDDEN, reason).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in KEPT_IN {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Why a request is refused. A page can have a browser send anything here but another `Host` than the one by which
/// it reached the server, which betrays names that others have pointed here, and another `Origin` than its own.
fn refuse(own: &[String], uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = uri.authority().map(axum::http::uri::Authority::as_str).or_else(|| text(header::HOST));
    let Some(host) = host else { return Some("there is no Host".to_owned()) };
    if !is_own(own, host) {
        return Some(format!("Host {host:?} is no address, nor a name given with --control-host"));
    }
    let origin = headers.get(header::ORIGIN)?;
    let same = origin.to_str().is_ok_and(|origin| origin.eq_ignore_ascii_case(&format!("http://{host}")));
    (!same).then(|| format!("Origin {origin:?} is not that of this server"))
}

/// Whether a host, with its port or without, is an address, `localhost`, or one of the names `own`.
fn is_own(own: &[String], host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let known = |own: &str| name.eq_ignore_ascii_case(own);
    bare.parse::<std::net::IpAddr>().is_ok() || known("localhost") || own.iter().any(|own| known(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_its_own() {
        let own = ["sim.test".to_owned()];
        for host in
            ["127.0.0.1:8080", "[::1]:8080", "[::1]", "10.0.0.7", "localhost", "LOCALHOST:1", "sim.test:9"]
        {
            assert!(is_own(&own, host), "{host}");
        }
        for host in
            ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "", ":80", "sim.tests"]
        {
            assert!(!is_own(&own, host), "{host}");
        }
    }
}
