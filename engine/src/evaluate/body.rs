//! The body of an evaluation, read in one pass and checked against the rule, with every error at once.

use chrono::{DateTime, Utc};

use super::Hints;
use super::request::{Head, MAX_REFERENCE_CHARS, is_reference};
use crate::calendar::Instant;
use crate::demographics::{City, Country, Locations, PlaceError, Today, parse_birth_date};
use crate::expression::{Inputs, Issues, Number, Text, Value, slot};
use crate::json::{JsonError, KeyOrder, RawString, Scanned, Scanner, Start};
use crate::money::{MAX_AMOUNT, Money};
use crate::problem::FieldError;
use crate::promotion::{Kind, Rule};
use crate::wire::v1::MAX_BODY_BYTES;

/// Why a body cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// It is no JSON.
    #[error("the body is not JSON: {0}")]
    Malformed(String),
    /// Fields are missing or wrong.
    #[error("{} fields are missing or wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// Whether a city exists in its country cannot be told without the locations, and they are not there. Nothing was said
    /// of the fields.
    #[error("the request names a city, and the locations are not there")]
    LocationsNeeded,
}

impl From<JsonError> for EvaluateError {
    fn from(error: JsonError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Reads a body at `now` into `head` and `inputs`. What neither the contract nor the condition names is ignored.
/// Without `locations` everything but a city is read.
///
/// # Errors
/// See [`EvaluateError`].
pub(super) fn read(
    rule: &Rule,
    body: &[u8],
    now: DateTime<Utc>,
    locations: Option<&Locations>,
    hints: &mut Hints,
    head: &mut Head,
    inputs: &mut Inputs,
) -> Result<(), EvaluateError> {
    if body.len() > MAX_BODY_BYTES {
        return Err(EvaluateError::Malformed(format!(
            "it has more than {MAX_BODY_BYTES} bytes"
        )));
    }
    let text = simdutf8::compat::from_utf8(body).map_err(|error| EvaluateError::Malformed(error.to_string()))?;
    let mut issues = Issues::default();
    inputs.reset(rule.program().layout(), text);
    *head = Head::default();
    let mut scanner = Scanner::new(text);
    let Ok(fields) = read_fields(rule, &mut scanner, hints, inputs, &mut issues) else {
        return Err(scanner.error().into());
    };
    let Some(fields) = fields else {
        return Err(EvaluateError::Invalid(issues.0));
    };
    let mut reader = Reader {
        scanner: &scanner,
        today: &mut hints.today,
        locations,
        needs_locations: false,
        head,
        inputs,
        issues: &mut issues,
    };
    let now = Instant::from(now);
    reader.people(&fields, now);
    reader.references(&fields);
    reader.amount_and_time(&fields, now);
    // Before the errors of the other fields, among which the city's would be missing.
    if reader.needs_locations {
        return Err(EvaluateError::LocationsNeeded);
    }
    require(rule, &fields, &mut issues);
    if issues.0.is_empty() {
        Ok(())
    } else {
        Err(EvaluateError::Invalid(issues.0))
    }
}

/// What the promotion consumes and counts has to be named.
fn require(rule: &Rule, fields: &Fields, issues: &mut Issues) {
    let mut need = |field: Field, needed: bool, detail: &str| {
        if needed && !fields.sent(field) {
            issues.add(format!("/{}", field.name()), "required", detail);
        }
    };
    match rule.kind() {
        Kind::Discount => need(
            Field::TransactionId,
            true,
            "Send the transaction that this promotion is used in, such as your order number.",
        ),
        Kind::Coupon => need(Field::CouponCode, true, "Send the coupon that the shopper shows."),
    }
    let limits = rule.limits();
    need(
        Field::CustomerId,
        limits.per_customer().is_some(),
        "Send your name for the shopper: the promotion is limited for each customer.",
    );
    need(
        Field::Amount,
        limits.budget().is_some(),
        "Send what the shopper would pay: the promotion has a budget.",
    );
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

    /// The field whose key is next; `None` for another key.
    #[inline(always)]
    fn next(scanner: &mut Scanner<'_>, order: &mut KeyOrder, place: usize) -> Scanned<Option<Self>> {
        let expected = Self::ALL.get(order.expected(place)).copied();
        if expected.is_some_and(|field| field.take(scanner)) {
            return Ok(expected);
        }
        let key = scanner.key()?;
        let named = Self::named(scanner, key);
        if let Some(field) = named {
            order.learn(place, field as usize);
        }
        Ok(named)
    }

    /// Consumes this field's key, if it stands here without white space.
    #[inline(always)]
    fn take(self, scanner: &mut Scanner<'_>) -> bool {
        match self {
            Self::Country => scanner.take_literal(b"\"country\":"),
            Self::City => scanner.take_literal(b"\"city\":"),
            Self::BirthDate => scanner.take_literal(b"\"birth_date\":"),
            Self::Attributes => scanner.take_literal(b"\"attributes\":"),
            Self::Amount => scanner.take_literal(b"\"amount\":"),
            Self::TransactionId => scanner.take_literal(b"\"transaction_id\":"),
            Self::CouponCode => scanner.take_literal(b"\"coupon_code\":"),
            Self::CustomerId => scanner.take_literal(b"\"customer_id\":"),
        }
    }

    fn named(scanner: &Scanner<'_>, key: RawString) -> Option<Self> {
        Self::ALL.into_iter().find(|field| scanner.says(key, field.name()))
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What stands in a body, before it is looked at closely.
#[derive(Default)]
struct Fields {
    /// A bit for each field that was sent and is not null.
    sent: u8,
    /// At the place of its field among all.
    strings: [Option<RawString>; Field::ALL.len()],
    amount: Option<Money>,
}

impl Fields {
    const fn sent(&self, field: Field) -> bool {
        self.sent & field.bit() != 0
    }

    fn string(&self, field: Field) -> Option<RawString> {
        self.strings.get(field as usize).copied().flatten()
    }

    fn keep(&mut self, field: Field, string: RawString) {
        if let Some(kept) = self.strings.get_mut(field as usize) {
            *kept = Some(string);
        }
    }
}

/// `None` for a body that is no object.
fn read_fields(
    rule: &Rule,
    scanner: &mut Scanner<'_>,
    hints: &mut Hints,
    inputs: &mut Inputs,
    issues: &mut Issues,
) -> Scanned<Option<Fields>> {
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
    let mut place = 0;
    while scanner.next_entry(&mut first)? {
        let Some(field) = Field::next(scanner, &mut hints.order, place)? else {
            scanner.skip()?;
            continue;
        };
        place += 1;
        if seen & field.bit() != 0 {
            issues.add(format!("/{}", field.name()), "duplicate", "Send the field once.");
            scanner.skip()?;
            continue;
        }
        seen |= field.bit();
        let start = scanner.start()?;
        if start == Start::Null {
            scanner.word("null")?;
            continue;
        }
        fields.sent |= field.bit();
        match (field, start) {
            (Field::Attributes, _) => inputs.read_attributes(rule.program().layout(), start, scanner, issues)?,
            (Field::Amount, _) => fields.amount = read_amount(start, scanner, hints, issues)?,
            (_, Start::String) => fields.keep(field, scanner.string()?),
            _ => {
                issues.add(format!("/{}", field.name()), "not_a_string", "Send a string.");
                scanner.skip()?;
            }
        }
    }
    scanner.end()?;
    if !fields.sent(Field::Attributes) {
        inputs.without_attributes(rule.program().layout(), issues);
    }
    Ok(Some(fields))
}

fn read_amount(
    start: Start,
    scanner: &mut Scanner<'_>,
    hints: &mut Hints,
    issues: &mut Issues,
) -> Scanned<Option<Money>> {
    if start != Start::Object {
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
    while scanner.next_entry(&mut first)? {
        let part = Part::next(scanner)?;
        let start = scanner.start()?;
        if part == Part::Amount && start == Start::Number && amount.is_none() {
            amount = scanner.number()?.unsigned();
        } else if part == Part::Currency && start == Start::String && currency.is_none() {
            let code = scanner.string()?;
            currency = hints.currency(scanner.text(code));
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

/// The parts of money.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Amount,
    Currency,
    Other,
}

impl Part {
    /// The part whose key is next.
    fn next(scanner: &mut Scanner<'_>) -> Scanned<Self> {
        if scanner.take_literal(b"\"amount\":") {
            return Ok(Self::Amount);
        }
        if scanner.take_literal(b"\"currency\":") {
            return Ok(Self::Currency);
        }
        let key = scanner.key()?;
        Ok(if scanner.says(key, "amount") {
            Self::Amount
        } else if scanner.says(key, "currency") {
            Self::Currency
        } else {
            Self::Other
        })
    }
}

/// What the fields say becomes the request's head and the slots of the built-in names.
struct Reader<'a> {
    scanner: &'a Scanner<'a>,
    today: &'a mut Today,
    locations: Option<&'a Locations>,
    /// Whether they are not there and a city has to be looked up.
    needs_locations: bool,
    head: &'a mut Head,
    inputs: &'a mut Inputs,
    issues: &'a mut Issues,
}

impl Reader<'_> {
    fn people(&mut self, fields: &Fields, now: Instant) {
        if let Some(text) = self.text(Field::Country, fields) {
            self.country(text);
        }
        if let Some(text) = self.text(Field::City, fields) {
            self.city(text, fields.sent(Field::Country));
        }
        if let Some(text) = self.text(Field::BirthDate, fields) {
            self.birth_date(text, now);
        }
    }

    fn country(&mut self, text: Text) {
        match Country::parse(self.inputs.text_of(text)) {
            Ok(country) => {
                self.head.country = Some(country);
                self.inputs.set_slot(slot::COUNTRY, Value::Text(text));
            }
            Err(error) => self.issues.add("/country", "country_unknown", error.to_string()),
        }
    }

    fn city(&mut self, text: Text, country_sent: bool) {
        let Some(country) = self.head.country else {
            if !country_sent {
                let detail = "A city needs its country: send `country` too.";
                self.issues.add("/country", "required", detail);
            }
            return;
        };
        let name = self.inputs.text_of(text);
        let city = match self.locations {
            Some(locations) => City::parse(name, country, locations),
            None if City::is_code(name) => {
                self.needs_locations = true;
                return;
            }
            None => Err(PlaceError::CityNotACode),
        };
        match city {
            Ok(city) => {
                self.head.city = Some(city);
                self.inputs.set_slot(slot::CITY, Value::Text(text));
            }
            Err(error) => {
                let code = match error {
                    PlaceError::CityNotInCountry => "city_not_in_country",
                    PlaceError::CityNotACode | PlaceError::CountryUnknown => "city_not_a_code",
                };
                self.issues.add("/city", code, error.to_string());
            }
        }
    }

    fn birth_date(&mut self, text: Text, now: Instant) {
        let today = self.today.on(now.utc().date());
        match parse_birth_date(self.inputs.bytes_of(text), today) {
            Ok((date, age)) => {
                self.head.birth_date = Some(date);
                self.head.age_years = Some(age);
                self.inputs
                    .set_slot(slot::AGE, Value::Number(Number::whole(age.into())));
            }
            Err(error) => self.issues.add("/birth_date", "birth_date_invalid", error.to_string()),
        }
    }

    fn amount_and_time(&mut self, fields: &Fields, now: Instant) {
        self.head.amount = fields.amount;
        if let Some(amount) = fields.amount {
            self.inputs.set_slot(slot::AMOUNT, Value::Number(major_units(amount)));
        }
        self.inputs.set_slot(slot::NOW, Value::DateTime(now));
    }

    fn references(&mut self, fields: &Fields) {
        self.head.transaction_id = self.reference(Field::TransactionId, fields);
        self.head.coupon_code = self.reference(Field::CouponCode, fields);
        self.head.customer_id = self.reference(Field::CustomerId, fields);
        if let Some(customer) = self.head.customer_id {
            self.inputs.set_slot(slot::CUSTOMER_ID, Value::Text(customer));
        }
    }

    fn reference(&mut self, field: Field, fields: &Fields) -> Option<Text> {
        let text = self.text(field, fields)?;
        if is_reference(self.inputs.bytes_of(text)) {
            return Some(text);
        }
        self.wrong_reference(field);
        None
    }

    /// What a string says; half of a surrogate pair says nothing.
    fn text(&mut self, field: Field, fields: &Fields) -> Option<Text> {
        let text = self.inputs.add_string(self.scanner, fields.string(field)?);
        if text.is_none() {
            self.wrong(field, "not_a_string", "Send a string of whole Unicode characters.");
        }
        text
    }

    #[cold]
    fn wrong_reference(&mut self, field: Field) {
        let detail = format!("Send 1 to {MAX_REFERENCE_CHARS} characters without control characters.");
        self.wrong(field, "reference_invalid", &detail);
    }

    #[cold]
    fn wrong(&mut self, field: Field, code: &str, detail: &str) {
        self.issues.add(format!("/{}", field.name()), code, detail);
    }
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
