//! Rotation of the signing key: the next generation is published, then it signs, then the one before retires.
//!
//! ```text
//!        created                      active_at                          retired_at
//! new    ├─ published, verifies ──────┼─ signs ──────────────────────────▶
//! old    ── signs ────────────────────┼─ verifies what it has signed ─────┤
//!         PUBLICATION_LEAD             ACCESS_TOKEN_LIFETIME + tolerance
//! ```

use chrono::{DateTime, TimeDelta, Utc};
use engine::wire::v1::{CLOCK_TOLERANCE_SECS, key_set_key};
use sqlx::PgConnection;

use super::token::ACCESS_TOKEN_LIFETIME;
use crate::app::App;
use crate::db::outbox::{find_newest_value, insert_platform_outbox};
use crate::db::signing_keys::{
    SigningKeyRow, insert_signing_key, list_signing_keys, lock_signing_keys, retire_signing_keys,
};
use crate::problem::Error;

/// How long a key is published before it signs, so that whoever verifies knows it by then. KV takes up to 60 s to reach
/// every place, a data centre keeps what it read for 30 s, an isolate serves that for 60 s, the publisher's longest
/// delay between two tries is 30 s, and a process of the origin learns of the key within 10 s: 190 s in all. Ten
/// minutes leave room for an edge that cannot be reached for a while.
const PUBLICATION_LEAD: TimeDelta = TimeDelta::minutes(10);
/// How old the newest generation is when the next one is made.
const GENERATION_LIFETIME: TimeDelta = TimeDelta::days(30);
/// The advisory lock's number: any, but always the same.
const LOCK: i64 = 0x636f_7570_6f6e_7303;

/// When to rotate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// If the newest generation is old enough.
    IfDue,
    /// In any case, with the next key published first.
    Ahead,
    /// At once, because a key has leaked: what it signed is good no longer.
    Now,
}

/// A rotation that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// The new generation.
    pub generation: i32,
    /// From when it signs.
    pub active_at: DateTime<Utc>,
    /// From when nothing that others signed is good.
    pub retired_at: DateTime<Utc>,
}

/// Rotates if `rotation` says so, and in any case has the edge told of the present keys if it was not. One transaction,
/// alone among all processes; safe to repeat.
pub(crate) async fn rotate(app: &App, rotation: Rotation) -> Result<Option<Rotated>, Error> {
    let now = app.clock.now();
    let mut transaction = app.db.worker().begin().await?;
    lock_signing_keys(&mut transaction, LOCK).await?;
    let rows = list_signing_keys(&mut *transaction).await?;
    let rotated = rows.last().and_then(|newest| plan(rotation, newest, now));
    if let Some(rotated) = rotated {
        let row = SigningKeyRow {
            generation: rotated.generation,
            created_at: now,
            active_at: rotated.active_at,
            retired_at: None,
        };
        insert_signing_key(&mut transaction, &row).await?;
        retire_signing_keys(&mut transaction, rotated.generation, rotated.retired_at).await?;
    }
    publish_keys(app, &mut transaction, now).await?;
    transaction.commit().await?;
    Ok(rotated)
}

/// Has the edge told of the present keys again.
pub(crate) async fn republish_keys(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let mut transaction = app.db.worker().begin().await?;
    lock_signing_keys(&mut transaction, LOCK).await?;
    let value = present_keys(app, &mut transaction, now).await?;
    insert_platform_outbox(&mut transaction, key_set_key(), &value, now).await?;
    Ok(transaction.commit().await?)
}

/// What the edge has to know of the present keys.
async fn present_keys(app: &App, connection: &mut PgConnection, now: DateTime<Utc>) -> Result<String, Error> {
    let rows = list_signing_keys(connection).await?;
    let entry = app.tokens.key_set_entry(&rows, now)?;
    serde_json::to_string(&entry).map_err(Error::fault)
}

/// Writes the present keys into the outbox, unless its newest row says the same.
async fn publish_keys(app: &App, connection: &mut PgConnection, now: DateTime<Utc>) -> Result<(), Error> {
    let value = present_keys(app, connection, now).await?;
    if find_newest_value(connection, key_set_key()).await?.as_deref() != Some(value.as_str()) {
        insert_platform_outbox(connection, key_set_key(), &value, now).await?;
    }
    Ok(())
}

fn plan(rotation: Rotation, newest: &SigningKeyRow, now: DateTime<Utc>) -> Option<Rotated> {
    let generation = newest.generation.checked_add(1)?;
    let ahead = now + PUBLICATION_LEAD;
    match rotation {
        Rotation::IfDue if now - newest.created_at < GENERATION_LIFETIME => None,
        Rotation::IfDue | Rotation::Ahead => Some(Rotated {
            generation,
            active_at: ahead,
            retired_at: ahead + ACCESS_TOKEN_LIFETIME + TimeDelta::seconds(CLOCK_TOLERANCE_SECS),
        }),
        Rotation::Now => Some(Rotated {
            generation,
            active_at: now,
            retired_at: now,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans() {
        let created_at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let newest = SigningKeyRow {
            generation: 4,
            created_at,
            active_at: created_at,
            retired_at: None,
        };
        let check = |rotation, age_secs, expected: Option<(i64, i64)>| {
            let now = created_at + TimeDelta::seconds(age_secs);
            let planned = plan(rotation, &newest, now).map(|rotated| {
                assert_eq!(rotated.generation, 5);
                (
                    (rotated.active_at - now).num_seconds(),
                    (rotated.retired_at - now).num_seconds(),
                )
            });
            assert_eq!(planned, expected, "{rotation:?} after {age_secs} s");
        };
        let month = 30 * 86_400;
        check(Rotation::IfDue, month - 1, None);
        check(Rotation::IfDue, month, Some((600, 1_205)));
        check(Rotation::Ahead, 0, Some((600, 1_205)));
        check(Rotation::Now, 0, Some((0, 0)));
    }
}
