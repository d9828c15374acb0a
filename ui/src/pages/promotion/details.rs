//! What a promotion says.

use engine::expression::Attribute;
use leptos::prelude::*;

use crate::browser::format_time;
use crate::components::Card;
use crate::i18n::promotions as text;
use crate::pages::effect::describe;
use crate::wire::Promotion;

/// The promotion's terms.
#[component]
pub(super) fn Details(promotion: Promotion) -> impl IntoView {
    let window = window(&promotion);
    let attributes = promotion.attributes.iter().map(|(name, kind)| {
        view! { <li><code>{name.clone()}</code> " " <span class="hint">{declaration(kind)}</span></li> }
    });
    let attributes = if promotion.attributes.is_empty() {
        view! { <span class="hint">{text::no_attributes()}</span> }.into_any()
    } else {
        view! { <ul class="plain">{attributes.collect_view()}</ul> }.into_any()
    };
    view! {
        <Card title=text::details()>
            <dl class="details">
                <dt>{text::code()}</dt>
                <dd><code>{promotion.code}</code></dd>
                <dt>{text::condition()}</dt>
                <dd><code class="condition">{promotion.condition}</code></dd>
                <dt>{text::effect()}</dt>
                <dd>{describe(&promotion.effect)}</dd>
                <dt>{text::attributes()}</dt>
                <dd>{attributes}</dd>
                <dt>{text::window()}</dt>
                <dd>{window}</dd>
                <dt>{text::time_zone()}</dt>
                <dd>{promotion.time_zone}</dd>
            </dl>
        </Card>
    }
}

/// The window in the promotion's own zone.
fn window(promotion: &Promotion) -> String {
    let shown = |instant| format_time(instant, Some(&promotion.time_zone));
    let start = promotion
        .starts_at
        .map_or(text::from_activation().to_owned(), |at| text::from(&shown(at)));
    let end = promotion
        .ends_at
        .map_or(text::without_end().to_owned(), |at| text::until(&shown(at)));
    format!("{start}, {end}")
}

/// The type as it is declared; `?` marks one that may be left out.
fn declaration(attribute: &Attribute) -> String {
    let mark = if attribute.is_optional() { "?" } else { "" };
    format!("{}{mark}", attribute.kind())
}
