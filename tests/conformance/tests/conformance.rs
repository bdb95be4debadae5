//! The table, replayed over every back end in every language there is.
//!
//! `WEBCHAT_CONFORMANCE_C` and `WEBCHAT_CONFORMANCE_CPP` name the adapters in C and C++, `WEBCHAT_CONFORMANCE_PYTHON` a Python interpreter that can import `webchat`. A language
//! whose variable is not set is left out with a note, or fails when `WEBCHAT_CONFORMANCE_ALL` is set; `WEBCHAT_CONFORMANCE_HOSTS` names a
//! folder with the adapters of hosts over the C interface, of which some may be missing. `WEBCHAT_CONFORMANCE_ONLY`
//! runs only the scenarios with this text in their names, `WEBCHAT_CONFORMANCE_PATH` (`delay=80,rate=200000,idle=3000`: milliseconds, bytes a second, milliseconds)
//! puts the server behind a path, `WEBCHAT_CONFORMANCE_ON=gms-rest` over one back end only, and `WEBCHAT_CONFORMANCE_SLOW` runs one at a
//! time and waits ten times as long, as for programs under valgrind. `WEBCHAT_SKIP_CONFORMANCE` leaves all of it out.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test: it fails by panicking, and its times are for whoever runs it"
)]

use std::{
    env, path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use webchat_conformance::{
    BackEnd, InProcess, Language, Pace, Path, Program, Table, back_ends, back_ends_of_other_servers,
    back_ends_of_tests, run_all,
};

/// Where programs are slow, one replay at a time. Elsewhere replays wait more than they work, and the harness runs
/// as many as there are processors.
static TURN: Mutex<()> = Mutex::new(());

/// A line of a mobile phone, each way.
const FAR: Path = Path { delay_ms: 80, bytes_per_second: 200_000, idle_ms: 0 };

/// The hosts over the C interface, with what their packages do not offer.
const HOSTS: [(&str, &[&str]); 7] = [
    ("node", &["functions", "keeper"]),
    ("go", &["functions", "keeper"]),
    ("java", &["functions", "keeper"]),
    ("java-ffm", &["functions", "keeper"]),
    ("luajit", &["functions", "keeper"]),
    ("ruby", &["functions", "keeper"]),
    ("csharp", &["functions", "keeper"]),
];

fn replay(back_end: BackEnd, language: impl Language + 'static) {
    replay_part(back_end, language, "");
}

/// Replays the scenarios with `part` in their names.
fn replay_part(back_end: BackEnd, language: impl Language + 'static, part: &str) {
    let wanted = env::var("WEBCHAT_CONFORMANCE_ON").ok().map(|name| BackEnd::named(&name).unwrap());
    if wanted.is_some_and(|wanted| wanted.name != back_end.name) {
        return;
    }
    if env::var_os("WEBCHAT_SKIP_CONFORMANCE").is_some() {
        return println!("WEBCHAT_SKIP_CONFORMANCE is set: the table is left out");
    }
    let language: Arc<dyn Language> = Arc::new(language);
    let slow = env::var_os("WEBCHAT_CONFORMANCE_SLOW").is_some();
    let _turn = slow.then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let mut table = Table::load(&back_end).unwrap();
    table.scenarios.retain(|scenario| scenario.name.contains(part));
    let back_end = given_path().map_or(back_end, |path| back_end.behind(path));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let pace = if slow { Pace { at_once: 1, patience: Duration::from_mins(5) } } else { Pace::default() };
    let only = env::var("WEBCHAT_CONFORMANCE_ONLY").ok();
    let way = if back_end.path.is_some() { ", far away" } else { "" };
    let name = format!("{} over {}{way}", language.name(), back_end.name);
    let report = runtime.block_on(run_all(&table, language, back_end, only.as_deref(), pace));
    let slowest: Vec<_> = report.slowest.iter().map(|(name, took)| format!("{name} {took:.1?}")).collect();
    println!("{name}: {} scenarios in {:.1?}; the slowest: {}", report.ran, report.took, slowest.join(", "));
    assert!(report.ran > 0 || only.is_some(), "no scenario ran");
    let failures: Vec<_> = report.failures.iter().map(ToString::to_string).collect();
    assert!(
        failures.is_empty(),
        "{name}: {} of {} failed\n\n{}",
        failures.len(),
        report.ran,
        failures.join("\n")
    );
}

/// The path that the variable describes.
fn given_path() -> Option<Path> {
    let words = env::var("WEBCHAT_CONFORMANCE_PATH").ok()?;
    let mut path = Path::default();
    for word in words.split(',') {
        let (name, number) = word.split_once('=').unwrap();
        match name {
            "delay" => path.delay_ms = number.parse().unwrap(),
            "rate" => path.bytes_per_second = number.parse().unwrap(),
            "idle" => path.idle_ms = number.parse().unwrap(),
            other => panic!("WEBCHAT_CONFORMANCE_PATH: {other:?} is neither delay, rate nor idle"),
        }
    }
    Some(path)
}

/// The program that the variable names, unless the language is left out.
fn program(variable: &str) -> Option<String> {
    let value = env::var(variable).ok().filter(|value| !value.is_empty());
    if value.is_none() {
        assert!(env::var_os("WEBCHAT_CONFORMANCE_ALL").is_none(), "{variable} is not set");
        println!("{variable} is not set: this language is left out");
    }
    value
}

/// The adapter in Python, started with `arguments`.
fn python_adapter(name: &str, arguments: &[&str]) -> Option<Program> {
    let python = program("WEBCHAT_CONFORMANCE_PYTHON")?;
    let adapter = path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/conformance_adapter.py");
    let all: Vec<&str> = [adapter.to_str().unwrap()].into_iter().chain(arguments.iter().copied()).collect();
    Some(Program::new(name, python, &all))
}

/// Replays over a back end in the hosts whose adapters are there.
fn replay_in_hosts(back_end: BackEnd) {
    let Some(folder) = env::var_os("WEBCHAT_CONFORMANCE_HOSTS") else {
        return println!("WEBCHAT_CONFORMANCE_HOSTS is not set: the hosts are left out");
    };
    for (name, lacks) in HOSTS {
        let adapter = path::Path::new(&folder).join(name);
        if adapter.exists() {
            replay(back_end, Program::new(name, adapter, &[]).awaiting_outcomes().lacking(lacks));
        } else {
            println!("{name}: there is no adapter");
        }
    }
}

macro_rules! replays {
    ($($module:ident: $back_end:expr;)*) => {
        $(mod $module {
            use super::*;

            #[test]
            fn rust() {
                replay($back_end, InProcess);
            }

            #[test]
            fn c() {
                if let Some(path) = program("WEBCHAT_CONFORMANCE_C") {
                    replay($back_end, Program::new("c", path, &[]));
                }
            }

            /// Outcomes by asking differ in how they come to the program, and not in what they say: the scenarios for hosts will do.
            #[test]
            fn c_asking() {
                if let Some(path) = program("WEBCHAT_CONFORMANCE_C") {
                    replay_part($back_end, Program::new("c (asking)", path, &["asking"]), "host:");
                }
            }

            #[test]
            fn cpp() {
                if let Some(path) = program("WEBCHAT_CONFORMANCE_CPP") {
                    replay($back_end, Program::new("c++", path, &[]));
                }
            }

            #[test]
            fn python() {
                if let Some(adapter) = python_adapter("python", &[]) {
                    replay($back_end, adapter);
                }
            }

            #[test]
            fn python_aio() {
                if let Some(adapter) = python_adapter("python (aio)", &["--aio"]) {
                    replay($back_end, adapter.awaiting_outcomes());
                }
            }

            #[test]
            fn hosts() {
                replay_in_hosts($back_end);
            }
        })*
    };
}

/// Ways of servers that make no difference to an application, in whatever language.
macro_rules! replays_in_rust {
    ($($name:ident: $back_end:expr;)*) => {
        $(#[test]
        fn $name() {
            replay($back_end, InProcess);
        })*
    };
}

/// Messages in doubt, behind a long and narrow path.
macro_rules! replays_far_away {
    ($($name:ident: $back_end:expr;)*) => {
        mod far {
            use super::*;

            $(#[test]
            fn $name() {
                replay_part($back_end.behind(FAR), InProcess, "arrive");
            })*
        }
    };
}

back_ends!(replays);
back_ends!(replays_far_away);
back_ends_of_other_servers!(replays_in_rust);
back_ends_of_tests!(replays_in_rust);
