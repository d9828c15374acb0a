//! What is done to several promotions: each by its own call, a few at a time, with what failed told by name.

use leptos::html::Div;
use leptos::prelude::*;

use super::actions::{Actions, perform};
use super::listing::Listing;
use crate::api::Failure;
use crate::components::{Alert, AlertKind, Button, Look, News, Progress, prose};
use crate::forms::batch::{Batch, MAX_UNDER_WAY};
use crate::forms::promotion_action::BulkAction;
use crate::i18n::{common, failures, promotion_list as text};
use crate::session::Session;
use crate::task::spawn;

/// One kind of change, under way or done with failures.
#[derive(Debug, Clone)]
struct Run {
    action: BulkAction,
    batch: Batch<Failure>,
}

/// The state of the bar.
#[derive(Clone, Copy)]
pub(super) struct Bulk {
    session: Session,
    listing: Listing,
    news: News,
    /// `None` while nothing was begun, and once it all worked.
    run: RwSignal<Option<Run>>,
    /// Where the focus goes when the buttons that were pressed make room for something else.
    place: NodeRef<Div>,
}

impl Bulk {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            session: Session::current(),
            listing,
            news: News::current(),
            run: RwSignal::new(None),
            place: NodeRef::new(),
        }
    }

    /// Begins; what failed before is forgotten.
    pub(super) fn start(self, action: BulkAction, codes: Vec<String>) {
        self.run.set(Some(Run {
            action,
            batch: Batch::new(codes),
        }));
        self.focus();
        for _ in 0..MAX_UNDER_WAY {
            self.go_on();
        }
    }

    /// Makes the next call, if there is one to make. After leaving the page there is none.
    fn go_on(self) {
        let taken = self.run.try_update(|run| {
            let run = run.as_mut()?;
            Some((run.action, run.batch.take()?))
        });
        let Some((action, code)) = taken.flatten() else { return };
        spawn(async move {
            let answer = perform(self.session, action.each(), code.clone()).await;
            let outcome = answer.map(|promotion| {
                if let Some(promotion) = promotion {
                    self.listing.update(promotion);
                }
            });
            self.finish(code, outcome);
            self.go_on();
        });
    }

    fn finish(self, code: String, outcome: Result<(), Failure>) {
        let over = self.run.try_update(|run| {
            let run = run.as_mut()?;
            run.batch.finish(code, outcome);
            run.batch.is_over().then(|| run.clone())
        });
        let Some(run) = over.flatten() else { return };
        let failed: Vec<_> = run.batch.failures().iter().map(|(code, _)| code.clone()).collect();
        if run.batch.done() > 0 {
            self.news.say(said(run.action, run.batch.done()));
        }
        if failed.is_empty() {
            self.run.set(None);
        }
        self.listing.selected.set(failed.into_iter().collect());
        self.focus();
    }

    fn stop(self) {
        self.run.update(|run| {
            if let Some(run) = run {
                run.batch.stop();
            }
        });
    }

    fn again(self) {
        if let Some(Run { action, batch }) = self.run.get_untracked() {
            self.start(action, batch.failures().iter().map(|(code, _)| code.clone()).collect());
        }
    }

    /// After the dialog has given the focus back to a button that is about to go.
    fn focus(self) {
        request_animation_frame(move || {
            if let Some(Some(place)) = self.place.try_get_untracked() {
                // A place that cannot take the focus leaves it where it was.
                _ = place.focus();
            }
        });
    }
}

fn said(action: BulkAction, count: u64) -> String {
    match action {
        BulkAction::Pause => text::paused_some(count),
        BulkAction::Archive => text::archived_some(count),
    }
}

/// A length as texts count; none passes 64 bits.
pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// What the bar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// How many promotions there are.
    Count,
    Selection,
    Progress,
    Failures,
}

