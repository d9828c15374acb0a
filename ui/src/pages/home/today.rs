//! What happened today, against the same time a week ago.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use engine::money::Money;
use leptos::prelude::*;

use super::POLL;
use crate::api::reports::usage_report;
use crate::api::{Answer, Failure};
use crate::browser::{current_time_zone, format_money, format_number, format_time, now, offset_at};
use crate::components::{Card, Loaded, Stat, Stats, UpdatedAgo};
use crate::forms::comparison::{compare_counts, compare_sums};
use crate::forms::week::same_times;
use crate::i18n::{common, home as text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::{Usage, UsageTotals};

/// The figures of both days.
#[derive(Debug, Clone, PartialEq)]
struct Days {
    today: UsageTotals,
    before: UsageTotals,
    /// Up to where the day a week ago is counted.
    before_to: DateTime<Utc>,
    /// How old the figures are, by this device's clock.
    as_of: DateTime<Utc>,
}

impl Days {
    /// Both reports, by the browser's time zone.
    async fn load(session: Session) -> Answer<Self> {
        let zone = current_time_zone();
        let present = now();
        // A browser knows its own zone.
        let times = same_times(present, |instant| offset_at(&zone, instant)).ok_or(Failure::Unreachable)?;
        let today = report(session, times.today, None).await?;
        let before = report(session, times.before_from, Some(times.before_to)).await?;
        let lag = i64::try_from(today.lag_seconds).unwrap_or_default();
        Ok(Self {
            today: today.totals,
            before: before.totals,
            before_to: times.before_to,
            as_of: present - TimeDelta::try_seconds(lag).unwrap_or_default(),
        })
    }
}

async fn report(session: Session, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Answer<Usage> {
    let written = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut query = vec![("from", written(from))];
    query.extend(to.map(|to| ("to", written(to))));
    session.call(async |token| usage_report(token, &query).await).await
}

/// The figures, as they come in.
#[component]
pub(super) fn TodayCard() -> impl IntoView {
    let session = Session::current();
    let load = Load::new(move || Days::load(session));
    load.poll(POLL, || true);
    let as_of = Signal::derive(move || load.signal().with(|days| days.as_ref().map(|days| days.as_of)));
    view! {
        <Card title=text::today()>
            <Loaded load=load children=|days| view! { <Figures days=days /> } />
            <p class="card-foot">
                <a href="/reports">{text::to_reports()}</a>
                <UpdatedAgo at=as_of />
            </p>
        </Card>
    }
    .into_any()
}

#[component]
fn Figures(days: Signal<Option<Days>>) -> impl IntoView {
    let figure = move |name: &'static str, pick: fn(&UsageTotals) -> u64| {
        let value = move || days.with(|days| days.as_ref().map(|days| format_number(pick(&days.today))));
        let note = move || {
            let compare = |days: &Days| compare_counts(pick(&days.today), pick(&days.before));
            days.with(|days| days.as_ref().map(compare))
        };
        let value = Signal::derive(move || value().unwrap_or_default());
        let note = Signal::derive(move || note().unwrap_or_default());
        view! { <Stat name=name value=value note=note /> }
    };
    let compared = move || {
        let to = days.with(|days| days.as_ref().map(|days| days.before_to));
        to.map(|to| text::compared(&format_time(to, None)))
    };
    view! {
        <Stats>
            {figure(text::evaluations(), |totals| totals.evaluations)}
            {figure(text::applied(), |totals| totals.applicable)}
            {figure(text::redemptions(), |totals| totals.redemptions)}
            <Discounts days=days />
        </Stats>
        <p class="hint">{compared}</p>
    }
    .into_any()
}

/// What was given of a currency, today and before.
type Sums = (Option<Money>, Option<Money>);

/// A figure for each currency; one without an amount where nothing was given on either day.
#[component]
fn Discounts(days: Signal<Option<Days>>) -> impl IntoView {
    let sums = Memo::new(move |_| days.with(|days| days.as_ref().map(sums).unwrap_or_default()));
    move || {
        let sums = sums.get();
        if sums.is_empty() {
            return view! { <Stat name=text::discount() value=common::none() note=text::same() /> }.into_any();
        }
        let is_only = sums.len() == 1;
        let stats = sums.into_iter().map(|(currency, (today, before))| {
            let name = if is_only {
                text::discount().to_owned()
            } else {
                text::discount_in(&currency)
            };
            let value = today.as_ref().map_or_else(|| common::none().to_owned(), format_money);
            let note = compare_sums(today.as_ref(), before.as_ref());
            view! { <Stat name=name value=value note=note /> }
        });
        stats.collect_view().into_any()
    }
}

fn sums(days: &Days) -> BTreeMap<String, Sums> {
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    for money in &days.today.discount {
        sums.entry(money.currency().to_string()).or_default().0 = Some(*money);
    }
    for money in &days.before.discount {
        sums.entry(money.currency().to_string()).or_default().1 = Some(*money);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::reports::ResponseMs;

    #[test]
    fn every_currency_of_either_day() {
        let totals = |discount: Vec<Money>| UsageTotals {
            evaluations: 0,
            applicable: 0,
            not_applicable: 0,
            by_reason: BTreeMap::new(),
            discount,
            redemptions: 0,
            given_back: Vec::new(),
            rolled_back: 0,
            ratio: None,
            response_ms: ResponseMs::default(),
        };
        let money = |amount, currency: &str| Money::new(amount, currency.parse().unwrap()).unwrap();
        let days = Days {
            today: totals(vec![money(1, "UYU"), money(2, "USD")]),
            before: totals(vec![money(3, "UYU"), money(4, "BRL")]),
            before_to: DateTime::UNIX_EPOCH,
            as_of: DateTime::UNIX_EPOCH,
        };
        let expected = [
            ("BRL", (None, Some(money(4, "BRL")))),
            ("USD", (Some(money(2, "USD")), None)),
            ("UYU", (Some(money(1, "UYU")), Some(money(3, "UYU")))),
        ];
        assert_eq!(
            sums(&days),
            expected.map(|(currency, sums)| (currency.to_owned(), sums)).into()
        );
    }
}
