//! Making a role, or changing one.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde_json::json;

use super::roles::Editing;
use crate::api::team as api;
use crate::components::{Button, Checkbox, Form, Modal, News, TextField};
use crate::i18n::team as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::team::Role;
use crate::wire::{Page, Permission};

/// The dialog; its form begins anew each time.
#[component]
pub(super) fn RoleModal(roles: Load<Page<Role>>, editing: Editing) -> impl IntoView {
    view! {
        <Modal id="role" title=text::role() open=editing.open>
            <RoleForm roles=roles editing=editing />
        </Modal>
    }
}

#[component]
fn RoleForm(roles: Load<Page<Role>>, editing: Editing) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let form = Form::new();
    let role = editing.role.get_untracked();
    let name = RwSignal::new(role.as_ref().map(|role| role.name.clone()).unwrap_or_default());
    let held = role.as_ref().map(|role| role.permissions.clone()).unwrap_or_default();
    let boxes = Permission::ALL.map(|permission| (permission, RwSignal::new(held.contains(&permission))));
    let id = StoredValue::new(role.map(|role| role.id));
    let save = Callback::new(move |()| {
        let ticked = boxes.into_iter().filter(|(_, is_ticked)| is_ticked.get_untracked());
        let words: Vec<_> = ticked.map(|(permission, _)| permission.as_str()).collect();
        let body = json!({"name": name.get_untracked(), "permissions": words});
        let id = id.get_value();
        let call = session.call(async move |token| match &id {
            Some(id) => api::update_role(token, id, &body).await,
            None => api::create_role(token, &body).await,
        });
        form.submit(call, move |saved| {
            news.say(text::role_saved(&saved.name));
            editing.open.set(false);
            roles.reload();
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let checks = boxes.map(|(permission, is_ticked)| {
        let hint = if session.may(permission) {
            ""
        } else {
            text::beyond_yours()
        };
        let id = format!("permission-{}", permission.as_str().replace('.', "-"));
        view! { <Checkbox id=id label=text::permission(permission) value=is_ticked hint=hint /> }
    });
    view! {
        <form on:submit=submit novalidate>
            {form.summary(save)}
            <TextField id="role-name" label=text::role_name() value=name errors=form.errors_at("/name".to_owned()) />
            <fieldset>
                <legend>{text::may()}</legend>
                {checks.into_iter().collect_view()}
            </fieldset>
            <div class="actions">
                <Button submit=true busy=form.busy()>{text::save()}</Button>
            </div>
        </form>
    }
}
