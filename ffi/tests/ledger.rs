//! The ledger is that of the header, and nothing that a release has had changes: as the texts say, and as libabigail finds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/library.rs"]
mod library;
#[path = "support/workshop.rs"]
mod workshop;

use ledger::{continued, declared, entries, parts, structures, version};
use std::{collections::BTreeSet, fs, path::Path, process::Command};
use workshop::{compilers, installed, root, successful};

fn header() -> String {
    fs::read_to_string(root().join("include/webchat.h")).unwrap()
}

fn ledger() -> String {
    fs::read_to_string(root().join("ffi").join(ledger::PATH)).unwrap()
}

fn texts(ledger: &str) -> Vec<String> {
    entries(ledger).into_iter().map(|(_, it)| it.to_owned()).collect()
}

/// The ledger of the last release; before the first there is none.
fn released() -> Option<String> {
    let git = |words: &[&str]| {
        let output = Command::new("git").current_dir(root()).args(words).output().ok()?;
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    };
    let tag = git(&["describe", "--tags", "--abbrev=0", "--match=v[0-9]*"])?;
    git(&["show", &format!("{}:ffi/{}", tag.trim(), ledger::PATH)])
}

/// What keeps programs working, and what does not: in the header, one text in place of another.
const GROWN: [(&str, &str); 3] = [
    ("#define WEBCHAT_OK 0\n", "#define WEBCHAT_OK 0\n#define WEBCHAT_ERR_NEW 4711\n"),
    ("    size_t content_count;\n", "    size_t content_count;\n    uint64_t more;\n"),
    (
        "WEBCHAT_API\nwebchat_status webchat_event_free(",
        "WEBCHAT_API\nuint32_t webchat_new(void);\nWEBCHAT_API\nwebchat_status webchat_event_free(",
    ),
];
const BROKEN: [(&str, &str); 6] = [
    (
        "webchat_status webchat_event_free(webchat_event *event);",
        "webchat_status webchat_event_free(webchat_event *event, uint32_t how);",
    ),
    ("WEBCHAT_API\nwebchat_status webchat_event_free(webchat_event *event);", ""),
    ("    const char *data;\n", "    uint64_t more;\n    const char *data;\n"),
    ("    size_t len;\n", "    size_t len;\n    uint64_t more;\n"),
    ("    uint64_t timestamp;\n", "    int32_t timestamp;\n"),
    ("typedef uint32_t webchat_status;", "typedef uint64_t webchat_status;"),
];

fn changed((from, to): (&str, &str)) -> String {
    let header = header();
    assert_eq!(header.matches(from).count(), 1, "{from}");
    header.replace(from, to)
}

#[test]
fn the_ledger_is_that_of_the_header() {
    let (header, ledger) = (header(), ledger());
    assert_eq!(continued(&ledger, &header, &version()).unwrap(), ledger, "make header");
    let functions =
        declared(&header).iter().filter(|it| !it.starts_with("typedef") && it.ends_with(");")).count();
    let symbols = fs::read_to_string(root().join("ffi/symbols.txt")).unwrap();
    assert_eq!(functions, symbols.lines().count(), "every function is in it");
}

#[test]
fn the_ledger_takes_what_is_new_and_lets_nothing_change() {
    for change in GROWN {
        let grown = continued(&ledger(), &changed(change), "0.99").unwrap();
        let new: Vec<_> = entries(&grown).into_iter().filter(|(since, _)| *since == "0.99").collect();
        assert_eq!(new.len(), 1, "{new:?}");
        assert_eq!(entries(&grown).len(), entries(&ledger()).len() + 1);
    }
    for change in BROKEN {
        continued(&ledger(), &changed(change), "0.99").expect_err(change.0);
    }
    let number = changed(("#define WEBCHAT_OK 0\n", "#define WEBCHAT_OK 1\n"));
    assert!(continued(&ledger(), &number, "0.99").unwrap_err().contains("#define WEBCHAT_OK 0"));
}

