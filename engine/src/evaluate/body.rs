//! The body of an evaluation, read in one pass and checked against the rule, with every error at once.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::request::{Head, MAX_REFERENCE_CHARS};
use crate::calendar::Instant;
use crate::demographics::{City, Country, PlaceError, age_on, parse_birth_date};
use crate::expression::{Inputs, Issues, Number, Text, Value, slot};
use crate::json::{JsonError, RawString, Scanner, Start};
use crate::money::{MAX_AMOUNT, Money};
use crate::problem::FieldError;
use crate::promotion::{Kind, Rule};

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

impl From<JsonError> for EvaluateError {
    fn from(error: JsonError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Reads a body at `now` into `head` and `inputs`. What neither the contract nor the condition names is ignored.
///
/// # Errors
/// See [`EvaluateError`].
pub(super) fn read(
    rule: &Rule,
    body: &[u8],
    now: DateTime<Utc>,
    head: &mut Head,
    inputs: &mut Inputs,
) -> Result<(), EvaluateError> {
    let text = std::str::from_utf8(body).map_err(|error| EvaluateError::Malformed(error.to_string()))?;
    let mut issues = Issues::default();
    inputs.reset(rule.program().layout());
    *head = Head::default();
    let Some(fields) = read_fields(rule, text, inputs, &mut issues)? else {
        return Err(EvaluateError::Invalid(issues.0));
    };
    let now = Instant::from(now);
    let mut reader = Reader {
        head,
        inputs,
        issues: &mut issues,
    };
    reader.people(&fields, now);
    reader.references(&fields);
    head.amount = fields.amount;
    if fields.transaction_id.is_none() && rule.kind() == Kind::Discount && !fields.sent(Field::TransactionId) {
        let detail = "Send the transaction that this promotion is used in, such as your order number.";
        issues.add("/transaction_id", "required", detail);
    }
    if issues.0.is_empty() {
        fill_slots(head, inputs, now);
        Ok(())
    } else {
        Err(EvaluateError::Invalid(issues.0))
    }
}

/// The fields of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Country,
    City,
    BirthDate,
    Attributes,
    Amount,
    TransactionId,
    CouponCode,
    CustomerId,
}

impl Field {
    const ALL: [Self; 8] = [
        Self::Country,
        Self::City,
        Self::BirthDate,
        Self::Attributes,
        Self::Amount,
        Self::TransactionId,
        Self::CouponCode,
        Self::CustomerId,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::City => "city",
            Self::BirthDate => "birth_date",
            Self::Attributes => "attributes",
            Self::Amount => "amount",
            Self::TransactionId => "transaction_id",
            Self::CouponCode => "coupon_code",
            Self::CustomerId => "customer_id",
        }
    }

