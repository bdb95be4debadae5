//! Every function of the header called with every pair of bad values of its parameters, by a program that is made from the header: a
//! function, a structure or a type that is added there is tried, or has to be given values here.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/library.rs"]
mod library;
#[path = "support/prototypes.rs"]
mod prototypes;
#[path = "support/workshop.rs"]
mod workshop;

use prototypes::{Function, Header, Structure, Variable};
use std::fmt::Write;
use workshop::{Workshop, compilers, root, run};

const HANDLES: [&str; 8] =
    ["event", "look", "outcome", "payload", "reply", "runtime", "service", "subscription"];
/// Out-parameters that may be NULL.
const OPTIONAL: [&str; 5] = ["out_request", "out_subscription", "out_failure", "out_outcome", "out_after_ms"];

/// The handle that `kind`, a pointer to it, stands for.
fn handle(kind: &str) -> Option<&str> {
    let name = kind.strip_prefix("const ").unwrap_or(kind).strip_prefix("webchat_")?.strip_suffix(" *")?;
    HANDLES.contains(&name).then_some(name)
}

/// A text that is right for a parameter of this name.
fn good_text(name: &str) -> &'static str {
    match name {
        "config_json" => "NOWHERE",
        "user_data_json" | "other_json" | "options_json" => "\"{}\"",
        "name" => "\"getStats\"",
        "event_name" => "\"messageReceived\"",
        "regex" => "\"/a/\"",
        "path" | "directory" => "\"/nowhere\"",
        _ => "\"a\"",
    }
}

/// How the program gets a parameter's value from its number, and how many values there are.
fn value(function: &Function, at: usize, structures: &[Structure], outs: &mut usize) -> (String, String) {
    let Variable { kind, name } = &function.parameters[at];
    let of = |expression: String, count: &str| (expression, count.to_owned());
    if let Some(handle) = handle(kind) {
        return of(format!("HANDLE({handle}, v[{at}])"), "N_HANDLE");
    }
    if let Some(read) = structures.iter().find(|it| *kind == format!("const {} *", it.name)) {
        return of(format!("value_{}(v[{at}])", read.name), &format!("N_{}", read.name));
    }
    let sized = |kind: &str| structures.iter().find(|it| kind == format!("{} *", it.name));
    if at > 0
        && name == "size"
        && let Some(filled) = sized(&function.parameters[at - 1].kind)
    {
        return of(format!("size_{}(v[{at}])", filled.name), &format!("N_SIZES_{}", filled.name));
    }
    let is_json = i32::from(name.ends_with("_json") && function.name != "webchat_configure");
    match kind.as_str() {
        "const char *" => {
            let is_path = i32::from(name == "path" || name == "directory");
            of(format!("text_value(v[{at}], {}, {is_json}, {is_path})", good_text(name)), "N_TEXT")
        }
        "const char *const *" => of(format!("texts_value(v[{at}])"), "N_TEXTS"),
        "const uint8_t *" => of(format!("bytes_value(v[{at}])"), "N_BYTES"),
        "void *" => of(format!("v[{at}] == 0 ? room : NULL"), "N_CONTEXT"),
        "uint32_t" if name == "deadline_ms" => of(format!("short_time_value(v[{at}])"), "N_SHORT_TIME"),
        "uint32_t" if name == "timeout_ms" => of(format!("(uint32_t)v[{at}]"), "2"),
        "uint32_t" if name == "worker_threads" => of(format!("threads_value(v[{at}])"), "N_THREADS"),
        "size_t" if name == "count" || name == "length" => of(format!("count_value(v[{at}])"), "N_COUNT"),
        "uint32_t" | "uint64_t" | "size_t" | "webchat_status" => {
            of(format!("({kind})number_value(v[{at}])"), "N_NUMBER")
        }
        "webchat_destroy_fn" => of(format!("DESTROY(v[{at}])"), "N_FUNCTION"),
        function if function.ends_with("_fn") => {
            of(format!("v[{at}] == 0 ? good_{function} : NULL"), "N_FUNCTION")
        }
        out if out.ends_with('*') && !out.starts_with("const") && !out.contains("void") => {
            *outs += 1;
            let optional = i32::from(OPTIONAL.contains(&name.as_str()));
            of(format!("out_value(v[{at}], {}, {optional})", *outs - 1), "2")
        }
        other => panic!("{}: there are no hostile values for {other} {name}", function.name),
    }
}

