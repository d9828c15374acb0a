//! A try-out as it stands in the form ↔ the body of `POST /v1/promotions/{code}/evaluate`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use engine::expression::AttributeType;
use engine::money::{Currency, Money};
use engine::problem::FieldError;
use engine::promotion::Kind;
use serde::{Deserialize, Serialize};
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
    pub(crate) coupon_code: String,
    pub(crate) customer_id: String,
}

/// The body; what is `None` is left out of it, and `null` in a sample is read as if it were.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    attributes: BTreeMap<String, Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coupon_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_id: Option<String>,
}

impl TryOut {
    /// The body's text. Numbers stand in it as they were typed, digit by digit.
    ///
    /// # Errors
    /// What cannot be written as JSON, with pointers into the body; all else is for the engine to judge.
    pub(crate) fn to_json(&self) -> Result<String, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut attributes = BTreeMap::new();
        for (name, kind, typed) in &self.attributes {
            if let Some(typed) = given(typed) {
                match attribute_json(kind, &typed) {
                    Some(value) => _ = attributes.insert(name.clone(), value),
                    None => errors.push(unreadable(name, kind)),
                }
            }
        }
        let amount = given(&self.amount).and_then(|typed| money(&typed, self.currency, "/amount", &mut errors));
        let body = Body {
            attributes,
            country: given(&self.country),
            city: given(&self.city),
            birth_date: given(&self.birth_date),
            amount,
            transaction_id: given(&self.transaction_id),
            coupon_code: given(&self.coupon_code),
            customer_id: given(&self.customer_id),
        };
        if errors.is_empty() {
            serde_json::to_string(&body).map_err(|error| vec![FieldError::new("", "unwritable", error.to_string())])
        } else {
            Err(errors)
        }
    }

    /// The body of a sample as the form's fields for `attributes` would show it; `None` for one that they cannot show
    /// without losing something. `currency` is that of an amount still to be typed.
    pub(crate) fn read(body: &str, attributes: &[(String, AttributeType)], currency: Currency) -> Option<Self> {
        // A list would be read as the members in their order.
        let object = body.trim_start().starts_with('{').then_some(body)?;
        let mut body: Body = serde_json::from_str(object).ok()?;
        let mut read = Vec::new();
        for (name, kind) in attributes {
            let typed = match body.attributes.remove(name) {
                Some(value) => attribute_text(kind, value.get())?,
                None => String::new(),
            };
            read.push((name.clone(), kind.clone(), typed));
        }
        let is_date = |text: &str| text.parse::<NaiveDate>().is_ok();
        if !body.attributes.is_empty() || body.birth_date.as_deref().is_some_and(|date| !is_date(date)) {
            return None;
        }
        Some(Self {
            attributes: read,
            country: shown(body.country)?,
            city: shown(body.city)?,
            birth_date: shown(body.birth_date)?,
            amount: body
                .amount
                .map(|amount| amount.to_decimal().to_string())
                .unwrap_or_default(),
            currency: body.amount.map_or(currency, Money::currency),
            transaction_id: shown(body.transaction_id)?,
            coupon_code: shown(body.coupon_code)?,
            customer_id: shown(body.customer_id)?,
        })
    }
}

/// The member of a request that names a transaction.
pub(crate) const TRANSACTION: &str = "transaction_id";
/// The member of a request that names a coupon.
const COUPON: &str = "coupon_code";

/// A request to judge a sample by: with a transaction or a coupon where the sample names none, since a sample is about the
/// condition and each of these counts once.
pub(crate) fn with_stand_in(request: &str, kind: Kind) -> String {
    match kind {
        Kind::Discount => with_member(request, TRANSACTION, "sample"),
        Kind::Coupon => with_member(request, COUPON, "SAMPLE"),
    }
}

/// A request with a text for a member that it leaves out; what is no object stays as it is.
pub(crate) fn with_member(request: &str, name: &str, text: &str) -> String {
    let Ok(mut body) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(request) else {
        return request.to_owned();
    };
    let is_named = body.get(name).is_some_and(|value| value.get() != "null");
    let value = serde_json::to_string(text).and_then(RawValue::from_string);
    if !is_named && let Ok(value) = value {
        body.insert(name.to_owned(), value);
    }
    serde_json::to_string(&body).unwrap_or_else(|_| request.to_owned())
}