/// What is said of each function and type in the header.
#[test]
fn the_header_and_the_ledger_name_the_same_versions() {
    let (header, ledger) = (header(), ledger());
    let entries = entries(&ledger);
    let mut checked = 0;
    for part in header.split("/**").skip(1) {
        let (comment, code) = part.split_once("*/").unwrap();
        let code = code.trim_start();
        if !code.starts_with("typedef") && !code.starts_with("WEBCHAT_API") {
            continue;
        }
        let since = comment.rsplit("Since ").next().unwrap().trim_end().trim_end_matches('.');
        // A structure's fields have comments of their own; its first has been there from the beginning.
        let declaration = match code.strip_prefix("typedef struct ").and_then(|it| it.split_once(" {")) {
            Some((name, _)) => format!("{name} {{ "),
            None => declared(code).swap_remove(0),
        };
        let entry = entries.iter().find(|(_, it)| it.starts_with(&declaration));
        assert_eq!(entry.map(|(version, _)| *version), Some(since), "{declaration}");
        checked += 1;
    }
    assert!(checked > 110, "{checked}");
}

#[test]
fn what_the_last_release_had_is_there() {
    let Some(released) = released() else { return };
    let ledger = ledger();
    let today: BTreeSet<_> = entries(&ledger).into_iter().collect();
    for entry in entries(&released) {
        assert!(today.contains(&entry), "{entry:?}");
    }
}

/// A library's functions, empty, with the types that they have.
fn hollow(directory: &Path, name: &str, types: &str, declarations: &[String]) -> std::path::PathBuf {
    let functions = declarations.iter().filter(|it| !it.starts_with("typedef") && it.ends_with(");"));
    let functions: String = functions.map(|it| it.replace(");", ") { __builtin_trap(); }\n")).collect();
    let (source, built) = (directory.join(format!("{name}.c")), directory.join(format!("lib{name}.so")));
    fs::write(&source, format!("{types}\n{functions}")).unwrap();
    let mut command = Command::new(compilers(&["gcc", "clang"])[0]);
    command
        .args(["-std=c2x", "-g", "-shared", "-fPIC", "-Wl,-soname,libwebchat.so.0", "-o"])
        .arg(&built)
        .arg(&source);
    successful(command);
    built
}

/// From the ledger alone.
fn of_ledger(directory: &Path, ledger: &str) -> std::path::PathBuf {
    let declarations = texts(ledger);
    let fields = structures(&declarations);
    let mut types = "#include <stddef.h>\n#include <stdint.h>\n".to_owned();
    let mut made = BTreeSet::new();
    for declaration in &declarations {
        match declaration.split_once(" { ") {
            Some((name, _)) if made.insert(name) => {
                types.extend(["typedef struct ", name, " { ", &fields[name].join(" "), " } ", name, ";\n"]);
            }
            None if declaration.starts_with("typedef") => types.extend([declaration, "\n"]),
            _ => {}
        }
    }
    hollow(directory, "before", &types, &declarations)
}

/// From a header as compilers read it.
fn of_header(directory: &Path, header: &str) -> std::path::PathBuf {
    hollow(directory, "after", header, &declared(header))
}

/// Whether libabigail finds that programs for what the ledger has work with what the header has. Structures may grow at their end
/// (ABI.md) where they are no part of others; that what they had is the same the ledger alone tells then.
fn compatible(ledger: &str, header: &str) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let (old, new) = (of_ledger(directory, ledger), of_header(directory, header));
    let (before, after) = (texts(ledger), declared(header));
    let (before, parts) = (structures(&before), parts(&after));
    let mut grown = structures(&after);
    grown.retain(|name, fields| {
        before.get(name).is_some_and(|it| it.len() < fields.len()) && !parts.contains(name)
    });
    let grown = grown
        .into_keys()
        .map(|name| format!("[suppress_type]\n  name = {name}\n  has_data_member_inserted_at = end\n"));
    let suppressions = directory.join("suppressions");
    fs::write(&suppressions, grown.collect::<String>()).unwrap();
    let mut command = Command::new("abidiff");
    command.args(["--no-added-syms", "--suppressions"]).arg(suppressions).args([old, new]);
    let output = command.output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stdout).into_owned()) }
}

/// The compilers' view of what the last release's ledger says, or today's, against that of the header.
#[test]
fn libabigail_finds_nothing_that_breaks_programs() {
    if !installed("abidiff") {
        return;
    }
    let before = released().unwrap_or_else(ledger);
    compatible(&before, &header()).unwrap();
    for change in GROWN {
        compatible(&before, &changed(change)).unwrap();
    }
    for change in BROKEN {
        compatible(&before, &changed(change)).expect_err(change.0);
    }
}
