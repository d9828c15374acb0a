//! What differs between two states of a promotion's terms, in words.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::expression::Attribute;
use engine::promotion::Kind;
use leptos::prelude::*;

use crate::browser::{format_chosen_time, format_money, format_number};
use crate::i18n::{common, editor as text};
use crate::pages::effect::describe;
use crate::wire::promotions::Terms;

/// A field that was otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) field: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// A field's name, and how a promotion's is told.
type Field<'a> = (&'a str, &'a dyn Fn(&Terms) -> String);

/// The differences, in the order of the editor.
pub(super) fn differences(before: &Terms, after: &Terms) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |field: &str, before: String, after: String| {
        if before != after {
            found.push(Difference {
                field: field.to_owned(),
                before,
                after,
            });
        }
    };
    let sides = |of: &dyn Fn(&Terms) -> String| (of(before), of(after));
    let fields: [Field<'_>; 11] = [
        (text::code(), &|terms| terms.code.clone()),
        (text::name(), &|terms| terms.name.clone()),
        (text::kind(), &|terms| kind(terms.kind).to_owned()),
        (text::condition(), &|terms| terms.condition.clone()),
        (text::effect(), &|terms| describe(&terms.effect)),
        (text::starts_at(), &|terms| moment(terms.starts_at, &terms.time_zone)),
        (text::ends_at(), &|terms| moment(terms.ends_at, &terms.time_zone)),
        (text::time_zone(), &|terms| terms.time_zone.clone()),
        (text::limit_total(), &|terms| count(terms.limits.total())),
        (text::limit_per_customer(), &|terms| count(terms.limits.per_customer())),
        (text::limit_budget(), &|terms| {
            let budget = terms.limits.budget();
            budget.map_or_else(nothing, |budget| format_money(&budget.get()))
        }),
    ];
    for (field, of) in fields {
        let (before, after) = sides(of);
        compare(field, before, after);
    }
    let names: BTreeSet<_> = before.attributes.keys().chain(after.attributes.keys()).collect();
    for name in names {
        let of = |terms: &Terms| terms.attributes.get(name).map_or_else(nothing, declaration);
        compare(&text::attribute_named(name), of(before), of(after));
    }
    found
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Discount => text::kind_discount(),
        Kind::Coupon => text::kind_coupon(),
    }
}

fn nothing() -> String {
    common::none().to_owned()
}

fn moment(at: Option<DateTime<Utc>>, zone: &str) -> String {
    at.map_or_else(nothing, |at| format_chosen_time(at, Some(zone)))
}

fn count(limit: Option<std::num::NonZeroU64>) -> String {
    limit.map_or_else(nothing, |limit| format_number(limit.get()))
}

/// A declaration as it is written; one with a default names it.
fn declaration(attribute: &Attribute) -> String {
    match serde_json::to_value(attribute) {
        Ok(serde_json::Value::String(kind)) => kind,
        Ok(other) => other.to_string(),
        Err(_) => attribute.kind().to_string(),
    }
}

/// The differences as a list: what was, struck through, and what is then.
#[component]
pub(super) fn DifferenceList(differences: Vec<Difference>) -> impl IntoView {
    let items = differences.into_iter().map(|difference| {
        view! {
            <dt>{difference.field}</dt>
            <dd>
                <del>{difference.before}</del>
                <span class="visually-hidden">{text::becomes()}</span>
                " → "
                <ins>{difference.after}</ins>
            </dd>
        }
    });
    view! { <dl class="details differences">{items.collect_view()}</dl> }.into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tests::in_language;

    fn terms(change: impl FnOnce(&mut Value)) -> Terms {
        let mut json = json!({
            "code": "summer-10", "name": "Summer", "kind": "discount", "condition": "total >= 100",
            "attributes": {"total": "number"}, "effect": {"type": "percentage", "percent": "10"},
            "starts_at": null, "ends_at": null, "time_zone": "UTC",
            "limits": {"total": null, "per_customer": null, "budget": null},
        });
        change(&mut json);
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_differs_in_both_languages() {
        let before = terms(|_| {});
        let after = terms(|json| {
            json["name"] = json!("Winter");
            json["effect"]["percent"] = json!("12.5");
            json["ends_at"] = json!("2027-01-31T23:59:59Z");
            json["limits"]["total"] = json!(1_500);
            json["attributes"] = json!({"total": "number?", "quantity": {"type": "integer", "default": 1}});
        });
        let said = || {
            let differences = differences(&before, &after).into_iter();
            let line = |change: Difference| format!("{}: {} → {}", change.field, change.before, change.after);
            differences.map(line).collect::<Vec<_>>()
        };
        let [english, spanish] = Language::ALL.map(|language| in_language(language, said));
        assert_eq!(
            english,
            [
                "Name: Summer → Winter",
                "Effect: 10 % off → 12.5 % off",
                "Ends: None → 2027-01-31T23:59:59Z",
                "Uses in all: None → 1,500",
                "Attribute quantity: None → {\"default\":1,\"type\":\"integer\"}",
                "Attribute total: number → number?",
            ]
        );
        assert_eq!(
            spanish.get(1).map(String::as_str),
            Some("Efecto: 10 % de descuento → 12,5 % de descuento")
        );
        assert!(differences(&before, &before).is_empty());
    }
}
