//! What the address says of the page.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::browser::address;

/// The query of the page's address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) shown: Shown,
    /// The coupon whose details are open.
    pub(super) coupon: Option<String>,
}

/// Which coupons the list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// Those whose code was chosen or imported.
    #[default]
    Listed,
    /// Those of a batch, by its id.
    Batch(String),
    /// The one with a code, as it was typed.
    Found(String),
}

impl Address {
    /// The address of now, tracked.
    pub(super) fn current() -> Memo<Self> {
        let query = use_query_map();
        Memo::new(move |_| query.with(|query| Self::read(|name| query.get(name))))
    }

    fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| parameter(name).filter(|value| !value.trim().is_empty());
        let shown = match (value("q"), value("batch")) {
            (Some(typed), _) => Shown::Found(typed),
            (None, Some(id)) => Shown::Batch(id),
            (None, None) => Shown::Listed,
        };
        Self {
            shown,
            coupon: value("coupon"),
        }
    }

    /// The address of this state, for the promotion of a code.
    pub(super) fn path(&self, promotion: &str) -> String {
        let shown = match &self.shown {
            Shown::Listed => None,
            Shown::Batch(id) => Some(("batch", id.clone())),
            Shown::Found(typed) => Some(("q", typed.clone())),
        };
        let coupon = self.coupon.clone().map(|coupon| ("coupon", coupon));
        let parameters: Vec<_> = shown.into_iter().chain(coupon).collect();
        address(&format!("/promotions/{promotion}/coupons"), &parameters)
    }
}

/// Goes to an address.
type Go = Box<dyn Fn(&str) + Send + Sync>;

/// Goes to states of the page; where one is on it does not change.
#[derive(Clone, Copy)]
pub(super) struct Guide {
    promotion: StoredValue<String>,
    go: StoredValue<Go>,
}

impl Guide {
    /// Of the page of a promotion.
    pub(super) fn new(promotion: StoredValue<String>) -> Self {
        let navigate = use_navigate();
        let go = move |path: &str| {
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(path, options);
        };
        Self {
            promotion,
            go: StoredValue::new(Box::new(go)),
        }
    }

    /// Shows what an address says.
    pub(super) fn go(self, address: &Address) {
        let path = self.promotion.with_value(|promotion| address.path(promotion));
        self.go.with_value(|go| go(&path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_the_page() {
        let check = |pairs: &[(&str, &str)], expected: Address| {
            let parameter = |name: &str| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Address::read(parameter), expected, "{pairs:?}");
        };
        let shown = |shown| Address { shown, coupon: None };
        check(&[], Address::default());
        check(&[("q", " ")], Address::default());
        check(&[("batch", "batch_1")], shown(Shown::Batch("batch_1".to_owned())));
        check(
            &[("q", "A-1"), ("batch", "batch_1")],
            shown(Shown::Found("A-1".to_owned())),
        );
        let open = Address {
            coupon: Some("A-1".to_owned()),
            ..Address::default()
        };
        check(&[("coupon", "A-1")], open);
    }
}
