#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;

const PARTS: &[&str] = &[
    "a", "b", "é", "😀", ".", "|", "^", "$", "\\b", "\\B", "[ab]", "[^a]", "(a|b)", "(?:a*b)", "(ab?)+", "*",
    "+?", "?", "{2}",
];

fn prefilter(literal: &str) -> Prefilter {
    Prefilter::parse(literal).unwrap_or_else(|error| panic!("{literal}: {error}"))
}

fn engines(source: &str, flags: &str) -> (Option<Linear>, Program) {
    let flags = Flags::parse(flags).unwrap();
    let pattern = parse::parse(source, flags).unwrap();
    (Linear::new(&pattern), backtrack::compile(&pattern, flags))
}

#[test]
fn literals_are_read_and_written() {
    let read = prefilter(r"/a[/]\/b/gi");
    assert_eq!((read.source(), read.flags()), (r"a[/]\/b", "gi"));
    assert_eq!(read.literal(), r"/a[/]\/b/gi");
    assert_eq!(read.is_match("xA//B"), Matched::Yes);
    for (literal, error) in [
        ("abc", "no slash"),
        ("/abc", "no slash ends"),
        ("/a[/]", "no slash ends"),
        ("//", "empty"),
        ("/a\nb/", "line ends"),
        ("/a/x", "'x'"),
        ("/a/b/i", "'b'"),
        ("/a/ii", "'i'"),
        ("/a/uv", "exclude"),
    ] {
        let found = Prefilter::parse(literal).unwrap_err().to_string();
        assert!(found.contains(error), "{literal}: {found}");
    }
}

#[test]
fn json_is_a_literal_or_an_object() {
    let expected = Prefilter::new("[a-z]+", "i").unwrap();
    for value in [json!("/[a-z]+/i"), json!({"source": "[a-z]+", "flags": "i"})] {
        assert_eq!(Prefilter::from_json(&value).unwrap(), expected);
    }
    assert_eq!(Prefilter::from_json(&json!({"source": "a"})).unwrap().literal(), "/a/");
    for value in
        [json!({}), json!({"source": "a", "flags": 1}), json!({"flags": "i"}), json!(["/a/"]), json!(null)]
    {
        assert!(matches!(Prefilter::from_json(&value), Err(PrefilterError::Form(_))), "{value}");
    }
}

#[test]
fn the_stored_form_is_that_of_the_regexp_object() {
    let source = "/\n[/]";
    let stored = serde_json::to_value(Prefilter::new(source, "yi").unwrap()).unwrap();
    assert_eq!(stored, json!({"source": r"\/\n[/]", "flags": "iy"}));
    let recalled: Prefilter = serde_json::from_value(stored).unwrap();
    assert_eq!(recalled, Prefilter::new(source, "iy").unwrap());
    assert_eq!(recalled.is_match(source), Matched::No);
    assert_eq!(recalled.is_match("/\n/"), Matched::Yes);
    assert_eq!(Prefilter::new("", "").unwrap().literal(), "/(?:)/");
    assert!(serde_json::from_value::<Prefilter>(json!({"source": "("})).is_err());
}

#[test]
fn equality_is_source_and_flags() {
    assert_eq!(prefilter("/a/gi"), prefilter("/a/ig"));
    assert_ne!(prefilter("/a/"), prefilter("/a/i"));
    assert_ne!(prefilter("/a/"), prefilter("/(?:a)/"));
}

#[test]
fn debug_output_keeps_the_pattern_secret() {
    assert!(!format!("{:?}", prefilter("/token-4711/")).contains("4711"));
}

#[test]
fn what_is_not_supported_is_said_with_its_place() {
    for (source, flags, offset) in [
        ("a(?i:b)", "", 3),
        (r"[\q{ab}]", "v", 5),
        (r"[\q{}]", "v", 4),
        (r"[\q{a|}]", "v", 6),
        ("(?<a>x)|(?<a>y)", "", 13),
    ] {
        match Prefilter::new(source, flags) {
            Err(PrefilterError::Unsupported { offset: found, .. }) => assert_eq!(found, offset, "{source}"),
            other => panic!("{source}: {other:?}"),
        }
    }
    let deep = format!("{}{}", "(".repeat(101), ")".repeat(101));
    assert!(matches!(Prefilter::new(&deep, ""), Err(PrefilterError::Unsupported { offset: 101, .. })));
    let deep = format!("{}{}", "(?=(".repeat(50), "))".repeat(50));
    assert_eq!(Prefilter::new(&deep, "").unwrap().is_match(""), Matched::Yes);
    let long = "a".repeat(MAX_PATTERN_CHARS + 1);
    assert!(matches!(Prefilter::new(&long, ""), Err(PrefilterError::TooLong { length: 8193, .. })));
}

