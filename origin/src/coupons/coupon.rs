//! One coupon: what is asked for, what a code names, and how it stands.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use engine::coupon::{Batch, CouponCode, CouponSet, MAX_COUPON_CHARS, Match};
use engine::evaluate::MAX_REFERENCE_CHARS;
use engine::ids::{CouponBatchId, PromotionId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::{coupon_set, max_uses_from_row};
use crate::db::Tenant;
use crate::db::coupon_batches::{CouponBatchRow, find_coupon_batch};
use crate::db::coupons::{self, CouponRow};
use crate::openapi::doc::Field;
use crate::openapi::operation::nullable;
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::routes::input::Fields;

/// Most uses of a coupon that has a limit: what the edge counts with.
pub(crate) const MAX_USES: u32 = u32::MAX;
/// Uses of a coupon unless asked otherwise.
pub(super) const DEFAULT_USES: NonZeroU32 = NonZeroU32::MIN;
const CUSTOMER_HELP: &str = "as the shop's requests name the customer";

/// The fields of a coupon with a chosen code.
pub(crate) const NEW_COUPON: &[Field] = &[
    Field::required("code", code_schema),
    Field::optional("max_uses", max_uses_schema),
    Field::optional("expires_at", schema::time_or_null),
    Field::optional("customer_id", customer_schema),
];

/// A coupon as the API tells it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Coupon")]
pub(crate) struct CouponOut {
    pub(crate) code: String,
    /// The batch that it was generated in; null when its code was chosen or imported.
    #[schemars(with = "Option<Id<CouponBatchId>>")]
    pub(crate) batch_id: Option<CouponBatchId>,
    pub(crate) state: CouponState,
    /// As far as the records of evaluations have come in.
    pub(crate) uses: u64,
    /// Null for no limit.
    #[schemars(range(min = 1, max = MAX_USES))]
    pub(crate) max_uses: Option<NonZeroU32>,
    /// The last instant at which it is good.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Who alone may use it.
    pub(crate) customer_id: Option<String>,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    /// Whether the edge knows of it as it is here.
    published: bool,
}

/// How a coupon stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CouponState {
    /// It can be used.
    Active,
    /// It has no use left.
    Exhausted,
    /// Its time is over.
    Expired,
    /// It was taken back, alone or with its batch.
    Revoked,
}

impl CouponState {
    /// As the ledger refuses: revoked before expired before exhausted.
    const fn of(revoked: bool, expired: bool, exhausted: bool) -> Self {
        match (revoked, expired, exhausted) {
            (true, _, _) => Self::Revoked,
            (false, true, _) => Self::Expired,
            (false, false, true) => Self::Exhausted,
            (false, false, false) => Self::Active,
        }
    }

    /// The word in answers and files.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Exhausted => "exhausted",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl CouponOut {
    /// A listed coupon.
    pub(crate) fn listed(row: CouponRow, is_draft: bool, now: DateTime<Utc>) -> Result<Self, Error> {
        let max_uses = max_uses_from_row(row.max_uses)?;
        let uses = u64::try_from(row.uses).map_err(Error::fault)?;
        Ok(Self {
            code: row.code,
            batch_id: None,
            state: CouponState::of(
                row.revoked_at.is_some(),
                row.expires_at.is_some_and(|expires_at| now > expires_at),
                max_uses.is_some_and(|max_uses| uses >= u64::from(max_uses.get())),
            ),
            uses,
            max_uses,
            expires_at: row.expires_at,
            customer_id: row.customer_id,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            published: !is_draft && !row.pending,
        })
    }

