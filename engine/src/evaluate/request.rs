//! The body of an evaluation, read once and checked against the rule, with every error at once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::calendar::{Date, Instant};
use crate::decimal::parse_json_number;
use crate::demographics::{AgeBand, City, Country, PlaceError, age_on, parse_birth_date};
use crate::expression::{AttributeType, Value};
use crate::money::Money;
use crate::problem::FieldError;
use crate::promotion::{Kind, Rule, escape_pointer};

/// Longest transaction, customer or coupon reference, in characters: room for a UUID with a prefix or a URN, and it
/// bounds what the ledger stores.
pub const MAX_REFERENCE_CHARS: usize = 128;

/// Why a body cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// It is no JSON.
    #[error("the body is not JSON: {0}")]
    Malformed(String),
    /// Fields are missing or wrong.
    #[error("{} fields are missing or wrong", .0.len())]
    Invalid(Vec<FieldError>),
}

/// A request that fits the rule's schema.
#[derive(Debug, Clone)]
pub struct Request {
    country: Option<Country>,
    city: Option<City>,
    age_years: Option<u8>,
    attributes: BTreeMap<String, Value>,
    amount: Option<Money>,
    transaction_id: String,
    customer_id: Option<String>,
    fingerprint: String,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    country: Option<&'a RawValue>,
    #[serde(borrow, default)]
    city: Option<&'a RawValue>,
    #[serde(borrow, default)]
    birth_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    amount: Option<&'a RawValue>,
    #[serde(borrow, default)]
    transaction_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    coupon_code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    customer_id: Option<&'a RawValue>,
}

impl Request {
    /// Reads a body at `now`. Attributes that the rule does not declare are ignored; declared ones are required, as
    /// is every built-in name that the condition reads.
    ///
    /// # Errors
    /// See [`EvaluateError`].
    pub(super) fn read(rule: &Rule, body: &[u8], now: DateTime<Utc>) -> Result<Self, EvaluateError> {
        let body = parse_body(body)?;
        let today = Instant::from(now).utc().date();
        let mut reader = Reader {
            rule,
            errors: Vec::new(),
        };
        let country = reader.country(body.country);
        let city = reader.city(body.city, body.country.is_some(), country);
        let birth_date = reader.birth_date(body.birth_date, today);
        let attributes = reader.attributes(body.attributes);
        let amount = reader.amount(body.amount);
        let transaction_id = reader.reference("transaction_id", body.transaction_id);
        if body.transaction_id.is_none() && rule.terms().kind() == Kind::Discount {
            reader.required(
                "transaction_id",
                "Send the transaction that this promotion is used in, such as your order number.",
            );
        }
        let coupon_code = reader.reference("coupon_code", body.coupon_code);
        let customer_id = reader.reference("customer_id", body.customer_id);
        reader.required_by_condition(&body);
        if !reader.errors.is_empty() {
            return Err(EvaluateError::Invalid(reader.errors));
        }
        let mut request = Self {
            country,
            city,
            age_years: birth_date.and_then(|birth| age_on(birth, today)),
            attributes,
            amount,
            transaction_id: transaction_id.unwrap_or_default(),
            customer_id,
            fingerprint: String::new(),
        };
        request.fingerprint = request.fingerprint_with(birth_date, coupon_code.as_deref());
        Ok(request)
    }

    /// ISO 3166-1 alpha-2.
    pub fn country(&self) -> Option<&str> {
        self.country.as_ref().map(Country::as_str)
    }

    /// UN/LOCODE location in the country.
    pub fn city(&self) -> Option<&str> {
        self.city.as_ref().map(City::as_str)
    }

    /// Whole years at the time of the request, by the UTC calendar.
    pub const fn age_years(&self) -> Option<u8> {
        self.age_years
    }

    /// For records.
    pub fn age_band(&self) -> Option<AgeBand> {
        self.age_years.map(AgeBand::of)
    }

    /// The declared attributes.
    pub const fn attributes(&self) -> &BTreeMap<String, Value> {
        &self.attributes
    }