/// Sets ignore case before they are subtracted, which engines got wrong at first.
#[test]
fn operands_of_one_character_ignore_case() {
    assert_eq!(prefilter("/[[a-z]--k]/iv").is_match("K"), Matched::No);
    assert_eq!(prefilter("/[k&&K]/iv").is_match("k"), Matched::Yes);
    assert_eq!(prefilter("/^[^]{2}$/v").is_match("a"), Matched::No);
}

#[test]
fn nested_quantifiers_take_linear_time() {
    for source in ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){9}$", r"^(\w+\s?)*$", "(x+x+)+y"] {
        assert!(engines(source, "").0.is_some(), "{source}");
        let text = format!("{}!", "a".repeat(1 << 18));
        assert_ne!(Prefilter::new(source, "").unwrap().is_match(&text), Matched::LimitExceeded, "{source}");
    }
}

#[test]
fn matching_is_given_up_at_the_limit_and_hides() {
    for source in [r"^(a+)+(?!.)\1b", r"(a|a)*(?=b)", "(?=(a*)*b)", r"(?:(?=a)a|a)*$b", r"(.*)*\1b"] {
        let filter = Prefilter::new(source, "").unwrap();
        let matched = filter.is_match(&"a".repeat(5000));
        assert!(matched.is_limit() && matched.hides(), "{source}: {matched:?}");
        assert!(!filter.is_match("").is_limit());
    }
    assert!(Matched::Yes.hides() && !Matched::No.hides() && !Matched::Yes.is_limit());
}

#[test]
fn a_mebibyte_of_nested_quantifiers_ends() {
    let text = "x".repeat(1 << 20);
    assert_eq!(prefilter("/(x+x+)+y/").is_match(&text), Matched::No);
    assert_eq!(prefilter("/(x+x+)+y(?!z)/").is_match(&text), Matched::LimitExceeded);
}

#[test]
fn large_texts_fit_the_limit_of_common_expressions() {
    let text = format!("{} 4711!", "lorem ipsum ".repeat(20_000));
    for source in [r"^(?=.*\d)(?=.*!)", r"(?<=\s)\d{4}(?=!)", r"(\w)\1\d*!", "(?<!x)$"] {
        assert_eq!(Prefilter::new(source, "s").unwrap().is_match(&text), Matched::Yes, "{source}");
    }
}

#[test]
fn huge_automata_are_left_to_the_other_engine() {
    for source in
        ["(a{1000}){1000}", r"\p{L}{5000}", "(?:(?:x?){999}){999}", "(?:ab){20000}", "a{4294967296}"]
    {
        assert!(engines(source, "u").0.is_none(), "{source}");
    }
    let (linear, _) = engines("[ab]*a[ab]{1000}c", "");
    assert_eq!(linear.unwrap().is_match(&"ab".repeat(1 << 19), false), None);
}

#[test]
fn line_anchors_are_automata_unless_the_text_has_other_terminators() {
    let (linear, program) = engines("^b$", "m");
    let linear = linear.unwrap();
    assert_eq!(linear.is_match("a\nb\nc", false), Some(true));
    assert_eq!(linear.is_match("a\rb\rc", false), None);
    assert_eq!(program.is_match("a\rb\rc", false), Ok(true));
}

proptest! {
    #[test]
    fn both_engines_agree(
        source in vec(select(PARTS), 0..12).prop_map(|parts| parts.concat()),
        flags in select(&["", "m", "s", "i", "u", "iu", "ms"][..]),
        text in "[abAé😀 \n]{0,10}",
        anchored in any::<bool>(),
    ) {
        let flags = Flags::parse(flags).unwrap();
        let Ok(pattern) = parse::parse(&source, flags) else { return Ok(()) };
        let text = chars::text_chars(&text, flags.unicode());
        let Some(linear) = Linear::new(&pattern) else { return Ok(()) };
        let program = backtrack::compile(&pattern, flags);
        prop_assert_eq!(linear.is_match(&text, anchored), program.is_match(&text, anchored).ok());
    }
}
