//! MIME encoded-words (RFC 2047), which servers put into names although HTTP has another form, and which browsers read.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use encoding_rs::Encoding;

/// `text` with its encoded-words decoded; what is none stays as it is.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::new();
    // Words side by side, with nothing but space between, are one text: a character may be split between them.
    let mut open: Option<(&'static Encoding, Vec<u8>)> = None;
    let mut rest = text;
    while let Some((before, word, after)) = next_word(rest) {
        if !(open.is_some() && before.trim().is_empty()) {
            close(&mut open, &mut decoded);
            decoded.push_str(before);
        }
        match &mut open {
            Some((encoding, bytes)) if *encoding == word.0 => bytes.extend(word.1),
            _ => {
                close(&mut open, &mut decoded);
                open = Some(word);
            }
        }
        rest = after;
    }
    close(&mut open, &mut decoded);
    decoded.push_str(rest);
    decoded
}

fn close(open: &mut Option<(&'static Encoding, Vec<u8>)>, decoded: &mut String) {
    if let Some((encoding, bytes)) = open.take() {
        decoded.push_str(&encoding.decode_without_bom_handling(&bytes).0);
    }
}

type Word = (&'static Encoding, Vec<u8>);

/// The first encoded-word, what stands before it, and what stands behind it.
fn next_word(text: &str) -> Option<(&str, Word, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find("=?")?;
        if let Some((word, after)) = word(text.get(start + 2..)?) {
            return Some((text.get(..start)?, word, after));
        }
        from = start + 2;
    }
}

/// `UTF-8?Q?caf=C3=A9?=`, and what follows it.
fn word(text: &str) -> Option<(Word, &str)> {
    let (charset, text) = text.split_once('?')?;
    let (how, text) = text.split_once('?')?;
    let (encoded, after) = text.split_once("?=")?;
    // RFC 2231: a language can stand behind the charset.
    let encoding = Encoding::for_label(charset.split('*').next()?.as_bytes())?;
    let bytes = match how {
        "B" | "b" => STANDARD_NO_PAD.decode(encoded.trim_end_matches('=')).ok()?,
        "Q" | "q" => quoted(encoded.as_bytes())?,
        _ => return None,
    };
    Some(((encoding, bytes), after))
}

fn quoted(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => {
                let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => *other,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_and_the_rest_stays() {
        for (given, expected) in [
            ("plain.txt", "plain.txt"),
            ("=?UTF-8?B?R3LDvMOfZS5wZGY=?=", "Grüße.pdf"),
            ("=?utf-8?b?R3LDvMOfZS5wZGY?=", "Grüße.pdf"),
            ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe_1=2Epdf?=", "Grüße 1.pdf"),
            ("=?iso-8859-1?q?caf=E9?=.txt", "café.txt"),
            ("=?windows-1252*de?Q?=80?=", "€"),
            ("=?UTF-8?Q?a=C3?= =?UTF-8?Q?=A9b?=", "aéb"),
            ("=?UTF-8?Q?a?= und =?UTF-8?Q?b?=", "a und b"),
            ("=?UTF-8?Q?a=ZZ?=", "=?UTF-8?Q?a=ZZ?="),
            ("=?none?Q?a?= =?UTF-8?X?b?= =?UTF-8?Q", "=?none?Q?a?= =?UTF-8?X?b?= =?UTF-8?Q"),
            ("1 =?? 2", "1 =?? 2"),
        ] {
            assert_eq!(decode(given), expected, "{given}");
        }
    }
}
