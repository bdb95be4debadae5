//! Messages that the server pushes: from its hand to the callback of a C program, and to a client by hand.

use crate::{back_end::BackEnd, latch::Latch, report, server::Server, take_turns};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// One message at a time, without and with acknowledgements: from the server's push until the program has it.
pub fn one_at_a_time(server: &Server, runtime: &Runtime, back_end: &BackEnd) {
    let Some(pushed) = back_end.pushed else { return };
    for acks in [false, true] {
        match pushed.offer_acks {
            Some(offer) => offer(&server.simulator, acks),
            None if acks => continue,
            None => {}
        }
        let heard = Arc::new(Latch::new(1));
        let (chat, chat_id) = server.chat(back_end);
        let sam = server.join(&chat_id);
        let subscription = chat.count_messages(&heard);
        server.say(&chat_id, sam);
        heard.wait();
        let bare_id = runtime.block_on((pushed.listen)(&server.simulator, acks, heard.clone()));
        let kim = server.join(&bare_id);
        server.say(&bare_id, kim);
        heard.wait();
        let mut contenders: Vec<crate::Contender<'_>> = vec![
            (
                "C callback of messageReceived",
                Box::new(|times| {
                    for _ in 0..times {
                        server.say(&chat_id, sam);
                        heard.wait();
                    }
                }),
            ),
            (
                "bare tokio-tungstenite",
                Box::new(|times| {
                    for _ in 0..times {
                        server.say(&bare_id, kim);
                        heard.wait();
                    }
                }),
            ),
        ];
        // With acknowledgements each message answers a connect, and the client spaces connects that are answered at once.
        let (rounds, times, words) = if acks {
            (10, 10, "with acknowledgements, where connects answered at once are spaced")
        } else {
            (60, 200, "without acknowledgements")
        };
        let medians = take_turns(&mut contenders, rounds, times);
        let title = format!("{} push, {words} (goal: at most 1.25 x)", back_end.name);
        report(&title, "a message", &contenders, &medians);
        chat.end_count(subscription);
    }
}