    /// A generated coupon of a batch, with its row if it was used or taken back.
    pub(crate) fn generated(
        code: &CouponCode,
        source: &Source<'_>,
        row: Option<&CouponRow>,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let terms = source.batch.terms();
        let uses = u64::try_from(row.map_or(0, |row| row.uses)).map_err(Error::fault)?;
        let revoked_at = row.and_then(|row| row.revoked_at).or(source.revoked_at);
        Ok(Self {
            code: code.to_string(),
            batch_id: Some(terms.id),
            state: CouponState::of(
                terms.revoked || revoked_at.is_some(),
                terms.expires_at.is_some_and(|expires_at| now > expires_at),
                terms.max_uses.is_some_and(|max_uses| uses >= u64::from(max_uses.get())),
            ),
            uses,
            max_uses: terms.max_uses,
            expires_at: terms.expires_at,
            customer_id: None,
            created_at: source.created_at,
            revoked_at,
            published: source.is_ready && !row.is_some_and(|row| row.pending),
        })
    }
}

/// What a generated coupon has from its batch.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    pub(crate) is_ready: bool,
}

impl<'a> Source<'a> {
    /// From the batch's row.
    pub(crate) const fn of(row: &CouponBatchRow, batch: &'a Batch) -> Self {
        Self {
            batch,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            is_ready: row.ready_at.is_some(),
        }
    }
}

/// A coupon with a chosen code, checked in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewCoupon {
    pub(crate) code: CouponCode,
    pub(crate) max_uses: Option<NonZeroU32>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) customer_id: Option<String>,
}

impl NewCoupon {
    pub(crate) fn parse(body: &Value, now: DateTime<Utc>) -> Result<Self, Error> {
        let mut fields = Fields::only(body, NEW_COUPON)?;
        let code = fields.text("code").map(str::parse::<CouponCode>);
        if code.as_ref().is_none_or(Result::is_err) {
            fields.error("/code", "code_invalid", code_help());
        }
        let max_uses = parse_max_uses(&mut fields);
        let expires_at = parse_expiry(&mut fields, now);
        let customer_id = fields.text("customer_id").filter(|customer| is_customer(customer));
        if customer_id.is_none() && fields.value("customer_id").is_some() {
            fields.error("/customer_id", "customer_invalid", customer_help());
        }
        let Some(Ok(code)) = code else {
            return Err(fields.into_error());
        };
        fields.finish()?;
        let customer_id = customer_id.map(str::to_owned);
        Ok(Self {
            code,
            max_uses,
            expires_at,
            customer_id,
        })
    }
}

/// Absent is one use, null is no limit.
pub(super) fn parse_max_uses(fields: &mut Fields<'_>) -> Option<NonZeroU32> {
    let Some(value) = fields.value("max_uses") else {
        return (!fields.has("max_uses")).then_some(DEFAULT_USES);
    };
    let uses = value.as_u64().and_then(|uses| u32::try_from(uses).ok());
    let uses = uses.and_then(NonZeroU32::new);
    if uses.is_none() {
        let detail = format!("Send a whole number from 1 to {MAX_USES}, or null for no limit.");
        fields.error("/max_uses", "max_uses_invalid", detail);
    }
    uses
}

/// When coupons end: not in the past.
pub(super) fn parse_expiry(fields: &mut Fields<'_>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let expires_at = fields.time("expires_at");
    if expires_at.is_some_and(|expires_at| expires_at <= now) {
        let detail = "Send a time in the future, or null for coupons without end.";
        fields.error("/expires_at", "time_past", detail);
    }
    expires_at
}

/// What a code is, for people.
pub(super) fn code_help() -> String {
    format!(
        "Send 1 to {MAX_COUPON_CHARS} letters without accents, digits, `-` and `_`, of which the first is a letter or a \
         digit."
    )
}

pub(super) fn customer_help() -> String {
    format!("Send 1 to {MAX_REFERENCE_CHARS} characters without control characters, {CUSTOMER_HELP}.")
}

