//! Notices of promotions that end: a reminder some days before, and one when it has ended.
//!
//! ```text
//! a change of a promotion ─▶ reschedule ─▶ a job for each notice, waiting for its time
//!   ─▶ judged again ─▶ one transaction: told, trail, a job for each member who chose it ─▶ a mail each
//! ```
//!
//! What is told is decided here and done in `jobs::notices`.

use std::fmt;

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, NaiveDate, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use engine::ids::{JobId, OrganizationId, PromotionId};
use serde::{Deserialize, Serialize};

use crate::db::Tenant;
use crate::db::jobs::{KeyedJob, cancel_jobs, insert_jobs};
use crate::db::notices::{EndRow, lock_end, lock_ends, lock_notice_days};
use crate::jobs::Job;
use crate::problem::Error;
use crate::random::new_id;

/// How late a notice of an expiry may be: after a longer silence people know, or it does not matter to them.
const MAX_LATENESS: TimeDelta = TimeDelta::days(7);
/// An end belongs to the promotion, so it has expired with the next tick of the clock.
const TICK: TimeDelta = TimeDelta::milliseconds(1);
/// Promotions whose notices are planned in one transaction: a few statements of some hundred rows.
const PAGE_ROWS: i64 = 200;

/// What is told of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The promotion ends in some days.
    Reminder,
    /// It has ended.
    Expiry,
}

/// A notice of one end of a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occasion {
    /// Whose promotion.
    pub organization_id: OrganizationId,
    /// Which.
    pub promotion_id: PromotionId,
    /// What is told.
    pub notice: Notice,
    /// The end that it is about. A promotion that ends at another time meanwhile has another occasion.
    pub ends_at: DateTime<Utc>,
}

/// The end that a promotion comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// `None`: it comes to none.
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) zone: Tz,
}

/// What an occasion has become when its time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It comes later than was planned.
    Later,
    /// Nothing is to be told: the end is another one, or the next notice says more.
    Void,
    /// It is told.
    Due,
    /// It is noted, and too old to be told.
    Stale,
}

impl Notice {
    const ALL: [Self; 2] = [Self::Reminder, Self::Expiry];

