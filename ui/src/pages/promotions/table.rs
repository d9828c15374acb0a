//! The table: only parts near the screen have rows.
//!
//! Ten thousand promotions are two hundred parts. A part far from the screen is one empty row of its height, so that
//! what the browser lays out, and what the app has to take down when the filters change, is some hundred rows at most.
//! Letting the browser skip what is out of sight (`content-visibility`) would do neither: it does not apply to the rows
//! of a table, and every row would stay in memory with its signals.

use engine::promotion::Kind;
use leptos::html::{Div, Tbody};
use leptos::prelude::*;

use super::actions::Actions;
use super::listing::{Item, Listing, Part};
use super::row_menu::RowMenu;
use crate::browser::{format_date, format_number, format_percent};
use crate::components::{Button, FailureAlert, InView, Look};
use crate::i18n::{common, promotion_list as text, promotions};
use crate::pages::effect::describe;
use crate::pages::status::StatusBadge;
use crate::session::Session;
use crate::wire::Permission;
use crate::wire::promotions::{ListedPromotion, PromotionUsage};

/// How far ahead rows are made and the next part is asked for: more than a turn of the wheel.
const AHEAD: &str = "1200px 0px";

/// What the reader may do and see.
#[derive(Debug, Clone, Copy)]
struct Rights {
    write: bool,
    reports: bool,
}

/// The promotions that are loaded, and the way to the rest.
#[component]
pub(super) fn Table(listing: Listing, actions: Actions) -> impl IntoView {
    let session = Session::current();
    let rights = Rights {
        write: session.may(Permission::PromotionsWrite),
        reports: session.may(Permission::ReportsRead),
    };
    // The number of rows is not known before the last part is there.
    let rows = move || match listing.next.with(Option::is_some) {
        true => "-1".to_owned(),
        false => (listing.count.get() + 1).to_string(),
    };
    let is_busy = move || listing.is_loading.get().to_string();
    view! {
        <div class="table-box">
            <table class="promotions" aria-rowcount=rows aria-busy=is_busy>
                <caption>{text::caption()}</caption>
                <Head listing=listing rights=rights />
                <For each=move || listing.parts.get() key=|part| part.id let:part>
                    <PartRows part=part listing=listing actions=actions rights=rights />
                </For>
            </table>
        </div>
        <End listing=listing />
    }
    .into_any()
}

#[component]
fn Head(listing: Listing, rights: Rights) -> impl IntoView {
    let chosen = move || listing.selected.with(|selected| selected.len());
    let is_all = move || chosen() > 0 && chosen() == listing.count.get();
    let is_some = move || chosen() > 0 && chosen() < listing.count.get();
    let toggle = move |_| {
        let all = if is_all() { Default::default() } else { listing.codes() };
        listing.selected.set(all);
    };
    let select = rights.write.then(|| {
        view! {
            <th scope="col" class="cell-select">
                <label class="select">
                    <span class="visually-hidden">{text::select_all()}</span>
                    <input type="checkbox" prop:checked=is_all prop:indeterminate=is_some on:change=toggle />
                </label>
            </th>
        }
    });
    let counts = rights.reports.then(|| {
        view! {
            <th scope="col" class="number cell-count">{promotions::column_evaluations()}</th>
            <th scope="col" class="number cell-count">{promotions::column_applicable()}</th>
        }
    });
    let menu = rights.write.then(|| {
        view! { <th scope="col" class="cell-menu"><span class="visually-hidden">{text::column_actions()}</span></th> }
    });
    view! {
        <thead>
            <tr aria-rowindex="1">
                {select}
                <th scope="col">{promotions::column_promotion()}</th>
                <th scope="col" class="cell-status">{promotions::column_status()}</th>
                <th scope="col" class="cell-gives">{promotions::column_gives()}</th>
                <th scope="col" class="cell-ends">{text::column_ends()}</th>
                {counts}
                {menu}
            </tr>
        </thead>
    }
    .into_any()
}

/// One part: its rows while it is near the screen, else their height.
#[component]
fn PartRows(part: Part, listing: Listing, actions: Actions, rights: Rights) -> impl IntoView {
    let body = NodeRef::<Tbody>::new();
    let height = RwSignal::new(0.0);
    let is_near = part.is_near.clone();
    let follower = StoredValue::new_local(None::<InView>);
    Effect::new(move |_| {
        let Some(body) = body.get() else { return };
        let (is_near, own) = (is_near.clone(), body.clone());
        let moved = move |is_in_view: bool, shown_height: f64| {
            // Told again what is known already, nothing is made anew.
            let is_shown = is_near.get_untracked();
            if is_in_view && !is_shown {
                is_near.set(true);
            } else if !is_in_view && is_shown && !own.contains(document().active_element().as_deref()) {
                height.set(shown_height);
                is_near.set(false);
            }
        };
        follower.set_value(InView::follow(&body, AHEAD, moved));
    });
    let content = move || {
        if part.is_near.get() {
            view! { <Rows part=part.clone() listing=listing actions=actions rights=rights /> }.into_any()
        } else {
            view! {
                <tr class="gap" aria-hidden="true">
                    <td style:height=move || format!("{}px", height.get())></td>
                </tr>
            }
            .into_any()
        }
    };
    view! { <tbody node_ref=body>{content}</tbody> }.into_any()
}

