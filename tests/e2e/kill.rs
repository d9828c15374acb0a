//! The edge is killed while it works: what it had promised stands, once, and the origin learns of all of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::client::{at_once, request, wait_for};
use crate::hammer::is_whole;
use crate::stack::Stack;
use crate::till::{Till, redemption_id};

/// Clients that redeem at the same time.
const CLIENTS: usize = 8;
/// Redemptions between two kills, about a second of them.
const BETWEEN: usize = 100;
/// How long a client goes on with one order: the edge is back within some seconds.
const LONGEST_OUTAGE: Duration = Duration::from_secs(90);

/// Every order is redeemed once and counted once, although the edge dies in the middle: with the requests at hand, the
/// answers on their way, and the queue, which lives in its memory.
pub(crate) fn edge(stack: &Stack) -> Result<()> {
    let till = Till::open(stack, "killed", json!({}))?;
    let kills = if is_whole() { 20 } else { 2 };
    let redeemed = AtomicUsize::new(0);
    let wanted = BETWEEN * (kills + 1);
    let ids = at_once(CLIENTS + 1, |client| {
        if client == CLIENTS {
            for kill in 1..=kills {
                wait_for("redemptions to be under way", || {
                    Ok((redeemed.load(Ordering::SeqCst) >= BETWEEN * kill).then_some(()))
                })?;
                stack.kill_edge();
                stack.start_edge()?;
            }
            return Ok(Vec::new());
        }
        let mut ids = Vec::new();
        while redeemed.load(Ordering::SeqCst) < wanted {
            let order = format!("{client}-{}", ids.len());
            let id = insist(&till, &order)?;
            redeemed.fetch_add(1, Ordering::SeqCst);
            ids.push((order, id));
        }
        Ok(ids)
    })?;
    let ids: Vec<_> = ids.into_iter().flatten().collect();
    for (order, id) in ids.iter().step_by(20) {
        let again = till.evaluate(&request(order))?.expect(200)?;
        ensure!(redemption_id(&again)? == *id, "{order} was redeemed again: {again}");
    }
    let orders = u64::try_from(ids.len())?;
    let tally = till.told(orders)?;
    ensure!(tally.committed == orders, "{tally:?}");
    let totals = till.merchant.counted("killed", orders)?;
    ensure!(totals["redemptions"] == orders, "{totals}");
    println!("{kills} kills, {orders} orders: redeemed {orders}, stored {orders}, missing 0, duplicate 0");
    Ok(())
}

/// Redeems an order as a shop does that gets no answer: the same request again.
fn insist(till: &Till<'_>, order: &str) -> Result<String> {
    let deadline = Instant::now() + LONGEST_OUTAGE;
    loop {
        match till.evaluate(&request(order)) {
            Ok(answer) if answer.status == 200 => return redemption_id(&answer.json()?),
            Ok(answer) => ensure!(answer.status >= 500, "{answer:?}"),
            Err(_) => {}
        }
        ensure!(
            Instant::now() < deadline,
            "{order}: no answer within {LONGEST_OUTAGE:?}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
