//! Programs of others, as their builds find the library: by pkg-config, `CMake` and Meson, shared and static.

use super::*;
use crate::workshop::{compilers, installed, run};

/// A copy of the programs' folder, in which a build may write.
fn outside() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("tests/outside")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), directory.path().join(entry.file_name())).unwrap();
    }
    directory
}

/// They work, those called "shared" with the shared library and the others without.
fn work(directory: &Path, programs: &[&str], shared: &[&str]) {
    for name in programs {
        let program = directory.join(name);
        assert_eq!(needed(&program).contains("libwebchat.so.0"), shared.contains(name), "{name}");
        let mut command = Command::new(&program);
        // Builds by pkg-config leave it to the system where a shared library is.
        command.env("LD_LIBRARY_PATH", libraries());
        let said = successful(command).stdout;
        assert_eq!(String::from_utf8(said).unwrap(), concat!("webchat ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn pkg_config_tells_how_to_link_the_shared_library() {
    let mut words = flags(&[]);
    words.push(format!("-Wl,-rpath,{}", libraries().display()));
    let (_directory, program) =
        build(compilers(&["gcc", "clang"])[0], &root().join("tests/c/abuse.c"), &words);
    assert!(needed(&program).contains("libwebchat.so.0"));
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
            assert!(!needed(&program).contains("libwebchat.so.0"), "{compiler} {linked}");
            assert_eq!(run(&[], &program, &[]), "abuse: passed\n", "{compiler} {linked}");
        }
    }
}

#[test]
fn a_makefile_links_with_what_pkg_config_tells() {
    let outside = outside();
    let mut make = with_pkg_config("make");
    make.arg("-C").arg(outside.path()).arg("CFLAGS=-std=c99 -Wall -Wextra -Werror");
    // The make around the tests has nothing to say here.
    make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    successful(make);
    work(outside.path(), &["shared", "static", "alone"], &["shared"]);
    assert_eq!(needed(&outside.path().join("alone")), BTreeSet::new(), "it needs nothing");
}

/// Builds the programs by `CMake`, with one more definition.
fn by_cmake(definition: &str) {
    let outside = outside();
    let build = outside.path().join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(outside.path()).arg("-B").arg(&build).arg(definition);
    successful(configure);
    let mut make = Command::new("cmake");
    make.arg("--build").arg(&build).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    successful(make);
    let shared = ["webchat_c", "webchat_cpp"];
    work(&build, &["webchat_c", "webchat_cpp", "webchat_static_c", "webchat_static_cpp"], &shared);
}

#[test]
fn cmake_finds_the_package_and_links_both_libraries() {
    by_cmake(&format!("-DCMAKE_PREFIX_PATH={}", INSTALLED.path().display()));
}

/// As an installation below a folder of its own is.
#[test]
fn cmake_takes_an_installation_as_a_part_of_a_project() {
    by_cmake(&format!("-DWEBCHAT_DIRECTORY={}", INSTALLED.path().display()));
}

#[test]
fn cmake_takes_no_version_that_it_was_not_made_for() {
    let directory = tempfile::tempdir().unwrap();
    let project = "cmake_minimum_required(VERSION 3.13)\nproject(asks LANGUAGES C)\n\
        foreach(version 0.0.1 0.1 0.1.0 0.99 1.0)\n  unset(webchat_DIR CACHE)\n  find_package(webchat ${version} QUIET)\n  \
        message(STATUS \"${version}: ${webchat_FOUND}\")\nendforeach()\n";
    fs::write(directory.path().join("CMakeLists.txt"), project).unwrap();
    let mut cmake = Command::new("cmake");
    cmake.arg("-S").arg(directory.path()).arg("-B").arg(directory.path().join("build"));
    cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", INSTALLED.path().display()));
    let said = String::from_utf8(successful(cmake).stdout).unwrap();
    let said: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("-- ")?.split_once(": ")).collect();
    for (version, found) in [("0.0.1", "1"), ("0.1", "1"), ("0.1.0", "1"), ("0.99", "0"), ("1.0", "0")] {
        assert!(said.contains(&(version, found)), "{version}: {said:?}");
    }
}

/// Its programs come from Python's registry: the tests' environment has them.
#[test]
fn meson_links_both_libraries() {
    let tools = std::env::var("WEBCHAT_TOOLS").unwrap_or_default();
    let path = format!("{tools}:{}", std::env::var("PATH").unwrap());
    if tools.is_empty() && !installed("meson") {
        return;
    }
    let outside = outside();
    let build = outside.path().join("build");
    let mut meson = with_pkg_config(if tools.is_empty() { "meson".into() } else { format!("{tools}/meson") });
    meson.arg("setup").arg(&build).arg(outside.path()).env("PATH", &path);
    successful(meson);
    let mut ninja = Command::new(if tools.is_empty() { "ninja".into() } else { format!("{tools}/ninja") });
    ninja.arg("-C").arg(&build).env("PATH", &path);
    successful(ninja);
    let shared = ["shared_c", "shared_cpp"];
    work(&build, &["shared_c", "shared_cpp", "static_c", "static_cpp"], &shared);
}
