//! Many rows in one statement for SQLite.

use std::sync::Arc;

use sqlx::{Arguments, Encode, Sqlite, Type, error::BoxDynError, sqlite::SqliteArguments};

/// The values of rows, row by row.
///
/// A text that the row before has in the same place, as most do, is the same memory: the
/// connection's thread is the one that frees it, which costs more than to look.
#[derive(Default)]
pub(super) struct Rows {
    values: SqliteArguments,
    /// The texts of the row before, and of this one as far as it got.
    texts: Vec<Arc<str>>,
    /// Texts of this row.
    place: usize,
}

impl Rows {
    /// The values of `rows`, each of which `add` adds.
    pub(super) fn of<T>(
        rows: &[T],
        add: impl Fn(&T, &mut Self) -> Result<(), BoxDynError>,
    ) -> Result<SqliteArguments, BoxDynError> {
        let mut all = Self::default();
        for row in rows {
            all.place = 0;
            add(row, &mut all)?;
        }
        Ok(all.values)
    }

    /// Adds a text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), BoxDynError> {
        match self.texts.get_mut(self.place) {
            Some(before) if **before == *text => {}
            Some(before) => *before = text.into(),
            None => self.texts.push(text.into()),
        }
        let text = Arc::clone(&self.texts[self.place]);
        self.place += 1;
        self.values.add(text)
    }

    /// Adds a value of another kind.
    pub(super) fn value<'v>(
        &mut self,
        value: impl Encode<'v, Sqlite> + Type<Sqlite>,
    ) -> Result<(), BoxDynError> {
        self.values.add(value)
    }
}

/// `INSERT INTO {into} VALUES (?, ?), (?, ?)` with so many `columns` and `rows`, for SQLite.
pub(super) fn insert_rows(into: &str, columns: usize, rows: usize) -> String {
    let row = format!("({}?)", "?,".repeat(columns.saturating_sub(1)));
    let mut rows = format!("{row},").repeat(rows);
    rows.pop();
    format!("INSERT INTO {into} VALUES {rows}")
}
