//! What is made is what the tables give, and every command is there in every language.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use webchat_core::command::Command;
use webchat_tables::{all, root};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

#[test]
fn every_file_is_what_the_tables_give() {
    for made in all() {
        let file = read(made.path);
        let right = made.within(&file).unwrap();
        assert!(file == right, "{} ({:?}) is out of date: make tables", made.path, made.part);
    }
}

#[test]
fn every_command_has_its_function_in_c() {
    let symbols = read("ffi/symbols.txt");
    for entry in Command::ALL {
        let function = format!("webchat_{}", entry.snake);
        assert!(symbols.lines().any(|symbol| symbol == function), "{function}");
    }
}

#[test]
fn every_command_has_its_method_in_cpp_and_python() {
    let cpp = read("bindings/cpp/include/webchat/commands.hpp");
    let modules = ["_commands", "_messaging", "_sessions", "_transfers"];
    let python: String =
        modules.iter().map(|name| read(&format!("bindings/python/python/webchat/{name}.py"))).collect();
    for entry in Command::ALL {
        let name = entry.snake;
        assert!(cpp.contains(&format!("How...> {name}(")), "C++ {name}");
        assert!(python.contains(&format!("    def {name}(")), "Python {name}");
    }
}
