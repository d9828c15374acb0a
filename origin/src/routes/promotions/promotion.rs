//! A promotion with its state, and what changes do to it: pure decisions.

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use engine::problem::ProblemType;
use engine::promotion::{Standing, Status, Terms};
use serde_json::Value;

use crate::db::promotions::PromotionRow;
use crate::problem::Error;

/// A promotion.
#[derive(Debug, Clone)]
pub(crate) struct Promotion {
    pub(crate) id: PromotionId,
    pub(crate) terms: Terms,
    pub(crate) status: Status,
    /// Counts published states: 0 for a draft.
    pub(crate) version: u64,
    /// Counts changes of any kind.
    pub(crate) revision: u64,
    /// Whether one ledger object counts all its redemptions: settled when it is first activated.
    counted: Option<bool>,
    exhausted_at: Option<DateTime<Utc>>,
    /// The version in which its limits were last changed.
    limits_version: u64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    /// The version that the edge confirmed last, and when.
    published: Option<(u64, DateTime<Utc>)>,
}

impl Promotion {
    /// A draft.
    pub(crate) const fn draft(id: PromotionId, terms: Terms, now: DateTime<Utc>) -> Self {
        Self {
            id,
            terms,
            status: Status::Draft,
            version: 0,
            revision: 1,
            counted: None,
            exhausted_at: None,
            limits_version: 0,
            created_at: now,
            updated_at: now,
            published: None,
        }
    }

    /// As it is stored.
    pub(crate) fn from_row(row: PromotionRow) -> Result<Self, Error> {
        let published = row.published_version.zip(row.published_at);
        let published = published.map(|(version, at)| Ok::<_, Error>((number(version)?, at)));
        Ok(Self {
            id: row.id.into(),
            terms: parse_stored(&row.terms)?,
            status: parse_status(&row.status)?,
            version: number(row.version)?,
            revision: number(row.revision)?,
            counted: row.counted,
            exhausted_at: row.exhausted_at,
            limits_version: number(row.limits_version)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            published: published.transpose()?,
        })
    }