    /// Its word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Expiry => "expiry",
        }
    }

    /// The key of the job that waits for its time.
    fn key(self, promotion: PromotionId) -> String {
        format!("notice:{self}:{promotion}")
    }

    /// When it is to be told of an end.
    fn due_at(self, end: DateTime<Tz>, days: Days) -> DateTime<Utc> {
        match self {
            Self::Reminder => days_before(end, days),
            Self::Expiry => end.to_utc() + TICK,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl End {
    pub(crate) fn of(row: &EndRow) -> Result<Self, Error> {
        let zone = parse_zone(&row.time_zone)?;
        Ok(Self { at: row.ends_at, zone })
    }
}

/// Plans the notices of a promotion anew, in the transaction that has changed it: cancels those that were planned, and
/// plans those of its end, if it comes to one.
pub(crate) async fn reschedule(tenant: &mut Tenant, promotion: PromotionId, now: DateTime<Utc>) -> Result<(), Error> {
    match lock_end(tenant, promotion).await? {
        Some(row) => plan_rows(tenant, &[row], now).await,
        None => Ok(()),
    }
}

/// The same for a page of the organisation's promotions, after `after`; the page's last, if another may follow. Those
/// that ended too long ago to be told stay as they are.
pub(crate) async fn reschedule_page(
    tenant: &mut Tenant,
    after: Option<PromotionId>,
    now: DateTime<Utc>,
) -> Result<Option<PromotionId>, Error> {
    let rows = lock_ends(tenant, now - MAX_LATENESS, after, PAGE_ROWS).await?;
    plan_rows(tenant, &rows, now).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows == PAGE_ROWS);
    Ok(rows.last().filter(|_| is_full).map(|row| row.id.into()))
}

/// Decides about an occasion whose job runs.
pub(crate) fn judge(occasion: &Occasion, end: End, days: Days, now: DateTime<Utc>) -> Verdict {
    let ends_at = occasion.ends_at;
    if end.at != Some(ends_at) {
        return Verdict::Void;
    }
    if occasion.notice.due_at(ends_at.with_timezone(&end.zone), days) > now {
        return Verdict::Later;
    }
    match (occasion.notice, is_right(occasion, end, now)) {
        (Notice::Reminder | Notice::Expiry, true) => Verdict::Due,
        (Notice::Reminder, false) => Verdict::Void,
        (Notice::Expiry, false) => Verdict::Stale,
    }
}

/// Whether a mail about an occasion is still right: the promotion ends at that time, a reminder comes before it and a
/// notice of the expiry not too long after.
pub(crate) fn is_right(occasion: &Occasion, end: End, now: DateTime<Utc>) -> bool {
    let is_in_time = match occasion.notice {
        Notice::Reminder => now <= occasion.ends_at,
        Notice::Expiry => now - occasion.ends_at <= MAX_LATENESS,
    };
    end.at == Some(occasion.ends_at) && is_in_time
}

/// The calendar days from a time to an end, where the promotion is: 0 on the same day.
pub(crate) fn days_left(end: DateTime<Tz>, at: DateTime<Utc>) -> i64 {
    let day = |time: DateTime<Tz>| -> NaiveDate { time.date_naive() };
    (day(end) - day(at.with_timezone(&end.timezone()))).num_days()
}

/// A promotion's time zone.
pub(crate) fn parse_zone(name: &str) -> Result<Tz, Error> {
    name.parse().map_err(|error| Error::fault(format!("{name}: {error}")))
}

/// The setting as a number of days.
pub(crate) fn notice_days(stored: i16) -> Days {
    Days::new(u64::try_from(stored).unwrap_or_default())
}

async fn plan_rows(tenant: &mut Tenant, rows: &[EndRow], now: DateTime<Utc>) -> Result<(), Error> {
    let (organization, days) = (tenant.organization(), notice_days(lock_notice_days(tenant).await?));
    let mut jobs = Vec::new();
    for row in rows {
        jobs.extend(plan(organization, row.id.into(), End::of(row)?, days, now)?);
    }
    let keys: Vec<_> = rows
        .iter()
        .flat_map(|row| Notice::ALL.map(|notice| notice.key(row.id.into())))
        .collect();
    cancel_jobs(tenant.connection(), organization, &keys, now).await?;
    Ok(insert_jobs(tenant.connection(), organization, &jobs, now).await?)
}

/// The jobs that wait for the notices of an end. One that is late runs at once, except a reminder of what has ended.
fn plan(
    organization_id: OrganizationId,
    promotion_id: PromotionId,
    end: End,
    days: Days,
    now: DateTime<Utc>,
) -> Result<Vec<KeyedJob>, Error> {
    let planned = end.at.into_iter().flat_map(|at| Notice::ALL.map(|notice| (at, notice)));
    planned
        .filter(|(at, notice)| *notice == Notice::Expiry || *at >= now)
        .map(|(ends_at, notice)| {
            let occasion = Occasion {
                organization_id,
                promotion_id,
                notice,
                ends_at,
            };
            Ok(KeyedJob {
                id: new_id(JobId::from_parts, now)?,
                job: Job::TellNotice(occasion),
                unique_key: notice.key(promotion_id),
                run_at: notice.due_at(ends_at.with_timezone(&end.zone), days).max(now),
            })
        })
        .collect()
}

/// The same time of day some calendar days before. A time that the clocks skipped that day is read as if they had not
/// been changed yet; of one that they showed twice it is the first.
fn days_before(end: DateTime<Tz>, days: Days) -> DateTime<Utc> {
    let zone = end.timezone();
    let Some(local) = end.naive_local().checked_sub_days(days) else {
        return end.to_utc();
    };
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
        LocalResult::None => {
            let before = zone.offset_from_utc_datetime(&(local - TimeDelta::days(1))).fix();
            (local - before).and_utc()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn end(text: &str, zone: &str) -> DateTime<Tz> {
        time(text).with_timezone(&zone.parse().unwrap())
    }

    #[test]
    fn a_reminder_comes_at_the_same_time_of_day() {
        let check = |zone: &str, ends_at: &str, days: u64, expected: &str| {
            let reminder = days_before(end(ends_at, zone), Days::new(days));
            assert_eq!(reminder, time(expected), "{zone} {ends_at} {days}");
        };
        check("America/Montevideo", "2027-02-01T02:59:59Z", 3, "2027-01-29T02:59:59Z");
        check("UTC", "2027-03-01T00:00:00Z", 1, "2027-02-28T00:00:00Z");
        // Summer time begins on 28 March 2027 at 02:00 and ends on 31 October at 03:00.
        check("Europe/Madrid", "2027-03-29T21:59:59Z", 3, "2027-03-26T22:59:59Z");
        check("Europe/Madrid", "2027-11-01T22:59:59Z", 3, "2027-10-29T21:59:59Z");
        // 02:30 does not exist on 28 March: 03:30.
        check("Europe/Madrid", "2027-03-31T00:30:00Z", 3, "2027-03-28T01:30:00Z");
        // 02:30 exists twice on 31 October.
        check("Europe/Madrid", "2027-11-03T01:30:00Z", 3, "2027-10-31T00:30:00Z");
        check("America/New_York", "2027-04-01T03:59:59Z", 30, "2027-03-02T04:59:59Z");
        // Half an hour of summer time, ending on 4 April 2027.
        check("Australia/Lord_Howe", "2027-04-04T14:30:00Z", 1, "2027-04-03T14:00:00Z");
    }

    #[test]
    fn days_are_counted_where_the_promotion_is() {
        let check = |zone: &str, ends_at: &str, at: &str, expected: i64| {
            assert_eq!(
                days_left(end(ends_at, zone), time(at)),
                expected,
                "{zone} {ends_at} {at}"
            );
        };
        check("America/Montevideo", "2027-02-01T02:59:59Z", "2027-01-29T02:59:59Z", 3);
        check("America/Montevideo", "2027-02-01T02:59:59Z", "2027-01-29T03:00:00Z", 2);
        check("America/Montevideo", "2027-02-01T02:59:59Z", "2027-01-31T02:59:59Z", 1);
        check("America/Montevideo", "2027-02-01T02:59:59Z", "2027-01-31T03:00:00Z", 0);
        check("UTC", "2027-02-01T02:59:59Z", "2027-02-01T00:00:00Z", 0);
        check("Europe/Madrid", "2027-03-31T00:30:00Z", "2027-03-28T01:30:00Z", 3);
    }

    #[test]
    fn occasions_are_judged() {
        const ENDS_AT: &str = "2027-01-31T23:59:59Z";
        let check = |notice, at: Option<&str>, now: &str, expected| {
            let occasion = Occasion {
                organization_id: OrganizationId::from_parts(1, [1; 10]),
                promotion_id: PromotionId::from_parts(1, [2; 10]),
                notice,
                ends_at: time(ENDS_AT),
            };
            let end = End {
                at: at.map(time),
                zone: Tz::UTC,
            };
            let verdict = judge(&occasion, end, Days::new(3), time(now));
            assert_eq!(verdict, expected, "{notice:?} {at:?} {now}");
        };
        let ends_at = Some(ENDS_AT);
        check(Notice::Reminder, ends_at, "2027-01-28T23:59:58.999Z", Verdict::Later);
        check(Notice::Reminder, ends_at, "2027-01-28T23:59:59Z", Verdict::Due);
        check(Notice::Reminder, ends_at, "2027-01-31T23:59:59Z", Verdict::Due);
        check(Notice::Reminder, ends_at, "2027-01-31T23:59:59.001Z", Verdict::Void);
        check(Notice::Expiry, ends_at, "2027-01-31T23:59:59Z", Verdict::Later);
        check(Notice::Expiry, ends_at, "2027-01-31T23:59:59.001Z", Verdict::Due);
        check(Notice::Expiry, ends_at, "2027-02-07T23:59:59Z", Verdict::Due);
        check(Notice::Expiry, ends_at, "2027-02-07T23:59:59.001Z", Verdict::Stale);
        for other in [None, Some("2027-01-31T23:59:58Z")] {
            check(Notice::Reminder, other, "2027-01-29T00:00:00Z", Verdict::Void);
            check(Notice::Expiry, other, "2027-02-01T00:00:00Z", Verdict::Void);
        }
    }

    #[test]
    fn what_is_late_is_planned_at_once() {
        let check = |ends_at: Option<&str>, now: &str, expected: &[(Notice, &str)]| {
            let end = End {
                at: ends_at.map(time),
                zone: Tz::UTC,
            };
            let ids = (
                OrganizationId::from_parts(1, [1; 10]),
                PromotionId::from_parts(1, [2; 10]),
            );
            let jobs = plan(ids.0, ids.1, end, Days::new(3), time(now)).unwrap();
            let planned: Vec<_> = jobs.into_iter().map(|job| (job.unique_key, job.run_at)).collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(notice, at)| (notice.key(ids.1), time(at)))
                .collect();
            assert_eq!(planned, expected, "{ends_at:?} {now}");
        };
        let ends_at = Some("2027-01-31T23:59:59Z");
        let expiry = (Notice::Expiry, "2027-01-31T23:59:59.001Z");
        check(None, "2027-01-01T00:00:00Z", &[]);
        check(
            ends_at,
            "2027-01-01T00:00:00Z",
            &[(Notice::Reminder, "2027-01-28T23:59:59Z"), expiry],
        );
        check(
            ends_at,
            "2027-01-30T00:00:00Z",
            &[(Notice::Reminder, "2027-01-30T00:00:00Z"), expiry],
        );
        check(
            ends_at,
            "2027-01-31T23:59:59Z",
            &[(Notice::Reminder, "2027-01-31T23:59:59Z"), expiry],
        );
        check(
            ends_at,
            "2027-02-02T00:00:00Z",
            &[(Notice::Expiry, "2027-02-02T00:00:00Z")],
        );
    }
}
