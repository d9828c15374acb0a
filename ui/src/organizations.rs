//! Switching between the organisations that a user belongs to.

use leptos::prelude::*;
use web_sys::HtmlSelectElement;

use crate::api;
use crate::components::Form;
use crate::guard::Unsaved;
use crate::i18n::shell as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::OwnOrganization;

/// The organisation's name; for a user of several, the choice between them. Switching starts again at the home page,
/// because what was on the screen belongs to the other organisation. Until then the present one stays chosen.
#[component]
pub(crate) fn OrganizationSwitch(name: String) -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let load = Load::new(move || session.call(async |token| api::accounts::own_organizations(token).await));
    let chosen = StoredValue::new(String::new());
    let switch = Callback::new(move |()| {
        let id = chosen.get_value();
        form.submit(
            async move {
                let answer = session
                    .call(async |token| api::accounts::switch_organization(token, &id).await)
                    .await?;
                session.switch(answer);
                Ok(())
            },
            drop,
        );
    });
    let unsaved = Unsaved::current();
    let choose = move |select: HtmlSelectElement, current: &str| {
        chosen.set_value(select.value());
        select.set_value(current);
        unsaved.before(switch);
    };
    move || match load.value() {
        Some(list) if list.items.len() > 1 => {
            let current = list.items.iter().find(|organization| organization.current);
            let current = current.map(|organization| organization.id.clone()).unwrap_or_default();
            let options = list.items.into_iter().map(choice).collect_view();
            view! {
                <label class="visually-hidden" for="organization">{text::switch_organization()}</label>
                <select id="organization" on:change=move |event| choose(event_target(&event), &current)>
                    {options}
                </select>
                {form.summary(switch)}
            }
            .into_any()
        }
        Some(_) | None => view! { <strong>{name.clone()}</strong> }.into_any(),
    }
}

fn choice(organization: OwnOrganization) -> impl IntoView {
    let label = if organization.disabled {
        text::disabled(&organization.name)
    } else {
        organization.name
    };
    view! {
        <option value=organization.id selected=organization.current disabled=organization.disabled>
            {label}
        </option>
    }
}
