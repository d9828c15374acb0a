//! What can be done to one thing of a list, behind one small button.

use leptos::context::Provider;
use leptos::html::Div;
use leptos::prelude::*;

use super::{Icon, IconMark};

/// The menu around an item, which closes it.
#[derive(Clone, Copy)]
struct OpenMenu(NodeRef<Div>);

impl OpenMenu {
    /// Puts it away; the focus goes back to its button.
    fn close(self) {
        if let Some(menu) = self.0.get_untracked() {
            // Closing what is not open fails, which is as well.
            _ = menu.hide_popover();
        }
    }
}

/// A button with a list of [`MenuItem`]s and [`MenuLink`]s. The browser's own popover closes on Escape and on a click
/// elsewhere. The list is made when it is first opened: a page may have hundreds of menus.
#[component]
pub(crate) fn Menu(
    /// Unique in the page.
    #[prop(into)]
    id: String,
    /// Names the button, and so the thing.
    #[prop(into)]
    label: String,
    children: ChildrenFn,
) -> impl IntoView {
    let list = NodeRef::<Div>::new();
    let was_opened = RwSignal::new(false);
    let items = move || {
        let children = children.clone();
        was_opened
            .get()
            .then(|| view! { <Provider value=OpenMenu(list)>{children()}</Provider> })
    };
    view! {
        <button
            type="button"
            class="icon-button menu-button"
            popovertarget=id.clone()
            aria-label=label
            on:click=move |_| was_opened.set(true)
        >
            <IconMark icon=Icon::More />
        </button>
        <div id=id class="menu" popover="auto" node_ref=list>
            <ul>{items}</ul>
        </div>
    }
    .into_any()
}

/// Something to do.
#[component]
pub(crate) fn MenuItem(#[prop(into)] on_press: Callback<()>, #[prop(into)] text: String) -> impl IntoView {
    let menu: Option<OpenMenu> = use_context();
    let press = move |_| {
        // First: a dialog that opens next gives the focus back to where it was then.
        if let Some(menu) = menu {
            menu.close();
        }
        on_press.run(());
    };
    view! { <li><button type="button" on:click=press>{text}</button></li> }.into_any()
}

/// Somewhere to go.
#[component]
pub(crate) fn MenuLink(#[prop(into)] href: String, #[prop(into)] text: String) -> impl IntoView {
    view! { <li><a href=href>{text}</a></li> }.into_any()
}
