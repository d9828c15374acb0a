//! The edge is killed at each point of a redemption, from before its write until the queue's answer to its event is known.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::json;
use xtask::services::workerd::Added;

use crate::client::{Answer, request, wait_for};
use crate::hammer::is_whole;
use crate::stack::Bare;
use crate::standin::{Manner, Point};
use crate::till::Till;

/// `TIMEOUT` of edge/src/ledger.rs.
const PATIENCE: Duration = Duration::from_secs(5);

/// A shop whose answer was cut off asks again and has its redemption, once, wherever the edge died.
pub(crate) fn killed_at_each(bare: &Bare) -> Result<()> {
    let till = Till::open(&bare.stack, "points", json!({"limits": {"total": 10_000}}))?;
    bare.stack.restart_edge(Added::Points)?;
    let kills = if is_whole() { 20 } else { 2 };
    let mut orders = 0;
    for point in Point::ALL {
        for kill in 1..=kills {
            killed_at(bare, &till, point, &format!("{point:?}-{kill}"))?;
            orders += 1;
            // No event is left that could be held at the next point.
            till.told(orders)?;
        }
    }
    bare.stack.restart_edge(Added::Nothing)?;
    till.reconciled(orders)?;
    println!(
        "{kills} kills at each of {:?}: redeemed {orders}, missing 0, duplicate 0; {} events sent twice",
        Point::ALL,
        bare.standin.sent_again()
    );
    Ok(())
}

/// An object that does not answer is awaited for some seconds, on each way to it, and nothing is decided without it.
pub(crate) fn hanging(bare: &Bare) -> Result<()> {
    let till = Till::open(&bare.stack, "hanging", json!({"limits": {"total": 10}}))?;
    bare.stack.restart_edge(Added::Points)?;
    // The first one fills the isolate's memory, so that the next ones are decided from there.
    till.evaluate(&request("before"))?.expect(200)?;
    bare.standin.hold_at(Some(Point::BeforeWrite));
    let check = |way, call: &dyn Fn() -> Result<Answer>| {
        let begin = Instant::now();
        let answer = call()?;
        let waited = begin.elapsed();
        ensure!((PATIENCE..2 * PATIENCE).contains(&waited), "{way}: {waited:?}");
        ensure!(answer.header("retry-after") == "2", "{way}: {answer:?}");
        answer.expect_problem(503, "ledger_unavailable")
    };
    check("from memory", &|| till.evaluate(&request("held")))?;
    check("ordinary", &|| till.reserve("reserved", 60))?;
    bare.standin.hold_at(None);
    bare.stack.restart_edge(Added::Nothing)?;
    for order in ["before", "held"] {
        let answer = till.evaluate(&request(order))?;
        let is_repeated = answer.header("idempotent-replayed") == "true";
        ensure!(is_repeated == (order == "before"), "{order}: {answer:?}");
        ensure!(answer.expect(200)?["applicable"] == true, "{order}");
    }
    till.reconciled(2)
}

fn killed_at(bare: &Bare, till: &Till<'_>, point: Point, order: &str) -> Result<()> {
    let order = request(order);
    // Nothing is acknowledged meanwhile, so that an event which the object does not know to be sent is sent again.
    bare.standin.behave(Manner::Held);
    let sent_again = bare.standin.sent_again();
    bare.standin.hold_at(Some(point));
    let first = thread::scope(|scope| {
        let call = scope.spawn(|| till.evaluate(&order));
        let held = bare.standin.wait_until_held();
        bare.stack.kill_edge();
        held?;
        call.join().or_else(|_| bail!("the call panicked"))
    })?;
    bare.standin.hold_at(None);
    bare.stack.start_edge()?;
    let again = till.evaluate(&order)?;
    let is_repeated = again.header("idempotent-replayed") == "true";
    let answered = first.as_ref().ok().map(Answer::json).transpose()?;
    let again = again.expect(200)?;
    ensure!(again["applicable"] == true, "{again}");
    let is_right = match point {
        Point::BeforeWrite => answered.is_none() && !is_repeated,
        Point::AfterWrite => answered.is_none() && is_repeated,
        Point::BeforeSend | Point::AfterSend => answered.as_ref() == Some(&again) && is_repeated,
    };
    if point == Point::AfterSend {
        wait_for("the event to be sent again", || {
            Ok((bare.standin.sent_again() > sent_again).then_some(()))
        })?;
    }
    bare.standin.behave(Manner::Faithful);
    ensure!(
        is_right,
        "{point:?}: {answered:?}, then {again}, as a repetition: {is_repeated}"
    );
    Ok(())
}
