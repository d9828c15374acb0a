//! For developers: application keys and calls to try.

mod call;
mod created;
mod fresh;
mod keys;
mod new_key;
mod sample;
mod scope;
mod snippet;
mod state;

use leptos::prelude::*;

use self::call::CallCard;
use self::created::CreatedKeyDialog;
pub(crate) use self::fresh::FreshKeys;
use self::keys::KeysCard;
use crate::api;
use crate::components::{EmptyState, PageTitle, TabLinks};
use crate::i18n::{developers as text, keys as key_text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::Permission;

/// The organisation's keys, and calls with them.
#[component]
pub(crate) fn AppKeysPage() -> impl IntoView {
    let may_manage = Session::current().may(Permission::AppKeysManage);
    view! {
        <PageTitle title=key_text::title() />
        <p class="lead">{key_text::lead()}</p>
        <DeveloperTabs />
        {if may_manage {
            view! { <Keys /> }.into_any()
        } else {
            view! { <EmptyState title=text::not_permitted_title() body=text::not_permitted_body() /> }.into_any()
        }}
    }
    .into_any()
}

#[component]
fn Keys() -> impl IntoView {
    let session = Session::current();
    let load = Load::new(move || session.call(async |token| api::keys::app_keys(token, None).await));
    view! {
        <CreatedKeyDialog />
        <KeysCard load=load />
        <CallCard keys=load />
    }
    .into_any()
}

/// The pages for developers.
#[component]
pub(super) fn DeveloperTabs() -> impl IntoView {
    let tabs = vec![
        ("/developers".to_owned(), key_text::title().to_owned()),
        ("/developers/reference".to_owned(), text::reference().to_owned()),
    ];
    view! { <TabLinks label=text::tabs() tabs=tabs /> }
}
