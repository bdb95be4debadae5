//! Many chats in one process: `crowd` holds them and counts what they tell, `fleet` measures, `served` is the simulated server in a process of
//! its own, `process` what the system tells of this one, `pace` how late polls are.

mod crowd;
pub mod fleet;
mod pace;
mod process;
pub mod served;

/// A figure.
fn line(name: &str, value: impl std::fmt::Display) {
    println!("  {name:<46} {value:>16}");
}
