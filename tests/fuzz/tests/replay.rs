//! The kept inputs of every target, and small changes of them: cut, joined, with bytes changed. What a fuzzer has once found stays mended.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{fs, panic, path::Path};
use webchat_fuzz::TARGETS;

/// Changes of each input.
const CHANGES: usize = 400;

#[test]
fn kept_inputs_and_small_changes_of_them() {
    for (name, target) in TARGETS {
        let mut random = fastrand::Rng::with_seed(1);
        let inputs = inputs(name);
        for input in &inputs {
            check(name, *target, input);
            for _ in 0..CHANGES {
                let other = &inputs[random.usize(..inputs.len())];
                check(name, *target, &changed(input, other, &mut random));
            }
        }
    }
}

#[test]
fn every_folder_of_inputs_belongs_to_a_target() {
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs")).unwrap();
    let mut folders: Vec<_> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    assert_eq!(folders, TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no inputs of {target}");
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Runs the target, and says which input it was if it panics.
fn check(name: &str, target: webchat_fuzz::Target, input: &[u8]) {
    let outcome = panic::catch_unwind(|| target(input));
    assert!(outcome.is_ok(), "{name} panics on {:?}", String::from_utf8_lossy(input));
}

fn changed(input: &[u8], other: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut changed = input.to_vec();
    for _ in 0..=random.usize(..4) {
        let at = random.usize(..=changed.len());
        match random.u8(..6) {
            0 => changed.truncate(at),
            1 if at < changed.len() => changed[at] ^= 1 << random.u8(..8),
            2 if at < changed.len() => drop(changed.remove(at)),
            3 => changed.insert(at, *random.choice(br#"{}[]",:\0-9eEtnf/<& "#).unwrap()),
            4 => drop(changed.splice(at..at, other[random.usize(..=other.len())..].iter().copied())),
            _ => {
                let end = random.usize(at..=changed.len());
                let part = changed[at..end].to_vec();
                drop(changed.splice(at..at, part));
            }
        }
        changed.truncate(1 << 14);
    }
    changed
}
