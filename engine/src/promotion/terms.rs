//! A promotion as its merchant wrote it.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::fields::Fields;
use super::{Kind, Limits, PromotionCode};
use crate::effect::Effect;
use crate::expression::{Condition, Schema};
use crate::problem::FieldError;

/// A promotion as its merchant wrote it, valid in itself. Serializes to the API's form.
#[derive(Debug, Clone, Serialize)]
pub struct Terms {
    code: PromotionCode,
    name: String,
    kind: Kind,
    #[serde(serialize_with = "source")]
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
    ///
    /// ```
    /// use engine::promotion::Terms;
    /// use serde_json::json;
    ///
    /// let mut json = json!({
    ///     "code": "summer-10", "name": "Summer 10 %", "kind": "discount", "condition": "total >= 100",
    ///     "attributes": {"total": "number"}, "effect": {"type": "percentage", "percent": "10"}
    /// });
    /// assert_eq!(Terms::parse(&json).unwrap().condition().references(), ["total"]);
    ///
    /// json["condition"] = "totl >= 100".into();
    /// let [error] = &Terms::parse(&json).unwrap_err()[..] else { panic!() };
    /// assert_eq!((error.pointer.as_str(), error.code.as_str()), ("/condition", "name_unknown"));
    /// assert_eq!((error.start, error.end), (Some(0), Some(4)));
    /// ```
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
        if let Some((effect, budget)) = limits
            .and_then(|limits| limits.budget())
            .and_then(|budget| Some((effect.as_ref()?.currency()?, budget.get().currency())))
            .filter(|(effect, budget)| effect != budget)
        {
            let detail = format!("Send the budget in {effect}, the effect's currency, instead of {budget}.");
            fields.error("/limits/budget/currency", "currency_mismatch", &detail);
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

    /// How often and how much.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The IANA name of the zone in which the merchant thinks.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }
}

fn source<S: Serializer>(condition: &Condition, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(condition.source())
}
