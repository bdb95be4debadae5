//! The simulator as a program.

#![forbid(unsafe_code)]

mod cli;
mod playback;
mod trace;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{fs, net::SocketAddr};

use clap::Parser;
use serde_json::Value;
use webchat_simulator::{Address, Api, Simulator};

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
    let address = find(&arguments.host, arguments.port).await?;
    if let Some(recording) = &arguments.replay {
        return playback::run(recording, &arguments, address, &mut signals).await;
    }
    let builder = arguments.builder()?.address(address);
    let simulator = builder.start().await.map_err(|error| error.to_string())?;
    arguments.store_faults(&simulator)?;
    let words = || in_words(&simulator, arguments.apis());
    announce(&simulator.urls(), &arguments, words)?;
    tokio::select! {
        () = signals.arrival() => {}
        () = end_of_input(), if arguments.stop_at_eof => {}
        () = trace::print(&simulator), if arguments.trace => {}
    }
    simulator.shutdown().await;
    Ok(())
}

/// Waits until the standard input ends or fails.
async fn end_of_input() {
    let (ended, end) = tokio::sync::oneshot::channel();
    // A thread of its own: the program does not wait for it.
    std::thread::spawn(move || {
        io::copy(&mut io::stdin().lock(), &mut io::sink()).unwrap_or_default();
        ended.send(()).unwrap_or_default();
    });
    end.await.unwrap_or_default();
}

/// The address that a name stands for. One of IPv4 goes first: what is printed then works everywhere.
async fn find(host: &str, port: u16) -> Result<SocketAddr, String> {
    let found = tokio::net::lookup_host((host, port)).await;
    let mut found: Vec<SocketAddr> = found.map_err(|error| format!("--host {host}: {error}"))?.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().ok_or_else(|| format!("--host {host} stands for no address"))
}

/// Says where the simulator listens, first of all.
fn announce(facts: &Value, arguments: &Arguments, words: impl FnOnce() -> String) -> Result<(), String> {
    if let Some(path) = &arguments.ready_file {
        write_whole(path, &format!("{facts}\n"))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let text = if arguments.json { format!("{facts}\n") } else { words() };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())
}

fn in_words(simulator: &Simulator, apis: &[Api]) -> String {
    let addresses = apis.iter().flat_map(|api| simulator.addresses(*api));
    let line = |(at, address): (usize, Address)| match at {
        0 => format!("listening on {}\n", address.url),
        _ => format!("{}: {}\n", address.label, address.url),
    };
    let chats: String = addresses.enumerate().map(line).collect();
    let (control, console) = (simulator.control_url(), simulator.console_url());
    format!("{chats}control API: {control}\nconsole: {console}\nstop with Ctrl-C\n")
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
