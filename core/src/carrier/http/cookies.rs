//! A chat's cookies. They belong to the chat, not to the shared connections: two chats must not appear as one browser.

use cookie_store::{Cookie, CookieStore};
use reqwest::{
    Url,
    header::{HeaderMap, SET_COOKIE},
};
use std::sync::{Mutex, PoisonError};

/// More cookies than any server sets; new ones beyond are not kept. One that is known can always be changed and deleted.
const MAX_COOKIES: usize = 64;
/// The longest cookie, as browsers have it: name and value.
const MAX_SIZE: usize = 4096;
/// All cookies together: what servers take for a request's head is not much more.
const MAX_TOTAL: usize = 32 << 10;

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
            // A cookie that is malformed, too large or not the server's to set is ignored, as browsers do.
            if let Some(cookie) = Cookie::parse(cookie, url).ok().filter(|cookie| has_room(jar, cookie)) {
                let _ = jar.insert(cookie.into_owned(), url);
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

/// Whether `cookie` may be put into the jar: as a new one, or in the place of the one that it replaces.
fn has_room(jar: &mut CookieStore, cookie: &Cookie<'_>) -> bool {
    drop_expired(jar);
    let domain = cookie.domain.as_cow().unwrap_or_default();
    let replaced = jar.get_any(&domain, &cookie.path, cookie.name()).map(size);
    let total: usize = jar.iter_any().map(size).sum();
    let count = jar.iter_any().count();
    size(cookie) <= MAX_SIZE
        && total - replaced.unwrap_or(0) + size(cookie) <= MAX_TOTAL
        && (replaced.is_some() || count < MAX_COOKIES)
}

fn drop_expired(jar: &mut CookieStore) {
    let place = |cookie: &Cookie<'_>| {
        let domain = cookie.domain.as_cow().unwrap_or_default().into_owned();
        (domain, cookie.path.to_string(), cookie.name().to_owned())
    };
    let expired: Vec<_> = jar.iter_any().filter(|cookie| cookie.is_expired()).map(place).collect();
    for (domain, path, name) in expired {
        jar.remove(&domain, &path, &name);
    }
}

fn size(cookie: &Cookie<'_>) -> usize {
    cookie.name().len() + cookie.value().len()
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
        fill(&jar);
        assert_eq!(count(&jar), MAX_COOKIES);
    }

    fn fill(jar: &CookieJar) {
        for number in 0..200 {
            set(jar, "http://gms.test/", &format!("n{number}=x"));
        }
    }

    fn count(jar: &CookieJar) -> usize {
        header(jar, "http://gms.test/").map_or(0, |cookies| cookies.split("; ").count())
    }

    fn has(jar: &CookieJar, cookie: &str) -> bool {
        header(jar, "http://gms.test/").unwrap().split("; ").any(|kept| kept == cookie)
    }

    #[test]
    fn a_full_jar_lets_its_cookies_change_and_go() {
        let jar = CookieJar::default();
        fill(&jar);
        set(&jar, "http://gms.test/", "n7=changed");
        assert!(has(&jar, "n7=changed"));
        set(&jar, "http://gms.test/", "n8=; Max-Age=0");
        assert_eq!(count(&jar), MAX_COOKIES - 1, "deleted");
        set(&jar, "http://gms.test/", "new=1");
        assert!(has(&jar, "new=1"), "and there is room for another");
        set(&jar, "http://gms.test/", "newer=1");
        assert!(!has(&jar, "newer=1"));
    }

    #[test]
    fn expired_cookies_do_not_count() {
        let jar = CookieJar::default();
        for number in 0..200 {
            set(&jar, "http://gms.test/", &format!("n{number}=x"));
            set(&jar, "http://gms.test/", &format!("n{number}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
        }
        assert_eq!(count(&jar), 0);
        set(&jar, "http://gms.test/", "new=1");
        assert!(has(&jar, "new=1"));
    }

    #[test]
    fn cookies_have_a_size() {
        let jar = CookieJar::default();
        let long = "x".repeat(MAX_SIZE);
        set(&jar, "http://gms.test/", "a=1");
        set(&jar, "http://gms.test/", &format!("a={long}"));
        set(&jar, "http://gms.test/", &format!("b={long}"));
        assert_eq!(header(&jar, "http://gms.test/").as_deref(), Some("a=1"));
        for number in 0..60 {
            set(&jar, "http://gms.test/", &format!("n{number}={}", &long[..4000]));
        }
        let sent = header(&jar, "http://gms.test/").unwrap();
        assert!((MAX_TOTAL / 2..=MAX_TOTAL + 1024).contains(&sent.len()), "{}", sent.len());
        set(&jar, "http://gms.test/", "n0=small");
        assert!(has(&jar, "n0=small"), "a known one can shrink");
    }
}
