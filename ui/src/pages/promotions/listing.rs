//! The promotions that are loaded so far: in parts of one page each, with their usage, kept fresh.
//!
//! ```text
//! filters change ──▶ restart ──▶ first part ── end in sight ──▶ more ──▶ next part …
//!                                    │
//!            rows near the screen: usage every 15 s, publishing ones every second until they are live
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::time::Duration;

use engine::promotion::Standing;
use leptos::prelude::*;

use crate::api::promotions::{list_promotions, promotions_usage};
use crate::api::{self, Answer, Failure};
use crate::browser::is_visible;
use crate::forms::promotion_filters::Filters;
use crate::outage::Outage;
use crate::pages::promotion::PUBLISH_POLL;
use crate::session::Session;
use crate::task::spawn;
use crate::wire::promotions::{ListedPromotion, PromotionUsage};
use crate::wire::{Page, Permission, Promotion};

/// Rows of a part: some screens, made in a few milliseconds even on a slow machine.
const ROWS: u8 = 50;
/// How often the counts near the screen are asked for.
const USAGE_POLL: Duration = Duration::from_secs(15);
/// Parts that are freed at once. Freeing ten thousand promotions with their signals in one go takes a tenth of a second, in
/// which nothing on the screen moves; this many take some milliseconds.
const FREED_AT_ONCE: usize = 10;
/// Promotions that are asked for at once whether the edge has them: publishing takes seconds, and a bulk change makes
/// hundreds publish at a time.
const WATCHED_AT_ONCE: usize = 4;

/// One promotion of the list.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) code: String,
    pub(super) promotion: ArcRwSignal<ListedPromotion>,
}

/// The usage of a part's promotions by their codes; `None` until it is known.
type Counts = Option<BTreeMap<String, PromotionUsage>>;

/// What one call loaded.
#[derive(Clone)]
pub(super) struct Part {
    /// Unlike every other's, also after a restart.
    pub(super) id: u64,
    /// How many promotions stand before it.
    pub(super) start: usize,
    pub(super) items: ArcRwSignal<Vec<Item>>,
    pub(super) usage: ArcRwSignal<Counts>,
    /// Whether it is on the screen or near it; only then are its rows made.
    pub(super) is_near: ArcRwSignal<bool>,
}

/// The list as far as it is loaded. Lives as long as the page.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    session: Session,
    /// What is wanted.
    filters: Memo<Filters>,
    /// What is shown; `None` before the first answer.
    pub(super) shown: RwSignal<Option<Filters>>,
    pub(super) parts: RwSignal<Vec<Part>>,
    by_code: StoredValue<BTreeMap<String, Item>>,
    /// How many promotions are loaded.
    pub(super) count: RwSignal<usize>,
    /// Asks for the next part; `None` when all is loaded.
    pub(super) next: RwSignal<Option<String>>,
    pub(super) failure: RwSignal<Option<Failure>>,
    pub(super) is_loading: RwSignal<bool>,
    /// Codes; all of them are loaded.
    pub(super) selected: RwSignal<BTreeSet<String>>,
    /// Counts restarts: answers of an earlier one are dropped.
    turn: StoredValue<u64>,
    parts_made: StoredValue<u64>,
    /// How many answers about publishing promotions are awaited, and how many were asked for so far.
    watching: StoredValue<usize>,
    watched: StoredValue<usize>,
}

impl Listing {
    /// Loads what the filters want, again each time that they change.
    pub(super) fn new(filters: Memo<Filters>) -> Self {
        let listing = Self {
            session: Session::current(),
            filters,
            shown: RwSignal::new(None),
            parts: RwSignal::new(Vec::new()),
            by_code: StoredValue::new(BTreeMap::new()),
            count: RwSignal::new(0),
            next: RwSignal::new(None),
            failure: RwSignal::new(None),
            is_loading: RwSignal::new(true),
            selected: RwSignal::new(BTreeSet::new()),
            turn: StoredValue::new(0),
            parts_made: StoredValue::new(0),
            watching: StoredValue::new(0),
            watched: StoredValue::new(0),
        };
        Effect::new(move |_| {
            filters.track();
            untrack(|| listing.restart());
        });
        Outage::on_end(move || {
            if listing.failure.with_untracked(Option::is_some) {
                listing.retry();
            }
        });
        on_cleanup(move || listing.free());
        listing.every(PUBLISH_POLL, Self::watch_publishing);
        listing.every(USAGE_POLL, Self::refresh_usage);
        listing
    }

