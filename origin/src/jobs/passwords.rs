//! The mails around passwords.

use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::{JobId, PasswordResetId, UserId};

use super::JobError;
use crate::app::App;
use crate::auth::reset_token::reset_token;
use crate::db::password_resets::{self, ResetRow};
use crate::db::users::{self, RecipientRow};
use crate::mail::{Language, Letter, Mail, PasswordChanged, PasswordReset, links};

/// How long a link is good: time to find the mail, too little to find it forgotten.
pub(crate) const RESET_LIFETIME: TimeDelta = TimeDelta::minutes(30);
/// Who asks again this soon gets no second mail: the first is on its way, and a second would end its link.
const RESET_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// The job. Awaits: looking the person up; making the reset, whose identifier is the job's, so that a repetition finds
/// it made, and used or replaced if it was meanwhile; and the mail, which a repetition sends with the same identifier and
/// the same link.
pub(super) async fn send_password_reset(app: &App, id: JobId, email: &str) -> Result<(), JobError> {
    let Some(person) = users::find_recipient_by_email(app.db.worker(), email).await? else {
        tracing::info!("nobody has the address");
        return Ok(());
    };
    let reset = PasswordResetId::from(id.uuid());
    let Some(created_at) = make_reset(app, reset, &person).await? else {
        tracing::info!("the reset is over, or another was sent a moment ago");
        return Ok(());
    };
    let mail = Mail::PasswordReset(PasswordReset {
        name: person.name.clone(),
        reset_url: links::reset_password(&app.public_url, &reset_token(&app.origin_secret, reset)),
        valid_minutes: RESET_LIFETIME.num_minutes(),
    });
    Ok(app.mailer.send(&letter(id, created_at, &person, &mail)).await?)
}

/// The job. Awaits: looking the person up, and the mail, which a repetition sends with the same identifier.
pub(super) async fn send_password_changed(
    app: &App,
    id: JobId,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<(), JobError> {
    let Some(person) = users::find_recipient(app.db.worker(), user).await? else {
        tracing::info!("the person is gone");
        return Ok(());
    };
    let mail = Mail::PasswordChanged(PasswordChanged {
        name: person.name.clone(),
        at,
        forgot_url: links::forgot_password(&app.public_url),
    });
    Ok(app.mailer.send(&letter(id, at, &person, &mail)).await?)
}

/// When the job's reset was made, by this attempt or an earlier one; `None` when its link is not to be sent.
async fn make_reset(
    app: &App,
    reset: PasswordResetId,
    person: &RecipientRow,
) -> Result<Option<DateTime<Utc>>, JobError> {
    let (pool, now, user) = (app.db.worker(), app.clock.now(), UserId::from(person.id));
    match password_resets::find_reset(pool, reset).await? {
        Some(ResetRow { ended_at: Some(_), .. }) => Ok(None),
        Some(ResetRow { expires_at, .. }) if expires_at <= now => Err(JobError::Permanent(anyhow!(
            "the link expired before its mail could be sent"
        ))),
        Some(ResetRow { created_at, .. }) => Ok(Some(created_at)),
        None if password_resets::has_open_reset(pool, user, now - RESET_INTERVAL).await? => Ok(None),
        None => {
            password_resets::insert_reset(pool, reset, user, &person.email, now, now + RESET_LIFETIME).await?;
            Ok(Some(now))
        }
    }
}

fn letter<'a>(id: JobId, written_at: DateTime<Utc>, person: &'a RecipientRow, mail: &'a Mail) -> Letter<'a> {
    Letter {
        id,
        written_at,
        name: Some(&person.name),
        email: &person.email,
        language: Language::of_locale(person.locale.as_deref()),
        mail,
    }
}
