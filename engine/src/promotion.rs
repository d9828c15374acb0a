//! Promotions: what a merchant writes, checked once, and the rule that the edge stores.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::effect::Effect;
use crate::expression::{AttributeType, BUILT_IN_NAMES, Condition, Schema, is_name};
use crate::ids::{OrganizationId, PromotionId};
use crate::problem::FieldError;
use crate::wire::v1::V1;

/// Longest promotion code, in characters: it is part of a URL and of a KV key of at most 512 bytes.
pub const MAX_CODE_CHARS: usize = 64;
/// Longest name, in characters: a line of a list.
pub const MAX_NAME_CHARS: usize = 200;
/// Most declared attributes: a condition has at most 256 nodes, so it cannot read more in a useful way.
pub const MAX_ATTRIBUTES: usize = 64;
/// Longest IANA time zone name, in characters; the longest that exists has 32.
pub const MAX_TIME_ZONE_CHARS: usize = 64;

/// A promotion's code: 1 to 64 of `a-z 0-9 - _`, starting with a letter or digit. Capitals are folded when it is
/// read, so that `SUMMER-10` and `summer-10` name one promotion.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PromotionCode(String);

/// Why a text is not a promotion code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is 1 to {MAX_CODE_CHARS} letters, digits, `-` and `_`, and starts with a letter or digit")]
pub struct CodeError;

impl PromotionCode {
    /// The code in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PromotionCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let starts_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !starts_well || text.len() > MAX_CODE_CHARS || !text.bytes().all(allowed) {
            return Err(CodeError);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for PromotionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PromotionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PromotionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PromotionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What an applicable evaluation consumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A transaction identifier: each counts once.
    Discount,
}

/// Where a promotion stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written; the edge does not know it.
    Draft,
    /// Applies inside its window.
    Active,
    /// Published, and never applies.
    Paused,
}

impl Status {
    /// The word on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
        }
    }
}

/// How often and how much; `null` alone means unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    total: (),
    per_customer: (),
    budget: (),
}

impl Limits {
    fn parse(json: &Value) -> Result<Self, Vec<FieldError>> {
        let errors: Vec<_> = ["total", "per_customer", "budget"]
            .into_iter()
            .filter(|name| json.get(name).is_some_and(|limit| !limit.is_null()))
            .map(|name| {
                let detail = "Limits are not counted yet: send null, which means unlimited.";
                FieldError::new(format!("/limits/{name}"), "not_supported", detail)
            })
            .collect();
        if errors.is_empty() {
            Ok(Self::default())
        } else {
            Err(errors)
        }
    }
}

/// A promotion as its merchant wrote it, valid in itself. Serializes to the API's form.
#[derive(Debug, Clone, Serialize)]
pub struct Terms {
    code: PromotionCode,
    name: String,
    kind: Kind,
    condition: Condition,
    attributes: Schema,
    effect: Effect,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    time_zone: String,
    limits: Limits,
}

impl Terms {
    /// Reads the API's form of a promotion and checks it, with every error at once.
    ///
    /// Whether the time zone exists is for the host to check: the engine carries no time-zone database.
    ///
    /// # Errors
    /// A JSON pointer, a code and a sentence for each field; for a condition also the place in its source.
    pub fn parse(json: &Value) -> Result<Self, Vec<FieldError>> {
        let Some(object) = json.as_object() else {
            return Err(vec![FieldError::new("", "not_an_object", "Send a JSON object.")]);
        };
        let mut fields = Fields {
            object,
            errors: Vec::new(),
        };
        let code = fields.code();
        let name = fields.name();
        let kind = fields.kind();
        let attributes = fields.attributes();
        let condition = attributes.as_ref().and_then(|attributes| fields.condition(attributes));
        let effect = fields.keep(Effect::parse(object.get("effect").unwrap_or(&Value::Null)));
        let starts_at = fields.time("starts_at");
        let ends_at = fields.time("ends_at");
        let time_zone = fields.time_zone();
        let limits = fields.keep(Limits::parse(object.get("limits").unwrap_or(&Value::Null)));
        if starts_at
            .zip(ends_at)
            .is_some_and(|(starts_at, ends_at)| ends_at <= starts_at)
        {
            fields.error("/ends_at", "ends_before_start", "Send an end that is after the start.");
        }
        let complete = (code, name, kind, condition, attributes, effect, time_zone, limits);
        let (
            Some(code),
            Some(name),
            Some(kind),
            Some(condition),
            Some(attributes),
            Some(effect),
            Some(time_zone),
            Some(limits),
        ) = complete
        else {
            return Err(fields.errors);
        };
        if !fields.errors.is_empty() {
            return Err(fields.errors);
        }
        Ok(Self {
            code,
            name,
            kind,
            condition,
            attributes,
            effect,
            starts_at,
            ends_at,
            time_zone,
            limits,
        })
    }

