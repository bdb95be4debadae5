//! Shows scenarios as they run. They are run by `cargo test`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what is asked for is printed")]

use clap::{
    Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use std::process::ExitCode;
use webchat_conformance::{BackEnd, Table, show};

/// The conformance table, for people. It is replayed by `cargo test -p webchat-conformance`.
#[derive(Debug, Parser)]
#[command(name = "webchat-conformance", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints scenarios as they run on a back end: with all choices made, all words replaced, and the whole configuration.
    Show {
        /// The back end.
        #[arg(value_parser = PossibleValuesParser::new(names()).try_map(|name| BackEnd::named(&name)))]
        back_end: BackEnd,
        /// A part of the names of the scenarios; without it the names of all that run there are listed.
        scenario: Option<String>,
    },
}

fn names() -> impl Iterator<Item = &'static str> {
    BackEnd::ALL.iter().chain(BackEnd::OF_OTHER_SERVERS).map(|back_end| back_end.name)
}

async fn shown(command: Command) -> Result<String, String> {
    let Command::Show { back_end, scenario } = command;
    let table = Table::load(&back_end)?;
    match scenario {
        Some(part) => show::show(&table, back_end, &part).await,
        None => Ok(show::names(&table, &back_end)),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match shown(Arguments::parse().command).await {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("webchat-conformance: {why}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_helps() {
        Arguments::command().debug_assert();
        let help = Arguments::try_parse_from(["x", "show", "--help"]).unwrap_err().to_string();
        let wrong = Arguments::try_parse_from(["x", "show", "pigeon"]).unwrap_err().to_string();
        for back_end in BackEnd::ALL {
            assert!(help.contains(back_end.name) && wrong.contains(back_end.name), "{help}{wrong}");
        }
        assert!(Arguments::try_parse_from(["x", "show", "gms-rest", "endChat"]).is_ok());
    }
}
