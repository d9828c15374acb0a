//! A condition under the merchant's hands, checked by the engine at every key stroke: problems are underlined in the
//! text and listed below it with their places.

use engine::expression::{Condition, Diagnostic, Schema};
use engine::problem::FieldError;
use leptos::html::Textarea;
use leptos::prelude::*;

use super::FieldFrame;
use crate::forms::place::{place, segments};
use crate::i18n::editor as text;

/// The names that a valid condition reads with what is probably not meant in it, or what is wrong with it.
type Checked = Result<(Vec<String>, Vec<Diagnostic>), Vec<Diagnostic>>;

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
    let checked = Memo::new(move |_| check(&value.get(), &schema.get()));
    let is_wrong = move || checked.with(Result::is_err).then_some("true");
    let described_by = format!("{id}-hint {id}-verdict {id}-errors");
    let server_errors = Signal::derive(move || {
        if checked.with(Result::is_ok) {
            errors.get()
        } else {
            Vec::new()
        }
    });
    view! {
        <FieldFrame id=id.clone() label=text::condition_label() hint=text::condition_hint() errors=server_errors>
            <div class="editor" class:editor-wrong=move || checked.with(Result::is_err)>
                <div class="editor-marks" aria-hidden="true">{move || marks(&value.get(), &checked.get())}</div>
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
                {move || verdict(&value.get(), checked.get(), area)}
            </div>
        </FieldFrame>
    }
}

fn check(source: &str, schema: &Schema) -> Checked {
    let condition = Condition::check(source, schema)?;
    Ok((condition.references().to_vec(), condition.warnings().to_vec()))
}

/// The text again, laid out behind the text area, with its problems underlined.
fn marks(source: &str, checked: &Checked) -> impl IntoView + use<> {
    let (Ok((_, diagnostics)) | Err(diagnostics)) = checked;
    let ranges: Vec<_> = diagnostics
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

fn verdict(source: &str, checked: Checked, area: NodeRef<Textarea>) -> AnyView {
    let complaints = |diagnostics: Vec<Diagnostic>, class| {
        let items = diagnostics
            .into_iter()
            .map(|diagnostic| complaint(source, diagnostic, area))
            .collect_view();
        view! { <ul class=class aria-label=text::condition()>{items}</ul> }
    };
    match checked {
        Ok((names, warnings)) => {
            let reads = if names.is_empty() {
                text::condition_reads_nothing().to_owned()
            } else {
                text::condition_reads(&names.join(", "))
            };
            let warnings = (!warnings.is_empty()).then(|| complaints(warnings, "verdict-doubtful plain"));
            view! { <p class="verdict-good">{text::condition_valid()} " " {reads}</p> {warnings} }.into_any()
        }
        Err(diagnostics) => complaints(diagnostics, "verdict-bad plain").into_any(),
    }
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
            {diagnostic.message}
        </li>
    }
}
