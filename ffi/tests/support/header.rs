//! Makes the header from the sources, with its introduction and the first program in it.

use std::{fs, path::Path};

/// The sources in the order in which the header shows what they have, with the headings over their functions.
const SOURCES: [(&str, &str); 36] = [
    ("version.rs", "Version"),
    ("status.rs", ""),
    ("status_name.rs", "Statuses"),
    ("reason.rs", ""),
    ("text.rs", ""),
    ("context.rs", ""),
    ("runtime.rs", "Runtimes"),
    ("service/mod.rs", "Services"),
    ("store.rs", ""),
    ("keeper.rs", ""),
    ("reply.rs", "Replies of callbacks"),
    ("completion.rs", ""),
    ("commands/chat.rs", "Commands: the chat"),
    ("commands/messages.rs", "Commands: messages"),
    ("commands/data.rs", "Commands: data"),
    ("commands/files.rs", "Commands: files"),
    ("commands/hooks.rs", "Commands: callbacks"),
    ("commands/polling.rs", "Commands: polling"),
    ("commands/by_name.rs", "Commands by name"),
    ("outcome/mod.rs", ""),
    ("outcome/read.rs", "Outcomes"),
    ("service/subscriptions.rs", ""),
    ("listener.rs", "Events by callback"),
    ("next_event.rs", "Events by asking"),
    ("next_outcome.rs", "Outcomes by asking"),
    ("look.rs", "Looking for a certain event"),
    ("event/kind.rs", "Events"),
    ("event/mod.rs", ""),
    ("event/read.rs", ""),
    ("payload.rs", "What events and outcomes carry"),
    ("message.rs", ""),
    ("content.rs", ""),
    ("agent.rs", ""),
    ("session.rs", ""),
    ("file.rs", ""),
    ("log.rs", "Log"),
];

/// Where the committed header is, from the crate's directory.
pub(crate) const PATH: &str = "../include/webchat.h";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The header's text.
pub(crate) fn generate() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml is valid");
    config.header = Some(introduction(&read("header/intro.txt"), &read("../tests/c/first.c")));
    let mut builder = cbindgen::Builder::new().with_config(config);
    // cbindgen follows a `mod` into its file: what a mod.rs names is not given a second time.
    let followed =
        |source: &str| ["/read.rs", "/kind.rs", "/subscriptions.rs"].iter().any(|end| source.ends_with(end));
    for (source, _) in SOURCES.into_iter().filter(|(source, _)| !followed(source)) {
        builder = builder.with_src(root.join("src").join(source));
    }
    let mut text = Vec::new();
    builder.generate().expect("the sources can be read").write(&mut text);
    let text = tidy(&String::from_utf8(text).expect("the header is UTF-8"));
    SOURCES
        .iter()
        .filter(|(_, heading)| !heading.is_empty())
        .fold(text, |text, (source, heading)| with_heading(&text, &read(&format!("src/{source}")), heading))
}

/// The introduction as a comment.
fn introduction(text: &str, program: &str) -> String {
    let program: Vec<String> = program.lines().map(|line| format!("    {line}")).collect();
    let text = text.replace("@first.c@", &program.join("\n"));
    assert!(!text.contains("*/") && !text.contains("/*"), "the introduction is one comment");
    let lines: String = text.lines().map(|line| format!(" * {line}").trim_end().to_owned() + "\n").collect();
    format!("/*\n{lines} */")
}

/// Numbers that no int has are marked as unsigned: what reads a header without types would take them for negative ones.
fn unsigned(line: &str) -> Option<String> {
    let number = line.strip_prefix("#define ")?.split_once(' ')?.1;
    number.parse::<i32>().is_err().then_some(())?;
    if number.ends_with("ull") {
        return Some(line.replace("ull", "ULL"));
    }
    number.parse::<u32>().ok().map(|_| format!("{line}U"))
}

/// Short comments on one line, types by their own names, and numbers by their signs.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut tidy: Vec<String> = Vec::new();
    let mut position = 0;
    while let Some(line) = lines.get(position) {
        let comment = lines.get(position + 1).and_then(|next| next.trim_start().strip_prefix("* "));
        let ends = lines.get(position + 2).is_some_and(|last| last.trim() == "*/");
        match comment {
            Some(comment) if line.trim() == "/**" && ends => {
                tidy.push(format!("{} {comment} */", line.trim_end()));
                position += 3;
            }
            _ if unsigned(line).is_some() => {
                tidy.extend(unsigned(line));
                position += 1;
            }
            _ if line.starts_with("typedef struct") => {
                tidy.push((*line).to_owned());
                position += 1;
            }
            _ => {
                tidy.push(line.replace("struct webchat_", "webchat_"));
                position += 1;
            }
        }
    }
    tidy.join("\n") + "\n"
}

/// Puts a heading over the first function of a source.
fn with_heading(text: &str, source: &str, heading: &str) -> String {
    let name = source.split("extern \"C\" fn ").skip(1).find_map(|rest| {
        let name = rest.split('(').next()?;
        name.starts_with("webchat_").then_some(name)
    });
    let name = name.unwrap_or_else(|| panic!("no function under {heading}"));
    // Lines of code begin at the margin, those of comments do not.
    let function = text.match_indices(&format!("{name}(")).map(|(at, _)| at).find(|at| {
        let line = text.get(..*at).and_then(|before| before.rsplit('\n').next());
        line.is_some_and(|line| !line.starts_with([' ', '/']))
    });
    let function = function.unwrap_or_else(|| panic!("{name} is not in the header"));
    let (before, _) = text.split_at(function);
    let comment = before.rfind("/**").unwrap_or_else(|| panic!("{name} has no documentation"));
    let (before, after) = text.split_at(comment);
    format!("{before}/* ---- {heading} ---- */\n\n{after}")
}
