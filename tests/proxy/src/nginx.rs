//! The nginx process: a child that ends with the test, however that ends.

use crate::{Access, Front, in_time};
use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    path::PathBuf,
    process::{Child, ChildStderr, Command, Stdio},
    sync::Arc,
};
use tempfile::TempDir;
use tokio::sync::watch;

/// Ports that the system gives to nobody by itself: who asks for any port cannot take ours while nginx is restarted.
const PORTS: Range<u16> = 20_000..32_000;
/// How often another port is tried.
const ATTEMPTS: usize = 20;
/// Where Debian has it, which is not on everybody's path.
const PROGRAMS: [&str; 2] = ["nginx", "/usr/sbin/nginx"];

/// An nginx process before simulators. It ends with this.
#[derive(Debug)]
pub struct Nginx {
    program: &'static str,
    folder: TempDir,
    port: u16,
    front: Front,
    process: Option<Child>,
    said: Arc<watch::Sender<Said>>,
}

/// What nginx has said so far, of all its runs.
#[derive(Clone, Debug, Default)]
struct Said {
    lines: Vec<String>,
    accesses: Vec<Access>,
    workers_started: usize,
    workers_gone: usize,
    runs_over: usize,
}

impl Said {
    fn take(&mut self, line: String) {
        if let Some(access) = Access::read(&line) {
            return self.accesses.push(access);
        }
        self.workers_started += usize::from(line.contains("start worker process "));
        self.workers_gone += usize::from(line.contains("exited with code"));
        self.lines.push(line);
    }

    fn is_port_taken(&self) -> bool {
        self.lines.iter().any(|line| line.contains("Address already in use"))
    }
}

/// The program, or nothing if the tests are to do without. Fails when it is wanted and not there.
fn program() -> Option<&'static str> {
    if std::env::var_os("WEBCHAT_SKIP_NGINX").is_some() {
        return None;
    }
    let runs = |program: &&&str| Command::new(program).arg("-v").stderr(Stdio::null()).status().is_ok();
    let hint = "there is no nginx: install the Debian package nginx-light, or set WEBCHAT_SKIP_NGINX=1 to do without";
    Some(PROGRAMS.iter().find(runs).expect(hint))
}

/// A port on which nobody listens.
fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| fastrand::u16(PORTS));
    ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("a free port")
}

impl Nginx {
    /// Starts nginx on a free port; nothing, when the tests are to do without it.
    pub async fn start(front: Front) -> Option<Self> {
        let program = program()?;
        let folder = TempDir::new().expect("a temporary directory");
        let said = Arc::new(watch::Sender::default());
        let mut nginx = Self { program, folder, port: 0, front, process: None, said };
        for _ in 0..ATTEMPTS {
            nginx.port = free_port();
            if nginx.try_to_run().await {
                return Some(nginx);
            }
            assert!(
                nginx.said.borrow().is_port_taken(),
                "nginx does not start: {:#?}",
                nginx.said.borrow().lines
            );
        }
        panic!("nginx found no free port");
    }

    /// The same address at nginx as `url` at a simulator.
    pub fn url(&self, url: &str) -> String {
        let path = url.splitn(4, '/').nth(3).expect("an address with a path");
        format!("{}://127.0.0.1:{}/{path}", self.front.scheme(), self.port)
    }

    /// The requests that are over, in the order of their ends. Those of a moment ago can be missing while nginx runs.
    pub fn accesses(&self) -> Vec<Access> {
        self.said.borrow().accesses.clone()
    }

    /// Waits until the requests that are over are like this.
    pub async fn until(&self, what: &str, ready: impl Fn(&[Access]) -> bool) {
        self.until_said(what, |said| ready(&said.accesses)).await;
    }

    /// Reads its configuration again while it runs: another worker takes over, and the old one closes its connections.
    pub async fn reload(&self) {
        let (started, gone) = {
            let said = self.said.borrow();
            (said.workers_started, said.workers_gone)
        };
        self.signal("reload").expect("nginx is told to reload");
        let over = |said: &Said| said.workers_started > started && said.workers_gone > gone;
        self.until_said("one worker takes over from another", over).await;
    }

    /// Stops: all connections are closed, new ones are refused.
    pub async fn stop(&mut self) {
        let runs = self.said.borrow().runs_over;
        self.signal("stop").expect("nginx is told to stop");
        self.until_said("nginx stops", |said| said.runs_over > runs).await;
        self.reap();
    }

    /// Starts again where it was.
    pub async fn start_again(&mut self) {
        assert!(self.try_to_run().await, "nginx does not start again: {:#?}", self.said.borrow().lines);
    }

    /// Starts it; false, if it does not start.
    async fn try_to_run(&mut self) -> bool {
        let configuration = self.front.configuration(self.port);
        std::fs::write(self.folder.path().join("nginx.conf"), configuration).expect("a configuration");
        let (started, over) = {
            let said = self.said.borrow();
            (said.workers_started, said.runs_over)
        };
        // A test that is killed takes nginx with it.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", self.program]).args(self.arguments());
        let mut process = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("setpriv, of util-linux, starts nginx");
        follow(process.stderr.take().expect("it says something"), self.said.clone());
        self.process = Some(process);
        self.until_said("nginx starts", |said| said.workers_started > started || said.runs_over > over).await;
        let runs = self.said.borrow().workers_started > started;
        if !runs {
            self.reap();
        }
        runs
    }

    fn arguments(&self) -> [PathBuf; 6] {
        let folder = self.folder.path();
        ["-e".into(), "stderr".into(), "-p".into(), folder.into(), "-c".into(), folder.join("nginx.conf")]
    }

    /// Has nginx signal the one that runs; what is wrong, if it cannot.
    fn signal(&self, signal: &str) -> Result<(), String> {
        let mut command = Command::new(self.program);
        let output = command.args(self.arguments()).args(["-s", signal]).output();
        let output = output.map_err(|error| error.to_string())?;
        output
            .status
            .success()
            .then_some(())
            .ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    async fn until_said(&self, what: &str, ready: impl Fn(&Said) -> bool) {
        let mut said = self.said.subscribe();
        let is_so = async {
            loop {
                // `ready` may ask as well: nothing is locked meanwhile.
                let so_far = said.borrow_and_update().clone();
                if ready(&so_far) || said.changed().await.is_err() {
                    return;
                }
            }
        };
        in_time(what, is_so).await;
    }

    fn reap(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.wait();
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let stopping = self.process.is_some().then(|| self.signal("stop"));
        if let (Some(Err(_)), Some(process)) = (stopping, &mut self.process) {
            let _ = process.kill();
        }
        self.reap();
    }
}

/// Reads what a run says. It ends with the last process that could say something.
fn follow(output: ChildStderr, said: Arc<watch::Sender<Said>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            said.send_modify(|said| said.take(line.unwrap_or_default()));
        }
        said.send_modify(|said| said.runs_over += 1);
    });
}