/// A request to keep: without its transaction, which would be a used one the next time.
pub(crate) fn without_transaction(request: &str) -> Option<Box<RawValue>> {
    let mut body: BTreeMap<String, Box<RawValue>> = serde_json::from_str(request).ok()?;
    body.remove(TRANSACTION);
    RawValue::from_string(serde_json::to_string(&body).ok()?).ok()
}

/// A request with line breaks, for editing; numbers keep their digits.
pub(crate) fn indented(request: &str) -> Option<String> {
    let body: BTreeMap<String, Box<RawValue>> = serde_json::from_str(request).ok()?;
    let line = |name: &str, value: &RawValue| {
        let value = match serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(value.get()) {
            Ok(members) if name == "attributes" && !members.is_empty() => {
                let members: Option<Vec<_>> = members
                    .iter()
                    .map(|(name, value)| member_line(name, value, 4))
                    .collect();
                format!("{{\n{}\n  }}", members?.join(",\n"))
            }
            Ok(_) | Err(_) => value.get().to_owned(),
        };
        let name = serde_json::to_string(name).ok()?;
        Some(format!("  {name}: {value}"))
    };
    let lines: Option<Vec<_>> = body.iter().map(|(name, value)| line(name, value)).collect();
    Some(format!("{{\n{}\n}}", lines?.join(",\n")))
}

