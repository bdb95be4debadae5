//! What the hosts over the C ABI know of commands, events and errors: names as JSON for Node.js and Ruby, whose methods are made while they
//! run; TypeScript's declarations; methods in Go, Java and C#.

use crate::names::{line, pascal, pascal_of_camel};
use std::fmt::Write;
use webchat_core::{
    ErrorKind,
    command::{ANY, Absent, Command, Entry, Kind, OptionDef, Resolves},
    event::EventKind,
};

/// The longest line.
const WIDTH: usize = 140;

/// Commands that JSON can carry: those that take a function are left out.
fn commands() -> impl Iterator<Item = &'static Entry> {
    let takes_function = |entry: &&Entry| {
        entry.options.iter().any(|option| matches!(option.kind, Kind::Input | Kind::Preprocessor))
    };
    Command::ALL.iter().copied().filter(move |entry| !takes_function(entry))
}

/// The options of a command that a program gives by their names.
fn options(entry: &Entry) -> impl Iterator<Item = &OptionDef> {
    entry.options.iter().filter(|option| !matches!(option.kind, Kind::Commander | Kind::Progress))
}

/// What has to be there, and what is the only option: it may be given by its place.
fn placed(entry: &Entry) -> impl Iterator<Item = &OptionDef> {
    let single = options(entry).count() == 1;
    options(entry).filter(move |option| option.name != ANY && (single || option.absent == Absent::Needed))
}

/// What has to be there.
fn needed(entry: &Entry) -> impl Iterator<Item = &OptionDef> {
    placed(entry).filter(|option| option.absent == Absent::Needed)
}

/// Whether its options have any name.
fn takes_any(entry: &Entry) -> bool {
    options(entry).any(|option| option.name == ANY)
}

/// What a command does, as comments say it.
fn words(entry: &Entry) -> String {
    let end = if entry.resolves == Resolves::Nothing { " Resolves with nothing." } else { "" };
    format!("{}{end}", line(entry.words))
}

fn all<T>(items: impl Iterator<Item = T>, text: impl Fn(T) -> String) -> String {
    items.map(text).collect::<Vec<_>>().concat()
}

fn list<T>(items: impl Iterator<Item = T>, name: impl Fn(T) -> String) -> String {
    items.map(name).collect::<Vec<_>>().join(", ")
}

/// The names as JSON: commands with the options that may be given by their places (null where options have any name), events, kinds of
/// errors.
pub(crate) fn json() -> String {
    let command = |entry: &'static Entry| {
        let places = list(placed(entry), |option| format!("\"{}\"", option.name));
        let places = if takes_any(entry) { "null".to_owned() } else { format!("[{places}]") };
        format!("    \"{}\": {places}", entry.name)
    };
    let commands: Vec<_> = commands().map(command).collect();
    let events = EventKind::entries().iter().map(|entry| format!("    \"{}\"", entry.kind.name()));
    let errors = ErrorKind::ALL.iter().map(|kind| format!("    \"{}\"", kind.name()));
    format!(
        "{{\n  \"commands\": {{\n{}\n  }},\n  \"events\": [\n{}\n  ],\n  \"errors\": [\n{}\n  ]\n}}\n",
        commands.join(",\n"),
        events.collect::<Vec<_>>().join(",\n"),
        errors.collect::<Vec<_>>().join(",\n"),
    )
}

/// TypeScript's unions of names.
pub(crate) fn typescript_names() -> String {
    let union = |names: Vec<String>| -> String { all(names.iter(), |name| format!("  | '{name}'\n")) };
    let events = EventKind::entries().iter().map(|entry| entry.kind.name().to_owned()).collect();
    let errors = ErrorKind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    format!(
        "/** What can happen: docs/reference/events.md. */\nexport type EventName =\n{};\n\n/** Why a command can be refused. */\nexport type ErrorKind =\n{};\n",
        union(events),
        union(errors)
    )
}

/// TypeScript's methods, one for each command.
pub(crate) fn typescript_commands() -> String {
    all(commands(), typescript)
}