/// What is checked of a parameter after the call.
fn check(function: &Function, at: usize, structures: &[Structure]) -> Option<String> {
    let Variable { kind, name } = &function.parameters[at];
    let pointed = kind.strip_suffix('*').filter(|_| !kind.starts_with("const"))?.trim();
    if handle(kind).is_some() || pointed == "void" {
        return None;
    }
    if structures.iter().any(|it| it.name == pointed) {
        return Some(format!("check_sized_out({name}, sizeof *{name}, size);"));
    }
    let mut check = format!("check_out({name}, sizeof *{name});");
    if let Some(handle) = handle(pointed) {
        let end = match handle {
            "event" | "outcome" => format!("webchat_{handle}_free"),
            "subscription" => "webchat_unsubscribe".into(),
            _ => format!("webchat_{handle}_destroy"),
        };
        let status = if name == "out_failure" { "!status" } else { "status" };
        // A call that waits has an outcome also when the command was rejected.
        match name.as_str() {
            "out_outcome" if function.name == "webchat_call" => {
                write!(
                    check,
                    " if ({name} != NULL && *{name} != NULL) CHECK_STATUS({end}(*{name}), WEBCHAT_OK);"
                )
            }
            _ => write!(check, " CHECK_MADE({name}, {status}, {end});"),
        }
        .unwrap();
    }
    Some(check)
}

/// The function that makes one call, and its entry in the table.
fn call(function: &Function, structures: &[Structure]) -> (String, String) {
    let (mut body, mut outs, mut counts) = (String::new(), 0, Vec::new());
    for (at, parameter) in function.parameters.iter().enumerate() {
        let (expression, count) = value(function, at, structures, &mut outs);
        let space = if parameter.kind.ends_with('*') { "" } else { " " };
        writeln!(body, "    {}{space}{} = {expression};", parameter.kind, parameter.name).unwrap();
        counts.push(count);
    }
    let names: Vec<_> = function.parameters.iter().map(|it| it.name.as_str()).collect();
    let call = format!("{}({})", function.name, names.join(", "));
    match function.returns.as_str() {
        "webchat_status" if function.name.starts_with("webchat_outcome_status") => {
            writeln!(body, "    {call};")
        }
        "webchat_status" => {
            writeln!(body, "    const webchat_status status = {call};\n    check_status_of_call(status);")
        }
        "const char *" => writeln!(body, "    CHECK({call} != NULL);"),
        _ => writeln!(body, "    {call};"),
    }
    .unwrap();
    for at in 0..function.parameters.len() {
        if let Some(check) = check(function, at, structures) {
            writeln!(body, "    {check}").unwrap();
        }
    }
    let (name, count) = (&function.name, function.parameters.len());
    let unused = if count == 0 { "    (void)v;\n" } else { "" };
    let begin = format!("    begin(\"{name}\", v, {count});\n");
    counts.extend((count == 0).then(|| "0".to_owned()));
    // What a function ends has to be made anew.
    let ends = ["_destroy", "_close", "_free", "unsubscribe"].iter().any(|end| name.ends_with(end));
    let entry =
        format!("    {{\"{name}\", try_{name}, {count}, {{{}}}, {}}},\n", counts.join(", "), i32::from(ends));
    (format!("static void try_{name}(const int *v) {{\n{begin}{unused}{body}}}\n\n"), entry)
}

