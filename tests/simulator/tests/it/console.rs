//! The agent's console, as it is served. What it does is tried in a browser, by `tests/console`.

use std::collections::BTreeSet;

use regex::Regex;
use webchat_simulator::Simulator;

use crate::customer::{client, simulator};

async fn get(simulator: &Simulator, path: &str) -> reqwest::Response {
    let base = simulator.console_url();
    client().get(format!("{}{path}", base.trim_end_matches("/console"))).send().await.unwrap()
}

#[tokio::test]
async fn everything_that_the_page_asks_for_is_there() {
    let simulator = simulator().await;
    let page = get(&simulator, "/console").await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    let named = Regex::new(r#"(?:href|src)="(console/[^"]+)""#).unwrap();
    let imported = Regex::new(r#"from "\./([^"]+)""#).unwrap();
    let mut wanted: Vec<String> = named.captures_iter(&page).map(|found| format!("/{}", &found[1])).collect();
    assert!(wanted.len() > 3, "{page}");
    let mut seen = BTreeSet::new();
    while let Some(path) = wanted.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let file = get(&simulator, &path).await;
        assert_eq!(file.status(), 200, "{path}");
        let kind = file.headers()["content-type"].to_str().unwrap().to_owned();
        let wanted_kind = match path.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(kind, wanted_kind, "{path}");
        let text = file.text().await.unwrap();
        wanted.extend(imported.captures_iter(&text).map(|found| format!("/console/{}", &found[1])));
    }
    assert!(seen.contains("/console/store.js") && seen.len() > 10, "{seen:?}");
}

#[tokio::test]
async fn the_page_may_do_nothing_but_speak_with_its_server() {
    let simulator = simulator().await;
    let inline =
        Regex::new(r"<script(?: [^>]*)?>[^<]|<style|\sstyle=|\son[a-z]+=|innerHTML|outerHTML").unwrap();
    for path in ["/console", "/console/main.js", "/console/style.css"] {
        let file = get(&simulator, path).await;
        let header = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        let text = file.text().await.unwrap();
        assert!(!inline.is_match(&text), "{path} has code or style in markup");
    }
    let moved = get(&simulator, "/console/").await;
    assert_eq!((moved.status().as_u16(), moved.headers()["location"].to_str().unwrap()), (308, "/console"));
}

#[tokio::test]
async fn pages_of_other_sites_reach_neither_it_nor_the_events() {
    let simulator = simulator().await;
    let address = simulator.address();
    let own = format!("http://{address}");
    for (host, origin, status) in [
        (address.to_string(), None, 200),
        (address.to_string(), Some(own.as_str()), 200),
        (address.to_string(), Some("https://evil.example"), 403),
        (format!("evil.example:{}", address.port()), None, 403),
    ] {
        for path in ["/console", "/console/main.js", "/control/events"] {
            let mut request = client().get(format!("{own}{path}")).header("host", &host);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            assert_eq!(request.send().await.unwrap().status(), status, "{path} {host} {origin:?}");
        }
    }
}
