//! Runs attacks and shows them as a table. What fails: a peak of memory above the bound, a client that ends or hangs, an outcome other than
//! the expected.

#![allow(clippy::print_stdout, reason = "the table is what this is for")]

use crate::{
    attack::{Attack, Strike},
    attacks,
    customer::{self, Told},
    server::Server,
};
use futures_util::{StreamExt, stream};
use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    time::timeout,
};

/// What the process that is attacked is called with, before the name of the attack and the server's address.
pub const CUSTOMER: &str = "--customer";

/// What an attack may take beyond what is held before it: `connection.maxResponseBytes` as it is by default, and as much as is promised.
pub const BOUND: u64 = (16 + 100) << 20;

/// Nothing takes longer, whatever else the machine does.
const LONGEST: Duration = Duration::from_mins(5);

/// How many run at a time.
const AT_ONCE: usize = 2;

/// Runs the attacks, each against `program` in a process of its own; returns how many did not end as they should.
pub async fn run(program: &Path, attacks: Vec<Attack>) -> usize {
    println!("{:<58} {:>11} {:>9}  outcome", "attack", "memory", "time");
    let runs = stream::iter(attacks).map(|attack| async move {
        let begin = Instant::now();
        let ended =
            timeout(LONGEST, attacked(program, &attack)).await.unwrap_or_else(|_| Err("it hangs".into()));
        let wrong = wrong(&attack, &ended);
        let (outcome, beyond) = match &ended {
            Ok(told) => (told.outcome.as_str(), told.beyond),
            Err(how) => (how.as_str(), 0),
        };
        let verdict = wrong.as_ref().map(|wrong| format!("FAILED, {wrong}: ")).unwrap_or_default();
        let (name, mebibytes) = (&attack.name, beyond >> 20);
        println!(
            "{name:<58} {mebibytes:>7} MiB {:>7.1} s  {verdict}{outcome}",
            begin.elapsed().as_secs_f32()
        );
        usize::from(wrong.is_some())
    });
    let failed = runs.buffer_unordered(AT_ONCE).fold(0, |failed, one| async move { failed + one }).await;
    println!("bound: {} MiB; {failed} failed", BOUND >> 20);
    failed
}

/// What is wrong with how an attack ended.
fn wrong(attack: &Attack, ended: &Result<Told, String>) -> Option<String> {
    let Ok(told) = ended else { return Some("no end".into()) };
    let is_expected =
        attack.expected.is_empty() || attack.expected.iter().any(|part| told.outcome.contains(part));
    if told.beyond > BOUND {
        Some("too much memory".into())
    } else if !is_expected {
        Some(format!("expected {:?}", attack.expected))
    } else {
        None
    }
}

async fn attacked(program: &Path, attack: &Attack) -> Result<Told, String> {
    let server = Server::start(attack.clone()).await;
    let mut child = Command::new(program)
        .args([CUSTOMER, &attack.name, &server.url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut told = String::new();
    let telling = output.read_to_string(&mut told);
    tokio::pin!(telling);
    tokio::select! {
        _ = &mut telling => {}
        () = server.enough() => {
            let _ = input.write_all(b"\n").await;
            let _ = telling.await;
        }
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    customer::read(&told).ok_or_else(|| format!("it ended with {status}"))
}

/// Is the customer of this attack, and tells what came of it on the standard output.
pub async fn be_attacked(name: &str, url: &str) {
    let attack = attacks::all().into_iter().find(|attack| attack.name == name).unwrap();
    let enough = async {
        if !matches!(attack.strike, Strike::None) {
            let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await;
        }
    };
    let told = customer::run(&attack, url, enough).await;
    println!("{}", customer::line(&told));
    // A thread may still wait for the word that the attack is over.
    std::process::exit(0);
}
