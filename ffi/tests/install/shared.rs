//! The shared library: its name, what it exports, and what it asks of the system.

use super::*;

fn library() -> PathBuf {
    libraries().join(concat!("libwebchat.so.", env!("CARGO_PKG_VERSION")))
}

#[test]
fn it_exports_its_functions_and_nothing_else() {
    let mut symbols = defined(&["-D"], &library());
    symbols.retain(|symbol| !symbol.starts_with("webchat_testing_"));
    assert_eq!(symbols, listed());
}

#[test]
fn it_has_the_name_of_its_major_version_and_needs_the_c_library_alone() {
    assert!(told("readelf", &["-d"], &library()).contains("Library soname: [libwebchat.so.0]"));
    for name in needed(&library()) {
        let known =
            ["libc.", "libm.", "libgcc_s.", "libpthread.", "libdl.", "librt.", "libutil.", "ld-linux"];
        assert!(known.iter().any(|it| name.starts_with(it)), "{name}");
    }
}

/// The newest version of the C library that it asks for.
fn floor() -> Vec<u32> {
    let symbols = told("objdump", &["-T"], &library());
    let versions = symbols.split("GLIBC_").skip(1).filter_map(|rest| {
        let number = rest.split(|it: char| !(it.is_ascii_digit() || it == '.')).next()?;
        number.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()
    });
    versions.max().expect("versions of the C library are named")
}

/// What is built here is for systems like this one. Another toolchain can ask for less: `WEBCHAT_GLIBC` says which is promised.
#[test]
fn it_runs_with_the_c_library_that_is_promised() {
    let promised = std::env::var("WEBCHAT_GLIBC").unwrap_or_else(|_| "2.34".into());
    let promised: Vec<u32> = promised.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(floor() <= promised, "it asks for {:?}", floor());
}
