//! What is pressed, and what opens then.

use leptos::prelude::*;

use super::Sample;
use crate::components::{Button, ConfirmDialog, Icon, IconMark, Look, Menu, MenuItem, MenuLink, Modal, News};

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Buttons">{looks(false)}</Sample>
        <Sample name="Buttons, busy">{looks(true)}</Sample>
        <Sample name="Buttons, disabled">
            <fieldset disabled>
                <legend class="visually-hidden">"Disabled buttons"</legend>
                {looks(false)}
            </fieldset>
        </Sample>
        <Sample name="Links that look like buttons">
            <div class="actions">
                <a href="#actions" class=Look::Primary.class()>"Primary"</a>
                <a href="#actions" class=Look::Secondary.class()>"Secondary"</a>
            </div>
        </Sample>
        <Sample name="Button of an icon">
            <button type="button" class="icon-button" aria-label="Search">
                <IconMark icon=Icon::Search />
            </button>
        </Sample>
        <Sample name="Menu">{menu()}</Sample>
        <Sample name="Question before something final">{question()}</Sample>
        <Sample name="Dialog">{dialog()}</Sample>
    }
    .into_any()
}

fn looks(is_busy: bool) -> impl IntoView {
    let buttons = [
        (Look::Primary, "Primary"),
        (Look::Secondary, "Secondary"),
        (Look::Quiet, "Quiet"),
        (Look::Danger, "Danger"),
    ];
    let buttons = buttons.map(|(look, name)| view! { <Button look=look busy=is_busy>{name}</Button> });
    view! { <div class="actions">{buttons.collect_view()}</div> }
}

fn menu() -> impl IntoView {
    let news = News::current();
    view! {
        <Menu id="kit-menu" label="What to do with Summer sale">
            <MenuLink href="#actions" text="Somewhere to go" />
            <MenuItem on_press=move |()| news.say("Duplicated") text="Something to do" />
        </Menu>
    }
}

fn question() -> impl IntoView {
    let news = News::current();
    let asked = RwSignal::new(None);
    let ask = move |()| asked.set(Some("Archive Summer sale? It cannot be brought back.".to_owned()));
    view! {
        <Button look=Look::Secondary on_press=ask>"Ask"</Button>
        <ConfirmDialog
            id="kit-question"
            question=asked
            confirm="Archive"
            cancel="Keep"
            on_confirm=move |()| news.say("Archived")
        />
    }
}

fn dialog() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <Button look=Look::Secondary on_press=move |()| open.set(true)>"Open"</Button>
        <Modal id="kit-dialog" title="New role" open=open>
            <p>"A text or a form. It is made anew each time that the dialog opens."</p>
            <div class="actions">
                <Button on_press=move |()| open.set(false)>"Done"</Button>
            </div>
        </Modal>
    }
}
