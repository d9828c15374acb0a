//! What the list is narrowed down to. The address says it, so that a link leads to the same list and the browser's
//! back button to the one before.

use std::time::Duration;

use engine::promotion::{Kind, Standing};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_url};

use crate::browser::{address, query_parameter};
use crate::components::{Choice, SearchField, SelectField};
use crate::forms::promotion_filters::{Filters, Sort, kind_of, search_text};
use crate::i18n::{promotion_list as text, promotions};

/// The page's path.
pub(super) const PATH: &str = "/promotions";
/// How long after the last key stroke the list follows: about a pause between two words.
const TYPING_PAUSE: Duration = Duration::from_millis(250);

/// The filters of the address.
pub(super) fn use_filters() -> Memo<Filters> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Filters::read(|name| query_parameter(url.search(), name))))
}

/// Leads to the list of other filters.
#[derive(Clone, Copy)]
struct Go(Callback<(Filters, bool)>);

impl Go {
    fn new() -> Self {
        let navigate = use_navigate();
        Self(Callback::new(move |(filters, replace): (Filters, bool)| {
            let options = NavigateOptions {
                replace,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&address(PATH, &filters.parameters()), options);
        }))
    }

    /// As a step that the back button takes back.
    fn to(self, filters: Filters) {
        self.0.run((filters, false));
    }

    /// In place of the present step.
    fn instead(self, filters: Filters) {
        self.0.run((filters, true));
    }
}

/// Search, kind and order; the statuses below them.
#[component]
pub(super) fn FilterBar(filters: Memo<Filters>) -> impl IntoView {
    let go = Go::new();
    let kinds = vec![
        Choice::new("", text::any_kind()),
        Choice::new(Kind::Discount.as_str(), text::kind_discount()),
        Choice::new(Kind::Coupon.as_str(), text::kind_coupon()),
    ];
    let kind = chosen(
        filters,
        |filters| filters.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        move |word| {
            go.to(Filters {
                kind: kind_of(&word),
                ..filters.get_untracked()
            });
        },
    );
    let sorts = Sort::ALL
        .into_iter()
        .map(|sort| Choice::new(sort.as_str(), sort_name(sort)))
        .collect();
    let sort = chosen(
        filters,
        |filters| filters.sort.as_str().to_owned(),
        move |word| {
            go.to(Filters {
                sort: Sort::of(&word).unwrap_or_default(),
                ..filters.get_untracked()
            });
        },
    );
    view! {
        <div class="filters">
            <SearchField
                id="promotion-search"
                label=text::search()
                placeholder=text::search()
                value=typed(filters, go)
            />
            <SelectField id="promotion-kind" label=text::kind() value=kind choices=kinds />
            <SelectField id="promotion-sort" label=text::sort() value=sort choices=sorts />
        </div>
        <Statuses filters=filters />
    }
    .into_any()
}

/// What is typed into the search: the address follows it, and it follows the address when that changes otherwise.
fn typed(filters: Memo<Filters>, go: Go) -> RwSignal<String> {
    let typed = RwSignal::new(filters.get_untracked().search);
    let written = StoredValue::new(typed.get_untracked());
    let mut write = debounce(TYPING_PAUSE, move |search: String| {
        let shown = filters.get_untracked();
        if search != shown.search {
            written.set_value(search.clone());
            go.instead(Filters { search, ..shown });
        }
    });
    Effect::new(move |_| write(search_text(&typed.get())));
    let search = Memo::new(move |_| filters.get().search);
    Effect::new(move |_| {
        let search = search.get();
        // Not what was typed here: somebody goes on typing meanwhile.
        if search != written.get_value() {
            written.set_value(search.clone());
            typed.set(search);
        }
    });
    typed
}

/// A choice that the address holds.
fn chosen(filters: Memo<Filters>, read: fn(&Filters) -> String, choose: impl Fn(String) + 'static) -> RwSignal<String> {
    let value = RwSignal::new(filters.with_untracked(read));
    Effect::new(move |_| value.set(filters.with(read)));
    Effect::new(move |_| {
        let word = value.get();
        if word != filters.with_untracked(read) {
            choose(word);
        }
    });
    value
}

#[component]
fn Statuses(filters: Memo<Filters>) -> impl IntoView {
    let choices = [None].into_iter().chain(Standing::ALL.into_iter().map(Some));
    let links = choices.map(|status| {
        let to = move || {
            let filters = Filters {
                status,
                ..filters.get()
            };
            address(PATH, &filters.parameters())
        };
        let is_current = move || filters.with(|filters| filters.status == status).then_some("page");
        let name = status.map_or(text::all(), status_name);
        view! { <li><a href=to aria-current=is_current>{name}</a></li> }
    });
    view! {
        <nav class="tabs" aria-label=text::statuses()>
            <ul>{links.collect_view()}</ul>
        </nav>
    }
    .into_any()
}

fn status_name(status: Standing) -> &'static str {
    match status {
        Standing::Draft => promotions::status_draft(),
        Standing::Active => promotions::status_active(),
        Standing::Paused => promotions::status_paused(),
        Standing::Expired => promotions::status_expired(),
        Standing::Exhausted => promotions::status_exhausted(),
        Standing::Archived => promotions::status_archived(),
    }
}

fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => text::sort_newest(),
        Sort::Oldest => text::sort_oldest(),
        Sort::ChangedLast => text::sort_changed(),
        Sort::Name => text::sort_name(),
        Sort::EndsFirst => text::sort_ends_first(),
        Sort::EndsLast => text::sort_ends_last(),
    }
}
