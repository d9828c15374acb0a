//! A promotion as it stands in the form → the body of `POST /v1/promotions`, checked by the engine before it is sent.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::expression::{AttributeType, Schema, is_name};
use engine::money::{Currency, Money};
use engine::problem::FieldError;
use engine::promotion::Terms;
use serde_json::{Value, json};

use super::amount::{AmountError, parse_amount};
use super::field_errors::{merge, pointer};
use super::window::parse_wall;
use crate::i18n::forms as text;

/// What the merchant has typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, AttributeType)>,
    pub(crate) condition: String,
    pub(crate) effect: EffectDraft,
    /// Values of `datetime-local` inputs, in `time_zone`; empty for none.
    pub(crate) starts_at: String,
    pub(crate) ends_at: String,
    pub(crate) time_zone: String,
}

/// The effect's fields; amounts in major units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EffectDraft {
    Percentage {
        percent: String,
        cap: String,
        currency: Currency,
    },
    FixedAmount {
        amount: String,
        currency: Currency,
    },
}

/// The declared attributes that can be used, for checking the condition while rows are still being typed.
pub(crate) fn schema(attributes: &[(String, AttributeType)]) -> Schema {
    let usable = attributes.iter().filter(|(name, _)| is_name(name.trim()));
    usable
        .map(|(name, kind)| (name.trim().to_owned(), kind.clone().into()))
        .collect()
}

impl Draft {
    /// The body to send. `utc_of` turns wall time in the draft's zone into an instant.
    ///
    /// # Errors
    /// Everything that is wrong, with the pointers that the server would use.
    pub(crate) fn to_json(
        &self,
        utc_of: impl Fn(NaiveDateTime) -> Option<DateTime<Utc>>,
    ) -> Result<Value, Vec<FieldError>> {
        let mut errors = Vec::new();
        let attributes = self.attributes_json(&mut errors);
        let effect = self.effect_json(&mut errors);
        let starts_at = instant_json(&self.starts_at, "/starts_at", &utc_of, &mut errors);
        let ends_at = instant_json(&self.ends_at, "/ends_at", &utc_of, &mut errors);
        let body = json!({
            "code": self.code.trim(), "name": self.name.trim(), "kind": "discount",
            "condition": self.condition, "attributes": attributes, "effect": effect,
            "starts_at": starts_at, "ends_at": ends_at, "time_zone": self.time_zone,
        });
        let found = Terms::parse(&body).err().unwrap_or_default();
        let errors = merge(errors, found);
        if errors.is_empty() { Ok(body) } else { Err(errors) }
    }

    fn attributes_json(&self, errors: &mut Vec<FieldError>) -> Value {
        let mut declared = BTreeMap::new();
        for (name, kind) in &self.attributes {
            let name = name.trim();
            if declared.insert(name, kind.to_string()).is_some() {
                errors.push(FieldError::new(
                    pointer("/attributes", name),
                    "name_taken",
                    text::attribute_twice(),
                ));
            }
        }
        json!(declared)
    }

    fn effect_json(&self, errors: &mut Vec<FieldError>) -> Value {
        match &self.effect {
            EffectDraft::Percentage { percent, cap, currency } => {
                let percent = percent.trim();
                if cap.trim().is_empty() {
                    return json!({"type": "percentage", "percent": percent});
                }
                let cap = money(cap, *currency, "/effect/max_amount", errors);
                json!({"type": "percentage", "percent": percent, "max_amount": cap})
            }
            EffectDraft::FixedAmount { amount, currency } => {
                json!({"type": "fixed_amount", "amount": money(amount, *currency, "/effect/amount", errors)})
            }
        }
    }
}

/// Reads an amount of a form; what is wrong is added to `errors` at `at`.
pub(super) fn money(typed: &str, currency: Currency, at: &str, errors: &mut Vec<FieldError>) -> Option<Money> {
    let error = match parse_amount(typed, currency) {
        Ok(money) => return Some(money),
        Err(error) => error,
    };
    let detail = match error {
        AmountError::NotANumber => text::amount_not_a_number().to_owned(),
        AmountError::TooManyDecimals(0) => text::amount_without_decimals(currency.code()),
        AmountError::TooManyDecimals(decimals) => text::amount_decimals(currency.code(), decimals),
        AmountError::TooLarge => text::amount_too_large().to_owned(),
    };
    errors.push(FieldError::new(at, "amount_invalid", detail));
    None
}

