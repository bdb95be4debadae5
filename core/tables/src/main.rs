//! Writes what the tables give.

use std::{fs, io};

fn main() -> io::Result<()> {
    for made in webchat_tables::all() {
        let path = webchat_tables::root().join(made.path);
        let file = fs::read_to_string(&path).unwrap_or_default();
        let text = made.within(&file).map_err(io::Error::other)?;
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