fn member_line(name: &str, value: &RawValue, indent: usize) -> Option<String> {
    let name = serde_json::to_string(name).ok()?;
    Some(format!("{:indent$}{name}: {}", "", value.get()))
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

fn given(typed: &str) -> Option<String> {
    Some(typed.trim()).filter(|typed| !typed.is_empty()).map(str::to_owned)
}

/// The text of a field that would be sent as it is; `None` for one that would not.
fn shown(sent: Option<String>) -> Option<String> {
    match sent {
        None => Some(String::new()),
        Some(sent) => (given(&sent).as_ref() == Some(&sent)).then_some(sent),
    }
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

/// What is to be typed for a value to be sent; `None` when nothing is.
fn attribute_text(kind: &AttributeType, json: &str) -> Option<String> {
    let text = || shown(Some(serde_json::from_str(json).ok()?));
    match kind {
        AttributeType::Number | AttributeType::Integer => is_json_number(json).then(|| json.to_owned()),
        AttributeType::Boolean => matches!(json, "true" | "false").then(|| json.to_owned()),
        AttributeType::String | AttributeType::DateTime => text(),
        AttributeType::Date => text().filter(|text| text.parse::<NaiveDate>().is_ok()),
        AttributeType::List(_) | AttributeType::Object(_) => (json != "null").then(|| json.to_owned()),
    }
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
            coupon_code: "SUMMER-1".to_owned(),
            customer_id: "c-77".to_owned(),
        }
    }

    fn empty() -> TryOut {
        TryOut {
            attributes: Vec::new(),
            country: " ".to_owned(),
            city: String::new(),
            birth_date: String::new(),
            amount: String::new(),
            currency: "UYU".parse().unwrap(),
            transaction_id: String::new(),
            coupon_code: String::new(),
            customer_id: String::new(),
        }
    }

    const WHOLE: &str = r#"{"attributes":{"member":true,"method":"vi\"sa","quantity":3,"total":120.50},"country":"UY","city":"MVD","birth_date":"1990-04-05","amount":{"amount":12050,"currency":"UYU"},"transaction_id":"order-1","coupon_code":"SUMMER-1","customer_id":"c-77"}"#;

    #[test]
    fn bodies() {
        let check = |try_out: TryOut, expected: &str| assert_eq!(try_out.to_json().unwrap(), expected);
        check(try_out(), WHOLE);
        let exact = "123456789012345678901234567890.10";
        let number = |typed: &str| vec![("total".to_owned(), AttributeType::Number, typed.to_owned())];
        let unsent = TryOut {
            attributes: vec![("member".to_owned(), AttributeType::Boolean, String::new())],
            ..empty()
        };
        check(unsent, r#"{"attributes":{}}"#);
        check(
            TryOut {
                attributes: number(exact),
                ..empty()
            },
            r#"{"attributes":{"total":123456789012345678901234567890.10}}"#,
        );
        let wrong = TryOut {
            attributes: number("1,5"),
            amount: "1.234".to_owned(),
            ..empty()
        };
        let errors = wrong.to_json().unwrap_err();
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/attributes/total", "/amount"]);
    }

    fn schema() -> Vec<(String, AttributeType)> {
        let declare = |(name, kind): (&str, &str)| (name.to_owned(), kind.parse().unwrap());
        let mut schema: Vec<_> = [
            ("member", "boolean"),
            ("method", "string"),
            ("quantity", "integer"),
            ("total", "number"),
        ]
        .map(declare)
        .into();
        schema.extend([("day", "date"), ("lines", "list<object{sku: string}>")].map(declare));
        schema
    }

    #[test]
    fn what_the_fields_show_is_what_is_sent() {
        let uyu = "UYU".parse().unwrap();
        for body in [
            WHOLE,
            r#"{"attributes":{}}"#,
            r#"{"attributes":{"day":"2026-12-24","lines":[{"sku": "A"}],"total":1e3}}"#,
            r#"{"attributes":{},"amount":{"amount":5,"currency":"JPY"}}"#,
        ] {
            let read = TryOut::read(body, &schema(), uyu).expect(body);
            assert_eq!(read.to_json().unwrap(), body);
        }
        let null = TryOut::read(r#"{"coupon_code": null}"#, &schema(), uyu).unwrap();
        assert_eq!(null.to_json().unwrap(), r#"{"attributes":{}}"#);
    }

    #[test]
    fn what_the_fields_cannot_show() {
        for body in [
            "",
            "[]",
            r#"{"attributes":{"other":1}}"#,
            r#"{"attributes":{"total":"120"}}"#,
            r#"{"attributes":{"total":null}}"#,
            r#"{"attributes":{"member":"true"}}"#,
            r#"{"attributes":{"method":" visa"}}"#,
            r#"{"attributes":{"day":"tomorrow"}}"#,
            r#"{"birth_date":"1990"}"#,
            r#"{"country":""}"#,
            r#"{"amount":{"amount":-1,"currency":"UYU"}}"#,
            r#"{"cart":[]}"#,
        ] {
            let read = TryOut::read(body, &schema(), "UYU".parse().unwrap());
            assert_eq!(read, None, "{body}");
        }
    }

    #[test]
    fn samples_get_what_they_would_consume() {
        let check = |request: &str, kind, expected: &str| assert_eq!(with_stand_in(request, kind), expected);
        check(
            r#"{"b":1.50}"#,
            Kind::Discount,
            r#"{"b":1.50,"transaction_id":"sample"}"#,
        );
        check(
            r#"{"transaction_id":null}"#,
            Kind::Discount,
            r#"{"transaction_id":"sample"}"#,
        );
        check(r#"{"transaction_id":"t"}"#, Kind::Discount, r#"{"transaction_id":"t"}"#);
        check("{}", Kind::Coupon, r#"{"coupon_code":"SAMPLE"}"#);
        check("[]", Kind::Coupon, "[]");
    }

    #[test]
    fn kept_requests_name_no_transaction() {
        let kept = without_transaction(r#"{"transaction_id": "t", "attributes": {"total": 1.50}}"#).unwrap();
        assert_eq!(kept.get(), r#"{"attributes":{"total": 1.50}}"#);
        assert!(without_transaction("[]").is_none());
    }

    #[test]
    fn requests_with_line_breaks() {
        let request = r#"{"country":"UY","attributes":{"total":1.50,"a":[1,2]}}"#;
        let expected = "{\n  \"attributes\": {\n    \"a\": [1,2],\n    \"total\": 1.50\n  },\n  \"country\": \"UY\"\n}";
        assert_eq!(indented(request).as_deref(), Some(expected));
        assert_eq!(indented("{").as_deref(), None);
    }
}
