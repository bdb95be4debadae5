//! A host of files that keeps none: it counts their bytes.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write, copy, sink},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

type Sizes = Arc<Mutex<HashMap<String, u64>>>;

/// Listens until the process ends. Whatever is put there has the length that it had, and no content.
pub fn start() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let sizes = Sizes::default();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let sizes = sizes.clone();
            thread::spawn(move || serve(&client, &sizes));
        }
    });
    address
}

/// Serves a connection until it ends.
fn serve(mut client: &TcpStream, sizes: &Sizes) -> Option<()> {
    let mut input = BufReader::with_capacity(256 << 10, client);
    loop {
        let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
        input.read_line(&mut first).ok().filter(|count| *count > 0)?;
        while line != "\r\n" {
            line.clear();
            input.read_line(&mut line).ok().filter(|count| *count > 0)?;
            if let Some(words) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = words.trim().parse().ok()?;
            }
        }
        let path = first.split([' ', '?']).nth(1)?.to_owned();
        let known = sizes.lock().ok()?.get(&path).copied();
        let (status, told) = match (first.starts_with("PUT "), known) {
            (true, _) => {
                copy(&mut (&mut input).take(length), &mut sink()).ok()?;
                sizes.lock().ok()?.insert(path, length);
                ("200 OK", 0)
            }
            (false, Some(size)) => ("200 OK", size),
            (false, None) => ("404 Not Found", 0),
        };
        client.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: {told}\r\n\r\n").as_bytes()).ok()?;
    }
}