    /// The code.
    pub const fn code(&self) -> &PromotionCode {
        &self.code
    }

    /// The name that merchants see.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it consumes.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// When it applies.
    pub const fn condition(&self) -> &Condition {
        &self.condition
    }

    /// What a request carries.
    pub const fn attributes(&self) -> &Schema {
        &self.attributes
    }

    /// What it gives.
    pub const fn effect(&self) -> &Effect {
        &self.effect
    }

    /// The first instant at which it applies.
    pub const fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.starts_at
    }

    /// The last instant at which it applies, inclusive to the millisecond.
    pub const fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.ends_at
    }

    /// The IANA name of the zone in which the merchant thinks.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }
}

/// The fields of a promotion under way, and what is wrong with them.
struct Fields<'a> {
    object: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields<'_> {
    fn error(&mut self, pointer: &str, code: &str, detail: &str) {
        self.errors.push(FieldError::new(pointer, code, detail));
    }

    fn keep<T>(&mut self, result: Result<T, Vec<FieldError>>) -> Option<T> {
        result.map_err(|errors| self.errors.extend(errors)).ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name).and_then(Value::as_str)
    }

    fn code(&mut self) -> Option<PromotionCode> {
        let code = self.text("code").and_then(|text| text.parse().ok());
        if code.is_none() {
            self.error("/code", "code_invalid", &format!("Send a code: {CodeError}."));
        }
        code
    }

    fn name(&mut self) -> Option<String> {
        let name = self
            .text("name")
            .map(str::trim)
            .filter(|name| (1..=MAX_NAME_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control));
        let name = name.map(str::to_owned);
        if name.is_none() {
            let detail = format!("Send a name of 1 to {MAX_NAME_CHARS} characters without control characters.");
            self.error("/name", "name_invalid", &detail);
        }
        name
    }

    fn kind(&mut self) -> Option<Kind> {
        match self.text("kind") {
            Some("discount") => return Some(Kind::Discount),
            Some("coupon") => self.error(
                "/kind",
                "not_supported",
                "Coupon promotions are not available yet: use \"discount\".",
            ),
            Some(_) | None => self.error("/kind", "kind_unknown", "Send \"discount\"."),
        }
        None
    }

    fn attributes(&mut self) -> Option<Schema> {
        let empty = Map::new();
        let declared = match self.object.get("attributes") {
            None | Some(Value::Null) => &empty,
            Some(Value::Object(declared)) => declared,
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                self.error(
                    "/attributes",
                    "not_an_object",
                    "Send an object of names and types, such as {\"total\": \"number\"}.",
                );
                return None;
            }
        };
        if declared.len() > MAX_ATTRIBUTES {
            self.error(
                "/attributes",
                "too_many",
                &format!("Declare at most {MAX_ATTRIBUTES} attributes."),
            );
            return None;
        }
        let before = self.errors.len();
        let mut schema = BTreeMap::new();
        for (name, kind) in declared {
            let pointer = format!("/attributes/{}", escape_pointer(name));
            if BUILT_IN_NAMES.contains(&name.as_str()) {
                self.error(
                    &pointer,
                    "name_built_in",
                    &format!("`{name}` is built in: choose another name."),
                );
            } else if !is_name(name) {
                self.error(&pointer, "name_invalid", "A name is 1 to 64 letters, digits and `_`, does not start with a digit and is no word of the language.");
            }
            match kind.as_str().map(str::parse::<AttributeType>) {
                Some(Ok(kind)) => _ = schema.insert(name.clone(), kind),
                Some(Err(error)) => self.error(&pointer, "type_unknown", &format!("Send a type: {error}.")),
                None => self.error(
                    &pointer,
                    "type_unknown",
                    "Send the type as a string, such as \"number\".",
                ),
            }
        }
        (self.errors.len() == before).then_some(schema)
    }

    fn condition(&mut self, attributes: &Schema) -> Option<Condition> {
        let Some(source) = self.text("condition") else {
            self.error(
                "/condition",
                "condition_missing",
                "Send a condition, such as \"total >= 100\"; \"true\" always applies.",
            );
            return None;
        };
        match Condition::compile(source, attributes) {
            Ok(condition) => Some(condition),
            Err(diagnostics) => {
                self.errors.extend(diagnostics.into_iter().map(|diagnostic| FieldError {
                    start: Some(diagnostic.start),
                    end: Some(diagnostic.end),
                    ..FieldError::new("/condition", diagnostic.code, diagnostic.message)
                }));
                None
            }
        }
    }

    fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let json = self.object.get(name).filter(|json| !json.is_null())?;
        let time = json.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        if time.is_none() {
            self.error(
                &format!("/{name}"),
                "time_invalid",
                "Send RFC 3339, such as \"2027-01-31T23:59:59Z\", or null.",
            );
        }
        time.map(|time| time.to_utc())
    }

    fn time_zone(&mut self) -> Option<String> {
        let zone = match self.object.get("time_zone") {
            None | Some(Value::Null) => Some("UTC"),
            Some(json) => json.as_str(),
        };
        let zone = zone.filter(|zone| (1..=MAX_TIME_ZONE_CHARS).contains(&zone.len()) && zone.is_ascii());
        if zone.is_none() {
            self.error(
                "/time_zone",
                "time_zone_unknown",
                "Send an IANA name, such as \"America/Montevideo\".",
            );
        }
        zone.map(str::to_owned)
    }
}

