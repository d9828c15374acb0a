//! Buttons.

use leptos::prelude::*;

/// How much a button stands out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Look {
    /// The one thing to do.
    #[default]
    Primary,
    Secondary,
    Quiet,
    Danger,
}

impl Look {
    /// The class, also for links that look like buttons.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Secondary => "button button-secondary",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// A button. While `busy` it stays focusable, says so and does nothing.
#[component]
pub(crate) fn Button(
    #[prop(optional)] look: Look,
    /// Submits its form.
    #[prop(optional)]
    submit: bool,
    #[prop(into, optional)] busy: Signal<bool>,
    /// Called when pressed and not busy.
    #[prop(into, optional)]
    on_press: Option<Callback<()>>,
    /// The accessible name, where the content alone does not tell.
    #[prop(into, optional)]
    label: Option<String>,
    children: Children,
) -> impl IntoView {
    let press = move |event: leptos::ev::MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=look.class()
            aria-disabled=move || busy.get().then_some("true")
            aria-label=label
            on:click=press
        >
            {children()}
        </button>
    }
}
