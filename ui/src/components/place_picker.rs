//! Countries and cities by their names: what the API takes and gives is their codes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use leptos::prelude::*;

use super::{Choice, Combobox};
use crate::api::places as api;
use crate::forms::fold::{begins, fold};
use crate::i18n::builder as text;
use crate::load::Load;
use crate::session::Session;
use crate::task::spawn;
use crate::wire::places::Place;

/// How long nobody types before a search is sent: between two letters of a fluent typist.
const PAUSE: Duration = Duration::from_millis(200);

/// The names of countries and cities, as far as they are known; provided by the page that shows some.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    session: Session,
    countries: Load<Vec<Place>>,
    /// By country and code.
    cities: RwSignal<BTreeMap<(String, String), String>>,
    /// Cities whose names are on their way.
    asked: StoredValue<BTreeSet<(String, String)>>,
}

impl Places {
    /// Starts to load the countries.
    pub(crate) fn new() -> Self {
        let session = Session::current();
        let countries = Load::new(move || async move {
            let countries = session.call(async |token| api::countries(token).await).await?;
            Ok(countries.items)
        });
        Self {
            session,
            countries,
            cities: RwSignal::new(BTreeMap::new()),
            asked: StoredValue::new(BTreeSet::new()),
        }
    }

    /// A country's name, or its code while it is not known; tracked.
    pub(crate) fn country_name(self, code: &str) -> String {
        let name = self.countries.signal().with(|countries| {
            let mut countries = countries.iter().flatten();
            countries
                .find(|country| country.code == code)
                .map(|country| country.name.clone())
        });
        name.unwrap_or_else(|| code.to_owned())
    }

    /// The same of a city; its name is asked for once.
    pub(crate) fn city_name(self, country: Option<&str>, code: &str) -> String {
        let Some(country) = country else { return code.to_owned() };
        let key = (country.to_owned(), code.to_owned());
        if let Some(name) = self.cities.with(|cities| cities.get(&key).cloned()) {
            return name;
        }
        let is_new = self.asked.try_update_value(|asked| asked.insert(key)) == Some(true);
        if is_new && !code.is_empty() {
            let (country, code) = (country.to_owned(), code.to_owned());
            spawn(async move {
                // Until a name is known its code stands in its place.
                _ = self.search(&country, &code).await;
            });
        }
        code.to_owned()
    }

    async fn search(self, country: &str, query: &str) -> Option<Vec<Place>> {
        let call = self
            .session
            .call(async |token| api::locations(token, country, query).await);
        let found = call.await.ok()?.items;
        self.cities.try_update(|cities| {
            let names = found
                .iter()
                .map(|city| ((country.to_owned(), city.code.clone()), city.name.clone()));
            cities.extend(names);
        });
        Some(found)
    }

    fn matching(self, typed: &str) -> Vec<Choice> {
        let folded = fold(typed.trim());
        let fits = |country: &&Place| begins(&country.name, &folded) || fold(&country.code) == folded;
        let choice = |country: &Place| Choice::new(&country.code, format!("{} ({})", country.name, country.code));
        self.countries
            .signal()
            .with(|countries| countries.iter().flatten().filter(fits).map(choice).collect())
    }
}

/// A country.
#[component]
pub(crate) fn CountryPicker(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    places: Places,
    /// Its code; empty for none yet.
    #[prop(into)]
    value: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let results = Memo::new(move |_| places.matching(&typed.get()));
    let note = Signal::derive(move || {
        if places.countries.signal().with(Option::is_none) {
            return text::searching().to_owned();
        }
        said(results.with(Vec::len))
    });
    let shown = Signal::derive(move || value.with(|code| places.country_name(code)));
    view! {
        <Combobox
            id=id
            label=label
            placeholder=text::choose_country()
            shown=shown
            results=results
            note=note
            on_search=move |query| typed.set(query)
            on_choose=on_choose
        />
    }
}

/// A city of a country.
#[component]
pub(crate) fn CityPicker(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    places: Places,
    /// The country's code; `None` for none yet.
    #[prop(into)]
    country: Signal<Option<String>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
) -> impl IntoView {
    let search = CitySearch {
        places,
        country,
        results: RwSignal::new(Vec::new()),
        note: RwSignal::new(String::new()),
        turn: StoredValue::new(0),
    };
    let shown = Signal::derive(move || value.with(|code| places.city_name(country.get().as_deref(), code)));
    view! {
        <Combobox
            id=id
            label=label
            placeholder=text::choose_city()
            shown=shown
            results=search.results
            note=search.note
            on_search=move |query| search.start(query)
            on_choose=on_choose
        />
    }
}

#[derive(Clone, Copy)]
struct CitySearch {
    places: Places,
    country: Signal<Option<String>>,
    results: RwSignal<Vec<Choice>>,
    note: RwSignal<String>,
    /// Counts searches: the answer to an older one is dropped.
    turn: StoredValue<u64>,
}

impl CitySearch {
    fn start(self, query: String) {
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        let Some(country) = self.country.get_untracked() else {
            self.note.set(text::country_first().to_owned());
            return;
        };
        self.note.set(text::searching().to_owned());
        let send = move || {
            spawn(async move {
                if self.turn.try_get_value() == Some(turn) {
                    let found = self.places.search(&country, &query).await;
                    self.finish(turn, found);
                }
            });
        };
        set_timeout(send, PAUSE);
    }

    fn finish(self, turn: u64, found: Option<Vec<Place>>) {
        if self.turn.try_get_value() != Some(turn) {
            return;
        }
        self.note.set(
            found
                .as_ref()
                .map_or_else(|| text::search_failed().to_owned(), |found| said(found.len())),
        );
        let choice = |city: &Place| {
            let part = city
                .subdivision
                .iter()
                .map(|part| format!(", {part}"))
                .collect::<String>();
            Choice::new(&city.code, format!("{}{part} ({})", city.name, city.code))
        };
        self.results.set(found.iter().flatten().map(choice).collect());
    }
}

/// How many were found.
fn said(count: usize) -> String {
    match u64::try_from(count) {
        Ok(count) if count > 0 => text::found(count),
        Ok(_) | Err(_) => text::nothing_found().to_owned(),
    }
}
