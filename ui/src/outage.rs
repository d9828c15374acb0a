//! Whether the service is away. Calls tell it; a line above every page says it; it is found over by itself.
//!
//! ```text
//! a call: 503, or no answer ──▶ away ── asks again, ever more slowly ──▶ answered ──▶ over: what failed is loaded again
//! ```

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;

use crate::api::{self, Failure};
use crate::browser::is_visible;
use crate::i18n::outage as text;
use crate::language::LanguageChoice;
use crate::task::spawn;

/// The first pause before asking whether it is over: about a restart's length.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest: a tab left open over night asks twice a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

thread_local! {
    /// The app's; calls are made outside of any component.
    static CURRENT: Cell<Option<Outage>> = const { Cell::new(None) };
}

/// The state of the service, as the calls of this tab met it.
#[derive(Clone, Copy)]
pub(crate) struct Outage {
    is_away: RwSignal<bool>,
    /// Counts the outages that are over.
    ended: RwSignal<u64>,
}

impl Outage {
    /// Made once, at the root.
    pub(crate) fn new() -> Self {
        let outage = Self {
            is_away: RwSignal::new(false),
            ended: RwSignal::new(0),
        };
        CURRENT.set(Some(outage));
        outage
    }

    /// Learns from a call.
    pub(crate) fn learn<T>(answer: &Result<T, Failure>) {
        let Some(outage) = CURRENT.get() else { return };
        match answer {
            Err(failure) if failure.is_absence() => outage.begin(),
            Ok(_) | Err(_) => outage.end(),
        }
    }

    /// Runs `work` each time that an outage is over, as long as the component lives.
    pub(crate) fn on_end(work: impl Fn() + 'static) {
        let Some(Self { ended, .. }) = CURRENT.get() else {
            return;
        };
        Effect::new(move |seen: Option<u64>| {
            let ended = ended.get();
            if seen.is_some_and(|seen| seen != ended) {
                untrack(&work);
            }
            ended
        });
    }

    fn begin(self) {
        if !self.is_away.get_untracked() {
            self.is_away.set(true);
            self.ask_after(FIRST_PAUSE);
        }
    }

    fn end(self) {
        if self.is_away.get_untracked() {
            self.is_away.set(false);
            self.ended.update(|ended| *ended += 1);
        }
    }

    /// Asks again after `pause`, and so on until the service answers. A tab that nobody sees waits without asking.
    fn ask_after(self, pause: Duration) {
        let ask = move || {
            spawn(async move {
                if is_visible() && self.is_away.get_untracked() {
                    // The call itself tells the outcome.
                    _ = api::ping().await;
                }
                if self.is_away.get_untracked() {
                    self.ask_after(next_pause(pause));
                }
            });
        };
        set_timeout(ask, pause);
    }
}

fn next_pause(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}

/// The line above every page while the service is away.
#[component]
pub(crate) fn OutageBanner(outage: Outage) -> impl IntoView {
    let language = LanguageChoice::current();
    let line = move || {
        language.get();
        outage
            .is_away
            .get()
            .then(|| view! { <p class="outage">{text::away()}</p> })
    };
    view! { <div role="status">{line}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let pauses = std::iter::successors(Some(FIRST_PAUSE), |pause| Some(next_pause(*pause)));
        let secs: Vec<_> = pauses.take(6).map(|pause| pause.as_secs()).collect();
        assert_eq!(secs, [2, 4, 8, 16, 30, 30]);
    }
}
