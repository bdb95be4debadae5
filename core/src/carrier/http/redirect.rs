//! Which redirects are followed: those that repeat the same request (307, 308) at the same origin. Every request carries the key to
//! a conversation, so nothing is ever sent to another scheme, host or port because an answer says so.

use crate::foreign;
use reqwest::{
    StatusCode, Url,
    header::{HeaderMap, LOCATION},
};

/// How many redirects of one request are followed.
pub(super) const MAX: usize = 5;

/// What to do about an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    /// It is no redirect.
    None,
    /// Repeat the request here.
    To(Url),
    /// It must not be followed; the text says why and holds no private part of an address.
    Refused(String),
}

/// Judges an answer to a request to `from`.
pub(super) fn judge(from: &Url, status: StatusCode, headers: &HeaderMap) -> Redirect {
    if !status.is_redirection() {
        return Redirect::None;
    }
    let status = status.as_u16();
    let Some(location) = headers.get(LOCATION) else {
        return Redirect::Refused(format!("status {status} without an address to go to"));
    };
    // Browsers take raw UTF-8 here, too.
    let address = std::str::from_utf8(location.as_bytes()).ok();
    let Some(to) = address.and_then(|address| from.join(address).ok()) else {
        return Redirect::Refused(format!("status {status} with an address that is not a URL"));
    };
    if to.origin() != from.origin() {
        let origin = foreign::line(&to.origin().ascii_serialization());
        return Redirect::Refused(format!(
            "a redirect (status {status}) to another origin, {origin}, was refused"
        ));
    }
    match status {
        307 | 308 => Redirect::To(to),
        _ => Redirect::Refused(format!(
            "a redirect with status {status} was refused: it does not repeat the request"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(status: u16, location: &str) -> Redirect {
        let from = Url::parse("https://gms.test:8443/genesys/chat/c/send").unwrap();
        let location = reqwest::header::HeaderValue::from_bytes(location.as_bytes()).unwrap();
        let headers = [(LOCATION, location)].into_iter().collect();
        judge(&from, StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[test]
    fn the_same_origin_is_followed() {
        for location in ["/b?c=1", "https://gms.test:8443/b?c=1", "//gms.test:8443/b?c=1"] {
            let expected = Url::parse("https://gms.test:8443/b?c=1").unwrap();
            assert_eq!(after(307, location), Redirect::To(expected.clone()));
            assert_eq!(after(308, location), Redirect::To(expected));
        }
        let raw = Url::parse("https://gms.test:8443/gr%C3%BC%C3%9Fe/c").unwrap();
        assert_eq!(after(307, "/grüße/c"), Redirect::To(raw));
        assert_eq!(after(200, "/b"), Redirect::None);
    }

    #[test]
    fn anything_else_is_refused() {
        for location in [
            "http://gms.test:8443/",
            "https://gms.test/",
            "https://other.test:8443/",
            "https://gms.test.evil.test:8443/",
            "https://gms.test:8443@evil.test/",
            "//evil.test/",
            "https:///\\evil.test/",
            "data:,x",
            "javascript:1",
        ] {
            let Redirect::Refused(cause) = after(307, location) else { panic!("{location} was followed") };
            assert!(cause.contains("to another origin"), "{cause}");
        }
        for status in [301, 302, 303, 304] {
            assert!(matches!(after(status, "/b"), Redirect::Refused(_)));
        }
        assert!(matches!(after(307, "http://["), Redirect::Refused(_)));
    }
}
