//! The team: people, invitations, roles.

mod invitations;
mod invite;
mod people;
mod role_form;
mod roles;

use leptos::prelude::*;

use self::invitations::{InvitationsCard, load_invitations};
use self::people::PeopleCard;
pub(crate) use self::roles::RolesPage;
use crate::api::team as api;
use crate::components::{EmptyState, PageTitle, TabLinks};
use crate::i18n::team as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::team::Role;
use crate::wire::{Page, Permission};

/// The two pages.
#[component]
fn TeamTabs() -> impl IntoView {
    let tabs = vec![
        ("/team".to_owned(), text::people().to_owned()),
        ("/team/roles".to_owned(), text::roles().to_owned()),
    ];
    view! { <TabLinks label=text::team() tabs=tabs /> }
}

/// The roles of the organisation, all of them.
fn load_roles() -> Load<Page<Role>> {
    let session = Session::current();
    Load::new(move || session.call(async |token| api::roles(token).await))
}

/// People and invitations, for who manages them.
#[component]
pub(crate) fn TeamPage() -> impl IntoView {
    let may_manage = Session::current().may(Permission::UsersManage);
    let content = if may_manage {
        let roles = load_roles();
        let invitations = load_invitations();
        view! {
            <TeamTabs />
            <p class="lead">{text::team_lead()}</p>
            <PeopleCard roles=roles />
            <InvitationsCard roles=roles invitations=invitations />
        }
        .into_any()
    } else {
        view! { <NotPermitted /> }.into_any()
    };
    view! {
        <PageTitle title=text::team() />
        {content}
    }
    .into_any()
}

/// What stands in the place of what only who manages users may read: each part of it would be refused.
#[component]
fn NotPermitted() -> impl IntoView {
    view! { <EmptyState title=text::not_permitted_title() body=text::not_permitted_body() /> }
}
