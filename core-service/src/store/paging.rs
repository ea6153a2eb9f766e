//! Lists in pages, by keyset: a page is found by the key at its edge, so that the
//! millionth costs what the first does.

use super::StoreError;
use crate::error::Error;

/// Where a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// At the beginning.
    First,
    /// At the end.
    Last,
    /// Behind this key.
    After(String),
    /// Just before this key.
    Before(String),
}

/// Some items of a list, and the tokens of the pages around them; empty: there is none.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) previous: String,
    pub(crate) next: String,
}

impl Cursor {
    /// Reads a page token.
    ///
    /// # Errors
    /// `Invalid` for one that is not from here.
    pub(crate) fn parse(token: &str) -> Result<Self, Error> {
        match (token, token.split_once('.')) {
            ("", _) => Ok(Self::First),
            ("last", _) => Ok(Self::Last),
            (_, Some(("after", key))) if !key.contains('\0') => Ok(Self::After(key.to_owned())),
            (_, Some(("before", key))) if !key.contains('\0') => Ok(Self::Before(key.to_owned())),
            _ => Err(Self::invalid()),
        }
    }

    /// What is answered to a page token that is not from here.
    pub(crate) fn invalid() -> Error {
        Error::Invalid("page_token: is not from an answer to this call".to_owned())
    }

    /// Whether the page is read from its end.
    pub(crate) const fn backwards(&self) -> bool {
        matches!(self, Self::Last | Self::Before(_))
    }

    /// The key at its edge.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::First | Self::Last => None,
            Self::After(key) | Self::Before(key) => Some(key),
        }
    }

    /// Cuts what was read with one item more than a page has, in the order of reading,
    /// and puts it into the order of the list.
    pub(crate) fn page<T>(
        &self,
        mut items: Vec<T>,
        size: u32,
        key: impl Fn(&T) -> String,
    ) -> Page<T> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let (before, behind) = match self {
            Self::First => (false, more),
            Self::After(_) => (true, more),
            Self::Last => (more, false),
            Self::Before(_) => (more, true),
        };
        if self.backwards() {
            items.reverse();
        }
        let token = |wanted: bool, word: &str, item: Option<&T>| match item {
            Some(item) if wanted => format!("{word}.{}", key(item)),
            _ => String::new(),
        };
        Page {
            previous: token(before, "before", items.first()),
            next: token(behind, "after", items.last()),
            items,
        }
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// A value of a condition.
#[derive(Debug, Clone)]
pub(super) enum Bind {
    Text(String),
    Int(i64),
    Uuid(uuid::Uuid),
    Bool(bool),
}

/// A query that is put together from a text of ours and the conditions that apply;
/// values are bound, never written into it.
#[derive(Debug, Clone, Default)]
pub(super) struct Search {
    conditions: Vec<String>,
    pub(super) binds: Vec<Bind>,
}

impl Search {
    /// One more condition, in which `?` stands for `value` (as often as it is there).
    pub(super) fn and(&mut self, condition: &str, value: Bind) -> &mut Self {
        let placeholder = self.bind(value);
        self.conditions
            .push(format!("({})", condition.replace('?', &placeholder)));
        self
    }

    /// One more condition without a value.
    pub(super) fn and_plain(&mut self, condition: &str) -> &mut Self {
        self.conditions.push(condition.to_owned());
        self
    }

    /// Adds a value; gives its placeholder.
    pub(super) fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("${}", self.binds.len())
    }

    /// The page at `cursor` of a list ordered by the unique `column`, whose key is
    /// `key`: gives `WHERE ... ORDER BY ... LIMIT ...`, one row more than `size`.
    pub(super) fn page(
        &mut self,
        column: &str,
        order: Order,
        cursor: &Cursor,
        key: Option<Bind>,
        size: u32,
    ) -> String {
        let ordered = self.ordered(column, order, cursor, key);
        let limit = self.bind(Bind::Int(i64::from(size) + 1));
        format!("{ordered} LIMIT {limit}")
    }

    /// As [`page`](Self::page), without the limit.
    pub(super) fn ordered(
        &mut self,
        column: &str,
        order: Order,
        cursor: &Cursor,
        key: Option<Bind>,
    ) -> String {
        let upwards = (order == Order::Ascending) != cursor.backwards();
        if let Some(key) = key {
            let comparison = if upwards { ">" } else { "<" };
            self.and(&format!("{column} {comparison} ?"), key);
        }
        let direction = if upwards { "ASC" } else { "DESC" };
        format!("{} ORDER BY {column} {direction}", self.conditions())
    }

    /// `WHERE` and all conditions; empty without any.
    pub(super) fn conditions(&self) -> String {
        if self.conditions.is_empty() {
            return String::new();
        }
        format!("WHERE {}", self.conditions.join(" AND "))
    }
}

