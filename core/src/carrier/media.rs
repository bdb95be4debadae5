//! Which media type a file has by the end of its name. The table is kept as long texts, as that of HTML's entities: it is a quarter as large.

use std::{cmp::Ordering, path::Path};

include!(concat!(env!("OUT_DIR"), "/media.rs"));

/// The media type of a file with this name; `application/octet-stream` where the end of the name tells nothing.
pub(crate) fn of_file(name: &str) -> &'static str {
    let ending = Path::new(name).extension().and_then(|it| it.to_str());
    ending.and_then(of_ending).unwrap_or("application/octet-stream")
}

/// The media type of files whose names end so, without the dot and in whatever case.
pub(super) fn of_ending(ending: &str) -> Option<&'static str> {
    let ending = ending.to_ascii_lowercase();
    let (mut low, mut high) = (0, ENTRIES.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let begin = middle.checked_sub(1).and_then(|before| ENTRIES.get(before)).map_or(0, |it| it.0);
        let (end, number) = ENTRIES.get(middle).copied()?;
        match ENDINGS.get(begin.into()..end.into())?.cmp(&ending) {
            Ordering::Equal => return media_type(number.into()),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

fn media_type(number: usize) -> Option<&'static str> {
    let begin = number.checked_sub(1).and_then(|before| TYPE_ENDS.get(before)).copied().unwrap_or(0);
    TYPES.get(begin.into()..TYPE_ENDS.get(number).copied()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_the_type_that_its_crate_says() {
        let endings = mime_guess::get_extensions("*", "*").unwrap();
        assert!(endings.len() > 1000, "the endings were found");
        for ending in endings {
            let expected = mime_guess::from_ext(ending).first_raw();
            assert_eq!(of_ending(ending), expected, "{ending}");
            assert_eq!(of_ending(&ending.to_ascii_uppercase()), expected, "{ending}");
        }
    }

    #[test]
    fn names_tell_by_their_last_ending() {
        let names = ["a.PNG", "a.tar.gz", "a", ".png", "a.", "a.none", "a.\u{212a}", "/a.b/c.txt", ""];
        for name in names {
            let expected = mime_guess::from_path(name).first_or_octet_stream().to_string();
            assert_eq!(of_file(name), expected, "{name}");
        }
    }
}
