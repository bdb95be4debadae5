//! File names from elsewhere, made harmless.

use super::encoded_word;
use percent_encoding::percent_decode_str;
use reqwest::header::{CONTENT_DISPOSITION, HeaderMap};

/// The longest name made, in bytes: file systems take 255, and a number may have to fit behind it.
const LONGEST: usize = 200;
/// The longest extension that is kept when a name is cut.
const LONGEST_EXTENSION: usize = 20;

/// The name an answer's `Content-Disposition` gives (RFC 6266), as it stands.
pub(super) fn from_headers(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_DISPOSITION)?.as_bytes();
    let latin1 = || value.iter().copied().map(char::from).collect();
    let value = std::str::from_utf8(value).map_or_else(|_| latin1(), str::to_owned);
    let (mut plain, mut extended) = (None, None);
    let mut rest = value.split_once(';')?.1;
    while let Some((name, after)) = rest.split_once('=') {
        let (text, after) = parameter_value(after.trim_start());
        match name.trim().to_ascii_lowercase().as_str() {
            "filename" => plain = plain.or(Some(text)),
            "filename*" => extended = extended.or_else(|| extended_value(&text)),
            _ => {}
        }
        rest = after.split_once(';').map_or("", |(_, after)| after);
    }
    extended.or(plain.map(|plain| encoded_word::decode(&plain))).filter(|name| !name.is_empty())
}

/// A token or quoted string, and what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let (token, rest) = text.split_at(end);
        return (token.trim_end().to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((position, char)) = chars.next() {
        match char {
            '"' => return (value, quoted.get(position + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// `UTF-8'en'na%C3%AFve.txt` (RFC 8187).
fn extended_value(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = percent_decode_str(encoded);
    if charset.eq_ignore_ascii_case("utf-8") {
        bytes.decode_utf8().ok().map(Into::into)
    } else {
        charset.eq_ignore_ascii_case("iso-8859-1").then(|| bytes.map(char::from).collect())
    }
}

/// A name that names a plain file in whatever directory it is used, on every system: no directory part, no control or direction
/// characters, not hidden, not reserved, not too long, never empty.
pub(super) fn safe(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = base.chars().filter(|char| !is_invisible(*char)).map(replace_special).collect();
    let trimmed = clean.trim_matches(|char: char| char == '.' || char.is_whitespace());
    let named = if trimmed.is_empty() { "file" } else { trimmed };
    let unreserved = if is_reserved(named) { format!("_{named}") } else { named.to_owned() };
    shorten(&unreserved)
}

/// The name of the `number`th file of the same name: `photo (2).png`.
pub(super) fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem} ({number}).{extension}"),
        _ => format!("{name} ({number})"),
    }
}

/// Characters that have no look of their own: controls, and marks that hide a name's end or turn it around.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Characters with a meaning to some file system.
fn replace_special(char: char) -> char {
    if matches!(char, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { char }
}

/// Names of devices on Windows, with any extension.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let mut chars = stem.chars();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ if stem.starts_with("COM") || stem.starts_with("LPT") => {
            chars.nth(3).is_some_and(|digit| matches!(digit, '0'..='9' | '¹' | '²' | '³'))
                && chars.next().is_none()
        }
        _ => false,
    }
}

