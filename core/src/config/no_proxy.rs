//! Which hosts are reached without a proxy. `NO_PROXY` is read as curl reads it, which passes over what it does not know; in a
//! configuration that is an error.

use std::net::IpAddr;
use url::{Host, Url};

/// Hosts that are reached without a proxy: names, each with all names below it, addresses, ranges of addresses, or every host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoProxy {
    everything: bool,
    entries: Vec<String>,
}

impl NoProxy {
    /// Reads text like that of `NO_PROXY`: `*` alone is every host; else there are commas or blanks between names, addresses and ranges.
    /// Anything else, such as an entry with a port, counts for nothing.
    pub fn from_text(text: &str) -> Self {
        if text.trim_end_matches(['\r', '\n']) == "*" {
            return Self { everything: true, entries: Vec::new() };
        }
        Self { everything: false, entries: split(text).map(str::to_owned).collect() }
    }

    /// Takes entries that a configuration has. The error is which of them is of no use, and why.
    pub(super) fn from_entries(entries: &[&str]) -> Result<Self, (usize, &'static str)> {
        if let ["*"] = entries {
            return Ok(Self { everything: true, entries: Vec::new() });
        }
        let usable = |(position, entry): (usize, &&str)| usable(entry).map_err(|why| (position, why));
        let entries = entries.iter().enumerate().map(usable).collect::<Result<_, _>>()?;
        Ok(Self { everything: false, entries })
    }

    /// Whether `url` is reached without a proxy.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        let any = |covers: &dyn Fn(&str) -> bool| self.entries.iter().any(|entry| covers(entry));
        self.everything
            || match url.host() {
                Some(Host::Domain(name)) => any(&|entry| covers_name(entry, name)),
                Some(Host::Ipv4(address)) => any(&|entry| covers_address(entry, address.into())),
                Some(Host::Ipv6(address)) => any(&|entry| covers_address(entry, address.into())),
                None => false,
            }
    }
}

/// The entries of a text.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| char == ',' || char.is_whitespace()).filter(|entry| !entry.is_empty())
}

/// `entry` in the form in which hosts are compared, or why it would never cover anything.
fn usable(entry: &str) -> Result<String, &'static str> {
    if entry.is_empty() {
        return Err("an empty string");
    }
    if entry.contains(|char: char| char == ',' || char.is_whitespace()) {
        return Err("several in one");
    }
    if entry.contains("://") {
        return Err("a URL");
    }
    if let Some((base, bits)) = entry.split_once('/') {
        let width = base.parse::<IpAddr>().map(width).map_err(|_| "a range whose address is none")?;
        return match bits.parse::<u32>() {
            Ok(bits) if (1..=width).contains(&bits) => Ok(entry.to_owned()),
            _ => Err("a range whose number of bits does not fit its address"),
        };
    }
    if entry == "*" {
        return Err("\"*\" beside others");
    }
    if entry.contains('*') {
        return Err("a pattern, where a name stands for all names below it");
    }
    if entry.parse::<IpAddr>().is_ok() {
        return Ok(entry.to_owned());
    }
    if entry.starts_with('[') {
        return Err("an address in brackets");
    }
    if entry.contains(':') {
        return Err("one with a port");
    }
    let name = entry.strip_prefix('.').unwrap_or(entry);
    Host::parse(name).map(|host| host.to_string()).map_err(|_| "no name of a host")
}

/// Whether `name` is `entry`, or below it. A dot before the entry, or behind either, means nothing.
fn covers_name(entry: &str, name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry);
    let Some(start) = name.len().checked_sub(entry.len()) else { return false };
    let Some((below, end)) = name.split_at_checked(start) else { return false };
    !entry.is_empty() && end.eq_ignore_ascii_case(entry) && (below.is_empty() || below.ends_with('.'))
}

