//! How much of a promotion's limits is used.

use std::time::Duration;

use engine::money::{Currency, Money};
use engine::promotion::Limits;
use leptos::prelude::*;

use super::CurrentPromotion;
use crate::api;
use crate::browser::{format_money, format_number};
use crate::components::Card;
use crate::i18n::overview as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::{Permission, Usage, UsageTotals};

/// How often to ask what is used: limits run out over hours.
const POLL: Duration = Duration::from_secs(15);

/// The limits; what is used of them where reports may be read.
#[component]
pub(super) fn LimitsCard(limits: Limits, is_asked_for: Memo<bool>) -> impl IntoView {
    let has_sum = limits.total().is_some() || limits.budget().is_some();
    let session = Session::current();
    let usage = (has_sum && session.may(Permission::ReportsRead)).then(|| {
        let code = StoredValue::new(CurrentPromotion::code());
        let load = Load::new(move || {
            let code = code.get_value();
            async move {
                session
                    .call(async |token| api::promotions::promotion_usage(token, &code, None).await)
                    .await
            }
        });
        load.poll(POLL, move || is_asked_for.get());
        load
    });
    let rows = move || rows(limits, usage.and_then(Load::value).as_ref());
    let hint = usage
        .is_some()
        .then(|| view! { <p class="hint">{text::limits_hint()}</p> });
    let content = if limits.is_counted() {
        view! { <dl class="limits">{rows}</dl> {hint} }.into_any()
    } else {
        view! { <p class="hint">{text::no_limits()}</p> }.into_any()
    };
    view! { <Card title=text::limits()>{content}</Card> }.into_any()
}

fn rows(limits: Limits, usage: Option<&Usage>) -> AnyView {
    let totals = usage.map(|usage| &usage.totals);
    let total = limits.total().map(|limit| {
        let limit = limit.get();
        let used = totals.map(used);
        let words = match used {
            Some(used) => text::used_of(&format_number(used), &format_number(limit)),
            None => text::at_most(&format_number(limit)),
        };
        row(text::limit_total(), words, used.map(|used| (used, limit)))
    });
    let per_customer = limits.per_customer().map(|limit| {
        row(
            text::limit_per_customer(),
            text::at_most(&format_number(limit.get())),
            None,
        )
    });
    let budget = limits.budget().map(|budget| {
        let budget = budget.get();
        let spent = totals.and_then(|totals| spent(totals, budget.currency()));
        let words = match spent {
            Some(spent) => text::spent_of(&format_money(&spent), &format_money(&budget)),
            None => text::at_most(&format_money(&budget)),
        };
        row(
            text::limit_budget(),
            words,
            spent.map(|spent| (spent.amount(), budget.amount())),
        )
    });
    [total, per_customer, budget]
        .into_iter()
        .flatten()
        .collect_view()
        .into_any()
}

/// A limit in words, and how much of it is used as a bar; the words say what the bar shows.
fn row(name: &'static str, words: String, used: Option<(u64, u64)>) -> AnyView {
    let bar = used.map(|(used, limit)| {
        view! { <progress aria-label=name max=limit.to_string() value=used.min(limit).to_string()></progress> }
    });
    view! { <dt>{name}</dt><dd>{words}{bar}</dd> }.into_any()
}

/// Redemptions that were not given back whole.
const fn used(totals: &UsageTotals) -> u64 {
    totals.redemptions.saturating_sub(totals.rolled_back)
}

/// Discounts in a currency that were not given back.
fn spent(totals: &UsageTotals, currency: Currency) -> Option<Money> {
    let sum = |sums: &[Money]| {
        let own = sums.iter().filter(|sum| sum.currency() == currency);
        own.map(|sum| sum.amount()).fold(0, u64::saturating_add)
    };
    Money::new(sum(&totals.discount).saturating_sub(sum(&totals.given_back)), currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_given_back_is_left() {
        let totals: UsageTotals = serde_json::from_value(json!({
            "evaluations": 9, "applicable": 7, "not_applicable": 2, "redemptions": 7, "rolled_back": 2,
            "discount": [{"amount": 900, "currency": "UYU"}, {"amount": 5, "currency": "USD"}],
            "given_back": [{"amount": 200, "currency": "UYU"}],
        }))
        .unwrap();
        assert_eq!(used(&totals), 5);
        let check = |code: &str, expected| {
            let spent = spent(&totals, code.parse().unwrap()).unwrap();
            assert_eq!(spent.amount(), expected, "{code}");
        };
        check("UYU", 700);
        check("USD", 5);
        check("EUR", 0);
    }
}
