//! The first steps of a new organisation, each ticked by what is there.

use leptos::prelude::*;

use super::POLL;
use crate::api::Answer;
use crate::api::home::key_uses;
use crate::api::promotions::list_promotions;
use crate::api::reports::usage_report;
use crate::components::{Card, Icon, IconMark};
use crate::forms::promotion_filters::Filters;
use crate::i18n::home as text;
use crate::load::Load;
use crate::session::Session;

/// How far the organisation has come.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Start {
    /// The newest promotion's code.
    promotion: Option<String>,
    has_key: bool,
    /// Whether a key has evaluated.
    is_tried: bool,
    is_counted: bool,
}

/// A step: what to do, where, and whether it is done.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    text: &'static str,
    href: String,
    is_done: bool,
}

impl Start {
    async fn load(session: Session) -> Answer<Self> {
        let newest = Filters::default();
        let newest = session
            .call(async |token| list_promotions(token, &newest, 1, None).await)
            .await?;
        let keys = session.call(async |token| key_uses(token).await).await?;
        let usage = session.call(async |token| usage_report(token, &[]).await).await?;
        let is_counted = usage.totals.evaluations > 0;
        Ok(Self {
            promotion: newest.items.into_iter().next().map(|promotion| promotion.code),
            has_key: !keys.items.is_empty(),
            is_tried: is_counted || keys.items.iter().any(|key| key.last_used_at.is_some()),
            is_counted,
        })
    }

    /// In the order in which they are taken. The third leads to the newest promotion, or to where one is made.
    fn steps(&self) -> [Step; 4] {
        let step = |text, href: &str, is_done| Step {
            text,
            href: href.to_owned(),
            is_done,
        };
        let try_out = match &self.promotion {
            Some(code) => format!("/promotions/{code}/try"),
            None => "/new-promotion".to_owned(),
        };
        [
            step(text::step_create(), "/new-promotion", self.promotion.is_some()),
            step(text::step_key(), "/developers", self.has_key),
            step(text::step_try(), &try_out, self.is_tried),
            step(text::step_counted(), "/reports", self.is_counted),
        ]
    }
}

/// The steps, for an organisation that has not taken them all. They stay until the page is left, so that the last one
/// is seen ticked.
#[component]
pub(super) fn StartCard() -> impl IntoView {
    let session = Session::current();
    let load = Load::new(move || Start::load(session));
    let is_open = move || {
        load.signal()
            .with(|start| start.as_ref().is_some_and(|start| !start.is_counted))
    };
    load.poll(POLL, is_open);
    let was_open = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or_default() || is_open());
    let steps = move || {
        let steps = load.value().map(|start| start.steps());
        steps.map(|steps| steps.into_iter().map(line).collect_view())
    };
    let done = move || (!is_open()).then(|| view! { <p role="status">{text::start_done()}</p> });
    move || {
        was_open.get().then(|| {
            view! {
                <Card title=text::start() lead=text::start_lead()>
                    <ol class="steps">{steps}</ol>
                    {done}
                </Card>
            }
        })
    }
}

fn line(step: Step) -> impl IntoView {
    let state = if step.is_done {
        text::step_done()
    } else {
        text::step_open()
    };
    let mark = step.is_done.then(|| view! { <IconMark icon=Icon::Check /> });
    view! {
        <li class="step" class:step-done=step.is_done>
            <span class="step-mark">{mark}</span>
            <a href=step.href>{step.text}</a>
            <span class="visually-hidden">{state}</span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_what_is_there() {
        let check = |start: Start, expected: [(&str, bool); 4]| {
            let found = start.steps();
            let found = found.each_ref().map(|step| (step.href.as_str(), step.is_done));
            assert_eq!(found, expected);
        };
        let fresh = Start {
            promotion: None,
            has_key: false,
            is_tried: false,
            is_counted: false,
        };
        check(
            fresh.clone(),
            [
                ("/new-promotion", false),
                ("/developers", false),
                ("/new-promotion", false),
                ("/reports", false),
            ],
        );
        check(
            Start {
                promotion: Some("summer-10".to_owned()),
                is_tried: true,
                ..fresh
            },
            [
                ("/new-promotion", true),
                ("/developers", false),
                ("/promotions/summer-10/try", true),
                ("/reports", false),
            ],
        );
    }
}
