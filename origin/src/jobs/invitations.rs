//! The mail of an invitation.

use anyhow::anyhow;
use engine::ids::{InvitationId, JobId, OrganizationId};

use super::JobError;
use crate::app::App;
use crate::auth::invitation::{InvitationToken, Standing, standing};
use crate::auth::permission::BuiltIn;
use crate::db::invitations::{InvitationRow, lock_invitation};
use crate::db::organizations::{OrganizationRow, find_organization};
use crate::db::users::find_recipient_by_email;
use crate::mail::{Invitation, Language, Letter, Mail, RoleName, links};

/// The job. Awaits: reading the invitation; and the mail, which a repetition sends with the same identifier and the
/// same link. An invitation that was answered, taken back or sent anew meanwhile needs this mail no more.
pub(super) async fn send_invitation(
    app: &App,
    id: JobId,
    organization_id: OrganizationId,
    invitation_id: InvitationId,
    generation: i32,
) -> Result<(), JobError> {
    let Some((row, organization)) = find_invitation(app, organization_id, invitation_id).await? else {
        tracing::info!("the invitation is gone");
        return Ok(());
    };
    match standing(&row, app.clock.now()) {
        Standing::Open if row.generation == generation => {}
        Standing::Expired if row.generation == generation => {
            let error = anyhow!("the invitation expired before its mail could be sent");
            return Err(JobError::Permanent(error));
        }
        Standing::Open | Standing::Expired | Standing::Accepted | Standing::Revoked | Standing::Declined => {
            tracing::info!("the invitation was answered, taken back or sent anew");
            return Ok(());
        }
    }
    let recipient = find_recipient_by_email(app.db.worker(), &row.email).await?;
    let locale = recipient.as_ref().and_then(|person| person.locale.as_deref());
    let token = InvitationToken::text(&app.origin_secret, organization_id, invitation_id, generation);
    let mail = Mail::Invitation(Invitation {
        organization_name: organization.name,
        inviter_name: row.inviter_name.unwrap_or_else(|| "Coupons".to_owned()),
        role: RoleName {
            built_in: BuiltIn::of(row.role_built_in.as_deref()),
            name: row.role_name.unwrap_or_default(),
        },
        accept_url: links::accept_invitation(&app.public_url, &token),
        decline_url: links::decline_invitation(&app.public_url, &token),
        expires_at: row.expires_at,
    });
    let letter = Letter {
        id,
        written_at: row.sent_at,
        name: recipient.as_ref().map(|person| person.name.as_str()),
        email: &row.email,
        language: Language::of_locale(locale.or(organization.locale.as_deref())),
        mail: &mail,
    };
    Ok(app.mailer.send(&letter).await?)
}

async fn find_invitation(
    app: &App,
    organization: OrganizationId,
    invitation: InvitationId,
) -> Result<Option<(InvitationRow, OrganizationRow)>, JobError> {
    let mut tenant = app.db.begin(organization).await?;
    let row = lock_invitation(&mut tenant, invitation).await?;
    let organization = find_organization(&mut tenant).await?;
    Ok(row.zip(organization))
}
