//! How long chats take to recover, back end by back end: on a path that swallows everything, where kept connections are closed just as
//! requests go out, and over a long and narrow line. The program talks to the simulator through the relay, with the default `ajaxTimeout`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what is measured is printed")]

use serde_json::{Map, Value, json};
use std::{
    error::Error,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};
use webchat_conformance::{BackEnd, Path, Relay};
use webchat_core::{Chat, Config, command::StartChat};
use webchat_simulator::Simulator;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(90);
/// How many messages meet a closing connection.
const MESSAGES: u32 = 10;

/// A chat that has begun, behind a path.
struct World {
    simulator: Simulator,
    relay: Relay,
    chat: Chat,
    disconnected: Arc<AtomicUsize>,
    started: Duration,
}

impl World {
    async fn new(back_end: BackEnd, http2: bool, path: Path) -> Outcome<Self> {
        let simulator = Simulator::builder().seed(1).start().await?;
        let relay = Relay::open(simulator.address(), path).await?;
        let mut config: Map<String, Value> = back_end.config(&simulator, relay.address, Some(3000));
        config.insert("connection".into(), json!({"proxy": "none", "http2PriorKnowledge": http2}));
        let chat = Chat::new(Config::from_json(&Value::Object(config))?)?;
        let disconnected = Arc::new(AtomicUsize::new(0));
        let count = disconnected.clone();
        chat.listen(move |delivery| {
            if delivery.event.name() == "disconnected" {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let began = Instant::now();
        timeout(PATIENCE, chat.start_chat(StartChat { nickname: "Mia".into(), ..StartChat::default() }))
            .await??;
        Ok(Self { simulator, relay, chat, disconnected, started: began.elapsed() })
    }

    async fn end(self) -> Outcome<()> {
        self.chat.close();
        timeout(PATIENCE, self.chat.closed()).await?;
        self.simulator.shutdown().await;
        Ok(())
    }
}

/// From the first unanswered request, a message, to the next one over a new connection, and to its outcome.
async fn silent_path(back_end: BackEnd, http2: bool) -> Outcome<String> {
    let world = World::new(back_end, http2, Path::default()).await?;
    timeout(PATIENCE, world.chat.send("before")).await??;
    // Polls have their usual pace by then, and a held one is out.
    sleep(Duration::from_secs(4)).await;
    let (made, known) = (world.relay.connections(), world.simulator.log().len());
    world.relay.deafen();
    let began = Instant::now();
    let message = world.chat.send("over a dead path");
    let traffic =
        world.simulator.wait_for(|simulator| (simulator.log().len() > known).then(|| began.elapsed()));
    let (traffic, message) = tokio::join!(timeout(PATIENCE, traffic), timeout(PATIENCE, message));
    let sent = began.elapsed();
    message??;
    let told = world.disconnected.load(Ordering::Relaxed);
    let text = format!(
        "traffic {:.1} s, sent {:.1} s, disconnected {told}, connections {}",
        traffic?.as_secs_f64(),
        sent.as_secs_f64(),
        world.relay.connections() - made
    );
    world.end().await?;
    Ok(text)
}

/// Messages that leave about when the server closes the connection.
async fn closing_race(back_end: BackEnd, http2: bool) -> Outcome<String> {
    let path = Path { delay_ms: 30, idle_ms: 3000, ..Path::default() };
    let world = World::new(back_end, http2, path).await?;
    let (mut refused, mut longest) = (0, Duration::ZERO);
    for number in 0..MESSAGES {
        sleep(Duration::from_millis(2925 + u64::from(number) * 15)).await;
        let began = Instant::now();
        let outcome = timeout(PATIENCE, world.chat.send(format!("message {number}"))).await?;
        refused += u32::from(outcome.is_err());
        longest = longest.max(began.elapsed());
    }
    let told = world.disconnected.load(Ordering::Relaxed);
    let text = format!(
        "not sent {refused} of {MESSAGES}, longest {:.1} s, disconnected {told}",
        longest.as_secs_f64()
    );
    world.end().await?;
    Ok(text)
}

/// A round trip of 1.6 s, and 20 kB a second.
async fn slow_line(back_end: BackEnd, http2: bool) -> Outcome<String> {
    let path = Path { delay_ms: 800, bytes_per_second: 20_000, ..Path::default() };
    let world = World::new(back_end, http2, path).await?;
    let began = Instant::now();
    timeout(PATIENCE, world.chat.send("over a slow line")).await??;
    let sent = began.elapsed();
    sleep(Duration::from_secs(10)).await;
    let told = world.disconnected.load(Ordering::Relaxed);
    let text = format!(
        "started {:.1} s, sent {:.1} s, disconnected {told}",
        world.started.as_secs_f64(),
        sent.as_secs_f64()
    );
    world.end().await?;
    Ok(text)
}

async fn measure() {
    println!("| back end | silent path | closing race | slow line |\n|---|---|---|---|");
    // The first by HTTP/2 as well.
    let all = BackEnd::ALL.iter().map(|back_end| (*back_end, false));
    let by_http2 =
        BackEnd::ALL.iter().filter(|back_end| back_end.has("http")).take(1).map(|back_end| (*back_end, true));
    for (back_end, http2) in all.chain(by_http2) {
        let name = if http2 { format!("{back_end}, HTTP/2") } else { back_end.to_string() };
        let shown = |outcome: Outcome<String>| outcome.unwrap_or_else(|error| format!("failed: {error}"));
        let (silent, closing, slow) = tokio::join!(
            silent_path(back_end, http2),
            closing_race(back_end, http2),
            slow_line(back_end, http2)
        );
        println!("| {name} | {} | {} | {} |", shown(silent), shown(closing), shown(slow));
    }
}

fn main() -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => {
            runtime.block_on(measure());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("recovery: {error}");
            ExitCode::FAILURE
        }
    }
}
