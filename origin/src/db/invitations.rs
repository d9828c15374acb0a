//! Invitations into an organisation.

use chrono::{DateTime, Utc};
use engine::ids::{InvitationId, JobId, RoleId};
use uuid::Uuid;

use super::Tenant;

/// An invitation as it is stored, with what it is shown with.
#[derive(Debug, Clone)]
pub(crate) struct InvitationRow {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) role_id: Option<Uuid>,
    pub(crate) role_name: Option<String>,
    /// Which of those that every organisation has.
    pub(crate) role_built_in: Option<String>,
    pub(crate) generation: i32,
    pub(crate) invited_by: Option<Uuid>,
    pub(crate) inviter_name: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) accepted_at: Option<DateTime<Utc>>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    pub(crate) declined_at: Option<DateTime<Utc>>,
    /// The job that sends the newest mail has ended; absent once it was cleaned away.
    pub(crate) mail_ended: Option<bool>,
    /// Why it was given up, if it was.
    pub(crate) mail_error: Option<String>,
}

/// A new invitation.
pub(crate) struct NewInvitation<'a> {
    pub(crate) id: InvitationId,
    pub(crate) email: &'a str,
    pub(crate) role: RoleId,
    /// Nobody, when an operator invites.
    pub(crate) invited_by: Option<Uuid>,
    pub(crate) expires_at: DateTime<Utc>,
    /// The job that sends the mail.
    pub(crate) mail_job: JobId,
}

/// How an invitation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    Accepted,
    Revoked,
    Declined,
}

/// Up to `limit` invitations, newest first, from before `before`.
pub(crate) async fn list_invitations(
    tenant: &mut Tenant,
    before: Option<InvitationId>,
    limit: i64,
) -> Result<Vec<InvitationRow>, sqlx::Error> {
    sqlx::query_as!(
        InvitationRow,
        "select i.id, i.email, i.role_id, r.name as \"role_name?\", \
         r.built_in as \"role_built_in?\", i.generation, i.invited_by, \
         u.name as \"inviter_name?\", i.created_at, i.sent_at, i.expires_at, i.accepted_at, i.revoked_at, i.declined_at, \
         (j.finished_at is not null or j.dead_at is not null) as \"mail_ended?\", \
         case when j.dead_at is not null then j.last_error end as \"mail_error?\" \
         from invitations i left join roles r on r.organization_id = i.organization_id and r.id = i.role_id \
         left join users u on u.id = i.invited_by \
         left join jobs j on j.organization_id = i.organization_id and j.id = i.mail_job_id \
         where i.organization_id = $1 and ($2::uuid is null or i.id < $2) order by i.id desc limit $3",
        tenant.id(),
        before.map(InvitationId::uuid),
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// An invitation, locked until the transaction ends: of two answers to it, the second sees the first.
pub(crate) async fn lock_invitation(
    tenant: &mut Tenant,
    id: InvitationId,
) -> Result<Option<InvitationRow>, sqlx::Error> {
    sqlx::query_as!(
        InvitationRow,
        "select i.id, i.email, i.role_id, r.name as \"role_name?\", \
         r.built_in as \"role_built_in?\", i.generation, i.invited_by, \
         u.name as \"inviter_name?\", i.created_at, i.sent_at, i.expires_at, i.accepted_at, i.revoked_at, i.declined_at, \
         (j.finished_at is not null or j.dead_at is not null) as \"mail_ended?\", \
         case when j.dead_at is not null then j.last_error end as \"mail_error?\" \
         from invitations i left join roles r on r.organization_id = i.organization_id and r.id = i.role_id \
         left join users u on u.id = i.invited_by \
         left join jobs j on j.organization_id = i.organization_id and j.id = i.mail_job_id \
         where i.organization_id = $1 and i.id = $2 for update of i",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores an invitation. A second open one for an e-mail breaks the constraint `invitations_open_key`.
pub(crate) async fn insert_invitation(
    tenant: &mut Tenant,
    invitation: &NewInvitation<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into invitations (organization_id, id, email, role_id, generation, invited_by, created_at, sent_at, \
         expires_at, mail_job_id) values ($1, $2, $3, $4, 1, $5, $6, $6, $7, $8)",
        tenant.id(),
        invitation.id.uuid(),
        invitation.email,
        invitation.role.uuid(),
        invitation.invited_by,
        now,
        invitation.expires_at,
        invitation.mail_job.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Closes the open invitation of an e-mail that has expired, so that another can be made.
pub(crate) async fn revoke_expired_invitation(
    tenant: &mut Tenant,
    email: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update invitations set revoked_at = $3 where organization_id = $1 and lower(email) = lower($2) \
         and expires_at <= $3 and accepted_at is null and revoked_at is null and declined_at is null",
        tenant.id(),
        email,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Makes the next link of an invitation.
pub(crate) async fn renew_invitation(
    tenant: &mut Tenant,
    id: InvitationId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    mail_job: JobId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update invitations set generation = generation + 1, sent_at = $3, expires_at = $4, mail_job_id = $5 \
         where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid(),
        now,
        expires_at,
        mail_job.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Ends an invitation.
pub(crate) async fn close_invitation(
    tenant: &mut Tenant,
    id: InvitationId,
    closing: Closing,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let at = |expected| (closing == expected).then_some(now);
    sqlx::query!(
        "update invitations set accepted_at = $3, revoked_at = $4, declined_at = $5 \
         where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid(),
        at(Closing::Accepted),
        at(Closing::Revoked),
        at(Closing::Declined)
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
