//! What is not quite JSON, as it can be read.

/// No protocol nests deeper; readers of what is told give up soon after.
const DEEPEST: usize = 100;

/// `body` with what some servers get wrong put right: a byte order mark, bytes that are no UTF-8, half a surrogate pair in an escape (a
/// browser cut an emoji in two). What cannot be read at all, numbers beyond any float and values nested too deep, is null. Otherwise one such
/// message would make every later poll fail. Anything else that is wrong stays so.
pub(super) fn mended(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut mended = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(first) = rest.bytes().next() {
        let opens = matches!(first, b'{' | b'[');
        let too_deep = opens && depth == DEEPEST;
        let length = match first {
            b'"' => string(rest),
            b'-' | b'0'..=b'9' => rest.bytes().take_while(|byte| is_of_number(*byte)).count(),
            _ if too_deep => nested(rest),
            b'{' | b'[' | b'}' | b']' => 1,
            _ => rest.find(is_of_interest).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        match first {
            b'"' => mend_surrogates(token, &mut mended),
            _ if too_deep || is_beyond_floats(token) => mended.push_str("null"),
            _ => mended.push_str(token),
        }
        match first {
            _ if too_deep => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = after;
    }
    mended
}

/// Whether a token begins with this character that has to be looked at.
fn is_of_interest(character: char) -> bool {
    matches!(character, '"' | '{' | '[' | '}' | ']' | '-' | '0'..='9')
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn is_beyond_floats(token: &str) -> bool {
    let is_number = token.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    is_number && token.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// The length of the string that `text` begins with, up to its closing quote.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}

/// The length of the object or array that `text` begins with, up to its closing bracket.
fn nested(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut length = 0;
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let token = if first == b'"' { string(rest) } else { 1 };
        let token = if first.is_ascii() { token } else { rest.chars().next().map_or(1, char::len_utf8) };
        length += token;
        rest = rest.get(token..).unwrap_or_default();
        match first {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    length
}

/// Appends `text` with escaped surrogates that have no partner replaced by U+FFFD.
fn mend_surrogates(text: &str, mended: &mut String) {
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
    mended.push_str(rest);
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
    use serde_json::{Value, json};

    fn read(text: &str) -> Option<Value> {
        serde_json::from_str(&mended(text.as_bytes())).ok()
    }

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
            assert_eq!(read(text), Some(Value::from(expected)), "{text}");
        }
        assert_eq!(serde_json::from_str::<Value>(&mended(b"\xef\xbb\xbf\"\xff\"")).unwrap(), "\u{fffd}");
        assert_eq!(read("\"\\"), None);
    }

    #[test]
    fn what_cannot_be_read_is_null() {
        assert_eq!(
            read(r#"{"a":1e400,"b":[-1E+999,1e-400,1.5],"c":"1e400"}"#),
            Some(json!({"a": null, "b": [null, 0.0, 1.5], "c": "1e400"}))
        );
        let endless = "9".repeat(400);
        assert_eq!(read(&format!("[{endless},1]")), Some(json!([null, 1])));
        for depth in [101, 130, 200_000] {
            let deep = format!("{}\"]é\\\"\"{}", "[".repeat(depth), "]".repeat(depth));
            let value = read(&format!(r#"{{"a":{deep},"b":{{"x":1}}}}"#)).unwrap();
            assert_eq!(value["b"], json!({"x": 1}), "{depth}");
        }
        let shallow = format!("{}1{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        assert_eq!(mended(shallow.as_bytes()), shallow);
    }

    #[test]
    fn what_is_wrong_otherwise_stays_so() {
        for text in ["<html>", "{\"a\":", "]}[{", "1e400e", "\"", "--", "{\"a\":1}}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn mending_leaves_good_json_alone(text in any::<String>(), number in any::<f64>(), whole in any::<i64>()) {
            let json = json!({"a": [text, number, whole, true, null], "b": {"c": text}}).to_string();
            prop_assert_eq!(mended(json.as_bytes()), json);
        }

        #[test]
        fn mending_never_panics(text in "[\\\\ud8cDC0-9e😀\"{}\\[\\],:-]*", bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = mended(text.as_bytes());
            let _ = mended(&bytes);
            let deep = "[".repeat(DEEPEST) + &text;
            let _ = mended(deep.as_bytes());
        }
    }
}
