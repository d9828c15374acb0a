//! The coupons of a promotion: batches, single ones, files, and what became of each.
//!
//! What is shown stands in the address: `?batch=` or `?q=` for the list, `?coupon=` for one of them.

mod address;
mod batches;
mod detail;
mod download;
mod estimate;
mod import;
mod list;
mod new_batch;
mod new_coupon;
mod state;

use std::time::Duration;

use engine::promotion::{Kind, Standing};
use leptos::prelude::*;
use leptos_router::components::A;

use self::batches::Batches;
use self::detail::CouponDialog;
use self::list::CouponsCard;
use super::promotion::CurrentPromotion;
use crate::api;
use crate::browser::offset_at;
use crate::components::{Alert, AlertKind, EmptyState, Look, News};
use crate::forms::window::{Bound, instant_of};
use crate::i18n::coupons as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::coupons::{Batch, BatchStatus};
use crate::wire::{Permission, Promotion};

/// How often to ask whether the edge has a new batch or coupon: that takes a few seconds.
const PUBLISH_POLL: Duration = Duration::from_secs(1);

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Coupons {
    session: Session,
    news: News,
    /// The promotion's code.
    promotion: StoredValue<String>,
    /// The zone in which its times are written.
    zone: StoredValue<String>,
    /// Whether coupons can be made and taken back here.
    may_change: Signal<bool>,
    batches: Load<Vec<Batch>>,
    /// Counts changes of coupons that are not batches': lists follow it.
    changes: RwSignal<u64>,
}

impl Coupons {
    fn new(promotion: &Promotion, status: Memo<Option<Standing>>) -> Self {
        let session = Session::current();
        let code = StoredValue::new(promotion.code.clone());
        let batches = Load::new(move || async move {
            session
                .call(async |token| api::coupons::batches(token, &code.get_value()).await)
                .await
        });
        batches.poll(PUBLISH_POLL, move || {
            let is_publishing = |batch: &Batch| batch.status == BatchStatus::Publishing;
            batches.signal().with(|batches| {
                batches
                    .as_ref()
                    .is_some_and(|batches| batches.iter().any(is_publishing))
            })
        });
        // Activating a draft publishes what was prepared.
        Effect::new(move |before: Option<Option<Standing>>| {
            let status = status.get();
            if before.is_some_and(|before| before != status) {
                batches.reload();
            }
            status
        });
        let is_permitted = session.may(Permission::CouponsWrite);
        Self {
            session,
            news: News::current(),
            promotion: code,
            zone: StoredValue::new(promotion.time_zone.clone()),
            may_change: Signal::derive(move || is_permitted && status.get() != Some(Standing::Archived)),
            batches,
            changes: RwSignal::new(0),
        }
    }

    /// The instant of a wall time in the promotion's zone.
    fn instant(self, wall: chrono::NaiveDateTime) -> Option<chrono::DateTime<chrono::Utc>> {
        self.zone
            .with_value(|zone| instant_of(wall, Bound::End, |at| offset_at(zone, at)).ok())
    }

    /// Has the lists read again.
    fn changed(self) {
        self.changes.update(|changes| *changes += 1);
    }
}

/// The coupons of the promotion of the frame around.
#[component]
pub(crate) fn CouponsPage() -> impl IntoView {
    let load = CurrentPromotion::load();
    let status = Memo::new(move |_| load.value().map(|promotion| promotion.status));
    let promotion = load.signal().get_untracked();
    promotion.map(|promotion| match promotion.kind {
        Kind::Coupon => view! { <CouponsOf promotion=promotion status=status /> }.into_any(),
        Kind::Discount => view! {
            <EmptyState title=text::no_kind_title() body=text::no_kind_body()>
                <A href="/new-promotion" attr:class=Look::Primary.class()>{text::no_kind_create()}</A>
            </EmptyState>
        }
        .into_any(),
    })
}

#[component]
fn CouponsOf(promotion: Promotion, status: Memo<Option<Standing>>) -> impl IntoView {
    let coupons = Coupons::new(&promotion, status);
    let note = move || match status.get() {
        Some(Standing::Draft) => Some(text::draft_note()),
        Some(Standing::Archived) => Some(text::archived_note()),
        Some(Standing::Active | Standing::Paused | Standing::Expired | Standing::Exhausted) | None => None,
    };
    let note = move || note().map(|note| view! { <Alert kind=AlertKind::Info><p>{note}</p></Alert> });
    view! {
        {note}
        <Batches coupons=coupons />
        <CouponsCard coupons=coupons />
        <CouponDialog coupons=coupons />
    }
    .into_any()
}
