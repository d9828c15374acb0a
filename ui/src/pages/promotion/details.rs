//! What a promotion says.

use engine::expression::Attribute;
use engine::promotion::Kind;
use leptos::prelude::*;

use crate::browser::{format_relative, format_time, now};
use crate::components::{Card, Copyable};
use crate::i18n::{overview, promotions as text};
use crate::pages::effect::describe;
use crate::wire::promotions::Terms;

/// The promotion's terms.
#[component]
pub(super) fn Details(terms: Terms) -> impl IntoView {
    let window = window(&terms);
    let attributes = terms.attributes.iter().map(|(name, kind)| {
        view! { <li><code>{name.clone()}</code> " " <span class="hint">{declaration(kind)}</span></li> }
    });
    let attributes = if terms.attributes.is_empty() {
        view! { <span class="hint">{text::no_attributes()}</span> }.into_any()
    } else {
        view! { <ul class="plain">{attributes.collect_view()}</ul> }.into_any()
    };
    let kind = match terms.kind {
        Kind::Discount => overview::kind_discount(),
        Kind::Coupon => overview::kind_coupon(),
    };
    view! {
        <Card title=text::details()>
            <Copyable id="promotion-code" label=overview::code_to_copy() text=terms.code />
            <dl class="details">
                <dt>{text::condition()}</dt>
                <dd><code class="condition">{terms.condition}</code></dd>
                <dt>{text::effect()}</dt>
                <dd>{describe(&terms.effect)}</dd>
                <dt>{overview::kind()}</dt>
                <dd>{kind}</dd>
                <dt>{text::attributes()}</dt>
                <dd>{attributes}</dd>
                <dt>{text::window()}</dt>
                <dd>{window}</dd>
                <dt>{text::time_zone()}</dt>
                <dd>{terms.time_zone}</dd>
            </dl>
        </Card>
    }
    .into_any()
}

/// The window in the promotion's own zone, and how far its end is.
fn window(terms: &Terms) -> String {
    let shown = |instant| format_time(instant, Some(&terms.time_zone));
    let start = terms
        .starts_at
        .map_or(text::from_activation().to_owned(), |at| text::from(&shown(at)));
    let end = terms.ends_at.map_or(text::without_end().to_owned(), |at| {
        overview::until_relative(&shown(at), &format_relative(at, now()))
    });
    format!("{start}, {end}")
}

/// An attribute's type as it is declared; `?` marks one that may be left out.
pub(in crate::pages) fn declaration(attribute: &Attribute) -> String {
    let mark = if attribute.is_optional() { "?" } else { "" };
    format!("{}{mark}", attribute.kind())
}