    /// The form that is stored.
    pub(crate) fn to_row(&self) -> Result<PromotionRow, Error> {
        let stored = |number: u64| i64::try_from(number).map_err(Error::fault);
        Ok(PromotionRow {
            id: self.id.uuid(),
            code: self.terms.code().to_string(),
            status: self.status.as_str().to_owned(),
            version: stored(self.version)?,
            revision: stored(self.revision)?,
            counted: self.counted,
            exhausted_at: self.exhausted_at,
            limits_version: stored(self.limits_version)?,
            terms: serde_json::to_value(&self.terms).map_err(Error::fault)?,
            starts_at: self.terms.starts_at(),
            ends_at: self.terms.ends_at(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            published_version: self.published.map(|(version, _)| stored(version)).transpose()?,
            published_at: self.published.map(|(_, at)| at),
        })
    }

    /// Where it stands, as people see it.
    pub(crate) fn standing(&self, now: DateTime<Utc>) -> Standing {
        Standing::of(self.status, self.terms.ends_at(), self.exhausted_at.is_some(), now)
    }

    /// When the edge confirmed its present version.
    pub(crate) fn live_at(&self) -> Option<DateTime<Utc>> {
        let (version, at) = self.published?;
        (version == self.version).then_some(at)
    }

    /// Whether one ledger object counts all its redemptions.
    pub(crate) fn is_counted(&self) -> bool {
        self.counted.unwrap_or(self.terms.limits().is_counted())
    }

    /// Whether another state has the same terms and status.
    pub(crate) fn is_like(&self, other: &Self) -> Result<bool, Error> {
        let json = |terms: &Terms| serde_json::to_value(terms).map_err(Error::fault);
        Ok(self.status == other.status && json(&self.terms)? == json(&other.terms)?)
    }

    /// Active: from draft or paused, inside or before its window.
    pub(crate) fn activate(&self, now: DateTime<Utc>) -> Result<Self, Error> {
        match self.status {
            Status::Draft | Status::Paused => {}
            Status::Active => return Err(conflict("The promotion is active already.")),
            Status::Archived => return Err(archived()),
        }
        if self.terms.ends_at().is_some_and(|end| now > end) {
            return Err(conflict(
                "The promotion's end, `ends_at`, is over: move it or set it to null first.",
            ));
        }
        Ok(self.move_to(Status::Active, now))
    }

    /// Paused: from active.
    pub(crate) fn pause(&self, now: DateTime<Utc>) -> Result<Self, Error> {
        match self.status {
            Status::Active => Ok(self.move_to(Status::Paused, now)),
            Status::Paused => Err(conflict("The promotion is paused already.")),
            Status::Draft => Err(conflict(
                "The promotion is a draft, which applies nowhere: activate it first.",
            )),
            Status::Archived => Err(archived()),
        }
    }

    /// Archived: from active or paused, for good.
    pub(crate) fn archive(&self, now: DateTime<Utc>) -> Result<Self, Error> {
        match self.status {
            Status::Active | Status::Paused => Ok(self.move_to(Status::Archived, now)),
            Status::Draft => Err(conflict(
                "The promotion is a draft, which nothing refers to: delete it instead.",
            )),
            Status::Archived => Err(conflict("The promotion is archived already.")),
        }
    }

    /// With other terms.
    pub(crate) fn with_terms(&self, terms: Terms, now: DateTime<Utc>) -> Result<Self, Error> {
        if self.status == Status::Archived {
            return Err(archived());
        }
        if self.version > 0 {
            self.check_published_terms(&terms)?;
        }
        let changes_limits = terms.limits() != self.terms.limits();
        let mut changed = Self { terms, ..self.clone() }.next(now);
        if changes_limits && changed.version > 0 {
            changed.limits_version = changed.version;
            changed.exhausted_at = None;
        }
        Ok(changed)
    }

    /// 409 when something refers to it.
    pub(crate) fn check_deletable(&self) -> Result<(), Error> {
        if self.version == 0 {
            return Ok(());
        }
        Err(conflict(
            "The promotion was published, and evaluations refer to it: archive it instead.",
        ))
    }

    /// What is settled once shops and the ledger know it.
    fn check_published_terms(&self, terms: &Terms) -> Result<(), Error> {
        if terms.code() != self.terms.code() || terms.kind() != self.terms.kind() {
            return Err(conflict(
                "The promotion was published, which settles its `code` and `kind`: duplicate it with others.",
            ));
        }
        if terms.limits().is_counted() && !self.is_counted() {
            return Err(conflict(
                "The promotion was published without limits, so nothing counts its redemptions in one place: \
                 duplicate it with the limit.",
            ));
        }
        Ok(())
    }

    fn move_to(&self, status: Status, now: DateTime<Utc>) -> Self {
        let counted = Some(self.is_counted());
        let moved = Self {
            status,
            counted,
            ..self.clone()
        };
        moved.next(now)
    }

    /// After a change: at another version when the edge has to know it.
    fn next(self, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + u64::from(self.status != Status::Draft),
            revision: self.revision + 1,
            updated_at: now,
            ..self
        }
    }
}

/// Terms that were valid when they were stored.
pub(crate) fn parse_stored(json: &Value) -> Result<Terms, Error> {
    Terms::parse(json).map_err(|errors| Error::fault(format!("stored terms are not valid: {errors:?}")))
}

/// A stored status.
pub(crate) fn parse_status(text: &str) -> Result<Status, Error> {
    let status = Status::ALL.into_iter().find(|status| status.as_str() == text);
    status.ok_or_else(|| Error::fault(format!("the stored status {text:?} is not known")))
}

/// A stored number.
pub(crate) fn number(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(Error::fault)
}

fn conflict(detail: &str) -> Error {
    Error::new(ProblemType::Conflict, detail)
}

fn archived() -> Error {
    conflict("The promotion is archived, which is final: duplicate it.")
}
