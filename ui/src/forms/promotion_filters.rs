//! Which promotions a list shows and in which order, as the address says it. The server takes the same words.

use engine::promotion::{Kind, Standing};

/// The longest search that the server takes, in characters: that of a name.
const MAX_SEARCH_CHARS: usize = 200;

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    #[default]
    Newest,
    Oldest,
    ChangedLast,
    Name,
    EndsFirst,
    EndsLast,
}

impl Sort {
    /// Every order, as they are offered.
    pub(crate) const ALL: [Self; 6] = [
        Self::Newest,
        Self::Oldest,
        Self::ChangedLast,
        Self::Name,
        Self::EndsFirst,
        Self::EndsLast,
    ];

    /// The word in addresses and calls.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "-created_at",
            Self::Oldest => "created_at",
            Self::ChangedLast => "-updated_at",
            Self::Name => "name",
            Self::EndsFirst => "ends_at",
            Self::EndsLast => "-ends_at",
        }
    }

    /// The order of a word; `None` for one that is not offered.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

/// What a list of promotions is narrowed down to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    /// Part of a name or a code, as [`search_text`] makes it.
    pub(crate) search: String,
    pub(crate) status: Option<Standing>,
    pub(crate) kind: Option<Kind>,
    pub(crate) sort: Sort,
}

impl Filters {
    /// Reads the parameters of an address by their names; a word that says nothing is as good as none.
    pub(crate) fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let status = parameter("status").and_then(|word| standing_of(&word));
        let kind = parameter("kind").and_then(|word| kind_of(&word));
        let sort = parameter("sort").and_then(|word| Sort::of(&word));
        Self {
            search: search_text(&parameter("q").unwrap_or_default()),
            status,
            kind,
            sort: sort.unwrap_or_default(),
        }
    }

    /// The same as parameters; what goes without saying is left out.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, String)> {
        let search = (!self.search.is_empty()).then(|| ("q", self.search.clone()));
        let status = self.status.map(|status| ("status", status.as_str().to_owned()));
        let kind = self.kind.map(|kind| ("kind", kind.as_str().to_owned()));
        let sort = (self.sort != Sort::default()).then(|| ("sort", self.sort.as_str().to_owned()));
        [search, status, kind, sort].into_iter().flatten().collect()
    }

    /// Whether promotions may be left out.
    pub(crate) fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.status.is_some() || self.kind.is_some()
    }
}

/// What to search for when this is typed: without the spaces around it, and no longer than the server takes.
pub(crate) fn search_text(typed: &str) -> String {
    typed.trim().chars().take(MAX_SEARCH_CHARS).collect()
}

/// The kind of a word.
pub(crate) fn kind_of(word: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
}

fn standing_of(word: &str) -> Option<Standing> {
    Standing::ALL.into_iter().find(|standing| standing.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Filters {
        Filters::read(|name| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn parameters_read_back() {
        let statuses = Standing::ALL.into_iter().map(Some).chain([None]);
        for status in statuses {
            for kind in [None, Some(Kind::Discount), Some(Kind::Coupon)] {
                for sort in Sort::ALL {
                    let filters = Filters {
                        search: "10 % off & more".to_owned(),
                        status,
                        kind,
                        sort,
                    };
                    let parameters = filters.parameters();
                    let pairs: Vec<_> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    assert_eq!(read(&pairs), filters);
                }
            }
        }
    }

    #[test]
    fn what_goes_without_saying_is_not_in_the_address() {
        assert_eq!(Filters::default().parameters(), []);
        assert!(!Filters::default().is_narrowed());
        let sorted = read(&[("sort", "name")]);
        assert_eq!(sorted.parameters(), [("sort", "name".to_owned())]);
        assert!(!sorted.is_narrowed());
        assert!(read(&[("status", "draft")]).is_narrowed());
    }

    #[test]
    fn words_that_say_nothing() {
        assert_eq!(
            read(&[("status", "gone"), ("kind", "x"), ("sort", "-name"), ("q", "  ")]),
            Filters::default()
        );
    }

    #[test]
    fn searches_are_what_the_server_takes() {
        assert_eq!(search_text("  summer 10 "), "summer 10");
        assert_eq!(search_text(&"é".repeat(300)).chars().count(), MAX_SEARCH_CHARS);
    }
}
