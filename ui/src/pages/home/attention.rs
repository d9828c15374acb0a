//! Promotions that need a look: those that end soon, and those that ran out.

use chrono::{DateTime, TimeDelta, Utc};
use engine::promotion::Standing;
use leptos::prelude::*;

use super::POLL;
use crate::api::Answer;
use crate::api::promotions::list_promotions;
use crate::browser::{address, format_relative, format_time, now};
use crate::components::{Card, Loaded};
use crate::forms::promotion_filters::{Filters, Sort};
use crate::i18n::home as text;
use crate::load::Load;
use crate::pages::status::StatusBadge;
use crate::session::Session;
use crate::wire::promotions::ListedPromotion;

/// How far ahead an end is soon, and how long ago it is news, in days.
const DAYS: u32 = 14;
/// Lines of a list: more are behind its link.
const LINES: u8 = 5;

/// Some promotions, and when they were asked for.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    promotions: Vec<ListedPromotion>,
    at: DateTime<Utc>,
}

/// The first promotions of a status and an order.
async fn find(session: Session, status: Standing, sort: Sort) -> Answer<Found> {
    let filters = filters(status, sort);
    let page = session
        .call(async |token| list_promotions(token, &filters, LINES, None).await)
        .await?;
    Ok(Found {
        promotions: page.items,
        at: now(),
    })
}

fn filters(status: Standing, sort: Sort) -> Filters {
    Filters {
        status: Some(status),
        sort,
        ..Filters::default()
    }
}

impl Found {
    /// Without those whose end is further away than `DAYS`, either way.
    fn near(mut self) -> Self {
        let (at, limit) = (self.at, TimeDelta::days(i64::from(DAYS)));
        let is_near = |end: DateTime<Utc>| (end - at).abs() <= limit;
        self.promotions
            .retain(|promotion| promotion.ends_at.is_some_and(is_near));
        self
    }
}

/// Active promotions by their ends.
#[component]
pub(super) fn Ending() -> impl IntoView {
    let session = Session::current();
    let load = Load::new(move || async move {
        let found = find(session, Standing::Active, Sort::EndsFirst).await?;
        Ok(found.near())
    });
    load.poll(POLL, || true);
    let all = address("/promotions", &filters(Standing::Active, Sort::EndsFirst).parameters());
    let line = |promotion: &ListedPromotion, at| ends(promotion, at, text::ends);
    view! {
        <Card title=text::ending()>
            <Loaded
                load=load
                children=move |found| view! { <Lines found=found line=line none=text::ending_none(DAYS.into()) /> }
            />
            <p class="card-foot"><a href=all>{text::more_ending()}</a></p>
        </Card>
    }
    .into_any()
}

/// Those that are used up, and then those that ended not long ago.
#[component]
pub(super) fn RanOut() -> impl IntoView {
    let session = Session::current();
    let load = Load::new(move || async move {
        let mut found = find(session, Standing::Exhausted, Sort::ChangedLast).await?;
        let ended = find(session, Standing::Expired, Sort::EndsLast).await?;
        found.promotions.extend(ended.near().promotions);
        found.promotions.truncate(usize::from(LINES));
        Ok(found)
    });
    load.poll(POLL, || true);
    let used_up = address(
        "/promotions",
        &filters(Standing::Exhausted, Sort::ChangedLast).parameters(),
    );
    let ended = address("/promotions", &filters(Standing::Expired, Sort::EndsLast).parameters());
    let line = |promotion: &ListedPromotion, at| match promotion.status {
        Standing::Exhausted => text::used_up().into_any(),
        Standing::Draft | Standing::Active | Standing::Paused | Standing::Expired | Standing::Archived => {
            ends(promotion, at, text::ended)
        }
    };
    view! {
        <Card title=text::ran_out()>
            <Loaded
                load=load
                children=move |found| view! { <Lines found=found line=line none=text::ran_out_none(DAYS.into()) /> }
            />
            <p class="card-foot">
                <a href=used_up>{text::more_used_up()}</a>
                <a href=ended>{text::more_ended()}</a>
            </p>
        </Card>
    }
    .into_any()
}

/// When it ends or ended, and exactly when on a closer look.
fn ends(promotion: &ListedPromotion, at: DateTime<Utc>, said: fn(&str) -> String) -> AnyView {
    let line = promotion.ends_at.map(|end| {
        let exactly = format_time(end, Some(&promotion.time_zone));
        view! { <span title=exactly>{said(&format_relative(end, at))}</span> }
    });
    line.into_any()
}

#[component]
fn Lines(
    found: Signal<Option<Found>>,
    line: fn(&ListedPromotion, DateTime<Utc>) -> AnyView,
    none: String,
) -> impl IntoView {
    let lines = move |found: &Found| {
        if found.promotions.is_empty() {
            return view! { <p class="hint">{none.clone()}</p> }.into_any();
        }
        let items = found.promotions.iter().map(|promotion| {
            let name = promotion.name.clone();
            view! {
                <li>
                    <a href=format!("/promotions/{}", promotion.code)>{name}</a>
                    <StatusBadge status=promotion.status />
                    <span class="hint">{line(promotion, found.at)}</span>
                </li>
            }
        });
        let items = items.collect_view();
        view! { <ul class="plain lines">{items}</ul> }.into_any()
    };
    move || found.with(|found| found.as_ref().map(&lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn near_ends() {
        let at: DateTime<Utc> = "2027-01-15T12:00:00Z".parse().unwrap();
        let ends = [
            Some("2027-01-29T12:00:00Z"),
            Some("2027-01-29T12:00:01Z"),
            Some("2027-01-01T12:00:00Z"),
            Some("2027-01-01T11:59:59Z"),
            None,
        ];
        let promotions = ends.map(|end| {
            serde_json::from_value(json!({
                "code": end.unwrap_or("endless"), "name": "Summer", "kind": "discount",
                "effect": {"type": "percentage", "percent": "10"}, "ends_at": end, "time_zone": "UTC",
                "status": "active",
            }))
            .unwrap()
        });
        let found = Found {
            promotions: promotions.into(),
            at,
        };
        let near: Vec<_> = found
            .near()
            .promotions
            .into_iter()
            .map(|promotion| promotion.code)
            .collect();
        assert_eq!(near, ["2027-01-29T12:00:00Z", "2027-01-01T12:00:00Z"]);
    }
}
