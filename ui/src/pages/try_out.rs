//! Trying a promotion: a request of a shop, judged in the browser as it is typed and, when asked, at the edge.
//!
//! ```text
//! samples ◀──▶ request ──┬──▶ in this browser (workbench): decision, trace
//! subject: stored terms ─┘     │ both beside each other
//!          or another condition│
//! request, test key ───────────┴─▶ at the edge: what a shop gets
//! ```

mod decision;
mod edge;
mod fields;
mod live;
mod request;
mod samples;
mod subject;
mod why_not;

use leptos::prelude::*;

use self::edge::EdgeCard;
use self::live::{Live, LiveCard};
use self::request::{Request, RequestCard};
use self::samples::SamplesCard;
use self::subject::{Subject, SubjectFields};
use self::why_not::WhyNotCard;
use super::promotion::CurrentPromotion;
use crate::session::Session;
use crate::wire::{Permission, Promotion};

/// A request of a shop, tried; and the look back at one that was made.
#[component]
pub(crate) fn TryPage() -> impl IntoView {
    let load = CurrentPromotion::load();
    let stored = Memo::new(move |_| load.value().as_ref().map(Promotion::terms));
    // The fields are those of the attributes: other attributes are another form.
    let attributes = Memo::new(move |_| stored.get().map(|terms| terms.attributes));
    move || {
        attributes.track();
        let terms = stored.get_untracked()?;
        let request = Request::new(&terms);
        let subject = Subject::new(stored, &terms);
        let live = Live::follow(request, subject);
        let why_not = Session::current()
            .may(Permission::ReportsRead)
            .then(|| view! { <WhyNotCard subject=subject /> });
        let page = view! {
            <div class="columns try-out">
                <div>
                    <SamplesCard request=request subject=subject />
                    <RequestCard request=request live=live />
                </div>
                <div>
                    <LiveCard live=live>
                        <SubjectFields subject=subject live=live />
                    </LiveCard>
                    <EdgeCard request=request live=live subject=subject />
                </div>
            </div>
            {why_not}
        };
        Some(page.into_any())
    }
}
