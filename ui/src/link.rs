//! The secret of a mail's link, for the page that it leads to.

use leptos::prelude::*;

use crate::browser::{path, take_from_fragment};

/// The name of the secret in the address.
const NAME: &str = "token";

/// The secret of the link that was opened last, with its path. Once out of the address it is in memory alone, where
/// its page finds it again when it is mounted in another language.
#[derive(Clone, Copy)]
pub(crate) struct LinkSecret(StoredValue<Option<(String, String)>>);

impl LinkSecret {
    /// Nothing taken yet; made once, at the root.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// The secret of the page shown now: out of the address, or taken out of it before.
    pub(crate) fn take() -> Option<String> {
        let Self(kept) = expect_context();
        let here = path();
        if let Some(found) = take_from_fragment(NAME) {
            kept.set_value(Some((here.clone(), found)));
        }
        kept.get_value()
            .filter(|(path, _)| *path == here)
            .map(|(_, secret)| secret)
    }
}
