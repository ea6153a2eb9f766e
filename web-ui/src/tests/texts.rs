//! The catalogues.

use std::collections::BTreeMap;

use crate::{
    language::Language,
    texts::{Texts, number, walk::Walk},
};

/// All texts with their paths; functions come several times.
fn all(texts: &Texts) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    texts.walk("", &mut |path, text| {
        found
            .entry(path.to_owned())
            .or_default()
            .push(text.to_owned());
    });
    found
}

#[test]
fn no_text_is_empty() {
    for language in Language::ALL {
        for (path, texts) in all(language.texts()) {
            for text in texts {
                let trimmed = path == ".frame.error_prefix" || text == text.trim();
                assert!(trimmed, "{path} in {}", language.tag());
                assert!(!text.is_empty(), "{path} in {}", language.tag());
                assert!(!text.contains("  "), "{path} in {}", language.tag());
            }
        }
    }
}

#[test]
fn the_catalogues_have_the_same_shape_and_nothing_is_left_untranslated() {
    let [english, chinese] = Language::ALL.map(|language| all(language.texts()));
    assert!(english.keys().eq(chinese.keys()));
    let is_chinese = |text: &String| text.chars().any(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'));
    let same_everywhere = [".lang", ".frame.product"];
    for (path, texts) in &chinese {
        let foreign = !texts.iter().all(is_chinese);
        assert!(
            !foreign || same_everywhere.contains(&path.as_str()),
            "{path}"
        );
    }
    for (path, texts) in &english {
        assert!(!texts.iter().any(is_chinese), "{path}");
    }
}

#[test]
fn numbers_are_grouped() {
    let grouped = [0, 999, 1000, 12_345, 1_234_567].map(number);
    assert_eq!(grouped, ["0", "999", "1,000", "12,345", "1,234,567"]);
}
