//! The headers of answers, whatever is in them.

use super::{charset, cookies::CookieJar, encoded_word, filename, redirect, retry_after};
use bytes::Bytes;
use reqwest::{
    StatusCode, Url,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER, SET_COOKIE},
};

/// The headers of an answer that are read: the first byte chooses one, the others are its value.
///
/// # Panics
/// If it finds something.
pub fn http_headers(data: &[u8]) {
    let Some((first, value)) = data.split_first() else { return };
    let (Ok(value), Ok(url)) =
        (HeaderValue::from_bytes(value), Url::parse("https://chat.example/genesys/2/"))
    else {
        return;
    };
    let names = [CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE];
    let Some(name) = names.get(usize::from(*first) % names.len()) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(name, value.clone());
    if let Some(name) = filename::from_headers(&headers) {
        let safe = filename::safe(&name);
        assert!(
            !safe.contains(['/', '\\', '\0']) && safe != ".." && !safe.is_empty(),
            "a name that leads elsewhere"
        );
        let _ = filename::numbered(&safe, 2);
    }
    let _ = charset::utf8(&headers, Bytes::copy_from_slice(value.as_bytes()));
    let _ = redirect::judge(&url, StatusCode::FOUND, &headers);
    let _ = retry_after::retry_after(&headers);
    let _ = encoded_word::decode(&String::from_utf8_lossy(value.as_bytes()));
    let jar = CookieJar::default();
    for _ in 0..3 {
        jar.store(&url, &headers);
    }
    let sent = jar.header(&url).unwrap_or_default();
    assert!(sent.len() <= 33 << 10, "cookies without bound");
}
