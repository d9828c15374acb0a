//! The frame around every page of a signed-in user: the areas at the side, the organisation, and whose session it is.
//!
//! On a narrow screen the same side is a popover that a bar above the page opens, so that there is one list of areas.

use leptos::html::Nav;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use crate::components::{Button, Form, Icon, IconMark, Look, NewsLine};
use crate::guard::Unsaved;
use crate::i18n::{common, shell as text};
use crate::organizations::OrganizationSwitch;
use crate::pages::FreshKeys;
use crate::session::Session;
use crate::wire::{Account, Permission};

/// The side's name for the button that opens it.
const SIDE: &str = "side";

/// An area of the app: its address, its name, what is drawn beside it, and who sees it.
struct Area {
    path: &'static str,
    name: &'static str,
    icon: Icon,
    /// `None` for everybody.
    needs: Option<Permission>,
}

fn areas() -> [Area; 7] {
    let area = |path, name, icon, needs| Area {
        path,
        name,
        icon,
        needs,
    };
    [
        area("/", text::home(), Icon::Home, None),
        area(
            "/promotions",
            text::promotions(),
            Icon::Tag,
            Some(Permission::PromotionsRead),
        ),
        area("/reports", text::reports(), Icon::Chart, Some(Permission::ReportsRead)),
        area(
            "/developers",
            text::developers(),
            Icon::Code,
            Some(Permission::AppKeysManage),
        ),
        area("/team", text::team(), Icon::People, Some(Permission::UsersManage)),
        area("/audit", text::audit(), Icon::History, Some(Permission::AuditRead)),
        area("/settings", text::settings(), Icon::Gear, None),
    ]
}

/// The frame around a page.
#[component]
pub(crate) fn Frame(account: Account, children: Children) -> impl IntoView {
    let session = Session::current();
    provide_context(FreshKeys::new());
    let form = Form::new();
    let unsaved = Unsaved::new();
    provide_context(unsaved);
    let sign_out = Callback::new(move |()| form.submit(session.sign_out(), drop));
    let ask_and_sign_out = Callback::new(move |()| unsaved.before(sign_out));
    view! {
        <a class="skip" href="#content">{common::skip_to_content()}</a>
        <div class="frame">
            <header class="bar">
                <A href="/" attr:class="brand">{common::product()}</A>
                <button type="button" class=Look::Quiet.class() popovertarget=SIDE>
                    <IconMark icon=Icon::Menu />
                    {text::menu()}
                </button>
            </header>
            <Side account=account sign_out=ask_and_sign_out busy=form.busy() />
            <main id="content" tabindex="-1">
                <div class="page">
                    {form.summary(sign_out)}
                    <NewsLine />
                    {children()}
                </div>
            </main>
        </div>
    }
}

#[component]
fn Side(account: Account, sign_out: Callback<()>, busy: Signal<bool>) -> impl IntoView {
    let side = NodeRef::<Nav>::new();
    close_after_navigation(side);
    let links = areas()
        .into_iter()
        .filter(|area| area.needs.is_none_or(|needs| account.may(needs)))
        .map(|area| view! { <li><AreaLink area=area /></li> });
    view! {
        <nav id=SIDE class="side" popover="auto" node_ref=side aria-label=common::main_navigation()>
            <div class="side-inner">
                <A href="/" attr:class="brand">{common::product()}</A>
                <ul>{links.collect_view()}</ul>
                <div class="who">
                    <OrganizationSwitch name=account.organization.name.clone() />
                    <span class="who-names" title=account.user.email.clone()>
                        <strong>{account.user.name.clone()}</strong>
                        <span>{account.user.email.clone()}</span>
                    </span>
                    <Button look=Look::Secondary busy=busy on_press=sign_out>{text::sign_out()}</Button>
                </div>
            </div>
        </nav>
    }
}

#[component]
fn AreaLink(area: Area) -> impl IntoView {
    let location = use_location();
    let is_current = move || {
        location
            .pathname
            .with(|here| is_below(here, area.path))
            .then_some("page")
    };
    view! {
        <a class="side-link" href=area.path aria-current=is_current>
            <IconMark icon=area.icon />
            {area.name}
        </a>
    }
}

/// Whether an address belongs to an area. A new promotion stands beside the list, not below it.
fn is_below(here: &str, area: &str) -> bool {
    let here = if here == "/new-promotion" { "/promotions" } else { here };
    match here.strip_prefix(area) {
        Some(rest) => rest.is_empty() || (area != "/" && rest.starts_with('/')),
        None => false,
    }
}

/// The popover would cover the page that it led to.
fn close_after_navigation(side: NodeRef<Nav>) {
    let location = use_location();
    Effect::new(move |_| {
        location.pathname.track();
        if let Some(side) = side.get_untracked() {
            // Closing what is not open fails, which is as well.
            _ = side.hide_popover();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_of_addresses() {
        let check =
            |here: &str, area: &str, expected: bool| assert_eq!(is_below(here, area), expected, "{here} {area}");
        check("/", "/", true);
        check("/promotions", "/", false);
        check("/promotions", "/promotions", true);
        check("/promotions/summer-10/try", "/promotions", true);
        check("/promotionsx", "/promotions", false);
        check("/new-promotion", "/promotions", true);
        check("/team/roles", "/team", true);
        check("/team", "/settings", false);
    }
}
