//! Batches: what is asked for, where its serial numbers begin, and how it stands.

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use engine::coupon::{Batch, BatchError, BatchTerms, CouponCode, CouponSet, MAX_BATCH_COUPONS, MAX_BATCHES, Pattern};
use engine::ids::{CouponBatchId, PromotionId};
use engine::problem::{FieldError, ProblemType};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::coupon::{MAX_USES, parse_max_uses};
use super::{CouponPromotion, max_uses_from_row};
use crate::db::Tenant;
use crate::db::coupon_batches::CouponBatchRow;
use crate::db::coupons::list_codes_like;
use crate::openapi::doc::Field;
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::routes::input::Fields;

/// What codes look like unless asked otherwise: ten symbols are 50 bits.
const DEFAULT_PATTERN: &str = "#####-#####";
/// Listed codes compared with a new batch at a time: some milliseconds of work.
const COMPARED_CODES: i64 = 5_000;

/// The fields of a new batch.
pub(crate) const NEW_BATCH: &[Field] = &[
    Field::required("count", count_schema),
    Field::optional("max_uses", super::coupon::max_uses_schema),
    Field::optional("pattern", pattern_schema),
    Field::optional("prefix", prefix_schema),
    Field::optional("expires_at", schema::time_or_null),
];

/// A batch as the API tells it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CouponBatch")]
pub(crate) struct CouponBatchOut {
    #[schemars(with = "Id<CouponBatchId>")]
    pub(crate) id: CouponBatchId,
    status: BatchStatus,
    /// How many of its coupons exist: all, for they are derived and not made one by one.
    generated: u32,
    #[schemars(range(min = 1, max = MAX_BATCH_COUPONS))]
    count: u32,
    /// What its codes look like; each `#` is a letter or a digit.
    pattern: String,
    /// Of each coupon; null for no limit.
    #[schemars(range(min = 1, max = MAX_USES))]
    max_uses: Option<NonZeroU32>,
    /// The last instant at which its coupons are good.
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    /// When the edge confirmed it.
    ready_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

/// How a batch stands.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(rename = "CouponBatchStatus")]
#[serde(rename_all = "snake_case")]
enum BatchStatus {
    /// The promotion is a draft.
    Prepared,
    /// On its way to the edge.
    Publishing,
    /// The edge takes its coupons.
    Ready,
    /// Taken back.
    Revoked,
}

impl CouponBatchOut {
    pub(crate) fn from_row(row: &CouponBatchRow, promotion: &CouponPromotion) -> Result<Self, Error> {
        let count = u32::try_from(row.count).map_err(Error::fault)?;
        let status = match (row.revoked_at, row.ready_at) {
            (Some(_), _) => BatchStatus::Revoked,
            (None, _) if promotion.is_draft() => BatchStatus::Prepared,
            (None, None) => BatchStatus::Publishing,
            (None, Some(_)) => BatchStatus::Ready,
        };
        Ok(Self {
            id: row.id.into(),
            status,
            generated: count,
            count,
            pattern: row.pattern.clone(),
            max_uses: max_uses_from_row(row.max_uses)?,
            expires_at: row.expires_at,
            created_at: row.created_at,
            ready_at: row.ready_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// The batch of a row.
pub(super) fn from_row(row: &CouponBatchRow) -> Result<Batch, Error> {
    let terms = BatchTerms {
        id: row.id.into(),
        max_uses: max_uses_from_row(row.max_uses)?,
        expires_at: row.expires_at,
        revoked: row.revoked_at.is_some(),
    };
    let count = u32::try_from(row.count).ok().and_then(NonZeroU32::new);
    let count = count.ok_or_else(|| Error::fault("a batch without coupons is stored"))?;
    let first = u64::try_from(row.first).map_err(Error::fault)?;
    let pattern = row.pattern.parse().map_err(Error::fault)?;
    Batch::new(terms, pattern, first, count).map_err(Error::fault)
}

/// A new batch, checked in itself.
#[derive(Debug, Clone)]
pub(crate) struct NewBatch {
    count: NonZeroU32,
    max_uses: Option<NonZeroU32>,
    pattern: Pattern,
    /// Where an error of the pattern is shown.
    pattern_pointer: &'static str,
    expires_at: Option<DateTime<Utc>>,
}

impl NewBatch {
    pub(crate) fn parse(body: &Value, now: DateTime<Utc>) -> Result<Self, Error> {
        let mut fields = Fields::only(body, NEW_BATCH)?;
        let count = fields.value("count").and_then(Value::as_u64);
        let count = count.and_then(|count| u32::try_from(count).ok());
        let count = count
            .filter(|count| *count <= MAX_BATCH_COUPONS)
            .and_then(NonZeroU32::new);
        if count.is_none() {
            let detail = format!("Send a whole number from 1 to {MAX_BATCH_COUPONS}; for more, make another batch.");
            fields.error("/count", "count_invalid", detail);
        }
        let max_uses = parse_max_uses(&mut fields);
        let expires_at = super::coupon::parse_expiry(&mut fields, now);
        let (pattern, pattern_pointer) = parse_pattern(&mut fields);
        let (Some(count), Some(pattern)) = (count, pattern) else {
            return Err(fields.into_error());
        };
        fields.finish()?;
        Ok(Self {
            count,
            max_uses,
            pattern,
            pattern_pointer,
            expires_at,
        })
    }

    /// The row of the batch behind all others of the promotion, with serial numbers of which none is a listed code.
    pub(crate) async fn place(
        &self,
        tenant: &mut Tenant,
        promotion: PromotionId,
        set: CouponSet,
        id: CouponBatchId,
        now: DateTime<Utc>,
    ) -> Result<CouponBatchRow, Error> {
        if set.batches.len() >= MAX_BATCHES {
            let detail = format!("The promotion has {MAX_BATCHES} batches, the most: make larger ones in another one.");
            return Err(Error::new(ProblemType::Conflict, detail));
        }
        let taken = if set.listed {
            listed_serials(tenant, promotion, &set, &self.pattern).await?
        } else {
            Vec::new()
        };
        let first = first_beside(&taken, set.first_free(&self.pattern), self.count.get());
        let terms = BatchTerms {
            id,
            max_uses: self.max_uses,
            expires_at: self.expires_at,
            revoked: false,
        };
        Batch::new(terms, self.pattern.clone(), first, self.count).map_err(|error| self.refuse(&error))?;
        Ok(CouponBatchRow {
            id: id.uuid(),
            pattern: self.pattern.to_string(),
            first: i64::try_from(first).map_err(Error::fault)?,
            count: i32::try_from(self.count.get()).map_err(Error::fault)?,
            max_uses: self.max_uses.map(|uses| uses.get().into()),
            expires_at: self.expires_at,
            created_at: now,
            revoked_at: None,
            ready_at: None,
        })
    }

    fn refuse(&self, error: &BatchError) -> Error {
        let (pointer, code) = match error {
            BatchError::TooLarge => ("/count", "count_invalid"),
            BatchError::PatternTooShort { .. } => (self.pattern_pointer, "pattern_too_short"),
        };
        Error::invalid(vec![FieldError::new(pointer, code, sentence(error))])
    }
}

/// The pattern behind its prefix, and where its errors are shown.
fn parse_pattern(fields: &mut Fields<'_>) -> (Option<Pattern>, &'static str) {
    let mut part = |name: &str, default: &'static str| match fields.value(name) {
        None => Some(default.to_owned()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            fields.error(format!("/{name}"), "pattern_invalid", "Send text.");
            None
        }
    };
    let (prefix, pattern) = (part("prefix", ""), part("pattern", DEFAULT_PATTERN));
    let pointer = if fields.value("pattern").is_none() && fields.value("prefix").is_some() {
        "/prefix"
    } else {
        "/pattern"
    };
    let (Some(prefix), Some(pattern)) = (prefix, pattern) else {
        return (None, pointer);
    };
    if prefix.contains('#') {
        let detail = "Send letters, digits, `-` and `_`; a place for a symbol, `#`, belongs into the pattern.";
        fields.error("/prefix", "pattern_invalid", detail);
        return (None, pointer);
    }
    match format!("{prefix}{pattern}").parse() {
        Ok(pattern) => (Some(pattern), pointer),
        Err(error) => {
            fields.error(pointer, "pattern_invalid", sentence(&error));
            (None, pointer)
        }
    }
}

/// An error's text as a sentence.
fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    format!("{}{}.", first.map(String::from).unwrap_or_default(), chars.as_str())
}

/// The serial numbers, in order, that listed codes would have in a batch of this pattern. A code that was chosen to look
/// like a generated one keeps its serial number.
async fn listed_serials(
    tenant: &mut Tenant,
    promotion: PromotionId,
    set: &CouponSet,
    pattern: &Pattern,
) -> Result<Vec<u64>, Error> {
    let (like, mut after, mut serials) = (pattern.to_like(), 0, Vec::new());
    loop {
        let rows = list_codes_like(tenant, promotion, &like, after, COMPARED_CODES).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        let (set, pattern) = (set.clone(), pattern.clone());
        // Each takes some microseconds of hashing.
        let found = tokio::task::spawn_blocking(move || {
            let codes = rows.iter().filter_map(|(_, code)| code.parse::<CouponCode>().ok());
            let serials = codes.filter_map(|code| u64::try_from(set.serial_of(&pattern, &code)?).ok());
            serials.collect::<Vec<_>>()
        });
        serials.extend(found.await.map_err(Error::fault)?);
    }
    serials.sort_unstable();
    Ok(serials)
}

/// Where the first run of `count` numbers begins that is not below `first_free` and holds none of `taken`, which are in
/// order.
fn first_beside(taken: &[u64], first_free: u64, count: u32) -> u64 {
    taken.iter().fold(first_free, |first, serial| {
        if (first..first.saturating_add(count.into())).contains(serial) {
            serial + 1
        } else {
            first
        }
    })
}

fn count_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "minimum": 1, "maximum": MAX_BATCH_COUPONS})
}

fn pattern_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "null"], "default": DEFAULT_PATTERN, "examples": ["#####-#####"],
        "description": "Letters, digits, `-` and `_` that stand in every code, and 8 to 24 `#`, each of which becomes a \
            letter or a digit that is not taken for another."
    })
}

fn prefix_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "null"], "examples": ["SUMMER-"], "description": "Stands before the pattern."})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_pass_over_listed_codes() {
        let check = |taken: &[u64], first_free, count, expected| {
            assert_eq!(first_beside(taken, first_free, count), expected, "{taken:?}");
        };
        check(&[], 7, 10, 7);
        check(&[6, 17], 7, 10, 7);
        check(&[7], 7, 10, 8);
        check(&[16], 7, 10, 17);
        check(&[9, 12, 40], 7, 10, 13);
        check(&[9, 19, 30], 7, 10, 20);
        check(&[9, 19, 29], 7, 10, 30);
        check(&[u64::MAX], u64::MAX - 3, 10, u64::MAX - 3);
    }
}
