//! Where a promotion stands, here and at the edge.

use engine::promotion::Standing;
use leptos::prelude::*;

use crate::browser::format_time;
use crate::components::{Badge, Tone};
use crate::i18n::promotions as text;
use crate::wire::{Promotion, PublishState, Published};

/// Draft, active, paused, expired, exhausted or archived.
#[component]
pub(super) fn StatusBadge(status: Standing) -> impl IntoView {
    let (tone, word) = match status {
        Standing::Draft => (Tone::Neutral, text::status_draft()),
        Standing::Active => (Tone::Good, text::status_active()),
        Standing::Paused => (Tone::Waiting, text::status_paused()),
        Standing::Expired => (Tone::Neutral, text::status_expired()),
        Standing::Exhausted => (Tone::Bad, text::status_exhausted()),
        Standing::Archived => (Tone::Neutral, text::status_archived()),
    };
    view! { <Badge tone=tone>{word}</Badge> }
}

/// Whether the edge has the newest version, in words.
pub(super) fn published(promotion: &Promotion) -> String {
    match &promotion.published {
        None => text::not_published().to_owned(),
        Some(Published {
            version,
            state: PublishState::Publishing,
            ..
        }) => text::publishing(*version),
        Some(Published {
            state: PublishState::Live,
            at: Some(at),
            ..
        }) => text::live_since(&format_time(*at, None)),
        Some(Published {
            state: PublishState::Live,
            at: None,
            ..
        }) => text::live().to_owned(),
    }
}
