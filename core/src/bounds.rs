//! How much JSON is read. Text takes many times its length in memory when it is made of small values: what is not measured first can take a
//! hundred times `connection.maxResponseBytes`.

use std::fmt;

/// The most memory that the values of one text may take.
const MOST_BYTES: usize = 40 << 20;
/// The most entries of one list.
const MOST_ENTRIES: usize = 50_000;

/// What a place for members of an object takes, how many have room in the first, and in each when they came in order.
pub(crate) const OF_MEMBERS: (usize, usize, usize) = (640, 11, 6);
/// What a value takes beside its text.
const OF_A_VALUE: usize = 32;
/// What an entry of a list takes, which can be made into a message or an attachment.
const OF_AN_ENTRY: usize = 192;
/// No byte of JSON takes more than this: an object of one member that says nothing has seven.
const MOST_OF_A_BYTE: usize = 128;
/// Deeper values are not told apart.
const DEEPEST: usize = 128;

/// There is more in a text than is read of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// All values together.
    Bytes,
    /// The entries of one list.
    Entries,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes => write!(f, "its values would take more than {} MiB of memory", MOST_BYTES >> 20),
            Self::Entries => write!(f, "it has a list of more than {MOST_ENTRIES} entries"),
        }
    }
}

/// Whether the values of `json` can be read. What is no JSON is not found out here.
pub(crate) fn check(json: &[u8]) -> Result<(), Excess> {
    // Only long texts can have as much: the others are not looked through.
    if json.len() < MOST_BYTES / MOST_OF_A_BYTE && json.len() < MOST_ENTRIES {
        return Ok(());
    }
    let mut measure = Measure::default();
    let mut rest = json.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => {
                measure.bytes += OF_A_VALUE;
                skip_string(&mut rest);
            }
            b'{' | b'[' => measure.open(),
            b'}' | b']' => measure.close(),
            b':' => measure.member(),
            b',' => measure.entry()?,
            _ => {}
        }
        if measure.bytes > MOST_BYTES {
            return Err(Excess::Bytes);
        }
    }
    Ok(())
}

fn skip_string(rest: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => drop(rest.next()),
            b'"' => return,
            _ => {}
        }
    }
}

#[derive(Default)]
struct Measure {
    bytes: usize,
    /// Members and entries of the values that are open, outermost first.
    open: Vec<Open>,
    /// How many are open beyond those.
    deeper: usize,
}

#[derive(Default)]
struct Open {
    members: usize,
    entries: usize,
}

impl Measure {
    fn open(&mut self) {
        self.bytes += OF_A_VALUE;
        if self.open.len() < DEEPEST {
            self.open.push(Open::default());
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self) {
        match self.deeper.checked_sub(1) {
            Some(deeper) => self.deeper = deeper,
            None => drop(self.open.pop()),
        }
    }

    fn member(&mut self) {
        let (bytes, first, each) = OF_MEMBERS;
        let known = self.open.last_mut().filter(|_| self.deeper == 0);
        let takes_place = known.is_none_or(|open| {
            open.members += 1;
            open.members == 1 || open.members > first && open.members % each == 0
        });
        self.bytes += if takes_place { bytes } else { 0 };
    }

    /// A comma: between members, which count by themselves, or between entries.
    fn entry(&mut self) -> Result<(), Excess> {
        let known = self.open.last_mut().filter(|_| self.deeper == 0);
        let Some(list) = known.filter(|open| open.members == 0) else {
            self.bytes += OF_A_VALUE;
            return Ok(());
        };
        self.bytes += OF_AN_ENTRY;
        list.entries += 1;
        if list.entries >= MOST_ENTRIES { Err(Excess::Entries) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn long(entry: &str, times: usize) -> Result<(), Excess> {
        check(format!(r#"{{"a":[{}1]}}"#, format!("{entry},").repeat(times)).as_bytes())
    }

    #[test]
    fn small_values_in_great_number_are_too_many() {
        for entry in [r#"{"":0}"#, r#"{"a":{}}"#, r#"[{"a":[{"":""}]}]"#, "[1,1,1,1,1,1]"] {
            assert_eq!(long(&format!("[{entry},{entry}]"), 45_000), Err(Excess::Bytes), "{entry}");
        }
        for entry in ["1", "{}", "[]", "\"\""] {
            assert_eq!(long(entry, MOST_ENTRIES), Err(Excess::Entries), "{entry}");
            assert_eq!(long(entry, MOST_ENTRIES - 1), Ok(()), "{entry}");
        }
        let members: Vec<_> = (0..1_500_000).map(|number| format!("\"{number}\":0,")).collect();
        let members = members.concat();
        assert_eq!(check(format!("{{{members}\"a\":0}}").as_bytes()), Err(Excess::Bytes));
        assert_eq!(check(r#"{"a":"#.repeat(3_000_000).as_bytes()), Err(Excess::Bytes));
    }

    #[test]
    fn a_long_chat_and_long_texts_can_be_read() {
        let message = |index| {
            json!({
                "index": index, "type": "Message", "messageType": "text", "utcTime": 1, "text": "[{\"a\":1,\"b\":\\\"2}]",
                "from": {"nickname": "Mia", "participantId": 1, "type": "Client"}, "userData": {"a": "b", "c": "d"},
            })
        };
        let chat = json!({"statusCode": 0, "messages": (0..12_000).map(message).collect::<Vec<_>>()});
        assert_eq!(check(chat.to_string().as_bytes()), Ok(()));
        let text = "[{\\\"\":,".repeat(2_000_000);
        assert_eq!(check(json!({"messages": [{"index": 1, "text": text}]}).to_string().as_bytes()), Ok(()));
    }

    #[test]
    fn it_is_told_which_bound_it_was() {
        assert_eq!(Excess::Bytes.to_string(), "its values would take more than 40 MiB of memory");
        assert_eq!(Excess::Entries.to_string(), "it has a list of more than 50000 entries");
    }
}
