//! What keeping the outbox costs a message: the same chat without it, with it in memory, and in a file that is flushed to the disk.

use crate::{back_end::BackEnd, c_chat::CChat, latch::Latch, report, server::Server, take_turns};
use serde_json::{Value, json};

/// One message at a time, polls off: how long until its outcome is known.
pub fn one_at_a_time(server: &Server, back_end: &BackEnd) {
    let file = std::env::temp_dir().join(format!("webchat-bench-outbox-{}.json", std::process::id()));
    let chat = |outbox: Value, store: Value| {
        let mut config = server.config(back_end);
        let webchat = match config.get_mut("webchat") {
            Some(inner) => inner,
            None => &mut config,
        };
        webchat["outbox"] = outbox;
        webchat["sessionStore"] = store;
        let chat = CChat::start(&config);
        chat.stop_polling();
        chat
    };
    let memory = || json!({"type": "memory"});
    let without = chat(Value::Null, memory());
    let in_memory = chat(json!({"keep": true}), memory());
    let in_file = chat(json!({"keep": true}), json!({"type": "file", "path": &file}));
    let done = Latch::new(1);
    let send = |chat: &CChat, times: u32| {
        for _ in 0..times {
            chat.send(&done);
            done.wait();
        }
    };
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        ("kept in a file", Box::new(|times| send(&in_file, times))),
        ("not kept", Box::new(|times| send(&without, times))),
        ("kept in memory", Box::new(|times| send(&in_memory, times))),
    ];
    let medians = take_turns(&mut contenders, 20, 50);
    let title = format!("{} sendMessage, one at a time, the outbox kept or not", back_end.name);
    report(&title, "a message", &contenders, &medians);
    for ending in ["", ".lock", ".tmp"] {
        let mut name = file.clone().into_os_string();
        name.push(ending);
        // What is not there need not be removed.
        let _ = std::fs::remove_file(name);
    }
}
