//! Notices of promotions that end: what is planned by, what was told, and who is told.

use chrono::{DateTime, Utc};
use engine::ids::{PromotionId, UserId};
use uuid::Uuid;

use super::Tenant;

/// The end of a promotion.
pub(crate) struct EndRow {
    pub(crate) id: Uuid,
    /// `None` without an end, and for a draft or an archived promotion, which does not come to it.
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) time_zone: String,
}

/// What a mail about a promotion's end says, and to whom.
pub(crate) struct NoticeMailRow {
    pub(crate) code: String,
    pub(crate) promotion_name: String,
    /// See [`EndRow`].
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) time_zone: String,
    pub(crate) organization_name: String,
    pub(crate) organization_locale: Option<String>,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) locale: Option<String>,
}

/// How many days before an end the organisation reminds of it. The setting does not change until the transaction ends,
/// so whoever changes it finds what was planned by the old one.
pub(crate) async fn lock_notice_days(tenant: &mut Tenant) -> Result<i16, sqlx::Error> {
    sqlx::query_scalar!(
        "select expiry_notice_days from organizations where id = $1 for share",
        tenant.id()
    )
    .fetch_one(tenant.connection())
    .await
}

/// The end of a promotion, which does not change until the transaction ends.
pub(crate) async fn lock_end(tenant: &mut Tenant, promotion: PromotionId) -> Result<Option<EndRow>, sqlx::Error> {
    sqlx::query_as!(
        EndRow,
        "select id, case when status in ('active', 'paused') then ends_at end as ends_at, \
         terms ->> 'time_zone' as \"time_zone!\" \
         from promotions where organization_id = $1 and id = $2 for no key update",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Up to `limit` promotions that come to an end, not before `from`, in the order of their ids, after `after`; none
/// changes until the transaction ends.
pub(crate) async fn lock_ends(
    tenant: &mut Tenant,
    from: DateTime<Utc>,
    after: Option<PromotionId>,
    limit: i64,
) -> Result<Vec<EndRow>, sqlx::Error> {
    sqlx::query_as!(
        EndRow,
        "select id, ends_at, terms ->> 'time_zone' as \"time_zone!\" from promotions \
         where organization_id = $1 and ($2::uuid is null or id > $2) \
         and status in ('active', 'paused') and ends_at >= $4 \
         order by id limit $3 for no key update",
        tenant.id(),
        after.map(PromotionId::uuid),
        limit,
        from
    )
    .fetch_all(tenant.connection())
    .await
}

/// Notes that an end is told. `false`: it was told before.
pub(crate) async fn insert_notice(
    tenant: &mut Tenant,
    promotion: PromotionId,
    notice: &str,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "insert into promotion_notices (organization_id, promotion_id, notice, ends_at, at) \
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        tenant.id(),
        promotion.uuid(),
        notice,
        ends_at,
        now
    )
    .execute(tenant.connection())
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Up to `limit` members who chose the notices and may sign in, in the order of their ids, after `after`.
pub(crate) async fn list_recipients(
    tenant: &mut Tenant,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select user_id from memberships \
         where organization_id = $1 and ($2::uuid is null or user_id > $2) \
         and notify_promotion_expiry and disabled_at is null \
         order by user_id limit $3",
        tenant.id(),
        after,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// What the mail says; `None` when the promotion is gone, or the member is, is disabled or wants no notices.
pub(crate) async fn find_notice_mail(
    tenant: &mut Tenant,
    promotion: PromotionId,
    user: UserId,
) -> Result<Option<NoticeMailRow>, sqlx::Error> {
    sqlx::query_as!(
        NoticeMailRow,
        "select p.code, p.name as promotion_name, \
         case when p.status in ('active', 'paused') then p.ends_at end as ends_at, \
         p.terms ->> 'time_zone' as \"time_zone!\", \
         o.name as organization_name, o.locale as organization_locale, u.email, u.name, u.locale \
         from promotions p join organizations o on o.id = p.organization_id \
         join memberships m on m.organization_id = p.organization_id join users u on u.id = m.user_id \
         where p.organization_id = $1 and p.id = $2 and m.user_id = $3 \
         and m.notify_promotion_expiry and m.disabled_at is null",
        tenant.id(),
        promotion.uuid(),
        user.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}