/// Cuts the stem, not the extension.
fn shorten(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= LONGEST_EXTENSION => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let end =
        (0..=LONGEST - extension.len()).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or_default();
    let stem =
        stem.get(..end).unwrap_or(stem).trim_end_matches(|char: char| char == '.' || char.is_whitespace());
    format!("{stem}{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_stay_in_their_directory() {
        for (given, expected) in [
            ("photo.png", "photo.png"),
            ("Grüße 1.pdf", "Grüße 1.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\system32\\a.dll", "a.dll"),
            ("/etc/passwd", "passwd"),
            ("C:evil.txt", "C_evil.txt"),
            ("file.txt:stream", "file.txt_stream"),
            ("..", "file"),
            ("a/..", "file"),
            ("", "file"),
            (" . . ", "file"),
            (".bashrc", "bashrc"),
            ("...hidden", "hidden"),
            ("trailing. . ", "trailing"),
            ("nul", "_nul"),
            ("Com1.txt", "_Com1.txt"),
            ("com¹", "_com¹"),
            ("LPT9 .log", "_LPT9 .log"),
            ("COM10", "COM10"),
            ("console.txt", "console.txt"),
            ("a\0b\nc\u{202e}gnp.exe", "abcgnp.exe"),
            ("a<b>c\"d|e?f*g", "a_b_c_d_e_f_g"),
        ] {
            assert_eq!(safe(given), expected, "{given:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = safe(&format!("{}.png", "ü".repeat(300)));
        assert!(name.len() <= LONGEST && name.ends_with("ü.png"), "{name}");
        assert!(safe(&"x".repeat(1000)).len() == LONGEST);
    }

    #[test]
    fn copies_are_numbered_before_the_extension() {
        assert_eq!(numbered("photo.png", 1), "photo (1).png");
        assert_eq!(numbered("archive.tar.gz", 2), "archive.tar (2).gz");
        assert_eq!(numbered("README", 3), "README (3)");
    }

    fn disposition(value: &[u8]) -> Option<String> {
        let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
        from_headers(&[(CONTENT_DISPOSITION, value)].into_iter().collect())
    }

    #[test]
    fn content_disposition() {
        for (header, expected) in [
            ("attachment; filename=a.txt", Some("a.txt")),
            ("attachment; filename=\"a b; c.txt\" ; size=3", Some("a b; c.txt")),
            ("attachment; FileName = \"q\\\"uote.txt\"", Some("q\"uote.txt")),
            ("attachment; filename=\"x.txt\"; filename*=UTF-8''na%C3%AFve%20.txt", Some("naïve .txt")),
            ("attachment; filename*=iso-8859-1'en'%A3.txt; filename=x", Some("£.txt")),
            ("attachment; filename*=UTF-8''%FF; filename=fallback", Some("fallback")),
            ("attachment; filename*=broken; filename=fallback", Some("fallback")),
            ("attachment; filename=\"unclosed", Some("unclosed")),
            ("attachment; filename=\"=?UTF-8?B?R3LDvMOfZS5wZGY=?=\"", Some("Grüße.pdf")),
            ("attachment; filename==?iso-8859-1?Q?caf=E9=2Etxt?=; size=1", Some("café.txt")),
            ("attachment; filename=\"=?UTF-8?Q?=2E=2E=2Fx?=\"", Some("../x")),
            ("attachment; filename=\"\"", None),
            ("attachment", None),
            ("inline; size=1", None),
        ] {
            assert_eq!(disposition(header.as_bytes()).as_deref(), expected, "{header}");
        }
        assert_eq!(
            disposition("attachment; filename=\"Grüße.txt\"".as_bytes()).as_deref(),
            Some("Grüße.txt")
        );
        assert_eq!(disposition(b"attachment; filename=\"\xa3.txt\"").as_deref(), Some("£.txt"));
    }

    proptest! {
        #[test]
        fn any_name_becomes_a_plain_one(name in "\\PC*|[./\\\\:\u{0}-\u{20}a]*") {
            let safe = safe(&name);
            prop_assert!(!safe.is_empty() && safe.len() <= LONGEST + 1);
            prop_assert!(!safe.starts_with('.') && !safe.ends_with(['.', ' ']));
            prop_assert!(!safe.contains(['/', '\\', ':', '\0']));
            prop_assert_eq!(std::path::Path::new(&safe).components().count(), 1);
            prop_assert_eq!(&super::safe(&safe), &safe, "it is already safe");
        }

        #[test]
        fn any_header_is_read(value in proptest::collection::vec(0x20u8..=0x7e, 0..60)) {
            let _ = disposition(&[b"a;".as_slice(), &value].concat());
        }
    }
}
