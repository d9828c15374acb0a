//! The schemas of a promotion's terms, of effects and of money, whose types are the engine's.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::effect::MAX_TIERS;
use engine::expression::{MAX_NAME_BYTES, MAX_SOURCE_BYTES, MAX_TYPE_BYTES};
use engine::money::{Currency, MAX_AMOUNT, Rounding};
use engine::promotion::{Kind, MAX_ATTRIBUTES, MAX_TIME_ZONE_CHARS, Standing, Status};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::doc::{Field, of};
use super::operation::nullable;
use super::schema::{code, name, words};

/// The fields of a promotion as a merchant writes it.
pub(crate) const TERMS: &[Field] = &[
    Field::required("code", code),
    Field::required("name", name),
    Field::required("kind", kind),
    Field::required("condition", condition),
    Field::optional("attributes", attributes_or_null),
    Field::required("effect", of::<Effect>),
    Field::optional("starts_at", window_time),
    Field::optional("ends_at", window_time),
    Field::optional("time_zone", time_zone_or_null),
    Field::optional("limits", limits_or_null),
];

/// The same in a change: what is left out stays.
pub(crate) const CHANGED_TERMS: &[Field] = &[
    Field::optional("code", code),
    Field::optional("name", name),
    Field::optional("kind", kind),
    Field::optional("condition", condition),
    Field::optional("attributes", attributes_or_null),
    Field::optional("effect", of::<Effect>),
    Field::optional("starts_at", window_time),
    Field::optional("ends_at", window_time),
    Field::optional("time_zone", time_zone_or_null),
    Field::optional("limits", limits_or_null),
];

/// A promotion that can be created.
pub(crate) fn example() -> Value {
    json!({
        "code": "winter-10", "name": "Winter 10 %", "kind": "discount",
        "condition": "total >= 100 and payment_method in ['visa', 'oca']",
        "attributes": {"total": "number", "payment_method": "string"},
        "effect": {"type": "percentage", "percent": "10", "max_amount": {"amount": 50_000, "currency": "UYU"}},
        "starts_at": null, "ends_at": null, "time_zone": "America/Montevideo"
    })
}

// [`engine::promotion::Terms`]
/// The same as it is answered.
#[derive(JsonSchema)]
#[schemars(rename = "PromotionTerms")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Terms {
    #[schemars(schema_with = "code")]
    code: String,
    #[schemars(schema_with = "name")]
    name: String,
    #[schemars(schema_with = "kind")]
    kind: String,
    #[schemars(schema_with = "condition")]
    condition: String,
    #[schemars(schema_with = "attributes")]
    attributes: BTreeMap<String, Value>,
    effect: Effect,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    #[schemars(schema_with = "time_zone")]
    time_zone: String,
    limits: LimitsOut,
}

/// What a promotion gives.
#[derive(JsonSchema)]
#[schemars(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum Effect {
    /// A share of the request's amount.
    Percentage {
        percent: Percent,
        /// The most it gives.
        #[schemars(skip_serializing_if = "Option::is_none")]
        max_amount: Option<PositiveMoney>,
        #[schemars(skip_serializing_if = "Option::is_none", schema_with = "rounding_or_null")]
        rounding: Option<String>,
    },
    /// A sum off the request's amount.
    FixedAmount { amount: PositiveMoney },
    /// What the highest tier gives that the request's amount reaches, on the whole amount.
    Tiered {
        /// Of one currency, each starting above the one before.
        #[schemars(length(min = 1, max = MAX_TIERS))]
        tiers: Vec<Tier>,
        #[schemars(skip_serializing_if = "Option::is_none", schema_with = "rounding_or_null")]
        rounding: Option<String>,
    },
}

// [`engine::expression::Diagnostic`]
/// One thing that is wrong with a condition. Places are in bytes of the source.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Diagnostic {
    start: usize,
    /// One past the last byte.
    end: usize,
    #[schemars(schema_with = "severity")]
    severity: String,
    /// A stable word.
    code: String,
    /// A sentence that says what is wrong and what to do.
    message: String,
    /// What to write instead, when that can be told.
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    replacement: Option<String>,
}

/// From which amount on an effect gives what.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum Tier {
    /// A share of the whole amount.
    Percent { from: Money, percent: Percent },
    /// A sum off the whole amount.
    Amount { from: Money, amount: PositiveMoney },
}

