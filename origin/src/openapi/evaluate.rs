//! Evaluations and previews: the operations that the edge answers itself, and what the origin answers in their form. Their
//! types are the engine's, in [`engine::wire::v1`].

use std::borrow::Cow;

use axum::http::Method;
use chrono::{DateTime, Utc};
use engine::evaluate::{MAX_REFERENCE_CHARS, ReasonCode};
use engine::ids::{EvaluationId, RedemptionId};
use engine::problem::ProblemType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::Documented;
use super::doc::{Doc, Field, of};
use super::operation::{Operation, nullable};
use super::promotion::{Effect, Money, TERMS};
use super::redemption;
use super::schema::{Id, code, words};

/// Every operation of the edge.
pub(super) const OPERATIONS: [(Method, &str, Documented); 1] = [(
    Method::POST,
    "/v1/promotions/{code}/evaluate",
    Documented {
        doc: &EVALUATE_PROMOTION,
        describe: describe_evaluation,
    },
)];

const EVALUATE_PROMOTION: Doc = Doc::new(
    "evaluate_promotion",
    "Decides whether a promotion applies, and consumes it when it does. The same request again gets its first answer.",
)
.path(&[("code", code)])
.open_body(REQUEST, example)
.problems(&[
    ProblemType::PromotionNotFound,
    ProblemType::TransactionAlreadyUsed,
    ProblemType::LedgerUnavailable,
    ProblemType::RateLimited,
]);

const REQUEST: &[Field] = &[
    Field::optional("country", country_or_null),
    Field::optional("city", city_or_null),
    Field::optional("birth_date", date_or_null),
    Field::optional("attributes", attributes_or_null),
    Field::optional("amount", money_or_null),
    Field::optional("transaction_id", reference_or_null),
    Field::optional("coupon_code", reference_or_null),
    Field::optional("customer_id", reference_or_null),
];

/// The fields of an evaluation, and one more, which a user's preview alone looks at.
pub(crate) const PREVIEW: &[Field] = &[
    Field::optional("country", country_or_null),
    Field::optional("city", city_or_null),
    Field::optional("birth_date", date_or_null),
    Field::optional("attributes", attributes_or_null),
    Field::optional("amount", money_or_null),
    Field::optional("transaction_id", reference_or_null),
    Field::optional("coupon_code", reference_or_null),
    Field::optional("customer_id", reference_or_null),
    Field::optional("draft", draft_or_null),
];

pub(crate) fn example() -> Value {
    json!({
        "country": "UY", "city": "MVD", "birth_date": "1990-04-05",
        "attributes": {"total": 120.5, "payment_method": "visa"},
        "amount": {"amount": 12_050, "currency": "UYU"}, "transaction_id": "order-1001"
    })
}

pub(super) fn describe_evaluation(operation: &mut Operation<'_>) {
    operation.needs_app_key();
    operation.takes_body();
    operation.answers::<Evaluation>(200, "The decision");
    operation.takes_header(
        "Idempotency-Key",
        "The caller's name for this call, of 1 to 64 printable characters. It tells repetitions of a coupon's use that \
         has no `transaction_id`.",
    );
    operation.answers_header(
        200,
        "Idempotent-Replayed",
        "`true` when this is the first answer to the same request.",
    );
}

pub(crate) fn describe_preview(operation: &mut Operation<'_>) {
    operation.answers::<Preview>(200, "The decision and its trace");
}

// [`engine::wire::v1::PreviewAnswer`]
/// A decision that consumes nothing, and its trace.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Preview {
    /// `redemption` is null.
    #[serde(flatten)]
    answer: Evaluation,
    /// What became of each operand of the condition's outermost `and`; for an application key, of those that depend on the
    /// request.
    trace: Vec<Traced>,
}

// [`engine::expression::Trace`]
/// A part of the condition and what became of it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Traced {
    /// First byte of its place in the condition.
    start: usize,
    /// One past its last byte.
    end: usize,
    #[schemars(schema_with = "trace_outcome")]
    outcome: String,
    /// The element of a list that it was asked of, counted from 0.
    #[schemars(skip_serializing_if = "Option::is_none", with = "u32")]
    element: Option<u32>,
    /// What it saw, in the order of the evaluation; an application key is not told.
    #[schemars(skip_serializing_if = "Vec::is_empty")]
    values: Vec<TracedValue>,
    /// The parts inside it; an application key is not told.
    #[schemars(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Traced>,
}

// [`engine::expression::TraceValue`]
/// A value that a part of the condition saw.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct TracedValue {
    /// First byte of its place in the condition.
    start: usize,
    /// One past its last byte.
    end: usize,
    /// As a condition would write it; `absent`, or the number of elements of a list.
    value: String,
}

// [`engine::wire::v1::EvaluateAnswer`]
/// A decision.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Evaluation {
    /// Names this evaluation in records and support requests.
    #[schemars(with = "Id<EvaluationId>")]
    evaluation_id: EvaluationId,
    promotion: PromotionVersion,
    applicable: bool,
    /// Why not; null when applicable.
    reason: Option<Reason>,
    /// What the promotion gives; null when not applicable.
    effect: Option<Effect>,
    /// What that is in money; null when not applicable or the request named no amount.
    discount: Option<Money>,
    /// What was consumed; null when not applicable.
    redemption: Option<Redemption>,
    /// Seconds since the rule was read from the store.
    rule_age_seconds: u64,
}

/// A promotion at a version.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct PromotionVersion {
    #[schemars(schema_with = "code")]
    code: String,
    /// Counts published states, from 1; 0 for a draft in a preview.
    version: u64,
}

