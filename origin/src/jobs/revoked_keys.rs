//! Tells the ledger's objects of an application key that is good no more, before copies of the key at the edge have gone.

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use engine::ids::{AppKeyId, JobId, OrganizationId, PromotionId};
use engine::promotion::PromotionCode;
use engine::wire::v1::{
    KeyScope, MAX_REVOKED_KEY_PROMOTIONS, PromotionObjects, REVOKED_KEYS_PATH, RevokedKeyAnswer, RevokedKeyRequest, V1,
};

use super::{Job, JobError};
use crate::app::App;
use crate::db::Tenant;
use crate::db::app_keys::find_app_key_scope;
use crate::db::jobs::{NewJob, insert_job};
use crate::db::promotions::{LedgerPromotionRow, list_consuming_promotions};
use crate::edge::Edge;
use crate::problem::Error;
use crate::random::new_id;

/// How long one job goes on, well within what a job may take; another one does the rest.
const LONGEST_RUN: Duration = Duration::from_secs(40);

/// The job. Awaits, for each page of promotions: reading it, and the call, which the edge takes again without harm. An
/// attempt begins at the job's first page.
pub(super) async fn push_revoked_key(
    app: &App,
    organization: OrganizationId,
    key: AppKeyId,
    after: Option<PromotionId>,
) -> Result<(), JobError> {
    let edge = Edge::new(app).map_err(JobError::Retry)?;
    let (started, mut after) = (Instant::now(), after);
    while started.elapsed() < LONGEST_RUN {
        let mut tenant = app.db.begin(organization).await?;
        let rows = list_page(&mut tenant, key, after, MAX_REVOKED_KEY_PROMOTIONS).await?;
        drop(tenant);
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.id.into());
        push_page(&edge, organization, key, &rows).await?;
    }
    let ask = || async {
        let mut tenant = app.db.begin(organization).await?;
        ask_for_page(&mut tenant, key, after, app.clock.now()).await?;
        tenant.commit(()).await
    };
    Ok(app.db.transaction("push_revoked_key", ask).await?)
}

/// Asks for the job, if there is a promotion behind `after` whose ledger has to know.
pub(crate) async fn ask_for_page(
    tenant: &mut Tenant,
    key: AppKeyId,
    after: Option<PromotionId>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if list_page(tenant, key, after, 1).await?.is_empty() {
        return Ok(());
    }
    let job = Job::PushRevokedKey {
        organization_id: tenant.organization(),
        key_id: key,
        after,
    };
    let new = NewJob {
        id: new_id(JobId::from_parts, now)?,
        organization: Some(tenant.organization()),
        job: &job,
        // None: a key is revoked once, and the job that asks for the rest is live itself.
        unique_key: None,
        run_at: now,
    };
    insert_job(tenant.connection(), &new, now).await?;
    Ok(())
}

async fn list_page(
    tenant: &mut Tenant,
    key: AppKeyId,
    after: Option<PromotionId>,
    limit: usize,
) -> Result<Vec<LedgerPromotionRow>, Error> {
    let scope = find_app_key_scope(tenant, key).await?;
    let scope = scope.ok_or_else(|| Error::fault("a revoked application key is gone"))?;
    let codes = match serde_json::from_value(scope).map_err(Error::fault)? {
        KeyScope::All(_) => None,
        KeyScope::Named(codes) => Some(codes.iter().map(PromotionCode::to_string).collect::<Vec<_>>()),
    };
    let limit = i64::try_from(limit).map_err(Error::fault)?;
    Ok(list_consuming_promotions(tenant, codes.as_deref(), after, limit).await?)
}

async fn push_page(
    edge: &Edge,
    organization: OrganizationId,
    key: AppKeyId,
    rows: &[LedgerPromotionRow],
) -> Result<(), JobError> {
    let objects = rows.iter().map(|row| PromotionObjects {
        organization_id: organization,
        promotion_id: row.id.into(),
        counted: row.counted,
    });
    let request = RevokedKeyRequest {
        v: V1,
        key_id: key,
        objects: objects.collect(),
    };
    let answer: RevokedKeyAnswer = edge
        .post(REVOKED_KEYS_PATH, &request)
        .await
        .context("the ledger does not know of the revoked key")
        .map_err(JobError::Retry)?;
    if answer.stored < rows.len() {
        let error = anyhow!("the ledgers of {} of {} promotions know it", answer.stored, rows.len());
        return Err(JobError::Retry(error));
    }
    tracing::info!(promotions = rows.len(), "the ledger knows of a revoked key");
    Ok(())
}