/// Whether `address` is `entry`, or in its range. No bits are all bits, for curl.
fn covers_address(entry: &str, address: IpAddr) -> bool {
    let (base, bits) = entry.split_once('/').map_or((entry, 0), |(base, bits)| (base, leading_number(bits)));
    let Ok(base) = base.parse::<IpAddr>() else { return false };
    let width = width(base);
    let bits = if bits == 0 { width } else { bits };
    let number = |address| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    base.is_ipv4() == address.is_ipv4()
        && bits <= width
        && (number(base) ^ number(address)) >> (width - bits) == 0
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn leading_number(text: &str) -> u32 {
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    match text.get(..digits) {
        None | Some("") => 0,
        Some(digits) => digits.parse().unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_hosts_are_those_of_curl() {
        let table = [
            ("*", "http://127.0.0.1", true),
            ("*", "http://[::1]:9", true),
            ("*", "http://gms.test", true),
            ("*\n", "http://127.0.0.1", true),
            (" *", "http://127.0.0.1", false),
            ("a,*", "http://127.0.0.1", false),
            ("a,*", "http://gms.test", false),
            ("127.0.0.1", "http://127.0.0.1:8080", true),
            ("127.0.0.0/8", "http://127.0.0.1", true),
            ("127.0.0.0/24", "http://127.0.0.1", true),
            ("127.0.0.0/33", "http://127.0.0.1", false),
            ("0.0.0.0/0", "http://127.0.0.1", false),
            ("127/8", "http://127.0.0.1", false),
            ("127.0.0.1/32", "http://127.0.0.1", true),
            ("127.0.0.1/", "http://127.0.0.1", true),
            ("127.0.0.1/x", "http://127.0.0.1", true),
            ("127.0.0.2", "http://127.0.0.1", false),
            ("127.0.0.1:8080", "http://127.0.0.1:8080", false),
            ("127.0.0.1:*", "http://127.0.0.1", false),
            ("127.0.0.*", "http://127.0.0.1", false),
            (".0.0.1", "http://127.0.0.1", false),
            ("::ffff:127.0.0.1", "http://127.0.0.1", false),
            ("http://127.0.0.1", "http://127.0.0.1", false),
            ("localhost", "http://127.0.0.1", false),
            ("a 127.0.0.1", "http://127.0.0.1", true),
            ("a, 127.0.0.1", "http://127.0.0.1", true),
            ("a,,127.0.0.1", "http://127.0.0.1", true),
            ("127.0.0.1 ", "http://127.0.0.1", true),
            ("::1", "http://[::1]", true),
            ("::/64", "http://[::1]", true),
            ("[::1]", "http://[::1]", false),
            ("fd00::/8", "http://[fd12::1]", true),
            ("gms.test", "http://gms.test", true),
            ("gms.test", "http://a.gms.test", true),
            ("gms.test", "http://gms.test.", true),
            (".gms.test", "http://gms.test", true),
            (".gms.test.", "http://a.gms.test", true),
            ("GMS.TEST", "https://gms.test", true),
            ("test", "http://gms.test", true),
            ("s.test", "http://gms.test", false),
            ("ms.test", "http://gms.test", false),
            ("*.gms.test", "http://a.gms.test", false),
            ("..gms.test", "http://gms.test", false),
            ("gms.test:80", "http://gms.test", false),
            ("", "http://gms.test", false),
            (".", "http://gms.test", false),
        ];
        for (text, url, covered) in table {
            let url = Url::parse(url).unwrap();
            assert_eq!(NoProxy::from_text(text).covers(&url), covered, "{text:?} {url}");
        }
    }

    #[test]
    fn a_configurations_entries_are_checked() {
        for (entry, host) in [
            ("gms.test", "gms.test"),
            (".gms.test", "a.gms.test"),
            ("büro.test", "xn--bro-hoa.test"),
            ("10.0.0.0/8", "10.1.2.3"),
            ("::1", "[::1]"),
            ("127.1", "127.0.0.1"),
        ] {
            let hosts = NoProxy::from_entries(&["other.test", entry]).unwrap();
            assert!(hosts.covers(&Url::parse(&format!("http://{host}/")).unwrap()), "{entry}");
        }
        for entry in
            ["", "a b", "http://a", "a:80", "[::1]", "*.a", "*", "10/8", "10.0.0.0/33", "0.0.0.0/0", "a_b%"]
        {
            let (position, _) = NoProxy::from_entries(&["a", entry]).unwrap_err();
            assert_eq!(position, 1, "{entry}");
        }
    }
}
