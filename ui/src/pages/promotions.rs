//! The list of promotions: found by name, status and kind, changed one by one or several at once.

mod actions;
mod bulk;
mod duplicate;
mod filters;
mod listing;
mod row_menu;
mod table;

use leptos::prelude::*;
use leptos_router::components::A;

use self::actions::{ActionDialogs, Actions};
use self::bulk::BulkBar;
use self::filters::{FilterBar, PATH, use_filters};
use self::listing::Listing;
use self::table::Table;
use crate::components::{EmptyState, FailureAlert, Loading, Look, PageTitle};
use crate::forms::promotion_filters::Filters;
use crate::i18n::{failures, promotion_list, promotions as text};
use crate::session::Session;
use crate::wire::Permission;

/// What there is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// No answer yet.
    Nothing,
    /// The organisation has no promotion.
    None,
    /// It may have some, but none as wanted.
    NoMatch,
    Some,
}

/// Every promotion of the organisation, with its state and counts.
#[component]
pub(crate) fn PromotionsPage() -> impl IntoView {
    let filters = use_filters();
    let listing = Listing::new(filters);
    let actions = Actions::new(listing);
    let shown = Memo::new(move |_| {
        let is_empty = listing.count.get() == 0;
        listing.shown.with(|filters| match filters {
            None => Shown::Nothing,
            Some(_) if !is_empty => Shown::Some,
            Some(filters) if filters.is_narrowed() => Shown::NoMatch,
            Some(_) => Shown::None,
        })
    });
    let content = move || match shown.get() {
        Shown::Nothing => listing
            .failure
            .with(Option::is_none)
            .then(|| view! { <Loading /> })
            .into_any(),
        Shown::None => view! { <NoPromotions /> }.into_any(),
        Shown::NoMatch => view! { <NoMatch filters=filters /> }.into_any(),
        Shown::Some => view! { <Table listing=listing actions=actions /> }.into_any(),
    };
    view! {
        <div class="page-head">
            <div>
                <PageTitle title=text::title() />
                <p class="lead">{text::lead()}</p>
            </div>
            <Create />
        </div>
        <Show when=move || shown.get() != Shown::None>
            <FilterBar filters=filters />
        </Show>
        <Failed listing=listing shown=shown />
        <ActionDialogs actions=actions />
        <BulkBar listing=listing actions=actions />
        {content}
    }
    .into_any()
}

#[component]
fn Create() -> impl IntoView {
    let may_write = Session::current().may(Permission::PromotionsWrite);
    may_write.then(|| view! { <A href="/new-promotion" attr:class=Look::Primary.class()>{text::create()}</A> })
}

/// Why the list is not what is wanted. What failed at its end is told there.
#[component]
fn Failed(listing: Listing, shown: Memo<Shown>) -> impl IntoView {
    move || {
        let failure = listing.failure.get()?;
        if shown.get() == Shown::Some && listing.is_current() {
            return None;
        }
        let note = (shown.get() != Shown::Nothing).then(|| failures::stale().to_owned());
        let retry = Callback::new(move |()| listing.retry());
        Some(view! { <FailureAlert failure=failure retry=Some(retry) note=note /> })
    }
}

#[component]
fn NoPromotions() -> impl IntoView {
    view! {
        <EmptyState title=text::empty_title() body=text::empty_body()>
            <Create />
        </EmptyState>
    }
}

/// The way back to all, in the order that was chosen.
#[component]
fn NoMatch(filters: Memo<Filters>) -> impl IntoView {
    let all = move || {
        let sort = filters.with(|filters| filters.sort);
        let all = Filters {
            sort,
            ..Filters::default()
        };
        crate::browser::address(PATH, &all.parameters())
    };
    view! {
        <EmptyState title=promotion_list::no_match_title() body=promotion_list::no_match_body()>
            <a class=Look::Secondary.class() href=all>{promotion_list::clear_filters()}</a>
        </EmptyState>
    }
}
