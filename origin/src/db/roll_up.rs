//! The roll-up: what waits to be summed, and the sums. Requests leave batches; the workers, which cross tenants, sum them.
//!
//! What one raw row adds is told by the view `increments`. A statement here sums either what waits or all that there is.

use chrono::{DateTime, Utc};
use engine::ids::OrganizationId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Tenant;

/// The memory for cells while a transaction sums: more than those of a turn's 100,000 rows take. A rebuild that needs more
/// writes them to the disk.
const SUMS_MEMORY: &str = "64MB";

/// A batch that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchRow {
    pub(crate) batch: i64,
    /// The least identifier of its rows.
    pub(crate) first_id: Uuid,
    /// The greatest.
    pub(crate) last_id: Uuid,
}

/// The batches that are summed together.
#[derive(Debug)]
pub(crate) struct Batches {
    organization: OrganizationId,
    numbers: Vec<i64>,
    first_id: Uuid,
    last_id: Uuid,
}

/// All raw rows of an organisation from a time on.
#[derive(Debug)]
pub(crate) struct Kept {
    organization: OrganizationId,
    from: DateTime<Utc>,
    first_id: Uuid,
}

impl Batches {
    /// `None` when there are none.
    pub(crate) fn of(organization: OrganizationId, rows: &[BatchRow]) -> Option<Self> {
        Some(Self {
            organization,
            numbers: rows.iter().map(|row| row.batch).collect(),
            first_id: rows.iter().map(|row| row.first_id).min()?,
            last_id: rows.iter().map(|row| row.last_id).max()?,
        })
    }
}

impl Kept {
    pub(crate) fn since(organization: OrganizationId, from: DateTime<Utc>) -> Self {
        let unix_millis = u128::from(crate::clock::unix_millis(from));
        Self {
            organization,
            from,
            // An identifier begins with its milliseconds.
            first_id: Uuid::from_u128(unix_millis << 80),
        }
    }
}

/// Leaves a batch to be summed, and answers its number: in the transaction that stores its rows.
pub(crate) async fn insert_batch(
    tenant: &mut Tenant,
    first_id: Uuid,
    last_id: Uuid,
    now: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into roll_up_queue (organization_id, received_at, first_id, last_id) values ($1, $2, $3, $4) \
         returning batch",
        tenant.id(),
        now,
        first_id,
        last_id
    )
    .fetch_one(tenant.connection())
    .await
}

/// When the oldest batch of the organisation was received that waits.
pub(crate) async fn find_oldest_batch(tenant: &mut Tenant) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select received_at from roll_up_queue where organization_id = $1 order by batch limit 1",
        tenant.id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The next organisation that has something waiting, in the order of identifiers.
pub(crate) async fn find_waiting_organization(pool: &PgPool, after: Uuid) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select organization_id from roll_up_queue where organization_id > $1 order by organization_id limit 1",
        after
    )
    .fetch_optional(pool)
    .await
}

/// Takes the organisation's sums for this transaction. `false`: another one has them.
pub(crate) async fn try_lock_sums(
    connection: &mut PgConnection,
    organization: OrganizationId,
) -> Result<bool, sqlx::Error> {
    let locked = sqlx::query_scalar!(
        "select pg_try_advisory_xact_lock(hashtextextended('sums:' || $1::uuid::text, 0)) as \"locked!\"",
        organization.uuid()
    );
    locked.fetch_one(connection).await
}

/// Takes the organisation's sums until the connection is closed; waits for whoever has them.
pub(crate) async fn lock_sums(connection: &mut PgConnection, organization: OrganizationId) -> Result<(), sqlx::Error> {
    let locked = sqlx::query!(
        "select pg_advisory_lock(hashtextextended('sums:' || $1::uuid::text, 0))",
        organization.uuid()
    );
    locked.fetch_one(connection).await.map(drop)
}

/// Takes the oldest batches of an organisation out of the queue: at most `limit`.
pub(crate) async fn take_batches(
    connection: &mut PgConnection,
    organization: OrganizationId,
    limit: i64,
) -> Result<Vec<BatchRow>, sqlx::Error> {
    sqlx::query_as!(
        BatchRow,
        "delete from roll_up_queue where organization_id = $1 and batch in ( \
             select batch from roll_up_queue where organization_id = $1 order by batch limit $2 \
         ) returning batch, first_id, last_id",
        organization.uuid(),
        limit
    )
    .fetch_all(connection)
    .await
}

