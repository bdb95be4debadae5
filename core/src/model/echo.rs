//! What a server may do to a text before it shows it (gms-v2.md, 4.5), and how surely a text that is shown is one that was sent.

use super::entities;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::borrow::Cow;

/// How often entities within entities are undone.
const LAYERS: usize = 3;

/// How well a text that is shown fits one that was sent; the better comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// It is the same, but for white space at the ends.
    Equal,
    /// It is the same when line ends, entities and the Unicode form do not count.
    Folded,
    /// Nothing in it tells: a filter may have masked or replaced what it likes.
    Other,
}

impl Likeness {
    /// How well `shown` fits `sent`.
    pub(crate) fn of(sent: &str, shown: &str) -> Self {
        if sent.trim() == shown.trim() {
            Self::Equal
        } else if fold(sent) == fold(shown) {
            Self::Folded
        } else {
            Self::Other
        }
    }
}

/// The text without what a server changes on its way.
fn fold(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for _ in 0..LAYERS {
        let Some(undone) = entities::undone(&text) else { break };
        text = undone.into();
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    ComposingNormalizerBorrowed::new_nfc().normalize(lines.trim()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_change_is_told_from_another_text() {
        use Likeness::{Equal, Folded, Other};
        let cases = [
            ("hi", " hi\n", Equal),
            ("one\r\ntwo", "one\ntwo", Folded),
            ("one\ntwo", "one\r\ntwo", Folded),
            ("one\rtwo", "one\ntwo", Folded),
            ("1 < 2 & \"x\"", "1 &lt; 2 &amp; &quot;x&quot;", Folded),
            ("it's", "it&#39;s", Folded),
            ("a < b", "a &amp;lt; b", Folded),
            ("&lt;b&gt;", "&amp;lt;b&amp;gt;", Folded),
            ("cafe\u{301}", "caf\u{e9}", Folded),
            ("my card is 4111111111111111", "my card is ****************", Other),
            ("\u{1f600}", "?", Other),
            ("hi", "ho", Other),
        ];
        for (sent, shown, likeness) in cases {
            assert_eq!(Likeness::of(sent, shown), likeness, "{sent:?} shown as {shown:?}");
        }
    }
}
