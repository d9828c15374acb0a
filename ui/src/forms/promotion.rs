//! A promotion as it stands in the editor → the bodies of `POST` and `PATCH /v1/promotions`, and back.
//!
//! A draft holds what was typed, right or wrong. The workbench checks the body before it is sent; here is checked only
//! what a body cannot hold, such as an amount that is no number.

mod attribute;
mod effect;
mod limits;

use chrono::{DateTime, Utc};
use engine::money::{Currency, Money};
use engine::problem::FieldError;
use engine::promotion::Kind;
use serde_json::{Map, Value, json};

use super::amount::{AmountError, parse_amount};
use super::field_errors::pointer;
use super::window::{Bound, WallError, instant_of, parse_wall, wall_of};
use crate::i18n::forms as text;
use crate::wire::promotions::Terms;

pub(crate) use attribute::{AttributeDraft, schema};
pub(crate) use effect::{EffectDraft, TierDraft, TierGives};
pub(crate) use limits::LimitsDraft;

/// What the merchant has typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) attributes: Vec<AttributeDraft>,
    pub(crate) condition: String,
    pub(crate) effect: EffectDraft,
    /// Of all money in it; a promotion is of one currency.
    pub(crate) currency: Currency,
    /// Values of `datetime-local` inputs, in `time_zone`; empty for none.
    pub(crate) starts_at: String,
    pub(crate) ends_at: String,
    pub(crate) time_zone: String,
    pub(crate) limits: LimitsDraft,
}

/// How far a zone is from UTC at an instant, in seconds; `None` for an unknown zone.
pub(crate) type OffsetAt<'a> = &'a dyn Fn(&str, DateTime<Utc>) -> Option<i32>;

impl Draft {
    /// The draft of a promotion's terms. `currency` is that of its money, if there is none.
    pub(crate) fn of(terms: &Terms, currency: Currency, offset_at: OffsetAt<'_>) -> Self {
        let wall = |instant: Option<DateTime<Utc>>| {
            instant.and_then(|instant| wall_of(instant, |at| offset_at(&terms.time_zone, at)))
        };
        let budget = terms.limits.budget().map(|budget| budget.get().currency());
        Self {
            code: terms.code.clone(),
            name: terms.name.clone(),
            kind: terms.kind,
            attributes: terms
                .attributes
                .iter()
                .map(|(name, attribute)| AttributeDraft::of(name, attribute))
                .collect(),
            condition: terms.condition.clone(),
            effect: EffectDraft::of(&terms.effect),
            currency: terms.effect.currency().or(budget).unwrap_or(currency),
            starts_at: wall(terms.starts_at).unwrap_or_default(),
            ends_at: wall(terms.ends_at).unwrap_or_default(),
            time_zone: terms.time_zone.clone(),
            limits: LimitsDraft::of(&terms.limits),
        }
    }

    /// The body of a new promotion, and what is wrong with what was typed, at the pointers that the server would use.
    pub(crate) fn body(&self, offset_at: OffsetAt<'_>) -> (Value, Vec<FieldError>) {
        let mut errors = Vec::new();
        let body = json!({
            "code": self.code.trim(),
            "name": self.name.trim(),
            "kind": self.kind.as_str(),
            "condition": self.condition,
            "attributes": attribute::to_json(&self.attributes, &mut errors),
            "effect": self.effect.to_json(self.currency, &mut errors),
            "starts_at": self.instant_json(&self.starts_at, Bound::Start, offset_at, &mut errors),
            "ends_at": self.instant_json(&self.ends_at, Bound::End, offset_at, &mut errors),
            "time_zone": self.time_zone,
            "limits": self.limits.to_json(self.currency, &mut errors),
        });
        (body, errors)
    }

    /// Of a body the fields in which this draft differs from `base`.
    pub(crate) fn changes(&self, base: &Self, body: &Value) -> Value {
        let moves = self.time_zone != base.time_zone;
        let differs = [
            ("code", self.code != base.code),
            ("name", self.name != base.name),
            ("kind", self.kind != base.kind),
            ("attributes", self.attributes != base.attributes),
            ("condition", self.condition != base.condition),
            ("effect", self.effect != base.effect || self.currency != base.currency),
            // The same wall time is another moment in another zone.
            ("starts_at", self.starts_at != base.starts_at || moves),
            ("ends_at", self.ends_at != base.ends_at || moves),
            ("time_zone", moves),
            ("limits", self.limits != base.limits || self.currency != base.currency),
        ];
        let changed = differs.into_iter().filter(|(_, differs)| *differs);
        let fields = changed.filter_map(|(name, _)| Some((name.to_owned(), body.get(name)?.clone())));
        Value::Object(fields.collect::<Map<_, _>>())
    }

    /// This draft of `base` as one of `newer`: what was not changed here is taken from there.
    pub(crate) fn rebase(self, base: &Self, newer: Self) -> Self {
        fn either<T: PartialEq>(own: T, base: &T, newer: T) -> T {
            if own == *base { newer } else { own }
        }
        Self {
            code: either(self.code, &base.code, newer.code),
            name: either(self.name, &base.name, newer.name),
            kind: either(self.kind, &base.kind, newer.kind),
            attributes: either(self.attributes, &base.attributes, newer.attributes),
            condition: either(self.condition, &base.condition, newer.condition),
            effect: either(self.effect, &base.effect, newer.effect),
            currency: either(self.currency, &base.currency, newer.currency),
            starts_at: either(self.starts_at, &base.starts_at, newer.starts_at),
            ends_at: either(self.ends_at, &base.ends_at, newer.ends_at),
            time_zone: either(self.time_zone, &base.time_zone, newer.time_zone),
            limits: either(self.limits, &base.limits, newer.limits),
        }
    }

    /// The instant of one side of the window; `None` for an open side, and for what is no time.
    pub(crate) fn instant(&self, bound: Bound, offset_at: OffsetAt<'_>) -> Option<DateTime<Utc>> {
        let typed = match bound {
            Bound::Start => &self.starts_at,
            Bound::End => &self.ends_at,
        };
        instant_of(parse_wall(typed)?, bound, |at| offset_at(&self.time_zone, at)).ok()
    }

    fn instant_json(
        &self,
        typed: &str,
        bound: Bound,
        offset_at: OffsetAt<'_>,
        errors: &mut Vec<FieldError>,
    ) -> Option<DateTime<Utc>> {
        if typed.is_empty() {
            return None;
        }
        let wall = parse_wall(typed).ok_or(WallError::Unknown);
        let instant = wall.and_then(|wall| instant_of(wall, bound, |at| offset_at(&self.time_zone, at)));
        let (code, detail) = match instant {
            Ok(instant) => return Some(instant),
            Err(WallError::InGap) => ("time_in_gap", text::time_in_gap()),
            Err(WallError::Unknown) => ("time_invalid", text::time_invalid()),
        };
        let at = match bound {
            Bound::Start => "/starts_at",
            Bound::End => "/ends_at",
        };
        errors.push(FieldError::new(at, code, detail));
        None
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
        AmountError::TooManyDecimals(decimals) => text::amount_decimals(u64::from(decimals), currency.code()),
        AmountError::TooLarge => text::amount_too_large().to_owned(),
    };
    errors.push(FieldError::new(at, "amount_invalid", detail));
    None
}

/// An amount as it is typed.
fn typed(money: Money) -> String {
    money.to_decimal().to_string()
}

#[cfg(test)]
mod tests;