/// Sizes of a structure, each with whether it is a mistake: ends of a field are sizes of older versions.
fn sizes(structure: &Structure) -> Vec<(String, bool)> {
    let name = &structure.name;
    let mut sizes = vec![(format!("sizeof({name})"), false), ("0".into(), true), ("SIZE_MAX".into(), true)];
    sizes.extend([("4097".into(), true), (format!("sizeof({name}) + 1"), true)]);
    sizes.push((format!("sizeof({name}) + sizeof(void *)"), false));
    for (at, field) in structure.fields.iter().enumerate() {
        let begin = format!("offsetof({name}, {})", field.name);
        sizes.push((format!("{begin} + 1"), true));
        if at > 1 {
            sizes.push((begin, false));
        }
    }
    sizes
}

/// The function that gives a structure's size by its number.
fn size_function(structure: &Structure) -> String {
    let (name, sizes) = (&structure.name, sizes(structure));
    let mut text =
        format!("enum {{ N_SIZES_{name} = {} }};\nstatic size_t size_{name}(int v) {{\n", sizes.len());
    text.push_str("    switch (v) {\n");
    for (at, (size, mistake)) in sizes.iter().enumerate() {
        let mistake = if *mistake { "MISTAKE, " } else { "" };
        writeln!(text, "    case {at}: return {mistake}{size};").unwrap();
    }
    text + "    }\n    return 0;\n}\n\n"
}

/// What a field is given besides its good value, as statements.
fn bad_fields(field: &Variable, structures: &[Structure], counts: &dyn Fn(&str) -> usize) -> Vec<String> {
    let Variable { kind, name } = field;
    let set = |value: &str| format!("it.{name} = {value};");
    if let Some(handle) = handle(kind) {
        return (2..8).map(|value| set(&format!("HANDLE({handle}, {value})"))).collect();
    }
    if let Some(read) = structures.iter().find(|it| *kind == format!("const {} *", it.name)) {
        let one = |value| set(&format!("value_{}({value})", read.name));
        return (0..counts(&read.name)).map(one).collect();
    }
    match kind.as_str() {
        "const char *" if name.ends_with("_json") => {
            [3, 4, 5].map(|value| set(&format!("text_value({value}, \"\", 1, 0)"))).into()
        }
        "const char *" => [2, 3, 7, 8].map(|value| set(&format!("text_value({value}, \"\", 0, 0)"))).into(),
        function if function.ends_with("_fn") => vec![set("NULL")],
        "uint32_t" => vec![set("1")],
        "void *" => vec![set("NULL")],
        "size_t" if name == "size" => Vec::new(),
        other => panic!("there are no hostile values for the field {other} {name}"),
    }
}

/// How many values a structure has that the library reads.
fn count(structure: &Structure, structures: &[Structure]) -> usize {
    let counts = |name: &str| count(structures.iter().find(|it| it.name == name).unwrap(), structures);
    let fields = structure.fields.iter().map(|field| bad_fields(field, structures, &counts).len());
    1 + sizes(structure).len() + fields.sum::<usize>()
}

