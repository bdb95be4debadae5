//! `make hostile`: runs the attacks and shows what came of each. `--quick` runs those that run with all tests; other arguments are parts
//! of names.

use std::process::ExitCode;
use webchat_hostile::{attacks, table};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [flag, name, url] = arguments.as_slice()
        && flag == table::CUSTOMER
    {
        table::be_attacked(name, url).await;
        return ExitCode::SUCCESS;
    }
    let (flags, parts): (Vec<_>, Vec<_>) =
        arguments.into_iter().partition(|argument| argument.starts_with("--"));
    let quick = flags.iter().any(|flag| flag == "--quick");
    let is_wanted = |name: &str| parts.is_empty() || parts.iter().any(|part| name.contains(part.as_str()));
    let wanted =
        attacks::all().into_iter().filter(|attack| (attack.quick || !quick) && is_wanted(&attack.name));
    let program = std::env::current_exe().unwrap_or_default();
    let failed = table::run(&program, wanted.collect()).await;
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
