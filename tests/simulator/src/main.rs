//! The simulator as a program.

mod cli;
mod trace;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{fs, net::SocketAddr};

use clap::Parser;
use serde_json::{Value, json};
use webchat_simulator::Simulator;

use crate::cli::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Nothing more can be said when the error stream itself is gone.
            writeln!(io::stderr(), "webchat-simulator: {reason}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    // Before the announcement, so that a caller may send a signal as soon as it has read it.
    let mut signals = Signals::new().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let builder = arguments.builder()?.address(SocketAddr::new(arguments.host, arguments.port));
    let simulator = builder.start().await.map_err(|error| error.to_string())?;
    arguments.store_faults(simulator.faults());
    announce(&simulator, &arguments)?;
    tokio::select! {
        () = signals.arrival() => {}
        () = trace::print(&simulator), if arguments.trace => {}
    }
    simulator.shutdown().await;
    Ok(())
}

/// Says where the simulator listens, first of all.
fn announce(simulator: &Simulator, arguments: &Arguments) -> Result<(), String> {
    let (chat, ges, control) = (simulator.chat_url(), simulator.ges_url(), simulator.control_url());
    let port = simulator.address().port();
    let facts: Value = json!({ "chatUrl": chat, "gesUrl": ges, "controlUrl": control, "port": port });
    if let Some(path) = &arguments.ready_file {
        write_whole(path, &format!("{facts}\n"))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let text = if arguments.json {
        format!("{facts}\n")
    } else {
        format!("listening on {chat}\nMulticloud chat URL: {ges}\ncontrol API: {control}\nstop with Ctrl-C\n")
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// Readers see the whole file or none.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, text)?;
    fs::rename(&part, path)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn arrival(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn arrival(&mut self) {
        // Without a handler the process ends at once, which is as good.
        tokio::signal::ctrl_c().await.unwrap_or_default();
    }
}