/// The function that makes a structure that the library reads.
fn structure_function(structure: &Structure, structures: &[Structure]) -> String {
    let name = &structure.name;
    let counts = |name: &str| count(structures.iter().find(|it| it.name == name).unwrap(), structures);
    let mut text = format!("static const {name} *value_{name}(int v) {{\n    {name} it;\n");
    text.push_str("    memset(&it, 0, sizeof it);\n    size_t size = sizeof it;\n");
    let mut hands = "";
    for Variable { kind, name } in &structure.fields {
        if kind == "webchat_destroy_fn" {
            hands = "    if (!is_cut && size >= offsetof(NAME, destroy) + sizeof it.destroy && it.destroy != NULL) hand_over();\n";
        } else if kind.ends_with("_fn") {
            writeln!(text, "    it.{name} = good_{kind};").unwrap();
        } else if kind == "const char *" {
            writeln!(text, "    it.{name} = {};", good_text(name)).unwrap();
        }
    }
    if !hands.is_empty() {
        text.push_str(
            "    it.context = room;\n    it.destroy = good_webchat_destroy_fn;\n    int is_cut = 0;\n",
        );
    }
    let cut = if hands.is_empty() { "" } else { ", is_cut = 1" };
    text.push_str("    switch (v) {\n    case 0: break;\n    case 1: return NULL;\n");
    for (at, (size, mistake)) in sizes(structure).iter().enumerate().skip(1) {
        let mistake = if *mistake { format!("MISTAKE{cut}, ") } else { String::new() };
        writeln!(text, "    case {}: {mistake}size = {size}; break;", at + 1).unwrap();
    }
    let statements = structure.fields.iter().flat_map(|field| bad_fields(field, structures, &counts));
    for (number, statement) in (sizes(structure).len() + 1..).zip(statements) {
        writeln!(text, "    case {number}: {statement} break;").unwrap();
    }
    text.push_str("    }\n");
    text.push_str(&hands.replace("NAME", name));
    text + "    return sized_copy(&it, sizeof it, size);\n}\n\n"
}

/// The program's source, and how many functions it calls.
fn program(header: &Header) -> (String, usize) {
    let (functions, all) = (header.functions(), header.structures());
    let (read, filled): (Vec<_>, Vec<_>) = all
        .into_iter()
        .filter(|it| it.name != "webchat_str")
        .partition(|it| it.fields.first().is_some_and(|field| field.name == "size"));
    let mut text = String::from("#include \"hostile.h\"\n\n");
    for structure in &read {
        let (name, count) = (&structure.name, count(structure, &read));
        writeln!(text, "enum {{ N_{name} = {count} }};\nstatic const {name} *value_{name}(int v);\n")
            .unwrap();
    }
    text.extend(read.iter().map(|it| structure_function(it, &read)));
    text.extend(filled.iter().map(size_function));
    let structures: Vec<_> = read.into_iter().chain(filled).collect();
    let (calls, entries): (Vec<_>, Vec<_>) = functions.iter().map(|it| call(it, &structures)).unzip();
    text.push_str(&calls.concat());
    writeln!(text, "static const entry entries[] = {{\n{}}};\n", entries.concat()).unwrap();
    text.push_str(
        "int main(void) {\n    begin_all();\n    \
         for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) try_all(&entries[i]);\n    end_all();\n    return 0;\n}\n",
    );
    (text, functions.len())
}

/// Builds the program and runs it; returns how many calls it made.
fn try_all(compiler: &str, flags: &[&str]) -> usize {
    let header = std::fs::read_to_string(root().join("include/webchat.h")).unwrap();
    let (source, functions) = program(&Header::new(&header));
    let symbols = std::fs::read_to_string(root().join("ffi/symbols.txt")).unwrap();
    assert_eq!(functions, symbols.lines().count(), "every function is called");
    let workshop = Workshop::new();
    let path = workshop.path().join("hostile.c");
    std::fs::write(&path, source).unwrap();
    let tests = root().join("tests/c");
    let mut all = vec!["-I", tests.to_str().unwrap(), "-Wno-unused-function", "-Wno-unused-parameter"];
    all.extend(flags);
    let output = run(&[], &workshop.build_from(compiler, &path, &all), &[]);
    let calls = output.strip_prefix("hostile: ").and_then(|it| it.strip_suffix(" calls passed\n"));
    calls.unwrap_or_else(|| panic!("{output}")).parse().unwrap()
}

#[test]
fn no_call_from_c_does_harm() {
    let calls = try_all(compilers(&["gcc", "clang"])[0], &[]);
    assert!(calls > 10_000, "{calls}");
}

#[test]
fn no_call_from_c_reads_or_writes_what_it_should_not() {
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    try_all(compilers(&["clang", "gcc"])[0], &flags);
}
