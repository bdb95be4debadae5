//! The text of a body, whatever its encoding.

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use std::borrow::Cow;

/// `body` as UTF-8 without a byte order mark, if its `Content-Type` says that it is text, else as it is. As in a browser a byte order mark
/// tells the encoding, else the type's `charset` does, else it is UTF-8.
pub(crate) fn utf8(headers: &HeaderMap, body: Bytes) -> Bytes {
    let kind = headers.get(CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()));
    let Some(kind) = kind.map(|kind| kind.to_ascii_lowercase()).filter(|kind| is_text(kind)) else {
        return body;
    };
    let marked = Encoding::for_bom(&body);
    let named = || charset(&kind).and_then(|name| Encoding::for_label(name.as_bytes()));
    match marked.map(|(encoding, _)| encoding).or_else(named) {
        // What is no UTF-8 after all is mended where it is read.
        None => body,
        Some(encoding) if encoding == UTF_8 => body.slice(marked.map_or(0, |(_, mark)| mark)..),
        Some(encoding) => match encoding.decode(&body).0 {
            Cow::Borrowed(_) => body,
            Cow::Owned(text) => text.into(),
        },
    }
}

fn is_text(kind: &str) -> bool {
    kind.trim_start().starts_with("text/")
        || ["json", "xml", "javascript"].iter().any(|part| kind.contains(part))
}

/// The `charset` among the parameters of a type.
fn charset(kind: &str) -> Option<&str> {
    let parameters = kind.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.into_iter().find(|(name, _)| name.trim() == "charset")?;
    Some(value.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, body: &[u8]) -> String {
        let headers =
            [(CONTENT_TYPE, kind.parse().unwrap())].into_iter().filter(|_| !kind.is_empty()).collect();
        String::from_utf8_lossy(&utf8(&headers, Bytes::copy_from_slice(body))).into_owned()
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn the_charset_of_the_type_counts() {
        for (kind, body) in [
            ("application/json", "é€".as_bytes()),
            ("application/json;charset=utf-8", "é€".as_bytes()),
            ("application/json; charset=\"UTF-8\"", "é€".as_bytes()),
            ("application/json; charset=klingon", "é€".as_bytes()),
            ("application/json; charset=windows-1252", b"\xe9\x80"),
            ("text/html; version=1; Charset=ISO-8859-1", b"\xe9\x80"),
            ("application/problem+json;charset=latin1", b"\xe9\x80"),
            ("application/json; charset=UTF-16LE", &utf16("é€", u16::to_le_bytes)),
            ("application/json; charset=utf-16", &utf16("é€", u16::to_le_bytes)),
            ("application/json; charset=utf-16be", &utf16("é€", u16::to_be_bytes)),
            ("application/json; charset=Shift_JIS", &[]),
        ] {
            let text = if body.is_empty() { "" } else { "é€" };
            assert_eq!(read(kind, body), text, "{kind}");
        }
    }

    #[test]
    fn a_byte_order_mark_tells_more_and_goes() {
        for kind in ["application/json", "text/plain; charset=windows-1252"] {
            for body in [
                "\u{feff}é€".as_bytes().to_vec(),
                utf16("\u{feff}é€", u16::to_le_bytes),
                utf16("\u{feff}é€", u16::to_be_bytes),
            ] {
                assert_eq!(read(kind, &body), "é€", "{kind} {body:?}");
            }
        }
    }

    #[test]
    fn what_is_no_text_stays_as_it_is() {
        for kind in ["", "image/png", "image/png; charset=windows-1252", "application/octet-stream"] {
            let headers = [(CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect();
            let body = Bytes::from_static(b"\xff\xfe\x00\xe9");
            assert_eq!(utf8(&headers, body.clone()), body, "{kind}");
        }
    }

    #[test]
    fn good_utf8_is_not_copied() {
        let headers =
            [(CONTENT_TYPE, "application/json;charset=UTF-8".parse().unwrap())].into_iter().collect();
        let body = Bytes::from_static(b"{}");
        assert_eq!(utf8(&headers, body.clone()).as_ptr(), body.as_ptr());
    }
}