    /// Loads the next part, unless something is under way or failed.
    pub(super) fn more(self) {
        let cursor = self.next.get_untracked();
        if cursor.is_some() && !self.is_loading.get_untracked() && self.failure.with_untracked(Option::is_none) {
            self.load(cursor);
        }
    }

    /// Makes the call again that failed.
    pub(super) fn retry(self) {
        self.failure.set(None);
        if untrack(|| self.is_current()) {
            self.more();
        } else {
            self.restart();
        }
    }

    /// A loaded promotion, untracked.
    pub(super) fn find(self, code: &str) -> Option<ListedPromotion> {
        self.by_code
            .with_value(|items| items.get(code).map(|item| item.promotion.get_untracked()))
    }

    /// Where a loaded promotion stands, untracked.
    pub(super) fn standing(self, code: &str) -> Option<Standing> {
        self.by_code.with_value(|items| {
            let item = items.get(code)?;
            Some(item.promotion.with_untracked(|promotion| promotion.status))
        })
    }

    /// The codes that are loaded, in no order.
    pub(super) fn codes(self) -> BTreeSet<String> {
        self.by_code.with_value(|items| items.keys().cloned().collect())
    }

    /// Takes over how a promotion is now.
    pub(super) fn update(self, promotion: Promotion) {
        let item = self
            .by_code
            .try_with_value(|items| items.get(&promotion.code).cloned())
            .flatten();
        if let Some(item) = item {
            item.promotion.update(|listed| listed.update(promotion));
        }
    }

    /// Takes a promotion off the list.
    pub(super) fn remove(self, code: &str) {
        self.by_code.update_value(|items| _ = items.remove(code));
        self.selected.update(|selected| _ = selected.remove(code));
        for part in self.parts.get_untracked() {
            let is_in = part
                .items
                .with_untracked(|items| items.iter().any(|item| item.code == code));
            if is_in {
                part.items.update(|items| items.retain(|item| item.code != code));
            }
        }
        self.count.update(|count| *count = count.saturating_sub(1));
    }

    /// Whether what is shown is what is wanted; tracked.
    pub(super) fn is_current(self) -> bool {
        self.filters
            .with(|wanted| self.shown.with(|shown| shown.as_ref() == Some(wanted)))
    }

    /// Starts again with the first part; what is shown stays until it is there.
    fn restart(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.failure.set(None);
        self.selected.set(BTreeSet::new());
        self.load(None);
    }

    fn load(self, cursor: Option<String>) {
        self.is_loading.set(true);
        let (turn, filters) = (self.turn.get_value(), self.filters.get_untracked());
        spawn(async move {
            let list = async |token: &str| list_promotions(token, &filters, ROWS, cursor.as_deref()).await;
            let answer = self.session.call(list).await;
            if self.turn.try_get_value() == Some(turn) {
                self.take(answer, cursor.is_none().then_some(filters));
            }
        });
    }

    /// Takes an answer; the first of a restart comes with its filters.
    fn take(self, answer: Answer<Page<ListedPromotion>>, first_of: Option<Filters>) {
        self.is_loading.set(false);
        match answer {
            Ok(page) => {
                let part = self.append(page.items, first_of.is_some());
                self.next.set(page.next_cursor);
                if first_of.is_some() {
                    self.shown.set(first_of);
                }
                self.load_usage(part);
            }
            Err(failure) => self.failure.set(Some(failure)),
        }
    }

