//! What must hold in every state, and what must be possible for that to mean something.

use std::collections::BTreeSet;

use engine::ids::{LedgerEventId, RedemptionId};
use engine::ledger::{Entry, Outcome};
use engine::wire::v1::RedemptionStatus;
use stateright::Property;

use super::{DISCOUNT, Order, Shop, World};
use crate::host::Counts;

pub(super) fn all() -> Vec<Property<Shop>> {
    vec![
        Property::always("limits and budgets hold", limits_hold),
        Property::always("a coupon is used as often as it may be", coupons_hold),
        Property::always("what is counted is what is held", counted_is_held),
        Property::always("a place is taken once", places_are_taken_once),
        Property::always("what a client was told stays true", told_stays_true),
        Property::always("a client is told of its own order", told_of_its_own),
        Property::always("what is free is granted", free_is_granted),
        Property::always("every change is told or still to be told", every_change_is_told),
        Property::always("what is to be told can be sent", everything_can_be_sent),
        Property::always("a change is counted once", counted_once),
        Property::sometimes("a reservation ends by itself", |_, world: &World| {
            has(world, RedemptionStatus::Expired)
        }),
        Property::sometimes("something is committed", |_, world: &World| {
            has(world, RedemptionStatus::Committed)
        }),
        Property::sometimes("somebody is refused", |_, world: &World| {
            world.clients.iter().any(|client| client.over)
        }),
        Property::sometimes("everything is told and stored", |_, world: &World| {
            world.book.written > 1 && world.book.outbox.is_empty()
        }),
    ]
}

fn has(world: &World, status: RedemptionStatus) -> bool {
    world.book.rows.iter().any(|row| row.stored.status == status)
}

fn limits_hold(shop: &Shop, world: &World) -> bool {
    let held = Counts::of(&world.book.rows);
    let at_most =
        |value: i64, most: Option<u64>| most.is_none_or(|most| i64::try_from(most).is_ok_and(|most| value <= most));
    let limits = &shop.limits;
    let per_customer = limits.per_customer().map(u64::from);
    at_most(held.redemptions, limits.total().map(u64::from))
        && at_most(held.spent, limits.budget().map(|budget| budget.get().amount()))
        && held.customers.values().all(|uses| at_most(*uses, per_customer))
}

fn coupons_hold(shop: &Shop, world: &World) -> bool {
    let held = Counts::of(&world.book.rows);
    held.coupons.values().all(|uses| *uses <= i64::from(shop.coupon_uses))
}

fn counted_is_held(_: &Shop, world: &World) -> bool {
    world.book.counts == Counts::of(&world.book.rows)
}

fn places_are_taken_once(_: &Shop, world: &World) -> bool {
    let mut taken = BTreeSet::new();
    world.book.rows.iter().all(|row| match row.stored.status {
        RedemptionStatus::Reserved | RedemptionStatus::Committed | RedemptionStatus::RolledBack => {
            taken.insert(row.key)
        }
        RedemptionStatus::Released | RedemptionStatus::Expired => true,
    })
}

/// A promise is kept: committed stays until its own client gives it back, and what is over stays over.
fn told_stays_true(_: &Shop, world: &World) -> bool {
    use RedemptionStatus::{Committed, Expired, Released, Reserved, RolledBack};
    world.clients.iter().all(|client| {
        let (Some(id), Some(told)) = (client.redemption, client.told) else {
            return true;
        };
        let Some(row) = world.book.find(id) else { return false };
        match told {
            Reserved => true,
            Committed => matches!(row.stored.status, Committed | RolledBack),
            Released | Expired => matches!(row.stored.status, Released | Expired),
            RolledBack => row.stored.status == RolledBack,
        }
    })
}

fn told_of_its_own(shop: &Shop, world: &World) -> bool {
    shop.orders.iter().zip(&world.clients).all(|(order, client)| {
        let row = client.redemption.and_then(|id| world.book.find(id));
        row.is_none_or(|row| is_of(&row.stored.entry, order))
    })
}

/// The shop's own word for it in the record: not the fingerprint, which a bug leaves out.
fn is_of(entry: &Entry, order: &Order) -> bool {
    let city = format!(r#""city":"{}""#, order.fingerprint);
    entry
        .record_json()
        .windows(city.len())
        .any(|part| part == city.as_bytes())
}

/// Another order gets what nobody holds any more, and only that.
fn free_is_granted(shop: &Shop, world: &World) -> bool {
    let probe = Order {
        key: "probe",
        fingerprint: "probe",
        coupon: shop.orders.iter().find_map(|order| order.coupon),
        steps: &[],
    };
    let now = Shop::instant(world.now);
    let mut book = world.book.clone();
    let command = shop.redeem(&probe, RedemptionId::from_parts(1, [99; 10]), None);
    let granted = matches!(
        book.execute(probe.key, command, None, now, shop.bug),
        Outcome::Granted { .. }
    );
    let live = world
        .book
        .rows
        .iter()
        .filter(|row| row.stored.status_at(now) == row.stored.status);
    let held = Counts::of(live);
    let below = |value: i64, added: u64, most: Option<u64>| {
        most.is_none_or(|most| {
            value + i64::try_from(added).unwrap_or(i64::MAX) <= i64::try_from(most).unwrap_or(i64::MAX)
        })
    };
    let uses = probe
        .coupon
        .and_then(|coupon| held.coupons.get(coupon))
        .copied()
        .unwrap_or(0);
    let free = below(held.redemptions, 1, shop.limits.total().map(u64::from))
        && below(
            held.spent,
            DISCOUNT,
            shop.limits.budget().map(|budget| budget.get().amount()),
        )
        && (probe.coupon.is_none() || uses < i64::from(shop.coupon_uses));
    granted == free
}

fn every_change_is_told(shop: &Shop, world: &World) -> bool {
    !shop.relays
        || (1..=world.book.written).all(|number| {
            let id = LedgerEventId::from_parts(number, [0; 10]);
            let events = &world.events;
            events.stored.contains(&id)
                || events.uncommitted.contains(&id)
                || world.book.outbox.iter().any(|told| told.0.id == id)
        })
}

fn everything_can_be_sent(shop: &Shop, world: &World) -> bool {
    world.book.outbox.iter().all(|told| {
        let id = told.0.id;
        world.events.queue.contains(&id) || shop.relays_event(world, id)
    })
}

fn counted_once(_: &Shop, world: &World) -> bool {
    world.events.counted.is_sorted_by(|a, b| a < b)
}
