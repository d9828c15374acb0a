//! A try-out as it stands in the form → the body of `POST /v1/promotions/{code}/evaluate`.

use std::collections::BTreeMap;

use engine::expression::AttributeType;
use engine::money::{Currency, Money};
use engine::problem::FieldError;
use serde::Serialize;
use serde_json::value::RawValue;

use super::field_errors::pointer;
use super::number::is_json_number;
use super::promotion::money;
use crate::i18n::forms as text;

/// What the merchant has typed; an empty text leaves the field out of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TryOut {
    /// Name, declared type and typed text.
    pub(crate) attributes: Vec<(String, AttributeType, String)>,
    pub(crate) country: String,
    pub(crate) city: String,
    pub(crate) birth_date: String,
    /// In major units.
    pub(crate) amount: String,
    pub(crate) currency: Currency,
    pub(crate) transaction_id: String,
}

#[derive(Serialize)]
struct Body<'a> {
    attributes: BTreeMap<&'a str, Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
}

impl TryOut {
    /// The body's text. Numbers stand in it as they were typed, digit by digit.
    ///
    /// # Errors
    /// What cannot be written as JSON, with pointers into the body; all else is for the edge to judge.
    pub(crate) fn to_json(&self) -> Result<String, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut attributes = BTreeMap::new();
        for (name, kind, typed) in &self.attributes {
            if let Some(typed) = given(typed) {
                match attribute_json(kind, typed) {
                    Some(value) => _ = attributes.insert(name.as_str(), value),
                    None => errors.push(unreadable(name, kind)),
                }
            }
        }
        let amount = given(&self.amount).and_then(|typed| money(typed, self.currency, "/amount", &mut errors));
        let body = Body {
            attributes,
            country: given(&self.country),
            city: given(&self.city),
            birth_date: given(&self.birth_date),
            amount,
            transaction_id: given(&self.transaction_id),
        };
        if errors.is_empty() {
            serde_json::to_string(&body).map_err(|error| vec![FieldError::new("", "unwritable", error.to_string())])
        } else {
            Err(errors)
        }
    }
}

fn unreadable(name: &str, kind: &AttributeType) -> FieldError {
    let (code, detail) = match kind {
        AttributeType::List(_) | AttributeType::Object(_) => ("json_invalid", text::json_invalid()),
        AttributeType::Number
        | AttributeType::Integer
        | AttributeType::String
        | AttributeType::Boolean
        | AttributeType::Date
        | AttributeType::DateTime => ("number_invalid", text::number_invalid()),
    };
    FieldError::new(pointer("/attributes", name), code, detail)
}

fn given(typed: &str) -> Option<&str> {
    Some(typed.trim()).filter(|typed| !typed.is_empty())
}

fn attribute_json(kind: &AttributeType, typed: &str) -> Option<Box<RawValue>> {
    let json = match kind {
        AttributeType::Number | AttributeType::Integer if is_json_number(typed) => typed.to_owned(),
        AttributeType::Number | AttributeType::Integer => return None,
        AttributeType::String | AttributeType::Date | AttributeType::DateTime => serde_json::to_string(typed).ok()?,
        AttributeType::List(_) | AttributeType::Object(_) => typed.to_owned(),
        AttributeType::Boolean => (typed == "true").to_string(),
    };
    RawValue::from_string(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_out() -> TryOut {
        let attribute = |name: &str, kind, typed: &str| (name.to_owned(), kind, typed.to_owned());
        TryOut {
            attributes: vec![
                attribute("total", AttributeType::Number, " 120.50 "),
                attribute("quantity", AttributeType::Integer, "3"),
                attribute("method", AttributeType::String, "vi\"sa"),
                attribute("member", AttributeType::Boolean, "true"),
            ],
            country: "UY".to_owned(),
            city: "MVD".to_owned(),
            birth_date: "1990-04-05".to_owned(),
            amount: "120.50".to_owned(),
            currency: "UYU".parse().unwrap(),
            transaction_id: "order-1".to_owned(),
        }
    }

    #[test]
    fn bodies() {
        let check = |try_out: TryOut, expected: &str| assert_eq!(try_out.to_json().unwrap(), expected);
        check(
            try_out(),
            r#"{"attributes":{"member":true,"method":"vi\"sa","quantity":3,"total":120.50},"country":"UY","city":"MVD","birth_date":"1990-04-05","amount":{"amount":12050,"currency":"UYU"},"transaction_id":"order-1"}"#,
        );
        let exact = "123456789012345678901234567890.10";
        let number = |typed: &str| vec![("total".to_owned(), AttributeType::Number, typed.to_owned())];
        let empty = TryOut {
            attributes: vec![("member".to_owned(), AttributeType::Boolean, String::new())],
            country: " ".to_owned(),
            city: String::new(),
            birth_date: String::new(),
            amount: String::new(),
            transaction_id: String::new(),
            ..try_out()
        };
        check(empty.clone(), r#"{"attributes":{}}"#);
        check(
            TryOut {
                attributes: number(exact),
                ..empty.clone()
            },
            r#"{"attributes":{"total":123456789012345678901234567890.10}}"#,
        );
        let wrong = TryOut {
            attributes: number("1,5"),
            amount: "1.234".to_owned(),
            ..empty
        };
        let errors = wrong.to_json().unwrap_err();
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/attributes/total", "/amount"]);
    }
}
