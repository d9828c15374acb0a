//! The people of the organisation: their role, whether they may sign in, and their removal.

use std::time::Duration;

use leptos::prelude::*;
use serde_json::{Value, json};

use crate::api::team as api;
use crate::browser::{focus_title, format_time};
use crate::components::{Badge, Button, ConfirmDialog, EmptyState, Form, Loaded, Look, More, News, SearchField, Tone};
use crate::i18n::team as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Page;
use crate::wire::team::{Member, Role, RoleName};

/// How long somebody has to stop typing before the server is asked.
const PAUSE: Duration = Duration::from_millis(200);

/// What is done to a person.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    Role(RoleName),
    Disable,
    Enable,
    Remove,
}

impl Change {
    /// The body that makes it; `None` for a removal, which has none.
    fn body(&self) -> Option<Value> {
        match self {
            Self::Role(role) => Some(json!({"role_id": role.id})),
            Self::Disable => Some(json!({"disabled": true})),
            Self::Enable => Some(json!({"disabled": false})),
            Self::Remove => None,
        }
    }

    fn done(&self, name: &str) -> String {
        match self {
            Self::Role(role) => text::role_changed(name, &label(role)),
            Self::Disable => text::person_disabled(name),
            Self::Enable => text::person_enabled(name),
            Self::Remove => text::person_removed(name),
        }
    }
}

fn label(role: &RoleName) -> String {
    text::role_label(role.built_in.as_deref(), &role.name)
}

/// A change under way or to be tried again.
#[derive(Clone, Copy)]
struct Changes {
    form: Form,
    wanted: RwSignal<Option<(Member, Change)>>,
    make: Callback<()>,
}

impl Changes {
    fn new(people: Load<Page<Member>>) -> Self {
        let session = Session::current();
        let news = News::current();
        let form = Form::new();
        let wanted = RwSignal::new(None::<(Member, Change)>);
        let make = Callback::new(move |()| {
            let Some((member, change)) = wanted.get_untracked() else {
                return;
            };
            let (id, body) = (member.id.clone(), change.body());
            let call = session.call(async move |token| match &body {
                Some(body) => api::update_member(token, &id, body).await.map(Some),
                None => api::remove_member(token, &id).await.map(|()| None),
            });
            form.submit(call, move |changed| {
                news.say(change.done(&member.name));
                replace(people, &member.id, changed);
            });
        });
        Self { form, wanted, make }
    }

    fn want(self, member: Member, change: Change) {
        self.wanted.set(Some((member, change)));
        self.make.run(());
    }
}

/// Puts a changed person in their place; one that is gone takes the focus to the heading.
fn replace(people: Load<Page<Member>>, id: &str, changed: Option<Member>) {
    let Some(mut page) = people.signal().get_untracked() else {
        return;
    };
    match changed {
        Some(changed) => {
            for member in page.items.iter_mut().filter(|member| member.id == id) {
                *member = changed.clone();
            }
        }
        None => {
            page.items.retain(|member| member.id != id);
            focus_title();
        }
    }
    people.replace(page);
}

/// The list with its search.
#[component]
pub(super) fn PeopleCard(roles: Load<Page<Role>>) -> impl IntoView {
    let session = Session::current();
    let search = RwSignal::new(String::new());
    let people = Load::new(move || {
        let text = search.get_untracked();
        async move { session.call(async |token| api::members(token, &text, None).await).await }
    });
    let mut reload = debounce(PAUSE, move |()| people.reload());
    Effect::new(move |previous: Option<()>| {
        search.track();
        if previous.is_some() {
            reload(());
        }
    });
    let changes = Changes::new(people);
    let removing = RwSignal::new(None::<Member>);
    let question = RwSignal::new(None::<String>);
    Effect::new(move |_| question.set(removing.get().map(|member| text::remove_question(&member.name))));
    let remove = Callback::new(move |()| {
        if let Some(member) = removing.get_untracked() {
            changes.want(member, Change::Remove);
        }
    });
    view! {
        <SearchField id="search-people" label=text::search() placeholder=text::search_hint() value=search />
        {changes.form.summary(changes.make)}
        <Loaded
            load=people
            children=move |page| {
                view! { <List people=people page=page roles=roles search=search changes=changes removing=removing /> }
                    .into_any()
            }
        />
        <ConfirmDialog question=question confirm=text::remove() cancel=text::cancel() on_confirm=remove />
    }
    .into_any()
}