/// Adds the raw rows that the condition `$which` selects to all sums. They are read once, into cells of four kinds, few
/// beside the rows: usage, response times, places and ages. From these follow the sums, where the nil UUID stands for all
/// promotions, and a country for its cities.
macro_rules! add_rows {
    ($which:literal, $($value:expr),+) => {
        sqlx::query!(
            "with cells as materialized ( \
                 select organization_id, promotion_id, quarter, hour, reason, currency, bucket, country, city, age_band, \
                     grouping(reason) = 0 as is_usage, grouping(bucket) = 0 as is_response, \
                     grouping(city) = 0 as is_place, grouping(age_band) = 0 as is_age, \
                     sum(evaluations) as evaluations, sum(applicable) as applicable, sum(discount) as discount, \
                     sum(response_ms) as response_ms, sum(redemptions) as redemptions, \
                     sum(rolled_back) as rolled_back, sum(given_back) as given_back \
                 from increments where "
                + $which
                + " group by organization_id, promotion_id, grouping sets ( \
                     (quarter, reason, currency), (quarter, bucket), (hour, country, city), (hour, age_band)) \
             ), add_usage as ( \
                 insert into usage_quarters as total (organization_id, promotion_id, quarter, reason, currency, \
                     evaluations, discount, response_ms, redemptions, rolled_back, given_back) \
                 select organization_id, coalesce(promotion_id, '00000000-0000-0000-0000-000000000000'), quarter, reason, \
                     currency, sum(evaluations), sum(discount), sum(response_ms), sum(redemptions), sum(rolled_back), \
                     sum(given_back) \
                 from cells where is_usage \
                 group by organization_id, quarter, reason, currency, grouping sets ((promotion_id), ()) \
                 on conflict (organization_id, promotion_id, quarter, reason, currency) do update set \
                     evaluations = total.evaluations + excluded.evaluations, \
                     discount = total.discount + excluded.discount, \
                     response_ms = total.response_ms + excluded.response_ms, \
                     redemptions = total.redemptions + excluded.redemptions, \
                     rolled_back = total.rolled_back + excluded.rolled_back, \
                     given_back = total.given_back + excluded.given_back \
             ), add_responses as ( \
                 insert into response_quarters as total (organization_id, promotion_id, quarter, bucket, evaluations) \
                 select organization_id, coalesce(promotion_id, '00000000-0000-0000-0000-000000000000'), quarter, bucket, \
                     sum(evaluations) \
                 from cells where is_response and bucket is not null \
                 group by organization_id, quarter, bucket, grouping sets ((promotion_id), ()) \
                 on conflict (organization_id, promotion_id, quarter, bucket) do update set \
                     evaluations = total.evaluations + excluded.evaluations \
             ) \
             insert into demographic_hours as total (organization_id, promotion_id, hour, dimension, key, \
                 evaluations, applicable) \
             select organization_id, promotion_id, hour, dimension, key, sum(evaluations), sum(applicable) \
             from cells cross join lateral (values \
                 ('country', country, is_place), ('city', country || city, is_place), ('age', age_band, is_age) \
             ) as cell (dimension, key, is_one) \
             where is_one and evaluations > 0 \
             group by organization_id, promotion_id, hour, dimension, key \
             on conflict (organization_id, promotion_id, hour, dimension, key) do update set \
                 evaluations = total.evaluations + excluded.evaluations, \
                 applicable = total.applicable + excluded.applicable",
            $($value),+
        )
    };
}

/// Has this transaction sum by hashing. The planner knows little of rows that have just come, and would sort them once for
/// each kind of cell, or compile a statement that takes less time than its compiling.
pub(crate) async fn prefer_hashing(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select set_config('work_mem', $1, true) as memory, set_config('enable_sort', 'off', true) as sort, \
             set_config('jit', 'off', true) as jit",
        SUMS_MEMORY
    )
    .fetch_one(connection)
    .await
    .map(drop)
}

/// Adds what batches hold to the sums. Not safe to repeat: in the transaction that takes them.
pub(crate) async fn add_batches(connection: &mut PgConnection, batches: &Batches) -> Result<(), sqlx::Error> {
    let added = add_rows!(
        "organization_id = $1 and batch = any($2) and id between $3 and $4",
        batches.organization.uuid(),
        &batches.numbers,
        batches.first_id,
        batches.last_id
    );
    added.execute(connection).await.map(drop)
}

/// Makes a transaction see one moment: its first statement.
pub(crate) async fn see_one_moment(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("set transaction isolation level repeatable read")
        .execute(connection)
        .await
        .map(drop)
}

/// Lets a transaction take the time that it needs.
pub(crate) async fn lift_timeout(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("set local statement_timeout = 0")
        .execute(connection)
        .await
        .map(drop)
}

/// Since when all raw rows are there.
pub(crate) async fn find_kept_from(connection: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query_scalar!("select kept_from from record_retention")
        .fetch_one(connection)
        .await
}

/// Takes all batches of an organisation out of the queue.
pub(crate) async fn delete_batches(
    connection: &mut PgConnection,
    organization: OrganizationId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from roll_up_queue where organization_id = $1",
        organization.uuid()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Removes the sums of usage that raw rows are there for.
pub(crate) async fn delete_usage(connection: &mut PgConnection, kept: &Kept) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from usage_quarters where organization_id = $1 and quarter >= $2",
        kept.organization.uuid(),
        kept.from
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Removes the sums of response times that raw rows are there for.
pub(crate) async fn delete_responses(connection: &mut PgConnection, kept: &Kept) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from response_quarters where organization_id = $1 and quarter >= $2",
        kept.organization.uuid(),
        kept.from
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Removes the sums of who asked that raw rows are there for. What is told of them stays told: it goes by the hour.
pub(crate) async fn delete_demographics(connection: &mut PgConnection, kept: &Kept) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from demographic_hours where organization_id = $1 and hour >= $2",
        kept.organization.uuid(),
        kept.from
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Adds all raw rows to the sums, which were removed before.
pub(crate) async fn add_kept(connection: &mut PgConnection, kept: &Kept) -> Result<(), sqlx::Error> {
    let added = add_rows!(
        "organization_id = $1 and id >= $2",
        kept.organization.uuid(),
        kept.first_id
    );
    added.execute(connection).await.map(drop)
}
