//! How often a promotion was asked for lately, followed as it is counted.

use std::time::Duration;

use chrono::TimeDelta;
use engine::evaluate::ReasonCode;
use leptos::prelude::*;
use serde::Deserialize as _;
use serde::de::IntoDeserializer;

use super::CurrentPromotion;
use crate::api;
use crate::browser::{format_money, format_number, format_time, now};
use crate::components::{Card, Loaded};
use crate::i18n::{common, overview, usage as text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::{Usage, UsageTotals};

/// How often to ask for counts: a try-out is counted within seconds, and somebody is waiting to see it.
const POLL: Duration = Duration::from_secs(3);
const SHORT_DAYS: u32 = 7;
const LONG_DAYS: u32 = 30;

/// What came of the last days.
#[derive(Debug, Clone, PartialEq)]
struct Recent {
    short: Usage,
    long: Usage,
}

/// The counts.
#[component]
pub(super) fn UsageCard(is_asked_for: Memo<bool>) -> impl IntoView {
    let session = Session::current();
    let code = StoredValue::new(CurrentPromotion::code());
    let load = Load::new(move || {
        let code = code.get_value();
        let since = |days: u32| Some(now() - TimeDelta::days(days.into()));
        async move {
            let usage = async |token: &str| {
                Ok(Recent {
                    short: api::promotions::promotion_usage(token, &code, since(SHORT_DAYS)).await?,
                    long: api::promotions::promotion_usage(token, &code, since(LONG_DAYS)).await?,
                })
            };
            session.call(usage).await
        }
    });
    load.poll(POLL, move || is_asked_for.get());
    let report = format!("/reports?promotion={}", code.get_value());
    let draft = move || (!is_asked_for.get()).then(|| view! { <p class="hint">{overview::draft_usage()}</p> });
    view! {
        <Card title=text::title()>
            {draft}
            <Loaded load=load children=move |recent| view! { <Counts recent=recent /> } />
            <p><a href=report>{overview::report()}</a></p>
        </Card>
    }
    .into_any()
}

#[component]
fn Counts(recent: Signal<Option<Recent>>) -> impl IntoView {
    let updated = move || {
        let at = recent.with(|recent| recent.as_ref().and_then(|recent| recent.long.updated_at));
        at.map_or(text::nothing_counted().to_owned(), |at| {
            common::updated_at(&format_time(at, None))
        })
    };
    let rows = [
        row(recent, text::evaluations(), |totals| format_number(totals.evaluations)),
        row(recent, text::applicable(), |totals| format_number(totals.applicable)),
        row(recent, text::not_applicable(), |totals| {
            format_number(totals.not_applicable)
        }),
        row(recent, overview::redemptions(), |totals| {
            format_number(totals.redemptions)
        }),
        row(recent, text::discount(), discount),
    ];
    let reasons = Memo::new(move |_| {
        let by_reason = recent.with(|recent| recent.as_ref().map(|recent| recent.long.totals.by_reason.clone()));
        by_reason.unwrap_or_default()
    });
    let reasons = move || {
        let rows = reasons.get().into_iter().filter(|(_, count)| *count > 0);
        let rows: Vec<_> = rows
            .map(|(reason, count)| view! { <dt>{reason_name(reason)}</dt><dd>{format_number(count)}</dd> })
            .collect();
        (!rows.is_empty()).then(|| {
            view! {
                <h3>{overview::why_not()}</h3>
                <dl class="reasons">{rows}</dl>
            }
        })
    };
    view! {
        <table class="figures">
            <caption>{overview::usage_caption()}</caption>
            <thead>
                <tr>
                    <th scope="col">{overview::usage_figure()}</th>
                    <th scope="col" class="number">{overview::last_days(SHORT_DAYS)}</th>
                    <th scope="col" class="number">{overview::last_days(LONG_DAYS)}</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().collect_view()}</tbody>
        </table>
        {reasons}
        <p class="hint">{updated} ". " {text::delay()}</p>
    }
    .into_any()
}

fn row(recent: Signal<Option<Recent>>, name: &'static str, show: fn(&UsageTotals) -> String) -> AnyView {
    let cell = move |pick: fn(&Recent) -> &Usage| {
        Memo::new(move |_| {
            recent.with(|recent| {
                recent
                    .as_ref()
                    .map(|recent| show(&pick(recent).totals))
                    .unwrap_or_default()
            })
        })
    };
    let (short, long) = (cell(|recent| &recent.short), cell(|recent| &recent.long));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="number" data-label=overview::last_days(SHORT_DAYS)>{move || short.get()}</td>
            <td class="number" data-label=overview::last_days(LONG_DAYS)>{move || long.get()}</td>
        </tr>
    }
    .into_any()
}

fn discount(totals: &UsageTotals) -> String {
    let shown: Vec<_> = totals.discount.iter().map(format_money).collect();
    if shown.is_empty() {
        common::none().to_owned()
    } else {
        shown.join(", ")
    }
}

/// A reason in words; one that this version of the app does not know stays as it came.
fn reason_name(slug: String) -> String {
    let known = ReasonCode::deserialize(IntoDeserializer::<serde::de::value::Error>::into_deserializer(
        slug.as_str(),
    ));
    known.map_or(slug, |code| text::reason(code).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        assert_eq!(reason_name("condition_not_met".to_owned()), "Condition not met");
        assert_eq!(reason_name("of_a_later_version".to_owned()), "of_a_later_version");
    }
}
