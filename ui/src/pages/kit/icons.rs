//! Every icon.

use leptos::prelude::*;

use crate::components::{Icon, IconMark};

pub(super) fn samples() -> AnyView {
    let items = Icon::ALL.map(|icon| view! { <li class="kit-icon"><IconMark icon=icon />{format!("{icon:?}")}</li> });
    view! { <ul class="kit-grid">{items.collect_view()}</ul> }.into_any()
}
