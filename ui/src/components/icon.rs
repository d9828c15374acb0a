//! Small drawings beside words; never alone, so they say nothing to a screen reader.

use leptos::prelude::*;

/// What is drawn. Each is a stroke in a box of 24 by 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Home,
    Tag,
    Chart,
    Code,
    People,
    History,
    Gear,
    Menu,
    More,
    Close,
    Check,
    Download,
    Search,
    Minus,
    Question,
    Warning,
}

impl Icon {
    /// Every one, in the order above. Its length is that of the list up to the last one, so that none is forgotten.
    pub(crate) const ALL: [Self; Self::Warning as usize + 1] = [
        Self::Home,
        Self::Tag,
        Self::Chart,
        Self::Code,
        Self::People,
        Self::History,
        Self::Gear,
        Self::Menu,
        Self::More,
        Self::Close,
        Self::Check,
        Self::Download,
        Self::Search,
        Self::Minus,
        Self::Question,
        Self::Warning,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Home => "M3 11.5 12 4l9 7.5M5.5 10v9.5h13V10M10 19.5v-6h4v6",
            Self::Tag => "M3.5 12.6V4.5h8.1l8.9 8.9-8.1 8.1-8.9-8.9ZM8 8.5v.5",
            Self::Chart => "M4 4v16h16M8 16v-4M12.5 16V8M17 16v-6.5",
            Self::Code => "m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
            Self::People => {
                "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5M16 5a3.3 3.3 0 0 1 0 6.300M18 14.800c2 .6 3.2 2.2 3.6 4.7"
            }
            Self::History => "M4 12a8 8 0 1 0 2.6-5.900L4 8.500M4 4v4.500h4.500M12 8v4.500l3 2",
            Self::Gear => {
                "M12 15.200a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.400ZM12 3v2.500M12 18.500V21M3 12h2.500M18.5 12H21M5.6 5.600l1.8 1.800M16.6 16.600l1.8 1.800M5.6 18.400l1.8-1.800M16.6 7.400l1.8-1.8"
            }
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::More => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Check => "m5 12.5 4.5 4.500L19 7.5",
            Self::Download => "M12 4v11M7.5 11 12 15.5 16.5 11M4.5 19.500h15",
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20.5 20.5",
            Self::Minus => "M6 12h12",
            Self::Question => "M9 9.5a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18v.5",
            Self::Warning => "M12 4 2.5 20h19L12 4ZM12 10v4.500M12 17v.5",
        }
    }
}

/// An icon of a line's height.
#[component]
pub(crate) fn IconMark(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
}
