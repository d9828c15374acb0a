//! The body of a request, for some rules: it is malformed exactly when it is no JSON, and every answer is JSON.

#![no_main]

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use engine::effect::Effect;
use engine::evaluate::{AnswerHead, Decision, EvaluateError, Evaluation, Evaluator, Request, write_answer};
use engine::ids::{EvaluationId, RedemptionId};
use engine::promotion::Rule;
use engine::wire::v1::{EvaluateAnswer, PromotionRef, Reason, Redemption, RedemptionStatus};
use engine_fuzz::{CASES, coupon_rule, rule, rule_of_cases};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// Deepest nesting of a body.
const MAX_JSON_DEPTH: usize = 32;

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    vec![
        rule(
            "total >= 100 and payment_method in ['visa', 'oca']",
            &json!({"total": "number", "payment_method": "string"}),
            &json!({"type": "percentage", "percent": "10"}),
        ),
        rule(
            "any(lines, l => l.sku == 'A' and l.quantity >= 2 and any(l.options, o => o.price > 1)) or has(note)",
            &json!({
                "lines": "list<object{sku: string, quantity: integer, options: list<object{name: string, price: number}>}>",
                "note": "string?", "gift": {"type": "boolean", "default": true},
            }),
            &json!({"type": "fixed_amount", "amount": {"amount": 500, "currency": "UYU"}}),
        ),
        rule(
            "day >= date('2026-01-01') and hour(at) < 20 and (country == 'UY' or city == 'MVD') and age between 18 and 25",
            &json!({"day": "date", "at": "date_time"}),
            &json!({"type": "tiered", "tiers": [{"from": {"amount": 100, "currency": "UYU"}, "percent": "5"}]}),
        ),
        rule_of_cases(
            "any(lines, l => l.maker.since > date('1990-01-01') and 'new' in l.tags) and customer.address.city == city \
             and sum(prices) / quantity > amount and lower(customer_id) + channel != note and not gift and vip",
        ),
        coupon_rule(),
    ]
});

fuzz_target!(|body: &[u8]| {
    let is_json = is_json(body);
    // What it read before, whose order of keys it expects again, changes nothing.
    let mut used = Evaluator::default();
    for rule in RULES.iter() {
        _ = used.evaluate(rule, CASES.request.body.as_bytes(), now());
        let mut new = Evaluator::default();
        let found = new.evaluate(rule, body, now());
        let is_malformed = matches!(found, Err(EvaluateError::Malformed(_)));
        assert_eq!(is_malformed, !is_json, "{found:?}");
        let mut bare = Evaluator::without_locations();
        match (&found, bare.evaluate(rule, body, now())) {
            (_, Err(EvaluateError::LocationsNeeded)) => assert!(is_json),
            (Ok(found), Ok(same)) => assert_eq!(found.decision, same.decision),
            (Err(found), Err(same)) => assert_eq!(*found, same),
            (found, other) => panic!("{found:?}, without locations {other:?}"),
        }
        match (found, used.evaluate(rule, body, now())) {
            (Ok(found), Ok(again)) => {
                assert_eq!(found.decision, again.decision);
                assert_eq!(found.request.fingerprint(), again.request.fingerprint());
                check_evaluation(rule, body, &found);
            }
            (Err(found), Err(again)) => {
                assert_eq!(found, again);
                assert!(!matches!(found, EvaluateError::Invalid(errors) if errors.is_empty()));
            }
            (found, again) => panic!("{found:?}, then {again:?}"),
        }
    }
});

fn now() -> DateTime<Utc> {
    CASES.request.now
}

fn is_json(body: &[u8]) -> bool {
    let text = std::str::from_utf8(body).ok();
    text.is_some_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok() && depth(text) <= MAX_JSON_DEPTH)
}

/// The deepest nesting of a JSON text.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    deepest
}

fn check_evaluation(rule: &Rule, body: &[u8], evaluation: &Evaluation<'_>) {
    // serde_json has no value for half of a surrogate pair or 1e999, which may stand where nothing is read.
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        check_request(&evaluation.request, &json);
    }
    let head = AnswerHead {
        evaluation_id: EvaluationId::from_parts(1_790_000_000_000, [7; 10]),
        redemption_id: RedemptionId::from_parts(1_790_000_000_000, [8; 10]),
        rule_age_seconds: 59,
    };
    let mut written = Vec::new();
    write_answer(&mut written, &head, rule, &evaluation.decision);
    let written = String::from_utf8(written).unwrap();
    assert_eq!(
        written,
        serde_json::to_string(&answer(&head, rule, &evaluation.decision)).unwrap()
    );
    serde_json::from_str::<Value>(&written).unwrap();
}

/// The request says what serde_json reads.
fn check_request(request: &Request<'_>, json: &Value) {
    assert_eq!(
        json["transaction_id"].as_str().unwrap_or_default(),
        request.transaction_id()
    );
    assert_eq!(json["coupon_code"].as_str(), request.coupon_code());
    assert_eq!(json["customer_id"].as_str(), request.customer_id());
    assert_eq!(json["country"].as_str(), request.country());
    assert_eq!(json["city"].as_str(), request.city());
    assert_eq!(json["amount"].is_null(), request.amount().is_none());
}

fn answer(head: &AnswerHead, rule: &Rule, decision: &Decision<'_>) -> EvaluateAnswer {
    let (effect, discount, reason): (Option<Effect>, _, _) = match decision {
        Decision::Applicable { discount } => (Some(rule.effect().clone()), *discount, None),
        Decision::Refused(refusal) => {
            let reason = Reason {
                code: refusal.code,
                detail: refusal.detail.to_string(),
            };
            (None, None, Some(reason))
        }
    };
    EvaluateAnswer {
        evaluation_id: head.evaluation_id,
        promotion: PromotionRef {
            code: rule.code().clone(),
            version: rule.version(),
        },
        applicable: effect.is_some(),
        reason,
        redemption: effect.is_some().then_some(Redemption {
            id: head.redemption_id,
            status: RedemptionStatus::Committed,
            expires_at: None,
        }),
        effect,
        discount,
        rule_age_seconds: head.rule_age_seconds,
    }
}
