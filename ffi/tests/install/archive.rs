//! The static library: one object, which gets along with every other.

use super::*;
use crate::workshop::{compilers, run};

#[test]
fn the_static_library_is_one_object_whose_functions_alone_are_global() {
    assert_eq!(told("ar", &["t"], &archive()), "webchat.o\n");
    assert_eq!(defined(&["-g"], &archive()), listed());
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

/// Debug information would make it ten times as large, and nobody here could read it.
#[test]
fn it_has_no_debug_information() {
    let sections = told("readelf", &["-SW"], &archive());
    assert!(sections.contains(".text") && !sections.contains(".debug_"), "{sections}");
}

/// What is not in it is the C library's, or the compiler's.
#[test]
fn it_leaves_no_rust_function_to_others() {
    let missing = told("nm", &["--undefined-only"], &archive());
    let symbols: Vec<_> = missing.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert!(symbols.contains(&"malloc"), "the symbols were found");
    for symbol in symbols {
        let foreign = symbol.starts_with("_R") || symbol.starts_with("_ZN") || symbol.contains("rust");
        assert!(!foreign, "{symbol}");
    }
}
