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
use crate::components::{PageTitle, TabLinks};
use crate::i18n::team as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Page;
use crate::wire::team::Role;

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

/// People and invitations.
#[component]
pub(crate) fn TeamPage() -> impl IntoView {
    let roles = load_roles();
    let invitations = load_invitations();
    view! {
        <PageTitle title=text::team() />
        <TeamTabs />
        <p class="lead">{text::team_lead()}</p>
        <PeopleCard roles=roles />
        <InvitationsCard roles=roles invitations=invitations />
    }
    .into_any()
}
