//! When a promotion runs, by the clocks of its zone, and what that is on the viewer's own.

use leptos::prelude::*;

use super::fields::Fields;
use crate::browser::{current_time_zone, format_time, offset_at, time_zones};
use crate::components::{Card, Choice, Form, SelectField, TextField};
use crate::forms::window::Bound;
use crate::i18n::editor as text;

/// The window's card.
#[component]
pub(super) fn WindowCard(fields: Fields, form: Form) -> impl IntoView {
    let zones = time_zones()
        .into_iter()
        .map(|zone| Choice::new(zone.clone(), zone))
        .collect();
    view! {
        <Card title=text::window() lead=text::window_lead()>
            <div class="fields">
                <TextField
                    id="starts-at"
                    label=text::starts_at()
                    value=fields.starts_at
                    errors=form.errors_at("/starts_at".to_owned())
                    kind="datetime-local"
                    is_optional=true
                    hint=text::starts_at_hint()
                />
                <TextField
                    id="ends-at"
                    label=text::ends_at()
                    value=fields.ends_at
                    errors=form.errors_at("/ends_at".to_owned())
                    kind="datetime-local"
                    is_optional=true
                    hint=text::ends_at_hint()
                />
                <SelectField
                    id="time-zone"
                    label=text::time_zone()
                    value=fields.time_zone
                    choices=zones
                    errors=form.errors_at("/time_zone".to_owned())
                    hint=text::time_zone_hint()
                />
            </div>
            <p class="hint own-zone">{move || own_zone(fields)}</p>
        </Card>
    }
    .into_any()
}

/// The window by the clocks of whoever looks, where those are others.
fn own_zone(fields: Fields) -> String {
    let own = current_time_zone();
    let Some(draft) = fields.draft() else {
        return String::new();
    };
    if draft.time_zone == own {
        return text::own_zone_same(&own);
    }
    let shown = |bound| {
        let instant = draft.instant(bound, &offset_at)?;
        Some(format_time(instant, Some(&own)))
    };
    match (shown(Bound::Start), shown(Bound::End)) {
        (None, None) => text::own_zone(&own),
        (Some(start), None) => text::own_zone_from(&own, &start),
        (None, Some(end)) => text::own_zone_until(&own, &end),
        (Some(start), Some(end)) => text::own_zone_window(&own, &start, &end),
    }
}
