//! Prefilters against JavaScript: a table of expressions, and random ones.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says why it was skipped"
)]

mod cases;
mod node;
mod random;

use webchat_prefilter::{Matched, Prefilter, PrefilterError};

use cases::{CASES, INVALID};

#[test]
fn the_table_holds() {
    let mut wrong = Vec::new();
    for (source, flags, text, expected) in CASES {
        let matched = if *expected { Matched::Yes } else { Matched::No };
        match Prefilter::new(source, flags) {
            Ok(prefilter) if prefilter.is_match(text) == matched => {}
            Ok(_) => wrong.push(format!("/{source}/{flags} on {text:?}")),
            Err(error) => wrong.push(format!("/{source}/{flags}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn invalid_expressions_are_rejected() {
    let mut wrong = Vec::new();
    for (source, flags, offset) in INVALID {
        match Prefilter::new(source, flags) {
            Err(PrefilterError::Syntax { offset: found, .. }) if found == *offset => {}
            other => wrong.push(format!("/{source}/{flags}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn javascript_agrees_with_the_table() {
    let valid = CASES.iter().map(|(source, flags, text, _)| (*source, *flags, *text));
    let questions: Vec<node::Question> = valid
        .chain(INVALID.iter().map(|(source, flags, _)| (*source, *flags, "")))
        .map(|(source, flags, text)| (source.to_owned(), flags.to_owned(), text.to_owned()))
        .collect();
    let Some(answers) = node::ask(&questions) else { return };
    assert_eq!(answers.len(), questions.len());
    let expected = CASES.iter().map(|case| Some(case.3)).chain(INVALID.iter().map(|_| None));
    for ((question, answer), expected) in questions.iter().zip(answers).zip(expected) {
        assert_eq!(answer.as_ref().map(|answer| answer.0), expected, "{question:?}");
        if let Some((_, source, flags)) = answer {
            let prefilter = Prefilter::new(&question.0, &question.1).unwrap();
            assert_eq!((prefilter.source(), prefilter.flags()), (source.as_str(), flags.as_str()));
        }
    }
}
