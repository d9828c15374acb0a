//! The publisher: brings the outbox to the edge.
//!
//! ```text
//! outbox row (in the transaction of the change) ── commit notifies ──▶ supersede older rows of a key
//!   ▶ take what is due, in order ▶ one signed call to the edge ▶ mark what it stored ▶ put off the rest
//! ```
//!
//! At least once: the edge writes a value again without harm and drops one that is older than what it has, so a failure
//! anywhere is answered by sending again. The store and the ledger are two lanes that do not wait for each other. One
//! publisher works on a lane at a time, the one whose connection holds the lane's advisory lock; all its statements go
//! through that connection, so that one that lost it can mark nothing.

use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use engine::wire::v1::{MAX_PUBLISH_ENTRIES, PUBLISH_PATH, PublishAnswer, PublishEntry, PublishRequest, V1};
use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::db::coupon_batches::ready_coupon_batches;
use crate::db::outbox::{self, Lane, OutboxRow};
use crate::edge::Edge;

/// How often the outbox is looked at without a notification: covers one that was lost with its connection.
const POLL: Duration = Duration::from_secs(1);
/// Delay before the second attempt, in milliseconds; it doubles with each.
const FIRST_DELAY_MS: i32 = 250;
/// Longest delay, in milliseconds: an edge that comes back is up to date half a minute later.
const LONGEST_DELAY_MS: i32 = 30_000;
/// Most text in one call, in bytes: 50 values of the largest terms would take the edge's memory and time.
const MAX_CALL_BYTES: usize = 1024 * 1024;
/// Least time between two writes of one key of the store, in milliseconds: Cloudflare KV refuses more than one a second.
const SPACING_MS: i32 = 1_000;

/// The job.
#[derive(Debug)]
pub struct Publisher {
    app: App,
    edge: Edge,
}

impl Lane {
    /// The number of the advisory lock: any, but always the same.
    const fn lock(self) -> i64 {
        match self {
            Self::Store => 0x636f_7570_6f6e_7301,
            Self::Ledger => 0x636f_7570_6f6e_7304,
        }
    }
}

/// What a round left.
#[derive(Debug, PartialEq, Eq)]
enum Round {
    /// More is due now.
    More,
    /// Nothing is due before this.
    Idle(Option<DateTime<Utc>>),
}

