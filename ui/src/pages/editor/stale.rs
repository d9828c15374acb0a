//! Somebody else saved the promotion meanwhile: what they changed, and how to go on without losing what was typed.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::Editor;
use super::changes::{Difference, DifferenceList};
use crate::browser::{format_relative, now};
use crate::components::{Alert, AlertKind, Button, Look, News};
use crate::i18n::editor as text;
use crate::wire::Promotion;
use crate::wire::promotions::Tagged;

/// What somebody else saved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stale {
    pub(super) newer: Tagged<Promotion>,
    /// To what was read here.
    pub(super) differences: Vec<Difference>,
    /// `None` where that is not told, as of drafts.
    pub(super) author: Option<String>,
    pub(super) at: Option<DateTime<Utc>>,
}

/// Says so, as long as nobody has chosen.
#[component]
pub(super) fn StaleAlert(editor: Editor, stale: RwSignal<Option<Stale>>) -> impl IntoView {
    let news = News::current();
    let take_over = move |keeps_own: bool| {
        if let Some(Stale { newer, .. }) = stale.get_untracked() {
            editor.take_over(newer, keeps_own);
            stale.set(None);
            news.say(if keeps_own {
                text::stale_merged()
            } else {
                text::stale_discarded()
            });
        }
    };
    let shown = move |found: Stale| {
        let at = found.at.map(|at| format_relative(at, now()));
        let who = match (&found.author, &at) {
            (Some(author), Some(at)) => text::stale_by(author, at),
            (Some(_) | None, Some(_) | None) => text::stale_by_somebody().to_owned(),
        };
        let differences = if found.differences.is_empty() {
            view! { <p>{text::stale_only_state()}</p> }.into_any()
        } else {
            view! { <DifferenceList differences=found.differences /> }.into_any()
        };
        view! {
            <Alert kind=AlertKind::Danger title=text::stale_title()>
                <p>{who}</p>
                {differences}
                <div class="actions">
                    <Button on_press=move |()| take_over(true)>{text::stale_merge()}</Button>
                    <Button look=Look::Secondary on_press=move |()| take_over(false)>{text::stale_discard()}</Button>
                </div>
            </Alert>
        }
    };
    move || stale.get().map(shown)
}
