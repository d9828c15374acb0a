//! A condition under the merchant's hands, checked by the workbench at every key stroke: problems are underlined in the
//! text and listed below it with their places.

use engine::expression::{Diagnostic, Schema};
use engine::problem::FieldError;
use engine::wire::workbench::ConditionCheck;
use leptos::html::Textarea;
use leptos::prelude::*;

use super::{FailureAlert, FieldFrame, prose};
use crate::forms::place::{place, segments};
use crate::i18n::{editor as text, problems};
use crate::load::Load;
use crate::workbench;

/// What is said of a text. Of the answers only the newest is kept; until the next one comes it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Checked {
    source: String,
    check: ConditionCheck,
}

/// An editor of a condition.
#[component]
pub(crate) fn ConditionEditor(
    #[prop(into)] id: String,
    value: RwSignal<String>,
    /// The declared attributes.
    #[prop(into)]
    schema: Signal<Schema>,
    /// What the server says; shown when the engine here has nothing to say.
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let area = NodeRef::<Textarea>::new();
    let load = checker(value, schema);
    let checked = load.signal();
    let is_refused = move || checked.with(|checked| checked.as_ref().is_some_and(|checked| !checked.check.valid));
    let is_wrong = move || is_refused().then_some("true");
    let described_by = format!("{id}-hint {id}-verdict {id}-errors");
    let server_errors = Signal::derive(move || if is_refused() { Vec::new() } else { errors.get() });
    let failure = move || {
        let retry = Callback::new(move |()| load.reload());
        load.failure()
            .map(|failure| view! { <FailureAlert failure=failure retry=Some(retry) /> })
    };
    view! {
        <FieldFrame id=id.clone() label=text::condition_label() hint=text::condition_hint() errors=server_errors>
            <div class="editor" class:editor-wrong=is_refused>
                <div class="editor-marks" aria-hidden="true">
                    {move || checked.with(|checked| marks(&value.get(), checked.as_ref()))}
                </div>
                <textarea
                    id=id.clone()
                    name=id.clone()
                    node_ref=area
                    rows="3"
                    bind:value=value
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=is_wrong
                    aria-describedby=described_by
                ></textarea>
            </div>
            <div class="verdict" id=format!("{id}-verdict") aria-live="polite">
                {move || checked.get().map(|checked| verdict(checked, area))}
            </div>
            {failure}
        </FieldFrame>
    }
}

/// Checks the text whenever it or the declared attributes change.
fn checker(value: RwSignal<String>, schema: Signal<Schema>) -> Load<Checked> {
    let load = Load::new(move || {
        let (source, schema) = (value.get_untracked(), schema.get_untracked());
        async move {
            let check = workbench::check_condition(&source, &schema).await?;
            Ok(Checked { source, check })
        }
    });
    Effect::new(move |before: Option<()>| {
        value.track();
        schema.track();
        // The first check has begun already.
        if before.is_some() {
            load.reload();
        }
    });
    load
}

/// The text again, laid out behind the text area, with its problems underlined.
fn marks(source: &str, checked: Option<&Checked>) -> impl IntoView + use<> {
    // The places of an answer are those of the text that it is about.
    let checked = checked.filter(|checked| checked.source == source);
    let diagnostics = checked.map(|checked| checked.check.diagnostics.as_slice());
    let ranges: Vec<_> = diagnostics
        .unwrap_or_default()
        .iter()
        .map(|diagnostic| (diagnostic.start, diagnostic.end))
        .collect();
    let pieces = segments(source, &ranges).into_iter().map(|segment| {
        if segment.marked {
            view! { <mark>{segment.text}</mark> }.into_any()
        } else {
            segment.text.into_any()
        }
    });
    // The last line needs a character to have a height.
    (pieces.collect_view(), "\u{200b}")
}

fn verdict(Checked { source, check }: Checked, area: NodeRef<Textarea>) -> AnyView {
    let complaints = |class| {
        let items = check
            .diagnostics
            .iter()
            .map(|diagnostic| complaint(&source, diagnostic.clone(), area))
            .collect_view();
        view! { <ul class=class aria-label=text::condition()>{items}</ul> }
    };
    if !check.valid {
        return complaints("verdict-bad plain").into_any();
    }
    let reads = if check.references.is_empty() {
        text::condition_reads_nothing().to_owned()
    } else {
        text::condition_reads(&check.references.join(", "))
    };
    let warnings = (!check.diagnostics.is_empty()).then(|| complaints("verdict-doubtful plain"));
    view! { <p class="verdict-good">{text::condition_valid()} " " {reads}</p> {warnings} }.into_any()
}

/// One problem; its place is a button that selects it in the text.
fn complaint(source: &str, diagnostic: Diagnostic, area: NodeRef<Textarea>) -> impl IntoView + use<> {
    let place = place(source, diagnostic.start, diagnostic.end);
    let select = move |_| {
        if let Some(area) = area.get_untracked() {
            // Neither fails on a text area; were one to, the place stands in words beside it.
            _ = area.focus();
            _ = area.set_selection_range(place.utf16_start, place.utf16_end);
        }
    };
    view! {
        <li>
            <button type="button" class="place" on:click=select>{text::at_place(place.line, place.column)}</button>
            " "
            {prose(&problems::diagnostic(diagnostic))}
        </li>
    }
}
