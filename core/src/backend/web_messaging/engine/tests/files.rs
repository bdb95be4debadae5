//! Messages with files that are in doubt.

use super::{
    chats::every_way,
    server::Ways,
    world::{SETTLE, World},
};
use std::time::Duration;

/// A chat with a file whose message is on its way.
fn with_file(ways: Ways, seed: u64) -> World {
    let mut world = World::chat(ways, seed);
    world.send_file();
    for _ in 0..2000 {
        if world.writes().iter().any(|frame| frame.contains("\"content\"")) {
            return world;
        }
        world.pass(Duration::from_millis(1));
    }
    panic!("the file's message has left");
}

#[test]
fn a_files_message_that_was_lost_goes_out_again_and_one_that_arrived_does_not() {
    let mut again = 0;
    for (seed, ways) in every_way().enumerate() {
        let mut world = with_file(ways, seed as u64);
        world.kill(seed % 3 == 0);
        world.pass(Duration::from_secs(50));
        let there = world.server.items.iter().filter(|item| item.file.is_some()).count();
        assert_eq!(there, 1, "{ways:?}");
        assert!(matches!(world.script.outcome(world.files[0]), Some(Ok(_))), "{ways:?}");
        world.check();
        let said: Vec<_> = world.writes().into_iter().filter(|frame| frame.contains("\"content\"")).collect();
        let names: std::collections::BTreeSet<_> = said
            .iter()
            .map(|frame| {
                let frame: serde_json::Value = serde_json::from_str(frame).unwrap();
                frame["message"]["metadata"]["id"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(names.len(), 1, "under the same name");
        again += usize::from(said.len() > 1);
    }
    assert!((10..64).contains(&again), "{again}");
}

#[test]
fn a_file_that_a_server_takes_without_an_echo_is_found_in_the_history() {
    let ways = Ways { silent: true, ..Ways::default() };
    let mut world = with_file(ways, 3);
    world.pass(SETTLE * 3);
    assert!(matches!(world.script.outcome(world.files[0]), Some(Ok(_))));
    assert_eq!(world.server.configured, 2, "nothing that was written can arrive later");
    world.check();
}

#[test]
fn a_history_that_is_out_of_reach_leaves_a_files_message_unknown() {
    let mut world = with_file(Ways::default(), 4);
    world.kill(false);
    world.reachable = false;
    world.pass(Duration::from_secs(90));
    let outcome = world.script.outcome(world.files[0]);
    assert!(
        matches!(outcome, Some(Err(error)) if error.kind() == crate::ErrorKind::OutcomeUnknown),
        "{outcome:?}"
    );
}
