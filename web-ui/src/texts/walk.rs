//! Goes through every text of a catalogue, for tests.

use time::OffsetDateTime;

/// A text, or something that holds texts.
pub trait Walk {
    /// Shows `visit` each text with the path of its fields. Functions are asked with
    /// samples.
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str));
}

impl Walk for &'static str {
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
        visit(path, self);
    }
}

impl Walk for fn(u32) -> String {
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
        for count in [0, 1, 2, 90, 7200] {
            visit(path, &self(count));
        }
    }
}

impl Walk for fn(u64) -> String {
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
        for count in [0, 1, 2, 10_000] {
            visit(path, &self(count));
        }
    }
}

impl Walk for fn(u64, u64) -> String {
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
        for count in [0, 1, 2] {
            visit(path, &self(count, count));
        }
    }
}

impl Walk for fn(&str) -> String {
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
        visit(path, &self("sample"));
    }
}

impl Walk for fn(&str, &str) -> String {
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
        visit(path, &self("sample", "other"));
    }
}

impl Walk for fn(OffsetDateTime) -> String {
    fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
        visit(path, &self(OffsetDateTime::UNIX_EPOCH));
    }
}
