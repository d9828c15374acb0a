//! What the fuzz targets share: the schema and the requests that conditions are written against, and rules made of them.
//!
//! `corpus/<target>` holds the inputs that each target starts from, `dictionaries/<target>.txt` the words that it mixes
//! in. A target panics when a law of the engine is broken; whatever else it does is the input's business.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Utc};
use engine::expression::{Program, Schema};
use engine::ids::{OrganizationId, PromotionId};
use engine::promotion::{Rule, Status, Terms};
use engine::zone::{Transition, Zone};
use serde::Deserialize;
use serde_json::{Value, json};

/// The schema and the request of the engine's own cases.
#[derive(Deserialize)]
pub struct Cases {
    /// Every type, list, object, optional attribute and default.
    pub attributes: Schema,
    /// A request with nearly all of them.
    pub request: RequestCase,
}

/// A request's body, and when it is made.
#[derive(Deserialize)]
pub struct RequestCase {
    /// JSON.
    pub body: String,
    /// The time of the evaluation.
    pub now: DateTime<Utc>,
}

/// The cases that the engine's tests run; only their schema and request are read.
pub static CASES: LazyLock<Cases> =
    LazyLock::new(|| toml::from_str(include_str!("../../tests/cases/conditions.toml")).unwrap());

/// A request in which every list is empty and everything that may be absent is.
pub const SPARSE_BODY: &str = r#"{"transaction_id": "t", "attributes": {"total": 0, "quantity": -1, "method": "",
    "member": false, "delivery": "0001-01-01", "placed_at": "9999-12-31T23:59:59Z", "tags": [], "prices": [], "none": [],
    "lines": [], "customer": {"tier": "", "orders": 0}}}"#;

/// America/New_York in 2026.
pub fn zone() -> Zone {
    let minutes = |time: &str| u32::try_from(time.parse::<DateTime<Utc>>().unwrap().timestamp() / 60).unwrap();
    let transitions = [("2026-03-08T07:00:00Z", -240), ("2026-11-01T06:00:00Z", -300)];
    let transitions = transitions.map(|(time, offset_minutes)| Transition {
        at_minutes: minutes(time),
        offset_minutes,
    });
    Zone::new(-300, &transitions).unwrap()
}

/// The rule of a promotion with this condition, attributes and effect; panics when they are not valid.
pub fn rule(condition: &str, attributes: &Value, effect: &Value) -> Rule {
    rule_of(&json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "discount",
        "condition": condition, "attributes": attributes, "effect": effect,
    }))
}

/// The rule of a promotion that consumes coupons, generated and listed ones, and counts everything.
pub fn coupon_rule() -> Rule {
    let coupons = include_str!("../../tests/data/coupon_set.v1.json");
    let rule = rule_of(&json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "coupon", "condition": "amount > 1",
        "effect": {"type": "percentage", "percent": "10"},
        "limits": {"total": 5, "per_customer": 1, "budget": {"amount": 5000, "currency": "UYU"}},
    }));
    rule.with_ledger(1, true, Some(serde_json::from_str(coupons).unwrap()))
}

fn rule_of(terms: &Value) -> Rule {
    let terms = Terms::parse(terms).unwrap_or_else(|errors| panic!("{terms}: {errors:?}"));
    let (millis, random) = (1_790_000_000_000, [1; 10]);
    let (organization, promotion) = (
        OrganizationId::from_parts(millis, random),
        PromotionId::from_parts(millis, random),
    );
    Rule::new(organization, promotion, 1, Status::Active, &terms, &zone())
}

/// A rule with this condition on [`CASES`].
pub fn rule_of_cases(condition: &str) -> Rule {
    let attributes = serde_json::to_value(&CASES.attributes).unwrap();
    rule(condition, &attributes, &json!({"type": "percentage", "percent": "10"}))
}

/// The rule as it would be had this program been stored for it.
pub fn with_program(rule: &Rule, program: &Program) -> Rule {
    let mut stored: Value = serde_json::from_str(&rule.to_json().unwrap()).unwrap();
    stored["program"] = STANDARD_NO_PAD.encode(program.to_bytes()).into();
    Rule::from_json(&stored.to_string()).unwrap()
}
