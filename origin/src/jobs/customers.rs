//! Has the ledger's objects forget who a customer is.

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use engine::ids::{JobId, OrganizationId, PromotionId};
use engine::wire::v1::{
    FORGOTTEN_CUSTOMERS_PATH, ForgetCustomerAnswer, ForgetCustomerRequest, MAX_FORGETTING_PROMOTIONS, PromotionObjects,
    V1,
};

use super::{Job, JobError};
use crate::app::App;
use crate::db::Tenant;
use crate::db::jobs::{NewJob, insert_job};
use crate::db::promotions::{LedgerPromotionRow, list_ledger_promotions};
use crate::edge::Edge;
use crate::problem::Error;
use crate::random::new_id;

/// How long one job goes on, well within what a job may take; another one does the rest.
const LONGEST_RUN: Duration = Duration::from_secs(40);

/// The job: every promotion that has a ledger, whatever its status, behind `after`. Awaits, for each page: reading it, and
/// the call, which the edge takes again without harm; and asking for the rest. An attempt begins at the job's first page.
pub(super) async fn forget_customer(
    app: &App,
    organization: OrganizationId,
    customer: &str,
    after: Option<PromotionId>,
) -> Result<(), JobError> {
    let edge = Edge::new(app).map_err(JobError::Retry)?;
    let limit = i64::try_from(MAX_FORGETTING_PROMOTIONS).unwrap_or(i64::MAX);
    let (started, mut after) = (Instant::now(), after);
    while started.elapsed() < LONGEST_RUN {
        let place = after.map(|after| (organization, after));
        let rows = list_ledger_promotions(app.db.worker(), Some(organization), None, place, limit).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.id.into());
        forget_page(&edge, organization, customer, &rows).await?;
    }
    let ask = || async {
        let mut tenant = app.db.begin(organization).await?;
        ask_to_forget(&mut tenant, customer, after, app.clock.now()).await?;
        tenant.commit(()).await
    };
    Ok(app.db.transaction("forget_customer", ask).await?)
}

/// Asks for the job, for the promotions behind `after`.
pub(crate) async fn ask_to_forget(
    tenant: &mut Tenant,
    customer: &str,
    after: Option<PromotionId>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let job = Job::ForgetCustomer {
        organization_id: tenant.organization(),
        customer_id: customer.to_owned(),
        after,
    };
    let new = NewJob {
        id: new_id(JobId::from_parts, now)?,
        organization: Some(tenant.organization()),
        job: &job,
        // None: who asks again means what was consumed since.
        unique_key: None,
        run_at: now,
    };
    insert_job(tenant.connection(), &new, now).await?;
    Ok(())
}

async fn forget_page(
    edge: &Edge,
    organization: OrganizationId,
    customer: &str,
    rows: &[LedgerPromotionRow],
) -> Result<(), JobError> {
    let objects = rows.iter().map(|row| PromotionObjects {
        organization_id: organization,
        promotion_id: row.id.into(),
        counted: row.counted,
    });
    let request = ForgetCustomerRequest {
        v: V1,
        customer_id: customer.to_owned(),
        objects: objects.collect(),
    };
    let answer: ForgetCustomerAnswer = edge
        .post(FORGOTTEN_CUSTOMERS_PATH, &request)
        .await
        .context("the ledger has not forgotten the customer")
        .map_err(JobError::Retry)?;
    if answer.stored < rows.len() {
        let error = anyhow!("the ledgers of {} of {} promotions forgot", answer.stored, rows.len());
        return Err(JobError::Retry(error));
    }
    tracing::info!(promotions = rows.len(), "the ledger has forgotten a customer");
    Ok(())
}