fn typescript(entry: &Entry) -> String {
    let kind = |option: &OptionDef| match option.kind {
        Kind::Index => "number",
        Kind::Filters => "string | string[]",
        Kind::Object => "Json",
        Kind::ObjectOrText | Kind::Session => "Json | string",
        Kind::File => "File",
        _ => "string",
    };
    let mut parameters: Vec<_> = placed(entry)
        .map(|option| {
            let optional = if option.absent == Absent::Needed { "" } else { "?" };
            format!("{}{optional}: {}", option.name, kind(option))
        })
        .collect();
    let is_placed = |option: &OptionDef| placed(entry).any(|other| other.name == option.name);
    let any = takes_any(entry);
    let fields: Vec<_> = options(entry)
        .filter(|option| option.name != ANY && !is_placed(option))
        .map(|option| format!("{}?: {}", option.name, kind(option)))
        .collect();
    let mut bag = Vec::new();
    if !fields.is_empty() {
        bag.push(format!("{{ {} }}", fields.join("; ")));
    }
    if any {
        bag.push("Json".to_owned());
    }
    if any {
        parameters.push(format!("options?: {}", bag.join(" & ")));
        parameters.push("how?: How".to_owned());
    } else {
        bag.push("How".to_owned());
        parameters.push(format!("options?: {}", bag.join(" & ")));
    }
    let result = match entry.resolves {
        Resolves::Nothing => "null",
        Resolves::Answer | Resolves::AnswerOrData | Resolves::SessionData | Resolves::FileLimits => "Json",
        Resolves::AnswerOrNothing => "Json | null",
        Resolves::Filters => "Json[]",
        Resolves::Transcript => "{ messages: Message[]; originalMessages: Json[] }",
        Resolves::Agents => "{ agents: Record<string, Json> }",
        Resolves::Stats => {
            "{ agents: Record<string, Json>; startTime: number | false; endTime: number | false; duration: number | false }"
        }
        Resolves::Outbox => {
            "{ messages: { localID: number; state: string; restored: boolean; requestID?: number; message: string }[] }"
        }
        Resolves::SessionActive => "{ sessionActive: boolean }",
        Resolves::Downloaded => "{ fileName: string; size: number; path?: string; bytes?: Uint8Array }",
    };
    format!("  /** {} */\n  {}({}): Promise<{result}>;\n", words(entry), entry.name, parameters.join(", "))
}

/// Go's constants for events and errors, and a method for each command.
pub(crate) fn go() -> String {
    let mut text = "// Code generated from the tables (make tables). DO NOT EDIT.\n\npackage webchat\n\nimport \"context\"\n\n// What can happen.\nconst (\n"
        .to_owned();
    for entry in EventKind::entries() {
        let name = entry.kind.name();
        let _ = writeln!(text, "\t// {}\n\tEvent{} = \"{name}\"", line(entry.words), pascal_of_camel(name));
    }
    text += ")\n\n// Why a command can be refused: errors.Is(err, webchat.NoSession).\nconst (\n";
    for kind in ErrorKind::ALL {
        let name = kind.name();
        let _ = writeln!(text, "\t// {}\n\t{} Kind = \"{name}\"", line(kind.words()), pascal(name));
    }
    text += ")\n";
    for entry in commands() {
        let parameters = all(needed(entry), |option| format!(", {} {}", option.name, go_kind(option.kind)));
        let values = all(needed(entry), |option| format!(", \"{0}\", {0}", option.name));
        let name = pascal_of_camel(entry.name);
        let comment = crate::names::wrap(&format!("{name}: {}", words(entry)), "// ", WIDTH);
        let _ = write!(
            text,
            "\n{comment}func (c *Chat) {name}(ctx context.Context{parameters}, options ...Options) (Result, error) {{\n\treturn c.Command(ctx, \"{}\", join(options{values}))\n}}\n",
            entry.name
        );
    }
    text
}

fn go_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Filters => "[]string",
        _ => "string",
    }
}