/// A key as a token of a JSON pointer (RFC 6901 §3).
pub(crate) fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A promotion at one version, as the edge stores it: the value of [`crate::wire::v1::promotion_key`].
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    v: V1,
    organization_id: OrganizationId,
    promotion_id: PromotionId,
    version: u64,
    status: Status,
    #[serde(flatten)]
    terms: Terms,
}

/// Why a stored rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored rule cannot be read: {0}; publish it again from an origin of this release")]
pub struct RuleError(String);

impl Rule {
    /// The rule for a promotion at a version.
    pub const fn new(
        organization_id: OrganizationId,
        promotion_id: PromotionId,
        version: u64,
        status: Status,
        terms: Terms,
    ) -> Self {
        Self {
            v: V1,
            organization_id,
            promotion_id,
            version,
            status,
            terms,
        }
    }

    /// Reads a stored rule and checks all of it, the condition too: once for each time that a host caches it.
    ///
    /// # Errors
    /// Says what is wrong; never panics, whatever the text.
    pub fn from_json(text: &str) -> Result<Self, RuleError> {
        let json: Value = serde_json::from_str(text).map_err(|error| RuleError(error.to_string()))?;
        let head: Head = serde_json::from_str(text).map_err(|error| RuleError(error.to_string()))?;
        let terms = Terms::parse(&json).map_err(|errors| {
            let pointers: BTreeSet<_> = errors.into_iter().map(|error| error.pointer).collect();
            RuleError(format!("invalid at {pointers:?}"))
        })?;
        Ok(Self::new(
            head.organization_id,
            head.promotion_id,
            head.version,
            head.status,
            terms,
        ))
    }

    /// The text that [`Rule::from_json`] reads.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The tenant.
    pub const fn organization_id(&self) -> OrganizationId {
        self.organization_id
    }

    /// The promotion.
    pub const fn promotion_id(&self) -> PromotionId {
        self.promotion_id
    }

    /// Counts published states, from 1.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Active or paused; a draft is not published.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// What the merchant wrote.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "v")]
    _v: V1,
    organization_id: OrganizationId,
    promotion_id: PromotionId,
    version: u64,
    status: Status,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn example() -> Value {
        json!({
            "code": "summer-10", "name": "Summer 10 %", "kind": "discount",
            "condition": "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']",
            "attributes": {"total": "number", "quantity": "integer", "payment_method": "string"},
            "effect": {"type": "percentage", "percent": "10", "max_amount": {"amount": 50000, "currency": "UYU"}},
            "starts_at": null, "ends_at": "2027-01-31T23:59:59Z", "time_zone": "America/Montevideo",
            "limits": {"total": null, "per_customer": null, "budget": null}
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

    #[test]
    fn stored_rule_is_pinned() {
        let id = |byte| (1_790_000_000_000, [byte; 10]);
        let (millis, random) = id(1);
        let rule = Rule::new(
            OrganizationId::from_parts(millis, random),
            PromotionId::from_parts(millis, random),
            3,
            Status::Active,
            Terms::parse(&example()).unwrap(),
        );
        let stored = include_str!("../tests/data/rule.v1.json").trim_end();
        assert_eq!(rule.to_json().unwrap(), stored);
        assert_eq!(Rule::from_json(stored).unwrap().to_json().unwrap(), stored);
    }

    #[test]
    fn another_format_version_is_refused() {
        let stored = include_str!("../tests/data/rule.v1.json").replace("\"v\":1", "\"v\":2");
        assert!(
            Rule::from_json(&stored)
                .unwrap_err()
                .to_string()
                .contains("format version 2")
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
        check(with("kind", json!("coupon")), &[("/kind", "not_supported")]);
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
        check(with("time_zone", json!("")), &[("/time_zone", "time_zone_unknown")]);
        check(
            with("limits", json!({"total": 5, "budget": 0})),
            &[("/limits/total", "not_supported"), ("/limits/budget", "not_supported")],
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
