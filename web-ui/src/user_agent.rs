//! User agents in words: "Firefox on Linux". What a browser says of itself proves
//! nothing; it only helps people to recognise their own.

use crate::{foreign, texts::Console};

/// Marks of browsers, those first that also carry the marks of others.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of systems, likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("X11", "Unix"),
];

/// The browser and system that `user_agent` names; none when it is no browser's.
pub fn browser(user_agent: &str, texts: &Console) -> Option<String> {
    if !user_agent.starts_with("Mozilla/") {
        return None;
    }
    let browser = mark(user_agent, &BROWSERS)?;
    Some(match mark(user_agent, &SYSTEMS) {
        Some(system) => (texts.browser_on)(browser, system),
        None => browser.to_owned(),
    })
}

/// The browser and system, else the beginning of what was said: `curl/8.5.0`.
pub fn short(user_agent: &str, texts: &Console) -> String {
    if let Some(browser) = browser(user_agent, texts) {
        return browser;
    }
    let product = user_agent.split([' ', '(']).next().unwrap_or_default();
    let product = foreign::word(product);
    if product.is_empty() {
        texts.unknown.to_owned()
    } else {
        product
    }
}

fn mark(user_agent: &str, marks: &[(&str, &'static str)]) -> Option<&'static str> {
    marks
        .iter()
        .find(|(mark, _)| user_agent.contains(mark))
        .map(|(_, name)| *name)
}
