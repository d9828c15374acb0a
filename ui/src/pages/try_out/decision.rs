//! A decision, shown.

use engine::wire::v1::EvaluateAnswer;
use leptos::prelude::*;

use crate::browser::format_money;
use crate::components::{Icon, IconMark};
use crate::i18n::{problems, trace, try_out as text};
use crate::pages::effect::describe;

/// Whether it applies, and what it gives or why not.
#[component]
pub(super) fn Verdict(
    answer: EvaluateAnswer,
    /// What to cite in a question.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, icon, title) = if answer.applicable {
        ("decision decision-yes", Icon::Check, text::applicable())
    } else {
        ("decision decision-no", Icon::Close, text::not_applicable())
    };
    let reason = answer.reason.map(|reason| view! { <p>{problems::reason(reason)}</p> });
    let discount = answer.discount.map(|discount| {
        view! { <p class="decision-discount">{text::discount(&format_money(&discount))}</p> }
    });
    let effect = answer
        .effect
        .map(|effect| view! { <p>{text::gives(&describe(&effect))}</p> });
    view! {
        <div class=class>
            <p class="decision-title"><IconMark icon=icon />{title}</p>
            {reason}
            {discount}
            {effect}
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}

/// The edge's answer, with the transaction that it was for.
#[component]
pub(super) fn EdgeDecision(answer: EvaluateAnswer, transaction: String, look_up: String) -> impl IntoView {
    let redemption = answer
        .redemption
        .as_ref()
        .map(|redemption| view! { <li>{text::redemption(&redemption.id.to_string())}</li> });
    let transaction = (!transaction.is_empty()).then(|| view! { <li>{text::transaction_id()} " " {transaction}</li> });
    let evaluation = text::evaluation(&answer.evaluation_id.to_string());
    let decided_by = text::decided_by(answer.promotion.version, answer.rule_age_seconds);
    view! {
        <Verdict answer=answer>
            <ul class="plain hint">
                {transaction}
                {redemption}
                <li>{evaluation} " · " <a href=look_up>{trace::why_link()}</a></li>
                <li>{decided_by}</li>
            </ul>
        </Verdict>
    }
    .into_any()
}