/// Java's interface with a method for each command.
pub(crate) fn java() -> String {
    let mut text = "// Made from the tables (make tables).\npackage libwebchat;\n\nimport com.google.gson.JsonElement;\nimport com.google.gson.JsonObject;\nimport java.util.List;\nimport java.util.concurrent.CompletableFuture;\n\n/** The commands, each as a method; what it does and takes is in docs/reference/commands.md. */\npublic interface Commands {\n    /** Gives any command by its name. */\n    CompletableFuture<JsonElement> command(String name, JsonObject options);\n"
        .to_owned();
    for entry in commands() {
        let (name, words) = (entry.name, words(entry));
        let parameters: Vec<_> =
            needed(entry).map(|option| format!("{} {}", java_kind(option.kind), option.name)).collect();
        let values = all(needed(entry), |option| format!(".with(\"{0}\", {0})", option.name));
        let names = all(needed(entry), |option| format!("{}, ", option.name));
        let more = options(entry).count() > parameters.len();
        let any = takes_any(entry);
        if !any || name == "startChat" {
            let (all, body) = if more {
                (parameters.join(", "), format!("{name}({names}null)"))
            } else {
                (parameters.join(", "), format!("command(\"{name}\", Options.of(null){values}.all())"))
            };
            let _ = write!(
                text,
                "\n    /** {words} */\n    default CompletableFuture<JsonElement> {name}({all}) {{\n        return {body};\n    }}\n"
            );
        }
        if more {
            let all = all(parameters.iter(), |parameter| format!("{parameter}, "));
            let _ = write!(
                text,
                "\n    /** {words} */\n    default CompletableFuture<JsonElement> {name}({all}JsonObject options) {{\n        return command(\"{name}\", Options.of(options){values}.all());\n    }}\n"
            );
        }
    }
    text + "}\n"
}

fn java_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Filters => "List<String>",
        _ => "String",
    }
}

/// C#'s names of events and errors, and a method for each command.
pub(crate) fn csharp() -> String {
    let constants = |class: &str, words: &str, names: Vec<(String, &str, String)>| {
        let each = all(names.into_iter(), |(name, value, words)| {
            format!(
                "        /// <summary>{words}</summary>\n        public const string {name} = \"{value}\";\n"
            )
        });
        format!(
            "\n    /// <summary>{words}</summary>\n    public static class {class}\n    {{\n{each}    }}\n"
        )
    };
    let events = EventKind::entries().iter();
    let events =
        events.map(|entry| (pascal_of_camel(entry.kind.name()), entry.kind.name(), xml(&line(entry.words))));
    let errors =
        ErrorKind::ALL.iter().map(|kind| (pascal(kind.name()), kind.name(), xml(&line(kind.words()))));
    let methods = all(commands(), |entry| {
        let parameters =
            all(needed(entry), |option| format!("{} {}, ", csharp_kind(option.kind), option.name));
        let values = all(needed(entry), |option| format!(", \"{0}\", {0}", option.name));
        let more = takes_any(entry) || options(entry).count() > needed(entry).count();
        let (optional, given) = if more { ("JObject options = null, ", "options") } else { ("", "null") };
        format!(
            "        /// <summary>{}</summary>\n        public Task<JToken> {}Async({parameters}{optional}CancellationToken cancellation = default(CancellationToken))\n        {{\n            return CommandAsync(\"{}\", Join({given}{values}), cancellation);\n        }}\n",
            xml(&words(entry)),
            pascal_of_camel(entry.name),
            entry.name
        )
    });
    format!(
        "// Made from the tables (make tables).\nusing System.Threading;\nusing System.Threading.Tasks;\nusing Newtonsoft.Json.Linq;\n\nnamespace Libwebchat\n{{\n    public sealed partial class Chat\n    {{\n{}    }}\n{}{}}}\n",
        methods.replace("}\n        ///", "}\n\n        ///"),
        constants("EventNames", "What can happen.", events.collect()),
        constants("ErrorKinds", "Why a command can be refused.", errors.collect()),
    )
}

fn csharp_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Filters => "string[]",
        _ => "string",
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
