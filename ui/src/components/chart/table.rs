//! Tables of numbers: those of a chart, or in place of one.

use leptos::html::Details;
use leptos::prelude::*;

/// A table whose first column says what a row is about; the others hold numbers.
#[component]
pub(crate) fn NumberTable(
    #[prop(into)] caption: String,
    columns: Vec<String>,
    /// As many cells as columns.
    #[prop(into)]
    rows: Signal<Vec<Vec<String>>>,
) -> impl IntoView {
    let head = columns.iter().enumerate().map(|(index, name)| {
        let class = if index == 0 { "" } else { "number" };
        view! { <th scope="col" class=class>{name.clone()}</th> }
    });
    let head = head.collect_view();
    let body = move || rows.get().into_iter().map(|cells| row(&columns, cells)).collect_view();
    let label = caption.clone();
    // It scrolls where it is wider than the screen, also by keyboard.
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label=label>
            <table>
                <caption>{caption}</caption>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

fn row(names: &[String], cells: Vec<String>) -> impl IntoView + use<> {
    let cells = cells.into_iter().zip(names).enumerate().map(|(index, (cell, name))| {
        if index == 0 {
            view! { <th scope="row">{cell}</th> }.into_any()
        } else {
            view! { <td class="number" data-label=name.clone()>{cell}</td> }.into_any()
        }
    });
    view! { <tr>{cells.collect_view()}</tr> }
}

/// The table of a chart, which opens below it. It is made when it is open: it may have hundreds of rows.
#[component]
pub(crate) fn DataTable(
    /// What opens it.
    #[prop(into)]
    summary: String,
    #[prop(into)] caption: String,
    columns: Vec<String>,
    #[prop(into)] rows: Signal<Vec<Vec<String>>>,
) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let is_open = RwSignal::new(false);
    let toggled = move |_| is_open.set(details.get_untracked().is_some_and(|details| details.open()));
    let table = move || {
        let (caption, columns) = (caption.clone(), columns.clone());
        is_open
            .get()
            .then(|| view! { <NumberTable caption=caption columns=columns rows=rows /> }.into_any())
    };
    view! {
        <details class="data-table" node_ref=details on:toggle=toggled>
            <summary>{summary}</summary>
            {table}
        </details>
    }
}
