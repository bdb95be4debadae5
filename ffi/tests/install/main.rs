//! What `make install` ships, as programs and libraries of others find it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "../support/library.rs"]
mod library;
#[path = "../support/workshop.rs"]
mod workshop;

mod archive;
mod builds;
mod files;
mod shared;

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};
use tempfile::TempDir;
use workshop::{root, successful};

/// What was built along with the tests, installed once for all of them, with what makes it a part of a `CMake` project.
static INSTALLED: LazyLock<TempDir> = LazyLock::new(|| {
    let prefix = tempfile::tempdir().unwrap();
    let mut install = Command::new(root().join("tests/tools/install"));
    install.arg(library::archive().parent().unwrap()).args([prefix.path(), prefix.path()]);
    successful(install);
    fs::copy(root().join("packaging/CMakeLists.txt"), prefix.path().join("CMakeLists.txt")).unwrap();
    prefix
});

fn libraries() -> PathBuf {
    INSTALLED.path().join("lib")
}

fn archive() -> PathBuf {
    libraries().join("libwebchat.a")
}

fn listed() -> BTreeSet<String> {
    let list = fs::read_to_string(root().join("ffi/symbols.txt")).unwrap();
    list.lines().map(str::to_owned).collect()
}

/// What a program of binutils says about a file.
fn told(tool: &str, options: &[&str], file: &Path) -> String {
    let mut command = Command::new(tool);
    command.args(options).arg(file);
    String::from_utf8(successful(command).stdout).unwrap()
}

/// What `nm` says that a file defines for others.
fn defined(options: &[&str], file: &Path) -> BTreeSet<String> {
    let output = told("nm", &[options, &["--defined-only"]].concat(), file);
    let symbols = output.lines().filter(|line| line.contains(' ') && !line.ends_with(':'));
    symbols.filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

/// The shared libraries that a file asks for.
fn needed(file: &Path) -> BTreeSet<String> {
    let output = told("readelf", &["-d"], file);
    let names = output.lines().filter(|line| line.contains("(NEEDED)"));
    names.filter_map(|line| Some(line.split_once('[')?.1.trim_end_matches(']').to_owned())).collect()
}

/// A command that finds the installed library by pkg-config.
fn with_pkg_config(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("PKG_CONFIG_PATH", libraries().join("pkgconfig"));
    command
}

/// What pkg-config says.
fn flags(options: &[&str]) -> Vec<String> {
    let mut command = with_pkg_config("pkg-config");
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
