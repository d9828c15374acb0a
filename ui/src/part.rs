//! Parts of the app that are fetched when one of their pages is first shown: the first load is what every page needs.
//!
//! `parts!` names the pages of each part; xtask/src/dist/app.rs takes the module apart accordingly.

use std::pin::Pin;

use leptos::prelude::*;
use wasm_split_helpers::SplitLoaderError;

use crate::api::Failure;
use crate::components::Loaded;
use crate::load::Load;
use crate::task::spawn;

/// What makes a page.
pub(crate) type Page = fn() -> AnyView;

/// A page's part under way.
pub(crate) type Fetch = Pin<Box<dyn Future<Output = Result<Page, SplitLoaderError>>>>;

/// `part { NAME = Component, … } …`: a constant for each page, which fetches its part and shows it, and one in `fetch` that only
/// fetches. The pages are pointers so that they are of one type: the router would be in the app once for each type of page.
macro_rules! parts {
    ($($part:ident { $($(#[$attribute:meta])* $name:ident = $page:path,)+ })+) => {
        pub(crate) mod fetch {
            use super::*;

            $($(
                $(#[$attribute])*
                pub(crate) const $name: fn() -> $crate::part::Fetch = || {
                    #[wasm_split_helpers::wasm_split($part, fallible)]
                    #[allow(non_snake_case, reason = "it has the name of the constant, which is unique")]
                    fn $name() -> Result<$crate::part::Page, wasm_split_helpers::SplitLoaderError> {
                        Ok(|| leptos::prelude::IntoAny::into_any(leptos::prelude::component_view($page, ())))
                    }
                    Box::pin($name())
                };
            )+)+
        }

        $($(
            $(#[$attribute])*
            pub(crate) const $name: $crate::part::Page = || $crate::part::fetched(fetch::$name);
        )+)+
    };
}
pub(crate) use parts;

/// Fetches a part that a page will want soon. Why it does not come is told where the page is shown.
pub(crate) fn prefetch(fetch: fn() -> Fetch) {
    spawn(async move { _ = fetch().await });
}

/// The page, once its part is there.
pub(crate) fn fetched(fetch: fn() -> Fetch) -> AnyView {
    let load = Load::new(move || async move { fetch().await.map_err(|_| Failure::NotLoaded) });
    let page = |page: Signal<Option<Page>>| page.get_untracked().map(|page| page());
    view! { <Loaded load=load children=page /> }.into_any()
}