    /// What the shopper would pay.
    pub const fn amount(&self) -> Option<Money> {
        self.amount
    }

    /// The transaction that consumes the promotion.
    pub fn transaction_id(&self) -> &str {
        &self.transaction_id
    }

    /// The shop's name for the shopper.
    pub fn customer_id(&self) -> Option<&str> {
        self.customer_id.as_deref()
    }

    /// Tells this request from another with the same transaction: SHA-256 in hex over every value that the rule takes
    /// from it, so that order of keys, white space and undeclared attributes do not count.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn fingerprint_with(&self, birth_date: Option<Date>, coupon_code: Option<&str>) -> String {
        let mut hasher = Sha256::new();
        // A length before each part keeps ("a", "bc") apart from ("ab", "c").
        let mut part = |name: &str, text: &str| {
            hasher.update(format!("{name}:{}:{text};", text.len()));
        };
        part("country", self.country().unwrap_or_default());
        part("city", self.city().unwrap_or_default());
        part(
            "birth_date",
            &birth_date.map(|date| date.to_string()).unwrap_or_default(),
        );
        part(
            "amount",
            &self.amount.map(|amount| amount.to_string()).unwrap_or_default(),
        );
        part("coupon_code", coupon_code.unwrap_or_default());
        part("customer_id", self.customer_id().unwrap_or_default());
        for (name, value) in &self.attributes {
            match value {
                Value::Number(number) => part(name, &format!("n{}", number.normalize())),
                Value::String(text) => part(name, &format!("s{text}")),
                Value::Boolean(value) => part(name, &format!("b{value}")),
            }
        }
        hex::encode(hasher.finalize())
    }
}

fn parse_body(body: &[u8]) -> Result<Body<'_>, EvaluateError> {
    let text = std::str::from_utf8(body).map_err(|error| EvaluateError::Malformed(format!("{error}")))?;
    let malformed = |error: serde_json::Error| EvaluateError::Malformed(error.to_string());
    // Checked by itself, because serde would also read the fields from an array.
    if !text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{') {
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(malformed)?;
        return Err(EvaluateError::Invalid(vec![FieldError::new(
            "",
            "not_an_object",
            "Send a JSON object.",
        )]));
    }
    serde_json::from_str(text).map_err(malformed)
}

