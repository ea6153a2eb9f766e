//! User agents in words.

use crate::{texts::EN, user_agent::short};

#[test]
fn browsers_are_named_with_their_system() {
    let linux = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0";
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
    let android = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) \
                   Chrome/138.0.0.0 Mobile Safari/537.36";
    for (user_agent, words) in [
        (linux, "Firefox on Linux"),
        (edge, "Edge on Windows"),
        (phone, "Safari on iPhone"),
        (android, "Chrome on Android"),
        ("Mozilla/5.0 Firefox/1", "Firefox"),
    ] {
        assert_eq!(short(user_agent, &EN.console), words);
    }
}

#[test]
fn what_is_no_browser_keeps_its_first_word_and_nothing_is_unknown() {
    for (user_agent, words) in [
        ("curl/8.5.0", "curl/8.5.0"),
        ("authgate-cli/1.4 (linux; x86_64)", "authgate-cli/1.4"),
        ("Mozilla/5.0 (compatible; strange)", "Mozilla/5.0"),
        ("", "Unknown"),
        (" \u{202E}", "Unknown"),
    ] {
        assert_eq!(short(user_agent, &EN.console), words);
    }
}
