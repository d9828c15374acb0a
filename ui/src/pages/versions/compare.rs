//! Two versions, field by field.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::compare_path;
use super::differences::{Difference, TermsField, compare_versions};
use crate::api::{self, Answer};
use crate::components::{Button, Card, Loaded, Look, TextField};
use crate::forms::words::{Origin, Run, compare_words};
use crate::i18n::versions as text;
use crate::load::Load;
use crate::pages::promotion::CurrentPromotion;
use crate::session::Session;
use crate::wire::promotions::PublishedVersion;

/// Two versions, the earlier first as a rule.
type Pair = (PublishedVersion, PublishedVersion);

/// The numbers of two versions, and what differs between those that the address names.
#[component]
pub(super) fn CompareCard(present: Memo<u64>) -> impl IntoView {
    let query = use_query_map();
    let number = move |name: &'static str| Memo::new(move |_| query.read().get(name)?.parse::<u64>().ok());
    let (from, to) = (number("from"), number("to"));
    let asked = Memo::new(move |_| from.get().zip(to.get()));
    let (before, after) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if let Some((from, to)) = asked.get() {
            before.set(from.to_string());
            after.set(to.to_string());
        }
    });
    let problem = RwSignal::new(None);
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let last = present.get_untracked();
        let read = |typed: RwSignal<String>| {
            let number = typed.with_untracked(|typed| typed.trim().parse::<u64>().ok());
            number.filter(|number| (1..=last).contains(number))
        };
        match read(before).zip(read(after)) {
            Some((from, to)) => {
                problem.set(None);
                let options = NavigateOptions {
                    scroll: false,
                    ..NavigateOptions::default()
                };
                navigate(&compare_path(from, to), options);
            }
            None => problem.set(Some(text::compare_out_of_range(last))),
        }
    };
    let found = move || match asked.get() {
        Some((from, to)) => view! { <Comparison before=from after=to /> }.into_any(),
        None => view! { <p class="hint">{text::compare_choose()}</p> }.into_any(),
    };
    move || {
        // With one version there is nothing to compare.
        (present.get() > 1).then(|| {
            let (submit, found) = (submit.clone(), found);
            view! {
                <Card title=text::compare_title()>
                    <form class="compare-form" on:submit=submit novalidate>
                        <TextField id="compare-from" label=text::compare_before() value=before inputmode="numeric" />
                        <TextField id="compare-to" label=text::compare_after() value=after inputmode="numeric" />
                        <Button look=Look::Secondary submit=true>{text::see_changes()}</Button>
                    </form>
                    <p class="field-errors" role="alert">{move || problem.get()}</p>
                    <div role="status" aria-label=text::compare_title()>{found}</div>
                </Card>
            }
            .into_any()
        })
    }
}

#[component]
fn Comparison(before: u64, after: u64) -> impl IntoView {
    let session = Session::current();
    let code = StoredValue::new(CurrentPromotion::code());
    let load = Load::new(move || {
        let code = code.get_value();
        async move {
            session
                .call(async |token| fetch(token, &code, before, after).await)
                .await
        }
    });
    let shown = move |pair: Signal<Option<Pair>>| {
        move || {
            let (old, new) = pair.get()?;
            let differences = compare_versions(&old, &new);
            let caption = text::compare_caption(before, after);
            Some(if differences.is_empty() {
                view! { <p>{text::compare_same()}</p> }.into_any()
            } else {
                difference_table(caption, differences)
            })
        }
    };
    view! { <Loaded load=load children=shown /> }.into_any()
}

async fn fetch(token: &str, code: &str, before: u64, after: u64) -> Answer<Pair> {
    let before = api::promotions::version(token, code, before).await?;
    let after = api::promotions::version(token, code, after).await?;
    Ok((before, after))
}

/// What differs, a row for each field; conditions word by word.
pub(super) fn difference_table(caption: String, differences: Vec<Difference>) -> AnyView {
    let has_words = differences.iter().any(is_by_words);
    let rows = differences.into_iter().map(row).collect_view();
    let legend = has_words.then(|| view! { <p class="hint">{text::words_legend()}</p> });
    view! {
        <table class="differences">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{text::compare_field()}</th>
                    <th scope="col">{text::compare_before_mark()}</th>
                    <th scope="col">{text::compare_after_mark()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {legend}
    }
    .into_any()
}

/// Whether a field is a text of which parts may have changed.
fn is_by_words(difference: &Difference) -> bool {
    matches!(difference.field, TermsField::Condition | TermsField::Attributes)
}

fn row(difference: Difference) -> AnyView {
    let name = difference.field.name();
    let (before, after) = if is_by_words(&difference) {
        let runs = compare_words(&difference.before, &difference.after);
        (side(&runs, Origin::After), side(&runs, Origin::Before))
    } else {
        (
            view! { <span>{difference.before}</span> }.into_any(),
            view! { <span>{difference.after}</span> }.into_any(),
        )
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label=text::compare_before_mark()>{before}</td>
            <td data-label=text::compare_after_mark()>{after}</td>
        </tr>
    }
    .into_any()
}

/// One of the two texts: the runs but for those of the other, with what is its own marked.
fn side(runs: &[Run], other: Origin) -> AnyView {
    let kept = runs.iter().filter(|run| run.origin != other).cloned();
    let shown = kept.map(|Run { text: words, origin }| match origin {
        Origin::Both => words.into_any(),
        Origin::Before => {
            view! { <del><span class="visually-hidden">{text::taken_out()} " "</span>{words}</del> }.into_any()
        }
        Origin::After => {
            view! { <ins><span class="visually-hidden">{text::put_in()} " "</span>{words}</ins> }.into_any()
        }
    });
    view! { <code class="words">{shown.collect_view()}</code> }.into_any()
}
