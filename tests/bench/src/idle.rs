//! Chats in which nothing happens: what they cost.

use crate::{
    back_end::{BackEnd, Spoken},
    c_chat::CChat,
    memory::allocated,
    server::Server,
};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

const CHATS: usize = 100;
const WHILE: Duration = Duration::from_mins(1);

/// What a thread has done so far.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// How often it has woken up.
    wake_ups: u64,
    /// Its time on a processor.
    running: Duration,
}

/// Wake-ups and processor time of 100 chats in a minute, whose links the server holds.
pub fn chats(server: &Server, runtime: &Runtime, back_end: &BackEnd) {
    let Some(held) = back_end.held else { return };
    let config = server.config(back_end);
    // First: what is freed of ours would hide what these take.
    let bare = back_end.spoken.map(|spoken| by_hand(server, runtime, spoken));
    server.wait_until(|simulator| (held.now)(simulator) == 0);
    // The runtime and what chats share are there with the first.
    let _first = CChat::start(&config);
    let memory = allocated();
    let chats: Vec<_> = (0..CHATS).map(|_| CChat::start(&config)).collect();
    server.wait_until(|simulator| (held.now)(simulator) > CHATS);
    let ended = || (held.ended)(&server.simulator);
    let (before, ended_before, begin) = (work(), ended(), Instant::now());
    thread::sleep(WHILE);
    let (after, ended, took) = (work(), ended() - ended_before, begin.elapsed());
    let done = since(&before, &after);
    let each = allocated().saturating_sub(memory) / CHATS;
    println!("\n{CHATS} idle chats over {}, in {took:.1?}", back_end.name);
    println!("  {:<34} {ended:>12}", "requests that the server ended");
    println!("  {:<34} {:>12}", "wake-ups of the library's threads", done.wake_ups);
    println!("  {:<34} {:>12.2?}", "their processor time", done.running);
    println!("  {:<34} {each:>12}", "bytes of a chat, with the server's");
    if let Some(bare) = bare {
        println!("  {:<34} {bare:>12}", "the same by bare tokio-tungstenite");
    }
    drop(chats);
}

/// The bytes that a chat takes by hand.
fn by_hand(server: &Server, runtime: &Runtime, spoken: Spoken) -> usize {
    let before = allocated();
    let start = || runtime.block_on((spoken.start)(&server.simulator));
    let chats: Vec<_> = (0..CHATS).map(|_| start()).collect();
    let each = allocated().saturating_sub(before) / CHATS;
    drop(chats);
    each
}

/// What Linux tells of this process' threads that are the library's, by their names.
fn work() -> HashMap<PathBuf, Work> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten().map(|task| task.path());
    tasks.filter(|task| is_ours(task)).map(|task| (task.clone(), work_of(&task))).collect()
}

/// What the threads that are still there have done between two looks.
fn since(before: &HashMap<PathBuf, Work>, after: &HashMap<PathBuf, Work>) -> Work {
    after.iter().fold(Work::default(), |sum, (task, work)| {
        let before = before.get(task).copied().unwrap_or_default();
        Work {
            wake_ups: sum.wake_ups + work.wake_ups - before.wake_ups,
            running: sum.running + work.running.saturating_sub(before.running),
        }
    })
}

fn is_ours(task: &Path) -> bool {
    fs::read_to_string(task.join("comm")).is_ok_and(|name| name.starts_with("webchat"))
}

fn work_of(task: &Path) -> Work {
    let status = fs::read_to_string(task.join("status")).unwrap_or_default();
    let slept = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    let schedule = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    let nanoseconds = schedule.split_whitespace().next().and_then(|field| field.parse().ok());
    Work {
        wake_ups: slept.and_then(|count| count.trim().parse().ok()).unwrap_or_default(),
        running: Duration::from_nanos(nanoseconds.unwrap_or_default()),
    }
}
