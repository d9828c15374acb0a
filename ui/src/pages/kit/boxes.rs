//! What holds things together.

use leptos::prelude::*;

use super::Sample;
use crate::components::{Button, Card, EmptyState, Stat, Stats, TabLinks};

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Cards">
            <Card title="Card">
                <p>"What belongs together."</p>
            </Card>
            <Card title="Card with a lead" lead="What it is about.">
                <p>"What belongs together."</p>
            </Card>
        </Sample>
        <Sample name="Empty">
            <EmptyState title="No promotions yet" body="The first one takes a minute." />
        </Sample>
        <Sample name="Empty, with what to do about it">
            <EmptyState title="No promotions yet" body="The first one takes a minute.">
                <Button>"New promotion"</Button>
            </EmptyState>
        </Sample>
        <Sample name="Tabs">{tabs()}</Sample>
        <Sample name="Figures">{figures()}</Sample>
        <Sample name="Names and values">{values()}</Sample>
        <Sample name="Details">
            <details>
                <summary>"Closed"</summary>
                <p>"What few want to read."</p>
            </details>
            <details open>
                <summary>"Open"</summary>
                <p>"What few want to read."</p>
            </details>
        </Sample>
    }
    .into_any()
}

fn tabs() -> impl IntoView {
    // The query makes another address of the second one.
    let tabs = [("/kit", "Shown now"), ("/kit?other", "Another")];
    let tabs = tabs.map(|(path, name)| (path.to_owned(), name.to_owned()));
    view! { <TabLinks label="Tabs" tabs=tabs.to_vec() /> }
}

fn figures() -> impl IntoView {
    view! {
        <Stats>
            <Stat name="Uses" value="1,204" note="12 % more than last week" />
            <Stat name="Discounts given" value="$ 48,310.00" />
            <Stat name="Refused" value="0" note="as last week" />
        </Stats>
    }
}

fn values() -> impl IntoView {
    view! {
        <dl class="details">
            <dt>"Code"</dt>
            <dd><code>"summer-10"</code></dd>
            <dt>"Condition"</dt>
            <dd><code class="condition">"total >= 100\nand quantity > 2"</code></dd>
        </dl>
    }
}
