//! Making a batch: what its codes will look like, and how hard they are to guess, is shown as one types.

use engine::coupon::{MAX_SYMBOLS, MIN_SYMBOLS, PatternError};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Coupons;
use super::estimate::{DEFAULT_PATTERN, Estimate, GUESSES_PER_SEC, pattern_of, rounded, time_to_hit};
use super::new_coupon::{ExpiryField, UsesField};
use crate::api;
use crate::browser::{format_number, random_hex};
use crate::components::{Button, Form, Look, Modal, TextField};
use crate::forms::coupons::{BatchDraft, UseDraft};
use crate::i18n::coupons as text;

/// Codes that are shown as examples.
const EXAMPLES: usize = 3;

/// What was typed.
#[derive(Clone, Copy)]
struct Fields {
    count: RwSignal<String>,
    prefix: RwSignal<String>,
    pattern: RwSignal<String>,
    max_uses: RwSignal<String>,
    expires_at: RwSignal<String>,
}

/// The dialog that makes a batch.
#[component]
pub(super) fn NewBatchDialog(coupons: Coupons, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Modal id="new-batch" title=text::new_batch() open=open>
            <NewBatchForm coupons=coupons open=open />
        </Modal>
    }
}

#[component]
fn NewBatchForm(coupons: Coupons, open: RwSignal<bool>) -> impl IntoView {
    let form = Form::new();
    let fields = Fields {
        count: RwSignal::new("100".to_owned()),
        prefix: RwSignal::new(String::new()),
        pattern: RwSignal::new(DEFAULT_PATTERN.to_owned()),
        max_uses: RwSignal::new("1".to_owned()),
        expires_at: RwSignal::new(String::new()),
    };
    let send = Callback::new(move |()| make(coupons, fields, form, open));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let errors_at = |pointer: &str| form.errors_at(pointer.to_owned());
    view! {
        <form on:submit=submit novalidate>
            {form.summary(send)}
            <TextField
                id="batch-count"
                label=text::batch_count()
                value=fields.count
                errors=errors_at("/count")
                hint=text::batch_count_hint()
                inputmode="numeric"
            />
            <div class="fields">
                <TextField
                    id="batch-prefix"
                    label=text::prefix()
                    value=fields.prefix
                    errors=errors_at("/prefix")
                    hint=text::prefix_hint()
                    is_optional=true
                />
                <TextField
                    id="batch-pattern"
                    label=text::column_pattern()
                    value=fields.pattern
                    errors=errors_at("/pattern")
                    hint=text::pattern_hint()
                />
            </div>
            <PatternPreview coupons=coupons fields=fields />
            <div class="fields">
                <UsesField id="batch-uses" value=fields.max_uses errors=errors_at("/max_uses") />
                <ExpiryField id="batch-expiry" coupons=coupons value=fields.expires_at errors=errors_at("/expires_at") />
            </div>
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| open.set(false)>{text::cancel()}</Button>
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { text::making() } else { text::make_batch() }}
                </Button>
            </div>
        </form>
    }
    .into_any()
}

fn make(coupons: Coupons, fields: Fields, form: Form, open: RwSignal<bool>) {
    let draft = BatchDraft {
        count: fields.count.get_untracked(),
        prefix: fields.prefix.get_untracked(),
        pattern: fields.pattern.get_untracked(),
        uses: UseDraft {
            max_uses: fields.max_uses.get_untracked(),
            expires_at: fields.expires_at.get_untracked(),
        },
    };
    let body = match draft.to_body(DEFAULT_PATTERN, |wall| coupons.instant(wall)) {
        Ok(body) => body,
        Err(errors) => return form.refuse(errors),
    };
    let (promotion, session) = (coupons.promotion.get_value(), coupons.session);
    form.submit(
        async move {
            session
                .call(async |token| api::coupons::create_batch(token, &promotion, &body).await)
                .await
        },
        move |batch| {
            coupons
                .news
                .say(text::batch_is_made(batch.count.into(), &batch.pattern));
            open.set(false);
            coupons.batches.reload();
        },
    );
}

/// Examples, how many codes there are, and how seldom a guess hits.
#[component]
fn PatternPreview(coupons: Coupons, fields: Fields) -> impl IntoView {
    // The same numbers at each key stroke, so that the examples only change where the pattern does.
    let numbers: Vec<_> = (0..EXAMPLES)
        .filter_map(|_| u128::from_str_radix(&random_hex(), 16).ok())
        .collect();
    let numbers = StoredValue::new(numbers);
    let shown = move || {
        let pattern = match pattern_of(&fields.prefix.get(), &fields.pattern.get()) {
            Ok(pattern) => pattern,
            Err(error) => return view! { <p>{complaint(error)}</p> }.into_any(),
        };
        let examples = numbers.with_value(|numbers| {
            let codes = numbers.iter().map(|number| pattern.write(*number).to_string());
            codes.map(|code| view! { <li><code>{code}</code></li> }).collect_view()
        });
        let count = fields.count.get().trim().parse().unwrap_or_default();
        let batches = coupons.batches.signal().get().unwrap_or_default();
        let estimate = Estimate::new(&pattern, count, &batches);
        view! {
            <ul class="examples" aria-label=text::examples()>{examples}</ul>
            {figures(estimate, count)}
        }
        .into_any()
    };
    view! {
        <section class="preview" aria-label=text::preview()>
            <h3>{text::preview()}</h3>
            <div aria-live="polite">{shown}</div>
        </section>
    }
    .into_any()
}

fn figures(estimate: Estimate, count: u64) -> AnyView {
    let odds = estimate.odds.map(|odds| {
        view! {
            <div>
                <dt>{text::guess()}</dt>
                <dd>
                    {text::guess_odds(&rounded(odds))}
                    <span class="hint">{text::guess_time(&GUESSES_PER_SEC.to_string(), &time_to_hit(odds))}</span>
                </dd>
            </div>
        }
    });
    let is_too_large = (count > estimate.left)
        .then(|| view! { <p class="preview-warning">{text::pattern_too_short(&format_number(estimate.left))}</p> });
    view! {
        <dl class="figures">
            <div><dt>{text::possible_codes()}</dt><dd>{rounded(estimate.codes)}</dd></div>
            {odds}
        </dl>
        {is_too_large}
    }
    .into_any()
}

fn complaint(error: PatternError) -> String {
    match error {
        PatternError::Characters => text::pattern_characters().to_owned(),
        PatternError::Places => text::pattern_places(&MIN_SYMBOLS.to_string(), &MAX_SYMBOLS.to_string()),
    }
}
