//! One promotion of many, found by a part of its code or name.

use std::time::Duration;

use leptos::prelude::*;

use crate::api::reports::find_promotions;
use crate::components::FieldFrame;
use crate::i18n::reports as text;
use crate::session::Session;
use crate::task::spawn;
use crate::wire::reports::PromotionName;

/// How long somebody has to stop typing before the server is asked.
const PAUSE: Duration = Duration::from_millis(200);

/// What a typed text means among the promotions that were offered: a code, a name, or the only one that contains it.
fn meant<'a>(typed: &str, offered: &'a [PromotionName]) -> Option<&'a PromotionName> {
    let wanted = typed.to_lowercase();
    let contains = |text: &str| text.to_lowercase().contains(&wanted);
    let exact = offered.iter().find(|offer| offer.code == typed);
    let named = || offered.iter().find(|offer| offer.name.to_lowercase() == wanted);
    let only = || {
        let mut found = offered
            .iter()
            .filter(|offer| contains(&offer.code) || contains(&offer.name));
        found.next().filter(|_| found.next().is_none())
    };
    exact.or_else(named).or_else(only)
}

/// A field that offers promotions as one types. Empty, it means all of them.
#[component]
pub(super) fn PromotionPicker(
    /// The chosen promotion's code; empty for all.
    code: RwSignal<String>,
) -> impl IntoView {
    let session = Session::current();
    let typed = RwSignal::new(code.get_untracked());
    let offered = RwSignal::new(Vec::<PromotionName>::new());
    let turn = StoredValue::new(0_u64);
    Effect::new(move |_| typed.set(code.get()));
    let look_up = move || {
        turn.update_value(|turn| *turn += 1);
        let asked = turn.get_value();
        let ask = move || {
            if turn.try_get_value() != Some(asked) {
                return;
            }
            let wanted = typed.get_untracked();
            spawn(async move {
                let found = session.call(async |token| find_promotions(token, &wanted).await).await;
                // Without an answer nothing is offered; a code can still be typed.
                if let (Ok(page), Some(latest)) = (found, turn.try_get_value())
                    && latest == asked
                {
                    offered.set(page.items);
                }
            });
        };
        set_timeout(ask, PAUSE);
    };
    let input = move |event| {
        let text = event_target_value(&event);
        let is_offered = offered.with_untracked(|offered| offered.iter().any(|offer| offer.code == text));
        typed.set(text.clone());
        if text.is_empty() || is_offered {
            code.set(text);
        } else {
            look_up();
        }
    };
    let change = move |_| {
        let text = typed.get_untracked();
        let text = text.trim();
        let chosen = offered.with_untracked(|offered| meant(text, offered).map(|offer| offer.code.clone()));
        code.set(if text.is_empty() {
            String::new()
        } else {
            chosen.unwrap_or_else(|| text.to_owned())
        });
        typed.set(code.get_untracked());
    };
    let options = move || {
        let offers = offered.get().into_iter();
        offers
            .map(|offer| view! { <option value=offer.code>{offer.name}</option> })
            .collect_view()
    };
    view! {
        <FieldFrame id="promotion" label=text::promotion()>
            <input
                id="promotion"
                type="search"
                list="promotion-offers"
                placeholder=text::all_promotions()
                prop:value=typed
                on:focus=move |_| look_up()
                on:input=input
                on:change=change
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
            />
            <datalist id="promotion-offers">{options}</datalist>
        </FieldFrame>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant() {
        let offer = |code: &str, name: &str| PromotionName {
            code: code.to_owned(),
            name: name.to_owned(),
        };
        let both = [offer("summer-10", "Summer sale"), offer("summer-20", "summer-10")];
        let check = |typed: &str, offered: &[PromotionName], expected: Option<&str>| {
            assert_eq!(
                meant(typed, offered).map(|offer| offer.code.as_str()),
                expected,
                "{typed}"
            );
        };
        check("summer-10", &both, Some("summer-10"));
        check("SUMMER SALE", &both, Some("summer-10"));
        check("summer", &both, None);
        check("Sale", &both, Some("summer-10"));
        check("summer", &both[1..], Some("summer-20"));
        check("winter", &both[1..], None);
        check("summer", &[], None);
    }
}