struct Reader<'a> {
    rule: &'a Rule,
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    fn error(&mut self, pointer: &str, code: &str, detail: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, code, detail));
    }

    fn required(&mut self, name: &str, detail: impl Into<String>) {
        self.error(&format!("/{name}"), "required", detail);
    }

    /// A built-in name that the condition reads has to have a value.
    fn required_by_condition(&mut self, body: &Body<'_>) {
        let sources = [
            ("age", "birth_date", body.birth_date),
            ("amount", "amount", body.amount),
            ("city", "city", body.city),
            ("country", "country", body.country),
            ("customer_id", "customer_id", body.customer_id),
        ];
        for (name, field, value) in sources {
            if value.is_none() && self.rule.terms().condition().reads(name) {
                self.required(
                    field,
                    format!("The promotion's condition reads `{name}`: send `{field}`."),
                );
            }
        }
    }

    fn text<'a>(&mut self, pointer: &str, raw: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
        let text = string(raw?);
        if text.is_none() {
            self.error(pointer, "not_a_string", "Send a string.");
        }
        text
    }

    fn country(&mut self, raw: Option<&RawValue>) -> Option<Country> {
        let text = self.text("/country", raw)?;
        Country::parse(&text)
            .map_err(|error| self.error("/country", "country_unknown", error.to_string()))
            .ok()
    }

    fn city(&mut self, raw: Option<&RawValue>, country_sent: bool, country: Option<Country>) -> Option<City> {
        let text = self.text("/city", raw)?;
        let Some(country) = country else {
            if !country_sent {
                self.error("/country", "required", "A city needs its country: send `country` too.");
            }
            return None;
        };
        let city = City::parse(&text, country);
        city.map_err(|error| {
            let code = match error {
                PlaceError::CityNotInCountry => "city_not_in_country",
                PlaceError::CityNotACode | PlaceError::CountryUnknown => "city_not_a_code",
            };
            self.error("/city", code, error.to_string());
        })
        .ok()
    }

    fn birth_date(&mut self, raw: Option<&RawValue>, today: Date) -> Option<Date> {
        let text = self.text("/birth_date", raw)?;
        let date = parse_birth_date(&text, today);
        date.map_err(|error| self.error("/birth_date", "birth_date_invalid", error.to_string()))
            .ok()
    }

    fn amount(&mut self, raw: Option<&RawValue>) -> Option<Money> {
        let json = serde_json::from_str(raw?.get()).unwrap_or(serde_json::Value::Null);
        Money::parse(&json, "/amount")
            .map_err(|error| self.errors.push(error))
            .ok()
    }

    fn reference(&mut self, name: &str, raw: Option<&RawValue>) -> Option<String> {
        let pointer = format!("/{name}");
        let text = self.text(&pointer, raw)?;
        let length = text.chars().count();
        if !(1..=MAX_REFERENCE_CHARS).contains(&length) || text.chars().any(char::is_control) {
            let detail = format!("Send 1 to {MAX_REFERENCE_CHARS} characters without control characters.");
            self.error(&pointer, "reference_invalid", detail);
            return None;
        }
        Some(text.into_owned())
    }

    fn attributes(&mut self, raw: Option<&RawValue>) -> BTreeMap<String, Value> {
        let sent = raw.map_or("{}", RawValue::get);
        let Ok(sent) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(sent) else {
            self.error(
                "/attributes",
                "not_an_object",
                "Send an object, such as {\"total\": 120.50}.",
            );
            return BTreeMap::new();
        };
        let mut values = BTreeMap::new();
        for (name, kind) in self.rule.terms().attributes() {
            let pointer = format!("/attributes/{}", escape_pointer(name));
            let raw = sent.get(name.as_str()).filter(|raw| raw.get() != "null");
            match raw.map(|raw| attribute(*kind, raw)) {
                Some(Ok(value)) => _ = values.insert(name.clone(), value),
                Some(Err(detail)) => self.error(&pointer, "wrong_type", detail),
                None => self.error(
                    &pointer,
                    "required",
                    format!("Send the attribute `{name}`, {}.", article(*kind)),
                ),
            }
        }
        values
    }
}

const fn article(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::Number => "a number",
        AttributeType::Integer => "a whole number",
        AttributeType::String => "a string",
        AttributeType::Boolean => "true or false",
    }
}

fn attribute(kind: AttributeType, raw: &RawValue) -> Result<Value, String> {
    let wrong = || format!("Send {}.", article(kind));
    match kind {
        AttributeType::Number => number(raw, kind).map(Value::Number),
        AttributeType::Integer => number(raw, kind).and_then(|value| {
            if value.is_integer() {
                Ok(Value::Number(value))
            } else {
                Err(wrong())
            }
        }),
        AttributeType::String => string(raw)
            .map(|text| Value::String(text.into_owned()))
            .ok_or_else(wrong),
        AttributeType::Boolean => match raw.get() {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(wrong()),
        },
    }
}

fn number(raw: &RawValue, kind: AttributeType) -> Result<rust_decimal::Decimal, String> {
    let text = raw.get();
    if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return Err(format!("Send {}.", article(kind)));
    }
    parse_json_number(text).map_err(|error| format!("Send a shorter number: {error}."))
}

/// A JSON string's text; `None` for another type, or a string that is no Unicode (a lone surrogate).
fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    // `Cow` alone would always copy; borrowing works whenever there is no escape.
    serde_json::from_str::<&str>(raw.get())
        .map(Cow::Borrowed)
        .or_else(|_| serde_json::from_str::<String>(raw.get()).map(Cow::Owned))
        .ok()
}
