//! The operations of redemptions, which the edge answers itself: their types are the engine's, in [`engine::wire::v1`].

use axum::http::Method;
use chrono::{DateTime, Utc};
use engine::ids::RedemptionId;
use engine::problem::ProblemType;
use engine::wire::v1::RedemptionStatus;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::Documented;
use super::doc::{Doc, Field};
use super::evaluate::{
    self, PromotionVersion, attributes_or_null, city_or_null, country_or_null, date_or_null, money_or_null,
    reference_or_null,
};
use super::operation::{Operation, nullable};
use super::promotion::Money;
use super::schema::{Id, code, id, words};

/// Every operation of redemptions.
pub(super) const OPERATIONS: [(Method, &str, Documented); 5] = [
    (
        Method::POST,
        "/v1/promotions/{code}/reservations",
        Documented {
            doc: &RESERVE_PROMOTION,
            describe: describe_reservation,
        },
    ),
    (
        Method::GET,
        "/v1/redemptions/{id}",
        Documented {
            doc: &GET_REDEMPTION,
            describe: describe_redemption,
        },
    ),
    (
        Method::POST,
        "/v1/redemptions/{id}/confirm",
        Documented {
            doc: &CONFIRM_REDEMPTION,
            describe: describe_redemption,
        },
    ),
    (
        Method::POST,
        "/v1/redemptions/{id}/release",
        Documented {
            doc: &RELEASE_REDEMPTION,
            describe: describe_redemption,
        },
    ),
    (
        Method::POST,
        "/v1/redemptions/{id}/rollback",
        Documented {
            doc: &ROLL_BACK_REDEMPTION,
            describe: describe_roll_back,
        },
    ),
];

const ID: &[(&str, super::doc::MakeSchema)] = &[("id", id::<RedemptionId>)];

const RESERVE_PROMOTION: Doc = Doc::new(
    "reserve_promotion",
    "Decides as an evaluation does, and holds what it would consume for some time, until it is confirmed or released. \
     The same request again gets its own reservation.",
)
.path(&[("code", code)])
.open_body(RESERVATION, example)
.problems(&[
    ProblemType::PromotionNotFound,
    ProblemType::TransactionAlreadyUsed,
    ProblemType::LedgerUnavailable,
]);

const GET_REDEMPTION: Doc = Doc::new("get_redemption", "Where a redemption stands.")
    .path(ID)
    .problems(&[ProblemType::NotFound, ProblemType::LedgerUnavailable]);

const CONFIRM_REDEMPTION: Doc = Doc::new(
    "confirm_redemption",
    "Makes a reservation final. Conflicts with one that has expired, or was released or rolled back.",
)
.path(ID)
.problems(CHANGES);

const RELEASE_REDEMPTION: Doc = Doc::new(
    "release_redemption",
    "Gives a reservation back. Conflicts with a redemption that is committed.",
)
.path(ID)
.problems(CHANGES);

const ROLL_BACK_REDEMPTION: Doc = Doc::new(
    "roll_back_redemption",
    "Gives back what was consumed: all that is left of the discount and the use, or a part of the discount.",
)
.path(ID)
.open_body(&[Field::optional("amount", part_or_null)], part_example)
.problems(CHANGES);

const CHANGES: &[ProblemType] = &[
    ProblemType::NotFound,
    ProblemType::Conflict,
    ProblemType::LedgerUnavailable,
];

/// The fields of an evaluation, and one more.
const RESERVATION: &[Field] = &[
    Field::optional("country", country_or_null),
    Field::optional("city", city_or_null),
    Field::optional("birth_date", date_or_null),
    Field::optional("attributes", attributes_or_null),
    Field::optional("amount", money_or_null),
    Field::optional("transaction_id", reference_or_null),
    Field::optional("coupon_code", reference_or_null),
    Field::optional("customer_id", reference_or_null),
    Field::optional("ttl_seconds", ttl_or_null),
];

fn example() -> Value {
    let mut example = evaluate::example();
    if let Some(fields) = example.as_object_mut() {
        fields.insert("ttl_seconds".to_owned(), 600.into());
    }
    example
}

fn part_example() -> Value {
    json!({"amount": {"amount": 500, "currency": "UYU"}})
}

fn describe_reservation(operation: &mut Operation<'_>) {
    evaluate::describe_evaluation(operation);
}

fn describe_redemption(operation: &mut Operation<'_>) {
    operation.needs_app_key();
    operation.answers::<StandingRedemption>(200, "The redemption as it stands afterwards");
}

fn describe_roll_back(operation: &mut Operation<'_>) {
    operation.takes_body();
    operation.takes_header(
        "Idempotency-Key",
        "The caller's name for this call, of 1 to 64 printable characters: repeated, it gives back nothing more.",
    );
    describe_redemption(operation);
}

// [`engine::wire::v1::RedemptionAnswer`]
/// What was consumed, or is held.
#[derive(JsonSchema)]
#[schemars(rename = "StandingRedemption")]
#[expect(dead_code, reason = "only its schema is used")]
struct StandingRedemption {
    #[schemars(with = "Id<RedemptionId>")]
    id: RedemptionId,
    #[schemars(schema_with = "status")]
    status: String,
    promotion: PromotionVersion,
    /// The shop's name for the order; null when it sent none.
    transaction_id: Option<String>,
    /// The shop's name for the shopper; null when it sent none.
    customer_id: Option<String>,
    /// The coupon that is used; null for a discount.
    coupon_code: Option<String>,
    /// What it gave; null when the request named no amount.
    discount: Option<Money>,
    /// What of that was given back; null when there is no discount.
    rolled_back: Option<Money>,
    /// When the reservation ends, exclusive; null for what is not reserved.
    expires_at: Option<DateTime<Utc>>,
    /// When it was reserved or consumed.
    created_at: DateTime<Utc>,
    /// When it changed last.
    updated_at: DateTime<Utc>,
}

/// The states of a redemption.
pub(super) fn status(_: &mut SchemaGenerator) -> Schema {
    let all = [
        RedemptionStatus::Reserved,
        RedemptionStatus::Committed,
        RedemptionStatus::Released,
        RedemptionStatus::Expired,
        RedemptionStatus::RolledBack,
    ];
    words(all.map(RedemptionStatus::as_str))
}

fn ttl_or_null(_: &mut SchemaGenerator) -> Schema {
    nullable(json_schema!({
        "type": "integer", "minimum": 1, "maximum": 86_400, "default": 900,
        "description": "How long to hold it. It is no part of what tells requests apart."
    }))
}

fn part_or_null(schemas: &mut SchemaGenerator) -> Schema {
    let mut part = money_or_null(schemas);
    part.insert(
        "description".to_owned(),
        "A part of the discount, in its currency; null or left out for all that is left.".into(),
    );
    part
}

#[cfg(test)]
mod tests {
    use engine::wire::v1::{PromotionRef, RedemptionAnswer};

    use super::*;

    #[test]
    fn answers_are_documented_whole() {
        let now = DateTime::UNIX_EPOCH;
        let answer = RedemptionAnswer {
            id: RedemptionId::from_parts(1_790_000_000_000, [1; 10]),
            status: RedemptionStatus::Committed,
            promotion: PromotionRef {
                code: "summer-10".parse().unwrap(),
                version: 3,
            },
            transaction_id: None,
            customer_id: None,
            coupon_code: None,
            discount: None,
            rolled_back: None,
            expires_at: None,
            created_at: now,
            updated_at: now,
        };
        evaluate::check_fields::<StandingRedemption>(&serde_json::to_value(&answer).unwrap());
    }
}
