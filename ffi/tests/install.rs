//! What `make install` ships, as programs and libraries of others find it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/library.rs"]
mod library;
#[path = "support/workshop.rs"]
mod workshop;

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};
use tempfile::TempDir;
use workshop::{compilers, root, run, successful};

/// What was built along with the tests, installed once for all of them.
static INSTALLED: LazyLock<TempDir> = LazyLock::new(|| {
    let prefix = tempfile::tempdir().unwrap();
    let mut install = Command::new(root().join("tests/tools/install"));
    install.arg(library::archive().parent().unwrap()).args([prefix.path(), prefix.path()]);
    successful(install);
    prefix
});

fn archive() -> PathBuf {
    INSTALLED.path().join("lib/libwebchat.a")
}

fn listed() -> BTreeSet<String> {
    let list = fs::read_to_string(root().join("ffi/symbols.txt")).unwrap();
    list.lines().map(str::to_owned).collect()
}

/// What `nm` says that a file defines for others.
fn defined(options: &[&str], file: &Path) -> BTreeSet<String> {
    let mut nm = Command::new("nm");
    nm.args(options).arg("--defined-only").arg(file);
    let output = String::from_utf8(successful(nm).stdout).unwrap();
    let symbols = output.lines().filter(|line| line.contains(' ') && !line.ends_with(':'));
    symbols.filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

/// What pkg-config says.
fn flags(options: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", INSTALLED.path().join("lib/pkgconfig"));
    command.args(options).args(["--cflags", "--libs", "webchat"]);
    let output = String::from_utf8(successful(command).stdout).unwrap();
    output.split_whitespace().map(str::to_owned).collect()
}

/// A program compiled with these words.
fn build<W: AsRef<OsStr>>(compiler: &str, source: &Path, words: &[W]) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let built = directory.path().join("program");
    let mut command = Command::new(compiler);
    command.args(["-std=c99", "-pthread"]).arg(source).arg("-o").arg(&built).args(words);
    successful(command);
    (directory, built)
}

/// The shared libraries that a program asks for.
fn needed(program: &Path) -> String {
    let mut readelf = Command::new("readelf");
    readelf.arg("-d").arg(program);
    String::from_utf8(successful(readelf).stdout).unwrap()
}

#[test]
fn the_static_library_is_one_object_whose_functions_alone_are_global() {
    let mut members = Command::new("ar");
    members.arg("t").arg(archive());
    assert_eq!(successful(members).stdout, b"webchat.o\n");
    assert_eq!(defined(&["-g"], &archive()), listed());
}

#[test]
fn pkg_config_tells_how_to_link_the_shared_library() {
    let mut words = flags(&[]);
    words.push(format!("-Wl,-rpath,{}", INSTALLED.path().join("lib").display()));
    let (_directory, program) =
        build(compilers(&["gcc", "clang"])[0], &root().join("tests/c/abuse.c"), &words);
    assert!(needed(&program).contains("[libwebchat.so.0]"));
    assert_eq!(run(&[], &program, &[]), "abuse: passed\n");
}

/// Where there is no shared library, and in programs that have none at all.
#[test]
fn pkg_config_tells_how_to_link_the_static_library() {
    let alone = tempfile::tempdir().unwrap();
    fs::copy(archive(), alone.path().join("libwebchat.a")).unwrap();
    let there = format!("--define-variable=libdir={}", alone.path().display());
    for compiler in compilers(&["gcc", "clang"]) {
        for linked in ["-rdynamic", "-static"] {
            let words = [vec![linked.to_owned()], flags(&["--static", &there])].concat();
            let (_directory, program) = build(compiler, &root().join("tests/c/abuse.c"), &words);
            assert!(!needed(&program).contains("webchat"), "{compiler} {linked}");
            assert_eq!(run(&[], &program, &[]), "abuse: passed\n", "{compiler} {linked}");
        }
    }
}

/// Each brings Rust's standard library with it, the other one's for everybody.
#[test]
fn it_links_beside_another_rust_archive_that_was_built_with_lto() {
    let directory = tempfile::tempdir().unwrap();
    let (rust, c) = (directory.path().join("other.rs"), directory.path().join("main.c"));
    let other = directory.path().join("libother.a");
    let source = r#"
        #[unsafe(no_mangle)]
        pub extern "C" fn other_sum(count: u64) -> u64 {
            let doubled: std::collections::HashMap<u64, u64> = (0..count).map(|it| (it, 2 * it)).collect();
            let caught = std::panic::catch_unwind(|| if count > 3 { panic!("as the test wants") });
            if caught.is_err() { doubled.values().sum() } else { 0 }
        }
    "#;
    fs::write(&rust, source).unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(root()).args([
        "--edition=2024",
        "--crate-type=staticlib",
        "-O",
        "-Clto=fat",
        "-Ccodegen-units=1",
    ]);
    rustc.arg(&rust).arg("-o").arg(&other);
    successful(rustc);
    let source = r#"
        #include <stdint.h>
        #include <stdio.h>
        #include <webchat.h>
        uint64_t other_sum(uint64_t count);
        int main(void) {
            webchat_outcome *outcome;
            webchat_service *service;
            if (webchat_service_new("{\"dataURL\": \"http://127.0.0.1:1/chat\"}", &service) != WEBCHAT_OK) return 1;
            if (webchat_call(service, "getStats", NULL, 0, &outcome) != WEBCHAT_OK) return 2;
            if (webchat_outcome_free(outcome) != WEBCHAT_OK) return 3;
            printf("%d\n", (int)other_sum(10));
            return webchat_service_destroy(service);
        }
    "#;
    fs::write(&c, source).unwrap();
    let include = format!("-I{}", INSTALLED.path().join("include").display());
    for compiler in compilers(&["gcc", "clang"]) {
        for (first, second) in [(&other, &archive()), (&archive(), &other)] {
            let words = [
                OsStr::new(&include),
                first.as_os_str(),
                second.as_os_str(),
                "-lm".as_ref(),
                "-ldl".as_ref(),
            ];
            let (_directory, program) = build(compiler, &c, &words);
            assert_eq!(run(&[], &program, &[]), "90\n");
        }
    }
}

#[test]
fn a_shared_library_that_takes_it_in_whole_exports_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let host = directory.path().join("libhost.so");
    let mut command = Command::new(compilers(&["gcc", "clang"])[0]);
    command.args(["-shared", "-o"]).arg(&host).arg("-Wl,--whole-archive").arg(archive());
    command.args(["-Wl,--no-whole-archive", "-lm", "-ldl", "-lpthread"]);
    successful(command);
    assert_eq!(defined(&["-D"], &host), listed());
}
