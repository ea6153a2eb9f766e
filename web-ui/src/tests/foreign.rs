//! Text that others chose.

use crate::foreign::{document, host, link, name, user_agent};

#[test]
fn a_name_loses_what_hides_reorders_or_ends_quotes() {
    assert_eq!(name("Team Notes"), "Team Notes");
    assert_eq!(name(" a\t\n b\u{0} "), "a b");
    assert_eq!(name("pay\u{202E}lap\u{2066}\u{200B}\u{FEFF}"), "paylap");
    assert_eq!(name("x” by “AuthGate\""), "x' by 'AuthGate'");
    assert_eq!(name("\u{3164}\u{2800}"), "");
    assert_eq!(name("Ünïcödé 日本"), "Ünïcödé 日本");
}

#[test]
fn names_are_cut_at_their_end_and_hosts_at_their_beginning() {
    let long = name(&"a".repeat(1000));
    assert_eq!(long.chars().count(), 60);
    assert!(long.ends_with('…'));
    assert_eq!(user_agent(&"a".repeat(1000)).chars().count(), 160);
    let host = host(&format!("{}.evil.example", "bank.example.".repeat(100)));
    assert_eq!(host.chars().count(), 80);
    assert!(host.starts_with('…') && host.ends_with(".evil.example"));
}

#[test]
fn only_plain_https_addresses_become_links() {
    assert!(link("https://app.example/terms?x=1#y").is_some());
    for uri in [
        "",
        "http://app.example",
        "javascript:alert(1)",
        "https://app.example/\" onclick=\"x",
        "https://app.example/\u{202E}",
        "//app.example",
    ] {
        assert_eq!(link(uri), None, "{uri}");
    }
}

#[test]
fn a_document_keeps_its_lines_and_shows_what_hides() {
    assert_eq!(
        document("{\n  \"é\": \"\u{202E}\u{E0041}\"\n}"),
        "{\n  \"é\": \"\\u202e\\udb40\\udc41\"\n}"
    );
}
