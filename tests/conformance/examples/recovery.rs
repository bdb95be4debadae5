//! How long chats take to recover, back end by back end: on a path that swallows everything, while a message is sent and while nobody does
//! anything; where kept connections are closed just as requests go out; and over a long and narrow line. The program talks to the simulator
//! through the relay, with the default `ajaxTimeout`.
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
use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};
use webchat_conformance::{BackEnd, Path, Relay};
use webchat_core::{Chat, Config, command::StartChat, event::Event};
use webchat_simulator::Simulator;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a connection rests before the path goes dead: it is used again all the same.
const FRESH: Duration = Duration::from_millis(150);
/// What the agent says.
const HELLO: &str = "hello";
/// How many messages meet a closing connection.
const MESSAGES: u32 = 10;

/// A chat that has begun, behind a path.
struct World {
    simulator: Simulator,
    relay: Relay,
    chat: Chat,
    disconnected: Arc<AtomicUsize>,
    heard: Arc<Notify>,
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
        let (count, heard) = (disconnected.clone(), Arc::new(Notify::new()));
        let hello = heard.clone();
        chat.listen(move |delivery| match &delivery.event {
            Event::Disconnected => drop(count.fetch_add(1, Ordering::Relaxed)),
            Event::MessageReceived(batch)
                if batch.received.iter().any(|line| line.message.text.as_deref() == Some(HELLO)) =>
            {
                hello.notify_one();
            }
            _ => {}
        });
        let began = Instant::now();
        timeout(PATIENCE, chat.start_chat(StartChat { nickname: "Mia".into(), ..StartChat::default() }))
            .await??;
        Ok(Self { simulator, relay, chat, disconnected, heard, started: began.elapsed() })
    }

    /// How often the program was told that it is disconnected.
    fn told(&self) -> usize {
        self.disconnected.load(Ordering::Relaxed)
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
    // The server has shown by then that it bears pauses between requests, so that connections are kept for messages.
    sleep(Duration::from_secs(7)).await;
    for number in 0..4 {
        timeout(PATIENCE, world.chat.send(format!("before {number}"))).await??;
        sleep(FRESH).await;
    }
    let (made, known) = (world.relay.connections(), world.simulator.log().len());
    world.relay.deafen();
    let began = Instant::now();
    let message = world.chat.send("over a dead path");
    let traffic =
        world.simulator.wait_for(|simulator| (simulator.log().len() > known).then(|| began.elapsed()));
    let (traffic, message) = tokio::join!(timeout(PATIENCE, traffic), timeout(PATIENCE, message));
    let sent = began.elapsed();
    message??;
    let text = format!(
        "traffic {:.1} s, sent {:.1} s, disconnected {}, connections {}",
        traffic?.as_secs_f64(),
        sent.as_secs_f64(),
        world.told(),
        world.relay.connections() - made
    );
    world.end().await?;
    Ok(text)
}

/// From when the path goes dead to the next traffic, and to what an agent says then, while the customer does nothing.
async fn idle_path(back_end: BackEnd, http2: bool) -> Outcome<String> {
    let world = World::new(back_end, http2, Path::default()).await?;
    sleep(Duration::from_secs(4)).await;
    let Some(chat) = world.simulator.chats().into_iter().next() else { return Err("no chat".into()) };
    let (id, known) = (chat.id.clone(), world.simulator.log().len());
    world.relay.deafen();
    let began = Instant::now();
    let agent = world.simulator.join_agent(&id, "Sam")?;
    world.simulator.say(&id, agent, HELLO)?;
    let traffic =
        world.simulator.wait_for(|simulator| (simulator.log().len() > known).then(|| began.elapsed()));
    let (traffic, heard) =
        tokio::join!(timeout(PATIENCE, traffic), timeout(PATIENCE, world.heard.notified()));
    let heard = heard.map(|()| began.elapsed())?;
    let text = format!(
        "traffic {:.1} s, heard {:.1} s, disconnected {}",
        traffic?.as_secs_f64(),
        heard.as_secs_f64(),
        world.told(),
    );
    world.end().await?;
    Ok(text)
}

/// Messages that leave about when the server closes the connection.
async fn closing_race(back_end: BackEnd, http2: bool) -> Outcome<String> {
    let path = Path { delay_ms: 30, idle_ms: 3000, ..Path::default() };
    let world = World::new(back_end, http2, path).await?;
    let (mut refused, mut slow, mut longest) = (0, 0, Duration::ZERO);
    for number in 0..MESSAGES {
        sleep(Duration::from_millis(2925 + u64::from(number) * 15)).await;
        let began = Instant::now();
        let outcome = timeout(PATIENCE, world.chat.send(format!("message {number}"))).await?;
        refused += u32::from(outcome.is_err());
        longest = longest.max(began.elapsed());
        slow += u32::from(began.elapsed() > Duration::from_secs(1));
    }
    let text = format!(
        "not sent {refused} of {MESSAGES}, {slow} took longer than 1 s, longest {:.1} s, disconnected {}",
        longest.as_secs_f64(),
        world.told()
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
    let text = format!(
        "started {:.1} s, sent {:.1} s, disconnected {}",
        world.started.as_secs_f64(),
        sent.as_secs_f64(),
        world.told()
    );
    world.end().await?;
    Ok(text)
}

/// What is measured, or nothing.
async fn only_if(wanted: bool, measured: impl Future<Output = Outcome<String>>) -> Outcome<String> {
    if wanted { measured.await } else { Ok("-".into()) }
}

async fn measure() {
    println!(
        "| back end | silent path | silent path, nobody writes | closing race | slow line |\n|---|---|---|---|---|"
    );
    let (only, kind) = (std::env::args().nth(1).unwrap_or_default(), std::env::args().nth(2));
    let wanted = |name: &str| kind.as_deref().is_none_or(|kind| kind == name);
    // The first by HTTP/2 as well.
    let all = BackEnd::ALL.iter().map(|back_end| (*back_end, false));
    let by_http2 =
        BackEnd::ALL.iter().filter(|back_end| back_end.has("http")).take(1).map(|back_end| (*back_end, true));
    let named = all.chain(by_http2).map(|(back_end, http2)| {
        (if http2 { format!("{back_end}, HTTP/2") } else { back_end.to_string() }, back_end, http2)
    });
    for (name, back_end, http2) in named.filter(|(name, ..)| name.contains(&only)) {
        let shown = |outcome: Outcome<String>| outcome.unwrap_or_else(|error| format!("failed: {error}"));
        let (silent, idle, closing, slow) = tokio::join!(
            only_if(wanted("silent"), silent_path(back_end, http2)),
            only_if(wanted("idle"), idle_path(back_end, http2)),
            only_if(wanted("closing"), closing_race(back_end, http2)),
            only_if(wanted("slow"), slow_line(back_end, http2))
        );
        println!("| {name} | {} | {} | {} | {} |", shown(silent), shown(idle), shown(closing), shown(slow));
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
