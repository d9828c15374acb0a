//! How edge and origin do, in words.

use leptos::prelude::*;

use super::POLL;
use crate::api::home::health;
use crate::components::{Badge, Card, Loaded, Tone};
use crate::i18n::home as text;
use crate::load::Load;
use crate::wire::home::Health;

/// A part of the service: its name, and what it means that it works or not.
struct Part {
    component: &'static str,
    name: fn() -> &'static str,
    up: fn() -> &'static str,
    down: fn() -> &'static str,
}

/// The parts of this version, those first that shops depend on.
const PARTS: [Part; 4] = [
    Part {
        component: "kv",
        name: text::rules,
        up: text::rules_up,
        down: text::rules_down,
    },
    Part {
        component: "ledger",
        name: text::ledger,
        up: text::ledger_up,
        down: text::ledger_down,
    },
    Part {
        component: "queue",
        name: text::queue,
        up: text::queue_up,
        down: text::queue_down,
    },
    Part {
        component: "origin",
        name: text::origin,
        up: text::origin_up,
        down: text::origin_down,
    },
];

/// A part as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    name: String,
    is_up: bool,
    meaning: &'static str,
}

/// The parts that the service tells of; of one that this version does not know, the bare name.
fn states(health: &Health) -> Vec<State> {
    let known = PARTS.iter().filter_map(|part| {
        let is_up = health.components.get(part.component)?.is_up();
        Some(State {
            name: (part.name)().to_owned(),
            is_up,
            meaning: if is_up { (part.up)() } else { (part.down)() },
        })
    });
    let others = health
        .components
        .iter()
        .filter(|(name, _)| PARTS.iter().all(|part| part.component != name.as_str()));
    let others = others.map(|(name, component)| State {
        name: name.clone(),
        is_up: component.is_up(),
        meaning: "",
    });
    known.chain(others).collect()
}

/// Each part with its state.
#[component]
pub(super) fn ServiceCard() -> impl IntoView {
    let load = Load::new(health);
    load.poll(POLL, || true);
    view! {
        <Card title=text::service()>
            <Loaded load=load children=|health| view! { <Parts health=health /> } />
        </Card>
    }
    .into_any()
}

#[component]
fn Parts(health: Signal<Option<Health>>) -> impl IntoView {
    let parts = Memo::new(move |_| health.with(|health| health.as_ref().map(states).unwrap_or_default()));
    let sentence = move || {
        if parts.with(|parts| parts.iter().all(|part| part.is_up)) {
            text::all_up()
        } else {
            text::some_down()
        }
    };
    let lines = move || {
        let line = |part: State| {
            let (tone, word) = if part.is_up {
                (Tone::Good, text::up())
            } else {
                (Tone::Bad, text::down())
            };
            view! {
                <li>
                    <strong>{part.name}</strong>
                    <Badge tone=tone>{word}</Badge>
                    <span class="hint">{part.meaning}</span>
                </li>
            }
        };
        parts.get().into_iter().map(line).collect_view()
    };
    view! {
        <p role="status">{sentence}</p>
        <ul class="plain lines">{lines}</ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_in_words() {
        let health: Health = serde_json::from_value(json!({
            "status": "down",
            "components": {"cache": {"state": "up"}, "origin": {"state": "down"}, "kv": {"state": "up"}},
        }))
        .unwrap();
        let state = |name: &str, is_up, meaning| State {
            name: name.to_owned(),
            is_up,
            meaning,
        };
        assert_eq!(
            states(&health),
            [
                state(text::rules(), true, text::rules_up()),
                state(text::origin(), false, text::origin_down()),
                state("cache", true, ""),
            ]
        );
    }
}
