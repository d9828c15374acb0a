//! Choosing promotions among many: a search, its first results to tick, and what is chosen.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::problem::FieldError;
use engine::promotion::PromotionCode;
use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;

use crate::api;
use crate::components::{Icon, IconMark, Loaded, SearchField, prose};
use crate::i18n::developers as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::{Page, Promotion};

/// How long to wait for the next key stroke before asking: shorter than a pause for thought.
pub(super) const SEARCH_DELAY: Duration = Duration::from_millis(200);

/// Which promotions; at most 100, as the server says.
#[component]
pub(super) fn PromotionsField(
    chosen: RwSignal<BTreeSet<PromotionCode>>,
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let session = Session::current();
    let typed = RwSignal::new(String::new());
    let load = Load::new(move || {
        let typed = typed.get_untracked();
        async move {
            session
                .call(async |token| api::keys::promotions_like(token, typed.trim()).await)
                .await
        }
    });
    follow(typed, load);
    // Inside of a form, where it would send it.
    let stay = |event: KeyboardEvent| {
        if event.key() == "Enter" && event_target_is_input(&event) {
            event.prevent_default();
        }
    };
    let complaints = move || {
        let errors = errors.get().into_iter();
        errors
            .map(|error| view! { <p>{prose(&error.detail)}</p> })
            .collect_view()
    };
    view! {
        <fieldset class="picker" on:keydown=stay aria-describedby="key-promotions-errors">
            <legend>{text::scope_choose()}</legend>
            <Chosen chosen=chosen />
            <SearchField id="key-promotions" label=text::search_promotions() value=typed placeholder=text::search_promotions() />
            <div class="picker-list">
                <Loaded load=load children=move |page| view! { <Results chosen=chosen page=page /> } />
            </div>
            <div class="field-errors" id="key-promotions-errors" aria-live="polite">{complaints}</div>
        </fieldset>
    }
    .into_any()
}

/// Searches again when typing pauses.
pub(super) fn follow(typed: RwSignal<String>, load: Load<Page<Promotion>>) {
    let search = debounce(SEARCH_DELAY, move |()| load.reload());
    let search = StoredValue::new_local(search);
    Effect::new(move |before: Option<String>| {
        let typed = typed.get();
        if before.is_some_and(|before| before != typed) {
            search.update_value(|search| search(()));
        }
        typed
    });
}

fn event_target_is_input(event: &KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast as _;
    event
        .target()
        .is_some_and(|target| target.dyn_ref::<web_sys::HtmlInputElement>().is_some())
}

/// What is chosen; each can be taken out.
#[component]
fn Chosen(chosen: RwSignal<BTreeSet<PromotionCode>>) -> impl IntoView {
    let items = move || chosen.get().into_iter().collect::<Vec<_>>();
    view! {
        <ul class="chips" aria-label=text::chosen()>
            <For each=items key=ToString::to_string let:code>
                {
                    let label = text::take_out(&code.to_string());
                    let own = code.clone();
                    let press = move |_| chosen.update(|chosen| _ = chosen.remove(&own));
                    view! {
                        <li class="chip">
                            {code.to_string()}
                            <button type="button" class="icon-button" aria-label=label on:click=press>
                                <IconMark icon=Icon::Close />
                            </button>
                        </li>
                    }
                }
            </For>
        </ul>
    }
}

#[component]
fn Results(chosen: RwSignal<BTreeSet<PromotionCode>>, page: Signal<Option<Page<Promotion>>>) -> impl IntoView {
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let is_empty = Memo::new(move |_| page.with(|page| page.as_ref().is_none_or(|page| page.items.is_empty())));
    let has_more = Memo::new(move |_| page.with(|page| page.as_ref().is_some_and(|page| page.next_cursor.is_some())));
    view! {
        <For each=items key=|promotion| promotion.code.clone() let:promotion>
            {choice(promotion, chosen)}
        </For>
        {move || is_empty.get().then(|| view! { <p class="hint">{text::no_promotion_found()}</p> })}
        {move || has_more.get().then(|| view! { <p class="hint">{text::more_promotions()}</p> })}
    }
}

/// A promotion to tick; the server's codes are codes.
fn choice(promotion: Promotion, chosen: RwSignal<BTreeSet<PromotionCode>>) -> Option<AnyView> {
    let code = promotion.code.parse::<PromotionCode>().ok()?;
    let id = format!("key-promotion-{code}");
    let (own, ticked) = (code.clone(), code);
    let tick = move |event: Event| {
        let is_ticked = event_target_checked(&event);
        chosen.update(|chosen| {
            _ = if is_ticked {
                chosen.insert(ticked.clone())
            } else {
                chosen.remove(&ticked)
            };
        });
    };
    let view = view! {
        <div class="check">
            <input
                id=id.clone()
                type="checkbox"
                prop:checked=move || chosen.with(|chosen| chosen.contains(&own))
                on:change=tick
            />
            <label for=id>{promotion.name} " " <span class="code hint">{promotion.code}</span></label>
        </div>
    };
    Some(view.into_any())
}
