//! The one gate for text from elsewhere (a server, an application, a file) on its way into a log or an error: one line, of bounded
//! length, of characters that can be seen, and no values of a document that could not be read.

use std::fmt::Write;

/// The longest piece of foreign text shown, in characters.
const LONGEST: usize = 120;
/// No word is longer than this; a key may be.
const LONGEST_WORD: usize = 24;

/// `text` in one line: what does not show itself is escaped, what is too long is cut.
pub fn line(text: &str) -> String {
    let mut shown = String::new();
    for (position, char) in text.chars().enumerate() {
        if position == LONGEST {
            shown.push('…');
            break;
        }
        if is_seen(char) {
            shown.push(char);
        } else {
            let _ = write!(shown, "{}", char.escape_unicode());
        }
    }
    shown
}

/// `text` of a server, without what can be a value: of each word that has more than letters, that it is there.
pub fn words(text: &str) -> String {
    let is_word = |word: &str| {
        let word = word.trim_matches(|char: char| char.is_ascii_punctuation());
        word.len() <= LONGEST_WORD && word.chars().all(char::is_alphabetic)
    };
    let words: Vec<_> = text.split_whitespace().map(|word| if is_word(word) { word } else { "…" }).collect();
    line(&words.join(" "))
}

/// Why JSON could not be read, and where: serde's own words repeat what stands there.
pub fn json_error(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Io => "it cannot be read",
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Data => "a value is not of the right kind",
        serde_json::error::Category::Eof => "it ends too early",
    };
    match error.line() {
        0 => what.to_owned(),
        line => format!("{what}, line {line}, column {}", error.column()),
    }
}

/// Whether a character shows itself, and turns nothing around.
fn is_seen(char: char) -> bool {
    !(char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_short_and_shows_all_it_has() {
        assert_eq!(line("Grüße, 123"), "Grüße, 123");
        assert_eq!(line("a\r\nb\u{1b}[31m\u{202e}"), r"a\u{d}\u{a}b\u{1b}[31m\u{202e}");
        assert_eq!(line(&"x".repeat(1000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn words_hold_no_values() {
        assert_eq!(words("Unknown client"), "Unknown client");
        assert_eq!(words("client 7f3k2 (of ann@example.com)\r\nis gone."), "client … (of … is gone.");
        assert_eq!(words(&"k".repeat(100)), "…");
    }

    #[test]
    fn an_error_of_json_shows_no_value() {
        let error =
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>("\n \"secret\"").unwrap_err();
        assert!(error.to_string().contains("secret"), "serde repeats it");
        assert_eq!(json_error(&error), "a value is not of the right kind, line 2, column 9");
        let error = serde_json::from_str::<u8>("{secret").unwrap_err();
        assert_eq!(json_error(&error), "a value is not of the right kind, line 1, column 0");
    }
}