/// Whether a shop's request could name a customer so.
pub(crate) fn is_customer(text: &str) -> bool {
    (1..=MAX_REFERENCE_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// What a typed code names among a promotion's coupons: the coupon, and its batch.
pub(crate) async fn find(
    tenant: &mut Tenant,
    promotion: PromotionId,
    is_draft: bool,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Option<CouponOut>, Error> {
    let Ok(typed) = typed.parse::<CouponCode>() else {
        return Ok(None);
    };
    let Some(set) = coupon_set(tenant, promotion).await? else {
        return Ok(None);
    };
    match set.find(&typed) {
        Match::Unknown => Ok(None),
        Match::Listed(code) => {
            let row = find_row(tenant, promotion, &code).await?.filter(|row| row.listed);
            row.map(|row| CouponOut::listed(row, is_draft, now)).transpose()
        }
        Match::Generated { code, batch, .. } => {
            let stored = find_coupon_batch(tenant, promotion, batch.terms().id).await?;
            let stored = stored.ok_or_else(|| Error::fault("a batch is gone"))?;
            let source = Source::of(&stored, batch);
            let row = find_row(tenant, promotion, &code).await?;
            CouponOut::generated(&code, &source, row.as_ref(), now).map(Some)
        }
    }
}

/// The generated coupons with these codes, in their order.
pub(crate) async fn find_generated(
    tenant: &mut Tenant,
    promotion: PromotionId,
    source: &Source<'_>,
    codes: &[CouponCode],
    now: DateTime<Utc>,
) -> Result<Vec<CouponOut>, Error> {
    let texts: Vec<_> = codes.iter().map(CouponCode::to_string).collect();
    let rows = coupons::find_coupons(tenant, promotion, &texts).await?;
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.code.clone(), row)).collect();
    let coupon = |code: &CouponCode| CouponOut::generated(code, source, rows.get(code.as_str()), now);
    codes.iter().map(coupon).collect()
}

async fn find_row(tenant: &mut Tenant, promotion: PromotionId, code: &CouponCode) -> Result<Option<CouponRow>, Error> {
    let rows = coupons::find_coupons(tenant, promotion, &[code.to_string()]).await?;
    Ok(rows.into_iter().next())
}

/// Why a chosen code cannot be taken: it is a generated coupon's.
pub(crate) fn is_generated(set: &CouponSet, code: &CouponCode) -> bool {
    matches!(set.find(code), Match::Generated { .. })
}

fn code_schema(_: &mut SchemaGenerator) -> Schema {
    let pattern = format!("^ *[A-Za-z0-9][A-Za-z0-9_-]{{0,{}}} *$", MAX_COUPON_CHARS - 1);
    json_schema!({"type": "string", "pattern": pattern, "examples": ["WELCOME"]})
}

/// A coupon's code in a path.
pub(crate) fn coupon_code(_: &mut SchemaGenerator) -> Schema {
    let pattern = format!("^[A-Za-z0-9][A-Za-z0-9_-]{{0,{}}}$", MAX_COUPON_CHARS - 1);
    json_schema!({"type": "string", "pattern": pattern, "examples": ["WELCOME"]})
}

pub(super) fn max_uses_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["integer", "null"], "minimum": 1, "maximum": MAX_USES, "default": 1,
        "description": "Of each coupon; null for no limit."
    })
}

/// A customer in a path.
pub(crate) fn customer_path_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": MAX_REFERENCE_CHARS,
        "description": "As the shop's requests name the customer."
    })
}

fn customer_schema(_: &mut SchemaGenerator) -> Schema {
    nullable(json_schema!({
        "type": "string", "minLength": 1, "maxLength": MAX_REFERENCE_CHARS,
        "description": "Who alone may use it, as the shop's requests name the customer. Without control characters."
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_come_in_the_order_of_the_ledger() {
        let check = |flags: [bool; 3], expected: &str| {
            let [revoked, expired, exhausted] = flags;
            assert_eq!(
                CouponState::of(revoked, expired, exhausted).as_str(),
                expected,
                "{flags:?}"
            );
        };
        check([false, false, false], "active");
        check([false, false, true], "exhausted");
        check([false, true, true], "expired");
        check([true, true, true], "revoked");
    }
}