#[component]
fn Rows(part: Part, listing: Listing, actions: Actions, rights: Rights) -> impl IntoView {
    let Part {
        start, items, usage, ..
    } = part;
    let numbered = move || items.get().into_iter().enumerate().collect::<Vec<_>>();
    let row = move |(index, item): (usize, Item)| {
        let usage = usage.clone();
        let code = item.code.clone();
        // The heading is the first row.
        let number = start + index + 2;
        let count = move |show: fn(&PromotionUsage) -> AnyView| {
            usage.with(|usage| match usage {
                None => "…".into_any(),
                Some(usage) => usage.get(&code).map_or("–".into_any(), show),
            })
        };
        row(item, number, count, listing, actions, rights)
    };
    view! { <For each=numbered key=|(_, item)| item.code.clone() children=row /> }.into_any()
}

fn row(
    item: Item,
    number: usize,
    count: impl Fn(fn(&PromotionUsage) -> AnyView) -> AnyView + Clone + Send + 'static,
    listing: Listing,
    actions: Actions,
    rights: Rights,
) -> AnyView {
    let Item { code, promotion } = item;
    let own = promotion.clone();
    let name = Memo::new(move |_| own.with(|promotion| promotion.name.clone()));
    let select = rights
        .write
        .then(|| view! { <Select code=code.clone() name=name listing=listing /> });
    let menu = rights.write.then(|| {
        let promotion = promotion.clone();
        view! { <td class="cell-menu"><RowMenu code=code.clone() promotion=promotion actions=actions /></td> }
    });
    let counts = rights.reports.then(|| {
        let evaluations = count.clone();
        view! {
            <td data-label=promotions::column_evaluations() class="number cell-count">
                {move || evaluations(|usage| format_number(usage.evaluations).into_any())}
            </td>
            <td data-label=promotions::column_applicable() class="number cell-count">{move || count(applied)}</td>
        }
    });
    let part_of = move |pick: fn(&ListedPromotion) -> AnyView| {
        let promotion = promotion.clone();
        move || promotion.with(pick)
    };
    view! {
        <tr aria-rowindex=number>
            {select}
            <th scope="row">
                <a href=format!("/promotions/{code}")>{name}</a>
                <span class="code">{code.clone()}</span>
                {part_of(kind_note)}
            </th>
            <td data-label=promotions::column_status() class="cell-status">{part_of(status)}</td>
            <td data-label=promotions::column_gives() class="cell-gives">{part_of(gives)}</td>
            <td data-label=text::column_ends() class="cell-ends">{part_of(ends)}</td>
            {counts}
            {menu}
        </tr>
    }
    .into_any()
}

#[component]
fn Select(code: String, name: Memo<String>, listing: Listing) -> impl IntoView {
    let own = code.clone();
    let is_selected = move || listing.selected.with(|selected| selected.contains(&own));
    let toggle = move |_| {
        listing.selected.update(|selected| {
            if !selected.remove(&code) {
                selected.insert(code.clone());
            }
        });
    };
    view! {
        <td class="cell-select">
            <label class="select">
                <span class="visually-hidden">{move || text::select(&name.get())}</span>
                <input type="checkbox" prop:checked=is_selected on:change=toggle />
            </label>
        </td>
    }
    .into_any()
}

fn applied(usage: &PromotionUsage) -> AnyView {
    let ratio = usage
        .ratio
        .map(|ratio| view! { <span class="hint">{format_percent(ratio)}</span> });
    view! { {format_number(usage.applicable)} {ratio} }.into_any()
}

/// Said of those that need a coupon; the others go without saying.
fn kind_note(promotion: &ListedPromotion) -> AnyView {
    match promotion.kind {
        Kind::Discount => ().into_any(),
        Kind::Coupon => view! { <span class="hint">{text::kind_coupon()}</span> }.into_any(),
    }
}

fn status(promotion: &ListedPromotion) -> AnyView {
    let edge = promotion
        .is_publishing()
        .then(|| view! { <span class="hint">{text::publishing_now()}</span> });
    view! { <StatusBadge status=promotion.status /> {edge} }.into_any()
}

fn gives(promotion: &ListedPromotion) -> AnyView {
    let gives = describe(&promotion.effect);
    view! { <span class="gives" title=gives.clone()>{gives.clone()}</span> }.into_any()
}

/// The day in the promotion's own zone.
fn ends(promotion: &ListedPromotion) -> AnyView {
    match promotion.ends_at {
        Some(at) => format_date(at, Some(&promotion.time_zone)).into_any(),
        None => view! { <span class="hint">{text::endless()}</span> }.into_any(),
    }
}

/// Where the list goes on: by itself when it comes into sight, and by a button.
#[component]
fn End(listing: Listing) -> impl IntoView {
    let end = NodeRef::<Div>::new();
    let follower = StoredValue::new_local(None::<InView>);
    Effect::new(move |_| {
        // After each part anew: the end may be in sight still, which only a new observer tells.
        listing.parts.track();
        if let Some(end) = end.get() {
            let seen = move |is_in_view: bool, _| {
                if is_in_view {
                    listing.more();
                }
            };
            follower.set_value(InView::follow(&end, AHEAD, seen));
        }
    });
    let failed = move || {
        // One about other filters than those shown is told above the table.
        let failure = listing.failure.get().filter(|_| listing.is_current())?;
        let retry = Callback::new(move |()| listing.retry());
        Some(view! { <FailureAlert failure=failure retry=Some(retry) /> })
    };
    let is_loading = Signal::derive(move || listing.is_loading.get());
    let word = move || {
        if is_loading.get() {
            common::loading()
        } else {
            common::load_more()
        }
    };
    let more = move || {
        let wanted = listing.next.with(Option::is_some) && listing.failure.with(Option::is_none);
        wanted.then(|| {
            view! { <Button look=Look::Secondary busy=is_loading on_press=move |()| listing.more()>{word}</Button> }
        })
    };
    view! { <div class="list-end" node_ref=end>{failed} {more}</div> }.into_any()
}
