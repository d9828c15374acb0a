//! Two states of a promotion compared field by field.

use chrono::{DateTime, Utc};
use engine::expression::Attribute;
use engine::promotion::Status;

use crate::browser::{format_chosen_time, format_money, format_number};
use crate::i18n::{common, promotions, versions as text};
use crate::pages::effect::describe;
use crate::pages::promotion::declaration;
use crate::wire::promotions::{PublishedVersion, Terms};

/// A field of a promotion, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TermsField {
    Status,
    Code,
    Name,
    Kind,
    Condition,
    Attributes,
    Effect,
    StartsAt,
    EndsAt,
    TimeZone,
    LimitTotal,
    LimitPerCustomer,
    LimitBudget,
}

impl TermsField {
    /// The field that a JSON pointer of a difference leads to; `None` for one that this app does not know.
    pub(super) fn of_pointer(pointer: &str) -> Option<Self> {
        let mut names = pointer.strip_prefix('/')?.split('/');
        Some(match (names.next()?, names.next()) {
            ("status", _) => Self::Status,
            ("code", _) => Self::Code,
            ("name", _) => Self::Name,
            ("kind", _) => Self::Kind,
            ("condition", _) => Self::Condition,
            ("attributes", _) => Self::Attributes,
            ("effect", _) => Self::Effect,
            ("starts_at", _) => Self::StartsAt,
            ("ends_at", _) => Self::EndsAt,
            ("time_zone", _) => Self::TimeZone,
            ("limits", Some("total")) => Self::LimitTotal,
            ("limits", Some("per_customer")) => Self::LimitPerCustomer,
            ("limits", Some("budget")) => Self::LimitBudget,
            _ => return None,
        })
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Status => text::field_status(),
            Self::Code => promotions::code(),
            Self::Name => text::field_name(),
            Self::Kind => text::field_kind(),
            Self::Condition => promotions::condition(),
            Self::Attributes => promotions::attributes(),
            Self::Effect => promotions::effect(),
            Self::StartsAt => text::field_starts_at(),
            Self::EndsAt => text::field_ends_at(),
            Self::TimeZone => promotions::time_zone(),
            Self::LimitTotal => text::field_limit_total(),
            Self::LimitPerCustomer => text::field_limit_per_customer(),
            Self::LimitBudget => text::field_limit_budget(),
        }
    }
}

/// A field that two states have otherwise, each in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) field: TermsField,
    pub(super) before: String,
    pub(super) after: String,
}

/// The fields in which two versions differ.
pub(super) fn compare_versions(before: &PublishedVersion, after: &PublishedVersion) -> Vec<Difference> {
    let mut differences = Vec::new();
    if before.status != after.status {
        differences.push(Difference {
            field: TermsField::Status,
            before: status_name(before.status).to_owned(),
            after: status_name(after.status).to_owned(),
        });
    }
    differences.extend(compare_terms(&before.terms, &after.terms));
    differences
}

/// The fields in which two promotions say something else.
pub(super) fn compare_terms(before: &Terms, after: &Terms) -> Vec<Difference> {
    use TermsField as F;
    let (old, new) = (before, after);
    let rows = [
        (F::Code, old.code != new.code, old.code.clone(), new.code.clone()),
        (F::Name, old.name != new.name, old.name.clone(), new.name.clone()),
        (F::Kind, old.kind != new.kind, kind(old), kind(new)),
        (
            F::Condition,
            old.condition != new.condition,
            old.condition.clone(),
            new.condition.clone(),
        ),
        (
            F::Attributes,
            old.attributes != new.attributes,
            attributes(old),
            attributes(new),
        ),
        (
            F::Effect,
            old.effect != new.effect,
            describe(&old.effect),
            describe(&new.effect),
        ),
        (
            F::StartsAt,
            old.starts_at != new.starts_at,
            starts_at(old),
            starts_at(new),
        ),
        (F::EndsAt, old.ends_at != new.ends_at, ends_at(old), ends_at(new)),
        (
            F::TimeZone,
            old.time_zone != new.time_zone,
            old.time_zone.clone(),
            new.time_zone.clone(),
        ),
        (
            F::LimitTotal,
            old.limits.total() != new.limits.total(),
            total(old),
            total(new),
        ),
        (
            F::LimitPerCustomer,
            old.limits.per_customer() != new.limits.per_customer(),
            per_customer(old),
            per_customer(new),
        ),
        (
            F::LimitBudget,
            old.limits.budget() != new.limits.budget(),
            budget(old),
            budget(new),
        ),
    ];
    rows.into_iter()
        .filter(|(_, differs, ..)| *differs)
        .map(|(field, _, before, after)| Difference { field, before, after })
        .collect()
}

/// What a merchant decided, in a word.
pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Draft => promotions::status_draft(),
        Status::Active => promotions::status_active(),
        Status::Paused => promotions::status_paused(),
        Status::Archived => promotions::status_archived(),
    }
}

fn kind(terms: &Terms) -> String {
    text::kind(terms.kind).to_owned()
}

