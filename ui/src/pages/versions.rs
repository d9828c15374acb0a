//! What was published of a promotion: every version, what changed with it, any two compared, and the way back to one.

mod compare;
mod differences;
mod restore;

use leptos::prelude::*;

use self::compare::CompareCard;
use self::differences::{TermsField, status_name};
use self::restore::Restore;
use super::promotion::CurrentPromotion;
use crate::api;
use crate::browser::{format_number, format_time};
use crate::components::{Badge, Button, EmptyState, Loaded, Look, More, Tone};
use crate::i18n::versions as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::promotions::{Author, Version};
use crate::wire::{Page, Permission};

/// The versions of the promotion.
#[component]
pub(crate) fn VersionsPage() -> impl IntoView {
    let session = Session::current();
    let promotion = CurrentPromotion::load();
    let code = StoredValue::new(CurrentPromotion::code());
    let present = Memo::new(move |_| promotion.value().map(|promotion| promotion.version).unwrap_or_default());
    let load = Load::new(move || {
        let code = code.get_value();
        async move {
            session
                .call(async |token| api::promotions::versions(token, &code, None).await)
                .await
        }
    });
    // Activating, pausing or restoring makes a version.
    Effect::new(move |before: Option<u64>| {
        let present = present.get();
        if before.is_some_and(|before| before != present) {
            load.reload();
        }
        present
    });
    let restore = Restore::new();
    let dialog = session.may(Permission::PromotionsWrite).then(|| restore.dialog());
    view! {
        <p class="lead">{text::lead()}</p>
        <Loaded
            load=load
            children=move |page| {
                view! { <Versions load=load page=page present=present restore=restore /> }
            }
        />
        <CompareCard present=present />
        <div>{dialog}</div>
    }
    .into_any()
}

#[component]
fn Versions(
    load: Load<Page<Version>>,
    page: Signal<Option<Page<Version>>>,
    present: Memo<u64>,
    restore: Restore,
) -> impl IntoView {
    let session = Session::current();
    let code = StoredValue::new(CurrentPromotion::code());
    let next_page = move |cursor: String| {
        let code = code.get_value();
        async move {
            session
                .call(async |token| api::promotions::versions(token, &code, Some(&cursor)).await)
                .await
        }
    };
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let is_empty = Memo::new(move |_| items().is_empty());
    move || {
        if is_empty.get() {
            return view! { <EmptyState title=text::empty_title() body=text::empty_body() /> }.into_any();
        }
        view! {
            <div class="table-box">
                <table class="versions">
                    <caption>{text::list_caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::column_version()}</th>
                            <th scope="col">{text::column_at()}</th>
                            <th scope="col">{text::column_author()}</th>
                            <th scope="col">{text::column_status()}</th>
                            <th scope="col">{text::column_changes()}</th>
                            <th scope="col">{text::column_actions()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=items
                            key=move |version| (version.version, version.version == present.get())
                            let:version
                        >
                            <Row version=version present=present restore=restore />
                        </For>
                    </tbody>
                </table>
            </div>
            <More load=load fetch=next_page />
        }
        .into_any()
    }
}

#[component]
fn Row(version: Version, present: Memo<u64>, restore: Restore) -> impl IntoView {
    let number = version.version;
    let is_present = present.get_untracked() == number;
    let mark = is_present.then(|| view! { " " <Badge tone=Tone::Good>{text::present()}</Badge> });
    let compare = (number > 1).then(|| {
        view! {
            <a
                class=Look::Quiet.class()
                href=compare_path(number - 1, number)
                aria-label=text::see_changes_of(number)
            >
                {text::see_changes()}
            </a>
        }
    });
    let may_restore = !is_present && Session::current().may(Permission::PromotionsWrite);
    let back = may_restore.then(|| {
        view! {
            <Button
                look=Look::Quiet
                label=text::restore_version(number)
                on_press=move |()| restore.ask(number)
            >
                {text::restore()}
            </Button>
        }
    });
    view! {
        <tr>
            <th scope="row">{format_number(number)}{mark}</th>
            <td data-label=text::column_at()>{format_time(version.at, None)}</td>
            <td data-label=text::column_author()>{author_name(version.author.as_ref())}</td>
            <td data-label=text::column_status()>{status_name(version.status)}</td>
            <td data-label=text::column_changes()>{changes(&version)}</td>
            <td><div class="actions">{compare}{back}</div></td>
        </tr>
    }
    .into_any()
}

/// The address of a comparison, on this page.
fn compare_path(before: u64, after: u64) -> String {
    format!("?from={before}&to={after}")
}

fn author_name(author: Option<&Author>) -> String {
    match author {
        None => text::nobody().to_owned(),
        Some(Author { name: None }) => text::system().to_owned(),
        Some(Author { name: Some(name) }) => name.clone(),
    }
}

/// The names of the fields that changed, each once; one that this app does not know by its place.
fn changes(version: &Version) -> String {
    if version.version == 1 {
        return text::first().to_owned();
    }
    let mut names: Vec<String> = Vec::new();
    for change in &version.changes {
        let field = TermsField::of_pointer(&change.pointer);
        let name = field.map_or_else(|| change.pointer.clone(), |field| field.name().to_owned());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        text::no_changes().to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_in_words() {
        let check = |number: u64, pointers: &[&str], expected: &str| {
            let changes_json: Vec<_> = pointers
                .iter()
                .map(|pointer| json!({"pointer": pointer, "before": null, "after": 1}))
                .collect();
            let version: Version = serde_json::from_value(json!({
                "version": number, "status": "active", "at": "2026-11-21T12:00:00Z", "author": null,
                "changes": changes_json,
            }))
            .unwrap();
            assert_eq!(changes(&version), expected);
        };
        check(1, &[], "The first version");
        check(2, &[], "Nothing");
        check(
            3,
            &["/condition", "/effect/percent", "/effect/tiers"],
            "Applies when, Gives",
        );
        check(4, &["/status", "/moon"], "Status, /moon");
    }

    #[test]
    fn authors() {
        let author = |name: Option<&str>| Author {
            name: name.map(str::to_owned),
        };
        assert_eq!(author_name(Some(&author(Some("Ana")))), "Ana");
        assert_eq!(author_name(Some(&author(None))), "Coupons");
        assert_eq!(author_name(None), "Not kept");
    }
}
