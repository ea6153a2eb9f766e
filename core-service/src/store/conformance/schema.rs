//! Both databases have the same schema, read back from what they say of themselves.

use std::collections::BTreeSet;

use super::{
    database::{on_postgres, on_sqlite},
    fixtures::read,
};
use crate::store::{Store, sql};

/// Facts about the schema, one a line.
type Facts = BTreeSet<String>;

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    assert_same(
        "SELECT m.name || '.' || c.name || ' ' || \
         CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'BLOB' THEN 'bytes' ELSE lower(c.type) END || \
         CASE WHEN c.\"notnull\" THEN ' not null' ELSE '' END || coalesce(' default ' || c.dflt_value, '') \
         FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'",
        "SELECT table_name || '.' || column_name || ' ' || \
         CASE WHEN data_type IN ('bigint', 'boolean') THEN 'number' WHEN data_type IN ('bytea', 'uuid') THEN 'bytes' \
         ELSE data_type END || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END || \
         coalesce(' default ' || CASE data_type \
         WHEN 'uuid' THEN 'x''' || replace(substr(column_default, 2, 36), '-', '') || '''' \
         ELSE replace(column_default, '::text', '') END, '') \
         FROM information_schema.columns WHERE table_schema = 'public'",
        &["access_tokens.id bytes not null", "users.email text", "sessions.hash bytes not null"],
    )
    .await;
}

#[tokio::test]
async fn both_databases_have_the_same_indexes_and_unique_constraints() {
    assert_same(
        "SELECT m.name || ' (' || (SELECT group_concat(name, ', ') FROM \
         (SELECT i.name FROM pragma_index_info(l.name) i ORDER BY i.seqno)) || ')' || \
         CASE WHEN l.origin = 'pk' THEN ' primary' WHEN l.\"unique\" THEN ' unique' ELSE '' END || \
         CASE WHEN l.partial THEN ' partial' ELSE '' END \
         FROM sqlite_schema m, pragma_index_list(m.name) l WHERE m.type = 'table'",
        "SELECT t.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.n) \
         FROM unnest(i.indkey) WITH ORDINALITY AS k(column_number, n) \
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_number) || ')' || \
         CASE WHEN i.indisprimary THEN ' primary' WHEN i.indisunique THEN ' unique' ELSE '' END || \
         CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END \
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
         JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = 'public'",
        &[
            "users (username_key) unique",
            "users (auth_source, external_id) unique partial",
            "consents (user_id, client_id) unique",
            "access_tokens (id) primary",
            "grants (user_id, id)",
        ],
    )
    .await;
}

#[tokio::test]
async fn both_databases_have_the_same_references() {
    assert_same(
        "SELECT m.name || '.' || f.\"from\" || ' to ' || f.\"table\" || '.' || f.\"to\" || ' ' || \
         lower(f.on_delete) FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        "SELECT t.relname || '.' || a.attname || ' to ' || o.relname || '.' || b.attname || ' ' || \
         CASE c.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' ELSE 'no action' END \
         FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid \
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] \
         JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = c.confkey[1] WHERE c.contype = 'f'",
        &["grants.user_id to users.id cascade", "clients.owner_id to users.id set null"],
    )
    .await;
}

/// Asserts that both queries give the same, and at least what is `expected`.
async fn assert_same(sqlite: &'static str, postgres: &'static str, expected: &[&str]) {
    let (sqlite, postgres) = (
        facts_of_sqlite(sqlite).await,
        facts_of_postgres(postgres).await,
    );
    let differences: Vec<&String> = sqlite.symmetric_difference(&postgres).collect();
    assert!(differences.is_empty(), "{differences:#?}");
    for fact in expected {
        assert!(sqlite.contains(*fact), "{fact:?} is not among {sqlite:#?}");
    }
}

async fn facts_of_sqlite(query: &'static str) -> Facts {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    on_sqlite(async move |store: Store| sender.send(facts(&store, query).await).unwrap()).await;
    receiver.await.unwrap()
}

async fn facts_of_postgres(query: &'static str) -> Facts {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    on_postgres(async move |store: Store| sender.send(facts(&store, query).await).unwrap()).await;
    receiver.await.unwrap()
}

/// The facts that `query` gives, but for the tables that migration itself keeps.
async fn facts(store: &Store, query: &'static str) -> Facts {
    let rows: Vec<String> = read!(store, |c| async {
        sql!(c, |conn| sqlx::query_scalar::<_, String>(query)
            .fetch_all(conn))
    });
    rows.into_iter()
        .filter(|fact| !fact.starts_with("_sqlx") && !fact.starts_with("sqlite_"))
        // PostgreSQL's is of a hash of the client's id (`access_tokens::of_client`), which has no name.
        .map(|fact| match fact.as_str() {
            "access_tokens (id)" => "access_tokens (client_id, id)".to_owned(),
            _ => fact,
        })
        .collect()
}
