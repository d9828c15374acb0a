//! What an operator does by hand: `origin admin …`.

use engine::ids::{InvitationId, JobId, OrganizationId, PasswordResetId};
use reqwest::Url;
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::audit::{self, Action, Actor, Entry};
use crate::auth::invitation::{INVITATION_LIFETIME, InvitationToken};
use crate::auth::reset_token::reset_token;
use crate::auth::rotation::{self, Rotated, Rotation};
use crate::coupons;
use crate::db::app_keys::lock_app_keys;
use crate::db::coupons::raise_coupon_revisions;
use crate::db::invitations::{NewInvitation, insert_invitation};
use crate::db::organizations::{insert_organization, list_organizations};
use crate::db::outbox::raise_outbox_ids;
use crate::db::password_resets::insert_reset;
use crate::db::promotions::{lock_published_promotions, raise_promotion_revision};
use crate::db::users::find_recipient_by_email;
use crate::jobs::RESET_LIFETIME;
use crate::mail::links;
use crate::problem::Error;
use crate::random::new_id;
use crate::routes::auth::insert_built_in_roles;
use crate::routes::input::Fields;
use crate::routes::invitations::send_mail;
use crate::routes::promotions::{self, Promotion};
use crate::routes::{app_keys, fields};
use crate::store::EvaluationStore;

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

/// By which numbers the edge compares what it gets with what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revisions {
    /// As they are: the store was lost or replaced, and the database is whole.
    Kept,
    /// Ahead of all that was ever sent: the database was restored from a backup, and the edge may have newer ones.
    Raised,
}

/// Writes everything that the edge knows into the outbox again. What is read is locked until its batch is written, so a
/// change that happens meanwhile comes after it. Safe to repeat, and to begin again after a failure.
///
/// # Errors
/// When the database fails.
pub async fn republish(app: &App, revisions: Revisions) -> Result<Republished, Error> {
    // Revisions count changes from 1, or from such a moment: fewer than one a millisecond on average.
    let least = match revisions {
        Revisions::Kept => None,
        Revisions::Raised => Some(app.clock.now().timestamp_millis()),
    };
    if let Some(least) = least {
        raise_outbox_ids(app.db.worker(), least).await?;
        raise_coupon_revisions(app.db.worker(), least).await?;
    }
    rotation::republish_keys(app).await?;
    let mut republished = Republished::default();
    for organization in list_organizations(app.db.worker()).await? {
        let organization = OrganizationId::from(organization);
        let mut after = None;
        while let Some((last, count)) = republish_promotions(app, organization, least, after).await? {
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

/// Counts the reports of an organisation, or of all, anew, and answers how many those were.
///
/// # Errors
/// When the database fails.
pub async fn rebuild_reports(app: &App, organization: Option<OrganizationId>) -> Result<usize, Error> {
    let organizations = match organization {
        Some(organization) => vec![organization],
        None => list_organizations(app.db.worker())
            .await?
            .into_iter()
            .map(OrganizationId::from)
            .collect(),
    };
    for organization in &organizations {
        app.store.rebuild(*organization).await?;
    }
    Ok(organizations.len())
}

async fn republish_promotions(
    app: &App,
    organization: OrganizationId,
    least_revision: Option<i64>,
    after: Option<Uuid>,
) -> Result<Batch, Error> {
    let now = app.clock.now();
    let work = || async {
        let mut tenant = app.db.begin(organization).await?;
        let rows = lock_published_promotions(&mut tenant, after, BATCH_ROWS).await?;
        let batch = rows.last().map(|row| (row.id, rows.len()));
        for mut row in rows {
            if let Some(least) = least_revision {
                row.revision = raise_promotion_revision(&mut tenant, row.id.into(), least).await?;
            }
            let promotion = Promotion::from_row(row)?;
            promotions::publish(&mut tenant, &promotion, now).await?;
            coupons::publish_again(&mut tenant, promotion.id, now).await?;
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

/// Makes an organisation and invites its administrator, by mail and by the link that is answered: for an operator whose
/// service takes no registrations, or whose mail does not work yet.
///
/// # Errors
/// When a name or the e-mail is not acceptable, or the database fails.
pub async fn create_organization(app: &App, name: &str, admin_email: &str) -> Result<Url, Error> {
    let body = json!({"name": name, "email": admin_email});
    let mut fields = Fields::of(&body)?;
    let (name, email) = (fields.name("name").unwrap_or_default(), fields::email(&mut fields));
    fields.finish()?;
    let now = app.clock.now();
    let organization = new_id(OrganizationId::from_parts, now)?;
    let (id, mail_job) = (new_id(InvitationId::from_parts, now)?, new_id(JobId::from_parts, now)?);
    let create = || async {
        let mut tenant = app.db.begin(organization).await?;
        insert_organization(&mut tenant, name, None, now).await?;
        let role = insert_built_in_roles(&mut tenant, now).await?;
        let new = NewInvitation {
            id,
            email,
            role,
            invited_by: None,
            expires_at: now + INVITATION_LIFETIME,
            mail_job,
        };
        insert_invitation(&mut tenant, &new, now).await?;
        send_mail(&mut tenant, id, 1, mail_job, now).await?;
        let entry = Entry::new(Action::OrganizationCreated, organization);
        audit::record(app, &mut tenant, &Actor::operator(), entry).await?;
        tenant.commit(()).await
    };
    app.db.transaction("create_organization", create).await?;
    let token = InvitationToken::text(&app.origin_secret, organization, id, 1);
    Ok(links::accept_invitation(&app.public_url, &token))
}

/// Makes a link to a new password, to be handed to its owner on a way that the operator trusts. Earlier links end.
///
/// # Errors
/// When nobody has the e-mail, or the database fails.
pub async fn reset_password(app: &App, email: &str) -> Result<Url, Error> {
    let now = app.clock.now();
    let person = find_recipient_by_email(app.db.worker(), email).await?;
    let person = person.ok_or_else(|| Error::not_found("Nobody has this e-mail."))?;
    let reset = new_id(PasswordResetId::from_parts, now)?;
    let (user, expires_at) = (person.id.into(), now + RESET_LIFETIME);
    insert_reset(app.db.worker(), reset, user, &person.email, now, expires_at).await?;
    Ok(links::reset_password(
        &app.public_url,
        &reset_token(&app.origin_secret, reset),
    ))
}
