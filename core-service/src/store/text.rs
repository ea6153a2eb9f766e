//! Text that both databases hold alike.

use super::StoreError;

/// Bytes of a unique text: PostgreSQL's index entries end at about 2,700, and
/// text that does not shrink when packed would fail there and nowhere else.
const LONGEST_KEY: usize = 1024;

/// Refuses text with a NUL, which PostgreSQL can't hold and SQLite would.
///
/// Asked of all text that people or clients chose; whatever else reaches
/// PostgreSQL is refused there with the same error.
pub(super) fn check<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<(), StoreError> {
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(StoreError::Unstorable(StoreError::NUL));
    }
    Ok(())
}

/// Refuses text that can't stand in a unique index: with a NUL, or over 1,024 bytes.
pub(super) fn check_keys<'t>(
    texts: impl IntoIterator<Item = &'t str> + Clone,
) -> Result<(), StoreError> {
    check(texts.clone())?;
    if texts.into_iter().any(|text| text.len() > LONGEST_KEY) {
        return Err(StoreError::Unstorable(StoreError::TOO_LONG));
    }
    Ok(())
}
