//! How old figures are, told as time goes by.

use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::browser::{format_exact_time, format_relative, now};
use crate::i18n::common;

const TICK: Duration = Duration::from_secs(1);

/// `Updated 12 s ago`. Not announced: it changes every second.
#[component]
pub(crate) fn UpdatedAgo(
    /// By this device's clock; nothing is said without it.
    #[prop(into)]
    at: Signal<Option<DateTime<Utc>>>,
) -> impl IntoView {
    let present = RwSignal::new(now());
    if let Ok(handle) = set_interval_with_handle(move || present.set(now()), TICK) {
        on_cleanup(move || handle.clear());
    }
    let exactly = move || at.get().map(|at| format_exact_time(at, None));
    let said = move || {
        let at = at.get()?;
        Some(common::updated_ago(&format_relative(
            at.min(present.get()),
            present.get(),
        )))
    };
    view! { <span class="hint updated" title=exactly>{said}</span> }
}
