//! The edge's answer to a try-out.

use engine::wire::v1::EvaluateAnswer;
use leptos::prelude::*;

use crate::i18n::try_out as text;
use crate::pages::effect::describe;

/// Whether it applies, what it gives or why not, and what to cite in a question.
#[component]
pub(super) fn Decision(answer: EvaluateAnswer, transaction: String) -> impl IntoView {
    let (class, title) = if answer.applicable {
        ("decision decision-yes", text::applicable())
    } else {
        ("decision decision-no", text::not_applicable())
    };
    let reason = answer.reason.map(|reason| view! { <p>{reason.detail}</p> });
    let discount = answer.discount.map(|discount| {
        view! { <p class="decision-discount">{text::discount(&discount.to_string())}</p> }
    });
    let effect = answer
        .effect
        .map(|effect| view! { <p>{text::gives(&describe(&effect))}</p> });
    let redemption = answer
        .redemption
        .map(|redemption| view! { <li>{text::redemption(&redemption.id.to_string())}</li> });
    view! {
        <div class=class>
            <p class="decision-title">{title}</p>
            {reason}
            {discount}
            {effect}
            <ul class="plain hint">
                <li>{text::transaction_id()} " " {transaction}</li>
                {redemption}
                <li>{text::evaluation(&answer.evaluation_id.to_string())}</li>
                <li>{text::decided_by(answer.promotion.version, answer.rule_age_seconds)}</li>
            </ul>
        </div>
    }
}
