//! Building C programs against the library as their users would, and running them.

#![allow(dead_code, reason = "not every test needs all of it")]

use crate::library;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

pub(crate) const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn installed(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success())
}

pub(crate) fn compilers(names: &[&'static str]) -> Vec<&'static str> {
    let found: Vec<_> = names.iter().copied().filter(|name| installed(name)).collect();
    assert!(!found.is_empty(), "one of {names:?} is installed");
    found
}

pub(crate) fn successful(mut command: Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (status, out, err) = (output.status, text(&output.stdout), text(&output.stderr));
    assert!(status.success(), "{command:?}: {status}\n{out}\n{err}");
    output
}

/// A directory with the library under the name that programs ask for, and the programs built there.
pub(crate) struct Workshop(TempDir);

impl Workshop {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for name in ["libwebchat.so", "libwebchat.so.0"] {
            std::os::unix::fs::symlink(library::shared(), directory.path().join(name)).unwrap();
        }
        Self(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn build(&self, compiler: &str, program: &str, more: &[&str]) -> PathBuf {
        self.build_from(compiler, &root().join(format!("tests/c/{program}.c")), more)
    }

    pub(crate) fn build_from(&self, compiler: &str, source: &Path, more: &[&str]) -> PathBuf {
        let name = source.file_stem().unwrap().to_string_lossy();
        let built = self.path().join(format!("{name}-{compiler}"));
        // Some linkers take from a library what is missing by then, and nothing else.
        let (libraries, options): (Vec<&str>, Vec<&str>) = more.iter().partition(|it| it.starts_with("-l"));
        let mut command = Command::new(compiler);
        command.args(["-std=c99", "-g", "-pthread"]).args(WARNINGS).args(options);
        command.arg("-I").arg(root().join("include")).arg(source);
        command.arg("-o").arg(&built).arg("-L").arg(self.path()).arg("-lwebchat").args(libraries);
        command.arg(format!("-Wl,-rpath,{}", self.path().display()));
        successful(command);
        built
    }
}

/// Runs a program with its arguments; `through` is what it runs under.
pub(crate) fn run(through: &[&str], program: &Path, arguments: &[&OsStr]) -> String {
    let mut command = match through {
        [] => Command::new(program),
        [tool, options @ ..] => {
            let mut command = Command::new(tool);
            command.args(options).arg(program);
            command
        }
    };
    // Cargo's would win over the workshop's, with whatever library was built last.
    command.args(arguments).env_remove("LD_LIBRARY_PATH");
    String::from_utf8(successful(command).stdout).unwrap()
}
