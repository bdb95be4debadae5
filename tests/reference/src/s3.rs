//! An S3 server by others: `s3proxy`, in Java, which keeps its files in a folder and checks signatures.

use std::{
    fmt, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};
use webchat_simulator::api::web_messaging::S3;
use webchat_support::in_time;

/// Where the files go.
const BUCKET: &str = "shyrka-files";
const KEY: &str = "a-key";
const SECRET: &str = "the-secret-of-a-key";
/// What it says when it listens, before its address.
const LISTENS: &str = "Started ServerConnector";

/// An S3 server. It ends with this.
pub struct S3Server {
    _process: Child,
    folder: TempDir,
    address: SocketAddr,
}

impl fmt::Debug for S3Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The program, below the folder of all that is built. Fails when it is wanted and not there.
fn program(target: &Path) -> Option<PathBuf> {
    if std::env::var_os("WEBCHAT_SKIP_JAVA").is_some() {
        return None;
    }
    let otherwise = "or set WEBCHAT_SKIP_JAVA=1 to do without the S3 server";
    assert!(
        Command::new("java").arg("-version").output().is_ok(),
        "there is no java: install a JRE, {otherwise}"
    );
    let program = target.join("s3proxy").join("s3proxy.jar");
    assert!(program.exists(), "s3proxy is not there: run `make setup`, {otherwise}");
    Some(program)
}

impl S3Server {
    /// Starts a server; `target` is the folder of all that is built. Nothing, when the tests are to do without Java.
    pub async fn start(target: &Path) -> Option<Self> {
        let program = program(target)?;
        let folder = tempfile::tempdir().expect("a folder");
        let files = folder.path().join("files");
        fs::create_dir_all(files.join(BUCKET)).expect("a folder for the files");
        let settings = folder.path().join("settings");
        let lines = [
            "s3proxy.authorization=aws-v2-or-v4".to_owned(),
            "s3proxy.endpoint=http://127.0.0.1:0".to_owned(),
            format!("s3proxy.identity={KEY}"),
            format!("s3proxy.credential={SECRET}"),
            "jclouds.provider=filesystem-nio2".to_owned(),
            "jclouds.identity=any".to_owned(),
            "jclouds.credential=any".to_owned(),
            format!("jclouds.filesystem.basedir={}", files.display()),
        ];
        fs::write(&settings, lines.join("\n")).expect("its settings are written");
        let mut command = tokio::process::Command::new("java");
        command.args(["-XX:TieredStopAtLevel=1", "-Xmx256m", "-jar"]).arg(program);
        command.arg("--properties").arg(settings);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut process = command.spawn().expect("java starts");
        let mut output = BufReader::new(process.stdout.take().expect("it has an output")).lines();
        let listening = async {
            loop {
                let line = output.next_line().await.expect("its output can be read").expect("it listens");
                if line.contains(LISTENS) {
                    return line;
                }
            }
        };
        let line = in_time("the S3 server listens", listening).await;
        let address = line.rsplit_once('{').and_then(|(_, address)| address.strip_suffix('}')?.parse().ok());
        let address = address.expect("it says where it listens");
        // What it goes on saying is of no interest, and has to be taken from it.
        tokio::spawn(async move { while let Ok(Some(_)) = output.next_line().await {} });
        Some(Self { _process: process, folder, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// It as the simulator's host of files, which customers reach by this address.
    pub fn by(&self, address: SocketAddr) -> S3 {
        S3 {
            url: format!("http://{address}"),
            bucket: BUCKET.to_owned(),
            region: String::new(),
            key: KEY.to_owned(),
            secret: SECRET.to_owned(),
        }
    }

    /// The sizes of the files that it has.
    pub fn sizes(&self) -> Vec<u64> {
        let folder = self.folder.path().join("files").join(BUCKET);
        let files = fs::read_dir(folder).expect("its files").flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .filter(fs::Metadata::is_file)
            .map(|file| file.len())
            .collect()
    }
}