/// How many promotions are shown; how many are selected and what can be done to them; how far that is.
#[component]
pub(super) fn BulkBar(listing: Listing, actions: Actions) -> impl IntoView {
    let bulk = actions.bulk;
    let shown = Memo::new(move |_| {
        let run = bulk.run.with(|run| run.as_ref().map(|run| run.batch.is_over()));
        match run {
            Some(false) => Shown::Progress,
            Some(true) => Shown::Failures,
            None if listing.selected.with(|selected| selected.is_empty()) => Shown::Count,
            None => Shown::Selection,
        }
    });
    let content = move || match shown.get() {
        Shown::Count => view! { <Count listing=listing /> }.into_any(),
        Shown::Selection => view! { <Selection listing=listing actions=actions /> }.into_any(),
        Shown::Progress => view! { <Under bulk=bulk /> }.into_any(),
        Shown::Failures => view! { <Failures bulk=bulk /> }.into_any(),
    };
    let is_raised = move || shown.get() != Shown::Count;
    let is_empty = move || shown.get() == Shown::Count && listing.count.get() == 0;
    view! {
        <div
            class="bulk"
            class:bulk-raised=is_raised
            hidden=is_empty
            role="group"
            aria-label=text::selection()
            tabindex="-1"
            node_ref=bulk.place
        >
            {content}
        </div>
    }
    .into_any()
}

#[component]
fn Count(listing: Listing) -> impl IntoView {
    let said = move || {
        let shown = count(listing.count.get());
        if shown == 0 {
            // The empty state says it.
            String::new()
        } else if listing.next.with(Option::is_some) {
            text::shown_so_far(shown)
        } else {
            text::shown(shown)
        }
    };
    view! { <p class="hint" role="status">{said}</p> }
}

#[component]
fn Selection(listing: Listing, actions: Actions) -> impl IntoView {
    let said = move || text::selected(listing.selected.with(|selected| count(selected.len())));
    let button = move |action: BulkAction, word: fn(u64) -> String| {
        let fitting = Memo::new(move |_| {
            let fitting = |selected: &_| count(actions.fitting(action, selected).count());
            listing.selected.with(fitting)
        });
        move || {
            let fitting = fitting.get();
            (fitting > 0).then(|| {
                view! {
                    <Button look=Look::Secondary on_press=move |()| actions.begin_some(action)>{word(fitting)}</Button>
                }
            })
        }
    };
    view! {
        <strong role="status">{said}</strong>
        {button(BulkAction::Pause, text::pause_some)}
        {button(BulkAction::Archive, text::archive_some)}
        <Button look=Look::Quiet on_press=move |()| listing.selected.set(Default::default())>
            {text::clear_selection()}
        </Button>
    }
}

/// How far it is.
#[component]
fn Under(bulk: Bulk) -> impl IntoView {
    let figure = move |pick: fn(&Batch<Failure>) -> u64| {
        Signal::derive(move || {
            bulk.run
                .with(|run| run.as_ref().map(|run| pick(&run.batch)).unwrap_or_default())
        })
    };
    let action = bulk.run.with_untracked(|run| run.as_ref().map(|run| run.action));
    let label = match action {
        Some(BulkAction::Archive) => text::archiving(),
        Some(BulkAction::Pause) | None => text::pausing(),
    };
    view! {
        <strong>{label}</strong>
        <Progress label=label done=figure(Batch::finished) of=figure(Batch::total) />
        <span class="hint">{text::stay()}</span>
        <Button look=Look::Secondary on_press=move |()| bulk.stop()>{text::stop()}</Button>
    }
}

/// What failed, by name, with why.
#[component]
fn Failures(bulk: Bulk) -> impl IntoView {
    let failed = bulk.run.with_untracked(|run| {
        run.as_ref()
            .map(|run| run.batch.failures().to_vec())
            .unwrap_or_default()
    });
    let title = text::failed_some(count(failed.len()));
    let lines = failed.into_iter().map(|(code, failure)| {
        let name = bulk.listing.find(&code).map_or(code, |promotion| promotion.name);
        let id = failure.request_id().map(|id| {
            let id = id.to_owned();
            view! { <span class="request-id">" " {failures::request_id()} " " <code>{id}</code></span> }
        });
        view! { <li><strong>{name}</strong> ": " {prose(&failure.detail())} {id}</li> }
    });
    let lines = lines.collect_view();
    view! {
        <Alert kind=AlertKind::Danger title=title>
            <ul class="plain">{lines}</ul>
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| bulk.again()>{text::retry_failed()}</Button>
                <Button look=Look::Quiet on_press=move |()| bulk.run.set(None)>{common::close()}</Button>
            </div>
        </Alert>
    }
}
