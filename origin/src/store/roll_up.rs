//! Summing: a turn adds the batches of one organisation that wait; a rebuild sums all of its raw rows anew.
//!
//! Both hold the organisation's sums, by an advisory lock, for as long as they write them. A batch leaves the queue in the
//! transaction that adds it, so whoever dies leaves both as they were.

use engine::ids::OrganizationId;
use sqlx::{Connection, PgConnection};

use super::Turn;
use crate::db::Db;
use crate::db::roll_up::{self, Batches, Kept};

/// Most batches of a turn: at most 100,000 rows, a fraction of a second. Then it is another organisation's turn, so that nobody
/// waits long for one that floods.
const MAX_BATCHES: i64 = 100;

/// Adds what waits of an organisation, up to a bound. Safe to repeat, and to be cut off anywhere.
pub(super) async fn roll_up(db: &Db, organization: OrganizationId) -> Result<Turn, sqlx::Error> {
    let mut transaction = db.worker().begin().await?;
    if !roll_up::try_lock_sums(&mut transaction, organization).await? {
        return Ok(Turn::Busy);
    }
    let taken = roll_up::take_batches(&mut transaction, organization, MAX_BATCHES).await?;
    if let Some(batches) = Batches::of(organization, &taken) {
        roll_up::prefer_hashing(&mut transaction).await?;
        roll_up::add_batches(&mut transaction, &batches).await?;
    }
    transaction.commit().await?;
    let is_full = i64::try_from(taken.len()).is_ok_and(|count| count >= MAX_BATCHES);
    Ok(if is_full { Turn::More } else { Turn::Done })
}

/// Sums all raw rows of an organisation anew. Safe to repeat, and to be cut off anywhere. What is ingested meanwhile waits in
/// the queue, and is added afterwards.
pub(super) async fn rebuild(db: &Db, organization: OrganizationId) -> Result<(), sqlx::Error> {
    // Outside the pool: the lock lives as long as this connection. It is taken before the transaction sees anything.
    let mut connection = db.worker().acquire().await?.detach();
    roll_up::lock_sums(&mut connection, organization).await?;
    let mut transaction = connection.begin().await?;
    roll_up::see_one_moment(&mut transaction).await?;
    roll_up::lift_timeout(&mut transaction).await?;
    sum_anew(&mut transaction, organization).await?;
    transaction.commit().await?;
    connection.close().await
}

async fn sum_anew(connection: &mut PgConnection, organization: OrganizationId) -> Result<(), sqlx::Error> {
    let kept_from = roll_up::find_kept_from(connection).await?;
    let kept = Kept::since(organization, kept_from);
    roll_up::delete_batches(connection, organization).await?;
    roll_up::delete_usage(connection, &kept).await?;
    roll_up::delete_responses(connection, &kept).await?;
    roll_up::delete_demographics(connection, &kept).await?;
    roll_up::prefer_hashing(connection).await?;
    roll_up::add_kept(connection, &kept).await
}
