//! Light or dark: the system's choice unless this device has another. `public/theme.js` applies it before the app is
//! there, so that no page flashes in the other scheme.

use crate::browser::{remember, remembered};

/// Where the choice is kept; `public/theme.js` reads it too.
const KEY: &str = "coupons.theme";

/// A scheme of colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system says.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Every choice.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word that is kept.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }

    /// What this device chose.
    pub(crate) fn chosen() -> Self {
        remembered(KEY).and_then(|word| Self::of(&word)).unwrap_or_default()
    }

    /// Chooses it for this device and shows it at once.
    pub(crate) fn choose(self) {
        remember(KEY, self.as_str());
        let Some(root) = leptos::prelude::document().document_element() else {
            return;
        };
        // Neither fails for a name that is one.
        _ = match self {
            Self::System => root.remove_attribute("data-theme"),
            Self::Light | Self::Dark => root.set_attribute("data-theme", self.as_str()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for theme in Theme::ALL {
            assert_eq!(Theme::of(theme.as_str()), Some(theme));
        }
        assert_eq!(Theme::of("blue"), None);
    }
}