/// An amount in minor units.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Money {
    #[schemars(range(min = 0, max = MAX_AMOUNT))]
    amount: u64,
    #[schemars(with = "CurrencyCode")]
    currency: String,
}

/// An amount of at least one minor unit.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PositiveMoney {
    #[schemars(range(min = 1, max = MAX_AMOUNT))]
    amount: u64,
    #[schemars(with = "CurrencyCode")]
    currency: String,
}

/// An ISO 4217 code.
pub(crate) struct CurrencyCode;

impl JsonSchema for CurrencyCode {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words(Currency::all().map(Currency::code))
    }
}

pub(crate) struct Percent;

impl JsonSchema for Percent {
    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "pattern": r"^[0-9]+(\.[0-9]{0,4})?$", "examples": ["10", "12.5"],
            "description": "More than 0, at most 100, with at most four decimals."
        })
    }
}

fn rounding_or_null(_: &mut SchemaGenerator) -> Schema {
    nullable(words(Rounding::ALL.map(Rounding::as_str)))
}

/// Where a promotion stands.
pub(crate) fn standing(_: &mut SchemaGenerator) -> Schema {
    words(Standing::ALL.map(Standing::as_str))
}

/// What a version was published as.
pub(crate) fn published_status(_: &mut SchemaGenerator) -> Schema {
    words([Status::Active, Status::Paused, Status::Archived].map(Status::as_str))
}

/// A bound of the window.
fn window_time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "null"], "examples": ["2027-01-31T23:59:59Z", "2027-01-31T23:59:59"],
        "description": "RFC 3339. Without an offset it is the local time of `time_zone`."
    })
}

fn severity(_: &mut SchemaGenerator) -> Schema {
    words(["error", "warning"])
}

fn kind(_: &mut SchemaGenerator) -> Schema {
    words(Kind::ALL.map(Kind::as_str))
}

fn condition(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "maxLength": MAX_SOURCE_BYTES, "examples": ["total >= 100"]})
}

fn attributes(_: &mut SchemaGenerator) -> Schema {
    let r#type = json_schema!({"type": "string", "maxLength": MAX_TYPE_BYTES, "examples": ["number", "string?"]});
    let with_default = json_schema!({
        "type": "object", "required": ["type"],
        "properties": {"type": r#type, "default": {"type": ["string", "number", "boolean"]}}
    });
    let pattern = format!("^[A-Za-z_][A-Za-z0-9_]{{0,{}}}$", MAX_NAME_BYTES - 1);
    json_schema!({
        "type": "object", "maxProperties": MAX_ATTRIBUTES, "propertyNames": {"pattern": pattern},
        "additionalProperties": {"anyOf": [r#type, with_default]},
        "description": "What a request carries, by name."
    })
}

/// Declared attributes; null declares none.
pub(crate) fn attributes_or_null(schemas: &mut SchemaGenerator) -> Schema {
    nullable(attributes(schemas))
}

fn time_zone(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": MAX_TIME_ZONE_CHARS, "examples": ["America/Montevideo"]})
}

fn time_zone_or_null(schemas: &mut SchemaGenerator) -> Schema {
    nullable(time_zone(schemas))
}

/// How often and how much.
#[derive(JsonSchema)]
#[schemars(rename = "Limits")]
#[expect(dead_code, reason = "only its schema is used")]
struct LimitsOut {
    /// Redemptions in all; null for no limit.
    #[schemars(range(min = 1, max = MAX_AMOUNT))]
    total: Option<u64>,
    /// Redemptions of one customer.
    #[schemars(range(min = 1, max = MAX_AMOUNT))]
    per_customer: Option<u64>,
    /// Discounts in all, in the effect's currency.
    budget: Option<PositiveMoney>,
}

fn limits_or_null(_: &mut SchemaGenerator) -> Schema {
    let limit = json_schema!({"type": ["integer", "null"], "minimum": 1, "maximum": MAX_AMOUNT});
    json_schema!({
        "type": ["object", "null"], "additionalProperties": false,
        "description": "How often and how much: null alone, or left out, means no limit.",
        "properties": {"total": limit, "per_customer": limit, "budget": {"anyOf": [
            {"$ref": "#/components/schemas/PositiveMoney"}, {"type": "null"}
        ]}}
    })
}
