//! A chat's cookies. They belong to the chat, not to the shared connections: two chats must not appear as one browser.

use cookie_store::CookieStore;
use reqwest::{
    Url,
    header::{HeaderMap, SET_COOKIE},
};
use std::sync::{Mutex, PoisonError};

/// More cookies than any server sets; what comes beyond is not kept.
const MAX_COOKIES: usize = 64;

/// Stores what servers set and returns it where it belongs: by path, expiry and `Secure`. An empty jar costs next to nothing.
#[derive(Default)]
pub(super) struct CookieJar(Mutex<Option<CookieStore>>);

impl CookieJar {
    /// Takes over what an answer from `url` sets.
    pub(super) fn store(&self, url: &Url, headers: &HeaderMap) {
        let mut set = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).peekable();
        if set.peek().is_none() {
            return;
        }
        let mut jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let jar = jar.get_or_insert_with(CookieStore::default);
        for cookie in set {
            if jar.iter_any().count() < MAX_COOKIES {
                // A cookie that is malformed or not the server's to set is ignored, as browsers do.
                let _ = jar.parse(cookie, url);
            }
        }
    }

    /// The value of the `Cookie` header for `url`.
    pub(super) fn header(&self, url: &Url) -> Option<Vec<u8>> {
        let jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> =
            jar.as_ref()?.get_request_values(url).map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; ").into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn set(jar: &CookieJar, from: &str, cookie: &str) {
        let mut headers = HeaderMap::new();
        headers.insert(SET_COOKIE, cookie.parse().unwrap());
        jar.store(&url(from), &headers);
    }

    fn header(jar: &CookieJar, to: &str) -> Option<String> {
        jar.header(&url(to)).map(|value| String::from_utf8(value).unwrap())
    }

    #[test]
    fn cookies_return_where_they_belong() {
        let jar = CookieJar::default();
        assert_eq!(header(&jar, "http://gms.test/"), None);
        set(&jar, "http://gms.test/genesys/2/chat/x/", "node=7; Path=/genesys");
        assert_eq!(header(&jar, "http://gms.test/genesys/2/chat/x/c/send").as_deref(), Some("node=7"));
        assert_eq!(header(&jar, "http://gms.test/other"), None);
        assert_eq!(header(&jar, "http://elsewhere.test/genesys/"), None);
        set(&jar, "http://gms.test/genesys/", "node=8; Path=/genesys; SameSite=Lax");
        assert_eq!(header(&jar, "http://gms.test/genesys/").as_deref(), Some("node=8"));
        set(&jar, "http://gms.test/genesys/", "node=; Path=/genesys; Max-Age=0");
        assert_eq!(header(&jar, "http://gms.test/genesys/"), None);
    }

    #[test]
    fn foreign_malformed_and_endless_cookies_are_ignored() {
        let jar = CookieJar::default();
        set(&jar, "http://gms.test/", "a=b; Domain=elsewhere.test");
        set(&jar, "http://gms.test/", "=");
        assert_eq!(header(&jar, "http://elsewhere.test/"), None);
        for number in 0..200 {
            set(&jar, "http://gms.test/", &format!("n{number}=x"));
        }
        assert_eq!(header(&jar, "http://gms.test/").unwrap().split("; ").count(), MAX_COOKIES);
    }
}