    fn named(key: RawString<'_>) -> Option<Self> {
        if key.escaped {
            return Self::ALL.into_iter().find(|field| key.is(field.name()));
        }
        match key.bytes() {
            b"country" => Some(Self::Country),
            b"city" => Some(Self::City),
            b"birth_date" => Some(Self::BirthDate),
            b"attributes" => Some(Self::Attributes),
            b"amount" => Some(Self::Amount),
            b"transaction_id" => Some(Self::TransactionId),
            b"coupon_code" => Some(Self::CouponCode),
            b"customer_id" => Some(Self::CustomerId),
            _ => None,
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What stands in a body, before it is looked at closely.
#[derive(Default)]
struct Fields<'a> {
    /// A bit for each field that was sent and is not null.
    sent: u8,
    country: Option<RawString<'a>>,
    city: Option<RawString<'a>>,
    birth_date: Option<RawString<'a>>,
    amount: Option<Money>,
    transaction_id: Option<RawString<'a>>,
    coupon_code: Option<RawString<'a>>,
    customer_id: Option<RawString<'a>>,
}

impl Fields<'_> {
    const fn sent(&self, field: Field) -> bool {
        self.sent & field.bit() != 0
    }
}

/// `None` for a body that is no object.
fn read_fields<'a>(
    rule: &Rule,
    text: &'a str,
    inputs: &mut Inputs,
    issues: &mut Issues,
) -> Result<Option<Fields<'a>>, JsonError> {
    let mut scanner = Scanner::new(text);
    let mut fields = Fields::default();
    if scanner.start()? != Start::Object {
        scanner.skip()?;
        scanner.end()?;
        issues.add("", "not_an_object", "Send a JSON object.");
        return Ok(None);
    }
    scanner.enter()?;
    let mut first = true;
    let mut seen = 0;
    while let Some(key) = scanner.next_key(&mut first)? {
        let Some(field) = Field::named(key) else {
            scanner.skip()?;
            continue;
        };
        if seen & field.bit() != 0 {
            issues.add(format!("/{}", field.name()), "duplicate", "Send the field once.");
            scanner.skip()?;
            continue;
        }
        seen |= field.bit();
        if scanner.start()? == Start::Null {
            scanner.word("null")?;
            continue;
        }
        fields.sent |= field.bit();
        match field {
            Field::Attributes => inputs.read_attributes(rule.program().layout(), &mut scanner, issues)?,
            Field::Amount => fields.amount = read_amount(&mut scanner, issues)?,
            Field::Country => fields.country = read_string(field, &mut scanner, issues)?,
            Field::City => fields.city = read_string(field, &mut scanner, issues)?,
            Field::BirthDate => fields.birth_date = read_string(field, &mut scanner, issues)?,
            Field::TransactionId => fields.transaction_id = read_string(field, &mut scanner, issues)?,
            Field::CouponCode => fields.coupon_code = read_string(field, &mut scanner, issues)?,
            Field::CustomerId => fields.customer_id = read_string(field, &mut scanner, issues)?,
        }
    }
    scanner.end()?;
    if !fields.sent(Field::Attributes) {
        inputs.without_attributes(rule.program().layout(), issues);
    }
    Ok(Some(fields))
}

fn read_string<'a>(
    field: Field,
    scanner: &mut Scanner<'a>,
    issues: &mut Issues,
) -> Result<Option<RawString<'a>>, JsonError> {
    if scanner.start()? == Start::String {
        return scanner.string().map(Some);
    }
    issues.add(format!("/{}", field.name()), "not_a_string", "Send a string.");
    scanner.skip().map(|()| None)
}

fn read_amount(scanner: &mut Scanner<'_>, issues: &mut Issues) -> Result<Option<Money>, JsonError> {
    if scanner.start()? != Start::Object {
        issues.add(
            "/amount",
            "money_invalid",
            "Send money as {\"amount\": 1205, \"currency\": \"UYU\"}, in minor units.",
        );
        return scanner.skip().map(|()| None);
    }
    scanner.enter()?;
    let (mut amount, mut currency) = (None, None);
    let mut first = true;
    while let Some(key) = scanner.next_key(&mut first)? {
        let start = scanner.start()?;
        if key.is("amount") && start == Start::Number && amount.is_none() {
            amount = scanner.number()?.unsigned();
        } else if key.is("currency") && start == Start::String && currency.is_none() {
            currency = scanner.string()?.text().parse().ok();
        } else {
            scanner.skip()?;
        }
    }
    let amount = amount.filter(|amount| *amount <= MAX_AMOUNT);
    if amount.is_none() {
        let detail = format!("Send a whole number of minor units from 0 to {MAX_AMOUNT}.");
        issues.add("/amount/amount", "amount_invalid", detail);
    }
    if currency.is_none() {
        let detail = "Send an ISO 4217 code in capitals, such as \"UYU\".";
        issues.add("/amount/currency", "currency_unknown", detail);
    }
    Ok(amount
        .zip(currency)
        .and_then(|(amount, currency)| Money::new(amount, currency).ok()))
}

struct Reader<'a> {
    head: &'a mut Head,
    inputs: &'a mut Inputs,
    issues: &'a mut Issues,
}

