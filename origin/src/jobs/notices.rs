//! The notices of promotions that end: told once, in a mail to each member who chose them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use engine::ids::{JobId, OrganizationId, PromotionId, UserId};
use serde_json::json;
use uuid::Uuid;

use super::{Job, JobError};
use crate::app::App;
use crate::audit::{self, Action, Actor, Entry};
use crate::db::jobs::{KeyedJob, NewJob, insert_job, insert_jobs};
use crate::db::notices::{self as db, NoticeMailRow};
use crate::db::{Committed, Tenant};
use crate::mail::{Language, Letter, Mail, PromotionEnd, links};
use crate::notices::{self, End, Notice, Occasion, Verdict};
use crate::problem::Error;
use crate::random::new_id;

/// Recipients of one statement: an organisation may have many.
const PAGE_ROWS: i64 = 500;

/// The job that waits for a notice's time. Awaits: one transaction that notes that the end was told, so that a
/// repetition, or another job about the same end, does nothing.
pub(super) async fn tell_notice(app: &App, occasion: &Occasion) -> Result<(), JobError> {
    let work = || async {
        let mut tenant = app.db.begin(occasion.organization_id).await?;
        let Some(row) = db::lock_end(&mut tenant, occasion.promotion_id).await? else {
            return tenant.commit(Verdict::Void).await;
        };
        let days = notices::notice_days(db::lock_notice_days(&mut tenant).await?);
        let now = app.clock.now();
        let verdict = notices::judge(occasion, End::of(&row)?, days, now);
        match verdict {
            Verdict::Void => tenant.commit(verdict).await,
            Verdict::Later => {
                notices::reschedule(&mut tenant, occasion.promotion_id, now).await?;
                tenant.commit(verdict).await
            }
            Verdict::Due | Verdict::Stale => tell(app, tenant, occasion, verdict, now).await,
        }
    };
    let verdict = app.db.transaction("tell_notice", work).await?;
    tracing::info!(promotion = %occasion.promotion_id, notice = %occasion.notice, ?verdict, "a notice's time came");
    Ok(())
}

