//! The design tokens of `ui/style/00-tokens.css`.

use leptos::prelude::*;

use super::Sample;

const COLOURS: [&str; 24] = [
    "--ground",
    "--surface",
    "--sunken",
    "--text",
    "--text-soft",
    "--line",
    "--line-strong",
    "--accent",
    "--accent-strong",
    "--accent-soft",
    "--on-accent",
    "--good",
    "--good-soft",
    "--waiting",
    "--waiting-soft",
    "--bad",
    "--bad-soft",
    "--on-bad",
    "--chart-1",
    "--chart-2",
    "--chart-3",
    "--chart-4",
    "--chart-5",
    "--chart-rest",
];

/// Each with the class that is as wide as it.
const SPACES: [(&str, &str); 6] = [
    ("--space-1", "kit-space kit-space-1"),
    ("--space-2", "kit-space kit-space-2"),
    ("--space-3", "kit-space kit-space-3"),
    ("--space-4", "kit-space kit-space-4"),
    ("--space-5", "kit-space kit-space-5"),
    ("--space-6", "kit-space kit-space-6"),
];

/// Each with the class of a box that has it.
const SHAPES: [(&str, &str); 3] = [
    ("--radius", "kit-shape kit-radius"),
    ("--shadow", "kit-shape kit-shadow"),
    ("--shadow-raised", "kit-shape kit-shadow-raised"),
];

/// Each with what it is for.
const WIDTHS: [(&str, &str); 2] = [("--content", "The widest page"), ("--side", "The areas at the side")];

const FONTS: [&str; 2] = ["--font", "--mono"];

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Colours">{colours()}</Sample>
        <Sample name="Spaces">{spaces()}</Sample>
        <Sample name="Shapes">{shapes()}</Sample>
        <Sample name="Widths">{widths()}</Sample>
        <Sample name="Fonts and sizes">{types()}</Sample>
    }
    .into_any()
}

fn colours() -> impl IntoView {
    let items = COLOURS.map(|name| {
        // An attribute of the drawing: the content policy allows no style of a single element.
        let fill = format!("var({name})");
        view! {
            <li>
                <svg class="kit-swatch" aria-hidden="true" focusable="false">
                    <rect width="100%" height="100%" fill=fill></rect>
                </svg>
                <code>{name}</code>
            </li>
        }
    });
    view! { <ul class="kit-grid">{items.collect_view()}</ul> }
}

fn spaces() -> impl IntoView {
    let items = SPACES.map(|(name, class)| view! { <li><code>{name}</code><span class=class></span></li> });
    view! { <ul class="plain kit-spaces">{items.collect_view()}</ul> }
}

fn shapes() -> impl IntoView {
    let items = SHAPES.map(|(name, class)| view! { <li class=class><code>{name}</code></li> });
    view! { <ul class="kit-grid">{items.collect_view()}</ul> }
}

fn widths() -> impl IntoView {
    let items = WIDTHS.map(|(name, purpose)| view! { <dt><code>{name}</code></dt> <dd>{purpose}</dd> });
    view! { <dl class="details">{items.collect_view()}</dl> }
}

/// Headings look like themselves and are none: the page's outline has its own.
fn types() -> impl IntoView {
    let [font, mono] = FONTS;
    view! {
        <h1 role="none">"Title of a page, h1"</h1>
        <h2 role="none">"Title of a section, h2"</h2>
        <h3 role="none">"Title of a part, h3"</h3>
        <p>"Text, in " {font}</p>
        <p class="lead">"Lead, below a title"</p>
        <p class="hint">"Hint, below a field"</p>
        <p><a href="#tokens">"Link"</a></p>
        <p><code>"Code, in " {mono}</code></p>
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_token_is_shown() {
        let sheet = include_str!("../../../style/00-tokens.css");
        let defined: BTreeSet<_> = sheet
            .lines()
            .filter_map(|line| line.trim().split_once(':'))
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("--"))
            .collect();
        let pairs = SPACES.iter().chain(&SHAPES).chain(&WIDTHS).map(|(name, _)| *name);
        let shown: BTreeSet<_> = COLOURS.into_iter().chain(FONTS).chain(pairs).collect();
        assert_eq!(shown, defined);
    }
}
