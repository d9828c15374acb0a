//! The store in the application's own PostgreSQL: what is appended is written with everything else of the transaction.

use chrono::{DateTime, Utc};
use engine::ids::{EvaluationId, OrganizationId, PromotionId};
use uuid::Uuid;

use super::append::append;
use super::{Entries, EvaluationStore, Turn, Usage, roll_up};
use crate::db::evaluations::{EvaluationRow, find_evaluation};
use crate::db::roll_up::{find_oldest_batch, find_waiting_organization};
use crate::db::usage::{UsageFilter, UsageRow, sum_responses, sum_usage, sum_usage_of_each};
use crate::db::{Db, Tenant};
use crate::problem::Error;

/// Tables of the database of everything else.
#[derive(Debug, Clone)]
pub(crate) struct PostgresStore {
    db: Db,
}

impl PostgresStore {
    pub(crate) const fn new(db: Db) -> Self {
        Self { db }
    }
}

impl EvaluationStore for PostgresStore {
    type Unit = Tenant;

    async fn append<'m>(
        &self,
        unit: &mut Tenant,
        entries: &Entries<'m>,
        now: DateTime<Utc>,
    ) -> Result<Entries<'m>, Error> {
        Ok(append(unit, entries, now).await?)
    }

    async fn find_waiting(&self, after: Option<OrganizationId>) -> Result<Option<OrganizationId>, Error> {
        let after = after.map_or(Uuid::nil(), OrganizationId::uuid);
        let next = find_waiting_organization(self.db.worker(), after).await?;
        Ok(next.map(OrganizationId::from))
    }

    async fn roll_up(&self, organization: OrganizationId) -> Result<Turn, Error> {
        Ok(roll_up::roll_up(&self.db, organization).await?)
    }

    async fn rebuild(&self, organization: OrganizationId) -> Result<(), Error> {
        Ok(roll_up::rebuild(&self.db, organization).await?)
    }

    async fn waiting_since(&self, unit: &mut Tenant) -> Result<Option<DateTime<Utc>>, Error> {
        Ok(find_oldest_batch(unit).await?)
    }

    async fn find(&self, unit: &mut Tenant, id: EvaluationId) -> Result<Option<EvaluationRow>, Error> {
        Ok(find_evaluation(unit, id).await?)
    }

    async fn usage_of_each(
        &self,
        unit: &mut Tenant,
        promotions: &[PromotionId],
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> Result<Vec<(PromotionId, UsageRow)>, Error> {
        Ok(sum_usage_of_each(unit, promotions, from, to).await?)
    }

    async fn usage(&self, unit: &mut Tenant, filter: &UsageFilter) -> Result<Usage, Error> {
        Ok(Usage {
            rows: sum_usage(unit, filter).await?,
            responses: sum_responses(unit, filter).await?,
        })
    }
}
