//! What needs no server: a program that gives too many commands, and somebody who has put something in the place of the session file.

use crate::{
    attack::{Attack, Strike},
    customer::Script,
    wire::Wire,
};
use std::path::Path;

pub(super) fn all() -> Vec<Attack> {
    // Whatever it would go over.
    Wire::ALL.iter().take(1).flat_map(|wire| of_wire(*wire)).collect()
}

fn of_wire(wire: Wire) -> Vec<Attack> {
    let attack = |name: &str| Attack { quick: true, ..Attack::new(name, wire, Strike::None) };
    let commands = [
        attack("200,000 commands that cannot end")
            .script(Script::Pends(200_000, 10))
            .expects(&["190000 of 200000 refused: busy"]),
        attack("1,000 commands of 1 MiB that cannot end")
            .script(Script::Pends(1_000, 1 << 20))
            .expects(&["refused: busy"]),
    ];
    commands.into_iter().chain(files(wire)).collect()
}

/// Session files: what is in their place, and what has to be told.
fn files(wire: Wire) -> impl Iterator<Item = Attack> {
    let files: [(&str, Prepare, &'static [&'static str]); 6] = [
        (
            "a session file that is a FIFO",
            |path| fifo(path),
            &["no regular file", "not a regular file", "is no file", "file"],
        ),
        ("a session file's lock that is a FIFO", |path| fifo(&lock(path)), &["lock"]),
        (
            "a session file's lock that is a dangling link",
            |path| {
                std::os::unix::fs::symlink("/nonexistent/elsewhere", lock(path)).unwrap();
            },
            &["lock"],
        ),
        (
            "a session file without end",
            |path| {
                std::fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
            },
            &["too large"],
        ),
        (
            "16 MiB of objects in a session file",
            |path| {
                std::fs::write(path, format!("[{}]", super::list(r#"{"":0}"#, super::LONGEST_ANSWER - 10)))
                    .unwrap();
            },
            &["40 MiB of memory", "50000 entries"],
        ),
        (
            "1.5 million members in a session file",
            |path| {
                let members: Vec<_> = (0..1_500_000).map(|number| format!("\"{number:06x}\":0")).collect();
                std::fs::write(path, format!("{{{}}}", members.join(","))).unwrap();
            },
            &["40 MiB of memory", "too large"],
        ),
    ];
    files.into_iter().map(move |(name, prepare, expected)| {
        Attack { prepare: Some(prepare), quick: true, ..Attack::new(name, wire, Strike::None) }
            .script(Script::Stores)
            .expects(expected)
    })
}

type Prepare = fn(&Path);

fn lock(path: &Path) -> std::path::PathBuf {
    path.with_file_name("sessions.json.lock")
}

fn fifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}
