//! Tables of other crates as few long texts, and where each entry ends in them: as lists of texts each of their thousands of entries would be
//! a pointer, which has to be relocated when the library is loaded. HTML's entities for `src/model/entities.rs`, and which media type a file has
//! by the end of its name for `src/carrier/media.rs`.

use std::{collections::BTreeMap, env, error::Error, fmt::Write, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let directory = env::var("OUT_DIR")?;
    fs::write(Path::new(&directory).join("entities.rs"), entities()?)?;
    fs::write(Path::new(&directory).join("media.rs"), media_types()?)?;
    Ok(())
}

fn entities() -> Result<String, Box<dyn Error>> {
    let (mut names, mut values, mut ends) = (String::new(), String::new(), String::new());
    for (name, value) in html_escape::NAMED_ENTITIES {
        names.push_str(std::str::from_utf8(name)?);
        values.push_str(value);
        write!(ends, "({}, {}), ", u16::try_from(names.len())?, u16::try_from(values.len())?)?;
    }
    let count = html_escape::NAMED_ENTITIES.len();
    Ok(format!(
        "const NAMES: &str = {names:?};\nconst VALUES: &str = {values:?};\nstatic ENDS: [(u16, u16); {count}] = [{ends}];\n"
    ))
}

/// Many endings share a type, so an ending has its type's number.
fn media_types() -> Result<String, Box<dyn Error>> {
    let endings = mime_guess::get_extensions("*", "*").ok_or("mime_guess knows no endings")?;
    let types: BTreeMap<String, &str> = endings
        .iter()
        .filter_map(|it| Some((it.to_ascii_lowercase(), mime_guess::from_ext(it).first_raw()?)))
        .collect();
    let (mut names, mut all, mut entries, mut ends) =
        (String::new(), String::new(), String::new(), String::new());
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (ending, media_type) in &types {
        let next = numbers.len();
        let number = *numbers.entry(media_type).or_insert(next);
        if number == next {
            all.push_str(media_type);
            write!(ends, "{}, ", u16::try_from(all.len())?)?;
        }
        names.push_str(ending);
        write!(entries, "({}, {}), ", u16::try_from(names.len())?, u16::try_from(number)?)?;
    }
    let (count, kinds) = (types.len(), numbers.len());
    Ok(format!(
        "const ENDINGS: &str = {names:?};\nconst TYPES: &str = {all:?};\nstatic ENTRIES: [(u16, u16); {count}] = [{entries}];\n\
         static TYPE_ENDS: [u16; {kinds}] = [{ends}];\n"
    ))
}
