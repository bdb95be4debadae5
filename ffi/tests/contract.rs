//! What the shipped files promise: the header is that of the sources, the library exports what `symbols.txt` lists, and no exported
//! function lets a panic out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/header.rs"]
mod header;
#[path = "support/library.rs"]
mod library;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The exported functions in the sources: name and what its body begins with.
fn exported() -> Vec<(String, String)> {
    fn visit(directory: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, found);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            for part in source.split("#[unsafe(no_mangle)]").skip(1) {
                let (_, rest) =
                    part.split_once("extern \"C\" fn ").expect("exported functions are extern \"C\"");
                let name = rest.split('(').next().unwrap().to_owned();
                let body = rest.split_once('{').unwrap().1.trim_start();
                found.push((name, body.split('(').next().unwrap().to_owned()));
            }
        }
    }
    let mut found = Vec::new();
    visit(&root().join("src"), &mut found);
    found
}

#[test]
fn the_header_is_that_of_the_sources() {
    let committed = fs::read_to_string(root().join(header::PATH)).unwrap();
    assert!(
        committed == header::generate(),
        "include/webchat.h is out of date: cargo run -p webchat-ffi --example header"
    );
}

#[test]
fn the_header_names_every_ability() {
    let header = header::generate();
    let (_, documentation) = header.split_once("Whether the transport that").unwrap();
    let (documentation, _) = documentation.split_once("WEBCHAT_API").unwrap();
    for name in webchat_core::transport::Capabilities::NAMES {
        assert!(documentation.contains(&format!("\"{name}\"")), "{name}");
    }
    assert_eq!(documentation.matches('"').count(), 2 * webchat_core::transport::Capabilities::NAMES.len());
}

#[test]
fn every_exported_function_is_guarded() {
    let exported = exported();
    assert!(exported.len() > 80, "the functions were found");
    for (name, body) in exported {
        assert!(body == "guard" || body == "guard_value", "{name} begins with {body}, not with guard");
    }
}

#[test]
fn the_sources_export_what_the_list_says() {
    let list = fs::read_to_string(root().join("symbols.txt")).unwrap();
    let listed: Vec<&str> = list.lines().collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(listed, sorted, "the list is sorted");
    let names =
        exported().into_iter().map(|(name, _)| name).filter(|name| !name.starts_with("webchat_testing_"));
    assert_eq!(names.collect::<BTreeSet<_>>(), listed.into_iter().map(str::to_owned).collect());
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_exports_what_the_list_says_and_nothing_else() {
    let nm = Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(library::shared())
        .output()
        .expect("nm is installed");
    assert!(nm.status.success());
    let output = String::from_utf8(nm.stdout).unwrap();
    let symbols = output.lines().filter_map(|line| line.split_whitespace().last());
    let symbols: BTreeSet<&str> = symbols.filter(|name| !name.starts_with("webchat_testing_")).collect();
    let list = fs::read_to_string(root().join("symbols.txt")).unwrap();
    assert_eq!(symbols, list.lines().collect());
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_has_its_name() {
    let output =
        Command::new("readelf").arg("-d").arg(library::shared()).output().expect("readelf is installed");
    assert!(String::from_utf8(output.stdout).unwrap().contains("[libwebchat.so.0]"));
}

#[cfg(feature = "testing")]
#[test]
fn a_panic_in_the_library_is_a_status() {
    assert_eq!(webchat::testing::webchat_testing_panic(), webchat::status::WEBCHAT_ERR_INTERNAL);
}