/// Why a promotion does not apply.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Reason {
    #[schemars(with = "ReasonWord")]
    code: ReasonCode,
    /// A sentence for people.
    detail: String,
}

/// What an evaluation consumed.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Redemption {
    #[schemars(with = "Id<RedemptionId>")]
    id: RedemptionId,
    #[schemars(schema_with = "redemption::status")]
    status: String,
    /// When a reservation ends, exclusive; left out for what is not reserved.
    #[schemars(default)]
    expires_at: Option<DateTime<Utc>>,
}

struct ReasonWord;

impl JsonSchema for ReasonWord {
    fn schema_name() -> Cow<'static, str> {
        "ReasonCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words(ReasonCode::ALL.map(ReasonCode::as_str))
    }
}

fn trace_outcome(_: &mut SchemaGenerator) -> Schema {
    words(["true", "false", "absent", "fault", "skipped"])
}

pub(super) fn country_or_null(_: &mut SchemaGenerator) -> Schema {
    nullable(json_schema!({
        "type": "string", "pattern": "^[A-Z]{2}$", "examples": ["UY"], "description": "ISO 3166-1 alpha-2."
    }))
}

pub(super) fn city_or_null(_: &mut SchemaGenerator) -> Schema {
    nullable(json_schema!({
        "type": "string", "pattern": "^[A-Z2-9]{3}$", "examples": ["MVD"],
        "description": "The three-character UN/LOCODE location in the country, which has to be sent too."
    }))
}

pub(super) fn date_or_null(_: &mut SchemaGenerator) -> Schema {
    nullable(json_schema!({"type": "string", "format": "date", "description": "In the past. It is not stored."}))
}

pub(super) fn attributes_or_null(_: &mut SchemaGenerator) -> Schema {
    nullable(json_schema!({"type": "object", "description": "As the promotion declares them."}))
}

pub(super) fn money_or_null(schemas: &mut SchemaGenerator) -> Schema {
    nullable(of::<Money>(schemas))
}

pub(super) fn reference_or_null(_: &mut SchemaGenerator) -> Schema {
    nullable(json_schema!({
        "type": "string", "minLength": 1, "maxLength": MAX_REFERENCE_CHARS,
        "description": "Without control characters. A `discount` needs `transaction_id`, a `coupon` needs `coupon_code`."
    }))
}

fn draft_or_null(schemas: &mut SchemaGenerator) -> Schema {
    let fields = TERMS.iter();
    let properties: Map<_, _> = fields
        .clone()
        .map(|field| (field.name.to_owned(), (field.schema)(schemas).to_value()))
        .collect();
    let required: Vec<_> = fields
        .filter(|field| field.is_required && field.name != "code")
        .map(|field| field.name)
        .collect();
    json_schema!({
        "type": ["object", "null"], "properties": properties, "required": required,
        "description": "A promotion as it could be created, which is asked instead of the stored one; its `code` is that of \
            the path or left out. For users: an application key's preview ignores it."
    })
}

/// The schema names the fields that the engine's type has, no more and no fewer.
#[cfg(test)]
pub(super) fn check_fields<T: JsonSchema>(value: &Value) {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    let documented: Vec<_> = schema.get("properties").unwrap().as_object().unwrap().keys().collect();
    let sent: Vec<_> = value.as_object().unwrap().keys().collect();
    assert_eq!(documented, sent, "{}", T::schema_name());
}

#[cfg(test)]
mod tests {
    use engine::promotion::PromotionCode;
    use engine::wire::v1::{self, EvaluateAnswer};

    use super::*;

    fn answer() -> Value {
        let (millis, random) = (1_790_000_000_000, [1; 10]);
        let money = json!({"amount": 50, "currency": "UYU"});
        let answer = EvaluateAnswer {
            evaluation_id: EvaluationId::from_parts(millis, random),
            promotion: v1::PromotionRef {
                code: "summer-10".parse::<PromotionCode>().unwrap(),
                version: 3,
            },
            applicable: false,
            reason: Some(v1::Reason {
                code: ReasonCode::NotActive,
                detail: "It is paused.".to_owned(),
            }),
            effect: Some(engine::effect::Effect::parse(&json!({"type": "fixed_amount", "amount": money})).unwrap()),
            discount: Some(serde_json::from_value(money).unwrap()),
            redemption: Some(v1::Redemption {
                id: RedemptionId::from_parts(millis, random),
                status: v1::RedemptionStatus::Committed,
                expires_at: Some(DateTime::UNIX_EPOCH),
            }),
            rule_age_seconds: 1,
        };
        serde_json::to_value(&answer).unwrap()
    }

    #[test]
    fn answers_are_documented_whole() {
        let answer = answer();
        check_fields::<Evaluation>(&answer);
        check_fields::<PromotionVersion>(&answer["promotion"]);
        check_fields::<Reason>(&answer["reason"]);
        check_fields::<Money>(&answer["discount"]);
        check_fields::<Redemption>(&answer["redemption"]);
        let mut preview = answer;
        let value = json!({"start": 0, "end": 5, "value": "1"});
        let part = json!({"start": 0, "end": 9, "outcome": "true"});
        let traced = json!({
            "start": 0, "end": 9, "outcome": "true", "element": 1, "values": [value], "parts": [part]
        });
        preview["trace"] = json!([traced]);
        let preview: v1::PreviewAnswer = serde_json::from_value(preview).unwrap();
        let preview = serde_json::to_value(&preview).unwrap();
        check_fields::<Preview>(&preview);
        check_fields::<Traced>(&preview["trace"][0]);
        check_fields::<TracedValue>(&preview["trace"][0]["values"][0]);
    }
}
