//! Messages that cannot be stored now, put aside with their reason: of a version that this release does not know, and those
//! that the queue gave up. An operator sees them (`origin admin parked list`) and has them stored once they can be
//! (`… replay`).

use std::collections::BTreeMap;

use base16ct::lower as hex;
use engine::wire::v1::{IngestResult, MAX_INGEST_RECORDS};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::take_messages;
use crate::app::App;
use crate::db::parked_messages::{
    ParkedColumns, ParkedRow, delete_parked_messages, list_parked_messages, park_messages,
};
use crate::problem::Error;

/// A message to be put aside.
#[derive(Debug)]
pub(crate) struct Parked {
    reason: String,
    body: String,
}

/// What became of the parked messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Stored now or before, and parked no more.
    pub stored: usize,
    /// Still parked.
    pub parked: usize,
}

impl Parked {
    pub(crate) fn new(reason: impl Into<String>, body: &str) -> Self {
        Self {
            reason: storable(&reason.into()),
            body: storable(body),
        }
    }
}

/// Without the one character that the database cannot store.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Puts messages aside. One that is there already is counted once more, and so is a repetition of the call.
pub(crate) async fn park(app: &App, messages: &[Parked]) -> Result<(), Error> {
    if messages.is_empty() {
        return Ok(());
    }
    let messages: BTreeMap<_, _> = messages
        .iter()
        .map(|message| (Sha256::digest(&message.body).to_vec(), message))
        .collect();
    let mut columns = ParkedColumns::default();
    for (digest, message) in messages {
        tracing::error!(
            reason = message.reason,
            digest = hex::encode_string(&digest),
            "a message was parked"
        );
        columns.digests.push(digest);
        columns.reasons.push(message.reason.clone());
        columns.bodies.push(message.body.clone());
    }
    Ok(park_messages(app.db.app(), &columns, app.clock.now()).await?)
}

/// A line for each parked message.
///
/// # Errors
/// When the database fails.
pub async fn list_parked(app: &App) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    let mut after = Vec::new();
    while let Some(rows) = next_page(app, &after).await? {
        after = rows.last().map(|row| row.digest.clone()).unwrap_or_default();
        lines.extend(rows.iter().map(|row| {
            let ParkedRow {
                reason,
                body,
                first_seen,
                times,
                ..
            } = row;
            format!("{first_seen} ×{times} {reason}: {body}")
        }));
    }
    Ok(lines)
}

/// Stores the parked messages that can be stored by now. Safe to repeat, and to be cut off anywhere.
///
/// # Errors
/// When the database fails.
pub async fn replay_parked(app: &App) -> Result<Replayed, Error> {
    let mut replayed = Replayed::default();
    let mut after = Vec::new();
    while let Some(rows) = next_page(app, &after).await? {
        after = rows.last().map(|row| row.digest.clone()).unwrap_or_default();
        let readable: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((&row.digest, serde_json::from_str::<Box<RawValue>>(&row.body).ok()?)))
            .collect();
        let (digests, messages): (Vec<_>, Vec<_>) = readable.into_iter().unzip();
        let results = take_messages(app, &messages).await?;
        let stored = digests.into_iter().zip(results).filter(|(_, result)| is_stored(result));
        let stored: Vec<_> = stored.map(|(digest, _)| digest.clone()).collect();
        delete_parked_messages(app.db.worker(), &stored).await?;
        replayed.stored += stored.len();
        replayed.parked += rows.len() - stored.len();
    }
    Ok(replayed)
}

/// The messages behind a digest; `None` when there are no more.
async fn next_page(app: &App, after: &[u8]) -> Result<Option<Vec<ParkedRow>>, Error> {
    let limit = i64::try_from(MAX_INGEST_RECORDS).map_err(Error::fault)?;
    let rows = list_parked_messages(app.db.worker(), after, limit).await?;
    Ok((!rows.is_empty()).then_some(rows))
}

const fn is_stored(result: &IngestResult) -> bool {
    match result {
        IngestResult::Stored | IngestResult::Duplicate => true,
        IngestResult::Parked | IngestResult::Rejected { .. } => false,
    }
}