#[component]
fn List(
    people: Load<Page<Member>>,
    page: Signal<Option<Page<Member>>>,
    roles: Load<Page<Role>>,
    search: RwSignal<String>,
    changes: Changes,
    removing: RwSignal<Option<Member>>,
) -> impl IntoView {
    let session = Session::current();
    let next_page = move |cursor: String| {
        let text = search.get_untracked();
        async move {
            session
                .call(async |token| api::members(token, &text, Some(&cursor)).await)
                .await
        }
    };
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let is_empty = Memo::new(move |_| items().is_empty());
    move || {
        if is_empty.get() {
            return view! { <EmptyState title=text::nobody_title() body=text::nobody_body() /> }.into_any();
        }
        view! {
            <div class="table-box">
                <table>
                    <caption>{text::people_caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::person()}</th>
                            <th scope="col">{text::role()}</th>
                            <th scope="col">{text::last_signed_in()}</th>
                            <th scope="col">{text::state()}</th>
                            <th scope="col">{text::actions()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=items key=|member| member.id.clone() let:member>
                            <Row page=page member=member roles=roles changes=changes removing=removing />
                        </For>
                    </tbody>
                </table>
            </div>
            <More load=people fetch=next_page />
        }
        .into_any()
    }
}

/// A person. The row stays while they change, so that the focus stays in it.
#[component]
fn Row(
    page: Signal<Option<Page<Member>>>,
    member: Member,
    roles: Load<Page<Role>>,
    changes: Changes,
    removing: RwSignal<Option<Member>>,
) -> impl IntoView {
    let account = Session::current().account_untracked();
    let is_self = account.is_some_and(|account| account.user.id == member.id);
    let Member { id, name, email, .. } = member.clone();
    let member = Memo::new(move |_| {
        let found = page.with(|page| {
            page.as_ref()
                .and_then(|page| page.items.iter().find(|other| other.id == id).cloned())
        });
        found.unwrap_or_else(|| member.clone())
    });
    let signed_in = move || {
        let at = member.with(|member| member.last_signed_in_at);
        at.map_or_else(|| text::never().to_owned(), |at| format_time(at, None))
    };
    let state = move || {
        if member.with(|member| member.disabled) {
            view! { <Badge tone=Tone::Bad>{text::state_disabled()}</Badge> }
        } else {
            view! { <Badge tone=Tone::Good>{text::state_active()}</Badge> }
        }
    };
    // Nobody locks themselves out by a slip of the hand.
    let (role, actions) = if is_self {
        let role = move || member.with(|member| label(&member.role));
        (
            role.into_any(),
            view! { <Badge tone=Tone::Neutral>{text::you()}</Badge> }.into_any(),
        )
    } else {
        (
            view! { <RoleChoice member=member roles=roles changes=changes /> }.into_any(),
            view! { <Actions member=member changes=changes removing=removing /> }.into_any(),
        )
    };
    view! {
        <tr>
            <th scope="row">{name} <span class="hint">{email}</span></th>
            <td data-label=text::role()>{role}</td>
            <td data-label=text::last_signed_in()>{signed_in}</td>
            <td data-label=text::state()>{state}</td>
            <td><div class="actions">{actions}</div></td>
        </tr>
    }
}

#[component]
fn RoleChoice(member: Memo<Member>, roles: Load<Page<Role>>, changes: Changes) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    // Also after a failure, when the choice was not taken.
    Effect::new(move |_| {
        _ = changes.form.failure();
        chosen.set(member.with(|member| member.role.id.clone()));
    });
    let choose = move |event| {
        let id = event_target_value(&event);
        chosen.set(id.clone());
        let role = roles.signal().with_untracked(|page| {
            let roles = page.iter().flat_map(|page| &page.items);
            roles
                .into_iter()
                .find(|role| role.id == id)
                .cloned()
                .map(RoleName::from)
        });
        if let Some(role) = role {
            changes.want(member.get_untracked(), Change::Role(role));
        }
    };
    let options = move || {
        let own = member.with(|member| member.role.clone());
        let mut names: Vec<_> = roles
            .value()
            .map(|page| page.items.into_iter().map(RoleName::from).collect())
            .unwrap_or_default();
        // Before the roles are there, and when the list of them does not come.
        if !names.contains(&own) {
            names.push(own);
        }
        let options = names.into_iter().map(|role| {
            let (name, id) = (label(&role), role.id.clone());
            let is_chosen = move || chosen.with(|chosen| *chosen == id);
            view! { <option value=role.id prop:selected=is_chosen>{name}</option> }
        });
        options.collect_view()
    };
    view! {
        <select aria-label=move || member.with(|member| text::role_of(&member.name)) on:change=choose>
            {options}
        </select>
    }
}

#[component]
fn Actions(member: Memo<Member>, changes: Changes, removing: RwSignal<Option<Member>>) -> impl IntoView {
    let toggle = move || {
        let Member { name, disabled, .. } = member.get();
        let (change, label, word) = if disabled {
            (Change::Enable, text::enable_person(&name), text::enable())
        } else {
            (Change::Disable, text::disable_person(&name), text::disable())
        };
        let press = move |()| changes.want(member.get_untracked(), change.clone());
        view! { <Button look=Look::Quiet label=label busy=changes.form.busy() on_press=press>{word}</Button> }
    };
    let label = text::remove_person(&member.with_untracked(|member| member.name.clone()));
    let remove = move |()| removing.set(Some(member.get_untracked()));
    view! {
        {toggle}
        <Button look=Look::Quiet label=label busy=changes.form.busy() on_press=remove>{text::remove()}</Button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        let role = RoleName {
            id: "role_1".to_owned(),
            name: "Analyst".to_owned(),
            built_in: Some("analyst".to_owned()),
        };
        let check = |change: Change, body: Option<Value>, said: &str| {
            assert_eq!((change.body(), change.done("Ana").as_str()), (body, said));
        };
        check(
            Change::Role(role),
            Some(json!({"role_id": "role_1"})),
            "Ana now has the role Analyst.",
        );
        check(
            Change::Disable,
            Some(json!({"disabled": true})),
            "Ana is disabled and signed out.",
        );
        check(
            Change::Enable,
            Some(json!({"disabled": false})),
            "Ana can sign in again.",
        );
        check(Change::Remove, None, "Ana was removed.");
    }
}
