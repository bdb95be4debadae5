//! The one gate for text from elsewhere (a server, an application, a file) on its way into a log or an error: one line, of bounded
//! length, of characters that can be seen, and no values of a document that could not be read. A foreign piece goes through where it is
//! put into a sentence ([`line()`], [`words`], [`json_error`]), and every sentence goes through as a whole ([`sentence`]).

use serde_json::error::Category;
use std::fmt::Write;

/// The longest piece of foreign text shown, in characters.
const LONGEST: usize = 120;
/// The longest sentence, in characters.
const LONGEST_SENTENCE: usize = 2000;
/// No word is longer than this; a key may be.
const LONGEST_WORD: usize = 24;

/// `text` in one line: what does not show itself is escaped, what is too long is cut.
pub fn line(text: &str) -> String {
    cut(text, LONGEST)
}

/// A sentence of ours, whatever foreign pieces are in it, in one line.
pub fn sentence(text: impl Into<String>) -> String {
    let text = text.into();
    if text.len() <= LONGEST_SENTENCE && text.chars().all(is_seen) {
        return text;
    }
    cut(&text, LONGEST_SENTENCE)
}

fn cut(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for (position, char) in text.chars().enumerate() {
        if position == longest {
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

/// `text` for a person at a terminal, whole and with its line breaks: what acts on the terminal, or turns text around so that it reads as
/// something else, is escaped. What only joins or separates, as in Persian and in emoji, stays.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if char == '\n' || !(char.is_control() || acts_on_lines(char)) {
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

/// Why JSON could not be read, and where. Where a value is of another kind than it must be, serde's own words repeat the value.
pub fn json_error(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Data => {
            format!("a value is not of the right kind at line {} column {}", error.line(), error.column())
        }
        Category::Io | Category::Syntax | Category::Eof => line(&error.to_string()),
    }
}

/// Whether a character shows itself, and turns nothing around.
fn is_seen(char: char) -> bool {
    let is_hidden = matches!(
        char,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    !(char.is_control() || acts_on_lines(char) || is_hidden)
}

/// Whether a character turns text around or ends lines.
fn acts_on_lines(char: char) -> bool {
    matches!(
        char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
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
    fn a_terminal_is_shown_everything_and_obeys_nothing() {
        let foreign = "Zoë\u{200d} \u{1f469}\u{200d}\u{1f680}:\n ok";
        assert_eq!(visible(foreign), foreign);
        assert_eq!(visible("\r\u{1b}[2J\u{9b}A\u{7f}\t\0"), r"\u{d}\u{1b}[2J\u{9b}A\u{7f}\u{9}\u{0}");
        for turning in
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}"
                .chars()
        {
            let shown = visible(&format!("a{turning}b"));
            assert_eq!(shown, format!("a{}b", turning.escape_unicode()));
            assert_eq!(line(&format!("a{turning}b")), shown);
        }
        assert_eq!(visible(&"x".repeat(1000)).len(), 1000);
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
        assert_eq!(json_error(&error), "a value is not of the right kind at line 2 column 9");
        for (text, words) in [
            ("{secret", "key must be a string at line 1 column 2"),
            ("{\"secret\": \"", "EOF while parsing a string at line 1 column 12"),
            ("secret", "expected value at line 1 column 1"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            assert_eq!(json_error(&error), words);
        }
    }

    #[test]
    fn a_sentence_is_one_line_and_has_an_end() {
        assert_eq!(sentence("Grüße, 123"), "Grüße, 123");
        assert_eq!(sentence("a\nb\u{202e}"), r"a\u{a}b\u{202e}");
        assert_eq!(sentence("é".repeat(LONGEST_SENTENCE)).chars().count(), LONGEST_SENTENCE);
        assert_eq!(sentence("x".repeat(LONGEST_SENTENCE * 2)).chars().count(), LONGEST_SENTENCE + 1);
    }
}
