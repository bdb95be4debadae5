//! One line on the error stream for each request, without keys and texts.

use std::io::{self, Write};

use webchat_simulator::{LogEntry, Simulator};

/// Prints for ever.
pub(crate) async fn print(simulator: &Simulator) {
    let mut printed = 0;
    loop {
        let new = simulator.wait_for_requests(1, |entry| entry.number > printed).await;
        for entry in new {
            printed = printed.max(entry.number);
            // A closed error stream is no reason to stop serving.
            writeln!(io::stderr(), "{}", line(&entry)).unwrap_or_default();
        }
    }
}

fn line(entry: &LogEntry) -> String {
    let path = entry.path.split('?').next().unwrap_or_default();
    let status = entry.status.map_or_else(|| "closed".to_owned(), |status| status.to_string());
    let effect = if entry.effect { "" } else { " no effect" };
    let fault = entry.fault.as_ref().map(|fault| format!(" fault {fault}")).unwrap_or_default();
    // Bayeux messages share a path.
    let bayeux = entry.operation.filter(|_| entry.client_id.is_some());
    let operation = bayeux.map(|operation| format!(" {operation}")).unwrap_or_default();
    format!("{} {} {path}{operation} -> {status}{fault}{effect}", entry.number, entry.method)
}
