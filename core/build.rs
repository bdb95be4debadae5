//! The names of HTML's entities and what they stand for, as two texts and where each ends in them: `src/model/entities.rs`.

use std::{env, error::Error, fmt::Write, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let (mut names, mut values, mut ends) = (String::new(), String::new(), String::new());
    for (name, value) in html_escape::NAMED_ENTITIES {
        names.push_str(std::str::from_utf8(name)?);
        values.push_str(value);
        write!(ends, "({}, {}), ", u16::try_from(names.len())?, u16::try_from(values.len())?)?;
    }
    let count = html_escape::NAMED_ENTITIES.len();
    let source = format!(
        "const NAMES: &str = {names:?};\nconst VALUES: &str = {values:?};\nstatic ENDS: [(u16, u16); {count}] = [{ends}];\n"
    );
    fs::write(Path::new(&env::var("OUT_DIR")?).join("entities.rs"), source)?;
    Ok(())
}
