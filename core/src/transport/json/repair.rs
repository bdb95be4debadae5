//! Answers that are not quite JSON.

use serde_json::Value;
use std::borrow::Cow;

/// Reads `body` as JSON, after repairing what some servers get wrong: a byte order mark, bytes that are no UTF-8, half a surrogate
/// pair in an escape (a browser cut an emoji in two). Otherwise one such message would make every later poll fail.
pub(super) fn repaired(body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str(&mend_surrogates(text.trim_start_matches('\u{feff}'))).ok()
}

/// Replaces escaped surrogates that have no partner by U+FFFD.
fn mend_surrogates(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut rest = text;
    while let Some(position) = rest.find('\\') {
        let (before, escape) = rest.split_at(position);
        mended.push_str(before);
        let (length, replacement) = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(high), Some(low)) if high < 0xdc00 && low >= 0xdc00 => (12, None),
            (Some(_), _) => (6, Some("\\ufffd")),
            (None, _) => (escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end), None),
        };
        let (whole, after) = escape.split_at(length);
        mended.push_str(replacement.unwrap_or(whole));
        rest = after;
    }
    if mended.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(mended + rest) }
}

/// The surrogate that `text` starts with, as an escape.
fn surrogate(text: &str) -> Option<u16> {
    let unit = u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    (0xd800..0xe000).contains(&unit).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_of_pairs_are_replaced() {
        for (text, expected) in [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""a\ude00b""#, "a\u{fffd}b"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
            (r#""plain""#, "plain"),
        ] {
            assert_eq!(repaired(text.as_bytes()), Some(Value::from(expected)), "{text}");
        }
        assert_eq!(repaired(b"\xef\xbb\xbf\"\xff\""), Some(Value::from("\u{fffd}")));
        assert_eq!(repaired(b"\"\\"), None);
    }

    proptest! {
        #[test]
        fn mending_leaves_good_json_alone(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(repaired(json.as_bytes()), Some(Value::from(text)));
        }

        #[test]
        fn mending_never_panics(text in "[\\\\ud8cDC0-9e😀]*") {
            let _ = mend_surrogates(&text);
        }
    }
}
