//! Roles: what each permits, and how many people have it.

use leptos::prelude::*;

use super::role_form::RoleModal;
use super::{NotPermitted, TeamTabs, load_roles};
use crate::api::team as api;
use crate::browser::focus_title;
use crate::components::{Badge, Button, ConfirmDialog, Form, Loaded, Look, News, PageTitle, Tone};
use crate::i18n::team as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::team::Role;
use crate::wire::{Page, Permission};

/// What the dialog of a role is about.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    pub(super) open: RwSignal<bool>,
    /// `None` for a new one.
    pub(super) role: RwSignal<Option<Role>>,
}

impl Editing {
    fn begin(self, role: Option<Role>) {
        self.role.set(role);
        self.open.set(true);
    }
}

/// The roles of the organisation.
#[component]
pub(crate) fn RolesPage() -> impl IntoView {
    if !Session::current().may(Permission::UsersManage) {
        return view! { <PageTitle title=text::roles() /> <NotPermitted /> }.into_any();
    }
    let roles = load_roles();
    let editing = Editing {
        open: RwSignal::new(false),
        role: RwSignal::new(None),
    };
    view! {
        <div class="page-head">
            <PageTitle title=text::roles() />
            <Button on_press=move |()| editing.begin(None)>{text::new_role()}</Button>
        </div>
        <TeamTabs />
        <p class="lead">{text::roles_lead()}</p>
        <RoleList roles=roles editing=editing />
        <RoleModal roles=roles editing=editing />
    }
    .into_any()
}

#[component]
fn RoleList(roles: Load<Page<Role>>, editing: Editing) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let form = Form::new();
    let deleting = RwSignal::new(None::<Role>);
    let question = RwSignal::new(None::<String>);
    Effect::new(move |_| question.set(deleting.get().map(|role| text::delete_question(&role.name))));
    let delete = Callback::new(move |()| {
        let Some(Role { id, name, .. }) = deleting.get_untracked() else {
            return;
        };
        form.submit(
            async move { session.call(async |token| api::delete_role(token, &id).await).await },
            move |()| {
                news.say(text::role_deleted(&name));
                focus_title();
                roles.reload();
            },
        );
    });
    view! {
        {form.summary(delete)}
        <Loaded
            load=roles
            children=move |page| view! { <Cards page=page editing=editing deleting=deleting /> }.into_any()
        />
        <ConfirmDialog question=question confirm=text::delete() cancel=text::cancel() on_confirm=delete />
    }
}

#[component]
fn Cards(page: Signal<Option<Page<Role>>>, editing: Editing, deleting: RwSignal<Option<Role>>) -> impl IntoView {
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let key = |role: &Role| format!("{} {} {} {:?}", role.id, role.name, role.users, role.permissions);
    view! {
        <ul class="plain roles">
            <For each=items key=key let:role>
                <RoleCard role=role editing=editing deleting=deleting />
            </For>
        </ul>
    }
}

#[component]
fn RoleCard(role: Role, editing: Editing, deleting: RwSignal<Option<Role>>) -> impl IntoView {
    let permissions = if role.permissions.is_empty() {
        view! { <p>{text::permits_nothing()}</p> }.into_any()
    } else {
        let items = role
            .permissions
            .iter()
            .map(|permission| view! { <li>{text::permission(*permission)}</li> });
        view! { <ul>{items.collect_view()}</ul> }.into_any()
    };
    let name = text::role_label(role.built_in.as_deref(), &role.name);
    let users = text::users(role.users);
    let actions = if role.built_in.is_some() {
        view! { <Badge tone=Tone::Neutral>{text::built_in()}</Badge> }.into_any()
    } else {
        let (edit, delete) = (text::edit_role(&name), text::delete_role(&name));
        let edited = role.clone();
        let begin = move |()| editing.begin(Some(edited.clone()));
        let ask = move |()| deleting.set(Some(role.clone()));
        view! {
            <div class="actions">
                <Button look=Look::Quiet label=edit on_press=begin>{text::edit()}</Button>
                <Button look=Look::Quiet label=delete on_press=ask>{text::delete()}</Button>
            </div>
        }
        .into_any()
    };
    view! {
        <li class="card">
            <div class="page-head">
                <h2>{name}</h2>
                {actions}
            </div>
            <p class="hint">{users}</p>
            {permissions}
        </li>
    }
}
