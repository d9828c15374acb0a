//! Asks before typed text is lost: when somebody follows a link, goes back or forward, signs out or closes the tab.
//!
//! ```text
//! click on a link ── prevented ──▶ question ── leave ──▶ navigate
//! back, forward   ── hidden from the router, address put back ──▶ question ── leave ──▶ back once more
//! signing out     ── told to [`Unsaved`] ──▶ question ── leave ──▶ done
//! tab or window   ── the browser's own question
//! ```

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlAnchorElement, MouseEvent, Url};

use crate::components::ConfirmDialog;
use crate::i18n::editor as text;

/// Where somebody was about to go.
#[derive(Debug, Clone)]
enum Way {
    /// To an address of the app.
    To(String),
    /// In the tab's history.
    Back,
    /// Away from all pages, by what this does.
    Out(Callback<()>),
}

/// The guard of the page that is shown, for what is done beside the page.
#[derive(Clone, Copy)]
pub(crate) struct Unsaved(StoredValue<Option<Guard>>);

impl Unsaved {
    /// No guard yet; made once, around the pages.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// The one of the app.
    pub(crate) fn current() -> Self {
        expect_context()
    }

    /// Does `leave`, where the page has something to lose after the question. A guard whose page is gone is off.
    pub(crate) fn before(self, leave: Callback<()>) {
        match self.0.get_value().filter(|guard| guard.is_on()) {
            Some(guard) => guard.ask(Way::Out(leave)),
            None => leave.run(()),
        }
    }
}

/// A page with something to lose; lives as long as the component that made it.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    is_needed: Signal<bool>,
    is_released: StoredValue<bool>,
    way: RwSignal<Option<Way>>,
    question: RwSignal<Option<String>>,
}

impl Guard {
    /// Guards the page as long as `is_needed` says so.
    pub(crate) fn new(is_needed: impl Into<Signal<bool>>) -> Self {
        let guard = Self {
            is_needed: is_needed.into(),
            is_released: StoredValue::new(false),
            way: RwSignal::new(None),
            question: RwSignal::new(None),
        };
        if let Some(Unsaved(of_page)) = use_context() {
            of_page.set_value(Some(guard));
        }
        let location = use_location();
        // The router's, which changes only once it has heard of a navigation.
        let here = move || {
            let search = location.search.try_get_untracked().unwrap_or_default();
            let mark = if search.is_empty() { "" } else { "?" };
            location.pathname.try_get_untracked().unwrap_or_default() + mark + &search
        };
        listen("click", move |event| guard.on_click(&event, &here()));
        listen("popstate", move |event| guard.on_history(&event, &here()));
        listen("beforeunload", move |event| {
            if guard.is_on() {
                event.prevent_default();
            }
        });
        guard
    }

    /// Asks no more: what was typed is saved, or is to be left.
    pub(crate) fn release(self) {
        self.is_released.set_value(true);
    }

    fn is_on(self) -> bool {
        !self.is_released.try_get_value().unwrap_or(true) && self.is_needed.try_get_untracked().unwrap_or(false)
    }

    fn ask(self, way: Way) {
        self.way.set(Some(way));
        self.question.set(Some(text::leave_question().to_owned()));
    }

    /// The router looks at clicks later, and leaves alone those that are prevented. Enter on a link is a click, too.
    fn on_click(self, event: &web_sys::Event, here: &str) {
        let Some(click) = event.dyn_ref::<MouseEvent>().filter(|_| self.is_on()) else {
            return;
        };
        if let Some(target) = followed_link(click, here) {
            event.prevent_default();
            self.ask(Way::To(target));
        }
    }

    /// The browser has changed the address already; the router must not hear of it.
    fn on_history(self, event: &web_sys::Event, here: &str) {
        if !self.is_on() || address().as_deref() == Some(here) {
            return;
        }
        event.stop_immediate_propagation();
        // On top of the entry that was gone to: from it, the way back leads there.
        if let Ok(history) = window().history() {
            _ = history.push_state_with_url(&JsValue::NULL, "", Some(here));
        }
        self.ask(Way::Back);
    }
}

/// The question of a guard.
#[component]
pub(crate) fn GuardDialog(guard: Guard) -> impl IntoView {
    let navigate = use_navigate();
    let leave = move |()| match guard.way.get_untracked() {
        Some(Way::To(path)) => {
            guard.release();
            navigate(&path, NavigateOptions::default());
        }
        Some(Way::Back) => {
            guard.release();
            if let Ok(history) = window().history() {
                // Fails only in documents that are not shown.
                _ = history.back();
            }
        }
        // On guard still: when that does not succeed, the text is there.
        Some(Way::Out(leave)) => leave.run(()),
        None => {}
    };
    view! { <ConfirmDialog question=guard.question confirm=text::leave() cancel=text::stay() on_confirm=leave /> }
}

/// Path and query that the browser shows.
fn address() -> Option<String> {
    let location = window().location();
    Some(location.pathname().ok()? + &location.search().ok()?)
}

/// Where a click on a link would take this tab, if that is another page of the app.
fn followed_link(click: &MouseEvent, here: &str) -> Option<String> {
    let is_plain = !click.default_prevented()
        && click.button() == 0
        && !(click.meta_key() || click.ctrl_key() || click.shift_key() || click.alt_key());
    let path = click.composed_path();
    let link = path.iter().find_map(|node| node.dyn_into::<HtmlAnchorElement>().ok())?;
    // Other windows and downloads leave the page where it is; other sites ask the browser's question.
    if !is_plain || !link.target().is_empty() || link.has_attribute("download") || link.href().is_empty() {
        return None;
    }
    let url = Url::new(&link.href()).ok()?;
    let is_here = window().location().origin().ok()? == url.origin();
    let target = url.pathname() + &url.search();
    (is_here && target != here).then(|| target + &url.hash())
}

/// Hears an event of the window before anybody else, as long as the calling component lives.
fn listen(name: &'static str, hear: impl Fn(web_sys::Event) + 'static) {
    let hear = Closure::<dyn Fn(web_sys::Event)>::new(hear);
    // Neither adding nor removing a listener of a window fails.
    _ = window().add_event_listener_with_callback_and_bool(name, hear.as_ref().unchecked_ref(), true);
    let kept = StoredValue::new_local(hear);
    on_cleanup(move || {
        kept.try_with_value(|hear| {
            _ = window().remove_event_listener_with_callback_and_bool(name, hear.as_ref().unchecked_ref(), true);
        });
    });
}
