//! Text that others chose: names of apps, user agents, hosts. It is made
//! harmless before it reaches a page; escaping is the renderer's part.

/// The longest app or provider name on a page.
const NAME_LENGTH: usize = 60;
/// The longest user agent on a page.
const USER_AGENT_LENGTH: usize = 160;
/// The longest host on a page.
const HOST_LENGTH: usize = 80;
/// The longest description or message on a page.
const MESSAGE_LENGTH: usize = 1024;
/// The longest scope or claim name on a page.
const WORD_LENGTH: usize = 60;

/// An app's or provider's name, fit to stand in quotes.
pub fn name(text: &str) -> String {
    shortened(&clean(text), NAME_LENGTH)
}

/// A user agent, fit to stand in quotes.
pub fn user_agent(text: &str) -> String {
    shortened(&clean(text), USER_AGENT_LENGTH)
}

/// A scope's or claim's name, fit to stand in quotes.
pub fn word(text: &str) -> String {
    shortened(&clean(text), WORD_LENGTH)
}

/// Longer text, such as a description or what the core says about a value.
pub fn message(text: &str) -> String {
    shortened(&clean(text), MESSAGE_LENGTH)
}

/// JSON over several lines, in which characters that hide or reorder stand as escapes.
pub fn document(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && (c.is_control() || is_deceptive(c)) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                shown += &format!("\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A host. Its end says whose it is, so a long one loses its beginning.
pub fn host(text: &str) -> String {
    let text = clean(text);
    let length = text.chars().count();
    if length <= HOST_LENGTH {
        return text;
    }
    let end: String = text.chars().skip(length - (HOST_LENGTH - 1)).collect();
    format!("…{end}")
}

/// `uri` when it is a plain web address that a link may lead to.
pub fn link(uri: &str) -> Option<String> {
    let harmless = uri.len() <= 2048
        && uri
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '\\'));
    (uri.starts_with("https://") && harmless).then(|| uri.to_owned())
}

/// Without characters that hide, reorder or leave the quotes; white space as single spaces.
fn clean(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !(c.is_control() || is_deceptive(*c)))
        .map(|c| if is_quote(c) { '\'' } else { c })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Invisible characters, those that change the reading direction, and blank letters.
const fn is_deceptive(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{E000}'..='\u{F8FF}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Marks that would end the quotes around the text.
const fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{201C}'..='\u{201F}' | '\u{00AB}' | '\u{00BB}' | '\u{FF02}' | '\u{300C}'..='\u{300F}'
    )
}

/// At most `length` characters, the last of them `…` when something was cut.
fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let start: String = text.chars().take(length - 1).collect();
    format!("{}…", start.trim_end())
}
