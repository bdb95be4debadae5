//! What a server may do to the texts of events before anybody sees them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::event::EventType;

/// How many digits card numbers have.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// A change of text. Senders are not told of it: they find it in the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextChange {
    /// CR LF becomes LF.
    CrlfToLf,
    /// LF becomes CR LF.
    LfToCrlf,
    /// The digits of card numbers become `*`, the last four left.
    MaskCards,
    /// `&`, `<`, `>`, `"` and `'` become HTML entities.
    HtmlEscape,
    /// Unicode's composed form, NFC.
    Nfc,
    /// White space at both ends goes.
    Trim,
    /// Characters beyond the Basic Multilingual Plane become `?`.
    BmpOnly,
}

impl TextChange {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::CrlfToLf,
        Self::LfToCrlf,
        Self::MaskCards,
        Self::HtmlEscape,
        Self::Nfc,
        Self::Trim,
        Self::BmpOnly,
    ];

    /// The name on the command line and in the control API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CrlfToLf => "crlfToLf",
            Self::LfToCrlf => "lfToCrlf",
            Self::MaskCards => "maskCards",
            Self::HtmlEscape => "htmlEscape",
            Self::Nfc => "nfc",
            Self::Trim => "trim",
            Self::BmpOnly => "bmpOnly",
        }
    }

    fn apply(self, text: &str) -> String {
        match self {
            Self::CrlfToLf => text.replace("\r\n", "\n"),
            Self::LfToCrlf => text.replace("\r\n", "\n").replace('\n', "\r\n"),
            Self::MaskCards => mask_cards(text),
            Self::HtmlEscape => text.chars().fold(String::new(), escape),
            Self::Nfc => text.nfc().collect(),
            Self::Trim => text.trim().to_owned(),
            Self::BmpOnly => text.chars().map(|c| if c > '\u{ffff}' { '?' } else { c }).collect(),
        }
    }
}

impl fmt::Display for TextChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TextChange {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|change| change.name() == name.trim()).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("{name:?} is no change of text; the changes are {names}")
        })
    }
}

/// The text of an event of this kind after all the changes, in their order. Names of notices are no texts.
pub(super) fn changed(changes: &[TextChange], kind: EventType, text: Option<String>) -> Option<String> {
    use EventType::{IdleAlert, IdleClose, Notice};
    if matches!(kind, Notice | IdleAlert | IdleClose) {
        return text;
    }
    text.map(|text| changes.iter().fold(text, |text, change| change.apply(&text)))
}

fn escape(mut escaped: String, character: char) -> String {
    match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '"' => escaped.push_str("&quot;"),
        '\'' => escaped.push_str("&#39;"),
        other => escaped.push(other),
    }
    escaped
}

/// Masks runs of as many digits as card numbers have, single spaces and dashes between them or not.
fn mask_cards(text: &str) -> String {
    let mut masked = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, masked: &mut String| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        let hidden = if CARD_DIGITS.contains(&digits) { digits - 4 } else { 0 };
        let mut seen = 0;
        masked.extend(run.drain(..).map(|character| {
            seen += usize::from(character.is_ascii_digit());
            if character.is_ascii_digit() && seen <= hidden { '*' } else { character }
        }));
    };
    for character in text.chars() {
        let joins = matches!(character, ' ' | '-') && run.ends_with(|last: char| last.is_ascii_digit());
        if !character.is_ascii_digit() && !joins {
            flush(&mut run, &mut masked);
            masked.push(character);
        } else {
            run.push(character);
        }
    }
    flush(&mut run, &mut masked);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change() {
        for (change, text, wanted) in [
            (TextChange::CrlfToLf, "a\r\nb\nc\r", "a\nb\nc\r"),
            (TextChange::LfToCrlf, "a\r\nb\nc", "a\r\nb\r\nc"),
            (TextChange::MaskCards, "card 4111 1111-11111111, 12", "card **** ****-****1111, 12"),
            (TextChange::MaskCards, "4111111111111111", "************1111"),
            (
                TextChange::MaskCards,
                "call 5550100 or 12345678901234567890",
                "call 5550100 or 12345678901234567890",
            ),
            (
                TextChange::HtmlEscape,
                "<b>'1' & \"2\"</b>",
                "&lt;b&gt;&#39;1&#39; &amp; &quot;2&quot;&lt;/b&gt;",
            ),
            (TextChange::Nfc, "Zu\u{308}rich", "Z\u{fc}rich"),
            (TextChange::Trim, " \n hi\tho \u{a0}", "hi\tho"),
            (TextChange::BmpOnly, "ok \u{1f600}\u{20ac}", "ok ?\u{20ac}"),
        ] {
            assert_eq!(change.apply(text), wanted, "{change}");
        }
    }

    #[test]
    fn names() {
        for change in TextChange::ALL {
            assert_eq!(change.name().parse(), Ok(change));
            assert_eq!(serde_json::to_value(change).unwrap(), change.name());
        }
        assert!("rot13".parse::<TextChange>().unwrap_err().contains("maskCards"));
    }

    #[test]
    fn several_in_order_and_no_names_of_notices() {
        let changes = [TextChange::Trim, TextChange::HtmlEscape];
        let text = || Some(" <hi> ".to_owned());
        assert_eq!(changed(&changes, EventType::Message, text()).as_deref(), Some("&lt;hi&gt;"));
        assert_eq!(changed(&changes, EventType::Notice, text()), text());
        assert_eq!(changed(&changes, EventType::Message, None), None);
    }
}