/// Binds all values of a [`Search`] to a query.
macro_rules! bind_all {
    ($query:expr, $binds:expr) => {{
        let mut query = $query;
        for bind in $binds {
            query = match bind {
                $crate::store::paging::Bind::Text(value) => query.bind(value.clone()),
                $crate::store::paging::Bind::Int(value) => query.bind(*value),
                $crate::store::paging::Bind::Uuid(value) => query.bind(*value),
                $crate::store::paging::Bind::Bool(value) => query.bind(*value),
            };
        }
        query
    }};
}
pub(super) use bind_all;

/// Refuses a search text that no row can hold.
pub(super) fn check_search(text: &str) -> Result<(), StoreError> {
    super::text::check([text])
}

/// A LIKE pattern for texts that contain `text`; `\` escapes.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The first text that is behind all that begin with `prefix`, in the order of bytes.
pub(super) fn behind_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_its_page() {
        for (token, cursor) in [
            ("", Cursor::First),
            ("last", Cursor::Last),
            ("after.a.b", Cursor::After("a.b".to_owned())),
            ("before.", Cursor::Before(String::new())),
        ] {
            assert_eq!(Cursor::parse(token).unwrap(), cursor);
        }
        for token in ["first", "after", "behind.x", "after.\0", "17"] {
            assert!(Cursor::parse(token).is_err(), "{token:?}");
        }
    }

    #[test]
    fn pages_lead_to_one_another() {
        let key = |item: &u8| item.to_string();
        let after = |key: &str| Cursor::After(key.to_owned());
        let before = |key: &str| Cursor::Before(key.to_owned());
        for (cursor, read, items, previous, next) in [
            (Cursor::First, vec![1, 2, 3], vec![1, 2], "", "after.2"),
            (Cursor::First, vec![1, 2], vec![1, 2], "", ""),
            (after("2"), vec![3, 4, 5], vec![3, 4], "before.3", "after.4"),
            (after("4"), vec![5], vec![5], "before.5", ""),
            (
                before("5"),
                vec![4, 3, 2],
                vec![3, 4],
                "before.3",
                "after.4",
            ),
            (before("3"), vec![2, 1], vec![1, 2], "", "after.2"),
            (Cursor::Last, vec![5, 4, 3], vec![4, 5], "before.4", ""),
            (after("9"), vec![], vec![], "", ""),
        ] {
            let page = cursor.page(read, 2, key);
            assert_eq!(page.items, items, "{cursor:?}");
            assert_eq!(
                (page.previous.as_str(), page.next.as_str()),
                (previous, next)
            );
        }
    }

    #[test]
    fn values_are_bound() {
        let mut search = Search::default();
        search.and("a = ? OR b = ?", Bind::Text("x".to_owned()));
        search.and_plain("c IS NULL");
        let text = search.page(
            "id",
            Order::Descending,
            &Cursor::After("k".to_owned()),
            Some(Bind::Text("k".to_owned())),
            20,
        );
        assert_eq!(
            text,
            "WHERE (a = $1 OR b = $1) AND c IS NULL AND (id < $2) ORDER BY id DESC LIMIT $3"
        );
        assert_eq!(search.binds.len(), 3);
    }

    #[test]
    fn a_pattern_means_what_was_typed() {
        assert_eq!(containing("50%_\\"), "%50\\%\\_\\\\%");
    }
}