/// A line for each attribute, with what it is when it is left out.
fn attributes(terms: &Terms) -> String {
    let line = |(name, attribute): (&String, &Attribute)| {
        let whole = serde_json::to_value(attribute).ok();
        match whole.as_ref().and_then(|whole| whole.get("default")) {
            Some(default) => format!("{name}: {} = {default}", attribute.kind()),
            None => format!("{name}: {}", declaration(attribute)),
        }
    };
    let lines: Vec<_> = terms.attributes.iter().map(line).collect();
    if lines.is_empty() {
        promotions::no_attributes().to_owned()
    } else {
        lines.join("\n")
    }
}

fn starts_at(terms: &Terms) -> String {
    time(terms.starts_at, terms).unwrap_or_else(|| promotions::from_activation().to_owned())
}

fn ends_at(terms: &Terms) -> String {
    time(terms.ends_at, terms).unwrap_or_else(|| text::no_end().to_owned())
}

/// In the promotion's own zone.
fn time(instant: Option<DateTime<Utc>>, terms: &Terms) -> Option<String> {
    instant.map(|instant| format_chosen_time(instant, Some(&terms.time_zone)))
}

fn total(terms: &Terms) -> String {
    count(terms.limits.total().map(u64::from))
}

fn per_customer(terms: &Terms) -> String {
    count(terms.limits.per_customer().map(u64::from))
}

fn count(limit: Option<u64>) -> String {
    limit.map_or_else(|| common::none().to_owned(), format_number)
}

fn budget(terms: &Terms) -> String {
    let budget = terms.limits.budget();
    budget.map_or_else(|| common::none().to_owned(), |budget| format_money(&budget.get()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn terms(changes: Value) -> Terms {
        let mut body = json!({
            "code": "summer-10", "name": "Summer", "kind": "discount", "condition": "total >= 100",
            "attributes": {"total": "number"}, "effect": {"type": "percentage", "percent": "10"},
            "starts_at": null, "ends_at": null, "time_zone": "America/Montevideo",
            "limits": {"total": null, "per_customer": null, "budget": null},
        });
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn each_field_is_compared() {
        let check = |changes: Value, field: TermsField, before: &str, after: &str| {
            let expected = Difference {
                field,
                before: before.to_owned(),
                after: after.to_owned(),
            };
            assert_eq!(compare_terms(&terms(json!({})), &terms(changes)), [expected]);
        };
        check(json!({"code": "winter"}), TermsField::Code, "summer-10", "winter");
        check(json!({"name": "Winter"}), TermsField::Name, "Summer", "Winter");
        check(json!({"kind": "coupon"}), TermsField::Kind, "Discount", "Coupon");
        check(
            json!({"condition": "true"}),
            TermsField::Condition,
            "total >= 100",
            "true",
        );
        check(
            json!({"attributes": {"note": "string?", "total": {"type": "number", "default": 5}}}),
            TermsField::Attributes,
            "total: number",
            "note: string?\ntotal: number = 5",
        );
        check(
            json!({"effect": {"type": "percentage", "percent": "12.5"}}),
            TermsField::Effect,
            "10 % off",
            "12.5 % off",
        );
        let end = "2027-01-31T23:59:59Z";
        check(json!({"ends_at": end}), TermsField::EndsAt, "No end", end);
        check(json!({"starts_at": end}), TermsField::StartsAt, "From activation", end);
        check(
            json!({"time_zone": "UTC"}),
            TermsField::TimeZone,
            "America/Montevideo",
            "UTC",
        );
        check(
            json!({"limits": {"total": 5000}}),
            TermsField::LimitTotal,
            "None",
            "5,000",
        );
        check(
            json!({"limits": {"per_customer": 1}}),
            TermsField::LimitPerCustomer,
            "None",
            "1",
        );
        let budget = json!({"amount": 100_000, "currency": "UYU"});
        check(
            json!({"limits": {"budget": budget}}),
            TermsField::LimitBudget,
            "None",
            "1,000.00 UYU",
        );
        assert_eq!(compare_terms(&terms(json!({})), &terms(json!({}))), []);
    }

    #[test]
    fn versions_differ_in_their_status_too() {
        let version = |status: &str| PublishedVersion {
            version: 1,
            status: serde_json::from_value(status.into()).unwrap(),
            terms: terms(json!({})),
        };
        let found = compare_versions(&version("active"), &version("paused"));
        let found: Vec<_> = found
            .iter()
            .map(|d| (d.field, d.before.as_str(), d.after.as_str()))
            .collect();
        assert_eq!(found, [(TermsField::Status, "Active", "Paused")]);
    }

    #[test]
    fn fields_of_pointers() {
        let check = |pointer: &str, expected| assert_eq!(TermsField::of_pointer(pointer), expected, "{pointer}");
        check("/status", Some(TermsField::Status));
        check("/effect/tiers", Some(TermsField::Effect));
        check("/attributes/a~1b", Some(TermsField::Attributes));
        check("/limits/budget/amount", Some(TermsField::LimitBudget));
        check("/limits", None);
        check("/moon", None);
        check("", None);
    }
}
