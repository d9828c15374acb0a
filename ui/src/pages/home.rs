//! Home: how today goes, what needs a look, how the service does; for a new organisation the first steps.

mod attention;
mod service;
mod start;
mod today;

use std::time::Duration;

use leptos::prelude::*;

use self::attention::{Ending, RanOut};
use self::service::ServiceCard;
use self::start::StartCard;
use self::today::TodayCard;
use crate::components::PageTitle;
use crate::i18n::home as text;
use crate::session::Session;
use crate::wire::Permission;

/// How often the page asks for news: often enough to be left open, seldom enough for all who leave it open.
const POLL: Duration = Duration::from_secs(15);

/// What the user may see of it.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    let session = Session::current();
    let reads_reports = session.may(Permission::ReportsRead);
    let reads_promotions = session.may(Permission::PromotionsRead);
    let starts = reads_reports && session.may(Permission::PromotionsWrite) && session.may(Permission::AppKeysManage);
    view! {
        <PageTitle title=text::title() />
        {starts.then(|| view! { <StartCard /> })}
        {reads_reports.then(|| view! { <TodayCard /> })}
        <div class="home-cards">
            {reads_promotions.then(|| view! { <Ending /> <RanOut /> })}
            <ServiceCard />
        </div>
    }
    .into_any()
}
