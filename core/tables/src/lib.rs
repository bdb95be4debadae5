//! What the core's tables of commands, events, errors and options give to other languages and to the documentation: Python's stubs
//! and exceptions, C's numbers, C++'s enumerations,
//! exceptions and plain methods, and the pages of `docs/reference`. `cargo run -p webchat-tables` writes them; a test fails when one is not
//! what the tables give.

#![forbid(unsafe_code)]

mod back_ends;
mod c;
mod commands;
mod configuration;
mod cpp;
mod cpp_events;
mod errors;
mod events;
mod hosts;
mod names;
mod python;
mod python_events;

use std::path::{Path, PathBuf};
use webchat_core::model::{MessageType, ParticipantRole};

/// What the tables give for a file: all of it, or a part.
pub struct Made {
    /// Where it stands, from the top of the tree.
    pub path: &'static str,
    /// The name of the part, as the lines say that it stands between.
    pub part: Option<&'static str>,
    /// The text.
    pub text: String,
}

impl Made {
    /// The file with what is made in its place.
    pub fn within(&self, file: &str) -> Result<String, String> {
        let Some(part) = self.part else { return Ok(self.text.clone()) };
        let lost = |mark: &str| format!("{} has no line that ends with \"{mark}\"", self.path);
        let (begin, end) = (format!("made from the tables: {part}"), format!("until here: {part}"));
        let lines = || file.split_inclusive('\n');
        let at =
            |mark: &str| lines().position(|line| line.trim_end().ends_with(mark)).ok_or_else(|| lost(mark));
        let (from, to) = (at(&begin)?, at(&end)?);
        let (before, after) =
            (lines().take(from + 1).collect::<String>(), lines().skip(to).collect::<String>());
        Ok(before + &self.text + &after)
    }
}

/// The top of the tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const PARTICIPANT_HPP: &str = "bindings/cpp/include/webchat/participant.hpp";

/// All that is made.
pub fn all() -> Vec<Made> {
    let part = |path, part, text| Made { path, part: Some(part), text };
    vec![
        part(
            "bindings/python/python/webchat/__init__.pyi",
            "commands",
            python::stubs(python::Face::Blocking),
        ),
        part(
            "bindings/python/python/webchat/__init__.pyi",
            "commands without waiting",
            python::stubs(python::Face::NoWait),
        ),
        part("bindings/python/python/webchat/aio.pyi", "commands", python::stubs(python::Face::Asyncio)),
        part("bindings/python/python/webchat/_results.py", "readers", python::readers()),
        Made { path: "bindings/python/python/webchat/_events.py", part: None, text: python_events::module() },
        part("bindings/python/python/webchat/__init__.py", "events", python_events::imports(false)),
        part("bindings/python/python/webchat/__init__.py", "names of events", python_events::listed()),
        part("bindings/python/python/webchat/__init__.pyi", "events", python_events::imports(true)),
        part("bindings/python/python/webchat/__init__.pyi", "names of events", python_events::listed()),
        part("bindings/python/python/webchat/_handlers.pyi", "handlers", python_events::handlers()),
        part("bindings/python/python/webchat/_handlers.pyi", "on", python_events::listening()),
        part("bindings/python/python/webchat/_waits.pyi", "wait_for", python_events::waiting(false)),
        part("bindings/python/python/webchat/_waits.pyi", "wait_for of aio", python_events::waiting(true)),
        part("ffi/src/event/kind.rs", "events", c::events()),
        part("ffi/src/status.rs", "statuses", c::statuses()),
        part("bindings/python/python/webchat/errors.py", "names", python::error_names()),
        part("bindings/python/python/webchat/errors.py", "classes", python::errors()),
        part("bindings/cpp/include/webchat/event.hpp", "events", cpp::events()),
        part("bindings/cpp/include/webchat/error.hpp", "statuses", cpp::statuses()),
        part("bindings/cpp/include/webchat/error.hpp", "exceptions", cpp::exceptions()),
        part("bindings/cpp/include/webchat/error.hpp", "throws", cpp::throws()),
        part("bindings/cpp/include/webchat/commands.hpp", "plain commands", cpp::commands()),
        Made { path: "bindings/cpp/include/webchat/events.hpp", part: None, text: cpp_events::header() },
        part(PARTICIPANT_HPP, "types of messages", cpp_events::enumerators(MessageType::KNOWN)),
        part(PARTICIPANT_HPP, "names of types of messages", cpp_events::names(MessageType::KNOWN)),
        part(PARTICIPANT_HPP, "types of participants", cpp_events::enumerators(ParticipantRole::KNOWN)),
        part(PARTICIPANT_HPP, "names of types of participants", cpp_events::names(ParticipantRole::KNOWN)),
        Made { path: "bindings/node/names.json", part: None, text: hosts::json() },
        part("bindings/node/index.d.ts", "names", hosts::typescript_names()),
        part("bindings/node/index.d.ts", "commands", hosts::typescript_commands()),
        Made { path: "bindings/go/commands.go", part: None, text: hosts::go() },
        Made {
            path: "bindings/java/src/main/java/libwebchat/Commands.java",
            part: None,
            text: hosts::java(),
        },
        Made { path: "bindings/csharp/src/Commands.cs", part: None, text: hosts::csharp() },
        Made { path: "bindings/ruby/lib/webchat/names.json", part: None, text: hosts::json() },
        Made { path: "docs/reference/commands.md", part: None, text: commands::page() },
        Made { path: "docs/reference/events.md", part: None, text: events::page() },
        Made { path: "docs/reference/errors.md", part: None, text: errors::page() },
        Made { path: "docs/reference/abilities.md", part: None, text: back_ends::page() },
        Made { path: "docs/reference/configuration.md", part: None, text: configuration::page() },
    ]
}