/// Tells an end that was not told before: in the trail, if it has passed, and to everyone who chose it.
async fn tell(
    app: &App,
    mut tenant: Tenant,
    occasion: &Occasion,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Result<Committed<Verdict>, Error> {
    let Occasion {
        promotion_id,
        notice,
        ends_at,
        ..
    } = *occasion;
    if !db::insert_notice(&mut tenant, promotion_id, notice.as_str(), ends_at, now).await? {
        return tenant.commit(Verdict::Void).await;
    }
    match notice {
        Notice::Reminder => {}
        Notice::Expiry => {
            let entry = Entry::new(Action::PromotionExpired, promotion_id).after(&json!({"ends_at": ends_at}))?;
            audit::record(app, &mut tenant, &Actor::system(), entry).await?;
        }
    }
    match verdict {
        Verdict::Due => ask_for_mails(&mut tenant, occasion, now).await?,
        Verdict::Later | Verdict::Void | Verdict::Stale => {}
    }
    tenant.commit(verdict).await
}

/// A job for each member who chose the notices.
async fn ask_for_mails(tenant: &mut Tenant, occasion: &Occasion, now: DateTime<Utc>) -> Result<(), Error> {
    let mut after = None;
    loop {
        let users = db::list_recipients(tenant, after, PAGE_ROWS).await?;
        let Some(last) = users.last() else {
            return Ok(());
        };
        let jobs: Result<Vec<_>, Error> = users.iter().map(|user| mail_job(occasion, *user, now)).collect();
        insert_jobs(tenant.connection(), occasion.organization_id, &jobs?, now).await?;
        if i64::try_from(users.len()).is_ok_and(|users| users < PAGE_ROWS) {
            return Ok(());
        }
        after = Some(*last);
    }
}

fn mail_job(occasion: &Occasion, user: Uuid, told_at: DateTime<Utc>) -> Result<KeyedJob, Error> {
    let user_id = UserId::from(user);
    let Occasion {
        promotion_id,
        notice,
        ends_at,
        ..
    } = occasion;
    Ok(KeyedJob {
        id: new_id(JobId::from_parts, told_at)?,
        job: Job::SendNotice {
            occasion: *occasion,
            user_id,
            told_at,
        },
        unique_key: format!(
            "notice:{notice}:{promotion_id}:{}:{user_id}",
            ends_at.timestamp_micros()
        ),
        run_at: told_at,
    })
}

/// The job of one mail. Awaits: looking up what is to be said, and the mail, which a repetition sends with the same
/// identifier. What has changed meanwhile so that the mail would be wrong is not told.
pub(super) async fn send_notice(
    app: &App,
    id: JobId,
    occasion: &Occasion,
    user: UserId,
    told_at: DateTime<Utc>,
) -> Result<(), JobError> {
    let mut tenant = app.db.begin(occasion.organization_id).await?;
    let row = db::find_notice_mail(&mut tenant, occasion.promotion_id, user).await?;
    drop(tenant);
    let Some(row) = row else {
        tracing::info!("the promotion is gone, or the member is, or wants no notices");
        return Ok(());
    };
    let end = End {
        at: row.ends_at,
        zone: notices::parse_zone(&row.time_zone)?,
    };
    if !notices::is_right(occasion, end, app.clock.now()) {
        tracing::info!("the promotion ends at another time, or the mail comes too late");
        return Ok(());
    }
    let ends_at = occasion.ends_at.with_timezone(&end.zone);
    let mail = write_mail(app, occasion.notice, &row, ends_at, told_at);
    let letter = Letter {
        id,
        written_at: told_at,
        name: Some(&row.name),
        email: &row.email,
        language: Language::of_locale(row.locale.as_deref().or(row.organization_locale.as_deref())),
        mail: &mail,
    };
    Ok(app.mailer.send(&letter).await?)
}

/// The job that plans a page of an organisation's notices anew and asks for the next page. Awaits: one transaction; a
/// repetition plans the same, and so do the pages that it asks for.
pub(super) async fn reschedule_notices(
    app: &App,
    organization: OrganizationId,
    after: Option<PromotionId>,
) -> Result<(), JobError> {
    let now = app.clock.now();
    let work = || async {
        let mut tenant = app.db.begin(organization).await?;
        if let Some(last) = notices::reschedule_page(&mut tenant, after, now).await? {
            ask_for_page(&mut tenant, Some(last), now).await?;
        }
        tenant.commit(()).await
    };
    Ok(app.db.transaction("reschedule_notices", work).await?)
}

/// Asks for the notices of the organisation's promotions to be planned anew, from after a promotion.
pub(crate) async fn ask_for_page(
    tenant: &mut Tenant,
    after: Option<PromotionId>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let organization_id = tenant.organization();
    let new = NewJob {
        id: new_id(JobId::from_parts, now)?,
        organization: Some(organization_id),
        job: &Job::RescheduleNotices { organization_id, after },
        // None: a page that is being planned by the setting as it was must not keep out the one of the new setting.
        unique_key: None,
        run_at: now,
    };
    insert_job(tenant.connection(), &new, now).await?;
    Ok(())
}

fn write_mail(app: &App, notice: Notice, row: &NoticeMailRow, ends_at: DateTime<Tz>, told_at: DateTime<Utc>) -> Mail {
    let end = PromotionEnd {
        name: row.name.clone(),
        organization_name: row.organization_name.clone(),
        promotion_name: row.promotion_name.clone(),
        promotion_url: links::promotion(&app.public_url, &row.code),
        days_left: notices::days_left(ends_at, told_at),
        ends_at,
    };
    match notice {
        Notice::Reminder => Mail::PromotionEnding(end),
        Notice::Expiry => Mail::PromotionExpired(end),
    }
}