impl Reader<'_> {
    /// Country, city and age.
    fn people(&mut self, fields: &Fields<'_>, now: Instant) {
        if let Some(text) = self.unicode(Field::Country, fields.country) {
            match Country::parse(&text) {
                Ok(country) => self.head.country = Some(country),
                Err(error) => self.issues.add("/country", "country_unknown", error.to_string()),
            }
        }
        if let Some(text) = self.unicode(Field::City, fields.city) {
            self.city(&text, fields.sent(Field::Country));
        }
        if let Some(text) = self.unicode(Field::BirthDate, fields.birth_date) {
            let today = now.utc().date();
            match parse_birth_date(&text, today) {
                Ok(date) => {
                    self.head.birth_date = Some(date);
                    self.head.age_years = age_on(date, today);
                }
                Err(error) => self.issues.add("/birth_date", "birth_date_invalid", error.to_string()),
            }
        }
    }

    fn city(&mut self, text: &str, country_sent: bool) {
        let Some(country) = self.head.country else {
            if !country_sent {
                let detail = "A city needs its country: send `country` too.";
                self.issues.add("/country", "required", detail);
            }
            return;
        };
        match City::parse(text, country) {
            Ok(city) => self.head.city = Some(city),
            Err(error) => {
                let code = match error {
                    PlaceError::CityNotInCountry => "city_not_in_country",
                    PlaceError::CityNotACode | PlaceError::CountryUnknown => "city_not_a_code",
                };
                self.issues.add("/city", code, error.to_string());
            }
        }
    }

    fn references(&mut self, fields: &Fields<'_>) {
        self.head.transaction_id = self.reference(Field::TransactionId, fields.transaction_id);
        self.head.coupon_code = self.reference(Field::CouponCode, fields.coupon_code);
        self.head.customer_id = self.reference(Field::CustomerId, fields.customer_id);
    }

    fn reference(&mut self, field: Field, raw: Option<RawString<'_>>) -> Option<Text> {
        let text = self.inputs.add_string(raw?);
        let chars = text.and_then(|text| self.inputs.text_of(text));
        let Some(chars) = chars else {
            self.not_unicode(field);
            return None;
        };
        let length = chars.chars().count();
        if !(1..=MAX_REFERENCE_CHARS).contains(&length) || chars.chars().any(char::is_control) {
            let detail = format!("Send 1 to {MAX_REFERENCE_CHARS} characters without control characters.");
            let pointer = format!("/{}", field.name());
            self.issues.add(pointer, "reference_invalid", detail);
            return None;
        }
        text
    }

    fn unicode<'t>(&mut self, field: Field, raw: Option<RawString<'t>>) -> Option<Cow<'t, str>> {
        let raw = raw?;
        if !raw.escaped {
            return Some(Cow::Borrowed(raw.text()));
        }
        let mut text = String::new();
        if raw.append_to(&mut text) {
            return Some(Cow::Owned(text));
        }
        self.not_unicode(field);
        None
    }

    /// Half of a surrogate pair stands in the string.
    fn not_unicode(&mut self, field: Field) {
        let pointer = format!("/{}", field.name());
        self.issues
            .add(pointer, "not_a_string", "Send a string of whole Unicode characters.");
    }
}

/// The built-in names that a condition may read.
fn fill_slots(head: &Head, inputs: &mut Inputs, now: Instant) {
    let country = head.country.as_ref().map(|country| inputs.add_text(country.as_str()));
    let city = head.city.as_ref().map(|city| inputs.add_text(city.as_str()));
    let age = head.age_years.map(|age| Number::whole(age.into()));
    let amount = head.amount.map(major_units);
    inputs.set_slot(slot::COUNTRY, country.map_or(Value::Absent, Value::Text));
    inputs.set_slot(slot::CITY, city.map_or(Value::Absent, Value::Text));
    inputs.set_slot(slot::AGE, age.map_or(Value::Absent, Value::Number));
    inputs.set_slot(slot::AMOUNT, amount.map_or(Value::Absent, Value::Number));
    inputs.set_slot(slot::CUSTOMER_ID, head.customer_id.map_or(Value::Absent, Value::Text));
    inputs.set_slot(slot::NOW, Value::DateTime(now));
}

/// An amount as conditions see it: 12050 UYU is 120.50.
fn major_units(amount: Money) -> Number {
    match (
        i64::try_from(amount.amount()),
        u8::try_from(amount.currency().decimals()),
    ) {
        (Ok(mantissa), Ok(scale)) => Number::small(mantissa, scale),
        _ => amount.to_decimal().into(),
    }
}
