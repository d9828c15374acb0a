//! What can be done to one promotion of the list.

use engine::promotion::Standing;
use leptos::prelude::*;

use super::actions::Actions;
use crate::components::{Menu, MenuItem, MenuLink};
use crate::forms::promotion_action::Action;
use crate::i18n::promotion_list as text;
use crate::wire::promotions::ListedPromotion;

/// Open, edit, duplicate, and what its state allows.
#[component]
pub(super) fn RowMenu(code: String, promotion: ArcRwSignal<ListedPromotion>, actions: Actions) -> impl IntoView {
    let own = promotion.clone();
    let status = Memo::new(move |_| own.with(|promotion| promotion.status));
    let label = promotion.with_untracked(|promotion| text::actions_of(&promotion.name));
    let id = format!("menu-{code}");
    let items = move || {
        let path = format!("/promotions/{code}");
        let edit = format!("{path}/edit");
        let copied = promotion.clone();
        let duplicate = move |()| actions.duplicate(copied.get_untracked());
        let changed = promotion.clone();
        let changes = move || {
            let offered = Action::offered(status.get()).iter();
            offered
                .map(|action| {
                    let (action, promotion) = (*action, changed.clone());
                    let press = move |()| actions.begin(action, &promotion.get_untracked());
                    view! { <MenuItem on_press=press text=name(action) /> }
                })
                .collect_view()
        };
        let edit = move || {
            // An archived one stays as it is.
            let edits = status.get() != Standing::Archived;
            edits.then(|| view! { <MenuLink href=edit.clone() text=text::edit() /> })
        };
        view! {
            <MenuLink href=path text=text::open() />
            {edit}
            <MenuItem on_press=duplicate text=text::duplicate() />
            {changes}
        }
    };
    view! { <Menu id=id label=label>{items()}</Menu> }.into_any()
}

fn name(action: Action) -> &'static str {
    match action {
        Action::Activate => text::activate(),
        Action::Pause => text::pause(),
        Action::Archive => text::archive(),
        Action::Delete => text::delete(),
    }
}
