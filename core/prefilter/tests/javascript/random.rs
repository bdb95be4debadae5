//! Random expressions and texts: no panic, no endless match, and the answers of JavaScript.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use webchat_prefilter::{Matched, Prefilter, PrefilterError};

use crate::node;

const COMPARED: usize = 4000;

const ATOMS: &[&str] = &[
    "a",
    "b",
    "K",
    "k",
    "ſ",
    "S",
    "é",
    "É",
    "😀",
    ".",
    "^",
    "$",
    "\\b",
    "\\B",
    "\\d",
    "\\D",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "\\1",
    "\\2",
    "\\12",
    "\\0",
    "\\8",
    "\\k<n>",
    "\\k",
    "\\n",
    "\n",
    "\\cA",
    "\\c",
    "\\x61",
    "\\x6",
    "\\uD83D",
    "\\uDE00",
    "\\ud83d\\ude00",
    "\\u{61}",
    "\\u{1F600}",
    "\\u006",
    "\\p{Lu}",
    "\\P{Lu}",
    "\\p{L}",
    "\\p{sc=Latin}",
    "\\p{ASCII}",
    "\\-",
    "\\/",
    "\\_",
    "{",
    "}",
    "]",
    "-",
    "[]",
    "[^]",
    "1",
    "_",
    " ",
];
const MEMBERS: &[&str] = &[
    "a",
    "b",
    "K",
    "k",
    "ſ",
    "\u{212A}",
    "é",
    "😀",
    "a-k",
    "A-z",
    "0-9",
    "-",
    "--",
    "&&",
    "^",
    "[",
    "[a]",
    "[^k]",
    "\\d",
    "\\W",
    "\\w",
    "\\S",
    "\\b",
    "\\B",
    "\\1",
    "\\c",
    "\\c_",
    "\\ca",
    "\\-",
    "\\]",
    "\\x61",
    "\\u{61}",
    "\\uD83D",
    "\\uDE00",
    "\\ud83d\\ude00",
    "\\p{Lu}",
    "\\P{Ll}",
    "\\q{k}",
    "\\n",
    "!!",
    "\\&",
    "|",
    "(",
    "\\k",
];
const QUANTIFIERS: &[&str] =
    &["*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,2}", "{0,1}?", "{2,}", "{2,1}", "{,2}", "{2"];
const GROUPS: &[&str] = &["(", "(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<n>", "(?<é>"];
const TEXT: &[&str] = &[
    "a", "b", "k", "K", "s", "S", "ſ", "\u{212A}", "é", "É", "😀", "1", "_", " ", "\n", "\r", "\u{2028}",
    "-", "\\", "\u{1}", "^", "aa", "ab",
];
const FLAGS: &[&str] = &["", "", "i", "m", "s", "u", "u", "v", "iu", "iv", "im", "y", "su", "g", "ims", "uy"];

fn expression() -> impl Strategy<Value = String> {
    let class = (any::<bool>(), vec(select(MEMBERS), 0..4)).prop_map(|(negated, members)| {
        let sign = if negated { "^" } else { "" };
        format!("[{sign}{}]", members.concat())
    });
    let leaf = prop_oneof![4 => select(ATOMS).prop_map(str::to_owned), 1 => class];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => (select(GROUPS), inner.clone()).prop_map(|(open, body)| format!("{open}{body})")),
            2 => (select(GROUPS), inner.clone(), select(QUANTIFIERS))
                .prop_map(|(open, body, quantifier)| format!("{open}{body}){quantifier}")),
            2 => (inner.clone(), select(QUANTIFIERS)).prop_map(|(body, quantifier)| body + quantifier),
            1 => (inner.clone(), inner).prop_map(|(left, right)| format!("{left}|{right}")),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    vec(select(TEXT), 0..8).prop_map(|parts| parts.concat())
}

/// V8 of 2023 lets `[^]` and single operands be empty with `v`, and searches between the halves of a character with `u`.
fn differs_by_fault(source: &str, flags: &str, text: &str) -> bool {
    let sets = flags.contains('v') && ["[^]", "--", "&&"].iter().any(|fault| source.contains(fault));
    let halves = flags.contains(['u', 'v']) && source.contains("(?<") && text.contains('😀');
    sets || halves
}

#[test]
fn javascript_agrees_with_random_expressions() {
    let mut runner = TestRunner::deterministic();
    let strategy = (expression(), select(FLAGS).prop_map(str::to_owned), text());
    let questions: Vec<node::Question> =
        (0..COMPARED).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let Some(answers) = node::ask(&questions) else { return };
    let mut matched = 0;
    for ((source, flags, text), answer) in questions.iter().zip(answers) {
        let prefilter = Prefilter::new(source, flags);
        let found = match &prefilter {
            Err(PrefilterError::Unsupported { .. }) => continue,
            Err(_) => None,
            Ok(prefilter) => Some((
                prefilter.is_match(text) == Matched::Yes,
                prefilter.source().to_owned(),
                prefilter.flags().to_owned(),
            )),
        };
        if !differs_by_fault(source, flags, text) {
            assert_eq!(found, answer, "/{source}/{flags} on {text:?}: {:?}", prefilter.err());
        }
        matched += usize::from(found.is_some());
    }
    assert!(matched > COMPARED / 4, "{matched} valid expressions are too few");
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error(source in ".{0,40}", flags in "[dgimsuvy]{0,3}", text in ".{0,60}") {
        if let Ok(prefilter) = Prefilter::new(&source, &flags) {
            prefilter.is_match(&text);
            let again = Prefilter::parse(&prefilter.literal()).unwrap();
            prop_assert_eq!(again, prefilter);
        }
    }

    #[test]
    fn any_expression_on_a_long_text_ends(source in expression(), flags in select(FLAGS), part in text()) {
        if let Ok(prefilter) = Prefilter::new(&source, flags) {
            prefilter.is_match(&part.repeat(200));
        }
    }
}
