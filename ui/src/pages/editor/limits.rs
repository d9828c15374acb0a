//! How often and how much a promotion gives, and what each limit counts.

use leptos::prelude::*;

use super::fields::Fields;
use crate::components::{Alert, AlertKind, Card, Form, TextField};
use crate::i18n::editor as text;

/// Whether limits can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limiting {
    /// Not activated yet: what is limited then is counted from then on.
    Open,
    /// Activated with a limit.
    Counted,
    /// Activated without one: nothing counts its redemptions in one place.
    Uncounted,
}

/// The limits' card.
#[component]
pub(super) fn LimitsCard(fields: Fields, form: Form, limiting: Signal<Limiting>) -> impl IntoView {
    let limiting = Memo::new(move |_| limiting.get());
    let body = move || match limiting.get() {
        Limiting::Uncounted => view! {
            <Alert kind=AlertKind::Info><p>{text::limits_too_late()}</p></Alert>
        }
        .into_any(),
        Limiting::Open => view! {
            <LimitFields fields=fields form=form />
            <p class="hint">{text::limits_open()}</p>
        }
        .into_any(),
        Limiting::Counted => view! {
            <LimitFields fields=fields form=form />
            <p class="hint">{text::limits_counted()}</p>
        }
        .into_any(),
    };
    view! { <Card title=text::limits() lead=text::limits_lead()>{body}</Card> }.into_any()
}

#[component]
fn LimitFields(fields: Fields, form: Form) -> impl IntoView {
    view! {
        <div class="fields">
            <TextField
                id="limit-total"
                label=text::limit_total()
                value=fields.total
                errors=form.errors_at("/limits/total".to_owned())
                is_optional=true
                hint=text::limit_total_hint()
                inputmode="numeric"
            />
            <TextField
                id="limit-per-customer"
                label=text::limit_per_customer()
                value=fields.per_customer
                errors=form.errors_at("/limits/per_customer".to_owned())
                is_optional=true
                hint=text::limit_per_customer_hint()
                inputmode="numeric"
            />
            <TextField
                id="limit-budget"
                label=text::limit_budget()
                value=fields.budget
                errors=form.errors_at("/limits/budget".to_owned())
                is_optional=true
                hint=text::limit_budget_hint()
                inputmode="decimal"
            />
        </div>
    }
}
