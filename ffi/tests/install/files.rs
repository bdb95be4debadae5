//! What lies where.

use super::*;

#[test]
fn everything_is_where_the_system_looks_for_it() {
    let version = env!("CARGO_PKG_VERSION");
    let prefix = INSTALLED.path();
    for file in [
        "include/webchat.h",
        "include/webchat.hpp",
        "include/webchat/chat.hpp",
        "lib/libwebchat.a",
        "lib/pkgconfig/webchat.pc",
        "lib/cmake/webchat/webchat-config.cmake",
        "lib/cmake/webchat/webchat-config-version.cmake",
        "share/man/man3/libwebchat.3",
        "share/doc/libwebchat/LICENSE-MIT",
        "share/doc/libwebchat/LICENSE-APACHE",
        "share/doc/libwebchat/THIRD-PARTY.txt",
    ] {
        assert!(prefix.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    let link = |name: &str| fs::read_link(libraries().join(name)).unwrap();
    assert_eq!(link("libwebchat.so"), Path::new("libwebchat.so.0"));
    assert_eq!(link("libwebchat.so.0"), PathBuf::from(format!("libwebchat.so.{version}")));
}

#[test]
fn no_word_of_a_template_is_left() {
    let libraries = libraries();
    for file in ["pkgconfig/webchat.pc", "cmake/webchat/webchat-config.cmake"] {
        let text = fs::read_to_string(libraries.join(file)).unwrap();
        assert!(!text.contains('@'), "{text}");
    }
}

/// Troff tells of what it does not understand; everything of the header is there.
#[test]
fn the_manual_page_is_a_good_one_and_names_every_function() {
    let page = INSTALLED.path().join("share/man/man3/libwebchat.3");
    let text = fs::read_to_string(&page).unwrap().replace("\\-", "-");
    for function in listed() {
        assert!(text.contains(&format!("{function}(")), "{function}");
    }
    for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "THREADS", "FUNCTIONS"] {
        assert!(text.lines().any(|line| line.strip_prefix(".SH ").is_some_and(|it| it.contains(heading))));
    }
    if workshop::installed("groff") {
        let mut groff = Command::new("groff");
        groff.args(["-man", "-Tutf8", "-Kutf8", "-ww", "-z"]).arg(&page);
        let output = successful(groff);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}
