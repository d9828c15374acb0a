//! What an operator does by hand: `origin admin …`.

use engine::ids::OrganizationId;
use uuid::Uuid;

use crate::app::App;
use crate::auth::rotation::{self, Rotated, Rotation};
use crate::db::app_keys::lock_app_keys;
use crate::db::organizations::list_organizations;
use crate::db::promotions::lock_published_promotions;
use crate::problem::Error;
use crate::routes::app_keys;
use crate::routes::promotions::{self, PromotionOut};

/// Values of one transaction: changes of what it holds wait, so it is short.
const BATCH_ROWS: i64 = 100;

/// Makes the next signing key: published ahead of its use, or in use at once when a key has leaked.
///
/// # Errors
/// When the database fails.
pub async fn rotate_signing_keys(app: &App, at_once: bool) -> Result<Rotated, Error> {
    let rotation = if at_once { Rotation::Now } else { Rotation::Ahead };
    rotation::rotate(app, rotation)
        .await?
        .ok_or_else(|| Error::fault("the table signing_keys is empty: restore it from a backup"))
}

/// How much goes to the edge again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Republished {
    /// Promotions that are no drafts.
    pub promotions: usize,
    /// Application keys, the revoked ones included.
    pub app_keys: usize,
}

/// Writes everything that the edge knows into the outbox again: for a store that was lost or replaced. What is read is
/// locked until its batch is written, so a change that happens meanwhile comes after it. Safe to repeat, and to begin
/// again after a failure.
///
/// # Errors
/// When the database fails.
pub async fn republish(app: &App) -> Result<Republished, Error> {
    rotation::republish_keys(app).await?;
    let mut republished = Republished::default();
    for organization in list_organizations(app.db.worker()).await? {
        let organization = OrganizationId::from(organization);
        let mut after = None;
        while let Some((last, count)) = republish_promotions(app, organization, after).await? {
            republished.promotions += count;
            after = Some(last);
        }
        let mut after = None;
        while let Some((last, count)) = republish_app_keys(app, organization, after).await? {
            republished.app_keys += count;
            after = Some(last);
        }
    }
    Ok(republished)
}

/// The last id of a batch and how many rows it had; `None` when there are no more.
type Batch = Option<(Uuid, usize)>;

async fn republish_promotions(app: &App, organization: OrganizationId, after: Option<Uuid>) -> Result<Batch, Error> {
    let now = app.clock.now();
    let work = || async {
        let mut tenant = app.db.begin(organization).await?;
        let rows = lock_published_promotions(&mut tenant, after, BATCH_ROWS).await?;
        let batch = rows.last().map(|row| (row.id, rows.len()));
        for row in rows {
            promotions::publish(&mut tenant, &PromotionOut::from_row(row)?, now).await?;
        }
        tenant.commit(batch).await
    };
    app.db.transaction("republish_promotions", work).await
}

async fn republish_app_keys(app: &App, organization: OrganizationId, after: Option<Uuid>) -> Result<Batch, Error> {
    let now = app.clock.now();
    let work = || async {
        let mut tenant = app.db.begin(organization).await?;
        let rows = lock_app_keys(&mut tenant, after, BATCH_ROWS).await?;
        let batch = rows.last().map(|row| (row.id, rows.len()));
        for row in &rows {
            app_keys::publish(&mut tenant, row, now).await?;
        }
        tenant.commit(batch).await
    };
    app.db.transaction("republish_app_keys", work).await
}
