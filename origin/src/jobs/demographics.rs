//! Tells the demographic figures of hours that are over, as far as [`crate::disclosure`] lets them be told.
//!
//! ```text
//! promotion ─▶ lock how far it is told ─▶ sum the hours since ─▶ enough for a period? ─▶ its cells are told, for good
//!                                                               └ no: the next hour's run sees more
//! ```

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use engine::ids::{JobId, OrganizationId, PromotionId};

use super::{Job, JobError};
use crate::app::App;
use crate::clock::unix_millis;
use crate::db::demographics::{self as db, AGE, CITY, COUNTRY, CellRow, DisclosedRow};
use crate::db::jobs::{NewJob, insert_job};
use crate::disclosure::{Cell, Places, Table, disclose_ages, disclose_places};
use crate::problem::Error;
use crate::random;

/// Promotions of one statement.
const PAGE_ROWS: i64 = 100;
/// How long one job goes on, well within what a job may take; another one does the rest.
const LONGEST_RUN: Duration = Duration::from_secs(40);
/// How long after its end an hour is looked at. Whatever stores what was received in it has committed by then: no
/// transaction lives for a minute.
const SETTLING: TimeDelta = TimeDelta::minutes(5);

/// A promotion by its organisation.
type Place = (OrganizationId, PromotionId);

/// The job: the promotions behind `after`, for some time. Awaits: asking for the next run and for what is left, which others
/// may do too; reading; and telling a promotion's figures, which a repetition finds told.
pub(super) async fn disclose_demographics(app: &App, after: Option<Place>) -> Result<(), JobError> {
    schedule(app).await?;
    let until = full_hour(app.clock.now() - SETTLING);
    let (started, mut after) = (Instant::now(), after);
    loop {
        let rows = db::list_untold_promotions(app.db.worker(), until, after, PAGE_ROWS).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            if started.elapsed() >= LONGEST_RUN {
                return ask(app, after, None, app.clock.now()).await;
            }
            let place = (row.organization_id.into(), row.id.into());
            disclose(app, place, until).await?;
            after = Some(place);
        }
    }
}

/// Asks for the next run, when the present hour has settled. Its key holds the time, so that however often and by whomever
/// it is asked for, it runs once.
pub(super) async fn schedule(app: &App) -> Result<(), JobError> {
    let run_at = next_run(app.clock.now());
    let key = format!("disclose_demographics:{}", run_at.format("%Y-%m-%dT%H"));
    ask(app, None, Some(&key), run_at).await
}

async fn ask(app: &App, after: Option<Place>, unique_key: Option<&str>, run_at: DateTime<Utc>) -> Result<(), JobError> {
    let now = app.clock.now();
    let new = NewJob {
        id: JobId::from_parts(unix_millis(now), random::bytes()?),
        organization: None,
        job: &Job::DiscloseDemographics {
            after_organization: after.map(|(organization, _)| organization),
            after_promotion: after.map(|(_, promotion)| promotion),
        },
        unique_key,
        run_at,
    };
    let mut connection = app.db.worker().acquire().await?;
    insert_job(&mut connection, &new, now).await?;
    Ok(())
}

/// One transaction: of two that look at a promotion, the second sees what the first told.
async fn disclose(app: &App, (organization, promotion): Place, until: DateTime<Utc>) -> Result<(), JobError> {
    let mut transaction = app.db.worker().begin().await?;
    let subjects = Subject::ALL.map(|subject| subject.as_str().to_owned());
    db::insert_disclosures(
        &mut transaction,
        organization,
        promotion,
        &subjects,
        DateTime::UNIX_EPOCH,
    )
    .await?;
    let disclosures = db::lock_disclosures(&mut transaction, organization, promotion).await?;
    if db::has_unsummed(&mut transaction, organization, until).await? {
        tracing::info!(%organization, "demographic figures wait for the roll-up");
        return Ok(());
    }
    for subject in Subject::ALL {
        let told_to = disclosures.iter().find(|row| row.subject == subject.as_str());
        let told_to = told_to.map_or(DateTime::UNIX_EPOCH, |row| row.told_to);
        let dimensions: Vec<_> = subject.dimensions().iter().map(|name| (*name).to_owned()).collect();
        let rows = db::sum_cells(&mut transaction, organization, promotion, &dimensions, told_to, until).await?;
        let Some(told) = subject.tell(rows, until)? else {
            continue;
        };
        for (dimension, table) in told {
            let rows = to_rows(table)?;
            db::insert_disclosed_cells(&mut transaction, organization, promotion, dimension, &rows, until).await?;
        }
        db::update_disclosure(&mut transaction, organization, promotion, subject.as_str(), until).await?;
    }
    Ok(transaction.commit().await?)
}

/// What has periods of its own.
#[derive(Debug, Clone, Copy)]
enum Subject {
    Place,
    Age,
}

/// Told cells by dimension.
type Told = Vec<(&'static str, Table)>;

impl Subject {
    const ALL: [Self; 2] = [Self::Place, Self::Age];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Age => "age",
        }
    }

    const fn dimensions(self) -> &'static [&'static str] {
        match self {
            Self::Place => &[COUNTRY, CITY],
            Self::Age => &[AGE],
        }
    }

    /// What is told of the cells of a period that may end at `until`; `None` if it goes on.
    fn tell(self, rows: Vec<CellRow>, until: DateTime<Utc>) -> Result<Option<Told>, Error> {
        let since = rows.iter().map(|row| row.since).min().unwrap_or(until);
        let mut tables: BTreeMap<String, Table> = BTreeMap::new();
        for row in rows {
            let cell = Cell {
                evaluations: u64::try_from(row.evaluations).map_err(Error::fault)?,
                applicable: u64::try_from(row.applicable).map_err(Error::fault)?,
            };
            tables.entry(row.dimension).or_default().insert(row.key, cell);
        }
        let mut take = |dimension: &str| tables.remove(dimension).unwrap_or_default();
        Ok(match self {
            Self::Place => {
                let places = Places {
                    countries: take(COUNTRY),
                    cities: take(CITY),
                };
                let told = disclose_places(&places, until - since);
                told.map(|told| vec![(COUNTRY, told.countries), (CITY, told.cities)])
            }
            Self::Age => disclose_ages(&take(AGE), until - since).map(|told| vec![(AGE, told)]),
        })
    }
}

fn to_rows(table: Table) -> Result<Vec<DisclosedRow>, Error> {
    let row = |(key, cell): (String, Cell)| {
        Ok(DisclosedRow {
            key,
            evaluations: i64::try_from(cell.evaluations).map_err(Error::fault)?,
            applicable: i64::try_from(cell.applicable).map_err(Error::fault)?,
        })
    };
    table.into_iter().map(row).collect()
}

fn full_hour(time: DateTime<Utc>) -> DateTime<Utc> {
    // Only the year 262,000 cannot be rounded.
    time.duration_trunc(TimeDelta::hours(1)).unwrap_or(time)
}

fn next_run(now: DateTime<Utc>) -> DateTime<Utc> {
    full_hour(now - SETTLING) + TimeDelta::hours(1) + SETTLING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_sees_the_present_hour() {
        let check = |now: &str, expected: &str| {
            let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
            assert_eq!(next_run(time(now)), time(expected), "{now}");
        };
        check("2026-11-21T10:30:00Z", "2026-11-21T11:05:00Z");
        check("2026-11-21T11:04:59Z", "2026-11-21T11:05:00Z");
        check("2026-11-21T11:05:00Z", "2026-11-21T12:05:00Z");
        check("2026-12-31T23:59:59Z", "2027-01-01T00:05:00Z");
    }
}
