//! Invitations: made, sent again and taken back by those who manage users.

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use chrono::{DateTime, Utc};
use engine::ids::{InvitationId, JobId, RoleId, UserId};
use engine::problem::ProblemType;
use schemars::JsonSchema;
use serde::Serialize;

use super::fields;
use super::input::{Created, Fields, JsonBody, Page, PageQuery, Path, Query};
use super::users::{find_role_permissions, parse_role, require_cover};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::invitation::{INVITATION_LIFETIME, Standing, standing};
use crate::auth::sign_in::Caller;
use crate::auth::{Allowed, Principal, UsersManage};
use crate::db::Tenant;
use crate::db::invitations::{self, Closing, InvitationRow, NewInvitation};
use crate::db::jobs::{NewJob, insert_job};
use crate::db::memberships::has_member_with_email;
use crate::jobs::Job;
use crate::limits::{
    self, INVITE_BY_ADDRESS, INVITE_BY_ORGANIZATION, INVITE_BY_RECIPIENT, account_subject, address_subject,
};
use crate::openapi::doc::{Doc, Field, MakeSchema};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::random::new_id;

/// An invitation, without its link.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Invitation")]
pub(crate) struct InvitationOut {
    #[schemars(with = "Id<InvitationId>")]
    id: InvitationId,
    email: String,
    /// `null` once the invitation is closed and the role is gone.
    role: Option<InvitedRoleOut>,
    status: Standing,
    /// Who invited; `null` once they are gone.
    invited_by: Option<InviterOut>,
    created_at: DateTime<Utc>,
    /// When the newest link was made.
    sent_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// When it was accepted, revoked or declined.
    closed_at: Option<DateTime<Utc>>,
    /// How its newest mail fares.
    mail: MailOut,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InvitationMail")]
struct MailOut {
    status: MailStatus,
    /// What the mail server said when it refused.
    detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum MailStatus {
    /// On its way, or to be tried again.
    Queued,
    /// The mail server has it.
    Sent,
    /// It was given up.
    Failed,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InvitedRole")]
struct InvitedRoleOut {
    #[schemars(with = "Id<RoleId>")]
    id: RoleId,
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Inviter")]
struct InviterOut {
    #[schemars(with = "Id<UserId>")]
    id: UserId,
    name: String,
}

impl InvitationOut {
    fn from_row(row: InvitationRow, now: DateTime<Utc>) -> Self {
        Self {
            status: standing(&row, now),
            id: row.id.into(),
            email: row.email,
            role: row
                .role_id
                .zip(row.role_name)
                .map(|(id, name)| InvitedRoleOut { id: id.into(), name }),
            invited_by: row
                .invited_by
                .zip(row.inviter_name)
                .map(|(id, name)| InviterOut { id: id.into(), name }),
            created_at: row.created_at,
            sent_at: row.sent_at,
            expires_at: row.expires_at,
            closed_at: row.accepted_at.or(row.revoked_at).or(row.declined_at),
            mail: MailOut::new(row.mail_ended, row.mail_error),
        }
    }
}

impl MailOut {
    /// From the job that sends it. One that was cleaned away has ended long ago.
    fn new(ended: Option<bool>, error: Option<String>) -> Self {
        let status = match (ended, &error) {
            (_, Some(_)) => MailStatus::Failed,
            (Some(false), None) => MailStatus::Queued,
            (Some(true) | None, None) => MailStatus::Sent,
        };
        Self { status, detail: error }
    }
}
pub(crate) const LIST_INVITATIONS: Doc =
    Doc::new("list_invitations", "The invitations of the organisation, newest first.");

/// `GET /v1/invitations`, newest first.
pub(crate) async fn list_invitations(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<InvitationOut>>, Error> {
    let page = page.parse::<InvitationId>()?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let rows = invitations::list_invitations(&mut tenant, page.before, page.rows()).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_invitations", list).await?;
    let now = app.clock.now();
    let items = rows.into_iter().map(|row| InvitationOut::from_row(row, now));
    Ok(Json(page.page(items.map(|item| (item.id.to_string(), item)).collect())))
}

const NEW_INVITATION: &[Field] = &[
    Field::required("email", fields::email_schema),
    Field::required("role_id", schema::id::<RoleId>),
];

pub(crate) const CREATE_INVITATION: Doc = Doc::new("create_invitation", "Invites a person by mail.")
    .body(NEW_INVITATION)
    .problems(&[ProblemType::Conflict, ProblemType::RateLimited]);

/// `POST /v1/invitations`: the mail goes out by a job.
pub(crate) async fn create_invitation(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Created<Json<InvitationOut>>, Error> {
    let mut fields = Fields::only(&body, NEW_INVITATION)?;
    let email = fields::email(&mut fields);
    let role = parse_role(&mut fields);
    fields.finish()?;
    let role = role.ok_or_else(|| Error::fault("a role that was checked is not there"))?;
    take_limits(&app, &principal, &caller, email).await?;
    let now = app.clock.now();
    let new = NewInvitation {
        id: new_id(InvitationId::from_parts, now)?,
        email,
        role,
        invited_by: Some(principal.user.uuid()),
        expires_at: now + INVITATION_LIFETIME,
        mail_job: new_id(JobId::from_parts, now)?,
    };
    let create = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let permissions = find_role_permissions(&mut tenant, role).await?;
        require_cover(&principal, &permissions)?;
        require_stranger(&mut tenant, email).await?;
        invitations::revoke_expired_invitation(&mut tenant, email, now).await?;
        invitations::insert_invitation(&mut tenant, &new, now).await?;
        send_mail(&mut tenant, new.id, 1, new.mail_job, now).await?;
        let out = finish(&app, &mut tenant, &principal, new.id, Action::InvitationCreated).await?;
        tenant.commit(out).await
    };
    let out = app.db.transaction("create_invitation", create).await?;
    Ok(Created(Json(out)))
}

const PATH: &[(&str, MakeSchema)] = &[("id", schema::id::<InvitationId>)];

pub(crate) const RESEND_INVITATION: Doc = Doc::new(
    "resend_invitation",
    "Sends another mail with another link. The link before is good no more.",
)
.path(PATH)
.problems(&[
    ProblemType::Conflict,
    ProblemType::InvalidRequest,
    ProblemType::RateLimited,
]);

/// `POST /v1/invitations/{id}/resend`: another mail with another link, good for the whole time again. The link before
/// is good no more.
pub(crate) async fn resend_invitation(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<InvitationOut>, Error> {
    let id = parse_id(&id)?;
    let now = app.clock.now();
    let email = find_email(&app, &principal, id).await?;
    take_limits(&app, &principal, &caller, &email).await?;
    let job = new_id(JobId::from_parts, now)?;
    let resend = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = lock_unanswered(&mut tenant, &principal, id, now).await?;
        require_stranger(&mut tenant, &row.email).await?;
        invitations::renew_invitation(&mut tenant, id, now, now + INVITATION_LIFETIME, job).await?;
        send_mail(&mut tenant, id, row.generation.saturating_add(1), job, now).await?;
        let out = finish(&app, &mut tenant, &principal, id, Action::InvitationResent).await?;
        tenant.commit(out).await
    };
    Ok(Json(app.db.transaction("resend_invitation", resend).await?))
}

pub(crate) const REVOKE_INVITATION: Doc = Doc::new("revoke_invitation", "Takes an invitation back.")
    .path(PATH)
    .problems(&[ProblemType::Conflict]);

/// `DELETE /v1/invitations/{id}`: takes it back. Safe to repeat.
pub(crate) async fn revoke_invitation(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Path(id): Path<String>,
) -> Result<NoContent, Error> {
    let id = parse_id(&id)?;
    let now = app.clock.now();
    let revoke = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = invitations::lock_invitation(&mut tenant, id)
            .await?
            .ok_or_else(not_found)?;
        if standing(&row, now) != Standing::Revoked {
            require_unanswered(&row, now)?;
            invitations::close_invitation(&mut tenant, id, Closing::Revoked, now).await?;
            let entry = Entry::new(Action::InvitationRevoked, id).before(&InvitationOut::from_row(row, now))?;
            audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        }
        tenant.commit(()).await
    };
    app.db.transaction("revoke_invitation", revoke).await?;
    Ok(NoContent)
}

/// Has the mail of one sending go out.
pub(crate) async fn send_mail(
    tenant: &mut Tenant,
    id: InvitationId,
    generation: i32,
    job: JobId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let organization = tenant.organization();
    let new = NewJob {
        id: job,
        organization: Some(organization),
        job: &Job::SendInvitation {
            organization_id: organization,
            invitation_id: id,
            generation,
        },
        unique_key: None,
        run_at: now,
    };
    insert_job(tenant.connection(), &new, now).await?;
    Ok(())
}

/// Writes the audit trail, and answers the invitation as it is.
async fn finish(
    app: &App,
    tenant: &mut Tenant,
    principal: &Principal,
    id: InvitationId,
    action: Action,
) -> Result<InvitationOut, Error> {
    let now = app.clock.now();
    let row = invitations::lock_invitation(tenant, id).await?.ok_or_else(not_found)?;
    let out = InvitationOut::from_row(row, now);
    let entry = Entry::new(action, id).after(&out)?;
    audit::record(app, tenant, &principal.actor(), entry).await?;
    Ok(out)
}

async fn take_limits(app: &App, principal: &Principal, caller: &Caller, email: &str) -> Result<(), Error> {
    limits::take(app, INVITE_BY_ADDRESS, &address_subject(caller.address)).await?;
    limits::take(app, INVITE_BY_ORGANIZATION, &principal.organization.to_string()).await?;
    limits::take(app, INVITE_BY_RECIPIENT, &account_subject(email)).await
}

async fn find_email(app: &App, principal: &Principal, id: InvitationId) -> Result<String, Error> {
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = invitations::lock_invitation(&mut tenant, id)
            .await?
            .ok_or_else(not_found)?;
        tenant.commit(row.email).await
    };
    app.db.transaction("find_invitation", find).await
}

/// An invitation that may be sent again by the caller.
async fn lock_unanswered(
    tenant: &mut Tenant,
    principal: &Principal,
    id: InvitationId,
    now: DateTime<Utc>,
) -> Result<InvitationRow, Error> {
    let row = invitations::lock_invitation(tenant, id).await?.ok_or_else(not_found)?;
    require_unanswered(&row, now)?;
    if let Some(role) = row.role_id {
        let permissions = find_role_permissions(tenant, role.into()).await?;
        require_cover(principal, &permissions)?;
    }
    Ok(row)
}

fn require_unanswered(row: &InvitationRow, now: DateTime<Utc>) -> Result<(), Error> {
    match standing(row, now) {
        Standing::Open | Standing::Expired => Ok(()),
        Standing::Accepted => Err(Error::new(
            ProblemType::Conflict,
            "The invitation was accepted: the person is a user, or was one.",
        )),
        Standing::Revoked | Standing::Declined => Err(Error::new(
            ProblemType::Conflict,
            "The invitation is closed: invite the person anew.",
        )),
    }
}

async fn require_stranger(tenant: &mut Tenant, email: &str) -> Result<(), Error> {
    if has_member_with_email(tenant, email).await? {
        return Err(Error::new(
            ProblemType::Conflict,
            "A user with this e-mail is in the organisation already.",
        ));
    }
    Ok(())
}

fn parse_id(id: &str) -> Result<InvitationId, Error> {
    id.parse().map_err(|_| not_found())
}

fn not_found() -> Error {
    Error::not_found("No invitation has this id: list your invitations for those that exist.")
}