    fn append(self, promotions: Vec<ListedPromotion>, is_first: bool) -> Part {
        if is_first {
            self.free();
        }
        let mut parts = self.parts.try_update_untracked(mem::take).unwrap_or_default();
        let start = self.by_code.with_value(BTreeMap::len);
        let items: Vec<_> = promotions
            .into_iter()
            .map(|promotion| Item {
                code: promotion.code.clone(),
                promotion: ArcRwSignal::new(promotion),
            })
            // One that changed meanwhile may come a second time, at another place.
            .filter(|item| self.by_code.with_value(|known| !known.contains_key(&item.code)))
            .collect();
        self.by_code
            .update_value(|known| known.extend(items.iter().map(|item| (item.code.clone(), item.clone()))));
        self.parts_made.update_value(|made| *made += 1);
        let part = Part {
            id: self.parts_made.get_value(),
            start,
            items: ArcRwSignal::new(items),
            usage: ArcRwSignal::new(None),
            is_near: ArcRwSignal::new(true),
        };
        parts.push(part.clone());
        self.parts.set(parts);
        self.count.set(self.by_code.with_value(BTreeMap::len));
        part
    }

    /// Takes all off the list, for others to come in the same breath.
    fn free(self) {
        let parts = self.parts.try_update_untracked(mem::take);
        let by_code = self.by_code.try_update_value(mem::take);
        if let Some((parts, by_code)) = parts.zip(by_code) {
            free_later(parts, by_code);
        }
    }

    /// Asks for the counts of a part, by one call.
    fn load_usage(self, part: Part) {
        let codes: Vec<_> = part
            .items
            .with_untracked(|items| items.iter().map(|item| item.code.clone()).collect());
        if codes.is_empty() || !self.session.may(Permission::ReportsRead) {
            return;
        }
        spawn(async move {
            let answer = self
                .session
                .call(async |token| promotions_usage(token, &codes).await)
                .await;
            match answer {
                Ok(usage) => {
                    let by_code = usage.items.into_iter().map(|usage| (usage.code.clone(), usage));
                    part.usage.set(Some(by_code.collect()));
                }
                // What was known stays; the next poll may know more.
                Err(_) => part.usage.update(|usage| _ = usage.get_or_insert_default()),
            }
        });
    }

    fn refresh_usage(self) {
        for part in self.near_parts() {
            self.load_usage(part);
        }
    }

    /// Asks for some of the promotions near the screen that the edge has yet to receive, each time for others.
    fn watch_publishing(self) {
        if self.watching.get_value() > 0 {
            return;
        }
        let mut publishing = Vec::new();
        for part in self.near_parts() {
            part.items.with_untracked(|items| {
                let waiting = items
                    .iter()
                    .filter(|item| item.promotion.with_untracked(ListedPromotion::is_publishing));
                publishing.extend(waiting.map(|item| item.code.clone()));
            });
        }
        let chosen = WATCHED_AT_ONCE.min(publishing.len());
        let begin = self.watched.get_value();
        self.watched.set_value(begin.wrapping_add(chosen));
        let skipped = begin.checked_rem(publishing.len()).unwrap_or_default();
        for code in publishing.into_iter().cycle().skip(skipped).take(chosen) {
            self.watching.update_value(|watching| *watching += 1);
            spawn(async move {
                let answer = self
                    .session
                    .call(async |token| api::promotion(token, &code).await)
                    .await;
                self.watching.try_update_value(|watching| *watching -= 1);
                // One that failed is asked for again.
                if let Ok(promotion) = answer {
                    self.update(promotion);
                }
            });
        }
    }

    fn near_parts(self) -> Vec<Part> {
        let mut parts = self.parts.get_untracked();
        parts.retain(|part| part.is_near.get_untracked());
        parts
    }

    /// Does something at an interval while somebody can see it, as long as the page lives.
    fn every(self, interval: Duration, work: fn(Self)) {
        let tick = move || {
            if is_visible() {
                work(self);
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, interval) {
            on_cleanup(move || handle.clear());
        }
    }
}

/// Frees parts that are shown no more, some at a time, and what `by_code` holds of them.
fn free_later(mut parts: Vec<Part>, mut by_code: BTreeMap<String, Item>) {
    let work = move || {
        let first = parts.len().saturating_sub(FREED_AT_ONCE);
        for part in parts.drain(first..) {
            part.items.with_untracked(|items| {
                for item in items {
                    by_code.remove(&item.code);
                }
            });
        }
        if !parts.is_empty() {
            free_later(parts, by_code);
        }
    };
    set_timeout(work, Duration::ZERO);
}