fn instant_json(
    typed: &str,
    at: &str,
    utc_of: impl Fn(NaiveDateTime) -> Option<DateTime<Utc>>,
    errors: &mut Vec<FieldError>,
) -> Option<DateTime<Utc>> {
    if typed.is_empty() {
        return None;
    }
    let instant = parse_wall(typed).and_then(utc_of);
    if instant.is_none() {
        errors.push(FieldError::new(at, "time_invalid", text::time_invalid()));
    }
    instant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            code: " summer-10 ".to_owned(),
            name: "Summer 10 %".to_owned(),
            attributes: vec![("total".to_owned(), AttributeType::Number)],
            condition: "total >= 100".to_owned(),
            effect: EffectDraft::Percentage {
                percent: "10".to_owned(),
                cap: "500.5".to_owned(),
                currency: "UYU".parse().unwrap(),
            },
            starts_at: String::new(),
            ends_at: "2027-01-31T23:59:59".to_owned(),
            time_zone: "America/Montevideo".to_owned(),
        }
    }

    fn build(draft: &Draft) -> Result<Value, Vec<FieldError>> {
        draft.to_json(|wall| Some(wall.and_utc()))
    }

    #[test]
    fn body() {
        let expected = json!({
            "code": "summer-10", "name": "Summer 10 %", "kind": "discount", "condition": "total >= 100",
            "attributes": {"total": "number"},
            "effect": {"type": "percentage", "percent": "10", "max_amount": {"amount": 50_050, "currency": "UYU"}},
            "starts_at": null, "ends_at": "2027-01-31T23:59:59Z", "time_zone": "America/Montevideo",
        });
        assert_eq!(build(&draft()), Ok(expected));
        let fixed = EffectDraft::FixedAmount {
            amount: "5".to_owned(),
            currency: "JPY".parse().unwrap(),
        };
        let body = build(&Draft {
            effect: fixed,
            ..draft()
        })
        .unwrap();
        assert_eq!(
            body["effect"],
            json!({"type": "fixed_amount", "amount": {"amount": 5, "currency": "JPY"}})
        );
    }

    #[test]
    fn every_error_at_once_and_each_place_once() {
        let check = |draft: Draft, expected: &[&str]| {
            let errors = build(&draft).unwrap_err();
            let found: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!(found, expected);
        };
        let percentage = |percent: &str, cap: &str| EffectDraft::Percentage {
            percent: percent.to_owned(),
            cap: cap.to_owned(),
            currency: "UYU".parse().unwrap(),
        };
        let row = |name: &str| (name.to_owned(), AttributeType::Number);
        check(
            Draft {
                code: String::new(),
                name: String::new(),
                ..draft()
            },
            &["/code", "/name"],
        );
        check(
            Draft {
                effect: percentage("x", "1,5"),
                ..draft()
            },
            &["/effect/max_amount", "/effect/percent"],
        );
        check(
            Draft {
                effect: percentage("10", "0"),
                ..draft()
            },
            &["/effect/max_amount/amount"],
        );
        check(
            Draft {
                condition: "total >".to_owned(),
                ..draft()
            },
            &["/condition"],
        );
        check(
            Draft {
                attributes: vec![row("total"), row("total")],
                ..draft()
            },
            &["/attributes/total"],
        );
        check(
            Draft {
                attributes: vec![row("total"), row("")],
                ..draft()
            },
            &["/attributes/"],
        );
        check(
            Draft {
                ends_at: "soon".to_owned(),
                ..draft()
            },
            &["/ends_at"],
        );
        check(
            Draft {
                starts_at: "2027-02-01T00:00".to_owned(),
                ..draft()
            },
            &["/ends_at"],
        );
    }

    #[test]
    fn unfinished_rows_declare_nothing() {
        let row = |name: &str| (name.to_owned(), AttributeType::String);
        let schema = schema(&[row(""), row("a b"), row(" total "), row("1x")]);
        assert_eq!(schema.into_keys().collect::<Vec<_>>(), ["total"]);
    }
}
