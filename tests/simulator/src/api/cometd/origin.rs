//! Where Bayeux messages come from.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Version, header};

use super::COOKIE;
use crate::bayeux::Carrier;

/// The request that brought messages, or that opened the WebSocket which did.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) parts: Parts,
    pub(super) carrier: Carrier,
    /// The cookie of the request, or the one that its answer sets.
    pub(super) browser: Option<String>,
    /// The number of the socket, if the messages come over one.
    pub(super) socket: Option<u64>,
    /// The user that on-premises requests need is shown in the headers.
    pub(super) authorised: bool,
}

impl Origin {
    pub(super) fn is_http_1(&self) -> bool {
        self.parts.version <= Version::HTTP_11
    }
}

/// The value of the cookie that names the browser.
pub(super) fn browser(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.split_once('='));
    let named = cookies.find(|(name, _)| name.trim() == COOKIE);
    named.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Sets the cookie that names the browser.
pub(super) fn set_browser(headers: &mut HeaderMap, browser: &str) {
    if let Ok(cookie) = HeaderValue::from_str(&format!("{COOKIE}={browser}; Path=/; HttpOnly")) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_among_others() {
        let with = |cookies: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookies));
            browser(&headers)
        };
        assert_eq!(with("ROUTE=.1; BAYEUX_BROWSER=abc; x=y").as_deref(), Some("abc"));
        assert_eq!(with("NOT_BAYEUX_BROWSER=abc; BAYEUX_BROWSER="), None);
        let mut headers = HeaderMap::new();
        set_browser(&mut headers, "abc");
        assert_eq!(headers["set-cookie"], "BAYEUX_BROWSER=abc; Path=/; HttpOnly");
    }
}
