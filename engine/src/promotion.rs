//! Promotions: what a merchant writes, checked once, and the rule that the edge stores.

mod code;
mod fields;
mod limits;
mod rule;
mod status;
mod terms;

use serde::{Deserialize, Serialize};

pub use code::{CodeError, MAX_CODE_CHARS, PromotionCode};
pub use fields::{MAX_ATTRIBUTES, MAX_NAME_CHARS, MAX_TIME_ZONE_CHARS, parse_schema, parse_time};
pub use limits::Limits;
pub use rule::{RULE_VERSION, Rule, RuleError};
pub use status::{Standing, Status};
pub use terms::Terms;

/// What an applicable evaluation consumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A transaction identifier: each counts once.
    Discount,
    /// A use of a coupon.
    Coupon,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Discount, Self::Coupon];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discount => "discount",
            Self::Coupon => "coupon",
        }
    }
}

/// A key as a token of a JSON pointer (RFC 6901 §3).
pub(crate) fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OrganizationId, PromotionId};
    use serde_json::{Value, json};

    fn example() -> Value {
        json!({
            "code": "summer-10", "name": "Summer 10 %", "kind": "discount",
            "condition": "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']",
            "attributes": {"total": "number", "quantity": "integer", "payment_method": "string"},
            "effect": {"type": "percentage", "percent": "10", "max_amount": {"amount": 50000, "currency": "UYU"}},
            "starts_at": null, "ends_at": "2027-01-31T23:59:59Z", "time_zone": "America/Montevideo",
            "limits": {"total": 500, "per_customer": null, "budget": null}
        })
    }

    fn with(pointer: &str, value: Value) -> Value {
        let mut json = example();
        let object = json.as_object_mut().unwrap();
        object.insert(pointer.to_owned(), value);
        json
    }

    #[test]
    fn api_form_reads_and_writes() {
        let terms = Terms::parse(&example()).unwrap();
        assert_eq!(serde_json::to_value(&terms).unwrap(), example());
    }

    fn rule() -> Rule {
        let (millis, random) = (1_790_000_000_000, [1; 10]);
        Rule::new(
            OrganizationId::from_parts(millis, random),
            PromotionId::from_parts(millis, random),
            3,
            Status::Active,
            &Terms::parse(&example()).unwrap(),
            &crate::zone::Zone::utc(),
        )
        .with_ledger(5, true, None)
    }

    #[test]
    fn stored_rule_is_pinned() {
        let stored = include_str!("../tests/data/rule.v3.json").trim_end();
        assert_eq!(rule().to_json().unwrap(), stored);
        assert_eq!(Rule::from_json(stored).unwrap().to_json().unwrap(), stored);
    }

    #[test]
    fn the_form_of_the_release_before_is_read() {
        let stored = include_str!("../tests/data/rule.v2.json");
        let rule = Rule::from_json(stored).unwrap();
        let expected = include_str!("../tests/data/rule.v3.json").replace(
            r#""revision":5,"limits":{"total":500,"per_customer":null,"budget":null},"counted":true"#,
            r#""revision":0,"limits":{"total":null,"per_customer":null,"budget":null},"counted":false"#,
        );
        assert_eq!(rule.to_json().unwrap(), expected.trim_end());
    }

    #[test]
    fn another_format_version_is_refused() {
        let stored = include_str!("../tests/data/rule.v3.json").replace("\"v\":3", "\"v\":4");
        assert!(
            Rule::from_json(&stored)
                .unwrap_err()
                .to_string()
                .contains("format version 4")
        );
    }

    #[test]
    fn every_error_at_once() {
        let check = |json: Value, expected: &[(&str, &str)]| {
            let errors = Terms::parse(&json).unwrap_err();
            let found: Vec<_> = errors
                .iter()
                .map(|error| (error.pointer.as_str(), error.code.as_str()))
                .collect();
            assert_eq!(found, expected);
        };
        check(json!([]), &[("", "not_an_object")]);
        check(
            json!({}),
            &[
                ("/code", "code_invalid"),
                ("/name", "name_invalid"),
                ("/kind", "kind_unknown"),
                ("/condition", "condition_missing"),
                ("/effect/type", "effect_type_unknown"),
            ],
        );
        check(with("code", json!("a/b")), &[("/code", "code_invalid")]);
        check(with("name", json!(" \n")), &[("/name", "name_invalid")]);
        check(with("kind", json!("gift")), &[("/kind", "kind_unknown")]);
        check(with("attributes", json!([])), &[("/attributes", "not_an_object")]);
        check(
            with("attributes", json!({"a/b": "number"})),
            &[("/attributes/a~1b", "name_invalid")],
        );
        check(
            with("attributes", json!({"country": "string"})),
            &[("/attributes/country", "name_built_in")],
        );
        check(
            with("attributes", json!({"total": "float"})),
            &[("/attributes/total", "type_unknown")],
        );
        check(with("condition", json!("total >")), &[("/condition", "syntax")]);
        check(with("ends_at", json!("tomorrow")), &[("/ends_at", "time_invalid")]);
        check(
            with("starts_at", json!("2027-02-01T00:00:00Z")),
            &[("/ends_at", "ends_before_start")],
        );
        // In UTC a year later: RFC 3339 could not write it, and the stored promotion would be read no more.
        let beyond = json!("9999-12-31T23:59:59-03:00");
        check(with("ends_at", beyond), &[("/ends_at", "time_invalid")]);
        let before = json!("0000-01-01T00:00:00+03:00");
        check(with("starts_at", before), &[("/starts_at", "time_invalid")]);
        check(with("time_zone", json!("")), &[("/time_zone", "time_zone_unknown")]);
        check(with("limits", json!(5)), &[("/limits", "not_an_object")]);
        check(
            with("limits", json!({"total": 0, "budget": -5})),
            &[("/limits/total", "limit_invalid"), ("/limits/budget", "money_invalid")],
        );
        check(
            with("limits", json!({"budget": {"amount": 5, "currency": "USD"}})),
            &[("/limits/budget/currency", "currency_mismatch")],
        );
    }

    #[test]
    fn a_budget_may_be_of_any_currency_when_the_effect_names_none() {
        let mut json = with("effect", json!({"type": "percentage", "percent": "10"}));
        json["limits"] = json!({"budget": {"amount": 5, "currency": "USD"}});
        assert_eq!(
            serde_json::to_value(Terms::parse(&json).unwrap()).unwrap()["limits"]["budget"]["currency"],
            "USD"
        );
    }

    #[test]
    fn capitals_fold_in_codes() {
        assert_eq!("SUMMER-10".parse::<PromotionCode>().unwrap().as_str(), "summer-10");
        for code in ["", "-a", "_a", "a b", "a/b", "é", &"a".repeat(MAX_CODE_CHARS + 1)] {
            assert_eq!(code.parse::<PromotionCode>(), Err(CodeError), "{code}");
        }
    }
}
