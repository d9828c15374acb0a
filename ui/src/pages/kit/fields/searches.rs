//! Searches.

use leptos::prelude::*;

use crate::components::{Choice, Combobox, SearchField};
use crate::forms::fold::{begins, fold};
use crate::pages::kit::Sample;

const CITIES: [&str; 6] = ["Buenos Aires", "Córdoba", "Lima", "Montevideo", "Santiago", "São Paulo"];

pub(super) fn samples() -> AnyView {
    let typed = RwSignal::new(String::new());
    view! {
        <Sample name="Search in a list">
            <SearchField id="kit-search" label="Search promotions" value=typed placeholder="Name or code" />
        </Sample>
        <Sample name="Search for one of many">
            <div class="fields">{found()} {nothing_found()}</div>
        </Sample>
    }
    .into_any()
}

fn found() -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new("Montevideo".to_owned());
    let results = Memo::new(move |_| {
        let folded = fold(&typed.get());
        let fitting = CITIES.into_iter().filter(|city| begins(city, &folded));
        fitting.map(|city| Choice::new(city, city)).collect()
    });
    let note = Signal::derive(move || format!("{} found", results.with(Vec::len)));
    view! {
        <Combobox
            id="kit-combobox"
            label="City"
            placeholder="Choose a city"
            shown=chosen
            results=results
            note=note
            on_search=move |query| typed.set(query)
            on_choose=move |city| chosen.set(city)
        />
    }
}

fn nothing_found() -> impl IntoView {
    view! {
        <Combobox
            id="kit-combobox-nothing"
            label="City, nothing found"
            placeholder="Nothing is ever found"
            shown=String::new()
            results=Vec::new()
            note="Nothing found"
            on_search=|_| ()
            on_choose=|_| ()
        />
    }
}
