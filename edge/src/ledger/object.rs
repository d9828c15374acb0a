//! The Durable Object: an SQLite table of used transactions around [`engine::ledger::decide`].

use engine::ledger::{Entry, Event, Outcome, decide};
// The attribute macro expects the crate by this name.
use worker::wasm_bindgen;
use worker::{
    DurableObject, Env, Request, Response, ResponseBuilder, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

use super::protocol::{COMMAND_PATH, HEALTH_PATH, Reply, Submission};
use crate::app::now_millis;
use crate::{answer, log};

// Without a row id, a transaction is one written row instead of a row and its index entry.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS transactions (
    transaction_id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    entry TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID";
const SELECT: &str = "SELECT entry FROM transactions WHERE transaction_id = ?";
const INSERT: &str = "INSERT INTO transactions (transaction_id, fingerprint, entry, created_at) VALUES (?, ?, ?, ?)";

/// The used transactions of one shard of a promotion.
#[durable_object(fetch)]
pub(crate) struct Ledger {
    sql: SqlStorage,
    /// Whether the table is there; a constructor cannot fail.
    schema: Result<()>,
}

impl DurableObject for Ledger {
    fn new(state: State, _env: Env) -> Self {
        let sql = state.storage().sql();
        let schema = sql.exec(SCHEMA, None).map(drop);
        Self { sql, schema }
    }

    /// Awaits the body alone; from there to the reply nothing is awaited, so no other request comes in between. The
    /// platform holds the reply back until the write is durable. Repeating a command gives the first outcome.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let path = request.path();
        let body = request.bytes().await?;
        let result = match path.as_str() {
            COMMAND_PATH => self.command(&body),
            HEALTH_PATH => self.health(),
            _ => Err(format!("no such path: {path}")),
        };
        Ok(result.unwrap_or_else(|cause| {
            log::error("ledger_failed", "", &cause);
            ResponseBuilder::new().with_status(500).fixed(cause.into_bytes())
        }))
    }
}

impl Ledger {
    /// Everything that can fail comes before the one write.
    fn command(&self, body: &[u8]) -> std::result::Result<Response, String> {
        self.schema.as_ref().map_err(ToString::to_string)?;
        let submission: Submission = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let state = self.entry(&submission.transaction_id)?;
        let (event, outcome) = decide(state.as_ref(), submission.command);
        let response = answer::json(200, &Reply::new(outcome));
        if let Some(Event::Redeemed(entry)) = event {
            self.record(&submission.transaction_id, &entry)?;
        }
        Ok(response)
    }

    fn health(&self) -> std::result::Result<Response, String> {
        self.schema.as_ref().map_err(ToString::to_string)?;
        self.entry("")?;
        Ok(answer::json(200, &Reply::new(Outcome::Unused)))
    }

    fn entry(&self, transaction_id: &str) -> std::result::Result<Option<Entry>, String> {
        let cursor = self
            .sql
            .exec(SELECT, vec![transaction_id.into()])
            .map_err(|error| error.to_string())?;
        let Some(row) = cursor.raw().next().transpose().map_err(|error| error.to_string())? else {
            return Ok(None);
        };
        match row.into_iter().next() {
            Some(SqlStorageValue::String(text)) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| format!("a stored entry cannot be read: {error}")),
            Some(_) | None => Err("a stored entry is no text".to_owned()),
        }
    }

    fn record(&self, transaction_id: &str, entry: &Entry) -> std::result::Result<(), String> {
        let text = serde_json::to_string(entry).map_err(|error| error.to_string())?;
        let now = SqlStorageValue::Integer(i64::try_from(now_millis()).unwrap_or(i64::MAX));
        let row = vec![
            transaction_id.into(),
            entry.fingerprint.as_str().into(),
            text.into(),
            now,
        ];
        self.sql.exec(INSERT, row).map(drop).map_err(|error| error.to_string())
    }
}