impl Publisher {
    /// A publisher to the configured edge.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(app: &App) -> anyhow::Result<Self> {
        Ok(Self {
            app: app.clone(),
            edge: Edge::new(app)?,
        })
    }

    /// Publishes until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(self.run_lane(Lane::Store, &stop), self.run_lane(Lane::Ledger, &stop));
    }

    /// A failure of the database starts it over.
    async fn run_lane(&self, lane: Lane, stop: &CancellationToken) {
        while let Some(result) = stop.run_until_cancelled(self.lead(lane)).await {
            if let Err(error) = result {
                tracing::error!(
                    ?lane,
                    error = format!("{error:#}"),
                    "the publisher lost its database, starting over"
                );
            }
            stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
        }
    }

    /// Takes the lock, waiting for another process to give it up, and publishes until something fails.
    async fn lead(&self, lane: Lane) -> anyhow::Result<()> {
        // Outside the pool: the lock lives as long as this connection.
        let mut connection = self.app.db.worker().acquire().await.context("no connection")?.detach();
        while !outbox::try_lock_publisher(&mut connection, lane.lock())
            .await
            .context("no lock")?
        {
            tokio::time::sleep(POLL).await;
        }
        let mut listener = PgListener::connect_with(self.app.db.worker())
            .await
            .context("no listener")?;
        listener.listen(outbox::CHANNEL).await.context("no listener")?;
        loop {
            match self.publish_due(&mut connection, lane).await? {
                Round::More => {}
                Round::Idle(next) => {
                    // Whether notified or not, and whatever the notification was: look again.
                    if let Ok(received) = tokio::time::timeout(self.pause_until(next), listener.recv()).await {
                        received.context("the listener failed")?;
                    }
                }
            }
        }
    }

    fn pause_until(&self, next: Option<DateTime<Utc>>) -> Duration {
        let due = next.map(|next| (next - self.app.clock.now()).to_std().unwrap_or_default());
        due.map_or(POLL, |due| due.clamp(Duration::from_millis(10), POLL))
    }

    /// One round. Awaits: statements that are safe to repeat; the call, whose values the edge may write twice; and the
    /// marking, without which the next round sends again.
    async fn publish_due(&self, connection: &mut PgConnection, lane: Lane) -> anyhow::Result<Round> {
        let now = self.app.clock.now();
        outbox::supersede_outbox(connection, lane, now)
            .await
            .context("superseding failed")?;
        let spaced_since = now - TimeDelta::milliseconds(SPACING_MS.into());
        let limit = i64::try_from(MAX_PUBLISH_ENTRIES).unwrap_or(i64::MAX);
        let mut rows = outbox::list_due_outbox(connection, lane, now, spaced_since, limit)
            .await
            .context("listing failed")?;
        if rows.is_empty() {
            let next = outbox::find_next_attempt(connection, lane, SPACING_MS).await;
            return Ok(Round::Idle(next.context("listing failed")?));
        }
        fit_call(&mut rows);
        let (stored, missing) = self.call_edge(rows).await;
        let now = self.app.clock.now();
        mark_published(connection, &stored, now)
            .await
            .context("marking failed")?;
        outbox::postpone_outbox(connection, &missing, now, FIRST_DELAY_MS, LONGEST_DELAY_MS)
            .await
            .context("putting off failed")?;
        Ok(Round::More)
    }

    /// Sends the rows; answers the ids that the edge stored and those that it did not.
    async fn call_edge(&self, rows: Vec<OutboxRow>) -> (Vec<i64>, Vec<i64>) {
        let ids: Vec<_> = rows.iter().map(|row| (row.id, row.key.clone())).collect();
        let stored = self
            .send(rows)
            .await
            .map(|answer| answer.stored)
            .unwrap_or_else(|error| {
                tracing::warn!(
                    rows = ids.len(),
                    error = format!("{error:#}"),
                    "the edge did not take the values"
                );
                Default::default()
            });
        let (stored, missing): (Vec<_>, Vec<_>) = ids.into_iter().partition(|(_, key)| stored.contains(key));
        tracing::info!(stored = stored.len(), missing = missing.len(), "published");
        let ids = |rows: Vec<(i64, String)>| rows.into_iter().map(|(id, _)| id).collect();
        (ids(stored), ids(missing))
    }

    async fn send(&self, rows: Vec<OutboxRow>) -> anyhow::Result<PublishAnswer> {
        let entries = rows.into_iter().map(|row| {
            Ok(PublishEntry {
                key: row.key,
                revision: u64::try_from(row.id)?,
                value: row.value,
            })
        });
        let entries = entries.collect::<anyhow::Result<_>>()?;
        self.edge.post(PUBLISH_PATH, &PublishRequest { v: V1, entries }).await
    }
}

/// Marks rows, and the promotions' versions and the batches of coupons that are live with them.
async fn mark_published(connection: &mut PgConnection, ids: &[i64], now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    outbox::lock_promotions_of_outbox(&mut transaction, ids).await?;
    outbox::publish_outbox(&mut transaction, ids, now).await?;
    outbox::advance_promotions(&mut transaction, ids, now).await?;
    ready_coupon_batches(&mut transaction, ids, now).await?;
    transaction.commit().await
}

/// Keeps the first rows that fit one call: at least one.
fn fit_call(rows: &mut Vec<OutboxRow>) {
    let mut bytes = 0;
    let fits = rows.iter().take_while(|row| {
        bytes += row.key.len() + row.value.len();
        bytes <= MAX_CALL_BYTES
    });
    let count = fits.count().max(1);
    rows.truncate(count);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_bounded() {
        let check = |sizes: &[usize], expected: usize| {
            let row = |size: &usize| OutboxRow {
                id: 0,
                key: String::new(),
                value: "x".repeat(*size),
            };
            let mut rows: Vec<_> = sizes.iter().map(row).collect();
            fit_call(&mut rows);
            assert_eq!(rows.len(), expected, "{sizes:?}");
        };
        check(&[1, 1], 2);
        check(&[MAX_CALL_BYTES, 1], 1);
        check(&[MAX_CALL_BYTES + 1, 1], 1);
        check(&[MAX_CALL_BYTES / 2, MAX_CALL_BYTES / 2, 1], 2);
    }
}
