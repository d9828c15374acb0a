//! Coupons of a CSV file, chosen or dropped.

use leptos::ev::{DragEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::File;

use super::Coupons;
use crate::api;
use crate::browser::{format_decimal, format_number};
use crate::components::{Alert, AlertKind, Button, Form, Look, Modal};
use crate::i18n::coupons as text;
use crate::wire::coupons::{Import, RefusedLine};

/// The largest file, in bytes, as the origin takes it: some 100,000 coupons with all of their columns.
const MAX_BYTES: f64 = 5.0 * 1024.0 * 1024.0;

/// The file to import; it belongs to this thread, as everything of the browser does.
type Chosen = RwSignal<Option<File>, LocalStorage>;

/// The dialog that imports a file.
#[component]
pub(super) fn ImportDialog(coupons: Coupons, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Modal id="import-coupons" title=text::import_title() open=open>
            <ImportForm coupons=coupons open=open />
        </Modal>
    }
}

#[component]
fn ImportForm(coupons: Coupons, open: RwSignal<bool>) -> impl IntoView {
    let form = Form::new();
    let chosen: Chosen = RwSignal::new_local(None);
    let report = RwSignal::new(None::<Import>);
    let is_too_large =
        Memo::new(move |_| chosen.with(|file| file.as_ref().is_some_and(|file| file.size() > MAX_BYTES)));
    let send = Callback::new(move |()| {
        let Some(file) = chosen.get_untracked().filter(|_| !is_too_large.get_untracked()) else {
            return;
        };
        report.set(None);
        let (promotion, session) = (coupons.promotion.get_value(), coupons.session);
        form.submit(
            async move {
                session
                    .call(async |token| api::coupons::import(token, &promotion, &file).await)
                    .await
            },
            move |import| {
                if import.imported > 0 {
                    coupons.changed();
                }
                report.set(Some(import));
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let warning = move || {
        is_too_large
            .get()
            .then(|| view! { <Alert kind=AlertKind::Danger><p>{text::file_too_large()}</p></Alert> })
    };
    let importing = move || {
        form.busy()
            .get()
            .then(|| view! { <p class="loading" role="status">{text::importing()}</p> })
    };
    view! {
        <form on:submit=submit novalidate>
            <p>{text::import_lead()}</p>
            <pre class="sample"><code>{text::import_sample()}</code></pre>
            <FileField chosen=chosen />
            {warning}
            {form.summary(send)}
            {importing}
            {move || report.get().map(|report| view! { <Outcome report=report /> })}
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| open.set(false)>{text::close()}</Button>
                <Button submit=true busy=Signal::derive(move || {
                    form.busy().get() || is_too_large.get() || chosen.with(Option::is_none)
                })>{text::import_file()}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// Where a file is chosen or dropped.
#[component]
fn FileField(chosen: Chosen) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let is_over = RwSignal::new(false);
    let take = move |files: Option<web_sys::FileList>| {
        if let Some(file) = files.and_then(|files| files.get(0)) {
            chosen.set(Some(file));
        }
    };
    let over = move |event: DragEvent| {
        // Else the browser opens what is dropped.
        event.prevent_default();
        is_over.set(true);
    };
    let drop_file = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        take(event.data_transfer().and_then(|data| data.files()));
    };
    let name = move || {
        chosen.with(|file| match file {
            Some(file) => text::chosen_file(&file.name(), &kilobytes(file.size())),
            None => text::no_file().to_owned(),
        })
    };
    view! {
        <div
            class="drop"
            class:drop-over=move || is_over.get()
            on:dragover=over
            on:dragleave=move |_| is_over.set(false)
            on:drop=drop_file
        >
            <label for="import-file">{text::choose_file()}</label>
            <input
                id="import-file"
                type="file"
                accept=".csv,text/csv"
                node_ref=input
                aria-describedby="import-limits"
                on:change=move |_| take(input.get_untracked().and_then(|input| input.files()))
            />
            <p role="status">{name}</p>
            <p class="hint" id="import-limits">{text::import_limits()}</p>
        </div>
    }
    .into_any()
}

/// A size in bytes, for people.
fn kilobytes(bytes: f64) -> String {
    format_decimal(&format!("{:.0}", (bytes / 1024.0).ceil()))
}

/// What became of the file.
#[component]
fn Outcome(report: Import) -> impl IntoView {
    let kind = if report.refused == 0 {
        AlertKind::Success
    } else {
        AlertKind::Info
    };
    let refused = (report.refused > 0).then(|| view! { <p>{text::lines_refused(report.refused)}</p> });
    let rest = (report.lines_not_shown > 0)
        .then(|| view! { <p class="hint">{text::lines_not_shown(report.lines_not_shown)}</p> });
    let lines = (!report.lines.is_empty()).then(|| view! { <Refused lines=report.lines /> });
    view! {
        <Alert kind=kind><p>{text::imported(report.imported)}</p>{refused}</Alert>
        {lines}
        {rest}
    }
    .into_any()
}

#[component]
fn Refused(lines: Vec<RefusedLine>) -> impl IntoView {
    let rows = lines.into_iter().map(|line| {
        view! {
            <tr>
                <th scope="row">{text::line(&format_number(line.line))}</th>
                <td data-label=text::coupon()><code>{line.coupon.clone()}</code></td>
                <td data-label=text::column_reason()>{reason(&line)}</td>
            </tr>
        }
    });
    view! {
        <div class="table-box refused">
            <table>
                <caption>{text::refused_caption()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{text::column_line()}</th>
                        <th scope="col">{text::coupon()}</th>
                        <th scope="col">{text::column_reason()}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Why a line was refused; a reason that this version of the app does not know stays as it came.
fn reason(line: &RefusedLine) -> String {
    let known = match line.code.as_str() {
        "code_invalid" => text::refused_code_invalid(),
        "code_taken" => text::refused_code_taken(),
        "customer_invalid" => text::refused_customer_invalid(),
        "line_invalid" => text::refused_line_invalid(),
        "max_uses_invalid" => text::refused_max_uses_invalid(),
        "time_invalid" => text::refused_time_invalid(),
        "time_past" => text::refused_time_past(),
        _ => return line.detail.clone(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        let check = |code: &str, expected: &str| {
            let line = RefusedLine {
                line: 2,
                coupon: "A".to_owned(),
                code: code.to_owned(),
                detail: "As it came.".to_owned(),
            };
            assert_eq!(reason(&line), expected, "{code}");
        };
        check("time_past", text::refused_time_past());
        check("of_a_later_version", "As it came.");
    }

    #[test]
    fn sizes() {
        let check = |bytes, expected: &str| assert_eq!(kilobytes(bytes), expected, "{bytes}");
        check(0.0, "0");
        check(1.0, "1");
        check(1024.0, "1");
        check(5.0 * 1024.0 * 1024.0, "5,120");
    }
}
